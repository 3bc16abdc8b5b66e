/* features.h - products of the inputs, to degree 3, for the logistic regression. */
#ifndef ANALYSIS_INFER_FEATURES_H
#define ANALYSIS_INFER_FEATURES_H

#include "analysis/infer/member.h"

enum { DEGREE_MAX = 3 };

/* One product of up to three inputs, standardised afterwards. */
struct feature {
    uint8_t degree;
    uint16_t input[DEGREE_MAX];
    float mean, inverse_deviation;
};

struct features {
    size_t n_inputs;
    size_t n;
    struct feature *term;
};

/* Chooses at most n_max products. If all products of the base inputs to degree 3 fit, those are
 * taken (the discriminant axes are linear in them and add nothing); otherwise all linear terms and
 * squares, then the products to degree 2 and 3 of the axes and of the inputs that separate the
 * classes best. Means and deviations come from the design's rows. */
int features_init(struct features *self, const struct design *design, size_t n_max,
                  struct message *message);

void features_free(struct features *self);

/* Writes the n standardised products of one row. */
void features_row(const struct features *self, const double *x, float *out);

#endif
