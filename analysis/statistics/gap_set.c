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
    self->has_bins = false;
    if (reserve(self, n) != STATUS_OK)
        return STATUS_RUN;
    if (n == 0)
        return STATUS_OK;
    size_t *start = self->start, bursts = 1;
    time_us burst_start_us = t[0];
    start[0] = 0;
    for (size_t i = 1; i < n; i++) {
        /* without branches: what does not begin a burst is overwritten by the next query */
        bool begins = t[i] - t[i - 1] >= burst_us;
        start[bursts] = i;
        self->gap_us[bursts - 1] = t[i] - burst_start_us;
        burst_start_us = begins ? t[i] : burst_start_us;
        bursts += begins;
    }
    self->n_bursts = bursts;
    self->n_gaps = bursts - 1;
    return STATUS_OK;
}

static void fill_bins(struct gap_set *self)
{
    memset(self->bin, 0, sizeof self->bin);
    for (size_t i = 0; i < self->n_gaps; i++)
        self->bin[bin_of(self->gap_us[i])]++;
    self->has_bins = true;
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

/* The smallest gap that belongs in `bin` or a later one. */
static int64_t bin_start(unsigned bin)
{
    return bin == 0 ? 0 : (int64_t)((((uint64_t)16 + (bin & 15)) << (bin >> 4)) + 15) >> 4;
}

static bool reserve_scratch(struct gap_set *self, size_t n)
{
    if (n <= self->scratch_capacity)
        return true;
    int64_t *scratch = realloc(self->scratch, 2 * n * sizeof *scratch);
    if (scratch == NULL)
        return false;
    self->scratch = scratch;
    self->scratch_capacity = 2 * n;
    return true;
}

/* Gathers the members of a bin in the scratch, which must have room for one more than those. */
static void gather_bin(struct gap_set *self, unsigned bin)
{
    const int64_t low = bin_start(bin);
    const uint64_t width = (uint64_t)(bin_start(bin + 1) - low);
    const size_t members = self->bin[bin];
    size_t found = 0;
    for (size_t i = 0; found < members; i++) {
        self->scratch[found] = self->gap_us[i];
        found += (uint64_t)(self->gap_us[i] - low) < width;
    }
}

static int64_t smallest(const int64_t *value, size_t n)
{
    int64_t least = value[0];
    for (size_t i = 1; i < n; i++)
        least = value[i] < least ? value[i] : least;
    return least;
}

/* The k-th smallest gap and the one after it (the same where k is the last); k < n_gaps. Finds the
 * bin first and looks inside that bin alone. */
static bool kth_gaps(struct gap_set *self, size_t k, int64_t *kth, int64_t *next)
{
    bool last = k + 1 == self->n_gaps;
    unsigned bin = 0;
    while (k >= self->bin[bin])
        k -= self->bin[bin++];
    size_t members = self->bin[bin];
    if (!reserve_scratch(self, members + 1))
        return false;
    gather_bin(self, bin);
    *kth = *next = select_kth(self->scratch, members, k);
    if (last)
        return true;
    if (k + 1 < members) {
        *next = smallest(self->scratch + k + 1, members - k - 1);
        return true;
    }
    while (self->bin[++bin] == 0)
        continue;
    if (!reserve_scratch(self, (size_t)self->bin[bin] + 1))
        return false;
    gather_bin(self, bin);
    *next = smallest(self->scratch, self->bin[bin]);
    return true;
}

double gap_set_quantile(struct gap_set *self, double q, bool *failed)
{
    if (self->n_gaps == 0)
        return NAN;
    double position = q * (double)(self->n_gaps - 1);
    size_t below = (size_t)position;
    double part = position - (double)below;
    int64_t low, high;
    if (!self->has_bins)
        fill_bins(self);
    if (!kth_gaps(self, below, &low, &high)) {
        *failed = true;
        return NAN;
    }
    return ((1 - part) * (double)low + part * (double)high) / (double)US_PER_S;
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
