#include "analysis/ingest/reader.h"
#include "analysis/ingest/syslog.h"

/* unbound, services/outside... daemon/worker.c and util/log.c (log_query_in, log_reply_info). */

/* `CLIENT NAME TYPE CLASS` is a query; with more behind it, a reply. */
static int question(struct reader *reader, struct text rest, struct timestamp stamp, bool tagged)
{
    struct reader_query query = {.stamp = stamp, .server = text_slice("", 0)};
    struct name name;
    query.client = text_word(&rest);
    struct text written = text_word(&rest), type = text_word(&rest), class = text_word(&rest);
    bool is_question = text_equal(class, "IN") || text_equal(class, "CH") ||
                       text_equal(class, "HS") || text_equal(class, "ANY") ||
                       text_starts(class, "CLASS");
    if (!tagged && (!is_question || !address_is_numeric(query.client)))
        return reader_other(reader);
    if (!is_question || !record_type_read(type, &query.type))
        return reader_bad(reader, "expected \"query: CLIENT NAME TYPE CLASS\"");
    if (text_trim(rest).n > 0)
        return reader_answer(reader);
    const char *wrong = name_from_raw(&name, written);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int unbound_line(struct reader *reader, struct text line)
{
    static const char *const severities[] = {"notice:", "warning:", "error:", "fatal",
                                             "debug:",  "verbose:", "reply:"};
    struct timestamp stamp;
    if (line.n == 0)
        return reader_other(reader);
    if (!syslog_take_stamp(&line, &stamp))
        return reader_bad(reader, "the line does not start with a time");
    if (!syslog_take_program(&line, "unbound"))
        return syslog_foreign_line(reader, line, "expected \"TIME unbound[PID:THREAD] ...\"");
    struct timestamp own;
    if (text_starts(line, "[") && syslog_take_stamp(&line, &own)) {
        stamp = own; /* standard error in the journal: the whole line again */
        syslog_take_program(&line, "unbound");
    }
    if (text_starts(line, "[")) /* syslog repeats [pid:thread] */
        text_word(&line);
    struct text tag = text_word(&line);
    if (text_equal(tag, "query:"))
        return question(reader, line, stamp, true);
    if (text_equal(tag, "info:"))
        return question(reader, line, stamp, false);
    if (text_equal(tag, "reply:"))
        return reader_answer(reader);
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
        if (text_equal(tag, severities[i]))
            return reader_other(reader);
    return reader_bad(reader, "expected query:, reply:, info: or another severity");
}

const struct log_format format_unbound = {
    .name = "unbound",
    .title = "unbound, log-queries",
    .summary = "Queries of unbound with epoch, text or ISO times; whole seconds, and odd bytes of "
               "names are lost (?).",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_year = true,
    .needs_timezone = true,
    .line = unbound_line,
};
