#include "tests/support/ingest_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"

void read_file(const char *path, struct ingest_options options, int expected, struct query_log *log,
               struct ingest_report *report, struct message *message)
{
    options.files = &path;
    options.n_files = 1;
    message->text[0] = '\0';
    int status = ingest_read(&options, log, report, message);
    if (status != expected) {
        print_error("%s: status %d, expected %d: %s\n", path, status, expected, message->text);
        ingest_report_print(report, stderr);
    }
    assert_int_equal(status, expected);
    if (status != STATUS_OK)
        assert_true(message->text[0] != '\0');
}

void read_bytes(const void *bytes, size_t n, struct ingest_options options, int expected,
                struct query_log *log, struct ingest_report *report, struct message *message)
{
    char path[] = "/tmp/mxplain-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, n), n);
    close(file);
    read_file(path, options, expected, log, report, message);
    unlink(path);
}

void check_types(const struct query_log *log, const char *expected)
{
    enum { TYPES = 65536 };
    long *found = calloc(TYPES, sizeof *found);
    assert_non_null(found);
    for (size_t i = 0; i < log->queries.n; i++)
        found[log->queries.q[i].type]++;
    struct text rest = text_of(expected);
    while (rest.n > 0) {
        struct text item = text_take(&rest, ',');
        uint16_t type;
        uint64_t count;
        struct text word = text_word(&item);
        assert_true(record_type_read(word, &type));
        assert_true(text_number(text_trim(item), UINT32_MAX, &count));
        if (found[type] != (long)count)
            print_error("type %.*s: %ld, expected %ld\n", (int)word.n, word.at, found[type],
                        (long)count);
        assert_int_equal(found[type], count);
        found[type] = 0;
    }
    for (int type = 0; type < TYPES; type++)
        if (found[type] != 0)
            fail_msg("type %d: %ld queries, expected none", type, found[type]);
    free(found);
}

void check_sums(const struct ingest_report *report)
{
    uint64_t sum = report->kept + report->answers + report->others + report->upstream +
                   report->aggregates + report->mail_events + report->out_of_window +
                   report->filtered + report->not_understood;
    assert_int_equal(sum, report->lines + report->extra_queries);
}

const char *row_text(const struct query_log *log, size_t i, int decimals)
{
    static char text[2048];
    char when[TIMESTAMP_TEXT_SIZE], type[RECORD_TYPE_TEXT_SIZE];
    const struct query *q = &log->queries.q[i];
    snprintf(text, sizeof text, "%s %s %s %s%s", timestamp_write(q->time_us, decimals, when),
             intern_text(&log->clients, q->client), intern_text(&log->names, q->name),
             record_type_write(q->type, type), (q->flags & QUERY_LOSSY_NAME) != 0 ? " lossy" : "");
    return text;
}
