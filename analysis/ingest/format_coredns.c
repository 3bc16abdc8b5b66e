#include "analysis/ingest/reader.h"
#include "analysis/ingest/syslog.h"

/* CoreDNS, plugin log (https://coredns.io/plugins/log). A line is written with the answer and is
 * one query: `[INFO] 192.0.2.1:4711 - 29008 "A IN a.test. udp 41 false 4096" NOERROR qr,rd,ra 68
 * 0.04s`. Some versions write a time before it; those before 1.2.5 one behind the client:
 * `192.0.2.1:4711 - [28/Mar/2018:13:14:56 +0000] 29008 "A IN ...`. */

static bool skip_severity(struct text *rest)
{
    static const char *const severities[] = {"[INFO]",  "[NOTICE]", "[WARNING]",
                                             "[ERROR]", "[DEBUG]",  "[FATAL]"};
    text_skip_blanks(rest);
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
        if (text_skip(rest, severities[i]))
            return true;
    return false;
}

/* Lines of its other business: a trial must not take any line with a severity for CoreDNS's. */
static int other_line(struct reader *reader, struct text rest, bool has_severity)
{
    static const char *const marks[] = {"plugin/", "CoreDNS", "Reloading", "linux/", "SIGTERM"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (text_find(rest, marks[i]) != NULL)
            return reader_other(reader);
    if (!reader->is_trial && (has_severity || text_starts(text_trim(rest), ".:")))
        return reader_other(reader);
    return reader_bad(reader, "expected \"CLIENT:PORT - ID \"TYPE CLASS NAME ...\" RCODE ...\"");
}

/* `TYPE CLASS NAME PROTOCOL ...` between the quotation marks. */
static const char *read_question(struct text rest, struct name *name, uint16_t *type)
{
    struct text kind = text_word(&rest), class = text_word(&rest), written = text_word(&rest);
    if (class.n == 0 || !record_type_read(kind, type))
        return "the record type is not known";
    return name_from_text(name, written);
}

/* Behind the client: `- ID "` or `- [TIME] ID "`. False where the line is no query. */
static bool take_middle(struct text *rest, struct timestamp *stamp, bool *has_stamp)
{
    struct text dash = text_word(rest);
    text_skip_blanks(rest);
    if (!text_equal(dash, "-"))
        return false;
    if (text_skip(rest, "[")) {
        struct timestamp own;
        if (!timestamp_common_log(rest, &own) || !text_skip(rest, "]"))
            return false;
        *stamp = own;
        *has_stamp = true;
        text_skip_blanks(rest);
    }
    if (!text_starts(*rest, "\""))
        text_word(rest);
    text_skip_blanks(rest);
    return text_skip(rest, "\"");
}

static int query_line(struct reader *reader, struct text client, struct text question,
                      const struct timestamp *stamp, bool has_stamp)
{
    struct reader_query query = {.server = text_slice("", 0)};
    struct name name;
    int port;
    const char *wrong = read_question(text_take(&question, '"'), &name, &query.type);
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    if (!has_stamp && reader->is_trial)
        return reader_answer(reader); /* a record as good as any to tell the format by */
    if (!has_stamp)
        return reader_bad(reader, "the line has no time: take it with `kubectl logs --timestamps`,"
                                  " `docker logs -t`, or from docker's JSON files");
    address_split_port(client, &query.client, &port);
    query.stamp = *stamp;
    query.name = &name;
    return reader_query(reader, &query);
}

static int coredns_line(struct reader *reader, struct text line)
{
    struct timestamp stamp = {0};
    if (text_trim(line).n == 0)
        return reader_other(reader);
    struct text rest = line;
    bool has_stamp = syslog_take_stamp(&rest, &stamp);
    syslog_take_program(&rest, "coredns");
    bool has_severity = skip_severity(&rest);
    struct text at = rest;
    struct text client = text_word(&at);
    if (!take_middle(&at, &stamp, &has_stamp))
        return other_line(reader, rest, has_severity);
    return query_line(reader, client, at, &stamp, has_stamp);
}

const struct log_format format_coredns = {
    .name = "coredns",
    .title = "CoreDNS, plugin log",
    .summary = "Queries of CoreDNS (Kubernetes); many versions write no time of their own, which "
               "then stands before the line or around it (kubectl, docker).",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .line = coredns_line,
};
