/* evidence.h - exact log evidences of tractable models: the yardstick of the comparator.
 *
 * All values are natural logs of the density (or probability) of the data, averaged over the prior.
 * Where no range is given any finite data are allowed; n is at least 1.
 */
#ifndef ANALYSIS_INFER_EVIDENCE_H
#define ANALYSIS_INFER_EVIDENCE_H

#include "sim/status.h"

#include <stddef.h>

/* Counts x_i ~ Poisson(lambda), lambda ~ Gamma(shape, rate). Exponential prior: shape 1. */
double evidence_poisson(const double *count, size_t n, double shape, double rate);

/* Counts with P(x) = p (1 - p)^x, p ~ U(0, 1). */
double evidence_geometric(const double *count, size_t n);

/* The same two models when only the sum of n counts is known (prior of lambda: Exp(1)). */
double evidence_poisson_sum(double sum, size_t n);
double evidence_geometric_sum(double sum, size_t n);

/* y_i > 0: Gamma(order, rate theta) with theta ~ Gamma(shape, rate); order 1 is the exponential
 * law. */
double evidence_gamma(const double *y, size_t n, double order, double shape, double rate);

/* ln y_i ~ N(theta, 1), theta ~ N(0, 1); y_i > 0. */
double evidence_lognormal(const double *y, size_t n);

/* x_i ~ N(theta, deviation^2), theta ~ N(mean, spread^2), from the number, mean and sum of squares
 * of the data. */
double evidence_normal(size_t n, double data_mean, double sum_of_squares, double deviation,
                       double mean, double spread);

/* z_i ~ Laplace(mu, scale), mu ~ N(0, 4). Sum over the stretches between order statistics; each
 * difference of normal tails is taken on the side where it keeps its digits. Fails with STATUS_RUN
 * without memory. */
int evidence_laplace(const double *z, size_t n, double scale, double *log_evidence,
                     struct message *message);

/* Ordered event times on [0, length]: constant rate ~ Exp(1). */
double evidence_homogeneous(size_t n_events, double length);

/* The same with a constant rate ~ Exp(1) in each of n_bins bins of one width. */
double evidence_bins(const double *count, size_t n_bins, double width);

/* The same for a Hawkes process mu + sum eta beta exp(-beta dt), mu ~ Exp(1), eta ~ U(0, 1), beta ~
 * Exp(1): Gauss-Legendre quadrature with `nodes` nodes in each of three dimensions (120: eight
 * digits). Fails with STATUS_RUN without memory. */
int evidence_hawkes(const double *time, size_t n, double length, size_t nodes, double *log_evidence,
                    struct message *message);

/* ln(sum of exp) of n values. */
double log_sum_exp(const double *value, size_t n);

#endif
