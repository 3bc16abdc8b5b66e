/* counterfactual.h - the same trials with one thing changed: common random numbers, and the
 * difference of every statistic. */
#ifndef ANALYSIS_WEIGH_COUNTERFACTUAL_H
#define ANALYSIS_WEIGH_COUNTERFACTUAL_H

#include "analysis/weigh/reference.h"

/* One statistic before and after the change, over the trials in which both are defined. */
struct contrast {
    char name[96];
    uint64_t n; /* such trials */
    double mean_before, mean_after;
    double difference; /* mean of (after - before), trial by trial */
    double difference_se;
};

struct counterfactual {
    struct contrast *contrasts;
    size_t n;
};

/* Makes a plan with the same instances and a copy of the parameters; plan_free frees it, also after
 * a failure. */
int plan_copy(struct plan *copy, const struct plan *plan, struct message *message);

/* Runs options->trials trials of both plans of this case's world, and contrasts the statistics of
 * the evidence and the default ones of the first sensor. The caller frees, also after a failure. */
int counterfactual_run(struct counterfactual *self, const struct case_file *case_file,
                       const struct plan *before, const struct plan *after,
                       const struct reference_options *options, struct message *message);
void counterfactual_free(struct counterfactual *self);

#endif
