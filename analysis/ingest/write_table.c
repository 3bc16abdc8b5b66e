#include <string.h>

#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"
#include "analysis/ingest/writer.h"

/* A spreadsheet takes a field that begins so for a formula, and runs it. */
static const char formula[] = "=+-@\t\r \"";

static void put_type(FILE *out, uint16_t type)
{
    char text[RECORD_TYPE_TEXT_SIZE];
    if (type != TYPE_UNKNOWN)
        fputs(record_type_write(type, text), out);
}

static void put_time(FILE *out, time_us at, int digits)
{
    char text[TIMESTAMP_TEXT_SIZE];
    fputs(timestamp_write(at, digits, text), out);
}

/* Clients and servers are free text: the backslash is escaped too, so that every \DDD is ours. */
static void put_host(FILE *out, const char *text, const char *special)
{
    char all[16] = "\\ ";
    strncat(all, special, sizeof all - 3);
    write_escaped(out, text, all, formula);
}

static int csv_header(FILE *out, const struct query_log *log)
{
    (void)log;
    fputs("time,client,name,type,server,flags\n", out);
    return WRITE_DONE;
}

static int csv_row(FILE *out, const struct query_log *log, const struct query *query)
{
    static const char special[] = ",;\"\t";
    put_time(out, query->time_us, 6);
    putc(',', out);
    put_host(out, intern_text(&log->clients, query->client), special);
    putc(',', out);
    write_escaped(out, intern_text(&log->names, query->name), special, formula);
    putc(',', out);
    put_type(out, query->type);
    putc(',', out);
    put_host(out, intern_text(&log->servers, query->server), special);
    putc(',', out);
    if ((query->flags & QUERY_LOSSY_NAME) != 0)
        fputs("lossy-name", out);
    if ((query->flags & QUERY_INSERTED) != 0)
        fputs((query->flags & QUERY_LOSSY_NAME) != 0 ? "+inserted" : "inserted", out);
    putc('\n', out);
    return WRITE_DONE;
}

const struct log_writer writer_csv = {
    .name = "csv",
    .summary = "Everything: time to the microsecond, client, name, type, server, flags.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .resolution_us = 1,
    .header = csv_header,
    .row = csv_row,
};

static int pipe_row(FILE *out, const struct query_log *log, const struct query *query)
{
    put_time(out, query->time_us, 3);
    putc('|', out);
    write_escaped(out, intern_text(&log->names, query->name), "|", "");
    putc('|', out);
    put_host(out, intern_text(&log->clients, query->client), "|");
    putc('\n', out);
    return WRITE_DONE;
}

const struct log_writer writer_pipe = {
    .name = "pipe",
    .summary = "Time to the millisecond, name and client, as in the case of 2016.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME,
    .resolution_us = 1000,
    .row = pipe_row,
};
