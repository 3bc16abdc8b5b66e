/* Multinomial logistic regression on products of the inputs, with ridge.
 *
 * The ridge is chosen by the log score of fold 0, which the path of fits does not see; each replica
 * is then fitted without its own fold, from the chosen fit as a start. Matrix work is in single
 * precision: the objective needs no more than the gradient's stopping tolerance, and it halves the
 * memory traffic.
 */
#include "analysis/infer/features.h"
#include "analysis/infer/generator.h"
#include "analysis/infer/lbfgs.h"
#include "analysis/infer/members.h"
#include "analysis/infer/workers.h"

#include <gsl/gsl_cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_ROWS = 2048, ITERATIONS_PATH = 80, ITERATIONS_REPLICA = 60, RIDGES = 6 };

/* Per row of the fit; strong to weak, so that each fit starts from a smoother one. */
static const double RIDGE[RIDGES] = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};

static const size_t FEATURES_MAX = 400;
static const double WORK_MAX = 1e8; /* rows x features x classes */

struct logistic {
    struct features features;
    size_t n_classes;
    double ridge;
    double *weight[REPLICAS]; /* (n features + 1) x n_classes each, the intercept last */
};

/* The rows as single-precision products, each with a column of ones at the end. */
struct problem {
    const struct logistic *model;
    size_t n_rows, n_terms; /* n_terms = features + 1 */
    const float *product;
    const uint16_t *label;
    const uint8_t *fold;
    size_t fold_out; /* rows of this fold do not count */
    double ridge;
    float *logit, *weight, *gradient; /* BLOCK_ROWS x C, n_terms x C, n_terms x C */
};

/* Turns a block of logits into residuals p - y (zero for left-out rows) and returns the sum of -log
 * p of the truth. */
static double residuals(struct problem *p, size_t first, size_t n, size_t *n_used)
{
    size_t n_classes = p->model->n_classes;
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        float *logit = p->logit + i * n_classes;
        if (p->fold[first + i] == p->fold_out) {
            memset(logit, 0, n_classes * sizeof *logit);
            continue;
        }
        double most = logit[0], sum = 0;
        for (size_t c = 1; c < n_classes; c++)
            most = fmax(most, logit[c]);
        double truth = logit[p->label[first + i]];
        for (size_t c = 0; c < n_classes; c++) {
            logit[c] = expf(logit[c] - (float)most);
            sum += logit[c];
        }
        loss += most + log(sum) - truth;
        float inverse = (float)(1 / sum);
        for (size_t c = 0; c < n_classes; c++)
            logit[c] *= inverse;
        logit[p->label[first + i]] -= 1;
        ++*n_used;
    }
    return loss;
}

static void block_logits(struct problem *p, size_t first, size_t n)
{
    int classes = (int)p->model->n_classes, terms = (int)p->n_terms;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, classes, terms, 1,
                p->product + first * p->n_terms, terms, p->weight, classes, 0, p->logit, classes);
}

static double objective(void *context, const double *x, double *gradient)
{
    struct problem *p = context;
    size_t n_classes = p->model->n_classes, n_weights = p->n_terms * n_classes, n_used = 0;
    double loss = 0, penalty = 0;
    for (size_t j = 0; j < n_weights; j++) {
        p->weight[j] = (float)x[j];
        gradient[j] = 0;
    }
    for (size_t first = 0; first < p->n_rows; first += BLOCK_ROWS) {
        size_t n = p->n_rows - first < BLOCK_ROWS ? p->n_rows - first : BLOCK_ROWS;
        block_logits(p, first, n);
        loss += residuals(p, first, n, &n_used);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)p->n_terms, (int)n_classes,
                    (int)n, 1, p->product + first * p->n_terms, (int)p->n_terms, p->logit,
                    (int)n_classes, 0, p->gradient, (int)n_classes);
        for (size_t j = 0; j < n_weights; j++)
            gradient[j] += p->gradient[j];
    }
    double n = (double)n_used, intercepts = 1e-8;
    for (size_t j = 0; j < n_weights; j++) {
        double ridge = j < n_weights - n_classes ? p->ridge : intercepts;
        penalty += 0.5 * ridge * x[j] * x[j];
        gradient[j] = gradient[j] / n + ridge * x[j];
    }
    return loss / n + penalty;
}

/* Mean -log p of the truth over the rows of one fold. */
static double fold_score(struct problem *p, const double *x, size_t fold)
{
    size_t n_classes = p->model->n_classes, n_used = 0, skip = p->fold_out;
    double loss = 0;
    for (size_t j = 0; j < p->n_terms * n_classes; j++)
        p->weight[j] = (float)x[j];
    for (size_t first = 0; first < p->n_rows; first += BLOCK_ROWS) {
        size_t n = p->n_rows - first < BLOCK_ROWS ? p->n_rows - first : BLOCK_ROWS;
        block_logits(p, first, n);
        p->fold_out = REPLICAS;
        for (size_t i = 0; i < n; i++) {
            if (p->fold[first + i] != fold)
                continue;
            double row[1];
            float *logit = p->logit + i * n_classes;
            double most = logit[0], sum = 0;
            for (size_t c = 1; c < n_classes; c++)
                most = fmax(most, logit[c]);
            for (size_t c = 0; c < n_classes; c++)
                sum += exp(logit[c] - most);
            row[0] = most + log(sum) - logit[p->label[first + i]];
            loss += row[0];
            n_used++;
        }
    }
    p->fold_out = skip;
    return n_used > 0 ? loss / (double)n_used : 0;
}

static int problem_workspace(struct problem *p, struct message *message)
{
    size_t n_classes = p->model->n_classes;
    p->logit = malloc((BLOCK_ROWS + 2 * p->n_terms) * n_classes * sizeof *p->logit);
    if (p->logit == NULL)
        return fail(message, STATUS_RUN, "out of memory for a logistic regression");
    p->weight = p->logit + BLOCK_ROWS * n_classes;
    p->gradient = p->weight + p->n_terms * n_classes;
    return STATUS_OK;
}

/* Fits along the path of ridges without fold 0 and leaves the best fit in `best`. */
static int choose_ridge(struct problem *p, double *best, double *ridge, struct message *message)
{
    size_t n_weights = p->n_terms * p->model->n_classes;
    double *x = calloc(n_weights, sizeof *x), lowest = INFINITY;
    int code = x == NULL ? fail(message, STATUS_RUN, "out of memory for a logistic regression")
                         : problem_workspace(p, message);
    for (size_t k = 0; k < RIDGES && code == STATUS_OK; k++) {
        p->ridge = RIDGE[k];
        p->fold_out = 0;
        code = lbfgs_minimise(objective, p, x, n_weights, ITERATIONS_PATH, 1e-5, message);
        double score = fold_score(p, x, 0);
        if (code != STATUS_OK || !(score < lowest))
            break;
        lowest = score;
        *ridge = RIDGE[k];
        memcpy(best, x, n_weights * sizeof *x);
    }
    free(p->logit);
    free(x);
    return code;
}

struct replica_job {
    const struct problem *shared;
    struct logistic *model;
    const double *start;
};

static int fit_replica(void *context, size_t replica, struct message *message)
{
    struct replica_job *job = context;
    struct problem p = *job->shared;
    size_t n_weights = p.n_terms * p.model->n_classes;
    double *weight = malloc(n_weights * sizeof *weight);
    job->model->weight[replica] = weight;
    if (weight == NULL)
        return fail(message, STATUS_RUN, "out of memory for a logistic regression");
    int code = problem_workspace(&p, message);
    if (code != STATUS_OK)
        return code;
    memcpy(weight, job->start, n_weights * sizeof *weight);
    p.ridge = job->model->ridge;
    p.fold_out = replica;
    code = lbfgs_minimise(objective, &p, weight, n_weights, ITERATIONS_REPLICA, 1e-5, message);
    free(p.logit);
    return code;
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

static int logistic_fit(void **state, const struct design *design,
                        const struct member_settings *settings, struct message *message)
{
    struct logistic *model = calloc(1, sizeof *model);
    *state = model;
    if (model == NULL)
        return fail(message, STATUS_RUN, "out of memory for a logistic regression");
    model->n_classes = design->n_classes;
    size_t n_max = design->n_rows / 20;
    int code = features_init(&model->features, design, n_max < FEATURES_MAX ? n_max : FEATURES_MAX,
                             message);
    if (code != STATUS_OK)
        return code;
    size_t n_terms = model->features.n + 1, n_rows = rows_to_use(design, n_terms);
    float *product = products_of(model, design, n_rows);
    double *start = calloc(n_terms * design->n_classes, sizeof *start);
    struct problem shared = {.model = model,
                             .n_rows = n_rows,
                             .n_terms = n_terms,
                             .product = product,
                             .label = design->label,
                             .fold = design->fold};
    struct replica_job job = {.shared = &shared, .model = model, .start = start};
    if (product == NULL || start == NULL)
        code = fail(message, STATUS_RUN, "out of memory for %zu rows of products", n_rows);
    else
        code = choose_ridge(&shared, start, &model->ridge, message);
    if (code == STATUS_OK)
        code = workers_run(settings->threads, REPLICAS, fit_replica, &job, message);
    free(start);
    free(product);
    return code;
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
    free(model);
}

const struct member_kind member_logistic = {
    .name = "logistic",
    .summary = "multinomial logistic regression on products to degree 3, with ridge",
    .fit = logistic_fit,
    .predict = logistic_predict,
    .free = logistic_free,
};
