#include "sim/log.h"

#include <stdlib.h>
#include <string.h>

void query_array_init(struct query_array *self)
{
    memset(self, 0, sizeof *self);
}

void query_array_free(struct query_array *self)
{
    free(self->q);
    query_array_init(self);
}

int query_array_reserve(struct query_array *self, size_t n)
{
    if (n <= self->capacity)
        return STATUS_OK;
    size_t wanted = self->capacity < 32 ? 64 : self->capacity * 2;
    if (wanted < n)
        wanted = n;
    if (wanted > SIZE_MAX / sizeof *self->q)
        return STATUS_RUN;
    struct query *q = realloc(self->q, wanted * sizeof *q);
    if (q == NULL)
        return STATUS_RUN;
    self->q = q;
    self->capacity = wanted;
    return STATUS_OK;
}

static void insertion_sort(struct query *q, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct query moving = q[i];
        size_t j = i;
        for (; j > 0 && q[j - 1].time_us > moving.time_us; j--)
            q[j] = q[j - 1];
        q[j] = moving;
    }
}

static void merge_sort(struct query *q, struct query *scratch, size_t n)
{
    if (n <= 24) {
        insertion_sort(q, n);
        return;
    }
    size_t half = n / 2;
    merge_sort(q, scratch, half);
    merge_sort(q + half, scratch + half, n - half);
    if (q[half - 1].time_us <= q[half].time_us)
        return; /* most of the work of nearly sorted input */
    memcpy(scratch, q, half * sizeof *q);
    size_t left = 0, right = half, out = 0;
    while (left < half && right < n)
        q[out++] = q[right].time_us < scratch[left].time_us ? q[right++] : scratch[left++];
    memcpy(q + out, scratch + left, (half - left) * sizeof *q);
}

/* Logs are spread over their window, so a row's place is nearly known from its time: rows are
 * dealt into about as many buckets as there are rows, in order, and the rest is a matter of a few
 * steps each. Where many rows crowd into one bucket, it is merged by itself first. */
#define BUCKETS_MAX 65536
#define CROWD 24 /* rows in one bucket */

struct deal {
    time_us first_us;
    int shift; /* bucket = (time - first) >> shift */
    size_t n_buckets;
};

static struct deal plan_deal(const struct query_array *rows)
{
    struct deal deal = {.first_us = rows->q[0].time_us};
    time_us last_us = deal.first_us;
    for (size_t i = 1; i < rows->n; i++) {
        time_us t = rows->q[i].time_us;
        deal.first_us = t < deal.first_us ? t : deal.first_us;
        last_us = t > last_us ? t : last_us;
    }
    uint64_t span = (uint64_t)last_us - (uint64_t)deal.first_us;
    size_t most = rows->n < BUCKETS_MAX ? rows->n : BUCKETS_MAX;
    while (span >> deal.shift >= most)
        deal.shift++;
    deal.n_buckets = (size_t)(span >> deal.shift) + 1;
    return deal;
}

static size_t bucket_of(const struct deal *deal, time_us t)
{
    return (size_t)(((uint64_t)t - (uint64_t)deal->first_us) >> deal->shift);
}

/* Sorts `rows` into `sorted` (n rows each). ends[n_buckets] is working space. */
static void deal_out(struct query_array *rows, const struct deal *deal, uint32_t *ends,
                     struct query *sorted)
{
    memset(ends, 0, deal->n_buckets * sizeof *ends);
    for (size_t i = 0; i < rows->n; i++)
        ends[bucket_of(deal, rows->q[i].time_us)]++;
    uint32_t sum = 0;
    for (size_t i = 0; i < deal->n_buckets; i++) {
        uint32_t here = ends[i];
        ends[i] = sum;
        sum += here;
    }
    for (size_t i = 0; i < rows->n; i++)
        sorted[ends[bucket_of(deal, rows->q[i].time_us)]++] = rows->q[i];
    for (size_t i = 0, from = 0; i < deal->n_buckets; from = ends[i++])
        if (ends[i] - from > CROWD)
            merge_sort(sorted + from, rows->q, ends[i] - from);
    insertion_sort(sorted, rows->n);
}

int query_array_sort(struct query_array *self, struct query_array *scratch)
{
    size_t sorted = 1;
    while (sorted < self->n && self->q[sorted - 1].time_us <= self->q[sorted].time_us)
        sorted++;
    if (sorted >= self->n)
        return STATUS_OK;
    /* the buckets' ends stand behind the rows: 4 bytes for at most one bucket per row */
    size_t n_ends = (self->n * sizeof(uint32_t) + sizeof *self->q - 1) / sizeof *self->q;
    if (query_array_reserve(scratch, self->n + n_ends) != STATUS_OK)
        return STATUS_RUN;
    if (self->n > UINT32_MAX) {
        merge_sort(self->q, scratch->q, self->n);
        return STATUS_OK;
    }
    uint32_t *ends = (uint32_t *)(void *)(scratch->q + self->n);
    struct deal deal = plan_deal(self);
    deal_out(self, &deal, ends, scratch->q);
    struct query_array swap = *self;
    self->q = scratch->q;
    self->capacity = scratch->capacity;
    scratch->q = swap.q;
    scratch->capacity = swap.capacity;
    return STATUS_OK;
}

int query_log_init(struct query_log *self)
{
    memset(self, 0, sizeof *self);
    query_array_init(&self->queries);
    intern_init(&self->clients);
    intern_init(&self->names);
    intern_init(&self->servers);
    self->resolution_us = 1;
    uint32_t id;
    return intern_add(&self->servers, "", 0, &id);
}

void query_log_free(struct query_log *self)
{
    query_array_free(&self->queries);
    intern_free(&self->clients);
    intern_free(&self->names);
    intern_free(&self->servers);
}
