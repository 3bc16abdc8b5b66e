#include <stdio.h>
#include <stdlib.h>

#include "analysis/ingest/json.h"

/* --- Passive DNS Common Output Format (draft-dulaunoy-dnsop-passive-dns-cof) --- */

static bool seconds_of(struct reader *reader, const json_t *row, const char *key, time_us *at)
{
    char in_ms[40] = "";
    strncat(in_ms, key, 30);
    strcat(in_ms, "_ms");
    const json_t *ms = json_object_get(row, in_ms);
    struct timestamp stamp;
    if (json_is_number(ms) && json_number_value(ms) >= 0 &&
        json_number_value(ms) < 7258118400000.0) {
        *at = (time_us)(json_number_value(ms) * 1000);
        return true;
    }
    return json_time(json_object_get(row, key), &stamp) &&
           clock_resolve(&reader->clock, &stamp, at) == NULL;
}

static int cof_object(struct reader *reader, const json_t *row)
{
    struct ingest_aggregate aggregate = {.client = text_slice("", 0)};
    const json_t *count = json_object_get(row, "count");
    struct name name;
    if (json_object_get(row, "rrname") == NULL || json_object_get(row, "rrtype") == NULL)
        return reader_bad(reader, "no \"rrname\" and \"rrtype\": not passive DNS");
    const char *wrong = name_from_text(&name, json_text(row, "rrname"));
    if (wrong == NULL && !json_record_type(json_object_get(row, "rrtype"), &aggregate.type))
        wrong = "the record type is not known";
    bool has_times = seconds_of(reader, row, "time_first", &aggregate.first_us) ||
                     seconds_of(reader, row, "zone_time_first", &aggregate.first_us);
    has_times = has_times && (seconds_of(reader, row, "time_last", &aggregate.last_us) ||
                              seconds_of(reader, row, "zone_time_last", &aggregate.last_us));
    if (wrong == NULL && (!has_times || aggregate.last_us < aggregate.first_us))
        wrong = "time_first and time_last are missing or in the wrong order";
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    bool counted = json_is_integer(count) && json_integer_value(count) > 0;
    aggregate.count = counted ? (uint64_t)json_integer_value(count) : 0;
    aggregate.name = name.text;
    char *answer = json_dumps(json_object_get(row, "rdata"), JSON_ENCODE_ANY | JSON_COMPACT);
    aggregate.answer = text_of(answer != NULL ? answer : "");
    int status = reader_aggregate(reader, &aggregate);
    free(answer);
    return status;
}

static int cof_line(struct reader *reader, struct text line)
{
    if (line.n == 0)
        return reader_other(reader);
    json_t *row = json_line(line);
    if (row == NULL)
        return reader_bad(reader, "not a JSON object");
    /* Streaming answers of DNSDB: `{"cond":"begin"}`, `{"obj":{..}}`, `{"cond":"succeeded"}`. */
    const json_t *inner = json_object_get(row, "obj");
    bool is_frame = json_object_get(row, "cond") != NULL && inner == NULL;
    int status = is_frame ? reader_other(reader) : cof_object(reader, inner != NULL ? inner : row);
    json_decref(row);
    return status;
}

const struct log_format format_cof = {
    .name = "cof",
    .title = "passive DNS, Common Output Format",
    .summary =
        "Counts with first and last seen per answer: facts, not a log; no clients, no single "
        "times.",
    .columns = COLUMN_NAME | COLUMN_TYPE,
    .gives_aggregates = true,
    .line = cof_line,
};

/* --- passivedns of gamelinux: time||client||server||class||name||type||answer||ttl||count, before
 * version 1.0 without the count and in whole seconds --- */

static struct text take_field(struct text *rest)
{
    const char *end = text_find(*rest, "||");
    if (end == NULL)
        end = rest->at + rest->n;
    bool is_last = end == rest->at + rest->n;
    struct text field = text_slice(rest->at, (size_t)(end - rest->at));
    *rest = text_from(*rest, is_last ? end : end + 2);
    return field;
}

enum { ANSWER_SIZE = 4096 };

/* A text as a JSON string; bytes that are no plain ASCII as the characters of those numbers. A
 * longer one than any answer is cut. */
static struct text as_json(struct text raw, char buffer[static ANSWER_SIZE])
{
    size_t n = 0;
    buffer[n++] = '"';
    for (size_t i = 0; i < raw.n && n < ANSWER_SIZE - 8; i++) {
        unsigned char byte = (unsigned char)raw.at[i];
        if (byte < 0x20 || byte >= 0x7f) {
            n += (size_t)sprintf(buffer + n, "\\u%04X", byte);
            continue;
        }
        if (byte == '"' || byte == '\\')
            buffer[n++] = '\\';
        buffer[n++] = (char)byte;
    }
    buffer[n++] = '"';
    return text_slice(buffer, n);
}

static int passivedns_line(struct reader *reader, struct text line)
{
    struct ingest_aggregate aggregate = {0};
    struct text field[9];
    struct timestamp stamp;
    struct name name;
    char client[ADDRESS_TEXT_SIZE];
    if (line.n == 0 || *line.at == '#')
        return reader_other(reader);
    for (size_t i = 0; i < 9; i++)
        field[i] = take_field(&line);
    if (field[7].n == 0)
        return reader_bad(reader, "fewer than eight fields between ||");
    if (field[8].n == 0)
        field[8] = text_of("1");
    if ((!timestamp_epoch(&field[0], &stamp) && !timestamp_iso(&field[0], &stamp)) ||
        field[0].n > 0)
        return reader_bad(reader, "the first field is no time");
    field[1] = text_trim(field[1]);
    if (!address_is_numeric(field[1]))
        return reader_bad(reader, "the second field is no client address");
    const char *wrong = name_from_raw(&name, field[4]);
    if (wrong == NULL && !record_type_read(field[5], &aggregate.type))
        wrong = "the record type is not known";
    if (wrong == NULL && !text_number(text_trim(field[8]), UINT32_MAX, &aggregate.count))
        wrong = "the last field is no count";
    if (wrong == NULL)
        wrong = clock_resolve(&reader->clock, &stamp, &aggregate.first_us);
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    char answer[ANSWER_SIZE];
    aggregate.answer = as_json(field[6], answer);
    aggregate.last_us = aggregate.first_us;
    aggregate.client = address_canonical(field[1], client);
    aggregate.name = name.text;
    return reader_aggregate(reader, &aggregate);
}

const struct log_format format_passivedns = {
    .name = "passivedns",
    .title = "passivedns (gamelinux), default fields",
    .summary = "Answers with a count since the last print: facts, not a log.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE,
    .needs_timezone = true,
    .gives_aggregates = true,
    .line = passivedns_line,
};
