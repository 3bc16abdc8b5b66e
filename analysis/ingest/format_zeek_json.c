#include "analysis/ingest/json.h"

/* `"id.orig_h"` is flat in Zeek's own files; others put it as `"id":{"orig_h":..}` or
 * `"id_orig_h"`. */
static struct text end_point(const json_t *row, const char *flat, const char *nested,
                             const char *underscored)
{
    struct text address = json_text(row, flat);
    if (address.n == 0)
        address = json_text(json_object_get(row, "id"), nested);
    return address.n > 0 ? address : json_text(row, underscored);
}

static int object(struct reader *reader, const json_t *row)
{
    struct reader_query query = {.client = end_point(row, "id.orig_h", "orig_h", "id_orig_h"),
                                 .server = end_point(row, "id.resp_h", "resp_h", "id_resp_h")};
    struct text written = json_text(row, "query");
    struct name name;
    if (query.client.n == 0)
        return reader_bad(reader, "no \"id.orig_h\": not a row of dns.log");
    if (!json_time(json_object_get(row, "ts"), &query.stamp))
        return reader_bad(reader, "\"ts\" is no time");
    if (json_integer_value(json_object_get(row, "opcode")) != 0)
        return reader_other(reader); /* notify, update */
    if (json_object_get(row, "query") == NULL ||
        (!json_record_type(json_object_get(row, "qtype"), &query.type) &&
         !json_record_type(json_object_get(row, "qtype_name"), &query.type)))
        return json_object_get(row, "rcode") != NULL ? reader_answer(reader) : reader_other(reader);
    const char *wrong = name_from_raw(&name, written.n == 0 ? text_of(".") : written);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int zeek_json_line(struct reader *reader, struct text line)
{
    if (line.n == 0)
        return reader_other(reader);
    json_t *row = json_line(line);
    if (row == NULL)
        return reader_bad(reader, "not a JSON object");
    int status = object(reader, row);
    json_decref(row);
    return status;
}

const struct log_format format_zeek_json = {
    .name = "zeek-json",
    .title = "Zeek dns.log, JSON lines",
    .summary = "One object per transaction as Zeek saw it; keys such as \"id.orig_h\" are flat.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = zeek_json_line,
};
