/* bench_growth.c - how the cost of a trial grows with the window and the traffic, and that of a
 * reference table with its rows.
 *
 *     build/bench/bench_growth
 *
 * CSV on stdout: "growth of AXIS,VALUE,median,low,high,unit,runs". World and statistics of the
 * tests' tiny case; every default statistic.
 */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/weigh/reference.h"
#include "tests/support/stopwatch.h"
#include "tests/support/tiny_case.h"

enum { RUNS = 5 };

static struct tiny_case tiny;

static void set_fixed(const char *path, double value)
{
    for (int i = 0; i < TINY_CASE_SCENARIOS; i++) {
        struct plan *plan = &tiny.scenarios[i].plan;
        uint32_t at = plan_find(plan, path);
        if (at == NO_INDEX)
            continue;
        plan->params[at].prior.kind = DIST_FIXED;
        plan->params[at].prior.p[0] = value;
    }
}

static double microseconds_per_trial(uint64_t trials)
{
    struct reference table;
    struct message message;
    struct reference_options options = {.seed = 1, .trials = trials, .threads = 1};
    double start = stopwatch_cpu_s();
    if (reference_fill(&table, &tiny.case_file, tiny.requests, tiny.n_requests, &options,
                       &message) != STATUS_OK) {
        fprintf(stderr, "%s\n", message.text);
        exit(STATUS_RUN);
    }
    double seconds = stopwatch_cpu_s() - start;
    reference_free(&table);
    return 1e6 * seconds / ((double)trials * TINY_CASE_SCENARIOS);
}

static void line(const char *axis, double value, uint64_t trials)
{
    double us[RUNS];
    char name[80], what[40];
    for (int i = 0; i < RUNS; i++)
        us[i] = microseconds_per_trial(trials);
    snprintf(name, sizeof name, "growth of %s", axis);
    snprintf(what, sizeof what, "%g", value);
    stopwatch_line(name, what, us, RUNS, "us per trial");
}

int main(void)
{
    const int32_t days[] = {5, 10, 20, 40, 80, 160, 320, 640};
    const double per_week[] = {0.1, 0.3, 1, 3, 10, 30};
    gsl_set_error_handler_off();
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        tiny_case_init(&tiny, days[i]);
        line("window in days", days[i], 200);
        tiny_case_free(&tiny);
    }
    for (size_t i = 0; i < sizeof per_week / sizeof *per_week; i++) {
        tiny_case_init(&tiny, 140);
        set_fixed("scanner.visitors_per_week", per_week[i]);
        set_fixed("campaign.sends_per_week", per_week[i]);
        line("sends per week", per_week[i], 100);
        tiny_case_free(&tiny);
    }
    tiny_case_init(&tiny, 20);
    for (uint64_t trials = 500; trials <= 50000; trials *= 10)
        line("table in rows", (double)trials * TINY_CASE_SCENARIOS, trials);
    tiny_case_free(&tiny);
    return 0;
}
