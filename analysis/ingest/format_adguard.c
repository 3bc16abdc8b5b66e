#include "analysis/ingest/json.h"

/* AdGuard Home, data/querylog.json (internal/querylog): an object a query with T time, QH name, QT
 * type, IP client. It is written with the answer. */

static int question(struct reader *reader, const json_t *row)
{
    struct reader_query query = {.client = json_text(row, "IP"), .server = text_slice("", 0)};
    struct text written = json_text(row, "QH");
    struct name name;
    if (!json_time(json_object_get(row, "T"), &query.stamp))
        return reader_bad(reader, "\"T\" is missing or no time");
    if (!json_record_type(json_object_get(row, "QT"), &query.type))
        return reader_bad(reader, "\"QT\" is no known type");
    if (json_object_get(row, "IP") == NULL)
        return reader_bad(reader, "\"IP\", the client, is missing");
    const char *wrong = name_from_text(&name, written.n == 0 ? text_of(".") : written);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int adguard_line(struct reader *reader, struct text line)
{
    if (text_trim(line).n == 0)
        return reader_other(reader);
    json_t *row = json_line(line);
    if (row == NULL)
        return reader_bad(reader, "not a JSON object");
    int status = json_object_get(row, "QH") != NULL
                     ? question(reader, row)
                     : reader_bad(reader, "no \"QH\": not a query of AdGuard Home");
    json_decref(row);
    return status;
}

const struct log_format format_adguard = {
    .name = "adguard",
    .title = "AdGuard Home, querylog.json",
    .summary = "Queries of AdGuard Home as it keeps them in files; clients may be anonymised.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .line = adguard_line,
};
