#include "analysis/ingest/reader.h"
#include "analysis/ingest/syslog.h"

/* --- Authoritative server, log-dns-queries --- */

/* `NAME|TYPE' ...` */
static const char *name_and_type(struct text quoted, struct name *name, uint16_t *type)
{
    const char *bar = quoted.n > 0 ? memrchr(quoted.at, '|', quoted.n) : NULL;
    if (bar == NULL)
        return "expected 'NAME|TYPE'";
    if (!record_type_read(text_from(quoted, bar + 1), type))
        return "the record type is not known";
    return name_from_text(name, text_slice(quoted.at, (size_t)(bar - quoted.at)));
}

static int auth_line(struct reader *reader, struct text line)
{
    struct reader_query query = {.server = text_slice("", 0)};
    struct name name;
    if (line.n == 0)
        return reader_other(reader);
    if (!syslog_take_stamp(&line, &query.stamp))
        return reader_bad(reader, "the line does not start with a time");
    const char *remote = text_find(line, "Remote "), *wants = text_find(line, " wants '");
    if (remote == NULL || wants == NULL || wants < remote + 7)
        return query.stamp.year == 0 && !query.stamp.is_epoch
                   ? reader_other(reader)
                   : reader_bad(reader, "expected \"Remote CLIENT wants 'NAME|TYPE'\"");
    struct text client = text_slice(remote + 7, (size_t)(wants - remote) - 7);
    client = text_take(&client, '<'); /* CLIENT<-SUBNET with EDNS client subnet */
    int port;
    address_split_port(client, &query.client, &port);
    struct text rest = text_from(line, wants + 8);
    const char *end = text_find(rest, "', ");
    struct text quoted =
        end != NULL ? text_slice(rest.at, (size_t)(end - rest.at)) : text_take(&rest, '\'');
    const char *wrong = name_and_type(quoted, &name, &query.type);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

const struct log_format format_pdns_auth = {
    .name = "pdns-auth",
    .title = "PowerDNS authoritative server, log-dns-queries",
    .summary = "Queries of the PowerDNS authoritative server; no year, whole seconds.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_year = true,
    .needs_timezone = true,
    .line = auth_line,
};

/* --- Recursor, quiet=no --- */

enum { VALUE_SIZE = 2048 };

/* Finds ` key="value"` and takes the backslashes off that the logger put before backslashes and
 * quotes. */
static bool value_of(struct text line, const char *key, char buffer[static VALUE_SIZE],
                     struct text *value)
{
    char start[32] = " ";
    strncat(start, key, sizeof start - 4);
    strcat(start, "=\"");
    const char *at = text_find(line, start);
    if (at == NULL)
        return false;
    struct text rest = text_from(line, at + strlen(start));
    size_t n = 0;
    for (size_t i = 0; i < rest.n && n < VALUE_SIZE; i++) {
        if (rest.at[i] == '"') {
            *value = text_slice(buffer, n);
            return true;
        }
        if (rest.at[i] == '\\' && i + 1 < rest.n)
            i++;
        buffer[n++] = rest.at[i];
    }
    return false;
}

static int structured(struct reader *reader, struct text line, struct reader_query *query)
{
    char remote[VALUE_SIZE], qname[VALUE_SIZE], qtype[VALUE_SIZE], ts[VALUE_SIZE];
    struct text value;
    struct name name;
    int port;
    if (value_of(line, "ts", ts, &value) && !timestamp_epoch(&value, &query->stamp))
        return reader_bad(reader, "ts=\"...\" is no time");
    if (!value_of(line, "remote", remote, &value))
        return reader_bad(reader, "a question without remote=\"CLIENT:PORT\"");
    address_split_port(value, &query->client, &port);
    if (!value_of(line, "qtype", qtype, &value) || !record_type_read(value, &query->type))
        return reader_bad(reader, "a question without a known qtype");
    if (!value_of(line, "qname", qname, &value))
        return reader_bad(reader, "a question without qname");
    const char *wrong = name_from_text(&name, value);
    query->name = &name;
    return wrong == NULL ? reader_query(reader, query) : reader_bad(reader, wrong);
}

/* Before version 4.8: `question for 'NAME|TYPE' from CLIENT:PORT`. */
static int plain(struct reader *reader, struct text line, struct reader_query *query)
{
    static const char mark[] = "question for '";
    struct name name;
    struct text rest = text_from(line, text_find(line, mark) + sizeof mark - 1);
    const char *from = text_find(rest, "' from ");
    if (from == NULL)
        return reader_bad(reader, "expected \"question for 'NAME|TYPE' from CLIENT\"");
    struct text behind = text_from(rest, from + 7);
    int port;
    address_split_port(text_word(&behind), &query->client, &port);
    const char *wrong =
        name_and_type(text_slice(rest.at, (size_t)(from - rest.at)), &name, &query->type);
    query->name = &name;
    return wrong == NULL ? reader_query(reader, query) : reader_bad(reader, wrong);
}

static int recursor_line(struct reader *reader, struct text line)
{
    struct reader_query query = {.server = text_slice("", 0)};
    if (line.n == 0)
        return reader_other(reader);
    if (!syslog_take_stamp(&line, &query.stamp))
        return reader_bad(reader, "the line does not start with a time");
    const char *msg = text_find(line, "msg=\"");
    if (msg != NULL) {
        struct text body = text_from(line, msg + 5);
        if (text_starts(body, "Question\"") ||
            text_starts(body, "Question answered from packet cache"))
            return structured(reader, line, &query);
        return text_starts(body, "Answer") ? reader_answer(reader) : reader_other(reader);
    }
    if (text_find(line, "question for '") != NULL)
        return plain(reader, line, &query);
    if (text_find(line, " answer to question '") != NULL)
        return reader_answer(reader);
    return text_find(line, "PowerDNS") != NULL || text_find(line, "pdns_recursor[") != NULL ||
                   text_find(line, "Using 64-bits mode") != NULL
               ? reader_other(reader)
               : reader_bad(reader, "expected msg=\"...\" with key=\"value\" pairs");
}

const struct log_format format_pdns_recursor = {
    .name = "pdns-recursor",
    .title = "PowerDNS recursor, quiet=no",
    .summary =
        "Questions of the PowerDNS recursor with those answered from its packet cache, to the "
        "millisecond.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_year = true,
    .line = recursor_line,
};
