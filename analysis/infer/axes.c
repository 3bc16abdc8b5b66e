#include "analysis/infer/axes.h"

#include <gsl/gsl_cblas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct scatter {
    size_t n_inputs, n_classes;
    double *mean;    /* per class and input */
    double *count;   /* per class */
    double *within;  /* n_inputs x n_inputs */
    double *between; /* n_inputs x n_inputs */
};

static void class_means(struct scatter *s, const double *x, const uint16_t *label, size_t n_rows)
{
    size_t d = s->n_inputs;
    for (size_t i = 0; i < n_rows; i++) {
        s->count[label[i]] += 1;
        for (size_t j = 0; j < d; j++)
            s->mean[label[i] * d + j] += x[i * d + j];
    }
    for (size_t c = 0; c < s->n_classes; c++)
        for (size_t j = 0; j < d && s->count[c] > 0; j++)
            s->mean[c * d + j] /= s->count[c];
}

/* Within = total - between, both divided by the number of rows; a little of the diagonal keeps it
 * invertible. */
static void scatter_matrices(struct scatter *s, const double *x, size_t n_rows, double *grand)
{
    int d = (int)s->n_inputs;
    double n = (double)n_rows;
    for (size_t c = 0; c < s->n_classes; c++)
        for (int j = 0; j < d; j++)
            grand[j] += s->count[c] / n * s->mean[c * s->n_inputs + (size_t)j];
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, d, (int)n_rows, 1 / n, x, d, 0, s->within,
                d);
    cblas_dsyr(CblasRowMajor, CblasUpper, d, -1, grand, 1, s->within, d);
    for (size_t c = 0; c < s->n_classes; c++) {
        double *mean = s->mean + c * s->n_inputs;
        for (int j = 0; j < d; j++)
            mean[j] -= grand[j];
        cblas_dsyr(CblasRowMajor, CblasUpper, d, s->count[c] / n, mean, 1, s->between, d);
    }
    for (size_t i = 0; i < s->n_inputs; i++)
        for (size_t j = i; j < s->n_inputs; j++) {
            size_t upper = i * s->n_inputs + j, lower = j * s->n_inputs + i;
            s->within[upper] -= s->between[upper];
            if (i == j)
                s->within[upper] = fmax(s->within[upper], 0) + 1e-3;
            s->within[lower] = s->within[upper];
            s->between[lower] = s->between[upper];
        }
}

/* Scales an eigenvector (within-variance 1) to total variance 1 and fixes its sign by its largest
 * weight. */
static void store_axis(struct axes *self, size_t axis, const gsl_matrix *vectors, double value)
{
    double *weight = self->weight + axis * self->n_inputs;
    double largest = 0;
    for (size_t j = 0; j < self->n_inputs; j++) {
        weight[j] = gsl_matrix_get(vectors, j, axis);
        if (fabs(weight[j]) > fabs(largest) * (1 + 1e-9))
            largest = weight[j];
    }
    double scale = (largest < 0 ? -1 : 1) / sqrt(1 + fmax(value, 0));
    for (size_t j = 0; j < self->n_inputs; j++)
        weight[j] *= scale;
}

/* gensymmv normalises the vectors to Euclidean length 1: bring them to within-variance 1. */
static void normalise_within(gsl_matrix *vectors, const double *within, size_t d, size_t axis)
{
    double variance = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            variance += gsl_matrix_get(vectors, i, axis) * within[i * d + j] *
                        gsl_matrix_get(vectors, j, axis);
    double scale = variance > 0 ? 1 / sqrt(variance) : 0;
    for (size_t i = 0; i < d; i++)
        gsl_matrix_set(vectors, i, axis, scale * gsl_matrix_get(vectors, i, axis));
}

static int solve(struct axes *self, struct scatter *s)
{
    size_t d = s->n_inputs;
    gsl_eigen_gensymmv_workspace *workspace = gsl_eigen_gensymmv_alloc(d);
    gsl_vector *values = gsl_vector_alloc(d);
    gsl_matrix *vectors = gsl_matrix_alloc(d, d);
    double *within = malloc(d * d * sizeof *within);
    int code = STATUS_RUN;
    if (workspace == NULL || values == NULL || vectors == NULL || within == NULL)
        goto out;
    code = STATUS_OK;
    memcpy(within, s->within, d * d * sizeof *within);
    gsl_matrix_view a = gsl_matrix_view_array(s->between, d, d);
    gsl_matrix_view b = gsl_matrix_view_array(s->within, d, d);
    if (gsl_eigen_gensymmv(&a.matrix, &b.matrix, values, vectors, workspace) != 0) {
        self->n_axes = 0;
        goto out;
    }
    gsl_eigen_gensymmv_sort(values, vectors, GSL_EIGEN_SORT_VAL_DESC);
    for (size_t k = 0; k < self->n_axes; k++) {
        normalise_within(vectors, within, d, k);
        store_axis(self, k, vectors, gsl_vector_get(values, k));
    }
out:
    free(within);
    if (vectors != NULL)
        gsl_matrix_free(vectors);
    if (values != NULL)
        gsl_vector_free(values);
    if (workspace != NULL)
        gsl_eigen_gensymmv_free(workspace);
    return code;
}

int axes_init(struct axes *self, const double *x, const uint16_t *label, size_t n_rows,
              size_t n_inputs, size_t n_classes, struct message *message)
{
    size_t d = n_inputs, n_axes = n_classes > 0 ? n_classes - 1 : 0;
    if (n_axes > AXES_MAX)
        n_axes = AXES_MAX;
    *self = (struct axes){.n_inputs = d, .n_axes = n_axes < d ? n_axes : d};
    if (self->n_axes == 0)
        return STATUS_OK;
    struct scatter s = {.n_inputs = d, .n_classes = n_classes};
    self->weight = calloc(self->n_axes * d, sizeof *self->weight);
    s.mean = calloc(n_classes * d, sizeof *s.mean);
    s.count = calloc(n_classes, sizeof *s.count);
    s.within = calloc(d * d, sizeof *s.within);
    s.between = calloc(d * d, sizeof *s.between);
    double *grand = calloc(d, sizeof *grand);
    int code = STATUS_RUN;
    if (self->weight != NULL && s.mean != NULL && s.count != NULL && s.within != NULL &&
        s.between != NULL && grand != NULL) {
        class_means(&s, x, label, n_rows);
        scatter_matrices(&s, x, n_rows, grand);
        code = solve(self, &s);
    }
    free(s.mean);
    free(s.count);
    free(s.within);
    free(s.between);
    free(grand);
    if (code != STATUS_OK)
        fail(message, code, "out of memory for the discriminant axes of %zu statistics", d);
    return code;
}

void axes_free(struct axes *self)
{
    free(self->weight);
    *self = (struct axes){0};
}

void axes_row(const struct axes *self, const double *x, double *out)
{
    for (size_t k = 0; k < self->n_axes; k++) {
        double sum = 0;
        for (size_t j = 0; j < self->n_inputs; j++)
            sum += self->weight[k * self->n_inputs + j] * x[j];
        out[k] = sum;
    }
}
