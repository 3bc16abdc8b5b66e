/* What happens to logs on their way: other line ends, marks, blanks, remarks, a cut end, other
 * tools. The recordings so changed give the same queries, and nothing is passed over uncounted. */
#include "analysis/ingest/input.h"
#include "tests/support/ingest_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct query_log log_read;
static struct ingest_report report;
static struct message message;

static const struct ingest_options usual = {
    .year = 2026, .date = "2026-11-21T19:24:17.977705Z", .timezone = "UTC"};

struct text_file {
    char *at;
    size_t n;
};

/* The whole of a recording; the caller frees it. */
static struct text_file load(const char *name)
{
    enum { SIZE = 4 * 1024 * 1024 };
    char path[200];
    struct input input;
    struct text_file file = {malloc(SIZE), 0};
    snprintf(path, sizeof path, "tests/samples/logs/%s", name);
    assert_non_null(file.at);
    assert_int_equal(input_open(&input, path, &message), STATUS_OK);
    file.n = input_read(&input, file.at, SIZE);
    input_close(&input);
    return file;
}

/* Every line as `before` LINE `after`, whole behind `first` and before `last`. */
struct change {
    const char *what;
    const char *first, *before, *after, *last;
    uint64_t more_lines;     /* of the file */
    uint64_t not_understood; /* of those */
};

static const struct change changes[] = {
    {"as it is", "", "", "\n", "", 0, 0},
    {"CR LF", "", "", "\r\n", "", 0, 0},
    {"CR", "", "", "\r", "", 0, 0},
    {"byte order mark", "\xef\xbb\xbf", "", "\n", "", 0, 0},
    {"empty lines around", "\n\n  \t\n", "", "\n", " \n\r\n\n", 6, 0},
    {"blanks behind", "", "", "  \n", "", 0, 0},
    {"zeros behind", "", "", "\n", "\x01\x01\x01\n", 1, 1},
};

static void check_change(const struct change *change, const struct text_file *file,
                         const struct ingest_report *plain)
{
    size_t size = 2 * file->n + 1000, n = 0;
    char *changed = malloc(size);
    assert_non_null(changed);
    n += (size_t)snprintf(changed, size, "%s", change->first);
    for (struct text rest = text_slice(file->at, file->n); rest.n > 0;) {
        struct text line = text_take(&rest, '\n');
        assert_true(n + line.n + 100 < size);
        n += (size_t)snprintf(changed + n, size - n, "%s%.*s%s", change->before, (int)line.n,
                              line.at, change->after);
    }
    n += (size_t)snprintf(changed + n, size - n, "%s", change->last);
    read_bytes(changed, n, usual, STATUS_OK, &log_read, &report, &message);
    check_sums(&report);
    assert_string_equal(report.format->name, plain->format->name);
    assert_int_equal(report.lines, plain->lines + change->more_lines);
    assert_int_equal(report.kept, plain->kept);
    assert_int_equal(report.answers, plain->answers);
    assert_int_equal(report.not_understood, plain->not_understood + change->not_understood);
    assert_true(report.first_us == plain->first_us && report.last_us == plain->last_us);
    query_log_free(&log_read);
    free(changed);
}

/* The last line is cut: nothing but that line is lost, and it is counted. */
static void check_cut(const struct text_file *file, const struct ingest_report *plain)
{
    read_bytes(file->at, file->n - 8, usual, STATUS_OK, &log_read, &report, &message);
    check_sums(&report);
    assert_string_equal(report.format->name, plain->format->name);
    assert_true(report.kept + 1 >= plain->kept && report.answers + 1 >= plain->answers);
    assert_true(report.kept + report.answers + 1 >= plain->kept + plain->answers);
    assert_true(report.lines <= plain->lines && report.lines + 3 > plain->lines);
    query_log_free(&log_read);
}

static const char *const recordings[] = {
    "bind-query-default.log.gz",
    "bind-query-iso8601-utc-nocategory.log",
    "unbound-epoch.log.gz",
    "unbound-ascii-time.log",
    "dnsmasq.log",
    "dnsmasq-extra.log",
    "pdns-auth.log",
    "pdns-recursor.log",
    "dnstap-quiet.txt",
    "dnstap.yaml",
    "tcpdump-default.txt",
    "tcpdump-tt-v.txt",
    "tcpdump-tttt.txt",
    "tshark-default.txt.gz",
    "tshark-ek.json",
    "tshark.json",
    "tshark-fields.csv",
};

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        struct text_file file = load(recordings[i]);
        struct ingest_report plain;
        read_bytes(file.at, file.n, usual, STATUS_OK, &log_read, &plain, &message);
        query_log_free(&log_read);
        for (size_t k = 0; k < sizeof changes / sizeof changes[0]; k++) {
            print_message("%s: %s\n", recordings[i], changes[k].what);
            check_change(&changes[k], &file, &plain);
        }
        check_cut(&file, &plain);
        free(file.at);
    }
}

/* Lines pasted from a page: indented. Those whose indent means something are told apart from others
 * that are indented. */
static void test_indented(void **state)
{
    (void)state;
    static const struct change indented = {"indented", "", "    ", "\n", "", 0, 0};
    for (size_t i = 0; i < 9; i++) {
        struct text_file file = load(recordings[i]);
        struct ingest_report plain;
        print_message("%s\n", recordings[i]);
        read_bytes(file.at, file.n, usual, STATUS_OK, &log_read, &plain, &message);
        query_log_free(&log_read);
        check_change(&indented, &file, &plain);
        free(file.at);
    }
    static const char prose[] = "    This text is indented.\n    It is no log at all.\n";
    read_bytes(prose, sizeof prose - 1, usual, STATUS_INPUT, &log_read, &report, &message);
    assert_non_null(strstr(message.text, "the format is not known"));
}

static void check_lines(const char *lines, const char *format, const char *types, uint64_t others,
                        uint64_t not_understood)
{
    print_message("%s\n", lines);
    read_bytes(lines, strlen(lines), usual, STATUS_OK, &log_read, &report, &message);
    check_sums(&report);
    assert_string_equal(report.format->name, format);
    check_types(&log_read, types);
    assert_int_equal(report.others, others);
    assert_int_equal(report.not_understood, not_understood);
    query_log_free(&log_read);
}

#define ROW "1713484800.441203\tCx\t192.0.2.1\t43250\t192.0.2.53\t53\tudp\t48095\t"
#define ROW_END "1\tC_INTERNET\t12\tPTR\t3\tNXDOMAIN\tF\tF\tT\tF\t0\t-\t-\tF\n"

static void test_other_tools(void **state)
{
    (void)state;
    /* grep and cat leave Zeek's rows without their header, or with several */
    check_lines(ROW "0.1\ta.test\t" ROW_END ROW "-\tb.test\t" ROW_END, "zeek", "PTR 2", 0, 0);
    assert_non_null(strstr(report.note[0], "no #fields line"));
    check_lines(ROW "a.test\t" ROW_END, "zeek", "PTR 1", 0, 0);
    assert_non_null(strstr(report.note[0], "before 2.6"));
    /* spreadsheets */
    check_lines("sep=;\ntime;client;name;type\n2026-11-21T19:24:24Z;192.0.2.1;a.test;MX\n", "csv",
                "MX 1", 2, 0);
    check_lines("# exported by hand\n\ntime, client, name, type\n"
                "\"2026-11-21T19:24:24Z\" , \"192.0.2.1\", \"a.test\", \"MX\" \n",
                "csv", "MX 1", 3, 0);
    check_lines("Date,Time,Client IP,Query Name,Query Type\n2026-11-21,19:24:24,192.0.2.1,a.test,1 "
                "(A)\n",
                "csv", "A 1", 1, 0);
    assert_true(report.first_us == INT64_C(1795289064000000));
    check_lines("Date;Client;Name\n21.11.2026 19:24:24;192.0.2.1;a.test\n"
                "21.11.2026, 19:24:24;192.0.2.1;a.test\n",
                "csv", "0 2", 1, 0);
    assert_true(report.last_us == INT64_C(1795289064000000));
    /* jq */
    check_lines("{\"time\":\"2026-11-21T19:24:24Z\",\"client\":\"192.0.2.1\",\"name\":\"a.test\","
                "\"type\":\"NS\"},\n",
                "jsonl", "NS 1", 0, 0);
    check_lines("{\"_source\":{\"layers\":{\"frame\":{\"frame.time_epoch\":\"1795289064.28\"},"
                "\"ip\":{\"ip.src\":\"192.0.2.1\",\"ip.dst\":\"192.0.2.53\"},\"dns\":{"
                "\"dns.flags_tree\":{\"dns.flags.response\":\"0\"},\"Queries\":{\"x\":{"
                "\"dns.qry.name\":\"a.test\",\"dns.qry.type\":\"16\"}}}}}}\n",
                "tshark-json", "TXT 1", 0, 0);
}

/* Lines of two servers in one file: those of the smaller part are not understood, and said so. */
static void test_two_formats(void **state)
{
    (void)state;
    struct text_file bind = load("bind-query-default.log.gz"), other = load("dnstap-quiet.txt");
    char *both = malloc(bind.n + other.n);
    assert_non_null(both);
    memcpy(both, other.at, other.n);
    memcpy(both + other.n, bind.at, bind.n);
    read_bytes(both, bind.n + other.n, usual, STATUS_OK, &log_read, &report, &message);
    check_sums(&report);
    assert_string_equal(report.format->name, "bind");
    assert_int_equal(report.kept, 1358);
    assert_int_equal(report.not_understood, 64);
    assert_int_equal(report.n_complaints, 5);
    assert_non_null(strstr(report.note[0], "warning: 64 of its 1422 lines"));
    query_log_free(&log_read);
    free(both);
    free(other.at);
    free(bind.at);
}

/* Rotated copies that overlap: every row is kept, those that stand twice are counted. */
static void test_overlap(void **state)
{
    (void)state;
    const char *files[] = {"tests/samples/logs/unbound-epoch.log.gz",
                           "tests/samples/logs/unbound-epoch.log.gz"};
    struct ingest_options options = usual;
    struct ingest_report once;
    read_file(files[0], options, STATUS_OK, &log_read, &once, &message);
    query_log_free(&log_read);
    options.files = files;
    options.n_files = 2;
    assert_int_equal(ingest_read(&options, &log_read, &report, &message), STATUS_OK);
    check_sums(&report);
    assert_int_equal(report.kept, 2 * 961);
    assert_int_equal(report.duplicates, 961 + once.duplicates);
    query_log_free(&log_read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),     cmocka_unit_test(test_indented),
        cmocka_unit_test(test_other_tools), cmocka_unit_test(test_two_formats),
        cmocka_unit_test(test_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
