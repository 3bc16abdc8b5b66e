#include "analysis/ingest/table.h"

static int start(struct reader *reader)
{
    struct table *table = reader->state;
    table->has_quotes = true;
    if (reader->options->columns == NULL)
        return STATUS_OK;
    int status = table_roles_from_list(table, reader->options->columns, reader->message);
    reader->columns = table_columns(table);
    return status;
}

/* The separator that stands most often in the first line. */
static char guess_separator(struct text line)
{
    static const char candidates[] = ",;\t";
    size_t best = 0;
    char separator = ',';
    for (const char *c = candidates; *c != '\0'; c++) {
        size_t n = 0;
        for (size_t i = 0; i < line.n; i++)
            n += line.at[i] == *c;
        if (n > best) {
            best = n;
            separator = *c;
        }
    }
    return separator;
}

static int csv_line(struct reader *reader, struct text line)
{
    struct table *table = reader->state;
    if (text_trim(line).n == 0)
        return reader_other(reader);
    if (!table->has_roles && (*line.at == '#' || text_starts(line, "sep=")))
        return reader_other(reader); /* a remark before the header; Excel's separator */
    bool is_first = table->separator == '\0';
    if (is_first)
        table->separator = guess_separator(line);
    const char *wrong = table_split(table, line);
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    if (table->has_roles)
        return table_row(table, reader);
    if (is_first && table_roles_from_header(table)) {
        reader->columns = table_columns(table);
        return reader_other(reader);
    }
    return reader_bad(reader, "no header names a time, and a client or name; give --columns");
}

const struct log_format format_csv = {
    .name = "csv",
    .title = "CSV table, also tshark -T fields",
    .summary = "Separated values (comma, semicolon or tab) with a header, or with columns named by "
               "--columns.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .takes_columns = true,
    .line = csv_line,
    .start = start,
    .state_size = sizeof(struct table),
};
