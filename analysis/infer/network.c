/* An ensemble of small multi-layer perceptrons: two hidden layers, cross-entropy, Adam (Kingma and
 * Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019) and a cosine schedule; the
 * answer is the mean of the logits.
 *
 * Everything is in single precision through CBLAS with one thread, and each network draws from its
 * own generator, so the bytes do not depend on the number of threads.
 */
#include "analysis/infer/exponential.h"
#include "analysis/infer/generator.h"
#include "analysis/infer/members.h"
#include "analysis/infer/vector.h"
#include "analysis/infer/workers.h"

#include <gsl/gsl_cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* vector loops; the same bytes, five times faster than -O2 of gcc 12   \
                            */
#endif

enum {
    HIDDEN = 64,
    LAYERS = 3,
    BATCH_MIN = 16,
    BATCH_MAX = 256,
    PREDICT_ROWS = 256,
    EPOCHS_MIN = 7,
    EPOCHS_MAX = 80
};
static const double EPOCHS_USUAL = 50, ROWS_USUAL = 7000;

static const double RATE_HIGHEST = 1.6e-2;
/* Decay of the weights at ROWS_PER_CLASS_USUAL rows per class. Like any prior it counts less
 * against more rows; and of those there are fewer passes, so less yet. */
static const double WEIGHT_DECAY = 0.2, DECAY_MIN = 0.01, DECAY_MAX = 0.4;
/* Parameters x rows x epochs of one network, beyond which the ensemble is as small as may be. */
static const double WORK_MAX = 1e10;
static const double ROWS_PER_CLASS_USUAL = 3500;

/* One layer: outputs = inputs x weight + bias; weight is n_in x n_out, the bias follows it. */
struct layer {
    int n_in, n_out;
    size_t offset; /* in the network's parameters */
};

struct ensemble {
    size_t n_inputs, n_classes, n_networks, n_parameters;
    struct layer layer[LAYERS];
    float **parameter;           /* per network */
    const struct design *design; /* these three only while it is fitted */
    float *x;
    uint64_t seed;
};

/* What one network needs while it learns. */
struct training {
    const struct ensemble *shape;
    const struct design *design;
    const float *x;
    float *parameter, *gradient, *moment, *square;
    float *input;         /* BATCH_MAX x n_inputs */
    float *value[LAYERS]; /* outputs of each layer, after the activation */
    float *slope[LAYERS]; /* derivative of the loss by them */
    uint16_t label[BATCH_MAX];
    double decay;
    struct generator generator;
};

static void set_shape(struct ensemble *self)
{
    const size_t width[LAYERS + 1] = {self->n_inputs, HIDDEN, HIDDEN, self->n_classes};
    for (size_t k = 0; k < LAYERS; k++) {
        self->layer[k].n_in = (int)width[k];
        self->layer[k].n_out = (int)width[k + 1];
        self->layer[k].offset = self->n_parameters;
        self->n_parameters += (width[k] + 1) * width[k + 1];
    }
}

/* He and others (2015): variance 2 / n_in for rectified inputs; the last layer starts small, so
 * that the first answer is the class shares. */
static void start_weights(struct training *t)
{
    for (size_t k = 0; k < LAYERS; k++) {
        const struct layer *layer = &t->shape->layer[k];
        size_t n = (size_t)layer->n_in * (size_t)layer->n_out;
        double deviation = sqrt((k == 0 ? 1.0 : 2.0) / layer->n_in) * (k == LAYERS - 1 ? 0.1 : 1);
        for (size_t i = 0; i < n; i++)
            t->parameter[layer->offset + i] = (float)(deviation * generator_normal(&t->generator));
        for (size_t i = 0; i < (size_t)layer->n_out; i++)
            t->parameter[layer->offset + n + i] = 0;
    }
}

FOR_EVERY_PROCESSOR
static void rectify(float *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        value[i] = value[i] > 0 ? value[i] : 0;
}

/* The slopes of rectified values: none where the value is 0. */
FOR_EVERY_PROCESSOR
static void rectify_slopes(float *slope, const float *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        slope[i] = value[i] > 0 ? slope[i] : 0;
}

FOR_EVERY_PROCESSOR
static void sum_columns(const float *rows, size_t n_rows, size_t n_columns, float *sum)
{
    memset(sum, 0, n_columns * sizeof *sum);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < n_columns; j++)
            sum[j] += rows[i * n_columns + j];
}

/* out = in x weight + bias, rectified unless it is the last layer. */
static void forward_layer(const struct layer *layer, const float *parameter, const float *in, int n,
                          int is_last, float *out)
{
    const float *weight = parameter + layer->offset;
    const float *bias = weight + (size_t)layer->n_in * (size_t)layer->n_out;
    size_t n_out = (size_t)layer->n_out;
    for (size_t i = 0; i < (size_t)n; i++)
        memcpy(out + i * n_out, bias, n_out * sizeof *out);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, layer->n_out, layer->n_in, 1, in,
                layer->n_in, weight, layer->n_out, 1, out, layer->n_out);
    if (!is_last)
        rectify(out, (size_t)n * n_out);
}

/* Turns the logits of a batch into the derivative of the mean cross-entropy by them. */
FOR_EVERY_PROCESSOR
static void output_slopes(struct training *t, size_t n)
{
    size_t n_classes = t->shape->n_classes;
    float *slopes = t->slope[LAYERS - 1];
    for (size_t i = 0; i < n; i++) {
        const float *logit = t->value[LAYERS - 1] + i * n_classes;
        float most = logit[0];
        for (size_t c = 1; c < n_classes; c++)
            most = logit[c] > most ? logit[c] : most;
        for (size_t c = 0; c < n_classes; c++)
            slopes[i * n_classes + c] = logit[c] - most;
    }
    for (size_t j = 0; j < n * n_classes; j++)
        slopes[j] = exponential_single(slopes[j]);
    for (size_t i = 0; i < n; i++) {
        float *slope = slopes + i * n_classes, sum = 0;
        for (size_t c = 0; c < n_classes; c++)
            sum += slope[c];
        const float scale = 1 / (sum * (float)n);
        for (size_t c = 0; c < n_classes; c++)
            slope[c] *= scale;
        slope[t->label[i]] -= 1 / (float)n;
    }
}

static void backward(struct training *t, int n)
{
    for (size_t k = LAYERS; k-- > 0;) {
        const struct layer *layer = &t->shape->layer[k];
        const float *in = k == 0 ? t->input : t->value[k - 1];
        float *gradient = t->gradient + layer->offset, *slope = t->slope[k];
        size_t n_out = (size_t)layer->n_out;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, layer->n_in, layer->n_out, n, 1, in,
                    layer->n_in, slope, layer->n_out, 0, gradient, layer->n_out);
        float *bias = gradient + (size_t)layer->n_in * n_out;
        sum_columns(slope, (size_t)n, n_out, bias);
        if (k == 0)
            break;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, layer->n_in, layer->n_out, 1, slope,
                    layer->n_out, t->parameter + layer->offset, layer->n_out, 0, t->slope[k - 1],
                    layer->n_in);
        rectify_slopes(t->slope[k - 1], t->value[k - 1], (size_t)n * (size_t)layer->n_in);
    }
}

FOR_EVERY_PROCESSOR
static void adam_step(struct training *t, double rate, size_t step)
{
    const float beta1 = 0.9f, beta2 = 0.999f;
    float correct =
        (float)(rate * sqrt(1 - pow(0.999, (double)step)) / (1 - pow(0.9, (double)step)));
    float keep = (float)(1 - rate * t->decay);
    for (size_t i = 0; i < t->shape->n_parameters; i++) {
        float g = t->gradient[i];
        t->moment[i] = beta1 * t->moment[i] + (1 - beta1) * g;
        t->square[i] = beta2 * t->square[i] + (1 - beta2) * g * g;
        t->parameter[i] =
            keep * t->parameter[i] - correct * t->moment[i] / (sqrtf(t->square[i]) + 1e-8f);
    }
}

static void train_batch(struct training *t, const uint32_t *row, size_t n, double rate, size_t step)
{
    size_t d = t->shape->n_inputs;
    for (size_t i = 0; i < n; i++) {
        memcpy(t->input + i * d, t->x + row[i] * d, d * sizeof *t->input);
        t->label[i] = t->design->label[row[i]];
    }
    const float *in = t->input;
    for (size_t k = 0; k < LAYERS; k++) {
        forward_layer(&t->shape->layer[k], t->parameter, in, (int)n, k == LAYERS - 1, t->value[k]);
        in = t->value[k];
    }
    output_slopes(t, n);
    backward(t, (int)n);
    adam_step(t, rate, step);
}

/* More rows need fewer passes: about the square root of the work stays. */
static size_t epochs_for(size_t n_rows)
{
    double epochs = EPOCHS_USUAL * sqrt(ROWS_USUAL / (double)n_rows);
    return epochs < EPOCHS_MIN ? EPOCHS_MIN : epochs > EPOCHS_MAX ? EPOCHS_MAX : (size_t)epochs;
}

static double decay_for(double rows_per_class)
{
    double scale = ROWS_PER_CLASS_USUAL / rows_per_class;
    return fmin(fmax(WEIGHT_DECAY * scale * fmin(1, sqrt(scale)), DECAY_MIN), DECAY_MAX);
}

/* Few rows need small batches, or there are too few steps. */
static size_t batch_for(size_t n_rows)
{
    size_t batch = n_rows / 24;
    return batch < BATCH_MIN ? BATCH_MIN : batch > BATCH_MAX ? BATCH_MAX : batch;
}

static void train(struct training *t, uint32_t *row, size_t n)
{
    size_t epochs = epochs_for(n), batch = batch_for(n), batches = (n + batch - 1) / batch;
    size_t step = 0;
    for (size_t epoch = 0; epoch < epochs; epoch++) {
        generator_shuffle(&t->generator, row, n);
        for (size_t first = 0; first < n; first += batch) {
            double done = (double)step / (double)(epochs * batches);
            double warm = fmin(1, done * 20);
            double rate = RATE_HIGHEST * warm * 0.5 * (1 + cos(M_PI * done));
            train_batch(t, row + first, n - first < batch ? n - first : batch, rate, ++step);
        }
    }
}

static int training_init(struct training *t, uint32_t **row)
{
    size_t n = t->shape->n_parameters, d = t->shape->n_inputs, at = 0;
    size_t widths = 2 * HIDDEN + t->shape->n_classes;
    float *store = calloc(3 * n + BATCH_MAX * (d + 2 * widths), sizeof *store);
    *row = malloc((t->design->n_rows + 1) * sizeof **row);
    t->gradient = store;
    if (store == NULL || *row == NULL)
        return STATUS_RUN;
    t->moment = store + n;
    t->square = store + 2 * n;
    t->input = store + 3 * n;
    at = 3 * n + BATCH_MAX * d;
    for (size_t k = 0; k < LAYERS; k++) {
        size_t size = BATCH_MAX * (size_t)t->shape->layer[k].n_out;
        t->value[k] = store + at;
        t->slope[k] = store + at + size;
        at += 2 * size;
    }
    return STATUS_OK;
}

static int fit_network(void *state, size_t index, struct message *message)
{
    struct ensemble *self = state;
    const struct design *design = self->design;
    struct training t = {.shape = self, .design = design, .x = self->x};
    uint32_t *row = NULL;
    size_t n = 0;
    t.parameter = calloc(self->n_parameters, sizeof(float));
    self->parameter[index] = t.parameter;
    int code = training_init(&t, &row);
    if (t.parameter == NULL || code != STATUS_OK) {
        code = fail(message, STATUS_RUN, "out of memory for a network");
    } else {
        generator_init(&t.generator, self->seed, GENERATOR_NETWORK, index);
        for (size_t i = 0; i < design->n_rows; i++)
            if (design->fold[i] != index % REPLICAS)
                row[n++] = (uint32_t)i;
        t.decay = decay_for((double)n / (double)self->n_classes);
        start_weights(&t);
        train(&t, row, n);
    }
    free(t.gradient);
    free(row);
    return code;
}

static int network_begin(void **state, const struct design *design,
                         const struct member_settings *settings, struct member_work *work,
                         struct message *message)
{
    struct ensemble *self = calloc(1, sizeof *self);
    *state = self;
    if (self == NULL)
        return fail(message, STATUS_RUN, "out of memory for the networks");
    self->n_inputs = design->n_inputs;
    self->n_classes = design->n_classes;
    self->design = design;
    self->seed = settings->seed;
    set_shape(self);
    self->n_networks = (settings->networks + REPLICAS - 1) / REPLICAS * REPLICAS;
    double operations = (double)design->n_rows * (double)self->n_parameters *
                        (double)epochs_for(design->n_rows * (REPLICAS - 1) / REPLICAS);
    if (operations > WORK_MAX)
        self->n_networks = REPLICAS;
    size_t n = design->n_rows * design->n_inputs;
    self->x = malloc((n + 1) * sizeof *self->x);
    self->parameter = calloc(self->n_networks + 1, sizeof *self->parameter);
    if (self->x == NULL || self->parameter == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu rows", design->n_rows);
    for (size_t i = 0; i < n; i++)
        self->x[i] = (float)design->x[i];
    *work = (struct member_work){.n_tasks = self->n_networks, .cost_ns = 0.1 * operations};
    return STATUS_OK;
}

static int network_end(void *state, struct message *message)
{
    struct ensemble *self = state;
    (void)message;
    free(self->x);
    self->x = NULL;
    self->design = NULL;
    return STATUS_OK;
}

static void add_log_probabilities(const struct ensemble *self, float *logit, size_t n, double *row,
                                  double *out)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < self->n_classes; c++)
            row[c] = logit[i * self->n_classes + c];
        log_softmax(row, self->n_classes);
        for (size_t c = 0; c < self->n_classes; c++)
            out[i * self->n_classes + c] += row[c];
    }
}

/* At most PREDICT_ROWS rows. */
static void predict_rows(const struct ensemble *self, const float *x, size_t n, size_t replica,
                         float *work, double *row, double *out)
{
    float *value[LAYERS] = {work, work + PREDICT_ROWS * HIDDEN, work + 2 * PREDICT_ROWS * HIDDEN};
    for (size_t i = 0; i < n * self->n_classes; i++)
        out[i] = 0;
    for (size_t k = 0; k < self->n_networks; k++) {
        if (replica != REPLICA_ALL && k % REPLICAS != replica)
            continue;
        const float *in = x;
        for (size_t l = 0; l < LAYERS; l++) {
            forward_layer(&self->layer[l], self->parameter[k], in, (int)n, l == LAYERS - 1,
                          value[l]);
            in = value[l];
        }
        add_log_probabilities(self, value[LAYERS - 1], n, row, out);
    }
    double share = (replica == REPLICA_ALL ? 1.0 : REPLICAS) / (double)self->n_networks;
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < self->n_classes; c++)
            out[i * self->n_classes + c] *= share;
        log_softmax(out + i * self->n_classes, self->n_classes);
    }
}

static int network_predict(const void *state, const double *x, size_t n, size_t replica,
                           double *out, struct message *message)
{
    const struct ensemble *self = state;
    size_t d = self->n_inputs, n_block = n < PREDICT_ROWS ? n : PREDICT_ROWS;
    float *work =
        malloc((n_block * d + PREDICT_ROWS * (2 * HIDDEN + self->n_classes)) * sizeof *work);
    double *row = malloc(self->n_classes * sizeof *row);
    int code = work != NULL && row != NULL
                   ? STATUS_OK
                   : fail(message, STATUS_RUN, "out of memory for a prediction");
    for (size_t first = 0; first < n && code == STATUS_OK; first += PREDICT_ROWS) {
        size_t rows = n - first < PREDICT_ROWS ? n - first : PREDICT_ROWS;
        for (size_t i = 0; i < rows * d; i++)
            work[i] = (float)x[first * d + i];
        predict_rows(self, work, rows, replica, work + n_block * d, row,
                     out + first * self->n_classes);
    }
    free(work);
    free(row);
    return code;
}

static void network_free(void *state)
{
    struct ensemble *self = state;
    if (self == NULL)
        return;
    for (size_t k = 0; self->parameter != NULL && k < self->n_networks; k++)
        free(self->parameter[k]);
    free(self->parameter);
    free(self->x);
    free(self);
}

const struct member_kind member_network = {
    .name = "network",
    .summary = "ensemble of perceptrons with two hidden layers of 64, mean of the logits",
    .begin = network_begin,
    .task = fit_network,
    .end = network_end,
    .predict = network_predict,
    .free = network_free,
};
