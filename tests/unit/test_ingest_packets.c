/* Captures made by hand: link layers, fragments in any order, TCP segments in any order, lost and
 * repeated. */
#include "analysis/ingest/format.h"
#include "tests/support/ingest_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* --- Building a capture --- */

static uint8_t capture[100000];
static size_t capture_n;

static struct query_log log_read;
static struct ingest_report report;
static struct message message;

static void put(uint8_t *to, size_t *n, const void *bytes, size_t count)
{
    memcpy(to + *n, bytes, count);
    *n += count;
}

static void put_16(uint8_t *to, size_t *n, unsigned value)
{
    to[(*n)++] = (uint8_t)(value >> 8);
    to[(*n)++] = (uint8_t)value;
}

static void put_32(uint8_t *to, size_t *n, uint32_t value)
{
    put_16(to, n, value >> 16);
    put_16(to, n, value & 0xffff);
}

/* A file header of the big-endian form, microseconds. */
static void begin(uint32_t link_type)
{
    capture_n = 0;
    put_32(capture, &capture_n, 0xa1b2c3d4);
    put_32(capture, &capture_n, 0x00020004);
    put_32(capture, &capture_n, 0);
    put_32(capture, &capture_n, 0);
    put_32(capture, &capture_n, 65535);
    put_32(capture, &capture_n, link_type);
}

static void add_frame(const uint8_t *bytes, size_t n)
{
    static uint32_t second = 1469012133;
    put_32(capture, &capture_n, second++);
    put_32(capture, &capture_n, 500);
    put_32(capture, &capture_n, (uint32_t)n);
    put_32(capture, &capture_n, (uint32_t)n);
    put(capture, &capture_n, bytes, n);
}

static void finish(int expected)
{
    read_bytes(capture, capture_n, (struct ingest_options){0}, expected, &log_read, &report,
               &message);
    check_sums(&report);
}

/* A question for NAME.test, type A. */
static size_t make_question(uint8_t *to, const char *label)
{
    static const uint8_t header[12] = {0x12, 0x34, 1, 0, 0, 1};
    size_t n = 0;
    put(to, &n, header, sizeof header);
    to[n++] = (uint8_t)strlen(label);
    put(to, &n, label, strlen(label));
    put(to, &n, "\4test\0\0\1\0\1", 10);
    return n;
}

static size_t make_udp(uint8_t *to, const char *label)
{
    uint8_t question[100];
    size_t length = make_question(question, label), n = 0;
    put_16(to, &n, 4711);
    put_16(to, &n, 53);
    put_16(to, &n, (unsigned)length + 8);
    put_16(to, &n, 0);
    put(to, &n, question, length);
    return n;
}

static size_t make_ipv4(uint8_t *to, unsigned protocol, unsigned fragment, const uint8_t *payload,
                        size_t n_payload)
{
    static const uint8_t addresses[8] = {192, 0, 2, 1, 192, 0, 2, 53};
    size_t n = 0;
    put_16(to, &n, 0x4500);
    put_16(to, &n, (unsigned)(20 + n_payload));
    put_16(to, &n, 77);
    put_16(to, &n, fragment);
    put_16(to, &n, 64u << 8 | protocol);
    put_16(to, &n, 0);
    put(to, &n, addresses, sizeof addresses);
    put(to, &n, payload, n_payload);
    return n;
}

static size_t make_ipv6(uint8_t *to, unsigned next, const uint8_t *payload, size_t n_payload)
{
    static const uint8_t addresses[32] = {
        0x20, 1, 0x0d, 0xb8, [15] = 1, [16] = 0x20, 1, 0x0d, 0xb8, [31] = 0x53};
    size_t n = 0;
    put_32(to, &n, 0x60000000);
    put_16(to, &n, (unsigned)n_payload);
    put_16(to, &n, next << 8 | 64);
    put(to, &n, addresses, sizeof addresses);
    put(to, &n, payload, n_payload);
    return n;
}

static void add_ipv4(unsigned protocol, unsigned fragment, const uint8_t *payload, size_t n_payload)
{
    uint8_t packet[2000];
    add_frame(packet, make_ipv4(packet, protocol, fragment, payload, n_payload));
}

static void check_names(const char *const names[], size_t n)
{
    assert_int_equal(log_read.queries.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(intern_text(&log_read.names, log_read.queries.q[i].name), names[i]);
    query_log_free(&log_read);
}

/* --- The tests --- */

enum { RAW = 101, ETHERNET = 1, SLL = 113, NULL_LINK = 0, SLL2 = 276 };

static void test_links(void **state)
{
    (void)state;
    static const struct {
        uint32_t link;
        size_t n;
        uint8_t header[24];
    } rows[] = {
        {RAW, 0, {0}},
        {ETHERNET, 14, {[12] = 8, 0}},
        {ETHERNET, 18, {[12] = 0x81, 0, 0, 7, 8, 0}},
        {ETHERNET, 22, {[12] = 0x88, 0xa8, 0, 7, 0x81, 0, 0, 9, 8, 0}},
        {SLL, 16, {[14] = 8, 0}},
        {SLL2, 20, {8, 0}},
        {NULL_LINK, 4, {0, 0, 0, 2}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t udp[200], frame[300];
        size_t n = 0, n_udp = make_udp(udp, "www");
        begin(rows[i].link);
        put(frame, &n, rows[i].header, rows[i].n);
        n += make_ipv4(frame + n, 17, 0, udp, n_udp);
        memset(frame + n, 0, 6); /* padding */
        add_frame(frame, n + 6);
        finish(STATUS_OK);
        assert_int_equal(log_read.queries.q[0].type, TYPE_A);
        assert_string_equal(intern_text(&log_read.clients, 0), "192.0.2.1");
        assert_string_equal(intern_text(&log_read.servers, 1), "192.0.2.53");
        check_names((const char *const[]){"www.test"}, 1);
    }
    begin(105); /* 802.11 */
    add_frame((const uint8_t *)"0123456789", 10);
    finish(STATUS_INPUT);
    assert_non_null(strstr(message.text, "link type"));
}

static void test_fragments(void **state)
{
    (void)state;
    static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
    uint8_t udp[200];
    size_t n = make_udp(udp, "fragmented");
    const size_t start[3] = {0, 8, 24}, end[3] = {8, 24, n};
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        begin(RAW);
        for (int i = 0; i < 3; i++) {
            int k = orders[o][i];
            add_ipv4(17, (k < 2 ? 0x2000u : 0u) | (unsigned)start[k] / 8, udp + start[k],
                     end[k] - start[k]);
        }
        finish(STATUS_OK);
        assert_int_equal(report.others, 2);
        check_names((const char *const[]){"fragmented.test"}, 1);
    }
    begin(RAW); /* the middle is missing */
    add_ipv4(17, 0x2000, udp, 8);
    add_ipv4(17, 3, udp + 24, n - 24);
    finish(STATUS_INPUT);
    assert_int_equal(report.others, 2);
}

static void test_ipv6(void **state)
{
    (void)state;
    uint8_t udp[200], packet[400], extended[300];
    size_t n_udp = make_udp(udp, "six"), n = 0;
    begin(RAW);
    add_frame(packet, make_ipv6(packet, 17, udp, n_udp));
    put(extended, &n, "\x3c\0\0\0\0\0\0\0", 8); /* hop-by-hop, then destination options */
    put(extended, &n, "\x11\0\0\0\0\0\0\0", 8);
    put(extended, &n, udp, n_udp);
    add_frame(packet, make_ipv6(packet, 0, extended, n));
    for (int last = 1; last >= 0; last--) { /* two fragments, the last first */
        n = 0;
        put(extended, &n, last ? "\x11\0\0\x10\0\0\0\7" : "\x11\0\0\1\0\0\0\7", 8);
        put(extended, &n, udp + (last ? 16 : 0), last ? n_udp - 16 : 16);
        add_frame(packet, make_ipv6(packet, 44, extended, n));
    }
    finish(STATUS_OK);
    assert_string_equal(intern_text(&log_read.clients, 0), "2001:db8::1");
    check_names((const char *const[]){"six.test", "six.test", "six.test"}, 3);
}

/* One TCP segment with the bytes [from, from + n) of the stream; the stream's sequence numbers wrap
 * soon. */
static void add_segment(const uint8_t *stream, size_t from, size_t n, unsigned flags)
{
    static const uint32_t first = UINT32_MAX - 20;
    uint8_t segment[2000];
    size_t at = 0;
    put_16(segment, &at, 4711);
    put_16(segment, &at, 53);
    put_32(segment, &at, flags == 2 ? first - 1 : first + (uint32_t)from);
    put_32(segment, &at, 0);
    put_16(segment, &at, 0x5000 | flags);
    put_16(segment, &at, 1000);
    put_32(segment, &at, 0);
    put(segment, &at, stream + from, n);
    add_ipv4(6, 0, segment, at);
}

static size_t make_stream(uint8_t *to)
{
    static const char *const labels[] = {"one", "two", "three"};
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        uint8_t question[100];
        size_t length = make_question(question, labels[i]);
        put_16(to, &n, (unsigned)length);
        put(to, &n, question, length);
    }
    return n;
}

static const char *const all_three[] = {"one.test", "two.test", "three.test"};

static void test_tcp_orders(void **state)
{
    (void)state;
    uint8_t stream[400];
    size_t n = make_stream(stream);
    begin(RAW); /* one octet at a time */
    add_segment(stream, 0, 0, 2);
    for (size_t i = 0; i < n; i++)
        add_segment(stream, i, 1, 16);
    finish(STATUS_OK);
    check_names(all_three, 3);
    begin(RAW); /* out of order, with overlaps and repetitions */
    add_segment(stream, 0, 0, 2);
    add_segment(stream, 50, n - 50, 16);
    add_segment(stream, 10, 30, 16);
    add_segment(stream, 0, 20, 16);
    add_segment(stream, 0, 20, 16);
    add_segment(stream, 35, 25, 16);
    add_segment(stream, 30, 10, 16);
    finish(STATUS_OK);
    assert_int_equal(report.kept, 3);
    check_names((const char *const[]){"one.test", "two.test", "three.test"}, 3);
    begin(RAW); /* all in one segment: two more queries than records */
    add_segment(stream, 0, n, 16);
    finish(STATUS_OK);
    assert_int_equal(report.extra_queries, 2);
    check_names(all_three, 3);
}

static void test_tcp_gap(void **state)
{
    (void)state;
    uint8_t stream[400];
    size_t n = make_stream(stream), one = 2 + (size_t)stream[1];
    begin(RAW); /* the second message was not captured; the third comes out when the stream ends */
    add_segment(stream, 0, 0, 2);
    add_segment(stream, 0, one, 16);
    add_segment(stream, 2 * one, n - 2 * one, 16);
    add_segment(stream, n, 0, 17);
    finish(STATUS_OK);
    check_names((const char *const[]){"one.test", "three.test"}, 2);
    begin(RAW); /* or with the capture */
    add_segment(stream, 0, one, 16);
    add_segment(stream, 2 * one, n - 2 * one, 16);
    finish(STATUS_OK);
    check_names((const char *const[]){"one.test", "three.test"}, 2);
}

/* A question quoted in an ICMP error is none. */
static void test_icmp(void **state)
{
    (void)state;
    uint8_t udp[200], icmp[300] = {3, 3};
    begin(RAW);
    size_t n = make_ipv4(icmp + 8, 17, 0, udp, make_udp(udp, "quoted"));
    add_ipv4(1, 0, icmp, n + 8);
    finish(STATUS_INPUT);
    assert_int_equal(report.others, 1);
}

int main(void)
{
    if (log_format_find("pcap")->missing != NULL) {
        print_message("built without libpcap: skipped\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links),   cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_ipv6),    cmocka_unit_test(test_tcp_orders),
        cmocka_unit_test(test_tcp_gap), cmocka_unit_test(test_icmp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
