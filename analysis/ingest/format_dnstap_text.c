#include "analysis/ingest/reader.h"

/* dnstap-read of BIND and dnstap -q: `2026-11-21 19:24:17.972049 AQ 127.0.0.11 UDP 40b "." IN
 * DNSKEY`; newer ones have `CLIENT:PORT -> SERVER:PORT` in the place of the one address. Times are
 * UTC; those of golang-dnstap's dnstap -q are local and have no date. */

/* Client, Auth, Resolver, Forwarder, Stub, Tool, Update; Query or Response. */
static bool is_kind(struct text word)
{
    return word.n == 2 && strchr("CARFSTU", word.at[0]) != NULL &&
           (word.at[1] == 'Q' || word.at[1] == 'R');
}

/* `"NAME" IN TYPE`, or NAME/IN/TYPE in BIND. */
static const char *read_question(struct text line, struct name *name, uint16_t *type)
{
    text_skip_blanks(&line);
    const char *close = line.n > 0 ? memrchr(line.at, '"', line.n) : NULL;
    struct text written, class, kind;
    if (text_skip(&line, "\"") && close != NULL && close >= line.at) {
        written = text_slice(line.at, (size_t)(close - line.at));
        line = text_from(line, close + 1);
        class = text_word(&line);
        kind = text_word(&line);
    } else {
        struct text question = text_word(&line);
        written = text_take(&question, '/');
        class = text_take(&question, '/');
        kind = question;
    }
    if (class.n == 0 || !record_type_read(kind, type))
        return "expected \"NAME\" CLASS TYPE at the end";
    return name_from_text(name, written);
}

static int dnstap_line(struct reader *reader, struct text line)
{
    struct reader_query query = {.server = text_slice("", 0)};
    struct name name;
    if (line.n == 0)
        return reader_other(reader);
    text_skip_blanks(&line);
    if (text_starts(line,
                    "[unhandled Message.Type]")) /* dnstap -q of a kind that it does not know */
        return reader_other(reader);
    bool has_date = timestamp_iso(&line, &query.stamp);
    if (!has_date && !timestamp_time_of_day(&line, &query.stamp))
        return reader_bad(reader, "the line does not start with a time");
    query.stamp.has_offset = has_date;
    struct text kind = text_word(&line);
    if (!is_kind(kind))
        return reader_bad(reader, "expected a message type such as AQ or CR behind the time");
    int port;
    struct text address = text_word(&line), word = text_word(&line);
    address_split_port(address, &query.client, &port);
    if (text_equal(word, "->") || text_equal(word, "<-")) {
        address_split_port(text_word(&line), &query.server, &port);
        word = text_word(&line);
    }
    if (kind.at[1] == 'R')
        return reader_answer(reader);
    text_word(&line); /* size */
    const char *wrong = read_question(line, &name, &query.type);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

const struct log_format format_dnstap_text = {
    .name = "dnstap-text",
    .title = "dnstap, printed one line a message",
    .summary = "What dnstap-read or dnstap -q print; messages are not in the order of time.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_timezone = true,
    .line = dnstap_line,
    .start = reader_date_from_file,
};
