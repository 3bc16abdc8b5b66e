#include "analysis/ingest/table.h"

static int start(struct reader *reader)
{
    struct table *table = reader->state;
    const char *columns = reader->options->columns;
    table->separator = '|';
    int status = table_roles_from_list(
        table, columns != NULL ? columns : "time,name,client,type,server", reader->message);
    table->given_roles = columns != NULL;
    reader->columns = columns != NULL ? table_columns(table) : reader->format->columns;
    return status;
}

static int pipe_line(struct reader *reader, struct text line)
{
    struct table *table = reader->state;
    if (text_trim(line).n == 0)
        return reader_other(reader);
    const char *wrong = table_split(table, line);
    if (wrong == NULL && table->n_fields < 3)
        wrong = "fewer than three fields; expected time|name|client";
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    return table_row(table, reader);
}

const struct log_format format_pipe = {
    .name = "pipe",
    .title = "time|name|client, as in the case of 2016",
    .summary = "Rows of time, name and client between bars; no record type, whole seconds, not "
               "sorted.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME,
    .takes_columns = true,
    .line = pipe_line,
    .start = start,
    .state_size = sizeof(struct table),
};

/* --- The summary by client that was published with it --- */

static bool is_as_number(struct text field)
{
    uint64_t number;
    return text_skip(&field, "AS") && text_number(field, UINT32_MAX, &number);
}

static int summary_line(struct reader *reader, struct text line)
{
    if (text_trim(line).n == 0)
        return reader_other(reader);
    struct ingest_aggregate aggregate = {.name = text_slice("", 0)};
    char client[ADDRESS_TEXT_SIZE];
    struct text count = text_trim(text_take(&line, '|'));
    struct text system = text_trim(text_take(&line, '|'));
    struct text address = text_trim(text_take(&line, '|'));
    if (!text_number(count, UINT32_MAX, &aggregate.count))
        return reader_bad(reader,
                          "the first field is no count; expected count|AS|address|prefix|...");
    if (!is_as_number(system))
        return reader_bad(reader, "the second field is no AS number, such as AS15632");
    if (!address_is_numeric(address))
        return reader_bad(reader, "the third field is no address");
    aggregate.client = address_canonical(address, client);
    return reader_aggregate(reader, &aggregate);
}

const struct log_format format_pipe_summary = {
    .name = "pipe-summary",
    .title = "count|AS|address|..., as in the case of 2016",
    .summary = "Look-ups counted by client: facts, not a log; there are no times.",
    .columns = COLUMN_CLIENT,
    .gives_aggregates = true,
    .line = summary_line,
};
