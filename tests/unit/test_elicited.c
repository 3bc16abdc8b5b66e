/* Evidence outside the log: bounds against a hand calculation, intervals that collapse, errors. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "analysis/weigh/elicited.h"

static void bounds_are_as_by_hand(void **state)
{
    (void)state;
    struct elicited elicited = {.n_scenarios = 3, .low = {0.1, 0.5, 0.2}, .high = {0.3, 0.5, 0.8}};
    const double probability[] = {0.5, 0.3, 0.2};
    double low[3], high[3];
    elicited_bounds(&elicited, probability, low, high);
    assert_true(fabs(low[0] - 0.05 / (0.05 + 0.15 + 0.16)) < 1e-12);
    assert_true(fabs(high[0] - 0.15 / (0.15 + 0.15 + 0.04)) < 1e-12);
    assert_true(fabs(low[2] - 0.04 / (0.04 + 0.15 + 0.15)) < 1e-12);
    assert_true(fabs(high[2] - 0.16 / (0.16 + 0.15 + 0.05)) < 1e-12);
}

/* Points instead of intervals are Bayes' rule; equal factors change nothing. */
static void points_are_bayes_rule(void **state)
{
    (void)state;
    struct elicited elicited = {.n_scenarios = 2, .low = {0.2, 0.6}, .high = {0.2, 0.6}};
    const double probability[] = {0.75, 0.25};
    double low[2], high[2];
    elicited_bounds(&elicited, probability, low, high);
    assert_true(fabs(low[0] - 0.5) < 1e-12 && fabs(high[0] - 0.5) < 1e-12);
    elicited.low[1] = elicited.high[1] = 0.2;
    elicited_bounds(&elicited, probability, low, high);
    assert_true(fabs(low[0] - 0.75) < 1e-12 && fabs(high[1] - 0.25) < 1e-12);
    const double certain[] = {1, 0};
    elicited_bounds(&elicited, certain, low, high);
    assert_true(low[0] == 1 && high[1] == 0);
}

static void the_case_of_2016_has_its_rows(void **state)
{
    (void)state;
    struct case_file file;
    struct elicited elicited;
    struct message message;
    if (case_load(&file, "scenarios/cases/alfa-2016.cfg", &message) != STATUS_OK)
        fail_msg("%s", message.text);
    if (elicited_load(&elicited, &file, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    assert_true(elicited.n_rows >= 3);
    assert_int_equal(elicited.n_scenarios, file.n_scenarios);
    for (size_t i = 0; i < elicited.n_scenarios; i++)
        assert_true(elicited.low[i] > 0 && elicited.low[i] <= elicited.high[i] &&
                    elicited.high[i] <= 1);
    elicited_free(&elicited);
    case_free(&file);
}

/* Loads the golden world with a file of rows beside it. */
static void refuse(const char *rows, const char *expected)
{
    char path[] = "/tmp/mxplain-elicited-XXXXXX";
    struct case_file file;
    struct elicited elicited;
    struct message message;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, rows, strlen(rows)), (ssize_t)strlen(rows));
    close(fd);
    assert_int_equal(case_load(&file, "tests/golden/data/scenarios/world.cfg", &message),
                     STATUS_OK);
    file.path = "/tmp/world.cfg";
    file.elicited = strrchr(path, '/') + 1;
    assert_int_equal(elicited_load(&elicited, &file, &message), STATUS_INPUT);
    if (strstr(message.text, expected) == NULL || strstr(message.text, path) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", message.text, expected);
    elicited_free(&elicited);
    case_free(&file);
    unlink(path);
}

#define ROW "elicited = ( { id = \"i\"; observation = \"o\"; source = \"s\"; reasoning = \"r\"; "

static void mistakes_are_refused(void **state)
{
    (void)state;
    refuse(ROW "otherwise = { low = 0.5; high = 0.4; }; } );", "low");
    refuse(ROW "otherwise = { low = 0; high = 0.4; }; } );", "low");
    refuse(ROW "otherwise = { low = 0.1; high = 1.4; }; } );", "high");
    refuse(ROW "otherwise = { low = 0.1; }; } );", "high");
    refuse(ROW "} );", "otherwise");
    refuse(ROW "otherwise = { low = 0.1; high = 0.4; }; scenarios = ( { name = \"malwear\"; low = "
               "0.1; high = 0.2; } ); } );",
           "malwear");
    refuse("elicited = 5;", "list");
}

static void a_case_without_rows_says_so(void **state)
{
    (void)state;
    struct case_file file;
    struct elicited elicited;
    struct message message;
    assert_int_equal(case_load(&file, "tests/golden/data/scenarios/world.cfg", &message),
                     STATUS_OK);
    assert_int_equal(elicited_load(&elicited, &file, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "elicited"));
    elicited_free(&elicited);
    case_free(&file);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_as_by_hand),         cmocka_unit_test(points_are_bayes_rule),
        cmocka_unit_test(the_case_of_2016_has_its_rows), cmocka_unit_test(mistakes_are_refused),
        cmocka_unit_test(a_case_without_rows_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
