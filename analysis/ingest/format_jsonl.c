#include "analysis/ingest/json.h"

/* One object a query, as the writer of that name makes it:
 * {"time":"2016-07-20T10:55:33.000000Z","client":"192.0.2.1","name":"a.test","type":"A","server":"192.0.2.53"}
 */

static int object(struct reader *reader, const json_t *row)
{
    struct reader_query query = {.client = json_text(row, "client"),
                                 .server = json_text(row, "server")};
    const json_t *type = json_object_get(row, "type");
    struct text flags = json_text(row, "flags");
    struct name name;
    if (!json_time(json_object_get(row, "time"), &query.stamp))
        return reader_bad(reader, "\"time\" is missing or no time");
    if (json_object_get(row, "client") == NULL || json_object_get(row, "name") == NULL)
        return reader_bad(reader, "\"client\" or \"name\" is missing");
    if (type != NULL && !json_record_type(type, &query.type))
        return reader_bad(reader, "the record type is not known");
    const char *wrong = name_from_text(&name, json_text(row, "name"));
    query.name = &name;
    query.flags |= text_find(flags, "lossy-name") != NULL ? QUERY_LOSSY_NAME : 0u;
    query.flags |= text_find(flags, "inserted") != NULL ? QUERY_INSERTED : 0u;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int jsonl_line(struct reader *reader, struct text line)
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

const struct log_format format_jsonl = {
    .name = "jsonl",
    .title = "JSON lines of mxplain",
    .summary =
        "One object per query with time, client, name, and where known type, server and flags.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = jsonl_line,
};
