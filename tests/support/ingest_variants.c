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

static const char *row(const struct query *q)
{
    static char text[2048];
    char when[TIMESTAMP_TEXT_SIZE], type[RECORD_TYPE_TEXT_SIZE];
    snprintf(text, sizeof text, "%s %s %s %s%s", timestamp_write(q->time_us, 3, when),
             intern_text(&log_read.clients, q->client), intern_text(&log_read.names, q->name),
             record_type_write(q->type, type), (q->flags & QUERY_LOSSY_NAME) != 0 ? " lossy" : "");
    return text;
}

static bool is_word(const char *expected)
{
    return strcmp(expected, "answer") == 0 || strcmp(expected, "other") == 0 ||
           strcmp(expected, "bad") == 0;
}

static void check_query(const struct variant *v, struct ingest_options options)
{
    read_bytes(v->lines, strlen(v->lines), options, STATUS_OK, &log_read, &report, &message);
    assert_int_equal(log_read.queries.n, 1);
    assert_string_equal(row(&log_read.queries.q[0]), v->expected);
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
