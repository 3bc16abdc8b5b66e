/* steady.h - queries that only a cache's clock decides about: set apart, 8 bytes each.
 *
 * A question is steady at a resolver as long as its answer stays the same, nothing follows the
 * answer, and the resolver has no other rules for it than those of its cache. All that asking can
 * do then is to go upstream now and then: after it went upstream at t the resolver has the answer
 * until an instant that follows from t alone (resolver_quiet), and no query before that instant
 * leaves a trace. So such queries are kept as times, sorted by their bits, and passed in one loop.
 */
#ifndef SIM_STEADY_H
#define SIM_STEADY_H

#include "sim/resolver.h"

/* More pairs of resolver and question than this are not set apart. */
#define STEADY_MAX_SLOTS 254

/* More queries than this in one trial are an error, as in traffic.h. */
#define STEADY_MAX_QUERIES 10000000

/* A longer time than this is not covered: a thousand years. */
#define STEADY_MAX_SPAN_US (INT64_C(1) << 55)

/* One question at one resolver. */
struct steady_slot {
    time_us quiet_us; /* before this a query leaves no trace */
    struct resolver_quiet quiet;
    time_us asked_us; /* when it last went upstream; INT64_MIN: not since the caller looked */
    struct query row; /* as seen upstream, but for the time */
    bool shown;       /* some sensor can see that row */
};

#define STEADY_DIGIT_BITS 10

/* Working space, made once per worker. */
struct steady {
    time_us origin_us; /* a whole second */
    uint32_t n_slots;
    struct steady_slot slots[STEADY_MAX_SLOTS];
    uint64_t *keys, *scratch; /* (time since the origin) << 8 | slot */
    size_t n, capacity;
    size_t at; /* the first of keys[] that was not passed yet */
    int shift; /* of the lower of two digits by which keys are dealt out */
    uint32_t count[2][1 << STEADY_DIGIT_BITS]; /* of keys with each digit */
};

void steady_init(struct steady *self);
void steady_free(struct steady *self);

/* Empties it, for queries in [from, until). */
void steady_begin(struct steady *self, time_us from_us, time_us until_us);

/* Makes room for more. STATUS_RUN when memory runs out, or where STEADY_MAX_QUERIES are there. */
int steady_grow(struct steady *self);

/* Sets a query apart for slots[slot]. STATUS_RUN as steady_grow. */
static inline int steady_add(struct steady *self, uint32_t slot, time_us t)
{
    const uint64_t mask = (1u << STEADY_DIGIT_BITS) - 1;
    if (self->n == self->capacity && steady_grow(self) != STATUS_OK)
        return STATUS_RUN;
    uint64_t key = (uint64_t)(t - self->origin_us) << 8 | slot;
    self->keys[self->n++] = key;
    self->count[0][key >> self->shift & mask]++;
    self->count[1][key >> (self->shift + STEADY_DIGIT_BITS)]++;
    return STATUS_OK;
}

/* Sorts what was added. */
void steady_sort(struct steady *self);

/* Passes the queries before `before_us` and appends the rows that are seen upstream to *upstream,
 * in order of time. STATUS_RUN when memory runs out. */
int steady_pass(struct steady *self, time_us before_us, struct query_array *upstream);

#endif
