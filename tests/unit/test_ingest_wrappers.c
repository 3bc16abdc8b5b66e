/* Lines of programs inside those of collectors: the recordings wrapped by each of them give the
 * same queries; lines without a time of their own take that around them; all lines are counted. */
#include "analysis/ingest/input.h"
#include "analysis/ingest/timestamp.h"
#include "analysis/ingest/wrapper.h"
#include "tests/support/ingest_support.h"
#include "tests/support/ingest_variants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#define LOGS "tests/samples/logs/"

static struct query_log plain, wrapped;
static struct ingest_report plain_report, report;
static struct message message;
static char path[] = "/tmp/mxplain-wrapped-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

/* ---- the recordings, wrapped ---- */

/* One line as a collector would write it; the journal's export is one entry of several lines. */
static void wrap(FILE *out, const char *wrapper, const char *program, struct text line, int i)
{
    char when[TIMESTAMP_TEXT_SIZE], us[32];
    time_us at = INT64_C(1795289057123456) + i * INT64_C(1000);
    json_t *text = json_stringn(line.at, line.n), *row = NULL;
    assert_non_null(text); /* the recordings that are wrapped are UTF-8 */
    timestamp_write(at, 6, when);
    snprintf(us, sizeof us, "%lld", (long long)at);
    if (strcmp(wrapper, "docker") == 0)
        row = json_pack("{s:o, s:s, s:s}", "log", text, "stream", "stdout", "time", when);
    else if (strcmp(wrapper, "elastic") == 0)
        row = json_pack("{s:s, s:{s:i}, s:o, s:{s:s}}", "@timestamp", when, "log", "offset", i,
                        "message", text, "host", "name", "ns1");
    else if (strcmp(wrapper, "loki") == 0)
        row = json_pack("{s:{s:s}, s:o, s:s}", "labels", "job", "dns", "line", text, "timestamp",
                        when);
    else if (strcmp(wrapper, "splunk") == 0)
        row = json_pack("{s:b, s:{s:o, s:s}}", "preview", 0, "result", "_raw", text, "_time", when);
    else if (strcmp(wrapper, "journal-json") == 0)
        row = json_pack("{s:s, s:s, s:s, s:s, s:o}", "__REALTIME_TIMESTAMP", us, "_HOSTNAME", "ns1",
                        "SYSLOG_IDENTIFIER", program, "_PID", "77", "MESSAGE", text);
    else
        fprintf(out,
                "__CURSOR=s=1;i=%d\n__REALTIME_TIMESTAMP=%s\n_HOSTNAME=ns1\nMESSAGE=%.*s\n"
                "_COMM=other\nSYSLOG_IDENTIFIER=%s\n_PID=77\n",
                i, us, (int)line.n, line.at, program);
    if (row != NULL)
        json_dumpf(row, out, JSON_COMPACT);
    else
        json_decref(text);
    putc('\n', out);
    json_decref(row);
}

static void wrap_file(const char *source, const char *wrapper, const char *program)
{
    struct input input;
    struct text line;
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(input_open(&input, source, &message), STATUS_OK);
    for (int i = 0; input_next_line(&input, &line) == INPUT_LINE; i++)
        wrap(out, wrapper, program, line, i);
    input_close(&input);
    assert_int_equal(fclose(out), 0);
}

/* The same rows but for the time, which may be that of the wrapper. */
static void same_rows(bool same_times)
{
    assert_int_equal(wrapped.queries.n, plain.queries.n);
    for (size_t i = 0; i < plain.queries.n; i++) {
        const struct query *a = &plain.queries.q[i], *b = &wrapped.queries.q[i];
        assert_int_equal(a->type, b->type);
        assert_string_equal(intern_text(&plain.names, a->name),
                            intern_text(&wrapped.names, b->name));
        assert_string_equal(intern_text(&plain.clients, a->client),
                            intern_text(&wrapped.clients, b->client));
        if (same_times)
            assert_true(a->time_us == b->time_us);
    }
}

static void check_wrapped(const char *file, const char *wrapper, const char *program,
                          bool same_times)
{
    struct ingest_options options = {.timezone = "UTC", .year = 2026};
    char source[200];
    snprintf(source, sizeof source, LOGS "%s", file);
    print_message("%s in %s\n", file, wrapper);
    read_file(source, options, STATUS_OK, &plain, &plain_report, &message);
    wrap_file(source, wrapper, program);
    read_file(path, options, STATUS_OK, &wrapped, &report, &message);
    check_sums(&report);
    assert_string_equal(report.format->name, plain_report.format->name);
    assert_int_equal(report.kept, plain_report.kept);
    assert_int_equal(report.answers, plain_report.answers);
    assert_int_equal(report.not_understood, 0);
    if (strcmp(wrapper, "journal-export") != 0)
        assert_int_equal(report.others, plain_report.others);
    assert_non_null(strstr(report.note[0], "its lines stand in "));
    same_rows(same_times);
    query_log_free(&plain);
    query_log_free(&wrapped);
}

static void test_recordings(void **state)
{
    (void)state;
    static const struct {
        const char *file, *program;
        bool has_zone; /* and so keeps its own time in any wrapper */
    } files[] = {
        {"bind-query-default.log.gz", "named", false},
        {"bind-query-iso8601-utc-nocategory.log", "named", true},
        {"bind-resolver-iso8601-local.log.gz", "named", false},
        {"unbound-epoch.log.gz", "unbound", true},
        {"unbound-ascii-time.log", "unbound", false},
        {"dnsmasq.log", "dnsmasq", false},
        {"dnsmasq-extra.log", "dnsmasq", false},
        {"pdns-recursor.log", "pdns_recursor", false},
        {"pdns-auth.log", "pdns_server", false},
        {"tcpdump-tttt.txt", "tcpdump", false},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        for (size_t k = 0; strcmp(log_wrappers[k]->name, "json-array") != 0; k++)
            check_wrapped(files[i].file, log_wrappers[k]->name, files[i].program,
                          files[i].has_zone || !log_wrappers[k]->has_time_of_writing);
}

/* ---- single lines ---- */

static void test_times_around(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        /* dnsmasq in the foreground, named under systemd: no time of their own */
        {"dnsmasq",
         "{\"log\":\"dnsmasq[1]: query[A] a.test from 192.0.2.1\\n\",\"stream\":\"stderr\","
         "\"time\":\"2026-11-21T19:24:24.280123456Z\"}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"bind",
         "{\"__REALTIME_TIMESTAMP\":\"1795289064280000\",\"_HOSTNAME\":\"ns1\",\"_COMM\":\"named\","
         "\"_PID\":\"7\",\"MESSAGE\":\"client @0x7f00 2001:db8::1#15159 (b.test): query: b.test IN "
         "AAAA + (192.0.2.53)\"}",
         "2026-11-21T19:24:24.280Z 2001:db8::1 b.test AAAA"},
        {"unbound",
         "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795289064280000\nBINARY\n"
         "\x03\x01\x02\x03\x04\x05\x06\x07xyz\nSYSLOG_IDENTIFIER=unbound\nSYSLOG_PID=7\n_PID=1\n"
         "MESSAGE=[7:0] info: 192.0.2.1 a.test. A IN\n\n",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        /* the time of collection counts only where there is no other */
        {"bind",
         "{\"@timestamp\":\"2026-11-30T00:00:00.000Z\",\"message\":\"21-Nov-2026 19:24:24.280 "
         "client "
         "192.0.2.1#5321: query: a.test IN A +\"}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"dnsmasq",
         "{\"@timestamp\":\"2026-11-21T19:24:24.280Z\",\"message\":\"query[A] a.test from "
         "192.0.2.1\",\"process\":{\"name\":\"dnsmasq\",\"pid\":9},\"host\":{\"name\":\"h\"}}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"bind",
         "{\"_index\":\"x\",\"_source\":{\"@timestamp\":\"2026-11-21T19:24:24.280Z\",\"event\":{"
         "\"original\":\"21-Nov-2026 19:24:24.280 client 192.0.2.1#5321: query: a.test IN A "
         "+\"},\"message\":\"query\"}}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        /* Fluent Bit's seconds */
        {"dnsmasq",
         "{\"date\":1795289064.28,\"log\":\"dnsmasq[1]: query[A] a.test from 192.0.2.1\"}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"windows",
         "{\"result\":{\"_raw\":\"21.11.2026 19:24:24 0A1C PACKET  000000D1 UDP Rcv 192.0.2.1      "
         " "
         "1234   Q [0001   D   NOERROR] A      "
         "(1)a(4)test(0)\",\"_time\":\"2026-11-21T20:00:00Z\"}}",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.test A"},
        /* JSON inside JSON stays as it is */
        {"suricata",
         "{\"log\":\"{\\\"timestamp\\\":\\\"2026-11-21T19:24:24.280000+0000\\\",\\\"event_type\\\":"
         "\\\"dns\\\",\\\"src_ip\\\":\\\"192.0.2.1\\\",\\\"dns\\\":{\\\"type\\\":\\\"query\\\","
         "\\\"rrname\\\":\\\"a.test\\\",\\\"rrtype\\\":\\\"A\\\"}}\\n\",\"time\":"
         "\"2026-11-21T19:24:25Z\"}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        /* the journal writes a message that is no text as numbers */
        {"dnsmasq",
         "{\"__REALTIME_TIMESTAMP\":\"1795289064280000\",\"SYSLOG_IDENTIFIER\":\"dnsmasq\","
         "\"MESSAGE\":[113,117,101,114,121,91,65,93,32,97,32,102,114,111,109,32,49,46,50,46,51,46,"
         "52]}",
         "2026-11-21T19:24:24.280Z 1.2.3.4 a A"},
    };
    CHECK(variants);
}

/* ---- the objects of services ---- */

static void test_services(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"json",
         "{\"version\":\"1.100000\",\"account_id\":\"1\",\"query_timestamp\":\"2026-11-21T19:24:"
         "24Z\","
         "\"query_name\":\"a.test.\",\"query_type\":\"AAAA\",\"query_class\":\"IN\",\"rcode\":"
         "\"NOERROR\",\"answers\":[],\"srcaddr\":\"192.0.2.1\",\"srcport\":\"5\",\"transport\":"
         "\"UDP\",\"srcids\":{\"instance\":\"i-1\"}}",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.test AAAA"},
        {"json",
         "{\"insertId\":\"x\",\"jsonPayload\":{\"queryName\":\"a.test.\",\"queryType\":\"MX\","
         "\"sourceIP\":\"2001:db8::1\",\"responseCode\":\"NOERROR\"},\"timestamp\":"
         "\"2026-11-21T19:24:24.280123456Z\"}",
         "2026-11-21T19:24:24.280Z 2001:db8::1 a.test MX"},
        {"json",
         "{\"Datetime\":\"2026-11-21T19:24:24Z\",\"QueryName\":\"a.test\",\"QueryType\":65,"
         "\"SrcIP\":\"192.0.2.1\",\"DstIP\":\"192.0.2.53\"}",
         "2026-11-21T19:24:24.000Z 192.0.2.1 a.test HTTPS"},
        {"json",
         "{\"@timestamp\":\"2026-11-21T19:24:24.280Z\",\"type\":\"dns\",\"query\":\"class IN, type "
         "A, a.test\",\"dns\":{\"question\":{\"name\":\"a.test\",\"type\":\"A\"},\"id\":7},"
         "\"client\":{\"ip\":\"192.0.2.1\"},\"server\":{\"ip\":\"192.0.2.53\"}}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"json",
         "{\"@timestamp\":\"2026-11-21T19:24:24.280Z\",\"dns.question.name\":\"a.test\","
         "\"dns.question.type\":\"A\",\"dns.type\":\"query\",\"source.ip\":[\"192.0.2.1\"]}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"json",
         "{\"@timestamp\":\"2026-11-21T19:24:24.280Z\",\"dns\":{\"type\":\"answer\",\"question\":"
         "{\"name\":\"a.test\",\"type\":\"A\"}},\"source\":{\"ip\":\"192.0.2.53\"}}",
         "answer"},
        {"json",
         "{\"time\":1795289064280,\"query\":\"a.test\",\"query_type\":\"A\",\"src_ip\":"
         "\"192.0.2.1\",\"protocol\":\"doh\"}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"json", "{\"time\":\"soon\",\"query\":\"a.test\",\"client\":\"192.0.2.1\"}", "bad"},
        {"json", "{\"time\":\"2026-11-21T19:24:24Z\",\"query\":\"a.test\"}", "bad"},
    };
    CHECK(variants);
}

static void test_other_services(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"route53",
         "1.0 2026-11-21T19:24:24.130Z Z123412341234 we\\032ird.test A NOERROR UDP FRA6 192.0.2.1 "
         "-",
         "2026-11-21T19:24:24.130Z 192.0.2.1 we\\032ird.test A"},
        {"route53",
         "2026-11-21T19:25:00.000Z 1.0 2026-11-21T19:24:24.130Z Z1 a.test HTTPS NXDOMAIN TCP IAD12 "
         "2001:db8::1 198.51.100.0/24",
         "2026-11-21T19:24:24.130Z 2001:db8::1 a.test HTTPS"},
        {"route53", "1.0 2026-11-21T19:24:24.130Z Z1 a.test NOTYPE NOERROR UDP FRA6 192.0.2.1 -",
         "bad"},
        {"technitium",
         "[2026-11-21 19:24:24 UTC] [192.0.2.2:55555] [UDP] QNAME: a.test; QTYPE: MX; QCLASS: IN; "
         "RCODE: NoError; ANSWER: [10 b.test]",
         "2026-11-21T19:24:24.000Z 192.0.2.2 a.test MX"},
        {"technitium",
         "[2026-11-21 19:24:24 Local] [[2001:db8::1]:55555] [HTTPS] QNAME: ; QTYPE: NS; QCLASS: "
         "IN; "
         "RCODE: NoError; ANSWER: []",
         "2026-11-21T19:24:24.000Z 2001:db8::1 . NS"},
        {"technitium", "[2026-11-21 19:24:24 UTC] Logging started.", "other"},
        {"technitium", "[2026-11-21 19:24:24 UTC] [192.0.2.2:5] [UDP] QNAME: a.test; QTYPE: ?",
         "bad"},
    };
    CHECK(variants);
}

#define DOCKER(text) "{\"log\":\"" text "\",\"time\":\"2026-11-21T19:24:24Z\"}\n"

/* Every line ends under one heading, by the number of the line in the file. */
static void test_counts(void **state)
{
    (void)state;
    static const char lines[] = "\xef\xbb\xbf" DOCKER("dnsmasq[1]: started") DOCKER(
        "dnsmasq[1]: query[A] a.test from 192.0.2.1\\n") "\r\n"
                                                         "not JSON at all\n" DOCKER(
                                                             "dnsmasq[1]: query[A] b.test from "
                                                             "192.0.2.1\\ndnsmasq[1]: query[MX] "
                                                             "c.test from "
                                                             "192.0.2.2\\n")
                                                             DOCKER("dnsmasq[1]: query[A] without "
                                                                    "client") "{\"log\":\"dnsmasq["
                                                                              "1]: query[A] "
                                                                              "cut.test from 192.0";
    read_bytes(lines, sizeof lines - 1, (struct ingest_options){0}, STATUS_OK, &wrapped, &report,
               &message);
    check_sums(&report);
    check_types(&wrapped, "A 2, MX 1");
    assert_int_equal(report.lines, 7);
    assert_int_equal(report.extra_queries, 1);
    assert_int_equal(report.others, 2);
    assert_int_equal(report.not_understood, 3);
    assert_int_equal(report.complaint[0].line, 4);
    assert_non_null(strstr(report.complaint[0].reason, "not a line of docker"));
    assert_int_equal(report.complaint[1].line, 6);
    assert_int_equal(report.complaint[2].line, 7);
    query_log_free(&wrapped);
}

/* ---- JSON as people print it ---- */

#define OBJECT(name)                                                                               \
    "{\"time\": \"2026-11-21T19:24:24Z\", \"client\": \"192.0.2.1\", \"name\": \"" name            \
    "\", \"type\": \"A\"}"
#define PRETTY(name)                                                                               \
    "  {\n    \"time\": \"2026-11-21T19:24:24Z\",\n    \"client\": \"192.0.2.1\",\n    \"name\": " \
    "\"" name "\",\n    \"type\": \"A\"\n  }"

static void check_array(const char *lines, uint64_t kept, uint64_t n_lines, uint64_t not_understood,
                        const char *note)
{
    print_message("%s\n", lines);
    read_bytes(lines, strlen(lines), (struct ingest_options){0}, STATUS_OK, &wrapped, &report,
               &message);
    check_sums(&report);
    assert_string_equal(report.format->name, "jsonl");
    assert_int_equal(report.kept, kept);
    assert_int_equal(report.lines, n_lines);
    assert_int_equal(report.not_understood, not_understood);
    bool found = note == NULL;
    for (unsigned i = 0; i < report.n_notes; i++)
        found = found || strstr(report.note[i], note) != NULL;
    assert_true(found);
    query_log_free(&wrapped);
}

static void test_arrays(void **state)
{
    (void)state;
    check_array("[" OBJECT("a.test") ", " OBJECT("b}{.test") "]\n", 2, 1, 0, "a JSON array");
    check_array("[\n" OBJECT("a.test") ",\n" OBJECT("b.test") "\n]\n", 2, 4, 0, "a JSON array");
    check_array("[\n" PRETTY("a.test") ",\n" PRETTY("b\\\\.test") "\n]\n", 2, 14, 0,
                "a JSON array");
    check_array(PRETTY("a.test") "\n" PRETTY("b.test") "\n" OBJECT("c.test"), 3, 13, 0,
                "a JSON array");
    check_array("[\n" PRETTY("a.test") ",\n  {\n    \"time\": 1,\n", 1, 9, 0,
                "the last entry is cut off");
    check_array("[" OBJECT("a.test") ", " OBJECT("b.test") ", {\"time\": \"20", 2, 1, 0,
                "the last entry is cut off");
    check_array("[" OBJECT("a.test") ",\n", 1, 1, 0, "the array around it");
    check_array("[\n" PRETTY("a.test") ",\n  nonsense\n]\n", 1, 9, 1, "a JSON array");
    check_array(OBJECT("a.test") "\n" OBJECT("b.test") "\n", 2, 2, 0, NULL); /* plain lines */
    assert_int_equal(report.n_notes, 0);
}

/* An object over very many lines is read in a time that grows with their number: with its square,
 * this test would take a minute. */
static void test_object_of_many_lines(void **state)
{
    (void)state;
    enum { LINES = 1000000 };
    static const char head[] =
        PRETTY("b.test") "\n{\"time\":\"2026-11-21T19:24:24Z\",\"client\":\"192.0.2.1\","
                         "\"name\":\"a.test\",\"type\":\"A\",\"list\":[\n";
    static const char tail[] = "0]}\n";
    size_t n = sizeof head - 1 + 3 * (size_t)LINES + sizeof tail - 1;
    char *lines = malloc(n), *at = lines;
    assert_non_null(lines);
    at = mempcpy(at, head, sizeof head - 1);
    for (int i = 0; i < LINES; i++)
        at = mempcpy(at, "0,\n", 3);
    memcpy(at, tail, sizeof tail - 1);
    read_bytes(lines, n, (struct ingest_options){.format = "jsonl"}, STATUS_OK, &wrapped, &report,
               &message);
    free(lines);
    check_sums(&report);
    assert_int_equal(report.kept, 2);
    assert_int_equal(report.lines, LINES + 8);
    query_log_free(&wrapped);
}

/* The last entry of an export may lack the empty line behind it. */
static void test_open_entry(void **state)
{
    (void)state;
    static const char lines[] =
        "__REALTIME_TIMESTAMP=1795289064280000\nSYSLOG_IDENTIFIER=dnsmasq\nMESSAGE=query[A] a.test "
        "from 192.0.2.1\n\n__REALTIME_TIMESTAMP=1795289064280001\nSYSLOG_IDENTIFIER=dnsmasq\n"
        "MESSAGE=query[MX] b.test from 192.0.2.1";
    read_bytes(lines, sizeof lines - 1, (struct ingest_options){0}, STATUS_OK, &wrapped, &report,
               &message);
    check_sums(&report);
    check_types(&wrapped, "A 1, MX 1");
    query_log_free(&wrapped);
}

/* An array in one line that is longer than any buffer. */
static void test_long_array(void **state)
{
    (void)state;
    enum { OBJECTS = 20000 };
    static const char object[] = OBJECT("a.test") ", ";
    size_t n = OBJECTS * (sizeof object - 1);
    char *line = malloc(n + 1), *at = line + 1;
    assert_non_null(line);
    *line = '[';
    for (int i = 0; i < OBJECTS; i++)
        at = mempcpy(at, object, sizeof object - 1);
    at[-2] = ']';
    at[-1] = '\n';
    for (int given = 0; given < 2; given++) {
        read_bytes(line, n + 1, (struct ingest_options){.format = given ? "jsonl" : NULL},
                   STATUS_OK, &wrapped, &report, &message);
        check_sums(&report);
        assert_int_equal(report.kept, OBJECTS);
        assert_int_equal(report.lines, 1);
        query_log_free(&wrapped);
    }
    free(line);
}

/* Messages that are no text stand behind their length: what is in them is no field, none is lost,
 * and a length that is wrong is said to be. */
#define ENTRY(field)                                                                               \
    "__REALTIME_TIMESTAMP=1795289064280000\nSYSLOG_IDENTIFIER=dnsmasq\n" field "_PID=1\n\n"
#define LENGTH(first) first "\0\0\0\0\0\0\0"

static void test_messages_of_bytes(void **state)
{
    (void)state;
    static const char lines[] = ENTRY("MESSAGE=query[A] a.test from 192.0.2.1\n")
        ENTRY("MESSAGE\n" LENGTH("\x20") "query[MX] b.test\t from 192.0.2.1\n")
            ENTRY("MESSAGE\n" LENGTH("\x4d") "query[NS] c.test from 192.0.2.1\n  \n"
                                             "\nMESSAGE=query[MX] no.test from 192.0.2.1\n\n")
                ENTRY("MESSAGE\n" LENGTH("\n") "0123456789\n")
                    ENTRY("MESSAGE\n" LENGTH("\5") "query[A] d.test from 192.0.2.1\n")
                        ENTRY("X\n" LENGTH("\xff\xff\xff\xff\xff\xff\xff\x7f") "abc\n")
                            ENTRY("MESSAGE\n\0\0\0\0\0\0\0\x80query[A] f.test from 192.0.2.1\n")
                                ENTRY("MESSAGE=query[TXT] e.test from 192.0.2.1\n");
    read_bytes(lines, sizeof lines - 1, (struct ingest_options){0}, STATUS_OK, &wrapped, &report,
               &message);
    check_sums(&report);
    check_types(&wrapped, "A 1, MX 1, NS 1, TXT 1");
    assert_int_equal(report.not_understood, 2);
    assert_non_null(strstr(report.complaint[0].reason, "not a field of the journal"));
    query_log_free(&wrapped);
}

/* A log whose own lines look like somebody's wrapper is read as what it is. */
static void test_not_wrapped(void **state)
{
    (void)state;
    static const struct variant variants[] = {
        {"suricata",
         "{\"timestamp\":\"2026-11-21T19:24:24.280000+0000\",\"line\":\"x\",\"event_type\":\"dns\","
         "\"src_ip\":\"192.0.2.1\",\"dns\":{\"type\":\"query\",\"rrname\":\"a.test\",\"rrtype\":"
         "\"A\"}}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
        {"jsonl",
         "{\"time\":\"2026-11-21T19:24:24.280Z\",\"client\":\"192.0.2.1\",\"name\":\"a.test\","
         "\"type\":\"A\",\"log\":\"x\"}",
         "2026-11-21T19:24:24.280Z 192.0.2.1 a.test A"},
    };
    CHECK(variants);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recordings),
        cmocka_unit_test(test_times_around),
        cmocka_unit_test(test_services),
        cmocka_unit_test(test_other_services),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_not_wrapped),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_open_entry),
        cmocka_unit_test(test_object_of_many_lines),
        cmocka_unit_test(test_messages_of_bytes),
        cmocka_unit_test(test_long_array),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
