#include "analysis/infer/split.h"

#include "analysis/infer/generator.h"
#include "analysis/infer/member.h"

#include <math.h>
#include <stdlib.h>

/* Per class: how many rows go where, and how many have gone. */
struct quota {
    size_t n_rows, n_hold, n_fit;
    size_t held, fitted;
};

static size_t scaled(size_t n, double factor, size_t least)
{
    size_t m = (size_t)floor((double)n * factor + 0.5);
    return m < least ? least : m;
}

static void set_quotas(struct quota *quota, size_t n_classes, size_t n_rows, double share,
                       size_t fit_max, size_t hold_max)
{
    double hold_share = fmin(share, (double)hold_max / (double)n_rows);
    double fit_share = fmin(1, (double)fit_max / ((1 - hold_share) * (double)n_rows));
    for (size_t c = 0; c < n_classes; c++) {
        quota[c].n_hold = scaled(quota[c].n_rows, hold_share, 2);
        quota[c].n_fit = scaled(quota[c].n_rows - quota[c].n_hold, fit_share, CLASS_ROWS_MIN - 2);
    }
}

static void deal(struct split *self, struct quota *quota, const struct table *table,
                 const uint32_t *order)
{
    for (size_t i = 0; i < table->n_rows; i++) {
        struct quota *q = &quota[table->labels[order[i]]];
        if (q->held < q->n_hold) {
            self->hold_fold[self->n_hold] = (uint8_t)(q->held++ % REPLICAS);
            self->hold[self->n_hold++] = order[i];
        } else if (q->fitted < q->n_fit) {
            self->fit_fold[self->n_fit] = (uint8_t)(q->fitted++ % REPLICAS);
            self->fit[self->n_fit++] = order[i];
        } else {
            self->n_unused++;
        }
    }
}

/* Dealing leaves the held-out rows of the small classes late in the list; a second shuffle makes
 * any prefix a fair sample. */
static void mix(uint32_t *row, uint8_t *fold, size_t n, uint64_t seed, uint64_t index)
{
    struct generator generator;
    generator_init(&generator, seed, GENERATOR_SPLIT, index);
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)generator_below(&generator, i);
        uint32_t r = row[i - 1];
        uint8_t f = fold[i - 1];
        row[i - 1] = row[j];
        fold[i - 1] = fold[j];
        row[j] = r;
        fold[j] = f;
    }
}

int split_init(struct split *self, const struct table *table, double share, size_t fit_max,
               size_t hold_max, uint64_t seed, struct message *message)
{
    size_t n = table->n_rows;
    *self = (struct split){0};
    uint32_t *order = malloc((n + 1) * sizeof *order);
    struct quota *quota = calloc(table->n_classes + 1, sizeof *quota);
    self->fit = malloc((n + 1) * sizeof *self->fit);
    self->hold = malloc((n + 1) * sizeof *self->hold);
    self->fit_fold = malloc(n + 1);
    self->hold_fold = malloc(n + 1);
    int code = STATUS_RUN;
    if (order != NULL && quota != NULL && self->fit != NULL && self->hold != NULL &&
        self->fit_fold != NULL && self->hold_fold != NULL) {
        struct generator generator;
        for (size_t i = 0; i < n; i++) {
            order[i] = (uint32_t)i;
            quota[table->labels[i]].n_rows++;
        }
        generator_init(&generator, seed, GENERATOR_SPLIT, 0);
        generator_shuffle(&generator, order, n);
        set_quotas(quota, table->n_classes, n, share, fit_max, hold_max);
        deal(self, quota, table, order);
        mix(self->fit, self->fit_fold, self->n_fit, seed, 1);
        mix(self->hold, self->hold_fold, self->n_hold, seed, 2);
        code = STATUS_OK;
    }
    free(order);
    free(quota);
    return code == STATUS_OK ? code
                             : fail(message, code, "out of memory for a table of %zu rows", n);
}

void split_free(struct split *self)
{
    free(self->fit);
    free(self->hold);
    free(self->fit_fold);
    free(self->hold_fold);
    *self = (struct split){0};
}
