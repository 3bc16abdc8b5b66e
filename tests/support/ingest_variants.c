#include "tests/support/ingest_variants.h"

#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"
#include "tests/support/ingest_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct query_log log_read;
static struct ingest_report report;
static struct message message;

static bool is_word(const char *expected)
{
    return strcmp(expected, "answer") == 0 || strcmp(expected, "other") == 0 ||
           strcmp(expected, "bad") == 0;
}

static void check_query(const struct variant *v, struct ingest_options options)
{
    read_bytes(v->lines, strlen(v->lines), options, STATUS_OK, &log_read, &report, &message);
    assert_int_equal(log_read.queries.n, 1);
    assert_string_equal(row_text(&log_read, 0, 3), v->expected);
    assert_int_equal(report.not_understood, 0);
    query_log_free(&log_read);
    options.format = NULL; /* and the format is told by itself */
    read_bytes(v->lines, strlen(v->lines), options, STATUS_OK, &log_read, &report, &message);
    assert_string_equal(report.format->name, v->format);
    query_log_free(&log_read);
}

void check_variants(const struct variant *variants, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct variant *v = &variants[i];
        struct ingest_options options = {
            .year = 2026, .timezone = "UTC", .date = "2026-11-21", .format = v->format};
        print_message("%s\n", v->lines);
        if (!is_word(v->expected)) {
            check_query(v, options);
            continue;
        }
        read_bytes(v->lines, strlen(v->lines), options, STATUS_INPUT, &log_read, &report, &message);
        assert_int_equal(report.answers, strcmp(v->expected, "answer") == 0);
        assert_int_equal(report.not_understood, strcmp(v->expected, "bad") == 0);
        assert_int_equal(report.kept, 0);
    }
}
