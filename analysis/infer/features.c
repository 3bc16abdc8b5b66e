#include "analysis/infer/features.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
    double worth;
    uint16_t input;
};

/* Share of the variance of a column, or of its square, that lies between the classes. */
static double between_share(const struct design *design, size_t input, int squared, double *sum,
                            double *count)
{
    double total = 0, square = 0, between = 0;
    for (size_t c = 0; c < design->n_classes; c++)
        sum[c] = count[c] = 0;
    for (size_t i = 0; i < design->n_rows; i++) {
        double x = design->x[i * design->n_inputs + input];
        double v = squared ? x * x : x;
        sum[design->label[i]] += v;
        count[design->label[i]] += 1;
        total += v;
        square += v * v;
    }
    double n = (double)design->n_rows;
    double variance = square / n - total / n * (total / n);
    for (size_t c = 0; c < design->n_classes; c++)
        if (count[c] > 0) {
            double shift = sum[c] / count[c] - total / n;
            between += count[c] / n * shift * shift;
        }
    return variance > 1e-12 ? between / variance : 0;
}

/* The axes come first, then the inputs by how much of their variance (or of their square's) lies
 * between classes. */
static int worth_descending(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->worth != b->worth)
        return a->worth > b->worth ? -1 : 1;
    return (int)a->input - (int)b->input;
}

static int rank_inputs(const struct design *design, struct ranked *order)
{
    double *work = malloc(2 * design->n_classes * sizeof *work);
    if (work == NULL)
        return STATUS_RUN;
    for (size_t j = 0; j < design->n_inputs; j++) {
        double linear = between_share(design, j, 0, work, work + design->n_classes);
        double square = between_share(design, j, 1, work, work + design->n_classes);
        order[j].input = (uint16_t)j;
        order[j].worth = j >= design->n_base ? 2 + linear : fmax(linear, square);
    }
    free(work);
    qsort(order, design->n_inputs, sizeof *order, worth_descending);
    return STATUS_OK;
}

static void add_term(struct features *self, size_t n_max, unsigned degree, size_t a, size_t b,
                     size_t c)
{
    if (self->n >= n_max)
        return;
    struct feature *term = &self->term[self->n++];
    term->degree = (uint8_t)degree;
    term->input[0] = (uint16_t)a;
    term->input[1] = (uint16_t)b;
    term->input[2] = (uint16_t)c;
}

static size_t cubic_count(size_t d)
{
    return (d + 3) * (d + 2) * (d + 1) / 6 - 1;
}

static void all_products(struct features *self, size_t d, size_t n_max)
{
    for (size_t a = 0; a < d; a++) {
        add_term(self, n_max, 1, a, 0, 0);
        for (size_t b = a; b < d; b++) {
            add_term(self, n_max, 2, a, b, 0);
            for (size_t c = b; c < d; c++)
                add_term(self, n_max, 3, a, b, c);
        }
    }
}

/* Products of the first inputs in the order: those of degree 3 whose last factor is k only while
 * they take at most half of what is left, those of degree 2 as long as there is room. */
static void ranked_products(struct features *self, const struct ranked *order, size_t d,
                            size_t n_max)
{
    size_t cubic = 0, room = (n_max - self->n) / 2;
    while (cubic < d && (cubic + 3) * (cubic + 2) * (cubic + 1) / 6 <= room)
        cubic++;
    for (size_t c = 0; c < cubic; c++)
        for (size_t b = 0; b <= c; b++)
            for (size_t a = 0; a <= b; a++)
                add_term(self, n_max, 3, order[a].input, order[b].input, order[c].input);
    for (size_t b = 1; b < d; b++)
        for (size_t a = 0; a < b; a++)
            add_term(self, n_max, 2, order[a].input, order[b].input, 0);
}

static float product(const struct feature *term, const double *x)
{
    double value = x[term->input[0]];
    for (unsigned k = 1; k < term->degree; k++)
        value *= x[term->input[k]];
    return (float)value;
}

/* Products without variance (the square of a balanced 0/1 column) are dropped. */
static void standardise(struct features *self, const struct design *design)
{
    size_t kept = 0;
    for (size_t k = 0; k < self->n; k++) {
        double sum = 0, square = 0, n = (double)design->n_rows;
        struct feature term = self->term[k];
        for (size_t i = 0; i < design->n_rows; i++) {
            double v = product(&term, design->x + i * design->n_inputs);
            sum += v;
            square += v * v;
        }
        double variance = square / n - sum / n * (sum / n);
        if (!(variance > 1e-6 * (square / n) && variance > 1e-9))
            continue;
        term.mean = (float)(sum / n);
        term.inverse_deviation = (float)(1 / sqrt(variance));
        self->term[kept++] = term;
    }
    self->n = kept;
}

int features_init(struct features *self, const struct design *design, size_t n_max,
                  struct message *message)
{
    size_t d = design->n_inputs;
    if (n_max < 2 * d)
        n_max = 2 * d;
    *self = (struct features){.n_inputs = d};
    struct ranked *order = malloc((d + 1) * sizeof *order);
    self->term = calloc(n_max + 1, sizeof *self->term);
    int code = STATUS_RUN;
    if (order == NULL || self->term == NULL || rank_inputs(design, order) != STATUS_OK)
        goto out;
    code = STATUS_OK;
    if (cubic_count(design->n_base) <= n_max) {
        all_products(self, design->n_base, n_max);
    } else {
        for (size_t j = 0; j < d; j++)
            add_term(self, n_max, 1, j, 0, 0);
        for (size_t j = 0; j < d; j++)
            add_term(self, n_max, 2, j, j, 0);
        ranked_products(self, order, d, n_max);
    }
    standardise(self, design);
out:
    free(order);
    if (code != STATUS_OK)
        fail(message, code, "out of memory for %zu products of statistics", n_max);
    return code;
}

void features_free(struct features *self)
{
    free(self->term);
    *self = (struct features){0};
}

void features_row(const struct features *self, const double *x, float *out)
{
    for (size_t k = 0; k < self->n; k++) {
        const struct feature *term = &self->term[k];
        out[k] = (product(term, x) - term->mean) * term->inverse_deviation;
    }
}
