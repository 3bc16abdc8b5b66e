#include "analysis/infer/pool.h"

#include "analysis/infer/lbfgs.h"

#include <math.h>
#include <stdlib.h>

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

struct pool_fit {
    const struct pool_rows *rows;
    size_t fold_out, only;
    double *ratio, *mixture, *probability, *slope_of; /* n_classes each */
};

static int is_active(const struct pool_fit *fit, size_t member)
{
    return fit->only >= fit->rows->n_members || fit->only == member;
}

/* Turns logits into probabilities; returns the logarithm of the sum of their exponentials. */
static double to_probabilities(double *logit, size_t n_classes)
{
    double most = logit[0], sum = 0;
    for (size_t c = 1; c < n_classes; c++)
        most = logit[c] > most ? logit[c] : most;
    for (size_t c = 0; c < n_classes; c++) {
        logit[c] = exp(logit[c] - most);
        sum += logit[c];
    }
    for (size_t c = 0; c < n_classes; c++)
        logit[c] /= sum;
    return most + log(sum);
}

/* Turns summed log evidences into log ratios of posterior to share; `mixture` gets the posterior.
 */
static void normalise(const double *log_share, size_t n_classes, double *evidence, double *mixture)
{
    for (size_t c = 0; c < n_classes; c++)
        mixture[c] = evidence[c] + log_share[c];
    double total = to_probabilities(mixture, n_classes);
    for (size_t c = 0; c < n_classes; c++)
        evidence[c] -= total;
}

/* Leaves the row's probabilities; returns the logarithm of the truth's. x holds the square roots of
 * the weights, then the biases, then the slopes. */
static double row_probabilities(const struct pool_fit *fit, const double *x, size_t row)
{
    const struct pool_rows *rows = fit->rows;
    size_t n_classes = rows->n_classes;
    const double *bias = x + rows->n_members, *slope = bias + n_classes;
    for (size_t c = 0; c < n_classes; c++)
        fit->ratio[c] = 0;
    for (size_t k = 0; k < rows->n_members; k++)
        for (size_t c = 0; c < n_classes && is_active(fit, k); c++)
            fit->ratio[c] += x[k] * x[k] * rows->evidence[k][row * n_classes + c];
    normalise(rows->log_share, n_classes, fit->ratio, fit->mixture);
    for (size_t c = 0; c < n_classes; c++)
        fit->probability[c] = rows->log_share[c] + bias[c] + slope[c] * fit->ratio[c];
    double truth = fit->probability[rows->label[row]];
    return truth - to_probabilities(fit->probability, n_classes);
}

static void add_row_gradient(const struct pool_fit *fit, const double *x, size_t row,
                             double *gradient)
{
    const struct pool_rows *rows = fit->rows;
    size_t n_classes = rows->n_classes, label = rows->label[row];
    const double *slope = x + rows->n_members + n_classes;
    double *by_bias = gradient + rows->n_members, *by_slope = by_bias + n_classes, total = 0;
    for (size_t c = 0; c < n_classes; c++) {
        double residual = fit->probability[c] - (c == label);
        by_bias[c] += residual;
        by_slope[c] += residual * fit->ratio[c];
        fit->slope_of[c] = residual * slope[c];
        total += fit->slope_of[c];
    }
    for (size_t c = 0; c < n_classes; c++)
        for (size_t k = 0; k < rows->n_members; k++)
            if (is_active(fit, k))
                gradient[k] += (fit->slope_of[c] - fit->mixture[c] * total) * 2 * x[k] *
                               rows->evidence[k][row * n_classes + c];
}

static double objective(void *context, const double *x, double *gradient)
{
    const struct pool_fit *fit = context;
    const struct pool_rows *rows = fit->rows;
    size_t first_slope = rows->n_members + rows->n_classes, n = first_slope + rows->n_classes;
    size_t n_used = 0;
    double loss = 0;
    for (size_t j = 0; j < n; j++)
        gradient[j] = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        if (rows->fold[i] == fit->fold_out)
            continue;
        loss -= row_probabilities(fit, x, i);
        add_row_gradient(fit, x, i, gradient);
        n_used++;
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
    *x = calloc(self->n_members + 6 * n_classes, sizeof **x);
    if (self->bias == NULL || *x == NULL)
        return STATUS_RUN;
    self->slope = self->bias + n_classes;
    self->log_share = self->slope + n_classes;
    fit->ratio = *x + self->n_members + 2 * n_classes;
    fit->mixture = fit->ratio + n_classes;
    fit->probability = fit->mixture + n_classes;
    fit->slope_of = fit->probability + n_classes;
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
