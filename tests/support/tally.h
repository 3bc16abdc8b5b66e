/* tally.h - sums for statistical tests: sample mean, variance, z score against a known mean, and
 * trials of a tiny world one after the other. */
#ifndef TESTS_SUPPORT_TALLY_H
#define TESTS_SUPPORT_TALLY_H

#include "tests/support/tiny_world.h"

struct tally {
    double n, sum, square;
};

void tally_add(struct tally *self, double value);
double tally_mean(const struct tally *self);
double tally_variance(const struct tally *self); /* unbiased */

/* (mean - expected) / standard error of the mean. */
double tally_z(const struct tally *self, double expected);

/* Sum of (observed - expected)^2 / expected over n bins, expected counts given as shares of the
 * total. */
double chi_square(const double *observed, const double *shares, int n);

/* Upper tail probability of that sum for n bins and known shares. */
double chi_square_p(double sum, int n);

/* Kolmogorov-Smirnov p-value of a sample (sorted in place) against a distribution function. */
double kolmogorov_p(double *sample, size_t n, double (*cdf)(double x, const double *param),
                    const double *param);

/* Runs trials 0..n-1 of the tiny world's plan with `seed` and calls visit after each. A failure of
 * a trial ends the program. */
void each_trial(struct tiny_world *tiny, uint64_t seed, uint64_t n,
                void (*visit)(const struct trial *trial, void *context), void *context);

#endif
