/* Edits of a log: what is off stays off; what is on does what it says. Fixed seed; the statistical
 * bounds are 5 standard deviations. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "sim/edit.h"

#define FROM INT64_C(1462320000000000)
#define DAYS 100
#define UNTIL (FROM + DAYS * US_PER_DAY)

enum { BUSY, HALF, RARE, N_CLIENTS };

/* 2000, 1000 and 5 rows at regular times. */
static void fill(struct query_array *log)
{
    const int rows[N_CLIENTS] = {2000, 1000, 5};
    struct query_array scratch;
    query_array_init(log);
    query_array_init(&scratch);
    for (uint32_t client = 0; client < N_CLIENTS; client++)
        for (int i = 0; i < rows[client]; i++) {
            time_us t = FROM + (UNTIL - FROM) / rows[client] * i + client * US_PER_S;
            struct query q = {.time_us = t - t % US_PER_S + 3, .client = client, .name = 7};
            assert_int_equal(query_array_add(log, q), STATUS_OK);
        }
    assert_int_equal(query_array_sort(log, &scratch), STATUS_OK);
    query_array_free(&scratch);
}

static void default_edits(double param[EDIT_N_PARAMS])
{
    static const struct param_row rows[] = {EDIT_ROWS(0),
                                            {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL}};
    for (int i = 0; i < EDIT_N_PARAMS; i++)
        param[i] = strtod(rows[i].prior, NULL);
}

static struct edit_space space;

static void apply(const double *param, uint64_t trial, struct query_array *log)
{
    struct rng_key key = {3, trial};
    assert_int_equal(edit_apply(param, key, 11, FROM, UNTIL, &space, log), STATUS_OK);
    for (size_t i = 1; i < log->n; i++)
        assert_true(log->q[i - 1].time_us <= log->q[i].time_us);
}

static size_t count_rows(const struct query_array *log, uint32_t client, uint32_t flags)
{
    size_t n = 0;
    for (size_t i = 0; i < log->n; i++)
        n += log->q[i].client == client && (log->q[i].flags & flags) == flags ? 1 : 0;
    return n;
}

static void nothing_happens_by_default(void **state)
{
    (void)state;
    struct query_array log, before;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    fill(&log);
    fill(&before);
    apply(param, 0, &log);
    assert_int_equal(log.n, before.n);
    assert_memory_equal(log.q, before.q, log.n * sizeof *log.q);
    query_array_free(&log);
    query_array_free(&before);
}

/* Two stretches of a day on average, half of the window's rows each time for all addresses: with
 * little overlap 2 % of the rows go. */
static void stretches_are_deleted(void **state)
{
    (void)state;
    double param[EDIT_N_PARAMS], sum = 0;
    default_edits(param);
    param[EDIT_DELETED] = 2;
    param[EDIT_DELETED_HOURS] = 24;
    param[EDIT_DELETED_ONE_CLIENT] = 0;
    for (uint64_t trial = 0; trial < 400; trial++) {
        struct query_array log;
        fill(&log);
        apply(param, trial, &log);
        sum += 3005.0 - (double)log.n;
        query_array_free(&log);
    }
    /* per trial: Poisson(2) stretches, second moment 2 days^2: sd 2 days = 60 rows */
    assert_true(fabs(sum / 400 / 30.05 - 2) < 5 * 2 / sqrt(400) + 0.05);
}

static void deletions_may_concern_one_client(void **state)
{
    (void)state;
    struct query_array log;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    param[EDIT_DELETED] = 1;
    param[EDIT_DELETED_HOURS] = 240;
    param[EDIT_DELETED_ONE_CLIENT] = 1;
    int one = 0, both = 0;
    for (uint64_t trial = 0; trial < 100; trial++) {
        fill(&log);
        apply(param, trial, &log);
        bool busy = count_rows(&log, BUSY, 0) < 2000, half = count_rows(&log, HALF, 0) < 1000;
        both += busy && half ? 1 : 0;
        one += busy != half ? 1 : 0;
        query_array_free(&log);
    }
    assert_true(one > 30 && both < 40); /* both: two stretches or more in one trial, 26 % */
}

static void small_clients_are_dropped(void **state)
{
    (void)state;
    struct query_array log;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    param[EDIT_LEAST_ROWS] = 5;
    fill(&log);
    apply(param, 0, &log);
    assert_int_equal(log.n, 3005);
    param[EDIT_LEAST_ROWS] = 6;
    apply(param, 0, &log);
    assert_int_equal(log.n, 3000);
    assert_int_equal(count_rows(&log, RARE, 0), 0);
    query_array_free(&log);
}

static void rows_are_inserted_for_busy_clients(void **state)
{
    (void)state;
    struct query_array log;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    param[EDIT_INSERTED] = 0.5;
    fill(&log);
    apply(param, 0, &log);
    double busy = (double)count_rows(&log, BUSY, QUERY_INSERTED);
    assert_true(fabs(busy - 1000) < 5 * sqrt(1000));
    assert_int_equal(count_rows(&log, RARE, QUERY_INSERTED), 0);
    assert_int_equal(count_rows(&log, BUSY, 0), 2000 + (size_t)busy);
    query_array_free(&log);
}

/* Stretches far longer than the window: everything is typed, nothing changes in number. */
static void handwriting_keeps_numbers_and_prefers_digits(void **state)
{
    (void)state;
    struct query_array log;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    param[EDIT_HANDWRITTEN] = 30;
    param[EDIT_HANDWRITTEN_DAYS] = 1000;
    param[EDIT_DIGITS] = 1;
    fill(&log);
    apply(param, 0, &log);
    assert_int_equal(log.n, 3005);
    size_t typed = count_rows(&log, BUSY, QUERY_INSERTED);
    assert_true(typed > 1700);
    for (size_t i = 0; i < log.n; i++)
        if (log.q[i].flags & QUERY_INSERTED)
            assert_true(log.q[i].time_us / US_PER_S % 5 == 0 && log.q[i].time_us % US_PER_S == 0);
    query_array_free(&log);
}

/* All gaps copied with one period: a gap equals the one a few rows before. */
static void handwriting_copies_strings_of_gaps(void **state)
{
    (void)state;
    struct query_array log;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    param[EDIT_HANDWRITTEN] = 1;
    param[EDIT_HANDWRITTEN_DAYS] = 20;
    param[EDIT_COPIED_GAPS] = 1;
    param[EDIT_DIGITS] = 0;
    size_t repeated = 0, all = 0;
    for (uint64_t trial = 0; trial < 20; trial++) {
        fill(&log);
        apply(param, trial, &log);
        int64_t last = 0, gaps[4000];
        size_t n = 0;
        for (size_t i = 0; i < log.n; i++)
            if (log.q[i].client == BUSY && log.q[i].flags & QUERY_INSERTED) {
                gaps[n++] = log.q[i].time_us - last;
                last = log.q[i].time_us;
            }
        for (size_t i = 13; i < n; i++, all++)
            for (size_t back = 3; back < 13; back++)
                if (gaps[i] == gaps[i - back]) {
                    repeated++;
                    break;
                }
        query_array_free(&log);
    }
    assert_true(all > 1000);
    assert_true(repeated >
                all * 6 / 10); /* times that wrap around the stretch break some strings */
}

static void altered_copies_follow_the_busiest(void **state)
{
    (void)state;
    struct query_array log;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    param[EDIT_ALTERED_COPY] = 1;
    param[EDIT_COPY_LAG_S] = 0;
    fill(&log);
    apply(param, 0, &log);
    size_t n = count_rows(&log, HALF, 0);
    assert_true(fabs((double)n - 1000) < 5 * sqrt(500));
    assert_int_equal(count_rows(&log, HALF, QUERY_INSERTED), n);
    assert_int_equal(count_rows(&log, BUSY, 0), 2000);
    assert_int_equal(count_rows(&log, RARE, 0), 5);
    for (size_t i = 0; i < log.n;
         i++) { /* a copy stands just before its original, in whole seconds */
        if (log.q[i].client != HALF)
            continue;
        bool found = false;
        for (size_t k = i + 1; k < log.n && !found && k < i + 4; k++)
            found = log.q[k].client == BUSY && log.q[k].time_us - log.q[i].time_us < US_PER_S;
        assert_true(found);
    }
    query_array_free(&log);
}

static void empty_logs_stay_empty(void **state)
{
    (void)state;
    struct query_array log;
    double param[EDIT_N_PARAMS];
    default_edits(param);
    param[EDIT_DELETED] = param[EDIT_HANDWRITTEN] = param[EDIT_INSERTED] = 1;
    query_array_init(&log);
    apply(param, 0, &log);
    assert_int_equal(log.n, 0);
    query_array_free(&log);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_happens_by_default),
        cmocka_unit_test(stretches_are_deleted),
        cmocka_unit_test(deletions_may_concern_one_client),
        cmocka_unit_test(small_clients_are_dropped),
        cmocka_unit_test(rows_are_inserted_for_busy_clients),
        cmocka_unit_test(handwriting_keeps_numbers_and_prefers_digits),
        cmocka_unit_test(handwriting_copies_strings_of_gaps),
        cmocka_unit_test(altered_copies_follow_the_busiest),
        cmocka_unit_test(empty_logs_stay_empty),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    edit_space_free(&space);
    return failures;
}
