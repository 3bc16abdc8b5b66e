/* lbfgs.h - limited-memory quasi-Newton minimisation.
 *
 * Nocedal and Wright, Numerical Optimization (2006), algorithm 7.5 with a backtracking line search.
 * GSL has BFGS only with the full matrix, which thousands of coefficients do not allow.
 */
#ifndef ANALYSIS_INFER_LBFGS_H
#define ANALYSIS_INFER_LBFGS_H

#include "sim/status.h"

#include <stddef.h>

/* Returns the value at x[n] and writes the gradient to gradient[n]. */
typedef double(lbfgs_objective)(void *context, const double *x, double *gradient);

/* Minimises from x (in: start, out: best point found). Stops when the greatest gradient component
 * is below `tolerance`, when a step gains less than 1e-3 * tolerance relatively twice in a row, or
 * after `iterations_max`. Fails with STATUS_RUN on lack of memory or if the objective is not finite
 * at the start; x then holds the start. */
int lbfgs_minimise(lbfgs_objective *objective, void *context, double *x, size_t n,
                   size_t iterations_max, double tolerance, struct message *message);

#endif
