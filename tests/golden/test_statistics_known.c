/* The statistics of a hundred logs against the values of an independent program, to seven digits.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <zlib.h>

#include "tests/support/statistics_support.h"

#define WEEK_US (7 * US_PER_DAY)
#define N_LOGS 1001 /* log numbers are 1 to 1000 */
#define N_COLUMNS 20

static struct query_array logs[N_LOGS];

static gzFile open_data(const char *name)
{
    char path[128], line[1024];
    snprintf(path, sizeof path, "tests/data/point-process/%s", name);
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        print_error("cannot open %s; run the tests from the project's root\n", path);
    assert_non_null(file);
    assert_non_null(gzgets(file, line, sizeof line)); /* the header */
    return file;
}

static int read_events(void **state)
{
    (void)state;
    char line[1024];
    gzFile file = open_data("events.csv.gz");
    while (gzgets(file, line, sizeof line) != NULL) {
        int log = 0;
        long long t_ms = 0;
        assert_int_equal(sscanf(line, "%d,%lld", &log, &t_ms), 2);
        assert_in_range(log, 1, N_LOGS - 1);
        assert_int_equal(query_array_add(&logs[log], (struct query){.time_us = t_ms * 1000}),
                         STATUS_OK);
    }
    gzclose(file);
    return 0;
}

static int free_events(void **state)
{
    (void)state;
    for (int i = 0; i < N_LOGS; i++)
        query_array_free(&logs[i]);
    return 0;
}

static size_t make_requests(const struct world *world, struct statistic_request *r)
{
    size_t n = 0;
    r[n++] = make_request(world, "count", 0);
    r[n++] = make_request(world, "gap_cv", 0);
    r[n++] = make_request(world, "burstiness", 0);
    r[n++] = make_request(world, "memory", 0);
    r[n++] = make_request(world, "fano", 1, 60.0);
    r[n++] = make_request(world, "fano", 1, 3600.0);
    r[n++] = make_request(world, "fano", 1, 21600.0);
    r[n++] = make_request(world, "allan", 1, 600.0);
    r[n++] = make_request(world, "allan", 1, 3600.0);
    r[n++] = make_request(world, "rayleigh", 1, 86400.0);
    r[n++] = make_request(world, "spectral_peak", 2, 60.0, 50400.0);
    r[n++] = make_request(world, "spectral_frequency", 2, 60.0, 50400.0);
    r[n++] = make_request(world, "hour_entropy", 0);
    r[n++] = make_request(world, "gap_entropy", 0);
    r[n++] = make_request(world, "gap_over_median", 1, 0.0);
    r[n++] = make_request(world, "gap_over_median", 1, 0.1);
    r[n++] = make_request(world, "gap_over_median", 1, 0.9);
    r[n++] = make_request(world, "branching", 1, 21600.0);
    r[n++] = make_request(world, "busiest_share", 1, 3600.0);
    r[n++] = make_request(world, "autocorrelation", 2, 3600.0, 1.0);
    return n;
}

static void values_agree(void **state)
{
    (void)state;
    struct world world;
    make_world(&world, 0, WEEK_US);
    struct statistic_request requests[N_COLUMNS];
    size_t n = make_requests(&world, requests);
    assert_int_equal(n, N_COLUMNS);
    struct panel *panel;
    struct panel_space *space;
    assert_int_equal(panel_create(&panel, &world, requests, n, NULL), STATUS_OK);
    assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
    gzFile file = open_data("statistics.csv.gz");
    char line[1024], class[32];
    int n_logs = 0;
    for (; gzgets(file, line, sizeof line) != NULL; n_logs++) {
        int log = 0, used = 0;
        double out[N_COLUMNS];
        assert_int_equal(sscanf(line, "%d,%31[a-z]%n", &log, class, &used), 2);
        struct query_array both[2] = {logs[log], {0}};
        assert_int_equal(panel_compute(panel, space, both, out), STATUS_OK);
        out[0] = log1p(out[0] - 1);
        char *next = line + used;
        for (size_t i = 0; i < n; i++) {
            char what[160];
            snprintf(what, sizeof what, "log %d (%s), %s", log, class, requests[i].label);
            assert_int_equal(*next, ',');
            double expected = strtod(next + 1, &next);
            check_close(what, out[i], expected, 1e-6);
        }
    }
    assert_int_equal(n_logs, 100);
    gzclose(file);
    panel_space_free(space);
    panel_free(panel);
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_agree)};
    return cmocka_run_group_tests(tests, read_events, free_events);
}
