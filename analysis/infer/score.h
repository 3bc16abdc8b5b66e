/* score.h - how good probabilities are, given what was true.
 *
 * The rows may carry weights (importance weights that turn the class shares of the sample into
 * prior weights); NULL: all 1. For two classes all definitions are those of a single probability p,
 * that of the second class; for more, calibration is judged on the probability of the chosen class
 * (top-label calibration, Guo and others 2017).
 */
#ifndef ANALYSIS_INFER_SCORE_H
#define ANALYSIS_INFER_SCORE_H

#include "sim/status.h"

#include <stddef.h>
#include <stdint.h>

enum { RELIABILITY_BINS = 20 };

struct answers {
    size_t n_rows, n_classes;
    const double *probability; /* probability[row * n_classes + class]; each row sums to 1 */
    const uint16_t *label;
    const double *weight;
};

struct reliability_bin {
    double weight;   /* sum of the weights of its rows */
    double said;     /* mean probability said; 0 if empty */
    double happened; /* share of rows in which it was so; 0 if empty */
};

struct scores {
    double error;           /* share of wrong choices */
    double error_deviation; /* its standard error */
    double log_score; /* mean of -ln p of the truth, natural logs; probabilities clipped to [0.001,
                         0.999] */
    double brier; /* half the mean squared distance to the truth's indicator: mean (p - y)^2 for two
                     classes */
    double calibration_error; /* ECE: 20 equal bins of p, sum of abs(sum p - sum y) / n */
    double
        expected_error; /* mean of 1 - largest probability: what the answers themselves promise */
};

/* All scores in one pass. n_rows 0 gives zeros. `clip`: bound for the log score, Brier score and
 * ECE (0.001 by the house's convention, 0 for none: then a certain but wrong answer costs what the
 * least positive double costs). */
void scores_compute(struct scores *out, const struct answers *answers, double clip);

/* Fills RELIABILITY_BINS bins. */
void reliability_compute(struct reliability_bin *bin, const struct answers *answers);

/* The one probability that calibration is judged on, and whether it came true: two classes: of the
 * second; more: of the chosen one. */
void judged_probability(const struct answers *answers, size_t row, double *p, int *happened);

/* The class with the greatest probability; the first of equals. */
size_t chosen_class(const double *probability, size_t n_classes);

/* Brier score less that of the isotonic regression of the outcome on p (PAV miscalibration), and
 * its bootstrap p-value (k + 1) / (replicates + 1): k replicates with outcomes drawn from p itself
 * were at least as miscalibrated. The second p-value is that of the Brier score itself, two-sided.
 * Replicates run on `threads` threads; the answer does not depend on them. Fails with STATUS_RUN on
 * lack of memory. */
struct calibration_test {
    double miscalibration;
    double miscalibration_p;
    double brier_p;
};

int calibration_test_run(struct calibration_test *out, const struct answers *answers,
                         size_t replicates, uint64_t seed, unsigned threads,
                         struct message *message);

/* Gaffke's distribution-free test that values in [0, 1] have the mean `expected`; two-sided p-value
 * from `replicates` draws of uniform spacings (Gaffke 2005; Learned-Miller and Thomas 2019).
 * `sorted` ascending. */
double gaffke_test(const double *sorted, size_t n, double expected, size_t replicates,
                   uint64_t seed, uint64_t index);

#endif
