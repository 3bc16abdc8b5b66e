/* make_verdict.h - a verdict made by hand, for tests of what shows it. */
#ifndef TESTS_SUPPORT_MAKE_VERDICT_H
#define TESTS_SUPPORT_MAKE_VERDICT_H

#include "analysis/report/report.h"

#define MADE_SCENARIOS_MAX 17
#define MADE_FACTS 9
#define MADE_TRIALS 400
#define MADE_DAYS 143

struct made_options {
    size_t n_scenarios;  /* 2 to MADE_SCENARIOS_MAX */
    const char *hostile; /* text that stands in for every name, title and source; NULL: tame ones */
    bool none_rejected;
    bool empty; /* no facts, no trials held out, numbers undefined */
};

struct made_verdict {
    struct verdict verdict;
    struct evidence evidence;
    struct case_file case_file;
    struct reference reference;
    struct example_days examples;
    struct report_input input; /* of all of these */
    struct scenario_verdict scenario_verdicts[MADE_SCENARIOS_MAX];
    struct scenario scenarios[MADE_SCENARIOS_MAX];
    size_t by_probability[MADE_SCENARIOS_MAX];
    struct statistic statistics[MADE_FACTS];
    struct statistic_request requests[MADE_FACTS];
    struct fact fact_items[MADE_FACTS];
    const struct fact *facts[MADE_FACTS];
    double observed[MADE_FACTS];
    struct left_out left_out[2];
    double confusion[MADE_SCENARIOS_MAX * MADE_SCENARIOS_MAX];
    double mean_probability[MADE_SCENARIOS_MAX], mean_error[MADE_SCENARIOS_MAX];
    double counts[MADE_SCENARIOS_MAX * MADE_DAYS];
    struct daily_level levels[2];
};

/* Fills *self, which is large: keep it static or on the heap. Free with made_verdict_free. */
void made_verdict_init(struct made_verdict *self, const struct made_options *options);
void made_verdict_free(struct made_verdict *self);

#endif
