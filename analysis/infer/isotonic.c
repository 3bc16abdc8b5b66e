#include "analysis/infer/isotonic.h"

#include "analysis/infer/sort.h"

#include <math.h>
#include <stdlib.h>

void isotonic_sorted(const double *x, const double *y, const double *weight, size_t n,
                     double *fitted, double *work)
{
    double *sum = work, *mass = work + n, *first = work + 2 * n;
    size_t n_blocks = 0;
    for (size_t i = 0; i < n;) {
        size_t start = i;
        double s = 0, m = 0;
        for (; i < n && x[i] == x[start]; i++) {
            double w = weight != NULL ? weight[i] : 1;
            s += w * y[i];
            m += w;
        }
        first[n_blocks] = (double)start;
        sum[n_blocks] = s;
        mass[n_blocks++] = m;
        /* Merge backwards while the order of the means is wrong. */
        while (n_blocks > 1 &&
               sum[n_blocks - 2] * mass[n_blocks - 1] >= sum[n_blocks - 1] * mass[n_blocks - 2]) {
            sum[n_blocks - 2] += sum[n_blocks - 1];
            mass[n_blocks - 2] += mass[n_blocks - 1];
            n_blocks--;
        }
    }
    for (size_t b = 0; b < n_blocks; b++) {
        size_t end = b + 1 < n_blocks ? (size_t)first[b + 1] : n;
        for (size_t i = (size_t)first[b]; i < end; i++)
            fitted[i] = mass[b] > 0 ? sum[b] / mass[b] : 0;
    }
}

/* Joins the blocks at the mean of their places. */
static void store_blocks(struct isotonic *self, const double *x, const double *fitted, size_t n)
{
    double floor = 1 / ((double)n + 2);
    for (size_t i = 0; i < n;) {
        size_t start = i;
        double sum = 0;
        for (; i < n && fitted[i] == fitted[start]; i++)
            sum += x[i];
        self->place[self->n] = sum / (double)(i - start);
        self->value[self->n++] = fmin(fmax(fitted[start], floor), 1 - floor);
    }
}

int isotonic_init(struct isotonic *self, const double *x, const double *y, const double *weight,
                  size_t n, struct message *message)
{
    *self = (struct isotonic){0};
    self->place = malloc(n * sizeof *self->place);
    self->value = malloc(n * sizeof *self->value);
    double *store = calloc(7 * n, sizeof *store);
    uint32_t *order = malloc(n * sizeof *order);
    int code = STATUS_OK;
    if (self->place == NULL || self->value == NULL || store == NULL || order == NULL ||
        sort_places(x, n, order) != STATUS_OK) {
        code = fail(message, STATUS_RUN, "out of memory for an isotonic fit of %zu rows", n);
    } else {
        for (size_t i = 0; i < n; i++) {
            store[i] = x[order[i]];
            store[n + i] = y[order[i]];
            store[2 * n + i] = weight != NULL ? weight[order[i]] : 1;
        }
        isotonic_sorted(store, store + n, store + 2 * n, n, store + 3 * n, store + 4 * n);
        store_blocks(self, store, store + 3 * n, n);
    }
    free(store);
    free(order);
    return code;
}

void isotonic_free(struct isotonic *self)
{
    free(self->place);
    free(self->value);
    *self = (struct isotonic){0};
}

double isotonic_at(const struct isotonic *self, double x)
{
    size_t low = 0, high = self->n - 1;
    if (x <= self->place[0])
        return self->value[0];
    if (x >= self->place[high])
        return self->value[high];
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (self->place[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    double rest = (x - self->place[low]) / (self->place[high] - self->place[low]);
    return self->value[low] + rest * (self->value[high] - self->value[low]);
}
