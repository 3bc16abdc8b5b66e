#include "analysis/ingest/field.h"
#include "analysis/ingest/table.h"

/* Counts as `mxplain export` writes them, with all that any source of counts can give. */

enum { FIELDS = 7 };

struct aggregate_table {
    struct table table;
    char client[FIELD_SIZE], answer[FIELD_SIZE];
};

static int start(struct reader *reader)
{
    struct aggregate_table *self = reader->state;
    self->table.separator = ',';
    self->table.has_quotes = true;
    return STATUS_OK;
}

/* A time that carries its zone, or nothing. */
static bool read_time(struct text field, time_us *at)
{
    struct timestamp stamp;
    int64_t day;
    *at = 0;
    if (field.n == 0)
        return true;
    if (!timestamp_iso(&field, &stamp) || field.n > 0 || !stamp.has_offset)
        return false;
    day = timestamp_days(stamp.year, stamp.month, stamp.day);
    *at = day * US_PER_DAY + (stamp.second_of_day - stamp.offset_s) * US_PER_S + stamp.us;
    return true;
}

static const char *take_row(struct aggregate_table *self, struct name *name,
                            struct ingest_aggregate *row)
{
    struct text field[FIELDS];
    for (int i = 0; i < FIELDS; i++)
        field[i] = text_trim(self->table.field[i]);
    if (!read_time(field[0], &row->first_us) || !read_time(field[1], &row->last_us) ||
        row->last_us < row->first_us)
        return "first and last are no times, or in the wrong order";
    if (field[2].n > 0 && !text_number(field[2], INT64_MAX, &row->count))
        return "the third field is no count";
    if (!field_read(field[3], self->client, &row->client) ||
        !field_read(field[6], self->answer, &row->answer) || row->client.n > CLIENT_MAX)
        return "a field is too long";
    const char *wrong = field[4].n > 0 ? name_from_text(name, field[4]) : NULL;
    row->name = field[4].n > 0 && wrong == NULL ? name->text : text_slice("", 0);
    if (wrong == NULL && field[5].n > 0 && !record_type_read(field[5], &row->type))
        wrong = "the record type is not known";
    return wrong;
}

static int aggregate_csv_line(struct reader *reader, struct text line)
{
    struct aggregate_table *self = reader->state;
    struct ingest_aggregate row = {.count = 0};
    struct name name;
    if (text_trim(line).n == 0 || text_equal(line, "first,last,count,client,name,type,answer"))
        return reader_other(reader);
    const char *wrong = table_split(&self->table, line);
    if (wrong == NULL && self->table.n_fields != FIELDS)
        wrong = "expected the seven fields first,last,count,client,name,type,answer";
    if (wrong == NULL)
        wrong = take_row(self, &name, &row);
    return wrong == NULL ? reader_aggregate(reader, &row) : reader_bad(reader, wrong);
}

const struct log_format format_aggregate_csv = {
    .name = "aggregate-csv",
    .title = "counts, table of mxplain",
    .summary = "Rows of first and last time, count, client, name, type and answer, each where "
               "known: facts, not a log.",
    .columns = COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .gives_aggregates = true,
    .line = aggregate_csv_line,
    .start = start,
    .state_size = sizeof(struct aggregate_table),
};
