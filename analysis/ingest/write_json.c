#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"
#include "analysis/ingest/writer.h"

/* A JSON string (RFC 8259 section 7). Bytes from 0x80 on are passed through where the whole is
 * UTF-8; a log has no others but in clients from odd sources, and those come out as '?'. */
static void put_string(FILE *out, const char *text)
{
    putc('"', out);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            putc('\\', out);
        if (*at < 0x20)
            fprintf(out, "\\u%04x", *at);
        else
            putc(*at, out);
    }
    putc('"', out);
}

static const char *flag_text(uint32_t flags)
{
    static const char *const texts[] = {"", "lossy-name", "inserted", "lossy-name+inserted"};
    return texts[flags & (QUERY_LOSSY_NAME | QUERY_INSERTED)];
}

static int jsonl_row(FILE *out, const struct query_log *log, const struct query *query)
{
    char when[TIMESTAMP_TEXT_SIZE], type[RECORD_TYPE_TEXT_SIZE];
    fprintf(out, "{\"time\":\"%s\",\"client\":", timestamp_write(query->time_us, 6, when));
    put_string(out, intern_text(&log->clients, query->client));
    fputs(",\"name\":", out);
    put_string(out, intern_text(&log->names, query->name));
    if (query->type != TYPE_UNKNOWN)
        fprintf(out, ",\"type\":\"%s\"", record_type_write(query->type, type));
    if (query->server != 0) {
        fputs(",\"server\":", out);
        put_string(out, intern_text(&log->servers, query->server));
    }
    if (flag_text(query->flags)[0] != '\0')
        fprintf(out, ",\"flags\":\"%s\"", flag_text(query->flags));
    fputs("}\n", out);
    return WRITE_DONE;
}

const struct log_writer writer_jsonl = {
    .name = "jsonl",
    .summary = "JSON lines with everything: time to the microsecond, client, name, type, server, "
               "flags.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .resolution_us = 1,
    .row = jsonl_row,
};
