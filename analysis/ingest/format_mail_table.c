#include "analysis/ingest/field.h"
#include "analysis/ingest/json.h"
#include "analysis/ingest/table.h"

/* Mail events as `mxplain export` writes them: a table and JSON lines. */

static bool read_status(struct text word, enum mail_status *status)
{
    for (int i = 0; mail_status_words[i] != NULL; i++)
        if (text_equal(word, mail_status_words[i])) {
            *status = (enum mail_status)i;
            return true;
        }
    return false;
}

static const char no_status[] =
    "the status is not known; expected received, sent, accepted, deferred, rejected or bounced";

/* --- table --- */

enum { FIELDS = 6, TEXTS = 4 };

struct mail_table {
    struct table table;
    char text[TEXTS][FIELD_SIZE];
};

static int start(struct reader *reader)
{
    struct mail_table *self = reader->state;
    self->table.separator = ',';
    self->table.has_quotes = true;
    return STATUS_OK;
}

static int mail_row(struct reader *reader, struct mail_table *self)
{
    struct ingest_mail mail = {0};
    struct timestamp stamp;
    struct text *texts[TEXTS] = {&mail.from, &mail.to, &mail.queue_id, &mail.relay};
    struct text when = text_trim(self->table.field[0]);
    if ((!timestamp_iso(&when, &stamp) && !timestamp_epoch_any(&when, &stamp)) || when.n > 0)
        return reader_bad(reader, "the first field is no time");
    if (!read_status(text_trim(self->table.field[1]), &mail.status))
        return reader_bad(reader, no_status);
    for (int i = 0; i < TEXTS; i++)
        if (!field_read(text_trim(self->table.field[2 + i]), self->text[i], texts[i]))
            return reader_bad(reader, "a field is too long");
    return reader_mail(reader, &stamp, &mail);
}

static int mail_csv_line(struct reader *reader, struct text line)
{
    struct mail_table *self = reader->state;
    if (text_trim(line).n == 0 || text_equal(line, "time,status,from,to,queue_id,relay"))
        return reader_other(reader);
    const char *wrong = table_split(&self->table, line);
    if (wrong == NULL && self->table.n_fields != FIELDS)
        wrong = "expected the six fields time,status,from,to,queue_id,relay";
    return wrong == NULL ? mail_row(reader, self) : reader_bad(reader, wrong);
}

const struct log_format format_mail_csv = {
    .name = "mail-csv",
    .title = "mail events, table of mxplain",
    .summary = "Rows of time, status, from, to, queue id and relay of mail events: no look-ups.",
    .needs_timezone = true,
    .gives_mail = true,
    .line = mail_csv_line,
    .start = start,
    .state_size = sizeof(struct mail_table),
};

/* --- JSON lines --- */

static int mail_object(struct reader *reader, const json_t *row)
{
    struct timestamp stamp;
    struct ingest_mail mail = {.from = json_text(row, "from"),
                               .to = json_text(row, "to"),
                               .queue_id = json_text(row, "queue_id"),
                               .relay = json_text(row, "relay")};
    if (!json_time(json_object_get(row, "time"), &stamp))
        return reader_bad(reader, "\"time\" is missing or no time");
    if (!read_status(json_text(row, "status"), &mail.status))
        return reader_bad(reader, no_status);
    return reader_mail(reader, &stamp, &mail);
}

static int mail_jsonl_line(struct reader *reader, struct text line)
{
    if (line.n == 0)
        return reader_other(reader);
    json_t *row = json_line(line);
    if (row == NULL)
        return reader_bad(reader, "not a JSON object");
    int status = mail_object(reader, row);
    json_decref(row);
    return status;
}

const struct log_format format_mail_jsonl = {
    .name = "mail-jsonl",
    .title = "mail events, JSON lines of mxplain",
    .summary = "One object per mail event with time, status, and where known from, to, queue_id "
               "and relay: no look-ups.",
    .needs_timezone = true,
    .gives_mail = true,
    .line = mail_jsonl_line,
};
