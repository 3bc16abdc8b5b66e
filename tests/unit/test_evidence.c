/* Evidence as compared: intervals, uncertainty and undefined statistics are asked of simulation and
 * observation in the same way. */
#include "analysis/weigh/evidence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trial.h"
#include "tests/support/tiny_case.h"

static void an_undefined_statistic_is_compared_as_such(void **state)
{
    struct tiny_case tiny;
    struct evidence evidence;
    struct message message = {{0}};
    (void)state;
    tiny_case_init(&tiny, 3);
    struct query_array *logs = calloc(tiny.case_file.world.n_sensors, sizeof *logs);
    assert_non_null(logs);
    if (evidence_from_logs(&evidence, &tiny.case_file, logs, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    double *raw = calloc(evidence.n, sizeof *raw), *out = calloc(evidence.n, sizeof *out);
    assert_true(evidence.n == tiny.n_requests);
    assert_true(evidence.n_undefined > 0 && evidence.n_undefined < evidence.n);
    for (size_t i = 0; i < evidence.n; i++)
        raw[i] = i % 2 == 0 ? NAN : 7.5;
    evidence_compare_row(&evidence, &tiny.scenarios[0].plan, 1, 0, raw, out);
    for (size_t i = 0; i < evidence.n; i++) {
        assert_true(isfinite(evidence.compared[i]));
        if (isnan(evidence.observed[i])) {
            assert_true(evidence.compared[i] == 1.0);
            assert_true(out[i] == (i % 2 == 0 ? 1.0 : 0.0));
        } else {
            assert_true(i % 2 == 0 ? isnan(out[i]) : out[i] == 7.5);
        }
    }
    free(raw);
    free(out);
    evidence_free(&evidence);
    free(logs);
    tiny_case_free(&tiny);
}

/* A panel of four facts: two values, two intervals. */
static void set_facts(struct evidence *evidence, struct fact *fact, const struct fact **facts)
{
    static double observed[4] = {0, 0, 1, 1};
    memset(fact, 0, 4 * sizeof *fact);
    for (size_t i = 0; i < 4; i++) {
        fact[i].kind = i < 2 ? FACT_VALUE : FACT_INTERVAL;
        fact[i].sd = 1;
        fact[i].low = 2;
        fact[i].high = i == 2 ? 3 : INFINITY;
        facts[i] = &fact[i];
        fact[i].request.label[0] = (char)('a' + i);
    }
    *evidence = (struct evidence){.n = 4, .facts = facts, .observed = observed};
}

static void an_interval_asks_whether_the_value_lies_inside(void **state)
{
    const double low[4] = {0, 0, 1.9, 1.9}, edge[4] = {0, 0, 3, 1e9}, none[4] = {0, 0, NAN, NAN};
    struct tiny_case tiny;
    struct evidence evidence;
    struct fact fact[4];
    const struct fact *facts[4];
    double out[4];
    (void)state;
    tiny_case_init(&tiny, 3);
    set_facts(&evidence, fact, facts);
    const struct plan *plan = &tiny.scenarios[0].plan;
    evidence_compare_row(&evidence, plan, 1, 0, low, out);
    assert_true(out[2] == 0 && out[3] == 0);
    evidence_compare_row(&evidence, plan, 1, 0, edge, out);
    assert_true(out[2] == 1 && out[3] == 1);
    evidence_compare_row(&evidence, plan, 1, 0, none, out);
    assert_true(out[2] == 0 && out[3] == 0);
    tiny_case_free(&tiny);
}

enum { TRIALS = 20000, STREAMS = 4 };

/* The errors of two facts in two scenarios and of consecutive trials: means, variances and
 * correlations are those of independent standard normal draws. Eighteen checks at 4.5 standard
 * errors: false-alarm rate 1e-4. */
static void the_errors_of_facts_are_independent(void **state)
{
    static double draw[STREAMS][TRIALS];
    const double raw[4] = {0, 0, 0, 0};
    const double limit = 4.5 / sqrt((double)TRIALS);
    struct tiny_case tiny;
    struct evidence evidence;
    struct fact fact[4];
    const struct fact *facts[4];
    (void)state;
    tiny_case_init(&tiny, 3);
    set_facts(&evidence, fact, facts);
    for (size_t t = 0; t < TRIALS; t++)
        for (size_t s = 0; s < 2; s++) {
            double out[4];
            evidence_compare_row(&evidence, &tiny.scenarios[s].plan, 5, t, raw, out);
            draw[2 * s][t] = out[0];
            draw[2 * s + 1][t] = out[1];
        }
    for (size_t a = 0; a < STREAMS; a++) {
        double sum = 0, square = 0, lag = 0;
        for (size_t t = 0; t < TRIALS; t++) {
            sum += draw[a][t] / TRIALS;
            square += draw[a][t] * draw[a][t] / TRIALS;
            lag += t > 0 ? draw[a][t] * draw[a][t - 1] / TRIALS : 0;
        }
        assert_true(fabs(sum) < limit);
        assert_true(fabs(square - 1) < sqrt(2.0) * limit);
        assert_true(fabs(lag) < limit);
        for (size_t b = 0; b < a; b++) {
            double product = 0;
            for (size_t t = 0; t < TRIALS; t++)
                product += draw[a][t] * draw[b][t] / TRIALS;
            assert_true(fabs(product) < limit);
        }
    }
    tiny_case_free(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_undefined_statistic_is_compared_as_such),
        cmocka_unit_test(an_interval_asks_whether_the_value_lies_inside),
        cmocka_unit_test(the_errors_of_facts_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
