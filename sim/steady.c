#include "sim/steady.h"

#include <gsl/gsl_heapsort.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_BITS 8

void steady_init(struct steady *self)
{
    memset(self, 0, sizeof *self);
}

void steady_free(struct steady *self)
{
    free(self->keys);
    free(self->scratch);
    steady_init(self);
}

int steady_grow(struct steady *self)
{
    size_t wanted = self->capacity == 0 ? 4096 : self->capacity * 2;
    if (wanted > STEADY_MAX_QUERIES)
        wanted = STEADY_MAX_QUERIES;
    uint64_t *keys = realloc(self->keys, wanted * sizeof *keys);
    if (keys != NULL)
        self->keys = keys;
    uint64_t *scratch = realloc(self->scratch, wanted * sizeof *scratch);
    if (scratch != NULL)
        self->scratch = scratch;
    if (keys == NULL || scratch == NULL || wanted == self->capacity)
        return STATUS_RUN;
    self->capacity = wanted;
    return STATUS_OK;
}

void steady_begin(struct steady *self, time_us from_us, time_us until_us)
{
    time_us past_second = from_us % US_PER_S;
    self->origin_us = from_us - past_second - (past_second < 0 ? US_PER_S : 0);
    self->n_slots = 0;
    self->n = self->at = 0;
    uint64_t last = (uint64_t)(until_us - self->origin_us) << SLOT_BITS | UINT8_MAX;
    for (self->shift = 0; last >> self->shift >> 2 * STEADY_DIGIT_BITS > 0;)
        self->shift++;
    memset(self->count, 0, sizeof self->count);
}

/* One pass of a radix sort. */
static void deal(const uint64_t *from, size_t n, int shift, uint32_t *count, uint64_t *to)
{
    const uint64_t mask = (1u << STEADY_DIGIT_BITS) - 1;
    uint32_t sum = 0;
    for (size_t i = 0; i <= mask; i++) {
        uint32_t here = count[i];
        count[i] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        to[count[from[i] >> shift & mask]++] = from[i];
}

/* False, with the keys in another order, where it would take too long. */
static bool insert_all(uint64_t *key, size_t n)
{
    size_t moves = 0;
    for (size_t i = 1; i < n; i++) {
        if (key[i - 1] <= key[i])
            continue;
        uint64_t moving = key[i];
        size_t j = i;
        for (; j > 0 && key[j - 1] > moving; j--)
            key[j] = key[j - 1];
        key[j] = moving;
        moves += i - j;
        if (moves > 8 * n)
            return false;
    }
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Two digits are a fine grid: what is left is a matter of some exchanges, unless all crowds into a
 * small part of the span. */
void steady_sort(struct steady *self)
{
    deal(self->keys, self->n, self->shift, self->count[0], self->scratch);
    deal(self->scratch, self->n, self->shift + STEADY_DIGIT_BITS, self->count[1], self->keys);
    if (!insert_all(self->keys, self->n))
        gsl_heapsort(self->keys, self->n, sizeof *self->keys, compare_keys); /* in place */
}

int steady_pass(struct steady *self, time_us before_us, struct query_array *upstream)
{
    uint64_t limit = UINT64_MAX;
    if (before_us < self->origin_us + STEADY_MAX_SPAN_US) /* the other way round it may overflow */
        limit = (uint64_t)(before_us - self->origin_us) << SLOT_BITS;
    if (self->at == self->n || self->keys[self->at] >= limit)
        return STATUS_OK;
    if (query_array_reserve(upstream, upstream->n + self->n - self->at) != STATUS_OK)
        return STATUS_RUN;
    struct query *row = upstream->q + upstream->n;
    size_t i = self->at;
    for (; i < self->n && self->keys[i] < limit; i++) {
        struct steady_slot *slot = &self->slots[self->keys[i] & UINT8_MAX];
        time_us t = self->origin_us + (time_us)(self->keys[i] >> SLOT_BITS);
        if (t < slot->quiet_us)
            continue;
        slot->asked_us = t;
        slot->quiet_us = resolver_quiet_until(&slot->quiet, t);
        *row = slot->row;
        row->time_us = t;
        row += slot->shown;
    }
    self->at = i;
    upstream->n = (size_t)(row - upstream->q);
    return STATUS_OK;
}
