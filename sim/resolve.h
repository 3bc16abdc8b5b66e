/* resolve.h - from what clients ask to what the authorities see: stubs, resolvers, delegations. */
#ifndef SIM_RESOLVE_H
#define SIM_RESOLVE_H

#include "sim/rng.h"
#include "sim/steady.h"
#include "sim/world.h"

/* What a resolver remembers of a zone's servers. */
struct delegation {
    int64_t expiry_s; /* 0: nothing */
    bool old;         /* points to the servers from before the move */
};

/* How a party's hosts choose among its resolvers: what struct party says, in one place. */
struct stub {
    uint32_t first_resolver, n_resolvers, client;
    enum resolver_choice choice;
};

/* What the authority answers in [from, until). */
struct known_answer {
    time_us from_us, until_us;
    struct authority_answer answer;
};

/* Which queries of a party for a question are set apart. */
struct apart {
    uint64_t span_us;      /* those within so long after the world's start; 0: none */
    uint32_t care, flags;  /* whose flags, as far as these count, are these */
    uint8_t slot, n_slots; /* one slot for each resolver that may be chosen; 0: no trace is left */
    bool known;            /* for this trial */
};

/* Working space, made once per worker. */
struct resolve {
    const struct world *world;
    const double *values; /* the trial's parameters: borrowed */
    struct rng_key key;
    struct rng_dice dice;
    struct cache_entry *caches; /* [resolver * n_questions + question] */
    time_us *quiet_until_us;    /* likewise: before this the cache answers that the name exists, and
                                   nothing goes upstream */
    bool *plain; /* likewise: no silence, no move, no names on the way to be reckoned with */
    struct known_answer *answers;   /* per question: what the authority says */
    struct delegation *delegations; /* [resolver * n_zones + zone] */
    struct stub *stubs;             /* per party: whom its hosts ask */
    bool *left; /* per zone: it had gone to other servers before the trial began */
    struct resolver_profile *profiles; /* per resolver: software with the case's settings */
    uint32_t *next_resolver;           /* per party, for rotation */
    time_us *process_used_us;          /* per party: last mail of its gateway's process */
    uint32_t *process;                 /* per party: number of that process, from 1 */
    uint32_t *remembered;              /* [party * n_questions + question]: process that knows it */
    struct steady steady;              /* client queries that are set apart */
    uint8_t *slots;                    /* [resolver * n_questions + question]: 1 + slot, or 0 */
    struct apart *apart;               /* [party * n_questions + question] */
    struct query_array singly;         /* the others, asked one by one */
    bool all_singly;                   /* nothing is set apart: the oracle of steady.h, for tests */
    struct query_array follow_up;      /* asked a little later: search list, name of a PTR */
    struct query_array retry;          /* asked again after a failure */
    size_t next_follow_up, next_retry;
    time_us pending_us; /* when the next of these two is due; INT64_MAX: none */
};

/* Makes the space. resolve_free is safe after a failure and twice. STATUS_RUN when memory runs out.
 */
int resolve_init(struct resolve *self, const struct world *world);
void resolve_free(struct resolve *self);

/* Begins a trial with cold caches and the drawn parameters `values` (borrowed). */
void resolve_begin(struct resolve *self, const double *values, struct rng_key key);

/* What is set apart of a party's queries for a question, worked out once per trial. */
const struct apart *resolve_look_at(struct resolve *self, uint32_t party, uint32_t question);

/* Sets a party's query (flags of traffic.h) apart, if resolve_look_at was called for its question
 * and it can be: then it must not be among those of resolve_queries. False where it is not set
 * apart; *status is STATUS_RUN where memory ran out. */
static inline bool resolve_take(struct resolve *self, time_us t, uint32_t party, uint32_t question,
                                uint32_t flags, int *status)
{
    const struct apart *apart = &self->apart[(size_t)party * self->world->n_questions + question];
    if ((uint64_t)t - (uint64_t)self->world->start_us >= apart->span_us ||
        (flags & apart->care) != apart->flags)
        return false;
    *status = STATUS_OK;
    if (apart->n_slots == 1)
        *status = steady_add(&self->steady, apart->slot, t);
    else if (apart->n_slots > 1)
        *status =
            steady_add(&self->steady, apart->slot + rng_throw(&self->dice, apart->n_slots), t);
    return true;
}

/* Passes client queries (struct traffic's form, in any order) through stubs and resolvers; those of
 * one instant in the order given. What was set apart since resolve_begin goes with them.
 * `upstream` gets what reaches the servers that sensors may watch, sorted by time; `below`, where
 * not NULL, every question asked of a resolver, sorted by time. Both are emptied first. `scratch`
 * is working space. STATUS_RUN when memory runs out. */
int resolve_queries(struct resolve *self, const struct query_array *queries,
                    struct query_array *upstream, struct query_array *below,
                    struct query_array *scratch);

#endif
