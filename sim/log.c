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

int query_array_sort(struct query_array *self, struct query_array *scratch)
{
    size_t sorted = 1;
    while (sorted < self->n && self->q[sorted - 1].time_us <= self->q[sorted].time_us)
        sorted++;
    if (sorted >= self->n)
        return STATUS_OK;
    if (query_array_reserve(scratch, self->n) != STATUS_OK)
        return STATUS_RUN;
    merge_sort(self->q, scratch->q, self->n);
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
