#include "analysis/ingest/reader.h"
#include "analysis/ingest/syslog.h"

/* dnsmasq, src/cache.c (log_query). */

/* `query[A] NAME from CLIENT`, where the name may be "<name unprintable>". */
static int question(struct reader *reader, struct text rest, struct timestamp stamp)
{
    struct reader_query query = {.stamp = stamp, .server = text_slice("", 0)};
    struct name name;
    text_take(&rest, '[');
    struct text type = text_take(&rest, ']');
    text_skip(&type, "type=");
    text_skip_blanks(&rest);
    const char *from = NULL;
    for (struct text look = rest;;) {
        const char *next = text_find(look, " from ");
        if (next == NULL)
            break;
        from = next;
        look = text_from(rest, next + 1);
    }
    if (from == NULL || !record_type_read(type, &query.type))
        return reader_bad(reader, "expected \"query[TYPE] NAME from CLIENT\"");
    struct text behind = text_from(rest, from + 6);
    query.client = text_word(&behind);
    const char *wrong = name_from_raw(&name, text_slice(rest.at, (size_t)(from - rest.at)));
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

/* With log-queries=extra a serial number and CLIENT/PORT (or "*") stand before the verb; with
 * log-queries=proto UDP or TCP too. */
static void skip_extra(struct text *rest)
{
    struct text at = *rest;
    uint64_t serial;
    if (!text_number(text_word(&at), UINT64_MAX, &serial))
        return;
    struct text word = text_word(&at);
    if (text_equal(word, "UDP") || text_equal(word, "TCP"))
        text_word(&at);
    text_skip_blanks(&at);
    if (!text_skip(&at, "UDP "))
        text_skip(&at, "TCP ");
    *rest = at;
}

/* Pi-hole's own viewer (pihole -t) leaves the program out: `Dec  3 20:09:40: query[A] ...`. */
static bool skip_bare_colon(struct text *rest)
{
    static const char *const verbs[] = {"query[",  "reply ",   "cached ", "forwarded ",
                                        "config ", "gravity ", "regex ",  "exactly "};
    struct text at = *rest;
    if (!text_skip(&at, ": "))
        return false;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (text_starts(at, verbs[i])) {
            *rest = at;
            return true;
        }
    }
    return false;
}

static int dnsmasq_line(struct reader *reader, struct text line)
{
    static const char *const answers[] = {"reply", "cached", "cached-stale", "config"};
    struct timestamp stamp;
    if (line.n == 0)
        return reader_other(reader);
    if (!syslog_take_stamp(&line, &stamp))
        return reader_bad(reader, "the line does not start with a time");
    if (!syslog_take_program(&line, "dnsmasq") && !skip_bare_colon(&line))
        return text_find(line, "dnsmasq-") != NULL
                   ? reader_other(reader) /* dnsmasq-dhcp, -tftp, -script */
                   : syslog_foreign_line(reader, line, "expected \"TIME dnsmasq[PID]: ...\"");
    skip_extra(&line);
    if (text_starts(line, "query[") || text_starts(line, "auth["))
        return question(reader, line, stamp);
    struct text verb = text_word(&line);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (text_equal(verb, answers[i]))
            return reader_answer(reader);
    return reader_other(reader);
}

const struct log_format format_dnsmasq = {
    .name = "dnsmasq",
    .title = "dnsmasq, log-queries (also Pi-hole, OpenWrt)",
    .summary =
        "Queries of dnsmasq, plain and \"extra\"; no year, no zone, whole seconds, odd names "
        "are lost.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_year = true,
    .needs_timezone = true,
    .line = dnsmasq_line,
};
