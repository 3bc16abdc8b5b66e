/* Nearest neighbours: the plain check beside the cleverer members. The share of each class among
 * the NEIGHBOURS nearest rows, in prepared statistics with Euclidean distance. At most ROWS_MAX
 * rows are kept: its error falls slowly with more. */
#include "analysis/infer/members.h"

#include <gsl/gsl_cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEIGHBOURS = 50, ROWS_MAX = 10000, QUERIES = 32 };

struct neighbours {
    size_t n_rows, n_inputs, stride, n_classes, n_near;
    float *x;      /* [row][base input] */
    float *square; /* squared length of each row */
    uint16_t *label;
    uint8_t *fold;
    double *share; /* of each class among the rows: what an answer without neighbours would be */
};

static int neighbours_begin(void **state, const struct design *design,
                            const struct member_settings *settings, struct member_work *work,
                            struct message *message)
{
    struct neighbours *self = calloc(1, sizeof *self);
    (void)settings;
    (void)work; /* nothing is left to do */
    *state = self;
    if (self == NULL)
        return fail(message, STATUS_RUN, "out of memory for nearest neighbours");
    size_t n = design->n_rows < ROWS_MAX ? design->n_rows : ROWS_MAX, d = design->n_base;
    self->n_rows = n;
    self->n_inputs = d;
    self->stride = design->n_inputs;
    self->n_classes = design->n_classes;
    self->n_near = n / 10 < NEIGHBOURS ? n / 10 + 1 : NEIGHBOURS;
    self->x = malloc((n * d + 1) * sizeof *self->x);
    self->square = calloc(n + 1, sizeof *self->square);
    self->label = malloc((n + 1) * sizeof *self->label);
    self->fold = malloc(n + 1);
    self->share = calloc(design->n_classes + 1, sizeof *self->share);
    if (self->x == NULL || self->square == NULL || self->label == NULL || self->fold == NULL ||
        self->share == NULL)
        return fail(message, STATUS_RUN, "out of memory for nearest neighbours");
    memcpy(self->label, design->label, n * sizeof *self->label);
    memcpy(self->fold, design->fold, n);
    for (size_t i = 0; i < design->n_rows; i++)
        self->share[design->label[i]] += 1 / (double)design->n_rows;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            float v = (float)design->x[i * design->n_inputs + j];
            self->x[i * d + j] = v;
            self->square[i] += v * v;
        }
    return STATUS_OK;
}

/* The nearest rows so far: a heap with the farthest of them on top. */
struct nearest {
    size_t n;
    float distance[NEIGHBOURS];
    uint16_t label[NEIGHBOURS];
};

static void sift_down(struct nearest *heap, float distance, uint16_t label)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->n)
            break;
        if (child + 1 < heap->n && heap->distance[child + 1] > heap->distance[child])
            child++;
        if (heap->distance[child] <= distance)
            break;
        heap->distance[at] = heap->distance[child];
        heap->label[at] = heap->label[child];
        at = child;
    }
    heap->distance[at] = distance;
    heap->label[at] = label;
}

static void sift_up(struct nearest *heap, float distance, uint16_t label)
{
    size_t at = heap->n++;
    while (at > 0 && heap->distance[(at - 1) / 2] < distance) {
        heap->distance[at] = heap->distance[(at - 1) / 2];
        heap->label[at] = heap->label[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->distance[at] = distance;
    heap->label[at] = label;
}

/* distance: squared distances to all rows, up to the query's own length. One pseudo-count, spread
 * by the shares, keeps every probability above zero. */
static void answer(const struct neighbours *self, const float *distance, size_t replica,
                   double *out)
{
    struct nearest heap = {.n = 0};
    for (size_t i = 0; i < self->n_rows; i++) {
        if (self->fold[i] == replica)
            continue;
        if (heap.n < self->n_near)
            sift_up(&heap, distance[i], self->label[i]);
        else if (distance[i] < heap.distance[0])
            sift_down(&heap, distance[i], self->label[i]);
    }
    for (size_t c = 0; c < self->n_classes; c++)
        out[c] = self->share[c];
    for (size_t k = 0; k < heap.n; k++)
        out[heap.label[k]] += 1;
    for (size_t c = 0; c < self->n_classes; c++)
        out[c] = log(out[c] / ((double)heap.n + 1));
}

static int neighbours_predict(const void *state, const double *x, size_t n, size_t replica,
                              double *out, struct message *message)
{
    const struct neighbours *self = state;
    size_t d = self->n_inputs;
    float *query = malloc((QUERIES * (d + self->n_rows) + 1) * sizeof *query);
    if (query == NULL)
        return fail(message, STATUS_RUN, "out of memory for a prediction");
    float *distance = query + QUERIES * d;
    for (size_t first = 0; first < n; first += QUERIES) {
        size_t rows = n - first < QUERIES ? n - first : QUERIES;
        for (size_t i = 0; i < rows; i++) {
            for (size_t j = 0; j < d; j++)
                query[i * d + j] = (float)x[(first + i) * self->stride + j];
            memcpy(distance + i * self->n_rows, self->square, self->n_rows * sizeof *distance);
        }
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)self->n_rows, (int)d,
                    -2, query, (int)d, self->x, (int)d, 1, distance, (int)self->n_rows);
        for (size_t i = 0; i < rows; i++)
            answer(self, distance + i * self->n_rows, replica, out + (first + i) * self->n_classes);
    }
    free(query);
    return STATUS_OK;
}

static void neighbours_free(void *state)
{
    struct neighbours *self = state;
    if (self == NULL)
        return;
    free(self->x);
    free(self->square);
    free(self->label);
    free(self->fold);
    free(self->share);
    free(self);
}

const struct member_kind member_neighbours = {
    .name = "neighbours",
    .summary = "the 50 nearest rows, as a plain check",
    .begin = neighbours_begin,
    .predict = neighbours_predict,
    .free = neighbours_free,
};
