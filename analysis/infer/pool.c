#include "analysis/infer/pool.h"

#include "analysis/infer/exponential.h"
#include "analysis/infer/lbfgs.h"
#include "analysis/infer/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* vector loops; the same bytes */
#endif

/* Prior standard deviations of a weight's square root, of a bias around 0 and of a slope around 1.
 */
static const double ROOT_DEVIATION = 2;
static const double BIAS_DEVIATION = 0.05;
static const double SLOPE_DEVIATION = 0.1;

/* Greatest slope of the mean log score at which a search ends: what is left is of its square. */
static const double TOLERANCE = 1e-5;

/* Least weight of a member in a start: at 0 the slope by its root is 0 too. */
static const double WEIGHT_AT_START = 0.01;

/* A smaller weight is noise: the member is dropped, and need not be asked again. */
static const double WEIGHT_LEAST = 1e-3;

enum { BLOCK_ROWS = 64 }; /* rows whose exponentials are taken together */

struct pool_fit {
    const struct pool_rows *rows;
    size_t fold_out, only;
    double *ratio, *mixture, *probability; /* BLOCK_ROWS x n_classes each */
    double *slope_of;                      /* n_classes */
};

static int is_active(const struct pool_fit *fit, size_t member)
{
    return fit->only >= fit->rows->n_members || fit->only == member;
}

/* Turns rows of logits into probabilities; total: the logarithms of the sums of their exponentials.
 */
FOR_EVERY_PROCESSOR
static void to_probabilities(double *logit, size_t n_rows, size_t n_classes, double *total)
{
    for (size_t i = 0; i < n_rows; i++) {
        double *row = logit + i * n_classes, most = row[0];
        for (size_t c = 1; c < n_classes; c++)
            most = row[c] > most ? row[c] : most;
        for (size_t c = 0; c < n_classes; c++)
            row[c] -= most;
        total[i] = most;
    }
    for (size_t j = 0; j < n_rows * n_classes; j++)
        logit[j] = exponential(logit[j]);
    for (size_t i = 0; i < n_rows; i++) {
        double *row = logit + i * n_classes, sum = row[0];
        for (size_t c = 1; c < n_classes; c++)
            sum += row[c];
        const double inverse = 1 / sum;
        for (size_t c = 0; c < n_classes; c++)
            row[c] *= inverse;
        total[i] += log(sum);
    }
}

/* The log ratios of posterior to share of some rows, and in `mixture` the posteriors. */
static void mix(const struct pool_fit *fit, const double *x, const size_t *row, size_t n)
{
    const struct pool_rows *rows = fit->rows;
    size_t n_classes = rows->n_classes;
    double total[BLOCK_ROWS];
    memset(fit->ratio, 0, n * n_classes * sizeof *fit->ratio);
    for (size_t k = 0; k < rows->n_members; k++)
        for (size_t i = 0; i < n && is_active(fit, k); i++) {
            const double *evidence = rows->evidence[k] + row[i] * n_classes;
            for (size_t c = 0; c < n_classes; c++)
                fit->ratio[i * n_classes + c] += x[k] * x[k] * evidence[c];
        }
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n_classes; c++)
            fit->mixture[i * n_classes + c] = fit->ratio[i * n_classes + c] + rows->log_share[c];
    to_probabilities(fit->mixture, n, n_classes, total);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < n_classes; c++)
            fit->ratio[i * n_classes + c] -= total[i];
}

/* Leaves the rows' probabilities; returns the sum of the truths' -log. x holds the square roots of
 * the weights, then the biases, then the slopes. */
static double block_loss(const struct pool_fit *fit, const double *x, const size_t *row, size_t n)
{
    const struct pool_rows *rows = fit->rows;
    size_t n_classes = rows->n_classes;
    const double *bias = x + rows->n_members, *slope = bias + n_classes;
    double total[BLOCK_ROWS], truth[BLOCK_ROWS], loss = 0;
    mix(fit, x, row, n);
    for (size_t i = 0; i < n; i++) {
        double *logit = fit->probability + i * n_classes;
        const double *ratio = fit->ratio + i * n_classes;
        for (size_t c = 0; c < n_classes; c++)
            logit[c] = rows->log_share[c] + bias[c] + slope[c] * ratio[c];
        truth[i] = logit[rows->label[row[i]]];
    }
    to_probabilities(fit->probability, n, n_classes, total);
    for (size_t i = 0; i < n; i++)
        loss += total[i] - truth[i];
    return loss;
}

/* Adds the gradient of row number `row`, which has place `at` in the block. */
static void add_row_gradient(const struct pool_fit *fit, const double *x, size_t row, size_t at,
                             double *gradient)
{
    const struct pool_rows *rows = fit->rows;
    size_t n_classes = rows->n_classes, label = rows->label[row];
    const double *slope = x + rows->n_members + n_classes;
    const double *probability = fit->probability + at * n_classes;
    const double *ratio = fit->ratio + at * n_classes, *mixture = fit->mixture + at * n_classes;
    double *by_bias = gradient + rows->n_members, *by_slope = by_bias + n_classes, total = 0;
    for (size_t c = 0; c < n_classes; c++) {
        double residual = probability[c] - (c == label);
        by_bias[c] += residual;
        by_slope[c] += residual * ratio[c];
        fit->slope_of[c] = residual * slope[c];
        total += fit->slope_of[c];
    }
    for (size_t c = 0; c < n_classes; c++)
        fit->slope_of[c] -= mixture[c] * total;
    for (size_t k = 0; k < rows->n_members; k++) {
        const double *evidence = rows->evidence[k] + row * n_classes;
        double by_weight = 0;
        for (size_t c = 0; c < n_classes && is_active(fit, k); c++)
            by_weight += fit->slope_of[c] * evidence[c];
        gradient[k] += by_weight * 2 * x[k];
    }
}

/* The next rows that count, at most BLOCK_ROWS, from *next on. */
static size_t next_block(const struct pool_fit *fit, size_t *next, size_t row[BLOCK_ROWS])
{
    size_t n = 0;
    for (; *next < fit->rows->n_rows && n < BLOCK_ROWS; ++*next)
        if (fit->rows->fold[*next] != fit->fold_out)
            row[n++] = *next;
    return n;
}

static double objective(void *context, const double *x, double *gradient)
{
    const struct pool_fit *fit = context;
    const struct pool_rows *rows = fit->rows;
    size_t first_slope = rows->n_members + rows->n_classes, n = first_slope + rows->n_classes;
    size_t n_used = 0, next = 0, row[BLOCK_ROWS], n_block;
    double loss = 0;
    for (size_t j = 0; j < n; j++)
        gradient[j] = 0;
    while ((n_block = next_block(fit, &next, row)) > 0) {
        loss += block_loss(fit, x, row, n_block);
        for (size_t i = 0; i < n_block; i++)
            add_row_gradient(fit, x, row[i], i, gradient);
        n_used += n_block;
    }
    double scale = 1 / (double)(n_used > 0 ? n_used : 1);
    loss *= scale;
    for (size_t j = 0; j < n; j++) {
        double deviation = j < rows->n_members ? ROOT_DEVIATION
                           : j < first_slope   ? BIAS_DEVIATION
                                               : SLOPE_DEVIATION;
        double precision = scale / (deviation * deviation);
        double shift = x[j] - (j < first_slope ? 0 : 1);
        loss += 0.5 * precision * shift * shift;
        gradient[j] = gradient[j] * scale + precision * shift;
    }
    return loss;
}

static int allocate(struct pool *self, struct pool_fit *fit, double **x)
{
    size_t n_classes = self->n_classes;
    self->bias = calloc(3 * n_classes, sizeof *self->bias);
    *x = calloc(self->n_members + (3 + 3 * BLOCK_ROWS) * n_classes, sizeof **x);
    if (self->bias == NULL || *x == NULL)
        return STATUS_RUN;
    self->slope = self->bias + n_classes;
    self->log_share = self->slope + n_classes;
    fit->ratio = *x + self->n_members + 2 * n_classes;
    fit->mixture = fit->ratio + BLOCK_ROWS * n_classes;
    fit->probability = fit->mixture + BLOCK_ROWS * n_classes;
    fit->slope_of = fit->probability + BLOCK_ROWS * n_classes;
    return STATUS_OK;
}

/* Where the search starts: at the pool given, or at equal weights without correction. */
static void set_start(const struct pool_fit *fit, const struct pool *start, double *x)
{
    size_t n_members = fit->rows->n_members, n_classes = fit->rows->n_classes;
    size_t n_active = fit->only < n_members ? 1 : n_members;
    for (size_t k = 0; k < n_members; k++) {
        double weight =
            start != NULL ? fmax(start->weight[k], WEIGHT_AT_START) : 1 / (double)n_active;
        x[k] = is_active(fit, k) ? sqrt(weight) : 0;
    }
    for (size_t c = 0; c < n_classes; c++) {
        x[n_members + c] = start != NULL ? start->bias[c] : 0;
        x[n_members + n_classes + c] = start != NULL ? start->slope[c] : 1;
    }
}

int pool_init(struct pool *self, const struct pool_rows *rows, size_t fold_out, size_t only,
              const struct pool *start, struct message *message)
{
    size_t n_members = rows->n_members, n_classes = rows->n_classes;
    *self = (struct pool){.n_members = n_members, .n_classes = n_classes};
    struct pool_fit fit = {.rows = rows, .fold_out = fold_out, .only = only};
    double *x = NULL;
    if (allocate(self, &fit, &x) != STATUS_OK) {
        free(x);
        return fail(message, STATUS_RUN, "out of memory for the pool of classifiers");
    }
    set_start(&fit, start, x);
    int code =
        lbfgs_minimise(objective, &fit, x, n_members + 2 * n_classes, 200, TOLERANCE, message);
    for (size_t k = 0; k < n_members; k++)
        self->weight[k] = x[k] * x[k] < WEIGHT_LEAST ? 0 : x[k] * x[k];
    for (size_t c = 0; c < n_classes; c++) {
        self->bias[c] = x[n_members + c];
        self->slope[c] = x[n_members + n_classes + c];
        self->log_share[c] = rows->log_share[c];
    }
    free(x);
    return code;
}

void pool_free(struct pool *self)
{
    free(self->bias);
    *self = (struct pool){0};
}

/* The log ratio of posterior to share under the class shares, as in `normalise`, without its work
 * space. */
void pool_row(const struct pool *self, const double *const evidence[], double *out)
{
    double most = -INFINITY, sum = 0;
    for (size_t c = 0; c < self->n_classes; c++) {
        out[c] = 0;
        for (size_t k = 0; k < self->n_members; k++)
            out[c] += self->weight[k] * evidence[k][c];
        most = fmax(most, out[c]);
    }
    for (size_t c = 0; c < self->n_classes; c++)
        sum += exp(self->log_share[c] + out[c] - most);
    for (size_t c = 0; c < self->n_classes; c++)
        out[c] = self->bias[c] + self->slope[c] * (out[c] - most - log(sum));
}

void pool_silence(struct pool *self)
{
    for (size_t k = 0; k < self->n_members; k++)
        self->weight[k] = 0;
    for (size_t c = 0; c < self->n_classes; c++)
        self->bias[c] = 0;
}
