#include "analysis/ingest/duplicates.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024, MAX_SLOTS = 4 * 1024 * 1024 };

void duplicates_init(struct duplicates *self)
{
    *self = (struct duplicates){0};
}

void duplicates_free(struct duplicates *self)
{
    free(self->slot);
    duplicates_init(self);
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}

static uint64_t add_text(uint64_t hash, struct text text)
{
    const char *at = text.at;
    size_t n = text.n;
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = mix(hash ^ word);
    }
    uint64_t word = 0;
    if (n > 0)
        memcpy(&word, at, n);
    return mix(hash ^ word ^ (uint64_t)text.n << 56);
}

static uint64_t fingerprint(const struct ingest_query *query)
{
    uint64_t hash = mix((uint64_t)query->time_us + UINT64_C(0x9e3779b97f4a7c15));
    hash = add_text(hash, query->client);
    hash = add_text(hash, query->name);
    hash = add_text(hash, query->server);
    hash = mix(hash ^ query->type);
    return hash == 0 ? 1 : hash;
}

/* True where the fingerprint was there already. */
static bool insert(struct duplicates *self, uint64_t hash)
{
    size_t at = (size_t)hash & (self->n_slots - 1);
    for (; self->slot[at] != 0; at = (at + 1) & (self->n_slots - 1))
        if (self->slot[at] == hash)
            return true;
    self->slot[at] = hash;
    self->used++;
    return false;
}

void duplicates_finish(struct duplicates *self)
{
    for (size_t i = 0; i < self->n_waiting; i++)
        self->found += insert(self, self->waiting[i]);
    self->n_waiting = 0;
}

static int grow(struct duplicates *self)
{
    size_t n = self->n_slots == 0 ? FIRST_SLOTS : self->n_slots * 4;
    uint64_t *slot = calloc(n, sizeof *slot), *old = self->slot;
    size_t old_n = self->n_slots;
    if (slot == NULL)
        return STATUS_RUN;
    self->slot = slot;
    self->n_slots = n;
    self->used = 0;
    for (size_t i = 0; i < old_n; i++)
        if (old[i] != 0)
            insert(self, old[i]);
    free(old);
    return STATUS_OK;
}

int duplicates_add(struct duplicates *self, const struct ingest_query *query)
{
    if (self->n_waiting == DUPLICATES_WAITING)
        duplicates_finish(self);
    if (self->used + DUPLICATES_WAITING >= self->n_slots / 2) {
        if (self->n_slots < MAX_SLOTS) {
            if (grow(self) != STATUS_OK)
                return STATUS_RUN;
        } else {
            memset(self->slot, 0, self->n_slots * sizeof *self->slot);
            self->used = 0;
            self->forgot = true;
        }
    }
    uint64_t hash = fingerprint(query);
    __builtin_prefetch(&self->slot[hash & (self->n_slots - 1)]);
    self->waiting[self->n_waiting++] = hash;
    return STATUS_OK;
}
