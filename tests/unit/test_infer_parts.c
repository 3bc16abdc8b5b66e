/* The parts of the comparator, each against a slow and obvious way of computing the same. */
#include "analysis/infer/axes.h"
#include "analysis/infer/exponential.h"
#include "analysis/infer/features.h"
#include "analysis/infer/generator.h"
#include "analysis/infer/isotonic.h"
#include "analysis/infer/lbfgs.h"
#include "analysis/infer/nearest.h"
#include "analysis/infer/prepare.h"
#include "analysis/infer/score.h"
#include "analysis/infer/split.h"
#include "analysis/infer/workers.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/assert_near.h"

static struct message message;

/* Isotonic regression by the min-max formula: max over a <= i of min over b >= i of the mean of
 * a..b. */
static double min_max_fit(const double *y, size_t n, size_t i)
{
    double most = -INFINITY;
    for (size_t a = 0; a <= i; a++) {
        double least = INFINITY;
        for (size_t b = i; b < n; b++) {
            double sum = 0;
            for (size_t k = a; k <= b; k++)
                sum += y[k];
            least = fmin(least, sum / (double)(b - a + 1));
        }
        most = fmax(most, least);
    }
    return most;
}

static void isotonic_by_the_min_max_formula(void **state)
{
    enum { N = 40 };
    double x[N], y[N], fitted[N], work[3 * N];
    struct generator g;
    (void)state;
    generator_init(&g, 1, GENERATOR_NOISE, 0);
    for (int trial = 0; trial < 50; trial++) {
        for (size_t i = 0; i < N; i++) {
            x[i] = (double)i;
            y[i] = generator_uniform(&g) < (double)i / N;
        }
        isotonic_sorted(x, y, NULL, N, fitted, work);
        for (size_t i = 0; i < N; i++)
            assert_near(fitted[i], min_max_fit(y, N, i), 1e-12);
    }
}

static void isotonic_pools_ties_and_keeps_off_the_ends(void **state)
{
    const double x[] = {3, 1, 1, 2, 2, 3}, y[] = {1, 0, 0, 1, 0, 1};
    struct isotonic fit;
    (void)state;
    assert_int_equal(isotonic_init(&fit, x, y, NULL, 6, &message), STATUS_OK);
    assert_near(isotonic_at(&fit, 1), 1.0 / 8, 1e-12);
    assert_near(isotonic_at(&fit, 2), 0.5, 1e-12);
    assert_near(isotonic_at(&fit, 2.5), 0.5 * (0.5 + 7.0 / 8), 1e-12);
    assert_near(isotonic_at(&fit, 99), 7.0 / 8, 1e-12);
    isotonic_free(&fit);
}

static double rosenbrock(void *context, const double *x, double *gradient)
{
    double a = 1 - x[0], b = x[1] - x[0] * x[0];
    ++*(int *)context;
    gradient[0] = -2 * a - 400 * b * x[0];
    gradient[1] = 200 * b;
    return a * a + 100 * b * b;
}

static double not_finite(void *context, const double *x, double *gradient)
{
    (void)context;
    (void)x;
    gradient[0] = 0;
    return NAN;
}

static void minimiser_finds_the_valley(void **state)
{
    double x[] = {-1.2, 1};
    int calls = 0;
    (void)state;
    assert_int_equal(lbfgs_minimise(rosenbrock, &calls, x, 2, 200, 1e-9, &message), STATUS_OK);
    assert_near(x[0], 1, 1e-6);
    assert_near(x[1], 1, 1e-6);
    assert_true(calls < 120);
    assert_int_equal(lbfgs_minimise(not_finite, NULL, x, 1, 10, 1e-9, &message), STATUS_RUN);
}

static void scores_by_hand(void **state)
{
    const double p[] = {0.8, 0.2, 0.3, 0.7, 0.55, 0.45, 0, 1};
    const uint16_t label[] = {0, 1, 1, 1};
    struct answers answers = {4, 2, p, label, NULL};
    struct scores scores;
    (void)state;
    scores_compute(&scores, &answers, 0.001);
    assert_near(scores.error, 0.25, 1e-12);
    assert_near(scores.log_score, -(log(0.8) + log(0.7) + log(0.45) + log(0.999)) / 4, 1e-12);
    assert_near(scores.brier, (0.04 + 0.09 + 0.3025 + 1e-6) / 4, 1e-12);
    assert_near(scores.calibration_error, (0.2 + 0.3 + 0.55 + 0.001) / 4, 1e-12);
    assert_near(scores.expected_error, (0.2 + 0.3 + 0.45 + 0) / 4, 1e-12);
    /* A row of weight 2 counts as two rows. */
    const double weight[] = {2, 1, 1, 0};
    const double twice[] = {0.8, 0.2, 0.8, 0.2, 0.3, 0.7, 0.55, 0.45};
    const uint16_t twice_label[] = {0, 0, 1, 1};
    struct scores weighted, repeated;
    answers.weight = weight;
    scores_compute(&weighted, &answers, 0.001);
    struct answers repeat = {4, 2, twice, twice_label, NULL};
    scores_compute(&repeated, &repeat, 0.001);
    assert_near(weighted.log_score, repeated.log_score, 1e-12);
    assert_near(weighted.calibration_error, repeated.calibration_error, 1e-12);
}

/* Rows whose outcome has exactly the probability said, or a sharper one. */
static void calibration_test_tells_honest_from_bold(void **state)
{
    enum { N = 4000 };
    static double p[2 * N], bold[2 * N];
    static uint16_t label[N];
    struct generator g;
    struct calibration_test honest, boldness;
    (void)state;
    generator_init(&g, 4, GENERATOR_NOISE, 0);
    for (size_t i = 0; i < N; i++) {
        double logit = 2 * generator_normal(&g);
        p[2 * i + 1] = 1 / (1 + exp(-logit));
        bold[2 * i + 1] = 1 / (1 + exp(-1.5 * logit));
        p[2 * i] = 1 - p[2 * i + 1];
        bold[2 * i] = 1 - bold[2 * i + 1];
        label[i] = generator_uniform(&g) < p[2 * i + 1];
    }
    struct answers answers = {N, 2, p, label, NULL};
    assert_int_equal(calibration_test_run(&honest, &answers, 499, 1, 2, &message), STATUS_OK);
    /* False alarm 2 % for the pair, with this seed known to pass. */
    assert_true(honest.miscalibration_p > 0.01 && honest.brier_p > 0.01);
    answers.probability = bold;
    assert_int_equal(calibration_test_run(&boldness, &answers, 499, 1, 1, &message), STATUS_OK);
    assert_near(boldness.miscalibration_p, 1.0 / 500, 1e-12);
    assert_near(boldness.brier_p, 2.0 / 500, 1e-12);
    assert_true(boldness.miscalibration > honest.miscalibration);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void gaffke_accepts_the_mean_and_rejects_another(void **state)
{
    enum { N = 400 };
    double x[N];
    struct generator g;
    size_t rejected = 0;
    (void)state;
    generator_init(&g, 5, GENERATOR_NOISE, 0);
    for (size_t trial = 0; trial < 100; trial++) {
        for (size_t i = 0; i < N; i++)
            x[i] = generator_uniform(&g) * generator_uniform(&g); /* mean 1/4 */
        qsort(x, N, sizeof *x, ascending);
        rejected += gaffke_test(x, N, 0.25, 199, 1, trial) <= 0.05;
        assert_true(gaffke_test(x, N, 0.40, 199, 1, trial) <= 0.05);
    }
    /* Binomial(100, 0.05): above 14 with probability 2e-4. */
    assert_true(rejected <= 14);
}

static void nearest_by_brute_force(void **state)
{
    enum { ROWS = 50, QUERIES = 20, INPUTS = 3 };
    double x[ROWS * INPUTS], query[QUERIES * INPUTS], distance[QUERIES];
    struct generator g;
    (void)state;
    generator_init(&g, 6, GENERATOR_NOISE, 0);
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = generator_normal(&g);
    for (size_t i = 0; i < QUERIES * INPUTS; i++)
        query[i] = generator_normal(&g);
    assert_int_equal(nearest_distances(x, ROWS, query, QUERIES, INPUTS, 2, distance, &message),
                     STATUS_OK);
    for (size_t q = 0; q < QUERIES; q++) {
        double least = INFINITY;
        for (size_t i = 0; i < ROWS; i++) {
            double square = 0;
            for (size_t j = 0; j < INPUTS; j++)
                square += pow(x[i * INPUTS + j] - query[q * INPUTS + j], 2);
            least = fmin(least, square);
        }
        assert_near(distance[q], sqrt(least / INPUTS), 1e-12);
    }
}

static void discriminant_axis_of_two_classes(void **state)
{
    enum { N = 4000 };
    static double x[2 * N];
    static uint16_t label[N];
    struct axes axes;
    struct generator g;
    double variance = 0, out;
    (void)state;
    generator_init(&g, 8, GENERATOR_NOISE, 0);
    /* Means (0,0) and (1,0), covariance ((1, 0.6), (0.6, 1)): the axis is along inverse x
     * difference = (1, -0.6). */
    for (size_t i = 0; i < N; i++) {
        double a = generator_normal(&g), b = generator_normal(&g);
        label[i] = (uint16_t)(i % 2);
        x[2 * i] = a + label[i];
        x[2 * i + 1] = 0.6 * a + 0.8 * b;
    }
    assert_int_equal(axes_init(&axes, x, label, N, 2, 2, &message), STATUS_OK);
    assert_int_equal(axes.n_axes, 1);
    assert_true(axes.weight[0] > 0);
    assert_near(axes.weight[1] / axes.weight[0], -0.6, 0.1);
    for (size_t i = 0; i < N; i++) {
        axes_row(&axes, x + 2 * i, &out);
        double centre = axes.weight[0] * 0.5;
        variance += (out - centre) * (out - centre) / N;
    }
    assert_near(variance, 1, 0.05);
    axes_free(&axes);
}

static void all_cubic_products_of_seven_inputs(void **state)
{
    enum { N = 500, D = 7 };
    static double x[N * D];
    static uint16_t label[N];
    static uint8_t fold[N];
    float out[200];
    struct features features;
    struct generator g;
    double sum[200] = {0}, square[200] = {0};
    (void)state;
    generator_init(&g, 9, GENERATOR_NOISE, 0);
    for (size_t i = 0; i < N * D; i++)
        x[i] = generator_normal(&g);
    for (size_t i = 0; i < N; i++)
        label[i] = (uint16_t)(i % 2);
    struct design design = {N, D, D, 2, x, label, fold};
    assert_int_equal(features_init(&features, &design, 150, &message), STATUS_OK);
    assert_int_equal(features.n, 119);
    for (size_t i = 0; i < N; i++) {
        features_row(&features, x + i * D, out);
        for (size_t k = 0; k < features.n; k++) {
            sum[k] += out[k];
            square[k] += out[k] * out[k];
        }
    }
    for (size_t k = 0; k < features.n; k++) {
        assert_near(sum[k] / N, 0, 1e-4);
        assert_near(square[k] / N, 1, 1e-3);
    }
    features_free(&features);
    assert_int_equal(features_init(&features, &design, 40, &message), STATUS_OK);
    assert_in_range(features.n, 14, 40);
    features_free(&features);
}

static struct table one_column(const double *value, const uint16_t *label, size_t n)
{
    return (struct table){
        .n_rows = n, .n_columns = 1, .n_classes = 1, .values = value, .labels = label};
}

static void preparation_is_monotone_and_bounded(void **state)
{
    enum { N = 3000 };
    static double x[N];
    static uint16_t label[N];
    static uint32_t rows[N];
    struct generator g;
    (void)state;
    for (int shape = 0; shape < 3; shape++) {
        struct prepare prepare;
        struct prepare_choice choice = {0};
        struct reach reach;
        double before = -INFINITY, out;
        generator_init(&g, 10, GENERATOR_NOISE, 0);
        for (size_t i = 0; i < N; i++) {
            double z = generator_normal(&g);
            x[i] = shape == 0   ? z
                   : shape == 1 ? exp(2 * z)
                                : tan(M_PI * (generator_uniform(&g) - 0.5));
            rows[i] = (uint32_t)i;
        }
        struct table table = one_column(x, label, N);
        assert_int_equal(prepare_init(&prepare, &table, rows, N, &choice, &message), STATUS_OK);
        assert_int_equal(prepare.n_inputs, 1);
        qsort(x, N, sizeof *x, ascending);
        for (size_t i = 0; i < N; i++) {
            prepare_row(&prepare, &x[i], &out, &reach);
            assert_true(out >= before && fabs(out) < 9);
            assert_int_equal(reach.n_outside, 0);
            before = out;
        }
        double far = 1e300, last;
        prepare_row(&prepare, &x[N - 1], &last, NULL);
        prepare_row(&prepare, &far, &out, &reach);
        assert_near(out, last + 1, 1e-9);
        assert_int_equal(reach.n_outside, 1);
        assert_true(reach.excess > 1e100);
        prepare_free(&prepare);
    }
}

static void missing_values_become_an_input(void **state)
{
    const double x[] = {1, NAN, 2, 3, INFINITY, 4};
    const uint16_t label[6] = {0};
    const uint32_t rows[] = {0, 1, 2, 3, 4, 5};
    struct table table = one_column(x, label, 6);
    struct prepare prepare;
    struct prepare_choice choice = {0};
    struct reach reach;
    double out[2];
    (void)state;
    assert_int_equal(prepare_init(&prepare, &table, rows, 6, &choice, &message), STATUS_OK);
    assert_int_equal(prepare.n_inputs, 2);
    prepare_row(&prepare, &x[1], out, &reach);
    assert_true(out[0] > 1 && out[1] == 0);
    assert_int_equal(reach.n_missing, 1);
    prepare_row(&prepare, &x[0], out, &reach);
    assert_true(out[0] < 0 && out[1] < 0);
    prepare_free(&prepare);
}

static void splits_keep_the_shares_of_the_classes(void **state)
{
    enum { N = 1000 };
    static uint16_t label[N];
    static int seen[N];
    struct split split;
    size_t rare = 0;
    (void)state;
    for (size_t i = 0; i < N; i++)
        label[i] = i < 20;
    struct table table = {.n_rows = N, .n_classes = 2, .labels = label};
    assert_int_equal(split_init(&split, &table, 0.15, 100000, 100000, 1, &message), STATUS_OK);
    assert_int_equal(split.n_hold, 150);
    assert_int_equal(split.n_fit + split.n_hold, N);
    for (size_t i = 0; i < split.n_hold; i++) {
        rare += label[split.hold[i]];
        seen[split.hold[i]]++;
    }
    for (size_t i = 0; i < split.n_fit; i++)
        seen[split.fit[i]]++;
    for (size_t i = 0; i < N; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(rare, 3);
    split_free(&split);
    assert_int_equal(split_init(&split, &table, 0.15, 200, 50, 1, &message), STATUS_OK);
    assert_in_range(split.n_fit, 195, 215);
    assert_in_range(split.n_hold, 48, 53);
    assert_int_equal(split.n_unused, N - split.n_fit - split.n_hold);
    split_free(&split);
}

static int fail_some(void *context, size_t index, struct message *text)
{
    ((int *)context)[index] = 1;
    return index % 7 == 3 ? (fail)(text, STATUS_INPUT, "task %zu", index) : STATUS_OK;
}

static void the_first_failure_is_told_and_all_work_is_done(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads < 5; threads++) {
        int done[50] = {0};
        assert_int_equal(workers_run(threads, 50, fail_some, done, &message), STATUS_INPUT);
        assert_string_equal(message.text, "task 3");
        for (size_t i = 0; i < 50; i++)
            assert_int_equal(done[i], 1);
    }
}

static void random_numbers_are_even_and_keyed(void **state)
{
    struct generator a, b;
    size_t count[6] = {0};
    double sum = 0, square = 0;
    (void)state;
    generator_init(&a, 1, GENERATOR_TREE, 0);
    generator_init(&b, 1, GENERATOR_TREE, 1);
    assert_true(generator_bits(&a) != generator_bits(&b));
    for (size_t i = 0; i < 60000; i++) {
        double z = generator_normal(&a);
        count[generator_below(&b, 6)]++;
        sum += z;
        square += z * z;
    }
    for (size_t k = 0; k < 6; k++) /* five standard deviations: 91 */
        assert_in_range(count[k], 10000 - 456, 10000 + 456);
    assert_near(sum / 60000, 0, 0.02);
    assert_near(square / 60000, 1, 0.03);
}

/* Against the C library's, over the whole range and beyond. */
static void exponentials(void **state)
{
    (void)state;
    for (int i = 0; i <= 1000000; i++) {
        double share = i / 1e6, x = -700 + 1400 * share;
        float y = (float)(-85 + 170 * share);
        assert_true(fabs(exponential(x) / exp(x) - 1) < 4e-16);
        assert_true(fabs((double)exponential_single(y) / exp((double)y) - 1) < 2e-7);
    }
    assert_true(exponential(0) == 1 && exponential_single(0) == 1);
    assert_true(exponential(-1e300) == exponential(-700));
    assert_true(exponential_single(-1e30f) == exponential_single(-85));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponentials),
        cmocka_unit_test(isotonic_by_the_min_max_formula),
        cmocka_unit_test(isotonic_pools_ties_and_keeps_off_the_ends),
        cmocka_unit_test(minimiser_finds_the_valley),
        cmocka_unit_test(scores_by_hand),
        cmocka_unit_test(calibration_test_tells_honest_from_bold),
        cmocka_unit_test(gaffke_accepts_the_mean_and_rejects_another),
        cmocka_unit_test(nearest_by_brute_force),
        cmocka_unit_test(discriminant_axis_of_two_classes),
        cmocka_unit_test(all_cubic_products_of_seven_inputs),
        cmocka_unit_test(preparation_is_monotone_and_bounded),
        cmocka_unit_test(missing_values_become_an_input),
        cmocka_unit_test(splits_keep_the_shares_of_the_classes),
        cmocka_unit_test(the_first_failure_is_told_and_all_work_is_done),
        cmocka_unit_test(random_numbers_are_even_and_keyed),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
