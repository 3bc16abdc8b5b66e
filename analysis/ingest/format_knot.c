#include "analysis/ingest/reader.h"
#include "analysis/ingest/syslog.h"

static int knot_line(struct reader *reader, struct text line)
{
    static const char *const severities[] = {
        "info:", "notice:", "warning:", "error:", "debug:", "critical:"};
    struct timestamp stamp;
    if (line.n == 0)
        return reader_other(reader);
    if (!syslog_take_stamp(&line, &stamp))
        return reader_bad(reader, "the line does not start with a time");
    syslog_take_program(&line, "nsd");
    syslog_take_program(&line, "knotd");
    struct text word = text_word(&line);
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
        if (text_equal(word, severities[i]))
            return reader_other(reader);
    return reader_bad(reader, "expected \"TIME SEVERITY: ...\"");
}

const struct log_format format_knot = {
    .name = "knot",
    .title = "server log of Knot DNS or NSD: has no queries",
    .summary = "Knot DNS and NSD write no query log: record with dnstap (Knot: mod-dnstap) or a "
               "capture instead.",
    .columns = 0,
    .line = knot_line,
};
