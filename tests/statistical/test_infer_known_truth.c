/* The comparator against exact posteriors: MA(1) or MA(2) from seven autocorrelations, and small
 * problems in closed form. Seeds are fixed; bounds are far from the values reached, which the
 * verification suite measures over several seeds. */
#include "analysis/infer/comparator.h"
#include "analysis/infer/toy.h"
#include "analysis/ingest/numeric_csv.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OBSERVATIONS = 2000, STATISTICS = 7 };

static void read_file(struct numeric_csv *table, const char *path)
{
    struct message message = {""};
    if (numeric_csv_read(table, path, LABEL_FIRST, NULL, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    numeric_csv_sort_labels(table);
}

static double rmse(const double *probability, const struct numeric_csv *test)
{
    double sum = 0;
    for (size_t i = 0; i < OBSERVATIONS; i++) {
        double p = fmin(fmax(probability[2 * i + 1], 0.001), 0.999);
        double d = p - test->value[i * (STATISTICS + 1) + STATISTICS];
        sum += d * d;
    }
    return sqrt(sum / OBSERVATIONS);
}

static void moving_average_of_order_one_or_two(void **state)
{
    static double probability[2 * OBSERVATIONS], forest[2 * OBSERVATIONS];
    struct numeric_csv reference, test;
    struct comparator comparator;
    struct comparator_options options;
    struct prediction prediction;
    struct scores scores, forest_scores;
    struct message message = {""};
    (void)state;
    read_file(&reference, "tests/data/infer/ma-reference.csv.gz");
    read_file(&test, "tests/data/infer/ma-test.csv.gz");
    assert_string_equal(test.column_name[STATISTICS], "p2_exact");
    struct table table = {.n_rows = reference.n_rows,
                          .n_columns = STATISTICS,
                          .n_classes = 2,
                          .values = reference.value,
                          .labels = reference.label};
    comparator_options_init(&options);
    options.threads = 2;
    assert_int_equal(comparator_fit(&comparator, &table, &options, &message), STATUS_OK);
    assert_int_equal(prediction_init(&prediction, 2, &message), STATUS_OK);
    assert_string_equal(comparator.kind[0]->name, "forest");
    for (size_t i = 0; i < OBSERVATIONS; i++) {
        assert_int_equal(comparator_predict(&comparator, test.value + i * (STATISTICS + 1),
                                            &prediction, &message),
                         STATUS_OK);
        memcpy(probability + 2 * i, prediction.probability, 2 * sizeof(double));
        memcpy(forest + 2 * i, prediction.member_probability[0], 2 * sizeof(double));
    }
    struct answers answers = {OBSERVATIONS, 2, probability, test.label, NULL};
    scores_compute(&scores, &answers, 0.001);
    answers.probability = forest;
    scores_compute(&forest_scores, &answers, 0.001);
    /* Measured on these 2,000 rows: 0.142, 0.340, 0.103, forest 0.155 and 0.143. */
    assert_true(scores.error < 0.16);
    assert_true(scores.log_score < 0.355);
    assert_true(scores.calibration_error < 0.04);
    assert_true(rmse(probability, &test) < 0.115);
    assert_true(comparator.kind[0]->out_of_bag_error(comparator.state[0]) < 0.159);
    assert_true(forest_scores.log_score < 0.385);
    assert_true(rmse(forest, &test) < 0.155);
    prediction_free(&prediction);
    comparator_free(&comparator);
    numeric_csv_free(&reference);
    numeric_csv_free(&test);
}

static void closed_forms(void **state)
{
    (void)state;
    for (size_t i = 0; toys[i] != NULL; i++) {
        struct toy_result result;
        struct message message = {""};
        if (strcmp(toys[i]->name, "A") != 0 && strcmp(toys[i]->name, "A-sum") != 0 &&
            strcmp(toys[i]->name, "cache") != 0)
            continue;
        if (toy_run(toys[i], 1500, 5, 2, &result, &message) != STATUS_OK)
            fail_msg("%s", message.text);
        /* Four stated errors: false alarm below 1e-4 if they are honest. */
        if (!(result.largest_gap < 4))
            fail_msg("problem %s: %.4f instead of %.4f +- %.4f", toys[i]->name, result.answer[0],
                     result.exact[0], result.answer_error[0]);
        assert_true(result.answer_error[0] < 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving_average_of_order_one_or_two),
        cmocka_unit_test(closed_forms),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
