/* One class as the test of fit sees it: its sets A, B and C. */
#include "analysis/infer/fit_internal.h"
#include "analysis/infer/sort.h"
#include "analysis/infer/vector.h"

#include <gsl/gsl_cblas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* vector loops; the same bytes */
#endif

enum { NEAR_ROWS = 10 };

/* Added to each variance (the inputs have variance 1): a direction in which the class does not vary
 * counts as one with this variance, so that leaving it is noticed, but rounding is not. */
static const double RIDGE = 1e-3;

/* Extremeness, in standard deviations, of a value where the class never gives one. */
static const double IMPOSSIBLE = 50;

size_t fit_work_size(const struct fit_model *model)
{
    return FIT_BLOCK * (2 * model->n_inputs + model->n_reference) + 1;
}

double upper_tail_p(const double *sorted, size_t n, double value)
{
    size_t low = 0, high = n; /* first place whose value is at least `value` */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return ((double)(n - low) + 1) / ((double)n + 1);
}

/* -ln of the tail probability against set B. Ranks end at 1 / (n + 1), so above the 90 % quantile
 * an exponential tail with the mean excess goes on: which of two extreme rows is worse stays
 * visible. It need not be exact: set C calibrates it. */
static double tail_score(const struct fit_model *model, size_t k, double distance)
{
    const double *sorted = model->calibration[k];
    size_t n = model->n_calibration, at = n * 9 / 10;
    double p = upper_tail_p(sorted, n, distance), excess = 0;
    if (n - at < 2 || !(distance > sorted[at]))
        return -log(p);
    for (size_t i = at; i < n; i++)
        excess += (sorted[i] - sorted[at]) / (double)(n - at);
    double beyond = (distance - sorted[at]) / (excess + 1e-9 * fabs(distance));
    return -log((double)(n - at) / (double)(n + 1)) + fmin(beyond, 1e6);
}

double worst_score(const struct fit_model *model, const double distance[FIT_DISTANCES],
                   double p[FIT_DISTANCES])
{
    double worst = 0;
    for (size_t k = 0; k < FIT_DISTANCES; k++) {
        p[k] = upper_tail_p(model->calibration[k], model->n_calibration, distance[k]);
        worst = fmax(worst, tail_score(model, k, distance[k]));
    }
    return worst;
}

static void whiten(const struct fit_model *model, const double *x, double *out)
{
    size_t d = model->n_inputs;
    for (size_t i = 0; i < d; i++)
        out[i] = x[i] - model->mean[i];
    if (d > 0)
        cblas_dtrmv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)d, model->whitening,
                    (int)d, out, 1);
}

/* The most extreme single statistic, in standard deviations of the class; beyond its range by the
 * logarithm. */
static double marginal_distance(const struct fit_model *model, const double *raw, const double *x,
                                const struct reach *reach)
{
    double most = 8 * log1p(reach->excess);
    for (size_t i = 0; i < model->n_inputs; i++)
        most = fmax(most, fabs(x[i]));
    for (size_t c = 0; c < model->prepare.n_columns; c++) {
        if (!isfinite(raw[c]))
            continue;
        if (model->prepare.state[c] == COLUMN_EMPTY)
            most = fmax(most, IMPOSSIBLE);
        if (model->prepare.state[c] == COLUMN_CONSTANT) {
            double shift = fabs(raw[c] - model->constant[c]) / model->column_scale[c];
            most = fmax(most, shift > 0 ? IMPOSSIBLE + log1p(shift) : 0);
        }
    }
    return most;
}

/* Keeps the n smallest of the values seen, ascending. */
static void keep_smallest(double *kept, size_t *row, size_t n, double value, size_t index)
{
    size_t at = n;
    if (!(value < kept[n - 1]))
        return;
    for (at = n - 1; at > 0 && value < kept[at - 1]; at--) {
        kept[at] = kept[at - 1];
        row[at] = row[at - 1];
    }
    kept[at] = value;
    row[at] = index;
}

/* out[row][i] = squared distance of each row of x to row i of A, whose own squares are given. All
 * rows at once: the library is several times faster at that than row by row. */
static void square_distances(const struct fit_model *model, const double *a, const double *a_square,
                             const double *x, size_t n_rows, double *out)
{
    size_t d = model->n_inputs, n = model->n_reference;
    for (size_t row = 0; row < n_rows; row++) {
        double square = 0;
        for (size_t j = 0; j < d; j++)
            square += x[row * d + j] * x[row * d + j];
        for (size_t i = 0; i < n; i++)
            out[row * n + i] = a_square[i] + square;
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n_rows, (int)n, (int)d, -2, x, (int)d,
                a, (int)d, 1, out, (int)n);
}

/* The smallest of eight values: most of the time none of them is among the nearest. */
static inline double least_of_eight(const double *value)
{
    double a = value[0] < value[1] ? value[0] : value[1];
    double b = value[2] < value[3] ? value[2] : value[3];
    double c = value[4] < value[5] ? value[4] : value[5];
    double d = value[6] < value[7] ? value[6] : value[7];
    a = a < b ? a : b;
    c = c < d ? c : d;
    return a < c ? a : c;
}

/* Mean distance to the nearest rows of A (without row `self_row`) and the mean spacing of those
 * rows. */
static void nearest_rows(const struct fit_model *model, const double *square, size_t self_row,
                         double *near, double *spacing)
{
    size_t row[NEAR_ROWS], n = model->n_reference, i = 0;
    double kept[NEAR_ROWS];
    for (size_t k = 0; k < model->n_near; k++) {
        kept[k] = INFINITY;
        row[k] = 0;
    }
    for (; i + 8 <= n; i += 8)
        if (least_of_eight(square + i) < kept[model->n_near - 1])
            for (size_t k = i; k < i + 8; k++)
                if (k != self_row)
                    keep_smallest(kept, row, model->n_near, square[k], k);
    for (; i < n; i++)
        if (i != self_row)
            keep_smallest(kept, row, model->n_near, square[i], i);
    *near = *spacing = 0;
    for (size_t k = 0; k < model->n_near && isfinite(kept[k]); k++) {
        *near += sqrt(fmax(kept[k], 0)) / (double)model->n_near;
        if (model->spacing != NULL && self_row >= n)
            *spacing += model->spacing[row[k]] / (double)model->n_near;
    }
}

/* Mean Euclidean distance to the rows of A, unwhitened. */
FOR_EVERY_PROCESSOR
static double energy_distance(const double *square, size_t n)
{
    double part[8] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) /* eight sums at once: the processor takes eight roots at once */
        for (size_t k = 0; k < 8; k++)
            part[k] += sqrt(square[i + k] > 0 ? square[i + k] : 0);
    for (; i < n; i++)
        part[0] += sqrt(square[i] > 0 ? square[i] : 0);
    for (size_t k = 0; k < 8; k++)
        sum += part[k];
    return sum / (double)n;
}

static void energies(const struct fit_model *model, const double *x, size_t n_rows, double *work,
                     double (*distance)[FIT_DISTANCES])
{
    size_t n = model->n_reference;
    square_distances(model, model->plain, model->plain_square, x, n_rows, work);
    for (size_t row = 0; row < n_rows; row++)
        distance[row][FIT_ENERGY] = energy_distance(work + row * n, n);
}

static void whitened_distances(const struct fit_model *model, const double *white, size_t n_rows,
                               double *work, double (*distance)[FIT_DISTANCES])
{
    size_t n = model->n_reference, d = model->n_inputs;
    square_distances(model, model->white, model->white_square, white, n_rows, work);
    for (size_t row = 0; row < n_rows; row++) {
        double near, spacing, square = 0;
        for (size_t i = 0; i < d; i++)
            square += white[row * d + i] * white[row * d + i];
        nearest_rows(model, work + row * n, n, &near, &spacing);
        distance[row][FIT_MAHALANOBIS] = sqrt(square);
        distance[row][FIT_NEAREST] = near;
        distance[row][FIT_LOCAL] = near / (spacing + 1e-9);
    }
}

void fit_distances(const struct fit_model *model, const double *const *raw, size_t n_rows,
                   double *work, double (*distance)[FIT_DISTANCES])
{
    size_t d = model->n_inputs;
    double *x = work, *white = x + FIT_BLOCK * d, *product = white + FIT_BLOCK * d;
    memset(distance, 0, n_rows * sizeof *distance);
    for (size_t row = 0; row < n_rows; row++) {
        struct reach reach;
        prepare_row(&model->prepare, raw[row], x + row * d, &reach);
        distance[row][FIT_MARGINAL] = marginal_distance(model, raw[row], x + row * d, &reach);
        whiten(model, x + row * d, white + row * d);
    }
    if (d > 0) {
        energies(model, x, n_rows, product, distance);
        whitened_distances(model, white, n_rows, product, distance);
    }
    /* Equal rows must stay equal, in whatever order a library adds up. */
    for (size_t row = 0; row < n_rows; row++)
        for (size_t k = 0; k < FIT_DISTANCES; k++)
            distance[row][k] = (float)distance[row][k];
}

/* Inverse of the Cholesky factor of the regularised covariance of A. */
static int set_whitening(struct fit_model *self)
{
    size_t d = self->n_inputs;
    double n = (double)self->n_reference;
    for (size_t i = 0; i < self->n_reference; i++)
        for (size_t j = 0; j < d; j++)
            self->mean[j] += self->plain[i * d + j] / n;
    double *centred = calloc(self->n_reference * d, sizeof *centred);
    if (centred == NULL)
        return STATUS_RUN;
    for (size_t i = 0; i < self->n_reference; i++)
        for (size_t j = 0; j < d; j++)
            centred[i * d + j] = self->plain[i * d + j] - self->mean[j];
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)d, (int)self->n_reference, 1 / n,
                centred, (int)d, 0, self->whitening, (int)d);
    /* Few rows for many inputs: shrink towards the diagonal (the inputs have about unit variance).
     */
    double shrink = (double)d / ((double)d + n);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            self->whitening[i * d + j] *= 1 - shrink;
    for (size_t i = 0; i < d; i++)
        self->whitening[i * d + i] += RIDGE;
    free(centred);
    gsl_matrix_view view = gsl_matrix_view_array(self->whitening, d, d);
    if (gsl_linalg_cholesky_decomp1(&view.matrix) != 0)
        return STATUS_RUN;
    return gsl_linalg_tri_invert(CblasLower, CblasNonUnit, &view.matrix) == 0 ? STATUS_OK
                                                                              : STATUS_RUN;
}

/* Of each row of A: the mean distance to those nearest to it. */
static void set_spacing(const struct fit_model *self, double *work, double *spacing)
{
    size_t d = self->n_inputs, n = self->n_reference;
    for (size_t first = 0; first < n; first += FIT_BLOCK) {
        size_t rows = n - first < FIT_BLOCK ? n - first : FIT_BLOCK;
        square_distances(self, self->white, self->white_square, self->white + first * d, rows,
                         work);
        for (size_t i = 0; i < rows; i++) {
            double unused;
            nearest_rows(self, work + i * n, first + i, &spacing[first + i], &unused);
        }
    }
}

static int set_reference(struct fit_model *self, const struct table *table, const uint32_t *rows)
{
    size_t d = self->n_inputs, n = self->n_reference;
    self->plain = calloc(n * d + 1, sizeof(double));
    self->white = calloc(n * d + 1, sizeof(double));
    self->white_square = calloc(n + 1, sizeof(double));
    self->plain_square = calloc(n + 1, sizeof(double));
    self->whitening = calloc(d * d + 1, sizeof(double));
    self->mean = calloc(d + 1, sizeof(double));
    double *spacing = calloc(n + 1, sizeof(double));
    double *work = malloc(fit_work_size(self) * sizeof(double));
    int code = STATUS_RUN;
    if (self->plain == NULL || self->white == NULL || self->white_square == NULL ||
        self->whitening == NULL || self->mean == NULL || spacing == NULL || work == NULL)
        goto out;
    for (size_t i = 0; i < n; i++)
        prepare_row(&self->prepare, table->values + rows[i] * table->n_columns, self->plain + i * d,
                    NULL);
    code = d > 0 ? set_whitening(self) : STATUS_OK;
    for (size_t i = 0; i < n && code == STATUS_OK; i++) {
        whiten(self, self->plain + i * d, self->white + i * d);
        for (size_t j = 0; j < d; j++) {
            self->white_square[i] += self->white[i * d + j] * self->white[i * d + j];
            self->plain_square[i] += self->plain[i * d + j] * self->plain[i * d + j];
        }
    }
    if (code == STATUS_OK && d > 0)
        set_spacing(self, work, spacing);
    self->spacing = spacing;
    spacing = NULL;
out:
    free(spacing);
    free(work);
    return code;
}

/* The distances of the rows of B, or what the rows of C make of them. */
static void set_calibration(struct fit_model *self, size_t at, const double distance[FIT_DISTANCES])
{
    for (size_t k = 0; k < FIT_DISTANCES; k++)
        self->calibration[k][at] = distance[k];
}

static void set_null(struct fit_model *self, size_t at, const double distance[FIT_DISTANCES])
{
    double p[FIT_DISTANCES];
    self->null[at] = worst_score(self, distance, p);
}

typedef void set_row(struct fit_model *self, size_t at, const double distance[FIT_DISTANCES]);

static void measure_rows(struct fit_model *self, const struct table *table, const uint32_t *rows,
                         size_t n_rows, double *work, set_row *set)
{
    for (size_t first = 0; first < n_rows; first += FIT_BLOCK) {
        const double *raw[FIT_BLOCK];
        double distance[FIT_BLOCK][FIT_DISTANCES];
        size_t n = n_rows - first < FIT_BLOCK ? n_rows - first : FIT_BLOCK;
        for (size_t i = 0; i < n; i++)
            raw[i] = table->values + rows[first + i] * table->n_columns;
        fit_distances(self, raw, n, work, distance);
        for (size_t i = 0; i < n; i++)
            set(self, first + i, distance[i]);
    }
}

/* Sets B and C. */
static int set_nulls(struct fit_model *self, const struct table *table, const uint32_t *rows)
{
    double *work = malloc(fit_work_size(self) * sizeof *work);
    int code = work == NULL ? STATUS_RUN : STATUS_OK;
    for (size_t k = 0; k < FIT_DISTANCES; k++) {
        self->calibration[k] = calloc(self->n_calibration + 1, sizeof(double));
        if (self->calibration[k] == NULL)
            code = STATUS_RUN;
    }
    self->null = calloc(self->n_null + 1, sizeof(double));
    if (self->null == NULL)
        code = STATUS_RUN;
    if (code == STATUS_OK)
        measure_rows(self, table, rows, self->n_calibration, work, set_calibration);
    for (size_t k = 0; k < FIT_DISTANCES && code == STATUS_OK; k++)
        code = sort_numbers(self->calibration[k], self->n_calibration);
    if (code == STATUS_OK)
        measure_rows(self, table, rows + self->n_calibration, self->n_null, work, set_null);
    if (code == STATUS_OK)
        code = sort_numbers(self->null, self->n_null);
    free(work);
    return code;
}

/* All finite values of the class, column by column. */
int fit_model_keep_columns(struct fit_model *self, const struct table *table, const uint32_t *rows,
                           size_t n_rows, struct message *message)
{
    size_t n_columns = table->n_columns, n = 0;
    int code = STATUS_OK;
    self->column_value = malloc((n_rows * n_columns + 1) * sizeof(double));
    self->column_start = calloc(n_columns + 1, sizeof(size_t));
    if (self->column_value == NULL || self->column_start == NULL)
        code = STATUS_RUN;
    for (size_t c = 0; c < n_columns && code == STATUS_OK; c++) {
        for (size_t i = 0; i < n_rows; i++) {
            double x = table->values[rows[i] * n_columns + c];
            if (isfinite(x))
                self->column_value[n++] = x;
        }
        self->column_start[c + 1] = n;
        code = sort_numbers(self->column_value + self->column_start[c], n - self->column_start[c]);
    }
    return code == STATUS_OK
               ? code
               : fail(message, code, "out of memory for the test of fit of %zu rows", n_rows);
}

/* The only values of the columns that do not vary in A. */
static int set_constants(struct fit_model *self, const struct table *table, const uint32_t *rows)
{
    size_t n_columns = table->n_columns;
    self->constant = malloc((n_columns + 1) * sizeof(double));
    if (self->constant == NULL)
        return STATUS_RUN;
    for (size_t c = 0; c < n_columns; c++) {
        self->constant[c] = NAN;
        for (size_t i = 0; i < self->n_reference; i++)
            if (self->prepare.state[c] == COLUMN_CONSTANT &&
                isfinite(table->values[rows[i] * n_columns + c]))
                self->constant[c] = table->values[rows[i] * n_columns + c];
    }
    return STATUS_OK;
}

/* C takes at most a third of the rows: then the C of the splits have no row in common. */
static void set_sizes(struct fit_model *self, size_t n_rows, const struct fit_options *options)
{
    size_t third = (n_rows + 2) / 3;
    size_t a = third < options->reference_rows_max ? third : options->reference_rows_max;
    size_t b = (n_rows - a) / 2, c = n_rows / 3 > 0 ? n_rows / 3 : 1;
    self->n_reference = a;
    self->n_calibration = b < options->null_rows_max / 2 ? b : options->null_rows_max / 2;
    self->n_null = n_rows - a - b < c ? n_rows - a - b : c;
    if (self->n_null > options->null_rows_max)
        self->n_null = options->null_rows_max;
    self->n_near = a / 5 < 1 ? 1 : a / 5 < NEAR_ROWS ? a / 5 : NEAR_ROWS;
}

int fit_model_init(struct fit_model *self, const struct table *table, const uint32_t *rows,
                   size_t n_rows, const double *column_scale, const struct fit_options *options,
                   struct message *message)
{
    *self = (struct fit_model){0};
    set_sizes(self, n_rows, options);
    struct prepare_choice choice = {
        .observed = options->observed, .short_tails = 1, .keep_duplicates = 1};
    int code = prepare_init(&self->prepare, table, rows, self->n_reference, &choice, message);
    if (code != STATUS_OK)
        return code;
    self->n_inputs = self->prepare.n_inputs;
    self->column_scale = malloc((table->n_columns + 1) * sizeof(double));
    if (self->column_scale == NULL)
        code = STATUS_RUN;
    else
        memcpy(self->column_scale, column_scale, table->n_columns * sizeof(double));
    if (code == STATUS_OK)
        code = set_constants(self, table, rows);
    if (code == STATUS_OK)
        code = set_reference(self, table, rows);
    if (code == STATUS_OK)
        code = set_nulls(self, table, rows + self->n_reference);
    return code == STATUS_OK
               ? code
               : fail(message, code, "out of memory for the test of fit of %zu rows", n_rows);
}

void fit_model_free(struct fit_model *self)
{
    prepare_free(&self->prepare);
    free(self->constant);
    free(self->column_scale);
    free(self->whitening);
    free(self->mean);
    free(self->plain);
    free(self->white);
    free(self->white_square);
    free(self->plain_square);
    free(self->spacing);
    for (size_t k = 0; k < FIT_DISTANCES; k++)
        free(self->calibration[k]);
    free(self->null);
    free(self->column_value);
    free(self->column_start);
    *self = (struct fit_model){0};
}
