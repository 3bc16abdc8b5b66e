/* test_dist.c - every distribution: reading, printing, drawing. Draws are compared with the closed
 * form at p < 1e-4 each, 14 tests, fixed seed: false alarm 0.14 %. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>

#include "sim/dist.h"
#include "tests/support/goodness.h"

#define N 20000
#define REJECT_BELOW 1e-4

static const char *const words[] = {"postfix", "exim", "sendmail", NULL};
static const struct param_row any = {"x", UNIT_NONE, -1e9, 1e9, NULL, "", NULL};
static const struct param_row wait = {"wait", UNIT_SECOND, 0, 1e9, NULL, "", NULL};
static const struct param_row part = {"part", UNIT_FRACTION, 0, 1, NULL, "", NULL};
static const struct param_row queue = {"queue", UNIT_WORD, 0, 2, NULL, "", words};

static struct dist parse(const char *text, const struct param_row *row)
{
    struct dist d;
    struct message message;
    if (dist_parse(&d, text, row, &message) != STATUS_OK)
        fail_msg("%s: %s", text, message.text);
    return d;
}

static double cdf(double x, const void *context)
{
    return dist_cdf(context, x);
}

static void test_continuous_draws(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "uniform(-2, 5)",
        "loguniform(0.1, 1000)",
        "normal(mean=10, sd=2)",
        "lognormal(median=30, sigma=1)",
        "gamma(shape=2, scale=1.5)",
        "gamma(shape=0.3, scale=4)",
        "beta(a=2, b=5)",
        "beta(a=0.1, b=0.2)",
        "exponential(mean=7)",
        "normal(0, 1) in [1, 1.5]",
        "gamma(shape=2, scale=1) in [0.5, 9]",
    };
    static double x[N];
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        struct dist d = parse(texts[t], &any);
        struct rng rng;
        struct rng_key key = {11, t};
        rng_init(&rng, key, 12);
        for (int i = 0; i < N; i++)
            x[i] = dist_draw(&d, &rng);
        double p = ks_one_sample(x, N, cdf, &d);
        if (p < REJECT_BELOW)
            fail_msg("%s: p = %g", texts[t], p);
    }
}

static void test_discrete_draws(void **state)
{
    (void)state;
    static const char *const texts[] = {"poisson(mean=3)", "poisson(mean=3) in [2, 5]",
                                        "choice(3: 1, 5: 3, 9: 0.5)"};
    for (size_t t = 0; t < 3; t++) {
        struct dist d = parse(texts[t], &any);
        struct rng rng;
        struct rng_key key = {13, t};
        rng_init(&rng, key, 14);
        double seen[40] = {0}, due[40];
        for (int i = 0; i < N; i++)
            seen[(int)dist_draw(&d, &rng)]++;
        for (int k = 0; k < 40; k++)
            due[k] = dist_cdf(&d, k) - dist_cdf(&d, k - 1);
        assert_true(chi_square(seen, due, 40, 0) > REJECT_BELOW);
    }
}

static void test_numbers_and_units(void **state)
{
    (void)state;
    assert_true(parse("1800", &wait).p[0] == 1800.0);
    assert_true(parse(" 30 min ", &wait).p[0] == 1800.0);
    assert_true(parse("1.5h", &wait).p[0] == 5400.0);
    assert_true(parse("30 %", &part).p[0] == 0.3);
    assert_true(parse("1e3", &wait).p[0] == 1000.0);
    struct dist d = parse("exponential(mean=2 h)", &wait);
    assert_true(d.kind == DIST_EXPONENTIAL && d.p[0] == 7200.0);
    d = parse("lognormal(sigma=1, median=1 min)", &wait);
    assert_true(d.p[0] == 60.0 && d.p[1] == 1.0);
    d = parse("normal(mean=10 min, sd=1 min) in [5 min, 20 min]", &wait);
    assert_true(d.truncated && d.low == 300.0 && d.high == 1200.0);
    d = parse("choice(postfix: 3, exim)", &queue);
    assert_true(d.n_choices == 2 && d.choice[1] == 1.0 && d.cumulative[0] == 0.75);
    assert_true(parse("sendmail", &queue).p[0] == 2.0);
}

/* A support wider than the row's range is cut to it. */
static void test_support_is_cut_to_the_range(void **state)
{
    (void)state;
    struct dist d = parse("normal(mean=0.5, sd=0.3)", &part);
    assert_true(d.truncated && d.low == 0.0 && d.high == 1.0);
    struct rng rng;
    struct rng_key key = {1, 1};
    rng_init(&rng, key, 1);
    for (int i = 0; i < N; i++) {
        double x = dist_draw(&d, &rng);
        assert_true(x >= 0.0 && x <= 1.0);
    }
}

struct refusal {
    const char *text;
    const struct param_row *row;
    const char *says; /* part of the sentence */
};

static const struct refusal refusals[] = {
    {"", &wait, "unknown distribution"},
    {"gama(shape=2, scale=1)", &wait, "did you mean \"gamma\""},
    {"gamma(shape=2)", &wait, "needs shape and scale"},
    {"gamma(shape=2, shape=3)", &wait, "each once"},
    {"gamma(shape=2, scale=1, 3)", &wait, "each once"},
    {"gamma(shape=-2, scale=1)", &wait, "must be above 0"},
    {"normal(mean=1, sd=0)", &wait, "must be above 0"},
    {"gamma(2 s, 1)", &wait, "wrong unit"},
    {"uniform(5, 1)", &wait, "above high"},
    {"uniform(1, 2", &wait, "expected"},
    {"30 parsecs", &wait, "wrong unit"},
    {"30 min 5", &wait, "expected the end"},
    {"-1", &wait, "out of range"},
    {"2e9", &wait, "out of range"},
    {"normal(mean=-100, sd=1)", &wait, "out of range"},
    {"normal(mean=0, sd=1) in [40, 50]", &wait, "keeps less"},
    {"normal(mean=0, sd=1) in [5, 4]", &wait, "empty"},
    {"choice(1, 2: -1)", &wait, "weight"},
    {"choice(1: 0, 2: 0)", &wait, "weights"},
    {"choice(-5, 10)", &wait, "out of range"},
    {"nan", &wait, "unknown distribution"},
    {"inf", &wait, "unknown distribution"},
    {"1e999", &wait, "out of range"},
    {"postfx", &queue, "did you mean \"postfix\""},
    {"gamma(1, 2)", &queue, "expected"},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *r = &refusals[i];
        struct dist d;
        struct message message = {""};
        if (dist_parse(&d, r->text, r->row, &message) != STATUS_INPUT)
            fail_msg("\"%s\" was accepted", r->text);
        if (strstr(message.text, r->says) == NULL)
            fail_msg("\"%s\": %s", r->text, message.text);
    }
}

static void test_printing_reads_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"42",
                                        "uniform(low=1, high=2)",
                                        "gamma(shape=2, scale=1.5) in [0, 9]",
                                        "beta(a=1, b=2)",
                                        "choice(300: 0.25, 3600: 0.75)",
                                        "loguniform(low=1, high=1000)"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char once[200], twice[200];
        struct dist d = parse(texts[i], &any);
        dist_print(&d, &any, once, sizeof once);
        struct dist again = parse(once, &any);
        dist_print(&again, &any, twice, sizeof twice);
        assert_string_equal(once, texts[i]);
        assert_string_equal(once, twice);
    }
    char small[8];
    struct dist d = parse("gamma(shape=2, scale=1.5)", &any);
    dist_print(&d, &any, small, sizeof small);
    assert_int_equal(strlen(small), 7);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_continuous_draws),
        cmocka_unit_test(test_discrete_draws),
        cmocka_unit_test(test_numbers_and_units),
        cmocka_unit_test(test_support_is_cut_to_the_range),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_printing_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
