/* nearest.h - distances to the nearest rows. */
#ifndef ANALYSIS_INFER_NEAREST_H
#define ANALYSIS_INFER_NEAREST_H

#include "sim/status.h"

#include <stddef.h>

/* Euclidean distance of each of n_queries rows of `query` to the nearest of n_rows rows of
 * `reference` (both with n_inputs values a row), divided by sqrt(n_inputs). Infinite if there is no
 * reference row. */
int nearest_distances(const double *reference, size_t n_rows, const double *query, size_t n_queries,
                      size_t n_inputs, unsigned threads, double *distance, struct message *message);

#endif
