/* `check` on a tiny case: answers to fresh logs are calibrated. The long version is
 * tests/verify/test_calibration.c. */
#include "analysis/weigh/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/tiny_case.h"

/* Few statistics, so that the two scenarios overlap and there is something to calibrate. */
enum { DAYS = 7, FACTS = 2, TRIALS = 3000, FRESH = 4000 };

static void set_facts(struct tiny_case *tiny, struct fact *fact)
{
    static const char *const wanted[FACTS] = {"log_count", "entropy"};
    size_t n = 0;
    memset(fact, 0, FACTS * sizeof *fact);
    for (size_t i = 0; i < tiny->n_requests && n < FACTS; i++)
        for (size_t k = 0; k < FACTS; k++)
            if (strcmp(tiny->requests[i].statistic->name, wanted[k]) == 0 && n < FACTS) {
                fact[n].request = tiny->requests[i];
                fact[n].request.label[0] = (char)('a' + n);
                fact[n].kind = n == 0 ? FACT_VALUE : FACT_INTERVAL;
                fact[n].value = 3;
                fact[n].sd = 3;
                fact[n].low = 0.3;
                fact[n].high = INFINITY;
                n++;
                break;
            }
    assert_true(n > 1);
    tiny->case_file.evidence = EVIDENCE_FACTS;
    tiny->case_file.facts = fact;
    tiny->case_file.n_facts = n;
}

/* Two classes, one free mean: |z| above 3.9 once in 10,000. With 8,000 rows of a perfectly
 * calibrated answer the ECE is about 0.018; the rest is for the finite table. */
static void answers_to_fresh_logs_are_calibrated(void **state)
{
    struct tiny_case tiny;
    struct fact fact[FACTS];
    struct evidence evidence;
    struct check check;
    struct message message = {{0}};
    (void)state;
    tiny_case_init(&tiny, DAYS);
    set_facts(&tiny, fact);
    assert_int_equal(evidence_load(&evidence, &tiny.case_file, &message), STATUS_OK);
    struct check_options options = {
        .seed = 6, .trials = TRIALS, .fresh = FRESH, .threads = 2, .members = MEMBERS_ALL};
    if (check_run(&check, &tiny.case_file, &evidence, &options, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    double z = (check.mean_probability[0] - check.prior[0]) / check.mean_error[0];
    print_message("  error %.3f, ECE %.4f, z %+.2f, coverage %.3f, miscalibration p %.3f\n",
                  check.scores.error, check.scores.calibration_error, z, check.coverage_90,
                  check.calibration.miscalibration_p);
    assert_true(check.scores.error > 0.02 && check.scores.error < 0.45);
    assert_true(check.scores.calibration_error <= 0.03);
    assert_true(fabs(z) <= 3.9);
    assert_true(check.coverage_90 >= 0.90 - 4 * sqrt(0.09 / (2 * FRESH) * (1 + FRESH / 450.0)));
    check_free(&check);
    evidence_free(&evidence);
    tiny_case_free(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_to_fresh_logs_are_calibrated),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
