/* test_sensor.c - what a sensor keeps. Shares are compared at 5 standard errors, fixed seed: false
 * alarm below 1e-5. */
#include "tests/support/check.h"

#include <math.h>

#include "sim/sensor.h"

#define N 20000

static const struct rng_key key = {7, 8};
static double values[SENSOR_N_PARAMS];
static struct edit_space space;
static struct query_array in, out;

static struct sensor plain_sensor(void)
{
    for (int i = 0; i < SENSOR_N_PARAMS; i++)
        values[i] = 0;
    values[SENSOR_KEEP] = values[SENSOR_VISIBLE] = values[SENSOR_STRANGERS] = 1;
    values[SENSOR_OUTAGE_HOURS] = 12;
    struct sensor sensor = {.name = "test",
                            .source = -1,
                            .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE |
                                       COLUMN_SERVER,
                            .from_us = 0,
                            .until_us = INT64_MAX,
                            .entity = rng_entity("sensor.test")};
    return sensor;
}

/* One query a minute from 100 clients for 3 names. */
static int fill(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        struct query q = {.time_us = i * 60 * US_PER_S + 1234567,
                          .client = i % 100,
                          .name = i % 3,
                          .type = TYPE_A,
                          .server = 1};
        assert_int_equal(query_array_add(&in, q), STATUS_OK);
    }
    return 0;
}

static int release(void **state)
{
    (void)state;
    query_array_free(&in);
    query_array_free(&out);
    return 0;
}

static void record(const struct sensor *sensor)
{
    assert_int_equal(sensor_record(sensor, values, key, &space, &in, &out), STATUS_OK);
    for (size_t i = 1; i < out.n; i++)
        assert_true(out.q[i - 1].time_us <= out.q[i].time_us);
}

static void test_a_perfect_sensor_copies(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    record(&sensor);
    assert_int_equal(out.n, N);
    assert_memory_equal(out.q, in.q, N * sizeof *in.q);
}

static void test_window_and_names(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    uint8_t sees[2] = {0, 1};
    sensor.sees_name = sees;
    sensor.n_names = 2;
    sensor.from_us = in.q[300].time_us;
    sensor.until_us = in.q[600].time_us;
    record(&sensor);
    assert_int_equal(out.n, 200); /* name 1, and name 2 beyond the table */
    assert_true(out.q[0].time_us >= sensor.from_us);
    assert_true(out.q[out.n - 1].time_us < sensor.until_us);
}

static void test_thinning_and_duplicates(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    values[SENSOR_KEEP] = 0.3;
    record(&sensor);
    double kept = (double)out.n;
    assert_true(fabs(kept - 0.3 * N) < 5 * sqrt(N * 0.3 * 0.7));
    values[SENSOR_DUPLICATES] = 0.5;
    record(&sensor);
    assert_true(fabs((double)out.n - 0.45 * N) < 5 * sqrt(N * 0.45));
    values[SENSOR_KEEP] = 0;
    record(&sensor);
    assert_int_equal(out.n, 0);
}

/* A client is seen always or never. */
static void test_visibility_is_per_client(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    values[SENSOR_VISIBLE] = 0.5;
    record(&sensor);
    int rows[100] = {0}, seen = 0;
    for (size_t i = 0; i < out.n; i++)
        rows[out.q[i].client]++;
    for (int c = 0; c < 100; c++) {
        assert_true(rows[c] == 0 || rows[c] == N / 100);
        seen += rows[c] > 0;
    }
    assert_true(seen > 25 && seen < 75);
}

/* Addresses that the case does not name may be missed more often. */
static void test_strangers(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    sensor.n_known = 50;
    values[SENSOR_STRANGERS] = 0;
    record(&sensor);
    assert_int_equal(out.n, N / 2);
    for (size_t i = 0; i < out.n; i++)
        assert_true(out.q[i].client < 50);
}

/* Shares differ between addresses: their log-odds spread as asked for, around the log-odds of keep.
 */
static void test_uneven_losses(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    values[SENSOR_KEEP] = 0.5;
    values[SENSOR_UNEVEN] = 1.0;
    record(&sensor);
    double rows[100] = {0}, sum = 0, squares = 0;
    for (size_t i = 0; i < out.n; i++)
        rows[out.q[i].client]++;
    for (int c = 0; c < 100; c++) {
        double odds = (rows[c] + 0.5) / (N / 100 - rows[c] + 0.5);
        sum += log(odds);
        squares += log(odds) * log(odds);
    }
    assert_true(fabs(sum / 100) < 0.55); /* 5 standard errors */
    assert_true(squares / 100 > 0.4 && squares / 100 < 2.0);
}

/* Twenty outages a week of 1 h on average: a cycle is 8.4 h up and 1 h down. */
static void test_outages(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    sensor.until_us = in.q[N - 1].time_us + 1;
    values[SENSOR_OUTAGES_PER_WEEK] = 20;
    values[SENSOR_OUTAGE_HOURS] = 1;
    record(&sensor);
    /* 10.6 % lost in about 35 outages */
    double lost = 1.0 - (double)out.n / N;
    assert_true(lost > 0.03 && lost < 0.22);
    int holes = 0;
    for (size_t i = 1; i < out.n; i++)
        holes += out.q[i].time_us - out.q[i - 1].time_us > 61 * US_PER_S;
    assert_true(holes > 12 && holes < 70);
}

/* Fifty a week for more than four years: the last ones silence as much as the first. A cycle is
 * 3.36 h up and 1 h down; rows two hours apart. */
static void test_outages_do_not_run_out(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    struct query_array rows = {0};
    for (uint32_t i = 0; i < N; i++) {
        struct query q = {.time_us = i * 2 * US_PER_HOUR, .client = i % 100, .type = TYPE_A};
        assert_int_equal(query_array_add(&rows, q), STATUS_OK);
    }
    values[SENSOR_OUTAGES_PER_WEEK] = 50;
    values[SENSOR_OUTAGE_HOURS] = 1;
    assert_int_equal(sensor_record(&sensor, values, key, &space, &rows, &out), STATUS_OK);
    double lost[2] = {N / 2, N / 2}, expected = 1 / 4.36;
    for (size_t i = 0; i < out.n; i++)
        lost[out.q[i].time_us >= N * US_PER_HOUR] -= 1;
    /* the share of rows in outages of one row or so each: a little more than a binomial error */
    for (int half = 0; half < 2; half++)
        assert_true(fabs(lost[half] / (N / 2) - expected) <
                    5 * sqrt(2 * expected * (1 - expected) / (N / 2)));
    query_array_free(&rows);
}

static void test_rounding_and_columns(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    values[SENSOR_ROUND_S] = 60;
    sensor.columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME;
    record(&sensor);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(out.q[i].time_us, (time_us)i * 60 * US_PER_S);
        assert_int_equal(out.q[i].type, TYPE_UNKNOWN);
        assert_int_equal(out.q[i].server, 0);
    }
}

/* Same client and question again within the window: merged, counted from the last row kept. */
static void test_merging(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    struct query_array few;
    query_array_init(&few);
    static const int64_t at_s[] = {0, 4, 9, 10, 19, 31};
    for (size_t i = 0; i < 6; i++) {
        struct query q = {.time_us = at_s[i] * US_PER_S, .type = TYPE_A};
        assert_int_equal(query_array_add(&few, q), STATUS_OK);
        q.client = 1;
        assert_int_equal(i == 0 ? query_array_add(&few, q) : STATUS_OK, STATUS_OK);
    }
    values[SENSOR_MERGE_WITHIN_S] = 9.5;
    assert_int_equal(sensor_record(&sensor, values, key, &space, &few, &out), STATUS_OK);
    static const int64_t kept_s[] = {0, 0, 10, 31};
    assert_int_equal(out.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(out.q[i].time_us, kept_s[i] * US_PER_S);
    query_array_free(&few);
}

/* Counterfactuals: outages must not shift which rows the thinning takes. */
static void test_thinning_stays_aligned(void **state)
{
    (void)state;
    struct sensor sensor = plain_sensor();
    sensor.until_us = in.q[N - 1].time_us + 1;
    values[SENSOR_KEEP] = 0.5;
    record(&sensor);
    static uint8_t kept[N];
    for (size_t i = 0; i < out.n; i++)
        kept[out.q[i].time_us / (60 * US_PER_S)] = 1;
    values[SENSOR_OUTAGES_PER_WEEK] = 3;
    record(&sensor);
    for (size_t i = 0; i < out.n; i++)
        assert_true(kept[out.q[i].time_us / (60 * US_PER_S)]);
    assert_true(out.n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_perfect_sensor_copies),
        cmocka_unit_test(test_window_and_names),
        cmocka_unit_test(test_thinning_and_duplicates),
        cmocka_unit_test(test_visibility_is_per_client),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_uneven_losses),
        cmocka_unit_test(test_outages),
        cmocka_unit_test(test_outages_do_not_run_out),
        cmocka_unit_test(test_rounding_and_columns),
        cmocka_unit_test(test_merging),
        cmocka_unit_test(test_thinning_stays_aligned),
    };
    return cmocka_run_group_tests(tests, fill, release);
}
