#include <stdio.h>

#include "analysis/ingest/json.h"

/* JSON lines of services, an object a query, that differ by the names of their fields only. A row
 * is a service; a field has its alternatives behind bars, and dots lead into objects inside. */

struct service {
    const char *time, *client, *name, *type, *server;
    const char *response; /* is "answer" or "response" where the event is no query; NULL: none */
};

static const struct service services[] = {
    /* Amazon Route 53 Resolver query logging */
    {"query_timestamp", "srcaddr", "query_name", "query_type", NULL, NULL},
    /* Google Cloud DNS through Cloud Logging */
    {"timestamp", "jsonPayload.sourceIP", "jsonPayload.queryName", "jsonPayload.queryType",
     "jsonPayload.destinationIP", NULL},
    /* Cloudflare Gateway, Logpush */
    {"Datetime", "SrcIP|DeviceName", "QueryName", "QueryTypeName|QueryType", "DstIP", NULL},
    /* Elastic Common Schema: Packetbeat, modules of Filebeat */
    {"@timestamp", "client.ip|source.ip|source.address", "dns.question.name", "dns.question.type",
     "server.ip|destination.ip", "dns.type"},
    /* Those who name them as one would in a table */
    {"time|timestamp|ts|@timestamp|datetime|date|_time",
     "client|client_ip|client_address|src_ip|source_ip|src|source|ip",
     "name|qname|query_name|query|rrname|domain|question",
     "type|qtype|query_type|qtype_name|rrtype|record_type", "server|dest_ip|dst|destination", NULL},
};
enum { N_SERVICES = sizeof services / sizeof services[0] };

/* The value where `path` leads, up to a bar; NULL where it leads nowhere. Dots may also stand in
 * the names of fields. */
static const json_t *follow(const json_t *object, struct text path)
{
    char key[64];
    if (path.n == 0 || path.n >= sizeof key)
        return NULL;
    memcpy(key, path.at, path.n);
    key[path.n] = '\0';
    const json_t *whole = json_object_get(object, key);
    struct text rest = path;
    struct text first = text_take(&rest, '.');
    if (whole != NULL || rest.n == 0)
        return whole;
    key[first.n] = '\0';
    return follow(json_object_get(object, key), rest);
}

/* A value that says something: of several the first. */
static const json_t *find(const json_t *object, const char *paths)
{
    struct text rest = text_of(paths != NULL ? paths : "");
    while (rest.n > 0) {
        const json_t *value = follow(object, text_take(&rest, '|'));
        if (json_is_array(value))
            value = json_array_get(value, 0);
        if (json_is_number(value) || json_string_length(value) > 0)
            return value;
    }
    return NULL;
}

static struct text find_text(const json_t *object, const char *paths)
{
    const json_t *value = find(object, paths);
    return json_is_string(value) ? text_slice(json_string_value(value), json_string_length(value))
                                 : text_slice("", 0);
}

static const struct service *service_of(const json_t *object)
{
    for (size_t i = 0; i < N_SERVICES; i++)
        if (find(object, services[i].time) != NULL && find(object, services[i].client) != NULL &&
            find(object, services[i].name) != NULL)
            return &services[i];
    return NULL;
}

/* ISO 8601, also with a blank, or seconds since 1970 or parts of them. */
static bool read_time(const json_t *value, struct timestamp *stamp)
{
    char digits[24];
    struct text rest = text_slice(json_string_value(value), json_string_length(value));
    if (json_is_integer(value)) {
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
        rest = text_of(digits);
    } else if (!json_is_string(value)) {
        return json_time(value, stamp);
    } else if (timestamp_iso(&rest, stamp)) {
        if (text_skip(&rest, " UTC"))
            stamp->has_offset = true;
        return rest.n == 0;
    }
    return timestamp_epoch_any(&rest, stamp) && rest.n == 0;
}

static int query_object(struct reader *reader, const struct service *service, const json_t *object)
{
    struct reader_query query = {.client = find_text(object, service->client),
                                 .server = find_text(object, service->server)};
    struct text response = find_text(object, service->response);
    struct name name;
    if (text_equal(response, "answer") || text_equal(response, "response"))
        return reader_answer(reader);
    if (!read_time(find(object, service->time), &query.stamp))
        return reader_bad(reader, "the time is not understood; expected ISO 8601 or seconds");
    const json_t *type = find(object, service->type);
    if (type != NULL && !json_record_type(type, &query.type))
        return reader_bad(reader, "the record type is not known");
    const char *wrong = name_from_text(&name, find_text(object, service->name));
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int json_object_line(struct reader *reader, struct text line)
{
    if (line.n == 0)
        return reader_other(reader);
    json_t *object = json_line(line);
    if (object == NULL)
        return reader_bad(reader, "not a JSON object");
    const struct service *service = service_of(object);
    int status = service != NULL
                     ? query_object(reader, service, object)
                     : reader_bad(reader, "no fields for time, client and name that are known");
    json_decref(object);
    return status;
}

const struct log_format format_json = {
    .name = "json",
    .title = "JSON lines of services: Route 53 Resolver, Cloud DNS, Cloudflare, Packetbeat",
    .summary = "One object per query with fields for time, client and name, and perhaps type and "
               "server, by the names that these services use or that one would give a table.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .needs_timezone = true,
    .line = json_object_line,
};
