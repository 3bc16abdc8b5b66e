/* check.h - the certificate on fresh logs: the comparison is put to pseudo-observed logs that it
 * has never seen. */
#ifndef ANALYSIS_WEIGH_CHECK_H
#define ANALYSIS_WEIGH_CHECK_H

#include "analysis/infer/comparator.h"
#include "analysis/weigh/rows.h"

struct check_options {
    uint64_t seed;
    uint64_t trials; /* of the reference table, per scenario */
    uint64_t fresh;  /* fresh logs per scenario */
    unsigned threads, members;
    const struct progress *progress;
};

/* What came of it; [class] in the case's order. */
struct check {
    size_t n_classes, n_rows;
    struct scores scores, prior_scores;
    struct reliability_bin reliability[RELIABILITY_BINS];
    struct calibration_test calibration;
    double *mean_probability; /* per class: weighted mean of the posterior; should be the prior */
    double *mean_error;       /* its standard error: fresh logs and the table's held-out ones */
    double *prior;
    double *confusion;               /* [truth][chosen], rows sum to 1 */
    double coverage_90, set_size_90; /* of the conformal sets */
};

/* Fills the reference table with trials 0 ... trials-1 and judges fresh logs made with trials from
 * then on. The caller frees, also after a failure. */
int check_run(struct check *self, const struct case_file *case_file,
              const struct evidence *evidence, const struct check_options *options,
              struct message *message);
void check_free(struct check *self);

#endif
