#include "sim/askers.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 64 /* addresses that there is always room for */

void askers_init(struct askers *self)
{
    memset(self, 0, sizeof *self);
}

void askers_free(struct askers *self)
{
    free(self->client);
    free(self->rows);
    free(self->row_of);
    free(self->limit);
    free(self->slots);
    askers_init(self);
}

static bool grow(uint32_t **array, size_t n)
{
    uint32_t *grown = realloc(*array, n * sizeof *grown);
    if (grown != NULL)
        *array = grown;
    return grown != NULL;
}

static size_t hash(const struct askers *self, uint32_t client)
{
    return (size_t)(client * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (self->n_slots - 1);
}

/* The slot of an address, or the empty one where it belongs. */
static inline uint32_t *find_slot(const struct askers *self, uint32_t client)
{
    size_t i = hash(self, client);
    while (self->slots[i] != 0 && self->client[self->slots[i] - 1] != client)
        i = (i + 1) & (self->n_slots - 1);
    return &self->slots[i];
}

/* Doubles the number of addresses that fit. */
static int grow_clients(struct askers *self)
{
    size_t capacity = self->capacity < LEAST ? LEAST : 2 * self->capacity;
    uint32_t *slots = calloc(2 * capacity, sizeof *slots);
    if (slots == NULL)
        return STATUS_RUN;
    free(self->slots);
    self->slots = slots;
    self->n_slots = 2 * capacity;
    if (!grow(&self->client, capacity) || !grow(&self->rows, capacity))
        return STATUS_RUN;
    uint64_t *limit = realloc(self->limit, capacity * sizeof *limit);
    if (limit == NULL)
        return STATUS_RUN;
    self->limit = limit;
    self->capacity = capacity;
    for (size_t i = 0; i < self->n; i++)
        *find_slot(self, self->client[i]) = (uint32_t)i + 1;
    return STATUS_OK;
}

/* Empties the hash table: of few addresses one by one, by their numbers. */
static void forget(struct askers *self)
{
    if (self->n > self->n_slots / 16) {
        memset(self->slots, 0, self->n_slots * sizeof *self->slots);
        self->n = 0;
    }
    for (size_t k = 0; k < self->n; k++) {
        size_t i = hash(self, self->client[k]);
        while (self->slots[i] != k + 1)
            i = (i + 1) & (self->n_slots - 1);
        self->slots[i] = 0;
    }
    self->n = self->n_rows = 0;
}

static int reserve_rows(struct askers *self, size_t n)
{
    if (n > INT32_MAX)
        return STATUS_RUN;
    if (n <= self->rows_capacity)
        return STATUS_OK;
    if (!grow(&self->row_of, n + n / 2))
        return STATUS_RUN;
    self->rows_capacity = n + n / 2;
    return STATUS_OK;
}

int askers_read(struct askers *self, const struct query_array *log)
{
    forget(self);
    if (reserve_rows(self, log->n) != STATUS_OK)
        return STATUS_RUN;
    for (size_t i = 0; i < log->n; i++) {
        const uint32_t client = log->q[i].client;
        if (self->n == self->capacity && grow_clients(self) != STATUS_OK)
            return STATUS_RUN;
        uint32_t *slot = find_slot(self, client);
        if (*slot == 0) {
            self->client[self->n] = client;
            self->rows[self->n] = 0;
            *slot = (uint32_t)++self->n;
        }
        self->row_of[i] = *slot - 1;
        self->rows[*slot - 1]++;
    }
    self->n_rows = log->n;
    return STATUS_OK;
}

void client_tally_init(struct client_tally *self)
{
    memset(self, 0, sizeof *self);
}

void client_tally_free(struct client_tally *self)
{
    free(self->of);
    client_tally_init(self);
}

int client_tally_reserve(struct client_tally *self, size_t n)
{
    if (n <= self->capacity)
        return STATUS_OK;
    size_t capacity = n + n / 2 + LEAST;
    struct client_rows *of = realloc(self->of, capacity * sizeof *of);
    if (of == NULL)
        return STATUS_RUN;
    self->of = of;
    self->capacity = capacity;
    return STATUS_OK;
}
