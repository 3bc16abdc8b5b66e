#include <inttypes.h>
#include <string.h>

#include "analysis/ingest/name.h"
#include "analysis/ingest/record_type.h"
#include "analysis/ingest/writer.h"

/* Zeek's dns.log, with a last column of our own: Zeek's `query` cannot tell a dot inside a label
 * from one between labels, name_text can. */

static int zeek_header(FILE *out, const struct query_log *log)
{
    (void)log;
    fputs(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_"
        "id\tquery\tqclass\t"
        "qclass_name\tqtype\tqtype_name\tname_text\n"
        "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount\tstring\tcount\t"
        "string\tstring\n",
        out);
    return WRITE_DONE;
}

static void put_byte(FILE *out, unsigned char byte)
{
    if (byte <= 0x20 || byte >= 0x7f || byte == '\\')
        fprintf(out, "\\x%02x", byte);
    else
        putc(byte, out);
}

/* The name's bytes, as Zeek writes them. */
static void put_query(FILE *out, const char *name)
{
    if (strcmp(name, ".") == 0) {
        fputs("(empty)", out);
        return;
    }
    while (*name != '\0') {
        int value = (unsigned char)*name++;
        if (value == '\\' && name[0] >= '0' && name[0] <= '9' && name[1] != '\0' &&
            name[2] != '\0') {
            value = (name[0] - '0') * 100 + (name[1] - '0') * 10 + (name[2] - '0');
            name += 3;
        } else if (value == '\\' && name[0] != '\0') {
            value = (unsigned char)*name++;
        }
        put_byte(out, (unsigned char)value);
    }
}

/* A lone dash would read as unset, brackets as empty. */
static bool can_write(const char *host)
{
    for (const char *at = host; *at != '\0'; at++)
        if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f || *at == '\\')
            return false;
    return strcmp(host, "-") != 0 && strcmp(host, "(empty)") != 0;
}

static int zeek_row(FILE *out, const struct query_log *log, const struct query *query)
{
    char type[RECORD_TYPE_TEXT_SIZE];
    const char *client = intern_text(&log->clients, query->client);
    const char *server = intern_text(&log->servers, query->server);
    const char *name = intern_text(&log->names, query->name);
    time_us us = query->time_us % US_PER_S;
    if (client[0] == '\0' || !can_write(client) || !can_write(server) || query->time_us < 0)
        return WRITE_BAD_CLIENT;
    fprintf(out, "%" PRId64 ".%06" PRId64 "\t-\t%s\t0\t%s\t53\tudp\t0\t", query->time_us / US_PER_S,
            us, client, server[0] != '\0' ? server : "-");
    put_query(out, name);
    fprintf(out, "\t1\tC_INTERNET\t%u\t%s\t", query->type, record_type_write(query->type, type));
    for (; *name != '\0'; name++)
        put_byte(out, (unsigned char)*name);
    putc('\n', out);
    return WRITE_DONE;
}

const struct log_writer writer_zeek = {
    .name = "zeek",
    .summary = "Zeek dns.log, tab-separated: time to the microsecond, client, name, type, server; "
               "ports are 0 and 53.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .resolution_us = 1,
    .header = zeek_header,
    .row = zeek_row,
};
