/* axes.h - linear-discriminant axes: the directions along which class means differ most.
 *
 * Fisher's discriminants for several classes (Rao 1948): generalised eigenvectors of the
 * between-class against the (slightly regularised) within-class covariance.
 */
#ifndef ANALYSIS_INFER_AXES_H
#define ANALYSIS_INFER_AXES_H

#include "sim/status.h"

#include <stddef.h>
#include <stdint.h>

struct axes {
    size_t n_inputs;
    size_t n_axes;  /* at most min(n_classes - 1, n_inputs, AXES_MAX) */
    double *weight; /* weight[axis * n_inputs + input]; an axis has standard deviation 1 over the
                       rows */
};

enum { AXES_MAX = 8 };

/* Fits on n_rows x n_inputs standardised values. Fails with STATUS_RUN on lack of memory; if the
 * eigenproblem has no solution there are simply no axes. On failure *self may still be given to
 * axes_free. */
int axes_init(struct axes *self, const double *x, const uint16_t *label, size_t n_rows,
              size_t n_inputs, size_t n_classes, struct message *message);

void axes_free(struct axes *self);

/* Writes n_axes values of one row. */
void axes_row(const struct axes *self, const double *x, double *out);

#endif
