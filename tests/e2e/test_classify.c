/* `mxplain classify` and `mxplain selftest` as a user runs them. */
#include "tests/e2e/runner.h"

#include <math.h>

#define REFERENCE SCENE "/reference.csv"
#define OBSERVED SCENE "/observed.csv"
#define CLASSIFY "classify --table " REFERENCE " --observed " OBSERVED " --trees 20 --threads 2"

/* Two models that differ by 2 in `a`; `b` is the row number modulo 5 and tells nothing. */
static void write_reference(const char *separator, const char *end)
{
    FILE *file = fopen(REFERENCE, "wb");
    assert_non_null(file);
    fprintf(file, "model%sa%sb%s", separator, separator, end);
    for (int i = 0; i < 400; i++) {
        double wave = (double)(i * 37 % 101) / 50 - 1;
        fprintf(file, "%s%s%.3f%s%d%s", i % 2 ? "two" : "one", separator, wave * 1.5 + i % 2 * 2,
                separator, i % 5, end);
    }
    assert_int_equal(fclose(file), 0);
}

static void write_observed(const char *text)
{
    write_all(OBSERVED, text, strlen(text));
}

static void accepted(const char *arguments, const char *expected)
{
    struct outcome o = run(arguments);
    if (o.code != 0 || strstr(o.out, expected) == NULL)
        fail_msg("%s: exit %d, '%s' not in: %s%s", arguments, o.code, expected, o.out, o.error);
    outcome_free(&o);
}

/* The first observation's probability of the second model, from the text output. */
static double second_probability(const char *out)
{
    double first = 0, second = -1;
    const char *line = strstr(out, "\n1\t");
    assert_non_null(line);
    assert_int_equal(sscanf(line, "\n1\t%lf\t%lf", &first, &second), 2);
    assert_true(fabs(first + second - 1) < 2e-4);
    return second;
}

static void columns_are_matched_by_name(void **state)
{
    (void)state;
    write_reference(",", "\n");
    write_observed("a,b\n2.4,1\n-1,2\n");
    struct outcome o = run(CLASSIFY);
    write_observed("b,a\n1,2.4\n2,-1\n");
    struct outcome turned = run(CLASSIFY);
    assert_int_equal(o.code, 0);
    assert_true(second_probability(o.out) > 0.8);
    assert_true(second_probability(turned.out) == second_probability(o.out));
    outcome_free(&o);
    outcome_free(&turned);
}

static void any_separator_and_line_end(void **state)
{
    (void)state;
    write_reference(",", "\n");
    write_observed("a,b\n2.4,1\n");
    struct outcome o = run(CLASSIFY);
    double expected = second_probability(o.out);
    outcome_free(&o);
    write_reference(" ", "\r\n");
    write_observed("a b\r\n2.4 1\r\n");
    o = run(CLASSIFY);
    assert_true(second_probability(o.out) == expected);
    outcome_free(&o);
}

static void scores_and_json(void **state)
{
    (void)state;
    write_reference(",", "\n");
    write_observed("model,a,b,p\none,-1,1,0.05\ntwo,2.4,2,0.95\n");
    accepted(CLASSIFY " --truth model --exact p", "combination\t0.0000\t");
    accepted(CLASSIFY " --truth model --exact p --json", "\"rmse_exact\"");
    accepted(CLASSIFY " --exact p --json", "\"none_of_these_p\"");
    accepted(CLASSIFY " --ignore p --prior 1,0", "1\t1.0000\t0.0000");
}

static void missing_values_are_left_out_for_all(void **state)
{
    (void)state;
    write_reference(",", "\n");
    write_observed("a,b\n2.4,1\n,2\n");
    accepted(CLASSIFY, "\n2\t0.5000\t0.5000"); /* b alone tells nothing */
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    write_reference(",", "\n");
    write_observed("a,c\n1,2\n");
    assert_fails(CLASSIFY, 2, "no column 'b'");
    write_observed("a,b,c\n1,2,3\n");
    assert_fails(CLASSIFY, 2, "column 'c' is not in");
    write_observed("a,b\n1\n");
    assert_fails(CLASSIFY, 2, "observed.csv:2: found 1 fields");
    write_observed("a,b\n");
    assert_fails(CLASSIFY, 2, "no observation");
    write_observed("model,a,b\nthree,1,2\n");
    assert_fails(CLASSIFY " --truth model", 2, "'three'");
    write_observed("a,b\n1,2\n");
    assert_fails(CLASSIFY " --label nothing", 2, "no column 'nothing'");
    assert_fails(CLASSIFY " --prior 1,2,3", 2, "expected 2 numbers");
    assert_fails(CLASSIFY " --prior 0,0", 2, "sum to 0");
    assert_fails(CLASSIFY " --trees x", 2, "--trees");
    assert_fails("classify --table " REFERENCE, 2, "both --table");
    assert_fails("classify --table /no/such --observed " OBSERVED, 2, "cannot open");
}

static void exact_evidences_agree(void **state)
{
    (void)state;
    accepted("selftest --rows 300 --threads 2", "-22.72243343");
    assert_fails("selftest --rows 1", 2, "--rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_matched_by_name),
        cmocka_unit_test(any_separator_and_line_end),
        cmocka_unit_test(scores_and_json),
        cmocka_unit_test(missing_values_are_left_out_for_all),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(exact_evidences_agree),
    };
    return cmocka_run_group_tests(tests, scene_set, NULL);
}
