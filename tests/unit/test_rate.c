/* test_rate.c - rate profiles against slow sums, and arrivals against the Poisson law (p < 1e-4
 * rejects, 2 tests, fixed seed). */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "analysis/config/timezone.h"
#include "sim/rate.h"
#include "tests/support/goodness.h"

#define DAYS 28

static struct civil_grid grid;
static const time_us origin = INT64_C(1462147200) * US_PER_S; /* Monday 2016-05-02 00:00 UTC */

static int make_grid(void **state)
{
    (void)state;
    struct timezone_table zone = timezone_fixed(0);
    int64_t holiday[] = {civil_days(2016, 5, 9),
                         civil_days(2016, 5, 14)}; /* a Monday, a Saturday */
    return civil_grid_init(&grid, &zone, origin, origin + DAYS * US_PER_DAY, holiday, 2);
}

static int free_grid(void **state)
{
    (void)state;
    civil_grid_free(&grid);
    return 0;
}

static void test_working_hours(void **state)
{
    (void)state;
    struct rate_profile rate;
    rate_working_hours(&rate, &grid, 8.5, 17.0, 0.25, 0.5);
    double open = rate.weight[10];
    assert_true(fabs(rate.weight[3] / open - 0.25) < 1e-12);
    assert_true(fabs(rate.weight[8] / open - (0.5 + 0.5 * 0.25)) < 1e-12); /* half an hour open */
    assert_true(fabs(rate.weight[17] / open - 0.25) < 1e-12);
    assert_true(fabs(rate.weight[5 * 24 + 10] / open - 0.5) < 1e-12);
    double sum = 0;
    for (int i = 0; i < 168; i++)
        sum += rate.weight[i];
    assert_true(fabs(sum - 168.0) < 1e-9);
    time_us ten = 10 * US_PER_HOUR;
    assert_true(fabs(rate_at(&rate, origin + 7 * US_PER_DAY + ten) / open - 0.5) < 1e-12);
    /* a holiday on a Saturday is not emptier than the Saturday */
    assert_true(fabs(rate_at(&rate, origin + 12 * US_PER_DAY + ten) / open - 0.5) < 1e-12);
    rate_working_hours(&rate, &grid, 22.0, 6.0, 0.0, 1.0); /* a night shift */
    assert_true(rate.weight[23] > 0 && rate.weight[5] > 0);
    assert_true(rate.weight[6] == 0 && rate.weight[12] == 0);
}

static void test_empty_weights_become_flat(void **state)
{
    (void)state;
    struct rate_profile rate;
    rate_working_hours(&rate, &grid, 8, 17, 0.0, 0.0);
    rate_flat(&rate, &grid);
    for (int i = 0; i < 168; i++)
        rate.weight[i] = 0;
    rate_normalise(&rate);
    assert_true(rate.weight[0] == 1.0 && rate.weight[167] == 1.0);
}

static double slow_mass(const struct rate_profile *rate, time_us from, time_us until)
{
    double mass = 0;
    for (time_us t = from; t < until; t += 10 * US_PER_S)
        mass += rate_at(rate, t) * 10;
    return mass;
}

static void test_mass_and_advance(void **state)
{
    (void)state;
    struct rate_profile rate;
    rate_working_hours(&rate, &grid, 8.5, 17.0, 0.1, 0.0);
    for (int i = 0; i < 60; i++) {
        time_us from = origin + i * 7 * 1230 * US_PER_S, until = from + i * 2510 * US_PER_S;
        double mass = rate_mass_s(&rate, from, until);
        assert_true(fabs(mass - slow_mass(&rate, from, until)) < 1e-6 * (1 + mass));
        if (rate_at(&rate, until) > 0 && mass > 0) {
            time_us back = rate_advance(&rate, from, mass);
            assert_true(fabs(rate_mass_s(&rate, from, back) - mass) < 1e-4);
        }
    }
    assert_true(rate_advance(&rate, origin, 1e12) == INT64_MAX);
    assert_true(rate_advance(&rate, origin + 400 * US_PER_DAY, 1.0) == INT64_MAX);
    struct rng rng;
    struct rng_key key = {1, 1};
    rng_init(&rng, key, 1);
    assert_true(rate_next(&rate, 0.0, origin, &rng) == INT64_MAX);
}

/* Where clocks change by an hour, or by half of one, hours are passed over one by one, and the days
 * behind them at once again. The grid begins in the middle of a local day. */
static void test_advance_where_clocks_change(void **state)
{
    (void)state;
    static const char *const zones[] = {"America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"};
    time_us from = civil_days(2015, 10, 1) * US_PER_DAY + 5 * US_PER_HOUR + 1234 * US_PER_S;
    time_us until = from + 220 * US_PER_DAY;
    int64_t holiday[] = {civil_days(2015, 11, 2), civil_days(2016, 3, 14)};
    struct rng rng;
    rng_init(&rng, (struct rng_key){1, 2}, 3);
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        struct timezone_table zone;
        struct civil_grid local;
        struct rate_profile rate;
        struct message message;
        assert_int_equal(timezone_load(&zone, zones[z], from, until, &message), STATUS_OK);
        assert_int_equal(civil_grid_init(&local, &zone, from, until, holiday, 2), STATUS_OK);
        rate_working_hours(&rate, &local, 8.5, 17.0, z == 1 ? 0.0 : 0.1, z == 2 ? 0.0 : 0.2);
        for (int i = 0; i < 3000; i++) {
            time_us t = from + (time_us)(rng_uniform(&rng) * (double)(until - from));
            double mass = rng_exponential(&rng) * (i % 3 == 0 ? 100 : i % 3 == 1 ? 20000 : 2e6);
            time_us there = rate_advance(&rate, t, mass);
            if (there == INT64_MAX)
                assert_true(rate_mass_s(&rate, t, until) < mass);
            else
                assert_true(there >= t && fabs(rate_mass_s(&rate, t, there) - mass) < 1e-4);
        }
        civil_grid_free(&local);
    }
}

static double unit_exponential(double x, const void *context)
{
    (void)context;
    return -expm1(-x);
}

/* Time change theorem: the mass between arrivals is exponential with mean 1 / base rate. */
static void test_arrivals_are_poisson(void **state)
{
    (void)state;
    struct rate_profile rate;
    rate_working_hours(&rate, &grid, 8.5, 17.0, 0.1, 0.3);
    const double base_per_s = 0.01;
    static double gap[40000];
    double seen[168] = {0}, due[168] = {0};
    size_t n = 0;
    struct rng rng;
    struct rng_key key = {2, 1};
    rng_init(&rng, key, 1);
    time_us last = origin, t;
    while ((t = rate_next(&rate, base_per_s, last, &rng)) != INT64_MAX && n < 40000) {
        gap[n++] = rate_mass_s(&rate, last, t) * base_per_s;
        seen[grid.hour_of_week[(t - origin) / US_PER_HOUR]]++;
        last = t;
    }
    for (int32_t i = 0; i < grid.n_hours; i++)
        due[grid.hour_of_week[i]] += rate_at(&rate, origin + i * US_PER_HOUR);
    assert_true(n > 20000 && n < 30000);
    assert_true(ks_one_sample(gap, n, unit_exponential, NULL) > 1e-4);
    assert_true(chi_square(seen, due, 168, 0) > 1e-4);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_working_hours),
        cmocka_unit_test(test_empty_weights_become_flat),
        cmocka_unit_test(test_mass_and_advance),
        cmocka_unit_test(test_advance_where_clocks_change),
        cmocka_unit_test(test_arrivals_are_poisson),
    };
    return cmocka_run_group_tests(tests, make_grid, free_grid);
}
