/* tally.h - sums for statistical tests: sample mean, variance, z score against a known mean, and
 * trials of a tiny world one after the other. */
#ifndef TESTS_SUPPORT_TALLY_H
#define TESTS_SUPPORT_TALLY_H

#include "tests/support/goodness.h"
#include "tests/support/tiny_world.h"

struct tally {
    double n, sum, square;
};

void tally_add(struct tally *self, double value);
double tally_mean(const struct tally *self);
double tally_variance(const struct tally *self); /* unbiased */

/* (mean - expected) / standard error of the mean. */
double tally_z(const struct tally *self, double expected);

/* Runs trials 0..n-1 of the tiny world's plan with `seed` and calls visit after each. A failure of
 * a trial ends the program. All client queries are in trial->traffic.queries, sorted by
 * time. */
void each_trial(struct tiny_world *tiny, uint64_t seed, uint64_t n,
                void (*visit)(const struct trial *trial, void *context), void *context);

#endif
