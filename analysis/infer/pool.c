#include "analysis/infer/pool.h"

#include "analysis/infer/lbfgs.h"

#include <math.h>
#include <stdlib.h>

/* Prior standard deviations of a weight's square root and of a bias. */
static const double ROOT_DEVIATION = 2;
static const double BIAS_DEVIATION = 0.05;

/* A smaller weight is noise: the member is dropped, and need not be asked again. */
static const double WEIGHT_LEAST = 1e-3;

struct pool_fit {
    const struct pool_rows *rows;
    size_t fold_out, only;
    double *logit; /* n_classes */
};

static int is_active(const struct pool_fit *fit, size_t member)
{
    return fit->only >= fit->rows->n_members || fit->only == member;
}

static void row_logits(const struct pool_fit *fit, const double *x, size_t row)
{
    const struct pool_rows *rows = fit->rows;
    size_t n_classes = rows->n_classes;
    for (size_t c = 0; c < n_classes; c++)
        fit->logit[c] = rows->log_share[c] + x[rows->n_members + c];
    for (size_t k = 0; k < rows->n_members; k++)
        for (size_t c = 0; c < n_classes && is_active(fit, k); c++)
            fit->logit[c] += x[k] * x[k] * rows->evidence[k][row * n_classes + c];
    log_softmax(fit->logit, n_classes);
}

static void add_row_gradient(const struct pool_fit *fit, const double *x, size_t row,
                             double *gradient)
{
    const struct pool_rows *rows = fit->rows;
    size_t n_classes = rows->n_classes, label = rows->label[row];
    for (size_t c = 0; c < n_classes; c++) {
        double residual = exp(fit->logit[c]) - (c == label);
        gradient[rows->n_members + c] += residual;
        for (size_t k = 0; k < rows->n_members; k++)
            if (is_active(fit, k))
                gradient[k] += residual * 2 * x[k] * rows->evidence[k][row * n_classes + c];
    }
}

/* x holds the square roots of the weights, then the biases. */
static double objective(void *context, const double *x, double *gradient)
{
    const struct pool_fit *fit = context;
    const struct pool_rows *rows = fit->rows;
    size_t n = rows->n_members + rows->n_classes, n_used = 0;
    double loss = 0;
    for (size_t j = 0; j < n; j++)
        gradient[j] = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        if (rows->fold[i] == fit->fold_out)
            continue;
        row_logits(fit, x, i);
        loss -= fit->logit[rows->label[i]];
        add_row_gradient(fit, x, i, gradient);
        n_used++;
    }
    double scale = 1 / (double)(n_used > 0 ? n_used : 1);
    loss *= scale;
    for (size_t j = 0; j < n; j++) {
        double deviation = j < rows->n_members ? ROOT_DEVIATION : BIAS_DEVIATION;
        double precision = scale / (deviation * deviation);
        loss += 0.5 * precision * x[j] * x[j];
        gradient[j] = gradient[j] * scale + precision * x[j];
    }
    return loss;
}

int pool_init(struct pool *self, const struct pool_rows *rows, size_t fold_out, size_t only,
              struct message *message)
{
    size_t n = rows->n_members + rows->n_classes;
    *self = (struct pool){.n_members = rows->n_members, .n_classes = rows->n_classes};
    self->bias = calloc(rows->n_classes, sizeof *self->bias);
    double *x = calloc(n, sizeof *x);
    struct pool_fit fit = {.rows = rows, .fold_out = fold_out, .only = only};
    fit.logit = malloc(rows->n_classes * sizeof *fit.logit);
    int code = STATUS_RUN;
    if (self->bias == NULL || x == NULL || fit.logit == NULL) {
        fail(message, code, "out of memory for the pool of classifiers");
        goto out;
    }
    size_t n_active = only < rows->n_members ? 1 : rows->n_members;
    for (size_t k = 0; k < rows->n_members; k++)
        x[k] = is_active(&fit, k) ? sqrt(1 / (double)n_active) : 0;
    code = lbfgs_minimise(objective, &fit, x, n, 200, 1e-7, message);
    for (size_t k = 0; k < rows->n_members; k++)
        self->weight[k] = x[k] * x[k] < WEIGHT_LEAST ? 0 : x[k] * x[k];
    for (size_t c = 0; c < rows->n_classes; c++)
        self->bias[c] = x[rows->n_members + c];
out:
    free(fit.logit);
    free(x);
    return code;
}

void pool_free(struct pool *self)
{
    free(self->bias);
    *self = (struct pool){0};
}

void pool_row(const struct pool *self, const double *const evidence[], double *out)
{
    for (size_t c = 0; c < self->n_classes; c++) {
        out[c] = self->bias[c];
        for (size_t k = 0; k < self->n_members; k++)
            out[c] += self->weight[k] * evidence[k][c];
    }
}

void pool_silence(struct pool *self)
{
    for (size_t k = 0; k < self->n_members; k++)
        self->weight[k] = 0;
    for (size_t c = 0; c < self->n_classes; c++)
        self->bias[c] = 0;
}
