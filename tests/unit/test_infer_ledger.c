/* The ledger: decibans of independent families add up to those of a known likelihood; noise has no
 * importance. */
#include "analysis/infer/generator.h"
#include "analysis/infer/ledger.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/assert_near.h"

enum { ROWS = 4000, COLUMNS = 4 };

/* Two classes. Family 0 (columns 0, 1) shifts by 1, family 1 (column 2) by 0.5, family 2 (column 3)
 * is noise; all independent with unit variance, so ln Bayes factor = sum of shift x (value - shift
 * / 2). */
static double value[ROWS * COLUMNS];
static uint16_t label[ROWS];
static const double SHIFT[COLUMNS] = {1, 1, 0.5, 0};
static const uint16_t FAMILY[COLUMNS] = {0, 0, 1, 2};

static struct table make_table(void)
{
    static const char *const names[] = {"strong", "weak", "noise"};
    struct generator g;
    generator_init(&g, 21, GENERATOR_NOISE, 0);
    for (size_t i = 0; i < ROWS; i++) {
        label[i] = (uint16_t)(i % 2);
        for (size_t j = 0; j < COLUMNS; j++)
            value[i * COLUMNS + j] = label[i] * SHIFT[j] + generator_normal(&g);
    }
    return (struct table){.n_rows = ROWS,
                          .n_columns = COLUMNS,
                          .n_classes = 2,
                          .values = value,
                          .labels = label,
                          .column_family = FAMILY,
                          .family_names = names,
                          .n_families = 3};
}

static const struct ledger_row *row_of(const struct ledger *ledger, size_t family)
{
    for (size_t i = 0; i < ledger->n_rows; i++)
        if (ledger->row[i].family == family)
            return &ledger->row[i];
    return NULL;
}

static void decibans_of_independent_families(void **state)
{
    struct table table = make_table();
    struct ledger ledger;
    struct ledger_options options;
    struct message message = {""};
    const double observed[COLUMNS] = {1.5, 1, 1, 0.3};
    (void)state;
    ledger_options_init(&options);
    options.threads = 2;
    if (ledger_run(&ledger, &table, observed, &options, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    double strong = 10 / M_LN10 * (1 + 0.5), weak = 10 / M_LN10 * 0.5 * 0.75;
    assert_int_equal(ledger.n_rows, 3);
    assert_int_equal(ledger.row[0].family, 0);
    assert_near(row_of(&ledger, 0)->alone[1], strong, 1.2);
    assert_near(row_of(&ledger, 0)->last[1], strong, 1.2);
    assert_near(row_of(&ledger, 1)->alone[1], weak, 0.8);
    assert_true(fabs(row_of(&ledger, 2)->last[1]) < 0.8);
    assert_near(ledger.all[1], strong + weak, 1.5);
    assert_near(ledger.all[0], -ledger.all[1], 1e-9);
    assert_true(row_of(&ledger, 0)->lost_gain_bits > 0.1);
    assert_true(fabs(row_of(&ledger, 2)->lost_gain_bits) < 0.02);
    ledger_free(&ledger);
}

static void the_same_for_any_number_of_threads(void **state)
{
    struct table table = make_table();
    struct ledger one, two;
    struct ledger_options options;
    struct message message = {""};
    const double observed[COLUMNS] = {0, 1, NAN, 0.3};
    (void)state;
    ledger_options_init(&options);
    assert_int_equal(ledger_run(&one, &table, observed, &options, &message), STATUS_OK);
    options.threads = 3;
    assert_int_equal(ledger_run(&two, &table, observed, &options, &message), STATUS_OK);
    assert_int_equal(one.n_rows, 2); /* the family whose only value is missing is not there */
    assert_memory_equal(one.row[0].last, two.row[0].last, 2 * sizeof(double));
    ledger_free(&one);
    ledger_free(&two);
}

static void noise_has_no_importance(void **state)
{
    struct table table = make_table();
    struct importance importance;
    struct ledger_options options;
    struct message message = {""};
    (void)state;
    ledger_options_init(&options);
    if (importance_run(&importance, &table, NULL, &options, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    assert_true(importance.bits[0] > 10 * importance.noise_most);
    assert_true(importance.bits[1] > importance.bits[2]);
    assert_true(importance.bits[2] > importance.noise_most);
    assert_true(fabs(importance.bits[3]) < 0.01);
    assert_true(importance.noise_most < 0.01);
    importance_free(&importance);
}

static void no_families_no_ledger(void **state)
{
    struct table table = make_table();
    struct ledger ledger;
    struct ledger_options options;
    struct message message = {""};
    const double observed[COLUMNS] = {0};
    (void)state;
    table.column_family = NULL;
    ledger_options_init(&options);
    assert_int_equal(ledger_run(&ledger, &table, observed, &options, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "families"));
    ledger_free(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decibans_of_independent_families),
        cmocka_unit_test(the_same_for_any_number_of_threads),
        cmocka_unit_test(noise_has_no_importance),
        cmocka_unit_test(no_families_no_ledger),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
