/* isotonic.h - monotone regression by pool-adjacent-violators (Ayer and others 1955).
 *
 * Used twice: to turn a forest's votes into probabilities, and to measure miscalibration.
 */
#ifndef ANALYSIS_INFER_ISOTONIC_H
#define ANALYSIS_INFER_ISOTONIC_H

#include "sim/status.h"

#include <stddef.h>

/* A non-decreasing piecewise linear function: blocks of equal fitted value, joined at their mean
 * places. */
struct isotonic {
    size_t n;
    double *place; /* strictly increasing */
    double *value; /* non-decreasing, in [floor, 1 - floor] */
};

/* Fits y (0/1 or shares) on x with weights (NULL: all 1); rows with equal x are pooled first.
 * Fitted values are kept at least 1 / (n + 2) away from 0 and 1, because n rows cannot tell rarer
 * events from impossible ones. n at least 1. On failure (memory) *self may still be given to
 * isotonic_free. */
int isotonic_init(struct isotonic *self, const double *x, const double *y, const double *weight,
                  size_t n, struct message *message);

void isotonic_free(struct isotonic *self);

/* The fitted value at x, linear between blocks, constant beyond the ends. */
double isotonic_at(const struct isotonic *self, double x);

/* In-sample fit for sorted data: x ascending; writes the fitted value of each row to `fitted` (rows
 * with equal x get one value). `work` holds 3 n doubles. No clipping. */
void isotonic_sorted(const double *x, const double *y, const double *weight, size_t n,
                     double *fitted, double *work);

#endif
