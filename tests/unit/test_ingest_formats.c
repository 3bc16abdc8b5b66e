/* Line styles of which there is no recording; the same traffic in several formats; and hostile
 * input. */
#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"
#include "tests/support/ingest_support.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct query_log log_read;
static struct ingest_report report;
static struct message message;

struct style {
    const char *format;
    const char *line;
    const char *expected; /* NULL: no query, or not understood */
};

static const struct style styles[] = {
    {"unbound", "Nov 21 19:24:24 host unbound[12]: [12:0] info: 192.0.2.1 a.test. A IN",
     "2026-11-21T19:24:24.000000Z 192.0.2.1 a.test A"},
    {"unbound",
     "2026-11-21T19:24:24.123+01:00 unbound[12:0] query: 2001:DB8::1 a?b.test. TYPE65 IN",
     "2026-11-21T18:24:24.123000Z 2001:db8::1 a?b.test HTTPS lossy"},
    {"unbound", "[1795288000] unbound[12:0] info: 192.0.2.1 . NS IN",
     "2026-11-21T19:06:40.000000Z 192.0.2.1 . NS"},
    {"unbound", "[1795288000] unbound[12:0] query: 192.0.2.1 a.test. A", NULL},
    {"unbound",
     "<30>1 2026-11-21T19:24:24+00:00 fw.lan unbound 1234 - [meta sequenceId=\"1\"] [1234:0] info: "
     "192.0.2.1 a.test. A IN",
     "2026-11-21T19:24:24.000000Z 192.0.2.1 a.test A"},
    {"dnsmasq", "<30>Nov 21 13:30:01 router dnsmasq[9]: query[A] a.test from 192.0.2.1",
     "2026-11-21T13:30:01.000000Z 192.0.2.1 a.test A"},
    {"tcpdump", "1795289064.104380 eth0  Out IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.test. (41)",
     "2026-11-21T19:24:24.104380Z 192.0.2.1 a.test A"},
    {"tcpdump",
     "1795289064.104380 00:00:00:00:00:00 > 00:00:00:00:00:01, ethertype IPv4 (0x0800), length 82: "
     "192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.test. (41)",
     "2026-11-21T19:24:24.104380Z 192.0.2.1 a.test A"},
    {"csv", "@timestamp,src_ip,query\n2026-11-21 19:24:24 UTC,192.0.2.1,a.test",
     "2026-11-21T19:24:24.000000Z 192.0.2.1 a.test TYPE0"},
    {"dnsmasq", "Sat Nov 21 13:30:01 2026 daemon.info dnsmasq[9]: query[A] a.test from 192.0.2.1",
     "2026-11-21T13:30:01.000000Z 192.0.2.1 a.test A"},
    {"dnsmasq",
     "Nov  1 13:30:01 router dnsmasq[9]: 77 192.0.2.1/53 query[type=65] a.test from 192.0.2.1",
     "2026-11-01T13:30:01.000000Z 192.0.2.1 a.test HTTPS"},
    {"dnsmasq", "Nov 21 13:30:01 dnsmasq: query[AAAA] <name unprintable> from fe80::1",
     "2026-11-21T13:30:01.000000Z fe80::1 <name\\032unprintable> AAAA lossy"},
    {"dnsmasq", "Nov 21 13:30:01 dnsmasq[1]: query[A] x from y from 192.0.2.1",
     "2026-11-21T13:30:01.000000Z 192.0.2.1 x\\032from\\032y A lossy"},
    {"pdns-auth",
     "Nov 21 13:30:01 ns1 pdns_server[7]: Remote 2001:db8::1<-192.0.2.0/24 wants 'a\\|b.test|MX', "
     "do = 1, bufsize = 512: packetcache HIT",
     "2026-11-21T13:30:01.000000Z 2001:db8::1 a|b.test MX"},
    {"pdns-recursor",
     "Nov 21 13:30:01 pdns_recursor[5]: 3 [1/1] question for 'a.test|A' from 192.0.2.1:5353",
     "2026-11-21T13:30:01.000000Z 192.0.2.1 a.test A"},
    {"pdns-recursor",
     "Nov 21 19:24:25 msg=\"Question\" subsystem=\"syncres\" ts=\"1795289065.958\" "
     "qname=\"we\\\\032ird\\\\.x.test\" qtype=\"A\" remote=\"[2001:db8::1]:54429\"",
     "2026-11-21T19:24:25.958000Z 2001:db8::1 we\\032ird\\.x.test A"},
    {"suricata",
     "{\"timestamp\":\"2026-11-21T19:24:24.123456+0200\",\"event_type\":\"dns\",\"src_ip\":\"192.0."
     "2.1\",\"dest_ip\":\"192.0.2.53\",\"dns\":{\"type\":\"query\",\"id\":1,\"rrname\":\"a.test\","
     "\"rrtype\":\"A\"}}",
     "2026-11-21T17:24:24.123456Z 192.0.2.1 a.test A"},
    {"suricata",
     "{\"timestamp\":\"2026-11-21T19:24:24.123456+0000\",\"event_type\":\"dns\",\"src_ip\":\"192.0."
     "2.1\",\"dest_ip\":\"192.0.2.53\",\"dns\":{\"version\":3,\"type\":\"request\",\"queries\":[{"
     "\"rrname\":\"a.test\",\"rrtype\":\"MX\"}]}}",
     "2026-11-21T19:24:24.123456Z 192.0.2.1 a.test MX"},
    {"zeek-json",
     "{\"ts\":\"2026-11-21T19:24:24.123456Z\",\"id.orig_h\":\"192.0.2.1\",\"id.resp_h\":\"192.0.2."
     "53\",\"query\":\"a.test\",\"qtype_name\":\"A\"}",
     "2026-11-21T19:24:24.123456Z 192.0.2.1 a.test A"},
    {"tcpdump",
     "2026-11-21 19:24:24.5 IP6 2001:db8::1.5353 > 2001:db8::53.53: 37855+ [1au][|domain] A? "
     "a.test. (58)",
     "2026-11-21T19:24:24.500000Z 2001:db8::1 a.test A"},
    {"tcpdump",
     "1795289064.104380 IP 192.0.2.1.4 > 192.0.2.53.domain: [bad udp cksum 0x1 -> 0x2!] 7+ [1au] "
     "TXT CHAOS? version.bind. ar: . OPT UDPsize=4096 (41)",
     "2026-11-21T19:24:24.104380Z 192.0.2.1 version.bind TXT"},
    {"dnstap-text",
     "2026-11-21 19:24:24.000001 CQ 192.0.2.1:53 -> 192.0.2.53:53 UDP 40b a.test/IN/A",
     "2026-11-21T19:24:24.000001Z 192.0.2.1 a.test A"},
    {"windows",
     "11/21/2026 10:00:32 PM 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.1    5b47   Q [0001   D "
     "  NOERROR] A      (12)somecomputer(6)do.ain(0)",
     "2026-11-21T22:00:32.000000Z 192.0.2.1 somecomputer.do\\.ain A"},
    {"windows",
     "2026/11/21 22:00:32 0E70 PACKET  00000000033397A0 TCP Rcv 2001:db8::1 5b47   Q [0001   D   "
     "NOERROR] SOA    (0)",
     "2026-11-21T22:00:32.000000Z 2001:db8::1 . SOA"},
    {"windows",
     "01.11.2026 22:00:32 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.1 5b47   Q [0001   D   "
     "NOERROR] A    (1)a(0)",
     "2026-11-01T22:00:32.000000Z 192.0.2.1 a A"},
    {"windows",
     "01/11/2026 22:00:32 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.1 5b47   Q [0001   D   "
     "NOERROR] A    (1)a(0)",
     NULL},
    {"windows",
     "13/11/2026 22:00:32 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.1 5b47 R Q [8081   DR  "
     "NOERROR] A    (1)a(0)",
     NULL},
};

static void test_styles(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        const struct style *style = &styles[i];
        struct ingest_options options = {.year = 2026, .timezone = "UTC", .format = style->format};
        int expected = style->expected != NULL ? STATUS_OK : STATUS_INPUT;
        read_bytes(style->line, strlen(style->line), options, expected, &log_read, &report,
                   &message);
        if (expected != STATUS_OK)
            continue;
        assert_string_equal(row_text(&log_read, 0, 6), style->expected);
        query_log_free(&log_read);
        options.format = NULL; /* and is told by itself */
        read_bytes(style->line, strlen(style->line), options, expected, &log_read, &report,
                   &message);
        assert_string_equal(report.format->name, style->format);
        query_log_free(&log_read);
    }
}

/* A syslog file of several programs: the others' lines are no complaint. */
static void test_mixed_syslog(void **state)
{
    (void)state;
    static const char lines[] = "Nov 21 13:30:00 host cron[77]: (root) CMD (x)\n"
                                "Nov 21 13:30:01 host dnsmasq[9]: query[A] a.test from 192.0.2.1\n"
                                "Nov 21 13:30:01 host kernel: [1.5] eth0 up\n"
                                "Nov 21 13:30:01 host dnsmasq-dhcp[9]: DHCPACK(eth0) 192.0.2.1\n"
                                "Nov 21 13:30:02 something else\n"
                                "Nov 21 13:30:02 host named[5]: client @0x1 192.0.2.1#1 (b.test): "
                                "query: b.test IN A + (192.0.2.53)\n";
    struct ingest_options options = {.year = 2026, .timezone = "UTC", .format = "dnsmasq"};
    read_bytes(lines, sizeof lines - 1, options, STATUS_OK, &log_read, &report, &message);
    assert_int_equal(report.kept, 1);
    assert_int_equal(report.others, 4);
    assert_int_equal(report.not_understood, 1);
    query_log_free(&log_read);
    options.format = "bind";
    read_bytes(lines, sizeof lines - 1, options, STATUS_OK, &log_read, &report, &message);
    assert_int_equal(report.kept, 1);
    assert_int_equal(report.not_understood, 1);
    query_log_free(&log_read);
}

static int keep_aggregate(void *context, const struct ingest_aggregate *aggregate)
{
    struct ingest_aggregate *last = context;
    *last = *aggregate;
    return STATUS_OK;
}

static void test_aggregates(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"cof", "{\"count\":1909,\"rdata\":[\"b\"],\"rrname\":\"a.test\",\"rrtype\":\"CNAME\","
                "\"time_first\":1315586409,\"time_last\":1449566799}\n"},
        {"passivedns",
         "1315586409.408856||10.1.1.1||8.8.8.8||IN||a.test.||CNAME||b||46587||1909\n"},
    };
    for (size_t i = 0; i < 2; i++) {
        char path[] = "/tmp/mxplain-test-XXXXXX";
        FILE *file = fdopen(mkstemp(path), "w");
        fputs(lines[i][1], file);
        fclose(file);
        const char *files[] = {path};
        struct ingest_aggregate last = {0};
        struct ingest_sink sink = {.context = &last, .aggregate = keep_aggregate};
        struct ingest_options options = {.files = files, .n_files = 1};
        assert_int_equal(ingest_stream(&options, &sink, &report, &message), STATUS_OK);
        remove(path);
        assert_string_equal(report.format->name, lines[i][0]);
        assert_int_equal(last.count, 1909);
        assert_int_equal(last.type, 5);
        assert_int_equal(last.first_us / US_PER_S, 1315586409);
    }
}

/* --- The same traffic --- */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The queries of a file as sorted lines "client name type"; with `anyone`, without the client.
 * Names that some of the formats write lossily are replaced by "odd". */
static char **traffic(const char *file, const char *server, bool anyone, size_t *n)
{
    char path[200], text[2048], type[RECORD_TYPE_TEXT_SIZE];
    snprintf(path, sizeof path, "tests/samples/logs/%s", file);
    struct ingest_options options = {
        .year = 2026, .date = "2026-11-21", .timezone = "UTC", .server = server};
    read_file(path, options, STATUS_OK, &log_read, &report, &message);
    *n = log_read.queries.n;
    char **lines = calloc(*n + 1, sizeof *lines);
    for (size_t i = 0; i < *n; i++) {
        const struct query *q = &log_read.queries.q[i];
        const char *name = intern_text(&log_read.names, q->name);
        snprintf(text, sizeof text, "%s %s %s",
                 anyone ? "" : intern_text(&log_read.clients, q->client),
                 strpbrk(name, "\\?<") != NULL ? "odd" : name, record_type_write(q->type, type));
        lines[i] = strdup(text);
    }
    qsort(lines, *n, sizeof *lines, compare_text); /* equal lines are the same: any order will do */
    query_log_free(&log_read);
    return lines;
}

static void free_lines(char **lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(lines[i]);
    free(lines);
}

static void check_same(const char *a, const char *server_a, const char *b, const char *server_b,
                       bool anyone)
{
    size_t n_a, n_b;
    char **lines_a = traffic(a, server_a, anyone, &n_a),
         **lines_b = traffic(b, server_b, anyone, &n_b);
    print_message("%s: %zu queries\n", b, n_b);
    assert_int_equal(n_a, n_b);
    for (size_t i = 0; i < n_a; i++)
        assert_string_equal(lines_a[i], lines_b[i]);
    free_lines(lines_a, n_a);
    free_lines(lines_b, n_b);
}

static void test_same_traffic(void **state)
{
    (void)state;
    if (log_format_find("pcap")->missing != NULL)
        skip();
    static const char authority[] = "bind-query-iso8601-utc-nocategory.log";
    check_same(authority, NULL, "bind-named.dnstap", NULL, false);
    check_same(authority, NULL, "dnstap-quiet.txt", NULL, false);
    check_same(authority, NULL, "dnstap.yaml", NULL, false);
    check_same(authority, NULL, "formats.pcap", "127.0.0.11", false);
    check_same("formats.pcap", NULL, "formats.pcapng", NULL, false);
    check_same("formats.pcap", NULL, "tcpdump-default.txt", NULL, false);
    check_same("formats.pcap", NULL, "tcpdump-tttt.txt", NULL, false);
    check_same("formats.pcap", NULL, "tcpdump-tt-v.txt", NULL, false);
    check_same("formats.pcap", NULL, "tshark-fields.csv", NULL, false);
    check_same("formats.pcap", "127.0.0.12", "unbound-ascii-time.log", NULL, false);
    check_same("formats.pcap", "127.0.0.14", "dnsmasq-extra.log", NULL, false);
    check_same("formats.pcap", "127.0.0.41", "dnsmasq.log", NULL, false);
    check_same("formats.pcap", "127.0.0.31", "pdns-recursor.log", NULL, false);
    check_same("formats.pcap", "127.0.0.22", "knot-mod-dnstap.fstrm", NULL, false);
    check_same("dnsmasq.log", NULL, "pdns-recursor.log", NULL, true);
    check_same("dnsmasq.log", NULL, "knot-mod-dnstap.fstrm", NULL, true);
    check_same("mail-run-A.pcap.gz", "127.0.0.11", "bind-query-default.log.gz", NULL, false);
    check_same("mail-run-A.pcap.gz", "127.0.0.11", "mail-run-A.dnstap.gz", NULL, false);
    check_same("mail-run-A.pcap.gz", "127.0.0.12", "unbound-epoch.log.gz", NULL, false);
}

/* Times of the packets of a capture are the same in all its printed forms. */
static void test_same_times(void **state)
{
    (void)state;
    if (log_format_find("pcap")->missing != NULL)
        skip();
    static const char *const files[] = {"formats.pcap",        "formats.pcapng",
                                        "tcpdump-default.txt", "tcpdump-tttt.txt",
                                        "tcpdump-tt-v.txt",    "tshark-fields.csv"};
    time_us sum = 0;
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char path[200];
        snprintf(path, sizeof path, "tests/samples/logs/%s", files[f]);
        struct ingest_options options = {.date = "2026-11-21", .timezone = "UTC"};
        read_file(path, options, STATUS_OK, &log_read, &report, &message);
        time_us here = 0;
        for (size_t i = 0; i < log_read.queries.n; i++)
            here += (log_read.queries.q[i].time_us - log_read.queries.q[0].time_us) *
                    (time_us)(i % 7 + 1);
        if (f > 0)
            assert_int_equal(here, sum);
        sum = here;
        assert_int_equal(log_read.queries.q[0].time_us, INT64_C(1795289057977705));
        query_log_free(&log_read);
    }
}

/* Times without a date: the file's date is that of its last line. */
static void test_midnight(void **state)
{
    (void)state;
    char path[] = "/tmp/mxplain-test-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    fputs("23:59:59.5 IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? a.test. (41)\n"
          "00:00:01 IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? b.test. (41)\n"
          "23:00:00 IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? c.test. (41)\n"
          "00:00:02 IP 192.0.2.1.4 > 192.0.2.53.53: 7+ A? d.test. (41)\n",
          file);
    fclose(file);
    const struct timespec written[2] = {{.tv_sec = 1795219300},
                                        {.tv_sec = 1795219300}}; /* 2026-11-21T00:01:40Z */
    assert_int_equal(utimensat(AT_FDCWD, path, written, 0), 0);
    read_file(path, (struct ingest_options){.timezone = "UTC"}, STATUS_OK, &log_read, &report,
              &message);
    assert_string_equal(row_text(&log_read, 0, 6),
                        "2026-11-19T23:59:59.500000Z 192.0.2.1 a.test A");
    assert_string_equal(row_text(&log_read, 3, 6),
                        "2026-11-21T00:00:02.000000Z 192.0.2.1 d.test A");
    query_log_free(&log_read);
    read_file(path, (struct ingest_options){.date = "2020-02-28", .timezone = "UTC"}, STATUS_OK,
              &log_read, &report, &message);
    assert_string_equal(row_text(&log_read, 3, 6),
                        "2020-03-01T00:00:02.000000Z 192.0.2.1 d.test A");
    query_log_free(&log_read);
    unlink(path);
}

/* Rotated files in any order give the same log. */
static void test_file_order(void **state)
{
    (void)state;
    const char *forwards[] = {"tests/samples/logs/bind-query-iso8601-utc-nocategory.log",
                              "tests/samples/logs/bind-query-default.log.gz"};
    const char *backwards[] = {forwards[1], forwards[0]};
    struct query_log a, b;
    struct ingest_options options = {.files = forwards, .n_files = 2, .timezone = "UTC"};
    assert_int_equal(ingest_read(&options, &a, &report, &message), STATUS_OK);
    assert_int_equal(report.kept, 1358 + 32);
    options.files = backwards;
    assert_int_equal(ingest_read(&options, &b, &report, &message), STATUS_OK);
    assert_int_equal(a.queries.n, b.queries.n);
    for (size_t i = 0; i < a.queries.n; i++) {
        assert_int_equal(a.queries.q[i].time_us, b.queries.q[i].time_us);
        assert_string_equal(intern_text(&a.names, a.queries.q[i].name),
                            intern_text(&b.names, b.queries.q[i].name));
    }
    query_log_free(&a);
    query_log_free(&b);
}

/* A C-DNS file made by hand, in both versions: three queries and an answer without its query. */
static void test_cdns(void **state)
{
    (void)state;
    static const char *const files[] = {"tests/fuzz/corpus/ingest_cdns/rfc8618",
                                        "tests/fuzz/corpus/ingest_cdns/draft05"};
    if (log_format_find("cdns")->missing != NULL)
        skip();
    for (size_t f = 0; f < 2; f++) {
        read_file(files[f], (struct ingest_options){0}, STATUS_OK, &log_read, &report, &message);
        assert_string_equal(report.format->name, "cdns");
        assert_int_equal(report.answers, 1);
        assert_int_equal(log_read.queries.n, 3);
        assert_string_equal(row_text(&log_read, 0, 6),
                            "2026-11-21T19:24:17.977705Z 192.0.2.1 mail.sender.test A");
        assert_string_equal(row_text(&log_read, 1, 6),
                            "2026-11-21T19:24:17.977712Z 192.0.2.1 we\\.rd A");
        assert_string_equal(row_text(&log_read, 2, 6),
                            "2026-11-21T19:24:19.477705Z 2001:db8::1 . DNSKEY");
        assert_string_equal(intern_text(&log_read.servers, log_read.queries.q[0].server),
                            "192.0.2.53");
        query_log_free(&log_read);
    }
}

/* --- Hostile input --- */

/* A small compressed file of C-DNS may claim to be a block of many million items, or of containers
 * within containers: refused before it takes memory. What stands before a damaged block is read. */
static void test_cdns_bombs(void **state)
{
    (void)state;
    enum { SIZE = 5000000 };
    static const char head[] = "\x83\x65"
                               "C-DNS"
                               "\xa1\x00\x01";
    static char bytes[SIZE];
    const struct ingest_options none = {0};
    if (log_format_find("cdns")->missing != NULL)
        skip();
    memcpy(bytes, head, sizeof head - 1);
    memset(bytes + sizeof head - 1, 0, SIZE - sizeof head);
    memcpy(bytes + sizeof head - 1, "\x81\xa1\x03\x9f", 4);
    bytes[SIZE - 1] = '\xff';
    read_bytes(bytes, SIZE, none, STATUS_INPUT, &log_read, &report, &message);
    assert_non_null(strstr(message.text, "more than"));
    memset(bytes + sizeof head - 1, '\x81', SIZE - sizeof head);
    read_bytes(bytes, SIZE, none, STATUS_INPUT, &log_read, &report, &message);
    assert_non_null(strstr(message.text, "damaged"));

    FILE *file = fopen("tests/fuzz/corpus/ingest_cdns/rfc8618", "rb");
    size_t n = fread(bytes, 1, SIZE, file);
    fclose(file);
    char *blocks = memmem(bytes + 8, n - 8, "\x81\xa3", 2); /* an array of one block */
    if (blocks == NULL)
        blocks = memmem(bytes + 8, n - 8, "\x9f", 1);
    assert_non_null(blocks);
    if (*blocks == '\x81')
        *blocks = '\x82'; /* claims a second one, which is not there */
    else
        n--; /* the break is missing */
    read_bytes(bytes, n, none, STATUS_OK, &log_read, &report, &message);
    assert_int_equal(log_read.queries.n, 3);
    assert_non_null(strstr(report.note[0], "cut off"));
    query_log_free(&log_read);
}

static void test_no_files(void **state)
{
    (void)state;
    read_file("/tmp", (struct ingest_options){0}, STATUS_INPUT, &log_read, &report, &message);
    assert_non_null(strstr(message.text, "directory"));
    read_file("tests/samples/no-such-file", (struct ingest_options){0}, STATUS_INPUT, &log_read,
              &report, &message);
    read_file("/dev/null", (struct ingest_options){0}, STATUS_INPUT, &log_read, &report, &message);
    assert_non_null(strstr(message.text, "empty"));
    read_bytes("\xff\xfe"
               "1\0",
               4, (struct ingest_options){0}, STATUS_INPUT, &log_read, &report, &message);
    assert_non_null(strstr(message.text, "UTF-16"));
    read_bytes("BZh91AY", 7, (struct ingest_options){0}, STATUS_INPUT, &log_read, &report,
               &message);
    assert_non_null(strstr(message.text, "bzip2"));
    read_file("tests/samples/logs/knot.log", (struct ingest_options){0}, STATUS_INPUT, &log_read,
              &report, &message);
    assert_non_null(strstr(message.text, "no query log"));
}

static void test_odd_bytes(void **state)
{
    (void)state;
    static char many[3000000];
    memset(many, 0, sizeof many); /* NULs */
    read_bytes(many, sizeof many, (struct ingest_options){0}, STATUS_INPUT, &log_read, &report,
               &message);
    memset(many, 'x', sizeof many); /* a line without end */
    for (size_t i = 0; log_formats[i] != NULL; i++)
        read_bytes(many, sizeof many, (struct ingest_options){.format = log_formats[i]->name},
                   STATUS_INPUT, &log_read, &report, &message);
    /* a good line, an endless one, a good line */
    static const char good[] = "2016-07-20T10:55:33.000Z|a.test|192.0.2.1\n";
    memcpy(many, good, sizeof good - 1);
    memcpy(many + sizeof many - sizeof good, "\n", 1);
    memcpy(many + sizeof many - sizeof good + 1, good, sizeof good - 1);
    read_bytes(many, sizeof many, (struct ingest_options){0}, STATUS_OK, &log_read, &report,
               &message);
    assert_int_equal(report.kept, 2);
    assert_int_equal(report.not_understood, 1);
    assert_int_equal(report.complaint[0].line, 2);
    assert_true(report.n_notes > 0); /* a third is more than one percent */
    query_log_free(&log_read);
}

static char *slurp(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1000000);
    *n = fread(bytes, 1, 1000000, file);
    fclose(file);
    return bytes;
}

/* Every recording, cut and with flipped bits, read as every format: no crash, and never both a
 * failure and a log. */
static void test_damage(void **state)
{
    (void)state;
    static const char *const files[] = {
        "bind-query-default.log.gz", "formats.pcap",     "bind-named.dnstap", "tshark.json",
        "pdns-recursor.log",         "tcpdump-tt-v.txt", "dnstap.yaml",       "formats.pcapng"};
    uint64_t random = 88172645463325252u;
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char path[200], temporary[] = "/tmp/mxplain-test-XXXXXX";
        size_t n;
        snprintf(path, sizeof path, "tests/samples/logs/%s", files[f]);
        char *bytes = slurp(path, &n);
        int file = mkstemp(temporary);
        close(file);
        for (int round = 0; round < 12; round++) {
            for (int flip = 0; flip < 20; flip++) {
                random ^= random << 13, random ^= random >> 7,
                    random ^= random << 17; /* xorshift64 */
                bytes[random % n] ^= (char)(1 << (random >> 60));
            }
            FILE *out = fopen(temporary, "wb");
            fwrite(bytes, 1, round % 2 == 0 ? n : random % n, out);
            fclose(out);
            const char *paths[] = {temporary};
            struct ingest_options options = {
                .files = paths, .n_files = 1, .year = 2026, .date = "2026-11-21"};
            int status = ingest_read(&options, &log_read, &report, &message);
            assert_true(status == STATUS_OK || status == STATUS_INPUT);
            check_sums(&report);
            if (status == STATUS_OK)
                query_log_free(&log_read);
        }
        unlink(temporary);
        free(bytes);
    }
}

static void test_cut_gzip(void **state)
{
    (void)state;
    size_t n;
    char *bytes = slurp("tests/samples/logs/bind-query-default.log.gz", &n);
    read_bytes(bytes, n / 2, (struct ingest_options){.timezone = "UTC"}, STATUS_OK, &log_read,
               &report, &message);
    assert_true(report.kept > 300 && report.kept < 1358);
    bool told = false;
    for (unsigned i = 0; i < report.n_notes; i++)
        told = told || strstr(report.note[i], "cut off") != NULL;
    assert_true(told);
    query_log_free(&log_read);
    read_bytes(bytes, 30, (struct ingest_options){0}, STATUS_INPUT, &log_read, &report, &message);
    free(bytes);
}

/* --- Day and month of Windows dates --- */

static void windows_dates(const char *const dates[3], const char *order, int expected,
                          const char *first)
{
    char text[2000];
    int n = 0;
    for (int i = 0; i < 3 && dates[i] != NULL; i++)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "%s 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.1 5b47   Q [0001   D   "
                      "NOERROR] A    (1)a(0)\n"
                      "%s 0E70 PACKET  00000000033397A0 UDP Snd 192.0.2.7 5b47   Q [0001   D   "
                      "NOERROR] A    (1)a(0)\n",
                      dates[i], dates[i]);
    struct ingest_options options = {.timezone = "UTC", .format = "windows", .date_order = order};
    read_bytes(text, (size_t)n, options, expected, &log_read, &report, &message);
    if (expected != STATUS_OK)
        return;
    char when[TIMESTAMP_TEXT_SIZE];
    assert_string_equal(timestamp_write(log_read.queries.q[0].time_us, 0, when), first);
    assert_int_equal(report.upstream, report.kept);
    check_sums(&report);
    query_log_free(&log_read);
}

static void test_windows_dates(void **state)
{
    (void)state;
    static const char *const ambiguous[] = {"1/11/2024 8:00:00 AM", "2/11/2024 8:00:00 AM", NULL};
    static const char *const by_day[] = {"1/11/2024 8:00:00", "1/12/2024 8:00:00",
                                         "1/13/2024 8:00:00"};
    static const char *const by_time[] = {"12/1/2024 8:00:00", "1/2/2024 8:00:00",
                                          "2/2/2024 8:00:00"}; /* 12 January, 1 February */
    static const char *const by_time_mdy[] = {"1/12/2024 8:00:00", "2/1/2024 8:00:00", NULL};
    static const char *const impossible[] = {"13/13/2024 8:00:00", NULL, NULL};
    windows_dates(ambiguous, NULL, STATUS_INPUT, NULL);
    assert_non_null(strstr(message.text, "--date-order"));
    windows_dates(ambiguous, "dmy", STATUS_OK, "2024-11-01T08:00:00Z");
    windows_dates(ambiguous, "mdy", STATUS_OK, "2024-01-11T08:00:00Z");
    windows_dates(ambiguous, "ydm", STATUS_INPUT, NULL);
    windows_dates(by_day, NULL, STATUS_OK, "2024-01-11T08:00:00Z");
    windows_dates(by_day, "dmy", STATUS_OK, "2024-11-01T08:00:00Z");
    windows_dates(by_time, NULL, STATUS_OK, "2024-01-12T08:00:00Z");
    windows_dates(by_time_mdy, NULL, STATUS_OK, "2024-01-12T08:00:00Z");
    windows_dates(impossible, NULL, STATUS_INPUT, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_styles),        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_same_traffic),  cmocka_unit_test(test_same_times),
        cmocka_unit_test(test_file_order),    cmocka_unit_test(test_cdns),
        cmocka_unit_test(test_cdns_bombs),    cmocka_unit_test(test_midnight),
        cmocka_unit_test(test_mixed_syslog),  cmocka_unit_test(test_no_files),
        cmocka_unit_test(test_odd_bytes),     cmocka_unit_test(test_damage),
        cmocka_unit_test(test_windows_dates), cmocka_unit_test(test_cut_gzip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
