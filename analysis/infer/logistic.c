/* Multinomial logistic regression on products of the inputs, with ridge.
 *
 * The ridge is chosen by the log score of fold 0, which the path of fits does not see; each replica
 * is then fitted without its own fold, from the chosen fit as a start. Matrix work is in single
 * precision: the objective needs no more than the gradient's stopping tolerance, and it halves the
 * memory traffic.
 */
#include "analysis/infer/exponential.h"
#include "analysis/infer/features.h"
#include "analysis/infer/generator.h"
#include "analysis/infer/lbfgs.h"
#include "analysis/infer/members.h"
#include "analysis/infer/vector.h"
#include "analysis/infer/workers.h"

#include <gsl/gsl_cblas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* vector loops; the same bytes */
#endif

enum { BLOCK_ROWS = 2048, ITERATIONS_PATH = 80, ITERATIONS_REPLICA = 60, RIDGES = 6 };

/* Greatest slope at which a search ends; in its units a slope g is g * g / 2 above the optimum. */
static const double TOLERANCE = 2e-3;

/* Added to the curvature: products that depend on each other, and single precision. */
static const double ROUNDING = 1e-5;

/* Per row of the fit; strong to weak, so that each fit starts from a smoother one. */
static const double RIDGE[RIDGES] = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};

static const size_t FEATURES_MAX = 400;
static const double WORK_MAX = 1e8; /* rows x features x classes */

struct logistic {
    struct features features;
    size_t n_classes;
    double ridge;
    double *weight[REPLICAS]; /* (n features + 1) x n_classes each, the intercept last */
    struct problem *shared;   /* what the replicas share, only while it is fitted */
    double *start;            /* and the fit that they start from */
};

/* The rows as single-precision products, each with a column of ones at the end.
 *
 * The search does not run over the weights w but over v = L^T w, where L L^T is about the curvature
 * of the objective (the products' second moments times a typical p (1 - p), plus the ridge): there
 * all directions are curved alike, and a dozen steps do what took eighty. */
struct problem {
    const struct logistic *model;
    size_t n_rows, n_terms; /* n_terms = features + 1 */
    float *product;
    const uint16_t *label;
    const uint8_t *fold;
    size_t fold_out; /* rows of this fold do not count */
    double ridge;
    unsigned threads;
    double *moment;      /* n_terms x n_terms: mean products of products, lower triangle */
    double *factor;      /* L, n_terms x n_terms */
    double *plain;       /* w or its gradient, n_terms x C */
    float *weight;       /* w, n_terms x C */
    struct block *block; /* n_blocks of BLOCK_ROWS rows */
    size_t n_blocks;
};

/* Work space and results of one block of rows, so that sums do not depend on the threads. */
struct block {
    float *logit, *gradient; /* BLOCK_ROWS x C, n_terms x C */
    double loss;
    size_t n_used;
};

static size_t rows_of_block(const struct problem *p, size_t index)
{
    size_t first = index * BLOCK_ROWS;
    return p->n_rows - first < BLOCK_ROWS ? p->n_rows - first : BLOCK_ROWS;
}

/* Turns the logits of a block into residuals p - y (zero for left-out rows) and adds up -log p of
 * the truth. */
FOR_EVERY_PROCESSOR
static void residuals(const struct problem *p, size_t index)
{
    size_t n_classes = p->model->n_classes, first = index * BLOCK_ROWS;
    struct block *block = &p->block[index];
    for (size_t i = 0; i < rows_of_block(p, index); i++) {
        float *logit = block->logit + i * n_classes;
        if (p->fold[first + i] == p->fold_out) {
            memset(logit, 0, n_classes * sizeof *logit);
            continue;
        }
        float most = logit[0];
        for (size_t c = 1; c < n_classes; c++)
            most = logit[c] > most ? logit[c] : most;
        double truth = logit[p->label[first + i]];
        for (size_t c = 0; c < n_classes; c++)
            logit[c] = exponential_single(logit[c] - most);
        double sum = logit[0];
        for (size_t c = 1; c < n_classes; c++)
            sum += logit[c];
        block->loss += most + log(sum) - truth;
        float inverse = (float)(1 / sum);
        for (size_t c = 0; c < n_classes; c++)
            logit[c] *= inverse;
        logit[p->label[first + i]] -= 1;
        block->n_used++;
    }
}

static void block_logits(const struct problem *p, size_t index)
{
    int classes = (int)p->model->n_classes, terms = (int)p->n_terms;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows_of_block(p, index), classes,
                terms, 1, p->product + index * BLOCK_ROWS * p->n_terms, terms, p->weight, classes,
                0, p->block[index].logit, classes);
}

static int block_gradient(void *context, size_t index, struct message *message)
{
    const struct problem *p = context;
    struct block *block = &p->block[index];
    int classes = (int)p->model->n_classes, terms = (int)p->n_terms;
    (void)message;
    block->loss = 0;
    block->n_used = 0;
    block_logits(p, index);
    residuals(p, index);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, terms, classes,
                (int)rows_of_block(p, index), 1, p->product + index * BLOCK_ROWS * p->n_terms,
                terms, block->logit, classes, 0, block->gradient, classes);
    return STATUS_OK;
}

/* plain = w and weight = w in single precision, from v. */
static void to_weights(struct problem *p, const double *v)
{
    int classes = (int)p->model->n_classes, terms = (int)p->n_terms;
    size_t n_weights = p->n_terms * p->model->n_classes;
    memcpy(p->plain, v, n_weights * sizeof *v);
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, terms, classes, 1,
                p->factor, terms, p->plain, classes);
    for (size_t j = 0; j < n_weights; j++)
        p->weight[j] = (float)p->plain[j];
}

static double objective(void *context, const double *x, double *gradient)
{
    struct problem *p = context;
    size_t n_classes = p->model->n_classes, n_weights = p->n_terms * n_classes, n_used = 0;
    double loss = 0, penalty = 0;
    struct message message;
    to_weights(p, x);
    memset(gradient, 0, n_weights * sizeof *gradient);
    workers_run(p->threads, p->n_blocks, block_gradient, p, &message); /* its task cannot fail */
    for (size_t b = 0; b < p->n_blocks; b++) {
        loss += p->block[b].loss;
        n_used += p->block[b].n_used;
        for (size_t j = 0; j < n_weights; j++)
            gradient[j] += p->block[b].gradient[j];
    }
    double n = (double)n_used, intercepts = 1e-8;
    for (size_t j = 0; j < n_weights; j++) {
        double ridge = j < n_weights - n_classes ? p->ridge : intercepts, w = p->plain[j];
        penalty += 0.5 * ridge * w * w;
        gradient[j] = gradient[j] / n + ridge * w;
    }
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)p->n_terms,
                (int)n_classes, 1, p->factor, (int)p->n_terms, gradient, (int)n_classes);
    return loss / n + penalty;
}

/* Mean -log p of the truth over the rows of one fold, by p->weight. */
static double fold_score(const struct problem *p, size_t fold)
{
    size_t n_classes = p->model->n_classes, n_used = 0;
    double loss = 0;
    for (size_t b = 0; b < p->n_blocks; b++) {
        block_logits(p, b);
        for (size_t i = 0; i < rows_of_block(p, b); i++) {
            size_t row = b * BLOCK_ROWS + i;
            const float *logit = p->block[b].logit + i * n_classes;
            double most = logit[0], sum = 0;
            if (p->fold[row] != fold)
                continue;
            for (size_t c = 1; c < n_classes; c++)
                most = fmax(most, logit[c]);
            for (size_t c = 0; c < n_classes; c++)
                sum += exponential(logit[c] - most);
            loss += most + log(sum) - logit[p->label[row]];
            n_used++;
        }
    }
    return n_used > 0 ? loss / (double)n_used : 0;
}

static int problem_workspace(struct problem *p, struct message *message)
{
    size_t n_classes = p->model->n_classes, n_weights = p->n_terms * n_classes;
    p->n_blocks = (p->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    p->factor = malloc((p->n_terms * p->n_terms + n_weights) * sizeof *p->factor);
    size_t n_block = BLOCK_ROWS * n_classes + n_weights;
    p->weight = malloc((n_weights + p->n_blocks * n_block) * sizeof *p->weight);
    p->block = calloc(p->n_blocks + 1, sizeof *p->block);
    if (p->factor == NULL || p->weight == NULL || p->block == NULL)
        return fail(message, STATUS_RUN, "out of memory for a logistic regression");
    p->plain = p->factor + p->n_terms * p->n_terms;
    for (size_t b = 0; b < p->n_blocks; b++) {
        p->block[b].logit = p->weight + n_weights + b * n_block;
        p->block[b].gradient = p->block[b].logit + BLOCK_ROWS * n_classes;
    }
    return STATUS_OK;
}

static void problem_free(struct problem *p)
{
    free(p->factor);
    free(p->weight);
    free(p->block);
}

/* L for the problem's ridge. The curvature is that of halfway sure answers. */
static int set_ridge(struct problem *p, double ridge, struct message *message)
{
    double curvature = 0.5 / (double)p->model->n_classes;
    size_t n = p->n_terms;
    p->ridge = ridge;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            p->factor[i * n + j] =
                curvature * p->moment[i * n + j] + (i == j ? ridge + ROUNDING : 0);
    gsl_matrix_view view = gsl_matrix_view_array(p->factor, n, n);
    return gsl_linalg_cholesky_decomp1(&view.matrix) == 0
               ? STATUS_OK
               : fail(message, STATUS_RUN, "a logistic regression of %zu products has no solution",
                      n);
}

/* v = L^T w, in place. */
static void from_weights(const struct problem *p, double *x)
{
    cblas_dtrmm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, (int)p->n_terms,
                (int)p->model->n_classes, 1, p->factor, (int)p->n_terms, x,
                (int)p->model->n_classes);
}

/* Moves the weights x to the optimum for `ridge`; p->weight ends up there too. */
static int minimise(struct problem *p, double ridge, double *x, size_t iterations,
                    struct message *message)
{
    size_t n_weights = p->n_terms * p->model->n_classes;
    int code = set_ridge(p, ridge, message);
    if (code != STATUS_OK)
        return code;
    from_weights(p, x);
    code = lbfgs_minimise(objective, p, x, n_weights, iterations, TOLERANCE, message);
    to_weights(p, x);
    memcpy(x, p->plain, n_weights * sizeof *x);
    return code;
}

/* Fits along the path of ridges without fold 0 and leaves the best fit in `best`. */
static int choose_ridge(const struct problem *shared, double *best, double *ridge,
                        struct message *message)
{
    struct problem p = *shared;
    size_t n_weights = p.n_terms * p.model->n_classes;
    double *x = calloc(n_weights, sizeof *x), lowest = INFINITY;
    int code = problem_workspace(&p, message);
    if (x == NULL)
        code = fail(message, STATUS_RUN, "out of memory for a logistic regression");
    p.fold_out = 0;
    for (size_t k = 0; k < RIDGES && code == STATUS_OK; k++) {
        code = minimise(&p, RIDGE[k], x, ITERATIONS_PATH, message);
        double score = code == STATUS_OK ? fold_score(&p, 0) : INFINITY;
        if (!(score < lowest))
            break;
        lowest = score;
        *ridge = RIDGE[k];
        memcpy(best, x, n_weights * sizeof *x);
    }
    problem_free(&p);
    free(x);
    return code;
}

static int fit_replica(void *state, size_t replica, struct message *message)
{
    struct logistic *model = state;
    struct problem p = *model->shared;
    size_t n_weights = p.n_terms * p.model->n_classes;
    double *weight = malloc(n_weights * sizeof *weight);
    model->weight[replica] = weight;
    if (weight == NULL)
        return fail(message, STATUS_RUN, "out of memory for a logistic regression");
    p.threads = 1; /* the replicas share the threads */
    p.fold_out = replica;
    int code = problem_workspace(&p, message);
    memcpy(weight, model->start, n_weights * sizeof *weight);
    if (code == STATUS_OK)
        code = minimise(&p, model->ridge, weight, ITERATIONS_REPLICA, message);
    problem_free(&p);
    return code;
}

/* Mean products of the products, lower triangle; block by block, because single precision does not
 * carry long sums. */
static int set_moments(const struct problem *p, double *moment)
{
    size_t n = p->n_terms;
    float *sum = malloc(n * n * sizeof *sum);
    if (sum == NULL)
        return STATUS_RUN;
    memset(moment, 0, n * n * sizeof *moment);
    for (size_t first = 0; first < p->n_rows; first += BLOCK_ROWS) {
        size_t rows = p->n_rows - first < BLOCK_ROWS ? p->n_rows - first : BLOCK_ROWS;
        cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)rows, 1,
                    p->product + first * n, (int)n, 0, sum, (int)n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                moment[i * n + j] += sum[i * n + j] / (double)p->n_rows;
    }
    free(sum);
    return STATUS_OK;
}

static size_t rows_to_use(const struct design *design, size_t n_terms)
{
    double rows = WORK_MAX / ((double)n_terms * (double)design->n_classes);
    return rows < (double)design->n_rows ? (size_t)rows : design->n_rows;
}

/* The design's rows are in random order, so the first ones are a fair sample. */
static float *products_of(const struct logistic *model, const struct design *design, size_t n_rows)
{
    size_t n_terms = model->features.n + 1;
    float *product = malloc(n_rows * n_terms * sizeof *product);
    for (size_t i = 0; product != NULL && i < n_rows; i++) {
        features_row(&model->features, design->x + i * design->n_inputs, product + i * n_terms);
        product[i * n_terms + n_terms - 1] = 1;
    }
    return product;
}

/* Products, their moments and the ridge. */
static int start_fit(struct logistic *model, const struct design *design, unsigned threads,
                     struct message *message)
{
    struct problem *shared = calloc(1, sizeof *shared);
    model->shared = shared;
    if (shared == NULL)
        return fail(message, STATUS_RUN, "out of memory for a logistic regression");
    size_t n = model->features.n + 1;
    *shared = (struct problem){.model = model,
                               .n_rows = rows_to_use(design, n),
                               .n_terms = n,
                               .label = design->label,
                               .fold = design->fold,
                               .threads = threads};
    shared->product = products_of(model, design, shared->n_rows);
    shared->moment = malloc(n * n * sizeof *shared->moment);
    model->start = calloc(n * model->n_classes, sizeof *model->start);
    if (shared->product == NULL || shared->moment == NULL || model->start == NULL ||
        set_moments(shared, shared->moment) != STATUS_OK)
        return fail(message, STATUS_RUN, "out of memory for %zu rows of products", shared->n_rows);
    return choose_ridge(shared, model->start, &model->ridge, message);
}

static void free_start(struct logistic *model)
{
    if (model->shared != NULL) {
        free(model->shared->product);
        free(model->shared->moment);
    }
    free(model->shared);
    free(model->start);
    model->shared = NULL;
    model->start = NULL;
}

static int logistic_begin(void **state, const struct design *design,
                          const struct member_settings *settings, struct member_work *work,
                          struct message *message)
{
    struct logistic *model = calloc(1, sizeof *model);
    struct design sample = *design;
    *state = model;
    if (model == NULL)
        return fail(message, STATUS_RUN, "out of memory for a logistic regression");
    model->n_classes = design->n_classes;
    size_t n_max = design->n_rows / 20 < FEATURES_MAX ? design->n_rows / 20 : FEATURES_MAX;
    sample.n_rows = rows_to_use(design, n_max);
    int code = features_init(&model->features, &sample, n_max, message);
    if (code == STATUS_OK)
        code = start_fit(model, design, settings->threads, message);
    if (code == STATUS_OK)
        *work = (struct member_work){.n_tasks = REPLICAS,
                                     .cost_ns = 2.0 * (double)model->shared->n_rows *
                                                (double)model->shared->n_terms *
                                                (double)model->n_classes};
    return code;
}

static int logistic_end(void *state, struct message *message)
{
    (void)message;
    free_start(state);
    return STATUS_OK;
}

static void add_logits(const struct logistic *model, size_t replica, const float *product,
                       double *out)
{
    size_t n_classes = model->n_classes, n = model->features.n;
    const double *weight = model->weight[replica];
    for (size_t c = 0; c < n_classes; c++)
        out[c] += weight[n * n_classes + c];
    for (size_t j = 0; j < n; j++)
        for (size_t c = 0; c < n_classes; c++)
            out[c] += product[j] * weight[j * n_classes + c];
}

static int logistic_predict(const void *state, const double *x, size_t n, size_t replica,
                            double *out, struct message *message)
{
    const struct logistic *model = state;
    size_t n_classes = model->n_classes;
    float *product = malloc((model->features.n + 1) * sizeof *product);
    if (product == NULL)
        return fail(message, STATUS_RUN, "out of memory for a prediction");
    for (size_t i = 0; i < n; i++) {
        double *row = out + i * n_classes;
        features_row(&model->features, x + i * model->features.n_inputs, product);
        for (size_t c = 0; c < n_classes; c++)
            row[c] = 0;
        for (size_t r = 0; r < REPLICAS; r++)
            if (replica == REPLICA_ALL || replica == r)
                add_logits(model, r, product, row);
        for (size_t c = 0; c < n_classes && replica == REPLICA_ALL; c++)
            row[c] /= REPLICAS;
        log_softmax(row, n_classes);
    }
    free(product);
    return STATUS_OK;
}

static void logistic_free(void *state)
{
    struct logistic *model = state;
    if (model == NULL)
        return;
    for (size_t r = 0; r < REPLICAS; r++)
        free(model->weight[r]);
    features_free(&model->features);
    free_start(model);
    free(model);
}

const struct member_kind member_logistic = {
    .name = "logistic",
    .summary = "multinomial logistic regression on products to degree 3, with ridge",
    .begin = logistic_begin,
    .task = fit_replica,
    .end = logistic_end,
    .predict = logistic_predict,
    .free = logistic_free,
};
