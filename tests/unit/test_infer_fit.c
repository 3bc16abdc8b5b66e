/* The test of fit: p-values uniform (or conservative) when the class is true, power when none is.
 * Fixed seeds; the false-alarm rate of each statistical assertion is stated beside it. */
#include "analysis/infer/fit.h"
#include "analysis/infer/generator.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/assert_near.h"

enum { ROWS = 1800, COLUMNS = 4 };

/* Class 0: two correlated normals (0.95), a count with a long tail, and a 0/1 column. Class 1: the
 * same shifted, where the last column never varies. */
static void draw(struct generator *g, int class, double *x)
{
    double common = generator_normal(g);
    x[0] = common + 2 * class;
    x[1] = 0.95 * common + sqrt(1 - 0.95 * 0.95) * generator_normal(g);
    x[2] = floor(exp(1.5 * generator_normal(g)));
    x[3] = class == 0 && generator_uniform(g) < 0.3;
}

struct world {
    double value[2 * ROWS * COLUMNS];
    uint16_t label[2 * ROWS];
    struct table table;
    struct fit_models models;
};

/* The rows; where `alike`, both classes are class 0. */
static void world_fill(struct world *self, uint64_t seed, int alike)
{
    struct generator g;
    generator_init(&g, seed, GENERATOR_NOISE, 0);
    for (size_t i = 0; i < 2 * ROWS; i++) {
        self->label[i] = (uint16_t)(i % 2);
        draw(&g, alike ? 0 : (int)(i % 2), self->value + i * COLUMNS);
    }
    self->table = (struct table){.n_rows = 2 * ROWS,
                                 .n_columns = COLUMNS,
                                 .n_classes = 2,
                                 .values = self->value,
                                 .labels = self->label};
}

static void world_fit(struct world *self, const double *observed)
{
    struct fit_options options;
    struct message message = {""};
    fit_options_init(&options);
    options.threads = 2;
    options.observed = observed;
    if (fit_models_init(&self->models, &self->table, &options, &message) != STATUS_OK)
        fail_msg("%s", message.text);
}

static void world_init(struct world *self, uint64_t seed, const double *observed)
{
    world_fill(self, seed, 0);
    world_fit(self, observed);
}

static void p_values_are_uniform_under_the_class(void **state)
{
    static struct world world;
    enum { TRIALS = 2000 };
    size_t below_05 = 0, below_20 = 0, below_50 = 0;
    struct generator g;
    (void)state;
    world_init(&world, 11, NULL);
    generator_init(&g, 12, GENERATOR_NOISE, 1);
    for (size_t i = 0; i < TRIALS; i++) {
        double x[COLUMNS];
        struct fit fit;
        struct message message;
        draw(&g, 0, x);
        assert_int_equal(fit_test(&world.models, x, &fit, &message), STATUS_OK);
        below_05 += fit.class[0].p_value <= 0.05;
        below_20 += fit.class[0].p_value <= 0.20;
        below_50 += fit.class[0].p_value <= 0.50;
        assert_true(fit.p_value >= fit.class[0].p_value);
        fit_free(&fit);
    }
    /* The null sets of 1,800 rows have their own noise: standard error at 5 % is
     * sqrt(.05*.95*(1/2000+1/1800)) = 0.7 %. Four standard errors: false alarm 3e-5 each. The mean
     * of several p-values may be below a level less often than the level says. */
    assert_true((double)below_05 / TRIALS < 0.05 + 0.028 && (double)below_05 / TRIALS > 0.015);
    assert_true((double)below_20 / TRIALS < 0.20 + 0.052 && (double)below_20 / TRIALS > 0.10);
    assert_true(fabs((double)below_50 / TRIALS - 0.50) < 0.094);
    fit_models_free(&world.models);
}

/* One class of 600 rows; returns the p-value of an observation at its edge and says whether its
 * interval holds `expected`. Adds how often own rows have p <= 0.05 and 0.01. */
static double edge_p(uint64_t seed, double expected, size_t *n_held, size_t own[2], size_t n_own)
{
    enum { FEW = 600 };
    static double value[FEW * COLUMNS];
    static uint16_t label[FEW];
    const double x[COLUMNS] = {-1.6, 0.1, 1, 0};
    struct table table = {
        .n_rows = FEW, .n_columns = COLUMNS, .n_classes = 1, .values = value, .labels = label};
    struct fit_options options;
    struct fit_models models;
    struct message message;
    struct generator g;
    struct fit fit;
    generator_init(&g, seed, GENERATOR_NOISE, 2);
    for (size_t i = 0; i < FEW; i++)
        draw(&g, 0, value + i * COLUMNS);
    fit_options_init(&options);
    options.seed = seed;
    assert_int_equal(fit_models_init(&models, &table, &options, &message), STATUS_OK);
    assert_int_equal(fit_test(&models, x, &fit, &message), STATUS_OK);
    double p = fit.p_value;
    assert_true(fit.class[0].least_p <= fit.p_low && fit.p_low <= p);
    assert_true(p <= fit.p_high && fit.p_high <= 1);
    *n_held += fit.p_low <= expected && expected <= fit.p_high;
    fit_free(&fit);
    for (size_t i = 0; i < n_own; i++) {
        double fresh[COLUMNS];
        draw(&g, 0, fresh);
        assert_int_equal(fit_test(&models, fresh, &fit, &message), STATUS_OK);
        own[0] += fit.p_value <= 0.05;
        own[1] += fit.p_value <= 0.01;
        fit_free(&fit);
    }
    fit_models_free(&models);
    return p;
}

/* At the edge other simulated logs move p by no more than the number of the rows makes unavoidable,
 * the interval says how much, and own logs are not called unusual too often. */
static void p_values_are_steady_between_seeds(void **state)
{
    enum { SEEDS = 40, OWN = 50 };
    double mean = 0, square = 0;
    size_t n_held = 0, own[2] = {0, 0};
    (void)state;
    for (uint64_t s = 0; s < SEEDS; s++) {
        double p = edge_p(100 + s, 0, &n_held, own, OWN);
        mean += p / SEEDS;
        square += p * p / SEEDS;
    }
    n_held = 0;
    for (uint64_t s = 0; s < SEEDS; s++)
        edge_p(100 + s, mean, &n_held, own, 0);
    double deviation = sqrt(square - mean * mean), rows = sqrt(mean * (1 - mean) / 600);
    print_message("p %.4f, deviation %.4f, by the rows alone %.4f, held %zu of %d, own %zu %zu\n",
                  mean, deviation, rows, n_held, SEEDS, own[0], own[1]);
    assert_true(mean > 0.002 && mean < 0.05);
    assert_true(deviation < rows); /* with one split alone: 1.5 times */
    assert_true(n_held >= 34);
    /* 2,000 own logs on 40 tables: standard error 0.6 % at 5 %. Five of them: false alarm 3e-7. */
    assert_true((double)own[0] <= 0.08 * SEEDS * OWN && (double)own[1] <= 0.022 * SEEDS * OWN);
}

/* Six observations with p from 0.06 to 0.4, on tables of 600 rows: the interval holds the mean over
 * all tables in 349 of 360 cases, and another table's p in 94 %. With Student's interval of five
 * degrees of freedom in place of two it was 329 and 83 %. With other seeds the first varies by some
 * five cases. */
static void the_interval_holds_what_other_tables_give(void **state)
{
    enum { TABLES = 60, FEW = 600, POINTS = 6 };
    static const double x[POINTS][COLUMNS] = {{-0.2, 0.4, 8, 1}, {0, 0, 1, 0},
                                              {2, 2.2, 0, 1},    {1, 1, 25, 0},
                                              {-1, -0.2, 2, 1},  {2.3, 1.9, 0, 0}};
    static struct world world;
    static double p[POINTS][TABLES], low[POINTS][TABLES], high[POINTS][TABLES];
    size_t n_mean = 0, n_other = 0;
    (void)state;
    for (size_t t = 0; t < TABLES; t++) {
        world_fill(&world, 500 + t, 1);
        world.table.n_rows = FEW;
        world.table.n_classes = 1;
        memset(world.label, 0, sizeof world.label);
        world_fit(&world, NULL);
        for (size_t k = 0; k < POINTS; k++) {
            struct fit fit;
            struct message message;
            assert_int_equal(fit_test(&world.models, x[k], &fit, &message), STATUS_OK);
            p[k][t] = fit.p_value, low[k][t] = fit.p_low, high[k][t] = fit.p_high;
            fit_free(&fit);
        }
        fit_models_free(&world.models);
    }
    for (size_t k = 0; k < POINTS; k++) {
        double mean = 0;
        for (size_t t = 0; t < TABLES; t++)
            mean += p[k][t] / TABLES;
        for (size_t t = 0; t < TABLES; t++) {
            n_mean += low[k][t] <= mean && mean <= high[k][t];
            for (size_t u = 0; u < TABLES; u++)
                n_other += u != t && low[k][t] <= p[k][u] && p[k][u] <= high[k][t];
        }
    }
    print_message("held the mean %zu of %d, another table's %zu of %d\n", n_mean, POINTS * TABLES,
                  n_other, POINTS * TABLES * (TABLES - 1));
    assert_true(n_mean >= POINTS * TABLES * 94 / 100);
    assert_true(n_other >= POINTS * TABLES * (TABLES - 1) * 90 / 100);
}

/* Ten times the volume of anything simulated: rejected, however long the tail of the counts. */
static void ten_times_the_volume_is_none_of_these(void **state)
{
    static struct world world;
    struct fit fit;
    struct message message;
    double x[COLUMNS] = {1, 0.5, 0, 0};
    (void)state;
    world_init(&world, 17, NULL);
    for (size_t i = 0; i < 2 * ROWS; i++)
        x[2] = fmax(x[2], 10 * world.value[i * COLUMNS + 2]);
    assert_int_equal(fit_test(&world.models, x, &fit, &message), STATUS_OK);
    assert_true(fit.rejected_01);
    assert_int_equal(fit.class[0].statistic[0].column, 2);
    fit_free(&fit);
    fit_models_free(&world.models);
}

static void inside_every_margin_but_outside_the_cloud(void **state)
{
    static struct world world;
    const double x[COLUMNS] = {1.8, -1.5, 1, 0};
    struct fit fit;
    struct message message;
    (void)state;
    world_init(&world, 13, NULL);
    assert_int_equal(fit_test(&world.models, x, &fit, &message), STATUS_OK);
    assert_true(fit.rejected_01);
    assert_true(fit.class[0].distance_p[FIT_MARGINAL] > 0.05);
    assert_true(fit.class[0].distance_p[FIT_MAHALANOBIS] <= 0.01);
    assert_true(fit.class[0].holm_p >= fit.class[0].p_value);
    fit_free(&fit);
    fit_models_free(&world.models);
}

static void leaving_a_constant_column_is_noticed(void **state)
{
    static struct world world;
    const double x[COLUMNS] = {2, 0, 1, 1};
    struct fit fit;
    struct message message;
    (void)state;
    world_init(&world, 14, NULL);
    assert_int_equal(fit_test(&world.models, x, &fit, &message), STATUS_OK);
    assert_true(fit.class[1].p_value <= 0.01);
    assert_int_equal(fit.class[1].statistic[0].column, 3);
    assert_true(fit.class[1].statistic[0].excess > 0);
    fit_free(&fit);
    fit_models_free(&world.models);
}

static void far_away_is_none_of_these(void **state)
{
    static struct world world;
    const double x[COLUMNS] = {40, 0, 1, 0};
    struct fit fit;
    struct message message;
    (void)state;
    world_init(&world, 15, NULL);
    assert_int_equal(fit_test(&world.models, x, &fit, &message), STATUS_OK);
    assert_true(fit.rejected_01 && fit.rejected_05);
    assert_int_equal(fit.class[0].statistic[0].column, 0);
    assert_true(fit.class[0].statistic[0].high < 3);
    fit_free(&fit);
    fit_models_free(&world.models);
}

static void a_column_missing_in_the_observation_is_left_out(void **state)
{
    static struct world world;
    const double x[COLUMNS] = {0, 0, NAN, 0};
    struct fit fit;
    struct message message;
    (void)state;
    world_init(&world, 16, x);
    assert_int_equal(fit_test(&world.models, x, &fit, &message), STATUS_OK);
    assert_int_equal(fit.class[0].n_statistics, COLUMNS - 1);
    assert_false(fit.rejected_05);
    fit_free(&fit);
    fit_models_free(&world.models);
}

/* Two classes alike, so that both are near 0.05 at once: there Holm's p-values may pass where all
 * plain ones fail, and the verdict on each class must still agree with "none of these". */
static void none_of_these_is_where_no_class_fits(void **state)
{
    static struct world world;
    enum { TRIALS = 1000 };
    size_t n_torn = 0;
    struct generator g;
    (void)state;
    world_fill(&world, 18, 1);
    world_fit(&world, NULL);
    generator_init(&g, 19, GENERATOR_NOISE, 1);
    for (size_t i = 0; i < TRIALS; i++) {
        double x[COLUMNS];
        struct fit fit;
        struct message message;
        draw(&g, 0, x);
        assert_int_equal(fit_test(&world.models, x, &fit, &message), STATUS_OK);
        assert_int_equal(fit.rejected_05, !fit.class[0].fits && !fit.class[1].fits);
        for (size_t c = 0; c < 2; c++)
            assert_true(fit.class[c].p_value <= 0.05 || fit.class[c].fits);
        n_torn += fit.rejected_05 && fit.holm_p > 0.05;
        fit_free(&fit);
    }
    assert_true(n_torn > 0);
    fit_models_free(&world.models);
}

static void holm_by_hand(void **state)
{
    const double p[] = {0.04, 0.01, 0.03};
    size_t order[3];
    double adjusted[3];
    (void)state;
    holm_adjust(p, 3, order, adjusted);
    assert_near(adjusted[1], 0.03, 1e-12);
    assert_near(adjusted[2], 0.06, 1e-12);
    assert_near(adjusted[0], 0.06, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_values_are_uniform_under_the_class),
        cmocka_unit_test(p_values_are_steady_between_seeds),
        cmocka_unit_test(the_interval_holds_what_other_tables_give),
        cmocka_unit_test(ten_times_the_volume_is_none_of_these),
        cmocka_unit_test(inside_every_margin_but_outside_the_cloud),
        cmocka_unit_test(leaving_a_constant_column_is_noticed),
        cmocka_unit_test(far_away_is_none_of_these),
        cmocka_unit_test(a_column_missing_in_the_observation_is_left_out),
        cmocka_unit_test(none_of_these_is_where_no_class_fits),
        cmocka_unit_test(holm_by_hand),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
