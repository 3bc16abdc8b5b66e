#include <string.h>

#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"
#include "analysis/ingest/writer.h"

/* BIND escapes these too (lib/dns/name.c), so that the brackets of a line are never part of a name.
 */
static void put_name(FILE *out, const char *name)
{
    for (; *name != '\0'; name++) {
        if (*name == '\\' && name[1] != '\0')
            putc(*name++, out);
        else if (strchr("\"$();@", *name) != NULL)
            putc('\\', out);
        putc(*name, out);
    }
}

static bool can_write(const char *host)
{
    for (const char *at = host; *at != '\0'; at++)
        if ((unsigned char)*at <= 0x20 || strchr("#()/\x7f", *at) != NULL)
            return false;
    return true;
}

static int bind_row(FILE *out, const struct query_log *log, const struct query *query)
{
    char when[TIMESTAMP_TEXT_SIZE], type[RECORD_TYPE_TEXT_SIZE];
    const char *client = intern_text(&log->clients, query->client);
    const char *server = intern_text(&log->servers, query->server);
    const char *name = intern_text(&log->names, query->name);
    if (client[0] == '\0' || !can_write(client) || !can_write(server))
        return WRITE_BAD_CLIENT;
    fprintf(out, "%s queries: info: client %s#0 (", timestamp_write(query->time_us, 3, when),
            client);
    put_name(out, name);
    fputs("): query: ", out);
    put_name(out, name);
    fprintf(out, " IN %s +", record_type_write(query->type, type));
    if (server[0] != '\0')
        fprintf(out, " (%s)", server);
    putc('\n', out);
    return WRITE_DONE;
}

const struct log_writer writer_bind = {
    .name = "bind",
    .summary =
        "BIND query log, print-time iso8601-utc: time to the millisecond, client, name, type, "
        "server; ports are 0 and flags +.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .resolution_us = 1000,
    .row = bind_row,
};
