/* Tables, the formats of the 2016 case, BIND's line styles, and import of an export. */
#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"
#include "analysis/ingest/writer.h"
#include "tests/support/ingest_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct query_log log_read;
static struct ingest_report report;
static struct message message;

static void read_text(const char *source, struct ingest_options options, int expected)
{
    read_bytes(source, strlen(source), options, expected, &log_read, &report, &message);
}

/* Query i of log_read as one line of text, for short comparisons. */
static const char *row(size_t i)
{
    static char text[2048];
    char when[TIMESTAMP_TEXT_SIZE], type[RECORD_TYPE_TEXT_SIZE];
    const struct query *q = &log_read.queries.q[i];
    assert_true(i < log_read.queries.n);
    snprintf(text, sizeof text, "%s %s %s %s%s%s%s", timestamp_write(q->time_us, 3, when),
             intern_text(&log_read.clients, q->client), intern_text(&log_read.names, q->name),
             q->type != 0 ? record_type_write(q->type, type) : "?", q->server != 0 ? " @" : "",
             intern_text(&log_read.servers, q->server),
             (q->flags & QUERY_LOSSY_NAME) != 0 ? " lossy" : "");
    return text;
}

static const char case_log[] = "2016-07-20T10:55:33.000Z|mail1.trump-email.com|217.12.96.15\n"
                               "2016-07-20T08:23:38.000Z|mail1.trump-email.com|217.12.96.15\n"
                               "2016-07-20T23:36:18.000Z|mail1.trump-email.com|217.12.97.15\r\n"
                               "2016-07-20T06:07:33.000Z|mail1.trump-email.com|217.12.96.15\n"
                               "2016-07-20T06:07:33.000Z|mail1.trump-email.com|217.12.96.15\n"
                               "2016-07-20T13:00:24.000Z|mail1.trump-email.com|2";

static void test_case_log(void **state)
{
    (void)state;
    read_text(case_log, (struct ingest_options){0}, STATUS_OK);
    assert_string_equal(report.format->name, "pipe");
    assert_int_equal(report.lines, 6);
    assert_int_equal(report.kept, 5);
    assert_int_equal(report.duplicates, 1);
    assert_int_equal(report.not_understood, 1);
    assert_int_equal(report.n_complaints, 1);
    assert_int_equal(report.complaint[0].line, 6);
    assert_int_equal(report.backwards, 2);
    assert_int_equal(log_read.resolution_us, US_PER_S);
    assert_int_equal(log_read.columns, COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME);
    assert_string_equal(row(0), "2016-07-20T06:07:33.000Z 217.12.96.15 mail1.trump-email.com ?");
    assert_string_equal(row(4), "2016-07-20T23:36:18.000Z 217.12.97.15 mail1.trump-email.com ?");
    check_sums(&report);
    query_log_free(&log_read);
}

static const char case_summary[] =
    "1422|AS15632|217.12.96.15|217.12.96.0/23|JSC \"Alfa-Bank\"|Moscow|Moskva|Russian "
    "Federation|RU\n"
    "1395|AS15632|217.12.97.15|217.12.96.0/23|JSC \"Alfa-Bank\"|Moscow|Moskva|Russian "
    "Federation|RU\n"
    "1|AS40715|71.5.34.5|71.5.34.0/24|DataCenter.BZ, LLC|Worthington|Ohio|US|US\n";

static int add_count(void *context, const struct ingest_aggregate *aggregate)
{
    *(uint64_t *)context += aggregate->count;
    return STATUS_OK;
}

static void test_case_summary(void **state)
{
    (void)state;
    read_text(case_summary, (struct ingest_options){0}, STATUS_INPUT); /* facts, not a log */
    assert_non_null(strstr(message.text, "3 aggregates"));
    assert_string_equal(report.format->name, "pipe-summary");
    char path[] = "/tmp/mxplain-test-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    fputs(case_summary, file);
    fclose(file);
    const char *files[] = {path};
    uint64_t sum = 0;
    struct ingest_sink sink = {.context = &sum, .aggregate = add_count};
    struct ingest_options options = {.files = files, .n_files = 1};
    assert_int_equal(ingest_stream(&options, &sink, &report, &message), STATUS_OK);
    remove(path);
    assert_int_equal(sum, 2818);
    assert_int_equal(report.aggregates, 3);
}

static void test_csv(void **state)
{
    (void)state;
    read_text("time;name;x;client;type\n"
              "2016-07-20 10:55:33;\"a \"\"b\"\";c.test\";1;2001:DB8::1;TYPE65\n"
              "1469012133.5;b.test.;;192.0.2.1;mx\n"
              "1469012133500;\"b.test;;192.0.2.1;mx\n"
              "nonsense;b.test;;192.0.2.1;mx\n"
              "1469012133;b.test;;192.0.2.1;QQ\n"
              "1469012133;b..test;;192.0.2.1;A\n"
              "1469012133;b.test;;;A\n"
              "1469012133;b.test;;192.0.2;A\n"
              "\n",
              (struct ingest_options){.timezone = "+01:00"}, STATUS_OK);
    assert_int_equal(report.kept, 2);
    assert_int_equal(report.not_understood, 6);
    assert_int_equal(report.others, 2);
    assert_int_equal(report.n_complaints, 5);
    assert_int_equal(report.complaint[0].line, 4);
    assert_string_equal(row(0), "2016-07-20T09:55:33.000Z 2001:db8::1 a\\032\"b\";c.test HTTPS");
    assert_string_equal(row(1), "2016-07-20T10:55:33.500Z 192.0.2.1 b.test MX");
    check_sums(&report);
    query_log_free(&log_read);
}

static void test_columns(void **state)
{
    (void)state;
    read_text("when,who,what\n192.0.2.1,x,2016-07-20T10:55:33Z,a.test\n",
              (struct ingest_options){.columns = "client,-,time,name"}, STATUS_OK);
    assert_int_equal(report.others, 1); /* the header */
    assert_string_equal(row(0), "2016-07-20T10:55:33.000Z 192.0.2.1 a.test ?");
    query_log_free(&log_read);
    read_text("192.0.2.1,x,2016-07-20T10:55:33Z,a.test\n",
              (struct ingest_options){.columns = "time=3,client=1"}, STATUS_OK);
    assert_int_equal(log_read.columns, COLUMN_TIME | COLUMN_CLIENT);
    query_log_free(&log_read);
    static const char *const bad[] = {"time,clinet", "client,name", "time=0,client=2",
                                      "time=99,client=1"};
    for (size_t i = 0; i < 2 * sizeof bad / sizeof bad[0]; i++) {
        read_text("192.0.2.1,x,2016-07-20T10:55:33Z,a.test\n",
                  (struct ingest_options){.columns = bad[i / 2], .format = i % 2 ? "csv" : NULL},
                  STATUS_INPUT);
        assert_non_null(strstr(message.text, bad[i / 2])); /* which is what is wrong */
    }
    read_text("192.0.2.1,x,2016-07-20T10:55:33Z,a.test\n", (struct ingest_options){0},
              STATUS_INPUT);
    assert_non_null(strstr(message.text, "--columns"));
}

#define BIND_LINE "2026-11-21T19:06:53.377Z client 127.0.0.12#15159: query: a.test IN A +\n"
#define TSHARK_LINE                                                                                \
    "    2   1.500000 192.0.2.1 -> 192.0.2.53 DNS 82 Standard query 0xd A a.test OPT\n"

/* Options that say how a file is written are errors for a format that has no use for them; those
 * that say what times leave out are not. */
static void test_options_without_effect(void **state)
{
    (void)state;
    read_text(BIND_LINE, (struct ingest_options){.columns = "time,client"}, STATUS_INPUT);
    assert_non_null(strstr(message.text, "read as bind, which is no table"));
    read_text(BIND_LINE, (struct ingest_options){.columns = "time,client", .format = "bind"},
              STATUS_INPUT);
    read_text(BIND_LINE, (struct ingest_options){.date_order = "dmy"}, STATUS_INPUT);
    assert_non_null(strstr(message.text, "--date-order"));
    read_text("time,client\n2026-11-21T19:06:53Z,192.0.2.1\n",
              (struct ingest_options){.date_order = "dmy"}, STATUS_INPUT);
    read_text(BIND_LINE,
              (struct ingest_options){.year = 1999, .date = "1999-01-01", .timezone = "+05:00"},
              STATUS_OK);
    assert_string_equal(row(0), "2026-11-21T19:06:53.377Z 127.0.0.12 a.test A");
    query_log_free(&log_read);
}

/* Seconds since the start of a capture need that start. */
static void test_start_of_capture(void **state)
{
    (void)state;
    read_text(TSHARK_LINE, (struct ingest_options){0}, STATUS_INPUT);
    assert_non_null(strstr(message.text, ":1: its times are seconds since the start"));
    read_text(TSHARK_LINE, (struct ingest_options){.date = "2026-11-21"}, STATUS_INPUT);
    assert_non_null(strstr(message.text, "--date 2016-07-20T10:55:33Z"));
    read_text(TSHARK_LINE, (struct ingest_options){.date = "2026-11-21T19:00"}, STATUS_INPUT);
    assert_non_null(strstr(message.text, "is not a day"));
    read_text(TSHARK_LINE, (struct ingest_options){.date = "2026-11-21T20:00:00+01:00"}, STATUS_OK);
    assert_string_equal(row(0), "2026-11-21T19:00:01.500Z 192.0.2.1 a.test A @192.0.2.53");
    assert_non_null(strstr(report.note[0], "2026-11-21T19:00:00.000000Z was taken"));
    query_log_free(&log_read);
}

static void test_bind_styles(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"21-Nov-2026 19:06:53.377 queries: info: client @0x7f00bdeabc98 127.0.0.12#15159 "
         "(a.test): query: a.test IN A -E(0)DC (127.0.0.11)",
         "2026-11-21T19:06:53.377Z 127.0.0.12 a.test A @127.0.0.11"},
        {"21-Nov-2026 19:06:53.377 client 2001:db8::1#15159: query: a.test IN AAAA +",
         "2026-11-21T19:06:53.377Z 2001:db8::1 a.test AAAA"},
        {"2026-11-21T19:06:53.377Z queries: INFO: client @0x1 127.0.0.12#1 (a.test): view "
         "internal: query: A.test IN TYPE65 -E(0)TDCV (::1) [ECS 192.0.2.0/24/0]",
         "2026-11-21T19:06:53.377Z 127.0.0.12 A.test HTTPS @::1"},
        {"21-Nov-2026 19:06:53.377 info: client 127.0.0.12#1/key k.test (a\\@b.test): query: "
         "a\\@b.test CH TXT +S (127.0.0.1)",
         "2026-11-21T19:06:53.377Z 127.0.0.12 a@b.test TXT @127.0.0.1"},
        {"Nov 21 19:06:53 ns1 named[77]: client @0x1 127.0.0.12#1 (a.test): query: a.test IN NS "
         "+E(0) (127.0.0.1)",
         "2026-11-21T19:06:53.000Z 127.0.0.12 a.test NS @127.0.0.1"},
        {"21-Nov-2026 19:06:53.377 client 127.0.0.12#1 (we\\032ird\\.label.test): query: "
         "we\\032ird\\.label.test IN A + (127.0.0.1)",
         "2026-11-21T19:06:53.377Z 127.0.0.12 we\\032ird\\.label.test A @127.0.0.1"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        read_text(lines[i][0], (struct ingest_options){.year = 2026, .timezone = "UTC"}, STATUS_OK);
        assert_string_equal(report.format->name, "bind");
        assert_string_equal(row(0), lines[i][1]);
        query_log_free(&log_read);
    }
    read_text("client 127.0.0.12#1 (a.test): query: a.test IN A +",
              (struct ingest_options){.format = "bind"}, STATUS_INPUT);
    assert_non_null(strstr(message.text, "print-time"));
}

static void test_empty_columns(void **state)
{
    (void)state;
    read_text("time,client,name,type,server\n2016-07-20T10:55:33Z,192.0.2.1,a.test,,\n",
              (struct ingest_options){0}, STATUS_OK);
    assert_int_equal(log_read.columns, COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME);
    query_log_free(&log_read);
}

static void test_too_many_servers(void **state)
{
    (void)state;
    enum { SERVERS = 70000, ROOM = 80 };
    char *text = malloc(SERVERS * ROOM);
    assert_non_null(text);
    size_t n = (size_t)sprintf(text, "time,client,name,server\n");
    for (int i = 0; i < SERVERS; i++)
        n += (size_t)sprintf(text + n, "1469012133,192.0.2.1,a.test,10.%d.%d.%d\n", i >> 16,
                             i >> 8 & 255, i & 255);
    read_bytes(text, n, (struct ingest_options){0}, STATUS_OK, &log_read, &report, &message);
    assert_int_equal(log_read.queries.n, SERVERS);
    assert_int_equal(log_read.columns & COLUMN_SERVER, 0);
    assert_int_equal(log_read.queries.q[5].server, 0);
    assert_int_equal(log_read.servers.count, 1);
    query_log_free(&log_read);
    free(text);
}

static void test_zeroed_clients(void **state)
{
    (void)state;
    read_text("2016-07-20T10:55:33.5Z|a.test|0.0.0.0\n2016-07-20T10:55:34Z|a.test|::\n",
              (struct ingest_options){0}, STATUS_OK);
    assert_int_equal(log_read.columns, COLUMN_TIME | COLUMN_NAME);
    assert_int_equal(log_read.resolution_us, 1000);
    query_log_free(&log_read);
}

/* Foreign text may not reach the terminal with its control bytes. */
static void test_report_is_safe(void **state)
{
    (void)state;
    struct ingest_report bad = {.n_complaints = 1, .n_notes = 1};
    char *text = NULL;
    size_t n = 0;
    snprintf(bad.complaint[0].file, sizeof bad.complaint[0].file, "\x1b[2J\x7f");
    snprintf(bad.complaint[0].reason, sizeof bad.complaint[0].reason, "\x1b]0;x\a");
    snprintf(bad.note[0], sizeof bad.note[0], "\r\x1b");
    FILE *out = open_memstream(&text, &n);
    ingest_report_print(&bad, out);
    fclose(out);
    for (size_t i = 0; i < n; i++)
        assert_true(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && text[i] != 0x7f));
    free(text);
}

static void test_filters(void **state)
{
    (void)state;
    read_text(case_log, (struct ingest_options){.client = "217.12.97.0/24"}, STATUS_OK);
    assert_int_equal(report.kept, 1);
    assert_int_equal(report.filtered, 4);
    check_sums(&report);
    query_log_free(&log_read);
    time_us day = timestamp_days(2016, 7, 20) * US_PER_DAY;
    read_text(case_log,
              (struct ingest_options){.from_us = day + 6 * US_PER_HOUR,
                                      .until_us = day + 10 * US_PER_HOUR,
                                      .name_glob = "MAIL*.com"},
              STATUS_OK);
    assert_int_equal(report.kept, 3);
    assert_int_equal(report.out_of_window, 2);
    query_log_free(&log_read);
    read_text("2016-07-20T10:55:33Z|a.test|192.0.2.1\n2016-07-20T10:55:34Z|a.test|192.0.2.1\n",
              (struct ingest_options){.from_us = day, .until_us = day + 39334 * US_PER_S},
              STATUS_OK);
    assert_int_equal(report.kept, 1); /* the window ends before its end */
    query_log_free(&log_read);
    read_text(
        "time,client,name,type,server\n"
        "2016-07-20T10:55:33Z,192.0.2.1,a.test,A,\n2016-07-20T10:55:33Z,192.0.2.2,a.test,A,\n"
        "2016-07-20T10:55:33Z,192.0.2.1,A.test,A,\n2016-07-20T10:55:33Z,192.0.2.1,a.test,NS,\n"
        "2016-07-20T10:55:33Z,192.0.2.1,a.test,A,::1\n2016-07-20T10:55:34Z,192.0.2.1,a.test,A,\n",
        (struct ingest_options){0}, STATUS_OK);
    assert_int_equal(report.duplicates, 0); /* each differs in one column */
    query_log_free(&log_read);
    read_text(case_log, (struct ingest_options){.name_glob = "mail2*"}, STATUS_OK);
    assert_int_equal(report.kept, 0);
    query_log_free(&log_read);
    read_text(case_log, (struct ingest_options){.client = "217.12.97.0/240"}, STATUS_INPUT);
    read_text(case_log, (struct ingest_options){.timezone = "Mars"}, STATUS_INPUT);
    read_text(case_log, (struct ingest_options){.format = "nope"}, STATUS_INPUT);
    read_text(case_log, (struct ingest_options){.date = "2016-02-30"}, STATUS_INPUT);
    read_text(case_log, (struct ingest_options){.format = "bind"}, STATUS_INPUT);
    assert_non_null(strstr(message.text, "likely format is pipe"));
}

/* --- Import of an export --- */

static const char *const odd_names[] = {
    ".",
    "mail1.trump-email.com",
    "=cmd|'\\032/C'!A0.test",
    "-x.test",
    "@.test",
    "we\\032ird\\.label.test",
    "a\\\\b.test",
    "\\000\\255\\010.test",
    "a,b;c\"d.test",
    "(x).test",
    "$a@b.test",
    "A|B.test",
    "'.test",
    "#.test",
};
static const char *const odd_clients[] = {"192.0.2.1", "2001:db8::1", "host.example", "192.0.2.77"};

static void make_log(struct query_log *log, time_us step)
{
    assert_int_equal(query_log_init(log), STATUS_OK);
    time_us at = INT64_C(1469012133000000);
    for (size_t i = 0; i < sizeof odd_names / sizeof odd_names[0]; i++) {
        for (size_t c = 0; c < sizeof odd_clients / sizeof odd_clients[0]; c++) {
            struct query q = {
                .time_us = at, .type = (uint16_t)(1 + 27 * i + c), .flags = (uint32_t)(i % 4)};
            uint32_t server;
            const char *to = c % 2 == 0 ? "" : "198.51.100.7";
            intern_add(&log->clients, odd_clients[c], strlen(odd_clients[c]), &q.client);
            intern_add(&log->names, odd_names[i], strlen(odd_names[i]), &q.name);
            intern_add(&log->servers, to, strlen(to), &server);
            q.server = (uint16_t)server;
            assert_int_equal(query_array_add(&log->queries, q), STATUS_OK);
            at += c == 1 ? 0 : step; /* some in the same microsecond */
        }
    }
}

static void compare(const struct query_log *a, const struct query_log *b,
                    const struct log_writer *writer)
{
    assert_int_equal(a->queries.n, b->queries.n);
    for (size_t i = 0; i < a->queries.n; i++) {
        const struct query *p = &a->queries.q[i], *q = &b->queries.q[i];
        assert_int_equal(p->time_us, q->time_us);
        assert_string_equal(intern_text(&a->clients, p->client),
                            intern_text(&b->clients, q->client));
        assert_string_equal(intern_text(&a->names, p->name), intern_text(&b->names, q->name));
        if ((writer->columns & COLUMN_TYPE) != 0)
            assert_int_equal(p->type, q->type);
        if ((writer->columns & COLUMN_SERVER) != 0)
            assert_string_equal(intern_text(&a->servers, p->server),
                                intern_text(&b->servers, q->server));
        if (strcmp(writer->name, "csv") == 0 || strcmp(writer->name, "jsonl") == 0)
            assert_int_equal(p->flags, q->flags);
    }
}

static void round_trip(const struct query_log *log, const struct log_writer *writer)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(log_write(out, log, writer, &message), STATUS_OK);
    fclose(out);
    read_bytes(text, n, (struct ingest_options){0}, STATUS_OK, &log_read, &report, &message);
    assert_string_equal(report.format->name, writer->name);
    assert_int_equal(report.not_understood, 0);
    compare(log, &log_read, writer);
    query_log_free(&log_read);
    free(text);
}

static void test_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; log_writers[i] != NULL; i++) {
        struct query_log log;
        print_message("%s\n", log_writers[i]->name);
        make_log(&log, 1234567 / log_writers[i]->resolution_us * log_writers[i]->resolution_us);
        round_trip(&log, log_writers[i]);
        query_log_free(&log);
    }
}

/* No field of the CSV may start a formula in a spreadsheet. */
static void test_no_formulas(void **state)
{
    (void)state;
    struct query_log log;
    char *text = NULL;
    size_t n = 0;
    make_log(&log, 1);
    struct query q = {.time_us = 1};
    assert_int_equal(intern_add(&log.clients, "+SUM(A1) \\,x", 12, &q.client), STATUS_OK);
    assert_int_equal(query_array_add(&log.queries, q), STATUS_OK);
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(log_write(out, &log, log_writer_find("csv"), &message), STATUS_OK);
    fclose(out);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || text[i - 1] == ',' || text[i - 1] == '\n')
            assert_null(strchr("=+-@\t\r", text[i]));
    read_bytes(text, n, (struct ingest_options){0}, STATUS_OK, &log_read, &report, &message);
    assert_string_equal(intern_text(&log_read.clients, log_read.queries.q[0].client),
                        "+SUM(A1) \\,x");
    query_log_free(&log_read);
    query_log_free(&log);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_log),
        cmocka_unit_test(test_case_summary),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_options_without_effect),
        cmocka_unit_test(test_start_of_capture),
        cmocka_unit_test(test_bind_styles),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_no_formulas),
        cmocka_unit_test(test_report_is_safe),
        cmocka_unit_test(test_zeroed_clients),
        cmocka_unit_test(test_too_many_servers),
        cmocka_unit_test(test_empty_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
