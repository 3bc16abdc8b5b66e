#include "analysis/ingest/json.h"
#include "analysis/ingest/syslog.h"

/* Suricata EVE. Versions 1 and 2 have one question per event in "dns" itself (type query), version
 * 3 of Suricata 8 has type request and an array "queries". */

static int question(struct reader *reader, const json_t *event, const json_t *where)
{
    struct reader_query query = {.client = json_text(event, "src_ip"),
                                 .server = json_text(event, "dest_ip")};
    struct text written = json_text(where, "rrname");
    struct name name;
    if (!json_time(json_object_get(event, "timestamp"), &query.stamp))
        return reader_bad(reader, "\"timestamp\" is no time");
    if (!json_record_type(json_object_get(where, "rrtype"), &query.type))
        return reader_bad(reader, "\"rrtype\" is no known type");
    const char *wrong = name_from_raw(&name, written.n == 0 ? text_of(".") : written);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static int questions(struct reader *reader, const json_t *event, const json_t *queries)
{
    size_t i;
    json_t *one;
    if (json_array_size(queries) == 0)
        return reader_other(reader);
    json_array_foreach(queries, i, one)
    {
        int status = question(reader, event, one);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static int dns_event(struct reader *reader, const json_t *event)
{
    const json_t *dns = json_object_get(event, "dns");
    if (json_is_array(dns) && json_array_size(dns) == 1)
        dns = json_array_get(dns, 0);
    struct text type = json_text(dns, "type");
    if (json_integer_value(json_object_get(dns, "opcode")) != 0)
        return reader_other(reader); /* notify, update */
    if (text_equal(type, "answer") || text_equal(type, "response"))
        return reader_answer(reader);
    if (!text_equal(type, "query") && !text_equal(type, "request"))
        return reader_bad(reader, "a dns event whose type is neither query nor answer");
    const json_t *queries = json_object_get(dns, "queries");
    return json_is_array(queries) ? questions(reader, event, queries)
                                  : question(reader, event, dns);
}

static int suricata_line(struct reader *reader, struct text line)
{
    if (line.n == 0)
        return reader_other(reader);
    struct timestamp stamp;
    struct text rest = line;
    if (syslog_take_stamp(&rest, &stamp)) { /* output through syslog: `TIME HOST suricata[1]: {` */
        if (!syslog_take_program(&rest, "suricata"))
            return syslog_foreign_line(reader, rest, "expected \"TIME HOST suricata[PID]: {...}\"");
        text_skip(&rest, "@cee: ");
        line = rest;
    }
    json_t *event = json_line(line);
    if (event == NULL)
        return reader_bad(reader, "not a JSON object");
    struct text type = json_text(event, "event_type");
    int status = type.n == 0 ? reader_bad(reader, "no \"event_type\": not an EVE event")
                 : text_equal(type, "dns") ? dns_event(reader, event)
                                           : reader_other(reader);
    json_decref(event);
    return status;
}

const struct log_format format_suricata = {
    .name = "suricata",
    .title = "Suricata EVE, events of type dns",
    .summary =
        "JSON lines of Suricata, DNS versions 1 to 3; queries and answers are separate events.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .line = suricata_line,
};
