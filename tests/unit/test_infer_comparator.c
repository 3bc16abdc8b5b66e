/* The comparator on tables whose right answer is known. All seeds are fixed; a figure with a
 * tolerance states it in standard errors of the sample it is measured on. */
#include "analysis/infer/comparator.h"
#include "analysis/infer/generator.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/assert_near.h"

enum { ROWS = 2000 };

/* Two normal classes, means 0 and 1, standard deviation sqrt(0.5): problem E of the known
 * evidences. */
struct normal_pair {
    double value[ROWS * 3];
    uint16_t label[ROWS];
    struct table table;
};

static const char *const CLASS_NAMES[] = {"first", "second", "third"};
static const char *const COLUMN_NAMES[] = {"y", "a", "b"};

static void normal_pair_init(struct normal_pair *self, size_t n_columns)
{
    struct generator g;
    generator_init(&g, 7, GENERATOR_NOISE, 0);
    for (size_t i = 0; i < ROWS; i++) {
        self->label[i] = (uint16_t)(i % 2);
        for (size_t j = 0; j < n_columns; j++)
            self->value[i * n_columns + j] =
                (j == 0 ? self->label[i] : 0) + sqrt(0.5) * generator_normal(&g);
    }
    self->table = (struct table){.n_rows = ROWS,
                                 .n_columns = n_columns,
                                 .n_classes = 2,
                                 .values = self->value,
                                 .labels = self->label,
                                 .class_names = CLASS_NAMES,
                                 .column_names = COLUMN_NAMES};
}

static struct comparator_options quick_options(void)
{
    struct comparator_options options;
    comparator_options_init(&options);
    options.trees = 50;
    options.networks = 5;
    return options;
}

/* Fits and predicts one point; the caller frees both. */
static void answer(struct comparator *comparator, struct prediction *prediction,
                   const struct table *table, const struct comparator_options *options,
                   const double *observed)
{
    struct message message = {""};
    if (comparator_fit(comparator, table, options, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    assert_int_equal(prediction_init(prediction, table->n_classes, &message), STATUS_OK);
    if (comparator_predict(comparator, observed, prediction, &message) != STATUS_OK)
        fail_msg("%s", message.text);
}

static void posterior_of_a_known_pair(void **state)
{
    static struct normal_pair pair;
    struct comparator comparator;
    struct prediction prediction;
    struct comparator_options options = quick_options();
    struct message message;
    (void)state;
    normal_pair_init(&pair, 1);
    double y = 1;
    answer(&comparator, &prediction, &pair.table, &options, &y);
    double exact = 1 / (1 + exp(-1));
    double error = fabs(prediction.probability[1] - exact);
    assert_true(error < 4 * prediction.probability_error[1] + 0.01);
    assert_true(prediction.probability_error[1] < 0.1);
    assert_true(fabs(prediction_log10_bayes_factor(&prediction, 1, 0, NULL) - 1 / M_LN10) < 0.15);
    assert_false(prediction.is_extrapolation);
    /* Other prior weights, no new fit: the Bayes factor stays, the odds follow. */
    double before = prediction_log10_bayes_factor(&prediction, 1, 0, NULL);
    const double prior[] = {0.9, 0.1};
    assert_int_equal(comparator_set_prior(&comparator, prior, &message), STATUS_OK);
    assert_int_equal(comparator_predict(&comparator, &y, &prediction, &message), STATUS_OK);
    assert_true(prediction_log10_bayes_factor(&prediction, 1, 0, NULL) == before);
    double odds = prediction.probability[1] / prediction.probability[0];
    assert_near(odds, pow(10, before) / 9, 1e-9);
    double far = 50;
    assert_int_equal(comparator_predict(&comparator, &far, &prediction, &message), STATUS_OK);
    assert_true(prediction.is_extrapolation);
    assert_int_equal(prediction.reach.n_outside, 1);
    prediction_free(&prediction);
    comparator_free(&comparator);
}

static void nothing_to_go_by_gives_the_prior(void **state)
{
    static struct normal_pair pair;
    const double prior[] = {0.3, 0.7}, observed[] = {3, 3};
    (void)state;
    for (size_t n_columns = 0; n_columns <= 2; n_columns++) {
        struct comparator comparator;
        struct prediction prediction;
        struct certificate certificate;
        struct comparator_options options = quick_options();
        struct message message;
        normal_pair_init(&pair, n_columns);
        pair.table.prior = prior;
        for (size_t i = 0; i < ROWS * n_columns; i++)
            pair.value[i] = 3;
        answer(&comparator, &prediction, &pair.table, &options, observed);
        assert_true(prediction.probability[0] == 0.3 && prediction.probability[1] == 0.7);
        assert_int_equal(
            comparator_certificate(&comparator, &prediction, 99, &certificate, &message),
            STATUS_OK);
        assert_true(certificate.tells_nothing);
        certificate_free(&certificate);
        prediction_free(&prediction);
        comparator_free(&comparator);
    }
}

static void shuffled_labels_tell_nothing(void **state)
{
    static struct normal_pair pair;
    struct generator g;
    (void)state;
    generator_init(&g, 3, GENERATOR_NOISE, 1);
    normal_pair_init(&pair, 3);
    for (size_t i = 0; i < ROWS; i++)
        pair.label[i] = (uint16_t)generator_below(&g, 2);
    struct comparator comparator;
    struct prediction prediction;
    struct certificate certificate;
    struct comparator_options options = quick_options();
    struct message message;
    const double observed[] = {0.5, 0, 0};
    answer(&comparator, &prediction, &pair.table, &options, observed);
    assert_true(fabs(prediction.probability[0] - 0.5) < 0.05);
    assert_int_equal(comparator_certificate(&comparator, NULL, 99, &certificate, &message),
                     STATUS_OK);
    assert_true(certificate.tells_nothing);
    certificate_free(&certificate);
    prediction_free(&prediction);
    comparator_free(&comparator);
}

static void same_bytes_for_any_number_of_threads(void **state)
{
    static struct normal_pair pair;
    double first[2] = {0, 0};
    (void)state;
    normal_pair_init(&pair, 3);
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct comparator comparator;
        struct prediction prediction;
        struct comparator_options options = quick_options();
        options.threads = threads;
        const double observed[] = {0.7, 0.1, -0.2};
        answer(&comparator, &prediction, &pair.table, &options, observed);
        if (threads == 1)
            memcpy(first, prediction.probability, sizeof first);
        assert_memory_equal(first, prediction.probability, sizeof first);
        prediction_free(&prediction);
        comparator_free(&comparator);
    }
}

static void odd_columns_are_set_aside(void **state)
{
    static struct normal_pair pair;
    struct comparator comparator;
    struct prediction prediction;
    struct comparator_options options = quick_options();
    double observed[] = {1, 0, 0};
    (void)state;
    normal_pair_init(&pair, 3);
    for (size_t i = 0; i < ROWS; i++) {
        pair.value[i * 3 + 1] = NAN;
        pair.value[i * 3 + 2] = pair.value[i * 3];
    }
    answer(&comparator, &prediction, &pair.table, &options, observed);
    assert_int_equal(comparator.prepare.state[1], COLUMN_EMPTY);
    assert_int_equal(comparator.prepare.state[2], COLUMN_DUPLICATE);
    assert_true(fabs(prediction.probability[1] - 1 / (1 + exp(-1))) < 0.06);
    prediction_free(&prediction);
    comparator_free(&comparator);
    /* Unobserved: the only telling column goes, the prior stays. */
    observed[0] = NAN;
    options.observed = observed;
    pair.value[2] += 1e-9; /* no longer a copy */
    for (size_t i = 0; i < ROWS; i++)
        pair.value[i * 3 + 2] = 1;
    answer(&comparator, &prediction, &pair.table, &options, observed);
    assert_int_equal(comparator.prepare.state[0], COLUMN_UNOBSERVED);
    assert_true(prediction.probability[0] == 0.5);
    prediction_free(&prediction);
    comparator_free(&comparator);
}

static void bad_tables_are_refused(void **state)
{
    static struct normal_pair pair;
    struct comparator comparator;
    struct comparator_options options = quick_options();
    struct message message;
    (void)state;
    normal_pair_init(&pair, 1);
    pair.table.n_rows = 18; /* nine of each class */
    assert_int_equal(comparator_fit(&comparator, &pair.table, &options, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "'first' has 9 rows"));
    comparator_free(&comparator);
    pair.table.n_rows = ROWS;
    pair.label[5] = 2;
    assert_int_equal(comparator_fit(&comparator, &pair.table, &options, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "row 6"));
    comparator_free(&comparator);
    pair.table.n_rows = 0;
    assert_int_equal(comparator_fit(&comparator, &pair.table, &options, &message), STATUS_INPUT);
    comparator_free(&comparator);
}

static void a_class_with_ten_rows_is_handled(void **state)
{
    static struct normal_pair pair;
    struct comparator comparator;
    struct prediction prediction;
    struct comparator_options options = quick_options();
    double y = 0;
    (void)state;
    normal_pair_init(&pair, 1);
    pair.table.n_rows = 2000;
    for (size_t i = 0; i < 2000; i++) {
        uint16_t label = i % 200 == 0;
        pair.value[i] += label - (double)pair.label[i];
        pair.label[i] = label;
    }
    answer(&comparator, &prediction, &pair.table, &options, &y);
    /* Ten rows tell little: the prior is a fair answer, certainty is not. */
    assert_true(prediction.probability[0] > 0.3 && prediction.probability[0] < 0.95);
    prediction_free(&prediction);
    comparator_free(&comparator);
}

static void groups_add_up(void **state)
{
    static struct normal_pair pair;
    struct comparator comparator;
    struct prediction prediction;
    struct comparator_options options = quick_options();
    struct group_prediction group;
    const uint8_t both[] = {1, 1}, second[] = {0, 1};
    double y = 1, error;
    (void)state;
    normal_pair_init(&pair, 1);
    answer(&comparator, &prediction, &pair.table, &options, &y);
    prediction_group(&prediction, both, &group);
    assert_near(group.probability, 1, 1e-12);
    prediction_group(&prediction, second, &group);
    assert_near(group.probability, prediction.probability[1], 1e-12);
    assert_near(group.log10_bayes_factor, prediction_log10_bayes_factor(&prediction, 1, 0, &error),
                1e-12);
    assert_near(group.log10_bayes_factor_error, error, 1e-12);
    assert_string_equal(bayes_factor_words(0.2), "no support");
    assert_string_equal(bayes_factor_words(-1.5), "moderate support");
    prediction_free(&prediction);
    comparator_free(&comparator);
}

/* A threshold that a well separated table gives (0.97) must not turn an undecided answer into a set
 * of one, or of none. */
static void an_undecided_answer_keeps_all_that_it_is_undecided_between(void **state)
{
    const double undecided[] = {0.3, 0.62, 0.08}, sure[] = {0.01, 0.98, 0.01};
    const double tied[] = {0.25, 0.25, 0.25, 0.25};
    uint8_t in_set[4];
    (void)state;
    class_set(undecided, 3, 0.97, 0.90, in_set);
    assert_true(in_set[0] && in_set[1] && !in_set[2]);
    class_set(undecided, 3, 0.05, 0.90, in_set);
    assert_true(in_set[0] && in_set[1] && in_set[2]);
    class_set(sure, 3, 0.97, 0.90, in_set);
    assert_true(!in_set[0] && in_set[1] && !in_set[2]);
    class_set(tied, 4, 1, 0.90, in_set);
    assert_true(in_set[0] && in_set[1] && in_set[2] && in_set[3]);
    class_set(tied, 4, 1, 0.50, in_set);
    assert_true(in_set[0] && in_set[1] && !in_set[2] && !in_set[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_undecided_answer_keeps_all_that_it_is_undecided_between),
        cmocka_unit_test(posterior_of_a_known_pair),
        cmocka_unit_test(nothing_to_go_by_gives_the_prior),
        cmocka_unit_test(shuffled_labels_tell_nothing),
        cmocka_unit_test(same_bytes_for_any_number_of_threads),
        cmocka_unit_test(odd_columns_are_set_aside),
        cmocka_unit_test(bad_tables_are_refused),
        cmocka_unit_test(a_class_with_ten_rows_is_handled),
        cmocka_unit_test(groups_add_up),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
