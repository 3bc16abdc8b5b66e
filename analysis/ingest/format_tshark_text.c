#include "analysis/ingest/reader.h"

/* The lines that tshark prints without -T: number, time, source, arrow, destination, protocol,
 * length, and what Wireshark has in its column Info, for a query `Standard query 0x1032 A a.test
 * OPT` (packet-dns.c). */

/* The default: seconds since the first packet. They become times by the start that was given. */
static bool take_relative(struct reader *reader, struct text *rest, struct timestamp *stamp)
{
    enum { EARLIEST_EPOCH_S = 100000000 }; /* captures are shorter, and younger than 1973 */
    if (!timestamp_epoch(rest, stamp))
        return false;
    if (stamp->epoch_us >= EARLIEST_EPOCH_S * US_PER_S)
        return true;
    reader->clock.lacks_start = !reader->clock.has_given_start;
    reader->clock.used_start = true;
    stamp->epoch_us += reader->clock.given_start_us;
    return true;
}

static bool take_stamp(struct reader *reader, struct text *rest, struct timestamp *stamp)
{
    return timestamp_iso(rest, stamp) || timestamp_time_of_day(rest, stamp) ||
           take_relative(reader, rest, stamp);
}

/* Takes a record type off the front; one that tshark does not know is `Unknown (65280)`. */
static bool take_type(struct text *rest, uint16_t *type)
{
    struct text word = text_word(rest);
    if (!text_equal(word, "Unknown"))
        return record_type_read(word, type);
    word = text_word(rest);
    return word.n > 2 && *word.at == '(' &&
           record_type_read(text_slice(word.at + 1, word.n - 2), type);
}

/* Cuts what stands behind the name: `OPT`, `TSIG ...`, `SOA ...` of a transfer, `[...]`. A name may
 * hold blanks. */
static struct text cut_name(struct text rest, uint16_t type)
{
    static const char *const ends[] = {" OPT", " TSIG", " SIG ", " ["};
    enum { IXFR = 251 };
    rest = text_trim(rest);
    if (type == IXFR)
        return text_word(&rest);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const char *end = text_find(rest, ends[i]);
        if (end != NULL)
            rest = text_slice(rest.at, (size_t)(end - rest.at));
    }
    return rest;
}

static int question(struct reader *reader, struct text rest, struct reader_query query)
{
    struct name name;
    text_word(&rest); /* id */
    if (text_find(rest, "[Malformed Packet") != NULL)
        return reader_bad(reader, "the packet is malformed");
    if (!take_type(&rest, &query.type))
        return reader_bad(reader, "the record type is not known");
    struct text written = cut_name(rest, query.type);
    const char *wrong =
        name_from_raw(&name, text_equal(written, "<Root>") ? text_of(".") : written);
    query.name = &name;
    return wrong == NULL ? reader_query(reader, &query) : reader_bad(reader, wrong);
}

static bool is_arrow(struct text word)
{
    return text_equal(word, "\xe2\x86\x92") || text_equal(word, "->");
}

/* Behind the time: `SOURCE -> DESTINATION PROTOCOL LENGTH INFO`. */
static int packet(struct reader *reader, struct text rest, struct reader_query *query)
{
    uint64_t length;
    query->client = text_word(&rest);
    struct text arrow = text_word(&rest);
    query->server = text_word(&rest);
    struct text protocol = text_word(&rest);
    if (!is_arrow(arrow) || !text_number(text_word(&rest), UINT32_MAX, &length))
        return reader_bad(reader,
                          "expected NUMBER TIME SOURCE -> DESTINATION PROTOCOL LENGTH INFO");
    text_skip_blanks(&rest);
    if (!text_equal(protocol, "DNS") || !text_skip(&rest, "Standard query "))
        return reader_other(reader);
    return text_starts(rest, "response ") ? reader_answer(reader) : question(reader, rest, *query);
}

static int tshark_text_line(struct reader *reader, struct text line)
{
    struct reader_query query = {.server = text_slice("", 0)};
    struct text rest = line;
    uint64_t number;
    if (text_trim(line).n == 0)
        return reader_other(reader);
    bool has_number = text_number(text_word(&rest), UINT64_MAX, &number);
    text_skip_blanks(&rest);
    if (!has_number || !take_stamp(reader, &rest, &query.stamp))
        return reader_bad(reader, "the line does not start with a number and a time");
    if (reader->clock.lacks_start)
        return reader_start_missing(reader);
    return packet(reader, rest, &query);
}

const struct log_format format_tshark_text = {
    .name = "tshark-text",
    .title = "tshark, as text",
    .summary = "Lines of tshark without -T; the default has seconds since the first packet, whose "
               "time is needed, with --date 2016-07-20T10:55:33Z; dots inside labels are lost.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
    .needs_timezone = true,
    .line = tshark_text_line,
};
