/* examples.h - what each explanation looks like at its best: the simulated log that comes nearest
 * to the evidence, as daily counts.
 */
#ifndef ANALYSIS_REPORT_EXAMPLES_H
#define ANALYSIS_REPORT_EXAMPLES_H

#include "analysis/report/report.h"

#define EXAMPLE_LEVELS_MAX 4

struct examples {
    struct example_days days; /* of the arrays below */
    uint64_t *trial;          /* [n_scenarios]: which trial of the reference table it was */
    double *counts;
    struct daily_level levels[EXAMPLE_LEVELS_MAX];
    char what[200];
};

/* For every scenario: finds the trial of the reference table nearest to the evidence (mean squared
 * distance of the statistics in units of their spread over all trials, each held at 3; an interval
 * is at distance 0 inside), runs it again and counts the queries of each UTC day in one sensor's
 * log. `seed` and first_trial 0 must be those of the table. The sensor is the first of which a fact
 * tells the volume, else the one that most statistics are about; levels are the daily means that
 * facts about its volume (count or log_count of everybody) imply. STATUS_RUN when memory runs out
 * or a trial fails. The caller frees, also after a failure. */
int examples_make(struct examples *self, const struct case_file *case_file,
                  const struct evidence *evidence, const struct reference *reference, uint64_t seed,
                  struct message *message);
void examples_free(struct examples *self);

/* The trial of a scenario nearest to the evidence; the first of equals. `scale` [n_columns] is the
 * spread of each column. */
uint64_t nearest_trial(const struct evidence *evidence, const struct reference *reference,
                       size_t scenario, const double *scale);

#endif
