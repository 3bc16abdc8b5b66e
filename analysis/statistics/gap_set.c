#include "analysis/statistics/gap_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void gap_set_init(struct gap_set *self)
{
    memset(self, 0, sizeof *self);
}

void gap_set_free(struct gap_set *self)
{
    free(self->start);
    free(self->gap_us);
    free(self->scratch);
    gap_set_init(self);
}

/* Floating point without the float: the exponent and the four bits after the leading one. Never
 * decreasing in the gap, so quantiles can be found bin by bin. */
static unsigned bin_of(int64_t gap_us)
{
    unsigned exponent = 63u - (unsigned)__builtin_clzll((unsigned long long)gap_us | 1);
    return exponent << 4 | (unsigned)(((uint64_t)gap_us << 4 >> exponent) & 15);
}

static int reserve(struct gap_set *self, size_t n)
{
    if (n <= self->capacity)
        return STATUS_OK;
    size_t capacity = n + n / 2;
    size_t *start = realloc(self->start, capacity * sizeof *start);
    if (start != NULL)
        self->start = start;
    int64_t *gap_us = realloc(self->gap_us, capacity * sizeof *gap_us);
    if (gap_us != NULL)
        self->gap_us = gap_us;
    if (start == NULL || gap_us == NULL)
        return STATUS_RUN;
    self->capacity = capacity;
    return STATUS_OK;
}

int gap_set_fill(struct gap_set *self, const time_us *t, size_t n, time_us burst_us)
{
    self->burst_us = burst_us;
    self->n_bursts = self->n_gaps = 0;
    memset(self->bin, 0, sizeof self->bin);
    if (reserve(self, n) != STATUS_OK)
        return STATUS_RUN;
    if (n == 0)
        return STATUS_OK;
    size_t *start = self->start, bursts = 1;
    start[0] = 0;
    for (size_t i = 1; i < n; i++) {
        start[bursts] = i; /* overwritten by the next one where no burst begins here */
        bursts += t[i] - t[i - 1] >= burst_us;
    }
    self->n_bursts = bursts;
    self->n_gaps = bursts - 1;
    for (size_t i = 0; i + 1 < bursts; i++) {
        int64_t gap = t[start[i + 1]] - t[start[i]];
        self->gap_us[i] = gap;
        self->bin[bin_of(gap)]++;
    }
    return STATUS_OK;
}

/* Partial sort after Hoare ("Algorithm 65: find", CACM 1961): puts the k-th smallest at its place,
 * smaller ones before it, and gives it. */
static int64_t select_kth(int64_t *value, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        int64_t pivot = value[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (value[i] < pivot)
                i++;
            while (value[j] > pivot)
                j--;
            if (i >= j)
                break;
            int64_t swap = value[i];
            value[i++] = value[j];
            value[j--] = swap;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return value[k];
}

/* The k-th smallest gap, k < n_gaps: find its bin, then look inside that bin alone. */
static int64_t kth_gap(struct gap_set *self, size_t k, bool *failed)
{
    unsigned bin = 0;
    while (k >= self->bin[bin])
        k -= self->bin[bin++];
    size_t members = self->bin[bin], found = 0;
    if (members + 1 > self->scratch_capacity) {
        int64_t *scratch = realloc(self->scratch, 2 * (members + 1) * sizeof *scratch);
        if (scratch == NULL) {
            *failed = true;
            return 0;
        }
        self->scratch = scratch;
        self->scratch_capacity = 2 * (members + 1);
    }
    for (size_t i = 0; i < self->n_gaps && found < members; i++) {
        self->scratch[found] = self->gap_us[i];
        found += bin_of(self->gap_us[i]) == bin;
    }
    return select_kth(self->scratch, members, k);
}

double gap_set_quantile(struct gap_set *self, double q, bool *failed)
{
    if (self->n_gaps == 0)
        return NAN;
    double position = q * (double)(self->n_gaps - 1);
    size_t below = (size_t)position;
    double part = position - (double)below;
    double low = (double)kth_gap(self, below, failed);
    if (part == 0 || below + 1 >= self->n_gaps)
        return low / (double)US_PER_S;
    double high = (double)kth_gap(self, below + 1, failed);
    return ((1 - part) * low + part * high) / (double)US_PER_S;
}

size_t gap_set_between(const struct gap_set *self, int64_t low_us, int64_t high_us)
{
    if (high_us <= low_us)
        return 0;
    uint64_t width = (uint64_t)(high_us - low_us);
    size_t count = 0;
    for (size_t i = 0; i < self->n_gaps; i++)
        count += (uint64_t)(self->gap_us[i] - low_us) < width;
    return count;
}

void gap_set_moments(const struct gap_set *self, double *mean_s, double *sd_s)
{
    *mean_s = *sd_s = NAN;
    if (self->n_gaps == 0)
        return;
    int64_t sum = 0;
    for (size_t i = 0; i < self->n_gaps; i++)
        sum += self->gap_us[i];
    double mean = (double)sum / (double)self->n_gaps, square = 0;
    for (size_t i = 0; i < self->n_gaps; i++) {
        double d = (double)self->gap_us[i] - mean;
        square += d * d;
    }
    *mean_s = mean / (double)US_PER_S;
    *sd_s = sqrt(square / (double)self->n_gaps) / (double)US_PER_S;
}
