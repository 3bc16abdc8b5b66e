#include "analysis/ingest/reader.h"

/* Technitium DNS Server, its text log: `[2026-11-21 19:24:24 UTC] [192.0.2.1:5353] [UDP] QNAME:
 * a.test; QTYPE: A; QCLASS: IN; RCODE: NoError; ANSWER: [...]`, a line a query. Without "use local
 * time" the times are UTC. */

/* Takes `[...]` off the front. */
static bool take_bracket(struct text *rest, struct text *inside)
{
    text_skip_blanks(rest);
    if (!text_skip(rest, "["))
        return false;
    *inside = text_take(rest, ']');
    if (inside->n > 0 && memchr(inside->at, '[', inside->n) != NULL) { /* [[2001:db8::1]:53] */
        const char *end = text_find(*rest, "]");
        if (end == NULL)
            return false;
        *inside = text_slice(inside->at, (size_t)(end - inside->at));
        *rest = text_from(*rest, end + 1);
    }
    return true;
}

/* The value behind `QNAME: `, up to the semicolon. */
static struct text value_of(struct text rest, const char *key)
{
    const char *at = text_find(rest, key);
    if (at == NULL)
        return text_slice("", 0);
    struct text value = text_from(rest, at + strlen(key));
    return text_trim(text_take(&value, ';'));
}

static int technitium_line(struct reader *reader, struct text line)
{
    struct reader_query query = {.server = text_slice("", 0)};
    struct text time, client, protocol;
    struct name name;
    int port;
    if (line.n == 0)
        return reader_other(reader);
    if (!take_bracket(&line, &time) || !timestamp_iso(&time, &query.stamp))
        return reader_bad(reader, "the line does not start with a time in brackets");
    query.stamp.has_offset = query.stamp.has_offset || text_equal(time, " UTC");
    if (!take_bracket(&line, &client) || !take_bracket(&line, &protocol) ||
        text_find(line, "QNAME: ") == NULL)
        return reader->is_trial
                   ? reader_bad(reader, "expected \"[TIME] [CLIENT:PORT] [UDP] QNAME: ...\"")
                   : reader_other(reader);
    if (!record_type_read(value_of(line, "QTYPE: "), &query.type))
        return reader_bad(reader, "the record type is not known");
    struct text written = value_of(line, "QNAME: ");
    const char *wrong = name_from_text(&name, written.n == 0 ? text_of(".") : written);
    address_split_port(client, &query.client, &port);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

const struct log_format format_technitium = {
    .name = "technitium",
    .title = "Technitium DNS Server, log of queries",
    .summary = "Queries of Technitium's text log; whole seconds.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_timezone = true,
    .line = technitium_line,
};
