/* A log whose order of rows was lost: what a sensor does, and which statistics see it. The rate of
 * swaps is compared at 5 standard errors, fixed seed: false alarm below 1e-6. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>

#include "sim/sensor.h"
#include "tests/support/statistics_support.h"

#define FROM (INT64_C(1462320000) * US_PER_S)
#define LENGTH (9 * US_PER_DAY)

static double values[SENSOR_N_PARAMS];
static struct edit_space space; /* unused: no edits here */

static struct sensor shuffling_sensor(double shuffled)
{
    for (int i = 0; i < SENSOR_N_PARAMS; i++)
        values[i] = 0;
    values[SENSOR_KEEP] = values[SENSOR_VISIBLE] = values[SENSOR_STRANGERS] = 1;
    values[SENSOR_ROUND_S] = 1;
    values[SENSOR_SHUFFLED] = shuffled;
    struct sensor sensor = {.name = "test",
                            .source = -1,
                            .columns = ~0u,
                            .from_us = INT64_MIN,
                            .until_us = INT64_MAX,
                            .entity = rng_entity("sensor.test")};
    return sensor;
}

/* PTR, and A ten milliseconds later in the same second, n times. */
static void make_pairs(struct query_array *in, size_t n)
{
    query_array_init(in);
    for (size_t i = 0; i < 2 * n; i++) {
        struct query q = {.time_us =
                              FROM + (time_us)(i / 2) * 60 * US_PER_S + (time_us)(i % 2) * 10000,
                          .type = i % 2 ? TYPE_A : TYPE_PTR};
        assert_int_equal(query_array_add(in, q), STATUS_OK);
    }
}

static void rows_of_one_second_change_places(void **state)
{
    (void)state;
    const size_t n = 20000;
    struct query_array in, out;
    struct rng_key key = {1, 2};
    make_pairs(&in, n);
    query_array_init(&out);
    struct sensor kept = shuffling_sensor(0), lost = shuffling_sensor(1);
    assert_int_equal(sensor_record(&lost, values, key, &space, &in, &out), STATUS_OK);
    size_t swapped = 0;
    assert_int_equal(out.n, 2 * n);
    for (size_t i = 0; i < out.n; i += 2) {
        assert_true(out.q[i].time_us == out.q[i + 1].time_us);
        assert_true(out.q[i].type + out.q[i + 1].type == TYPE_A + TYPE_PTR);
        swapped += out.q[i].type == TYPE_A;
    }
    assert_true(fabs((double)swapped / (double)n - 0.5) < 5 * sqrt(0.25 / (double)n));
    kept = shuffling_sensor(0);
    assert_int_equal(sensor_record(&kept, values, key, &space, &in, &out), STATUS_OK);
    for (size_t i = 0; i < out.n; i += 2)
        assert_int_equal(out.q[i].type, TYPE_PTR);
    query_array_free(&in);
    query_array_free(&out);
}

/* Half of the sensors of probability one half shuffle all, the others nothing. */
static void the_order_is_lost_as_a_whole(void **state)
{
    (void)state;
    struct query_array in, out;
    size_t lost = 0;
    make_pairs(&in, 40);
    query_array_init(&out);
    for (uint64_t trial = 0; trial < 1000; trial++) {
        struct sensor sensor = shuffling_sensor(0.5);
        size_t swapped = 0;
        assert_int_equal(
            sensor_record(&sensor, values, (struct rng_key){1, trial}, &space, &in, &out),
            STATUS_OK);
        for (size_t i = 0; i < out.n; i += 2)
            swapped += out.q[i].type == TYPE_A;
        lost += swapped > 0;
        assert_true(swapped == 0 || swapped > 5);
    }
    assert_in_range(lost, 500 - 80, 500 + 80);
    query_array_free(&in);
    query_array_free(&out);
}

/* Two to five rows of other clients, names and types in the same second, some hundred times. */
static void make_ties(struct query_array *log)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){3, 4}, 5);
    query_array_init(log);
    for (time_us t = FROM; t < FROM + LENGTH; t += (time_us)(rng_below(&rng, 3600) + 1) * US_PER_S)
        for (uint64_t k = rng_below(&rng, 4) + 2; k > 0; k--) {
            struct query q = {.time_us = t,
                              .client = (uint32_t)rng_below(&rng, 5),
                              .name = (uint32_t)rng_below(&rng, 3),
                              .type = rng_below(&rng, 2) ? TYPE_A : TYPE_PTR,
                              .server = (uint16_t)rng_below(&rng, 3)};
            assert_int_equal(query_array_add(log, q), STATUS_OK);
        }
}

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fmax(1.0, fabs(a));
}

static const uint8_t west_member[] = {0, 0, 1};

static double compute(const struct world *world, const struct statistic *statistic,
                      const struct query_array *log)
{
    struct statistic_request request;
    const struct query_array logs[] = {*log, *log};
    statistic_request_init(&request, statistic, world, 0);
    request.other = (struct client_set){west_member, 3, false};
    request.other_sensor = 1;
    request.party = 0;
    return compute_request(world, logs, &request);
}

/* Everything but what asks for the order of rows gives the same number for every order of ties. */
static void only_order_sees_the_order(void **state)
{
    (void)state;
    struct world world;
    struct query_array log;
    struct query_array out;
    struct sensor sensor = shuffling_sensor(1);
    bool moved = false;
    make_world(&world, FROM, FROM + LENGTH);
    make_ties(&log);
    query_array_init(&out);
    for (uint64_t trial = 0; trial < 20; trial++) {
        assert_int_equal(
            sensor_record(&sensor, values, (struct rng_key){1, trial}, &space, &log, &out),
            STATUS_OK);
        for (size_t i = 0; statistics[i] != NULL; i++) {
            double before = compute(&world, statistics[i], &log);
            double after = compute(&world, statistics[i], &out);
            if (same(before, after))
                continue;
            moved = true;
            if (strcmp(statistics[i]->name, "type_follows") != 0)
                fail_msg("%s sees the order of ties: %.17g, %.17g", statistics[i]->name, before,
                         after);
        }
    }
    assert_true(moved);
    query_array_free(&out);
    query_array_free(&log);
    world_free(&world);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_one_second_change_places),
        cmocka_unit_test(the_order_is_lost_as_a_whole),
        cmocka_unit_test(only_order_sees_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
