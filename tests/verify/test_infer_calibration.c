/* Long checks of the comparator: what it promises must hold on fresh logs, over several seeds. */
#include "analysis/infer/comparator.h"
#include "analysis/infer/generator.h"
#include "analysis/infer/toy.h"
#include "analysis/ingest/numeric_csv.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CLASSES = 5, COLUMNS = 6, ROWS = 10000, FRESH = 10000, SEEDS = 5, STATISTICS = 7 };

/* Five overlapping classes; the prior is not the share in the table. */
static const double PRIOR[CLASSES] = {0.4, 0.3, 0.15, 0.1, 0.05};

static void draw(struct generator *g, size_t class, double *x)
{
    double common = generator_normal(g);
    for (size_t j = 0; j < COLUMNS; j++)
        x[j] = generator_normal(g) + 0.5 * common * (double)(class % 2) + (j == class ? 1.2 : 0) +
               (j == 5 ? 0.3 * (double)class : 0);
    x[4] = exp(x[4]);
    x[3] = x[3] > 0.5;
}

static size_t draw_class(struct generator *g)
{
    double u = generator_uniform(g);
    size_t class = 0;
    while (class + 1 < CLASSES && u >= PRIOR[class]) {
        u -= PRIOR[class];
        class ++;
    }
    return class;
}

static double value[ROWS * COLUMNS], fresh_probability[FRESH * CLASSES];
static uint16_t label[ROWS], fresh_label[FRESH];

static void fit(struct comparator *comparator, uint64_t seed)
{
    struct comparator_options options;
    struct message message = {""};
    struct generator g;
    generator_init(&g, seed, GENERATOR_NOISE, 0);
    for (size_t i = 0; i < ROWS; i++) {
        label[i] = (uint16_t)(i % CLASSES);
        draw(&g, label[i], value + i * COLUMNS);
    }
    struct table table = {.n_rows = ROWS,
                          .n_columns = COLUMNS,
                          .n_classes = CLASSES,
                          .values = value,
                          .labels = label,
                          .prior = PRIOR};
    comparator_options_init(&options);
    options.seed = seed;
    options.threads = 2;
    if (comparator_fit(comparator, &table, &options, &message) != STATUS_OK)
        fail_msg("%s", message.text);
}

/* On draws from the prior predictive: mean posterior = prior, small ECE, sets that cover. */
static void promises_hold_on_fresh_logs(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct comparator comparator;
        struct prediction prediction;
        struct message message;
        struct generator g;
        struct scores scores;
        struct certificate certificate;
        double mean[CLASSES] = {0}, square[CLASSES] = {0}, covered_90 = 0, covered_95 = 0;
        fit(&comparator, seed);
        assert_int_equal(prediction_init(&prediction, CLASSES, &message), STATUS_OK);
        generator_init(&g, seed, GENERATOR_NOISE, 1);
        for (size_t i = 0; i < FRESH; i++) {
            double x[COLUMNS];
            fresh_label[i] = (uint16_t)draw_class(&g);
            draw(&g, fresh_label[i], x);
            assert_int_equal(comparator_predict(&comparator, x, &prediction, &message), STATUS_OK);
            memcpy(fresh_probability + i * CLASSES, prediction.probability, sizeof mean);
            covered_90 += prediction.in_set_90[fresh_label[i]];
            covered_95 += prediction.in_set_95[fresh_label[i]];
            for (size_t c = 0; c < CLASSES; c++) {
                double difference = prediction.probability[c] - (fresh_label[i] == c);
                mean[c] += difference / FRESH;
                square[c] += difference * difference / FRESH;
            }
        }
        struct answers answers = {FRESH, CLASSES, fresh_probability, fresh_label, NULL};
        scores_compute(&scores, &answers, 0.001);
        assert_int_equal(comparator_certificate(&comparator, NULL, 199, &certificate, &message),
                         STATUS_OK);
        print_message("seed %d: error %.4f (certificate %.4f) ece %.4f cover %.4f %.4f means",
                      (int)seed, scores.error, certificate.scores.error, scores.calibration_error,
                      covered_90 / FRESH, covered_95 / FRESH);
        for (size_t c = 0; c < CLASSES; c++) {
            double error = sqrt(square[c] / FRESH);
            print_message(" %.2f", mean[c] / error);
            /* The fit itself rests on 1,500 held-out rows: its share of the error counts too. */
            assert_true(fabs(mean[c]) < 3 * error * sqrt(1 + (double)FRESH / 1500));
        }
        print_message("\n");
        assert_true(scores.calibration_error < 0.03);
        assert_true(fabs(scores.error - certificate.scores.error) <
                    4 * certificate.scores.error_deviation + 0.01);
        assert_true(covered_90 / FRESH > 0.875 && covered_95 / FRESH > 0.93);
        certificate_free(&certificate);
        prediction_free(&prediction);
        comparator_free(&comparator);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *x)
{
    qsort(x, SEEDS, sizeof *x, ascending);
    return x[SEEDS / 2];
}

static void read_file(struct numeric_csv *table, const char *path)
{
    struct message message = {""};
    if (numeric_csv_read(table, path, LABEL_FIRST, NULL, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    numeric_csv_sort_labels(table);
}

static void score_seed(const struct table *table, const struct numeric_csv *test, uint64_t seed,
                       struct scores *scores, double *rmse)
{
    struct comparator comparator;
    struct comparator_options options;
    struct prediction prediction;
    struct message message = {""};
    double *probability = malloc(2 * test->n_rows * sizeof *probability), sum = 0;
    comparator_options_init(&options);
    options.seed = seed;
    options.threads = 2;
    assert_int_equal(comparator_fit(&comparator, table, &options, &message), STATUS_OK);
    assert_int_equal(prediction_init(&prediction, 2, &message), STATUS_OK);
    for (size_t i = 0; i < test->n_rows; i++) {
        const double *x = test->value + i * (STATISTICS + 1);
        assert_int_equal(comparator_predict(&comparator, x, &prediction, &message), STATUS_OK);
        memcpy(probability + 2 * i, prediction.probability, 2 * sizeof(double));
        double d = fmin(fmax(prediction.probability[1], 0.001), 0.999) - x[STATISTICS];
        sum += d * d;
    }
    struct answers answers = {test->n_rows, 2, probability, test->label, NULL};
    scores_compute(scores, &answers, 0.001);
    *rmse = sqrt(sum / (double)test->n_rows);
    free(probability);
    prediction_free(&prediction);
    comparator_free(&comparator);
}

/* The figures published for the best combination of other programs: 14.58 %, 0.3466, 0.118. */
static void moving_averages_over_five_seeds(void **state)
{
    struct numeric_csv reference, test;
    double error[SEEDS], log_score[SEEDS], ece[SEEDS], rmse[SEEDS];
    (void)state;
    read_file(&reference, "tests/data/infer/ma-reference.csv.gz");
    read_file(&test, "tests/data/infer/ma-test.csv.gz");
    struct table table = {.n_rows = reference.n_rows,
                          .n_columns = STATISTICS,
                          .n_classes = 2,
                          .values = reference.value,
                          .labels = reference.label};
    for (size_t k = 0; k < SEEDS; k++) {
        struct scores scores;
        score_seed(&table, &test, k + 1, &scores, &rmse[k]);
        error[k] = scores.error;
        log_score[k] = scores.log_score;
        ece[k] = scores.calibration_error;
        print_message("seed %d: %.4f %.4f %.4f %.4f\n", (int)k + 1, error[k], log_score[k], ece[k],
                      rmse[k]);
    }
    assert_true(median(error) <= 0.1458);
    assert_true(median(log_score) <= 0.3466);
    assert_true(median(rmse) <= 0.118);
    assert_true(median(ece) <= 0.015); /* 0.0105 is what honest probabilities get on 10,000 rows */
    numeric_csv_free(&reference);
    numeric_csv_free(&test);
}

static void every_small_problem(void **state)
{
    (void)state;
    for (size_t i = 0; toys[i] != NULL; i++) {
        struct toy_result result;
        struct message message = {""};
        if (toy_run(toys[i], 5000, 2, 2, &result, &message) != STATUS_OK)
            fail_msg("%s", message.text);
        if (result.largest_gap > 4)
            fail_msg("problem %s: %.1f stated errors from the exact posterior", toys[i]->name,
                     result.largest_gap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promises_hold_on_fresh_logs),
        cmocka_unit_test(moving_averages_over_five_seeds),
        cmocka_unit_test(every_small_problem),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
