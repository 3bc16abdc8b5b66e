/* goodness.h - goodness-of-fit tests for statistical checks: p-values, asymptotic. */
#ifndef TESTS_SUPPORT_GOODNESS_H
#define TESTS_SUPPORT_GOODNESS_H

#include <stddef.h>

/* One-sample Kolmogorov-Smirnov p-value of x[0..n) (sorted in place) against cdf(x, context). */
double ks_one_sample(double *x, size_t n, double (*cdf)(double x, const void *context),
                     const void *context);

/* Two-sample Kolmogorov-Smirnov p-value; both samples are sorted in place. Conservative for
 * values with ties. */
double ks_two_samples(double *x, size_t n_x, double *y, size_t n_y);

/* Chi-square p-value of observed counts against expected ones (any scale of `expected` above 0 is
 * brought to the observed total); `n_fitted` parameters were fitted. Cells with an expected count
 * below 5 are joined with the next. */
double chi_square(const double *observed, const double *expected, size_t n, size_t n_fitted);

#endif
