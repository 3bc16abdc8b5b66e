#include "analysis/ingest/reader.h"

/* Amazon Route 53, query logs of public hosted zones (developer guide, "Public DNS query logging"):
 * `1.0 TIME ZONE NAME TYPE RCODE PROTOCOL EDGE RESOLVER SUBNET`. Exports of CloudWatch Logs write
 * their own time before it. */

static int route53_line(struct reader *reader, struct text line)
{
    struct reader_query query = {.server = text_slice("", 0)};
    struct timestamp exported;
    struct name name;
    if (line.n == 0)
        return reader_other(reader);
    text_skip_blanks(&line);
    if (timestamp_iso(&line, &exported))
        text_skip_blanks(&line);
    struct text version = text_word(&line), time = text_word(&line);
    text_word(&line); /* zone */
    struct text written = text_word(&line), type = text_word(&line);
    text_word(&line); /* response code */
    struct text protocol = text_word(&line);
    text_word(&line); /* edge location */
    query.client = text_word(&line);
    bool is_versioned = version.n == 3 && version.at[1] == '.';
    if (!is_versioned || !timestamp_iso(&time, &query.stamp) || time.n > 0 || protocol.n != 3)
        return reader_bad(reader, "expected \"1.0 TIME ZONE NAME TYPE RCODE UDP EDGE RESOLVER\"");
    if (!record_type_read(type, &query.type))
        return reader_bad(reader, "the record type is not known");
    const char *wrong = name_from_text(&name, written);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

const struct log_format format_route53 = {
    .name = "route53",
    .title = "Amazon Route 53, queries of public zones",
    .summary = "Queries to Route 53 as an authority, by the resolver that asked; those of its own "
               "resolver are JSON lines (json).",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .line = route53_line,
};
