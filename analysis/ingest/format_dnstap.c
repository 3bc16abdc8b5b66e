#include <stdlib.h>

#include "analysis/ingest/dns_message.h"

/* Frame Streams (https://farsightsec.github.io/fstrm/) with dnstap.proto inside. Only eight fields
 * matter, so the protocol buffer is walked by hand: that needs no library and no allocation. */

enum { MAX_FRAME = 1024 * 1024, CONTROL_MAX = 512, CONTROL_START = 2, CONTROL_READY = 4 };

static uint32_t big_endian_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int dnstap_detect(struct text first)
{
    uint8_t at[12];
    if (first.n < sizeof at)
        return 0;
    memcpy(at, first.at, sizeof at);
    uint32_t type = big_endian_32(at + 8);
    return big_endian_32(at) == 0 && big_endian_32(at + 4) <= CONTROL_MAX &&
                   (type == CONTROL_START || type == CONTROL_READY)
               ? 100
               : 0;
}

/* --- Protocol buffers, https://protobuf.dev/programming-guides/encoding/ --- */

struct bytes {
    const uint8_t *at;
    size_t n;
};

struct field {
    uint64_t number;
    uint64_t value;     /* of varint and fixed fields */
    struct bytes bytes; /* of length-delimited fields */
};

static bool take_varint(struct bytes *rest, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && rest->n > 0; shift += 7) {
        uint8_t byte = *rest->at;
        rest->at++;
        rest->n--;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool take_fixed(struct bytes *rest, unsigned octets, uint64_t *value)
{
    if (rest->n < octets)
        return false;
    *value = 0;
    for (unsigned i = 0; i < octets; i++)
        *value |= (uint64_t)rest->at[i] << (8 * i);
    rest->at += octets;
    rest->n -= octets;
    return true;
}

/* Takes one field. False at the end and for broken input (then rest->n > 0 or *broken). */
static bool take_field(struct bytes *rest, struct field *field, bool *broken)
{
    enum { VARINT = 0, FIXED64 = 1, DELIMITED = 2, FIXED32 = 5 };
    uint64_t key, length;
    *field = (struct field){0};
    if (rest->n == 0)
        return false;
    *broken = true;
    if (!take_varint(rest, &key))
        return false;
    field->number = key >> 3;
    switch (key & 7) {
    case VARINT:
        *broken = !take_varint(rest, &field->value);
        return !*broken;
    case FIXED64:
        *broken = !take_fixed(rest, 8, &field->value);
        return !*broken;
    case FIXED32:
        *broken = !take_fixed(rest, 4, &field->value);
        return !*broken;
    case DELIMITED:
        if (!take_varint(rest, &length) || length > rest->n)
            return false;
        field->bytes = (struct bytes){rest->at, (size_t)length};
        rest->at += length;
        rest->n -= (size_t)length;
        *broken = false;
        return true;
    default:
        return false;
    }
}

/* The part of dnstap.Message that is of use. */
struct tap {
    uint64_t type; /* odd: a query, even: a response */
    struct bytes query_address, response_address, message;
    uint64_t s, ns;
    bool has_time;
};

static bool read_message(struct bytes rest, struct tap *tap)
{
    struct field field;
    bool broken = false;
    *tap = (struct tap){0};
    while (take_field(&rest, &field, &broken)) {
        switch (field.number) {
        case 1:
            tap->type = field.value;
            break;
        case 4:
            tap->query_address = field.bytes;
            break;
        case 5:
            tap->response_address = field.bytes;
            break;
        case 8:
            tap->s = field.value;
            tap->has_time = true;
            break;
        case 9:
            tap->ns = field.value;
            break;
        case 10:
            tap->message = field.bytes;
            break;
        default:
            break;
        }
    }
    return !broken;
}

static int report_query(struct reader *reader, const struct tap *tap)
{
    enum { LAST_SECOND = 2147483647 };
    char client[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];
    if (!tap->has_time || tap->s > LAST_SECOND || tap->ns > 999999999)
        return reader_bad(reader, "a dnstap query without a sensible time");
    struct reader_query query = {
        .stamp = {.is_epoch = true,
                  .epoch_us = (time_us)tap->s * US_PER_S + (time_us)(tap->ns / 1000)},
        .client = address_from_wire(tap->query_address.at, tap->query_address.n, client),
        .server = address_from_wire(tap->response_address.at, tap->response_address.n, server),
    };
    if (query.client.n == 0)
        query.client = text_of("unknown");
    if (tap->message.n == 0)
        return reader_bad(reader, "a dnstap query without its DNS message");
    return dns_message_report(reader, tap->message.at, tap->message.n, &query);
}

static int frame(struct reader *reader, struct bytes rest)
{
    enum { FIELD_MESSAGE = 14, MAX_MESSAGE_TYPE = 14 };
    struct field field;
    struct bytes message = {0};
    struct tap tap;
    bool broken = false;
    while (take_field(&rest, &field, &broken))
        if (field.number == FIELD_MESSAGE)
            message = field.bytes;
    if (broken || message.n == 0 || !read_message(message, &tap))
        return reader_bad(reader, "the frame is not a dnstap message");
    if (tap.type == 0 || tap.type > MAX_MESSAGE_TYPE)
        return reader_bad(reader, "the dnstap message is of an unknown type");
    return tap.type % 2 == 0 ? reader_answer(reader) : report_query(reader, &tap);
}

/* Passes over n bytes of the input. */
static bool skip(struct input *input, size_t n)
{
    char waste[4096];
    while (n > 0) {
        size_t want = n < sizeof waste ? n : sizeof waste;
        if (input_read(input, waste, want) != want)
            return false;
        n -= want;
    }
    return true;
}

static int breaks_off(struct reader *reader)
{
    ingest_report_note(reader->report, "%s: the stream breaks off within a frame", reader->file);
    return STATUS_OK;
}

static int dnstap_stream(struct reader *reader)
{
    uint8_t *bytes = malloc(MAX_FRAME), head[4];
    int status = bytes == NULL ? fail(reader->message, STATUS_RUN, "out of memory") : STATUS_OK;
    size_t got = 0;
    while (status == STATUS_OK && (got = input_read(reader->input, head, 4)) == 4) {
        size_t length = big_endian_32(head);
        if (length == 0) { /* a control frame follows */
            if (input_read(reader->input, head, 4) != 4 ||
                !skip(reader->input, big_endian_32(head)))
                break;
            continue;
        }
        reader_next_record(reader);
        if (length > MAX_FRAME) {
            status = reader_bad(reader, "the frame is longer than 1 MiB");
            if (!skip(reader->input, length))
                break;
            continue;
        }
        if (input_read(reader->input, bytes, length) != length) {
            status = reader_bad(reader, "the stream breaks off within the frame");
            break;
        }
        status = frame(reader, (struct bytes){bytes, length});
    }
    if (status == STATUS_OK && got != 0)
        status = breaks_off(reader);
    free(bytes);
    return status;
}

const struct log_format format_dnstap = {
    .name = "dnstap",
    .title = "dnstap (Frame Streams), as of BIND, Knot, NSD, unbound, dnsdist",
    .summary = "Messages of every kind of query; a stream of responses alone has no queries.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .detect = dnstap_detect,
    .stream = dnstap_stream,
};
