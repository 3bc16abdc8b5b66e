/* What the statistics that promise a significance do where nothing is to be found. Fixed seed;
 * every check is two-sided at 4.5 standard errors or p = 1e-5: a false alarm once in some 10^5
 * seeds. */
#include "tests/support/check.h"

#include <math.h>

#include "sim/rng.h"
#include "tests/support/goodness.h"
#include "tests/support/statistics_support.h"

#define FROM (INT64_C(1462320000) * US_PER_S)
#define DAYS 140
#define TRIALS 2000

/* A log of about n queries at even times. */
static void even_log(struct query_array *log, struct rng *rng, double n)
{
    log->n = 0;
    double step_us = DAYS * 86400e6 / n, t = 0;
    while ((t += rng_exponential(rng) * step_us) < DAYS * 86400e6)
        assert_int_equal(
            query_array_add(log, (struct query){.time_us = FROM + (time_us)t,
                                                .client = (uint32_t)rng_below(rng, 3)}),
            STATUS_OK);
}

static void random_events(struct world *world, struct rng *rng)
{
    for (uint32_t i = 0; i < world->n_events; i++)
        world->events[i].time_us = FROM + (time_us)(rng_uniform(rng) * DAYS * 86400e6);
}

static double uniform_cdf(double x, const void *context)
{
    (void)context;
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* The chi-square with two degrees of freedom. */
static double rayleigh_cdf(double x, const void *context)
{
    (void)context;
    return 1 - exp(-x / 2);
}

/* One number for each of TRIALS random logs. */
static void run_trials(const char *name, double setting, double n, double *value)
{
    struct world world;
    struct query_array logs[2] = {{0}, {0}};
    struct rng rng;
    static const uint8_t first[] = {1, 0, 0}, second[] = {0, 1, 0};
    rng_init(&rng, (struct rng_key){.seed = 20, .trial = 16}, rng_entity(name));
    make_world(&world, FROM, FROM + DAYS * US_PER_DAY);
    world.n_events = 12;
    world.events = calloc(12, sizeof *world.events);
    assert_non_null(world.events);
    struct statistic_request request = make_request(&world, name, 0);
    request.param[0] = setting;
    if (request.statistic->needs_other) {
        request.who = (struct client_set){first, 3, false};
        request.other = (struct client_set){second, 3, false};
    }
    for (int i = 0; i < TRIALS; i++) {
        even_log(&logs[0], &rng, n);
        random_events(&world, &rng);
        value[i] = compute_request(&world, logs, &request);
    }
    query_array_free(&logs[0]);
    world_free(&world);
}

static double mean_of(const double *x)
{
    double sum = 0;
    for (int i = 0; i < TRIALS; i++)
        sum += x[i];
    return sum / TRIALS;
}

static double share_up_to(const double *x, double limit)
{
    double n = 0;
    for (int i = 0; i < TRIALS; i++)
        n += x[i] <= limit;
    return n / TRIALS;
}

/* Looking at three lags must not make small p-values common. */
static void calendar_p_is_uniform(void **state)
{
    (void)state;
    static double p[TRIALS];
    run_trials("calendar_p", 2, 2000, p);
    double error = 4.5 * sqrt(1.0 / 12 / TRIALS), low_error = 4.5 * sqrt(0.05 * 0.95 / TRIALS);
    assert_true(fabs(mean_of(p) - 0.5) < error);
    /* 140 shifts: p comes in steps of 1/140, so 0.05 is 7 of them */
    assert_true(fabs(share_up_to(p, 0.05) - 0.05) < low_error);
    assert_true(ks_one_sample(p, TRIALS, uniform_cdf, NULL) > 1e-5);
}

static void rayleigh_power_is_chi_square(void **state)
{
    (void)state;
    static double power[TRIALS];
    run_trials("rayleigh_power", 3600, 1000, power);
    for (int i = 0; i < TRIALS; i++)
        power[i] = expm1(power[i]);
    assert_true(ks_one_sample(power, TRIALS, rayleigh_cdf, NULL) > 1e-5);
}

static void digits_are_chi_square(void **state)
{
    (void)state;
    static double digits[TRIALS];
    run_trials("second_digits", 0, 1000, digits);
    for (int i = 0; i < TRIALS; i++)
        digits[i] = exp(digits[i]) - 1e-3;
    /* chi-square over its 9 degrees of freedom: mean 1, variance 2/9 */
    assert_true(fabs(mean_of(digits) - 1) < 4.5 * sqrt(2.0 / 9 / TRIALS));
}

/* ln((k + 1/2) / (e + 1/2)) of a count k near 40 with mean e is about -1/(2 e) on average. */
static void coincidences_meet_their_expectation(void **state)
{
    (void)state;
    static double value[TRIALS];
    run_trials("coincidences", 600, 3000, value);
    double spread = 0, mean = mean_of(value);
    for (int i = 0; i < TRIALS; i++)
        spread += (value[i] - mean) * (value[i] - mean) / TRIALS;
    assert_true(spread < 0.05);
    assert_true(fabs(mean) < 4.5 * sqrt(spread / TRIALS) + 0.005);
}

/* A Poisson process: Fano factor 1 (variance 2 / windows), branching near 0, memory 0. */
static void poisson_is_poisson(void **state)
{
    (void)state;
    static double value[TRIALS];
    run_trials("fano", 86400, 3000, value);
    assert_true(fabs(mean_of(value) * DAYS / (DAYS - 1) - 1) < 4.5 * sqrt(2.0 / DAYS / TRIALS));
    run_trials("memory", 0, 500, value);
    assert_true(fabs(mean_of(value) + 1.0 / 500) < 4.5 * sqrt(1.0 / 500 / TRIALS) + 1e-3);
    run_trials("gap_cv", 0, 500, value);
    assert_true(fabs(mean_of(value) - 1) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_p_is_uniform),
        cmocka_unit_test(rayleigh_power_is_chi_square),
        cmocka_unit_test(digits_are_chi_square),
        cmocka_unit_test(coincidences_meet_their_expectation),
        cmocka_unit_test(poisson_is_poisson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
