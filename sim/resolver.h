/* resolver.h - caching resolvers by software and version: one rule engine, the software as data
 * rows.
 *
 * A cache keeps, per question, the whole second in which its answer expires. Rules were read from
 * the recordings of real software (docs/mechanisms.md) and reproduce them query for query.
 */
#ifndef SIM_RESOLVER_H
#define SIM_RESOLVER_H

#include <stdbool.h>

#include "sim/log.h"
#include "sim/schema.h"

/* When a cached answer counts as expired. exp = floor(time stored) + TTL, in whole seconds, or
 * exact for CONTINUOUS. */
enum expiry_rule {
    EXPIRY_AFTER,      /* hit while floor(now) <= exp: unbound up to 1.17 */
    EXPIRY_AT,         /* hit while floor(now) < exp: BIND 9.18, current unbound */
    EXPIRY_CONTINUOUS, /* hit while now < time stored + TTL, in microseconds */
    EXPIRY_ALWAYS,     /* no cache: every question goes out */
};

enum prefetch_rule {
    PREFETCH_OFF,
    PREFETCH_TENTH,     /* unbound: on a hit at age >= TTL - TTL/10 */
    PREFETCH_REMAINING, /* BIND: on a hit with at most trigger_s left, for TTL >= eligible_s */
};

/* QNAME minimisation (RFC 9156): what else an authority is asked on the way to a name. */
enum minimise_rule {
    MINIMISE_OFF, /* right for 2016 */
    MINIMISE_A,   /* unbound: A of every name between zone and question, not cached */
    MINIMISE_NS,  /* BIND: NS of the same names, cached */
};
extern const char *const minimise_words[]; /* "off", "a", "ns", NULL */

/* Times of the queries for one question to servers that stay silent. */
struct retransmission {
    int n;
    int32_t at_ms[16]; /* after the first query, at_ms[0] = 0 */
    int32_t give_up_ms;
};

struct resolver_profile {
    const char *name;    /* in a case file */
    const char *summary; /* software, version, source of the rule */
    enum expiry_rule expiry;
    enum prefetch_rule prefetch;
    int32_t trigger_s, eligible_s; /* of PREFETCH_REMAINING */
    int32_t min_ttl_s, max_ttl_s;  /* answers' TTLs are clamped to this range */
    int32_t max_negative_ttl_s;
    int32_t fixed_ttl_s; /* above 0: every answer is kept for this long */
    int32_t stale_s;     /* serve-stale: an answer so long past its expiry is still given
                            while a new one is asked for; 0: never */
    enum minimise_rule minimise;
    bool mixed_case;        /* 0x20: every query goes out in random case */
    bool sticky_delegation; /* every answer renews what it knows of the zone's servers */
    const struct retransmission *silence;
};

/* The registry, in the order shown to people; ends with a row whose name is NULL. */
extern const struct resolver_profile resolver_profiles[];

/* The names of the rows above in the same order, NULL-terminated: for word parameters. */
extern const char *const resolver_profile_words[];

/* The profile of a name, or NULL. */
const struct resolver_profile *resolver_profile_find(const char *name);

/* Settings that a case may change for one resolver. Rows of resolver_rows. */
enum resolver_param {
    RESOLVER_FIXED_TTL,
    RESOLVER_MIN_TTL,
    RESOLVER_MAX_TTL,
    RESOLVER_SERVE_STALE,
    RESOLVER_MINIMISE,
    RESOLVER_MIXED_CASE,
    RESOLVER_N_PARAMS,
};
extern const struct param_row resolver_rows[];

/* The profile with a case's settings put over it. `settings` are the drawn values in the order of
 * resolver_rows; a value of 0 leaves the software's own setting. */
struct resolver_profile resolver_configure(const struct resolver_profile *software,
                                           const double *settings);

/* For how long the software keeps an answer (or a failure, where it does not exist) of this TTL. */
int32_t resolver_kept_ttl_s(const struct resolver_profile *profile, bool exists, int32_t ttl_s);

/* What one cache holds for one question. All zero: nothing. */
struct cache_entry {
    int64_t expiry; /* whole seconds since the epoch, or microseconds for EXPIRY_CONTINUOUS */
    time_us plain_until_us; /* before this the answer is given and nothing goes upstream */
    time_us busy_until_us;  /* until then a query to a silent server is on its way */
    uint32_t record;        /* which record set it is, as given to resolver_ask */
    int32_t ttl_s;          /* TTL of the stored answer after clamping */
    bool held;
    bool negative; /* the stored answer is "no such name" or "no data" */
};

/* What the authority would say now. */
struct authority_answer {
    bool exists;
    int32_t ttl_s;   /* the negative TTL where the name does not exist */
    uint32_t record; /* any number by which the caller knows the record set again */
};

/* What the client gets. */
struct client_answer {
    bool negative;
    uint32_t record; /* of the answer given: the cached one on a hit */
};

/* Asks a cache at time t. Returns true where the question goes upstream (a miss, or a prefetch on a
 * hit), and updates *entry. `fresh` is what the authority would say. */
bool resolver_ask(const struct resolver_profile *profile, struct cache_entry *entry, time_us t,
                  struct authority_answer fresh, struct client_answer *given);

/* How long a cache answers a question that always gets the same answer, by the instant at which it
 * asked upstream. */
struct resolver_quiet {
    bool whole_seconds; /* counted from the beginning of that second */
    time_us for_us;
};

struct resolver_quiet resolver_quiet(const struct resolver_profile *profile,
                                     struct authority_answer answer);

/* cache_entry.plain_until_us (or t, where there is no cache) after resolver_ask went upstream at t.
 */
static inline time_us resolver_quiet_until(const struct resolver_quiet *self, time_us t)
{
    time_us past_second = t % US_PER_S;
    past_second += past_second < 0 ? US_PER_S : 0;
    return t - (self->whole_seconds ? past_second : 0) + self->for_us;
}

/* The usual case of resolver_ask by itself: true where the cache answers and nothing goes upstream;
 * false, with nothing changed, where resolver_ask must decide. Spares the caller to find out what
 * the authority would say. */
static inline bool resolver_hit(const struct cache_entry *entry, time_us t,
                                struct client_answer *given)
{
    if (!entry->held || t >= entry->plain_until_us)
        return false;
    given->negative = entry->negative;
    given->record = entry->record;
    return true;
}

/* Asks a cache at time t while the zone's servers are silent until `silent_until_us`. Writes the
 * times of the queries that go upstream (at most 16) and their number. Where the last of them
 * reaches the servers again, `fresh` is stored. Returns true where the client gets an answer, from
 * the cache or in the end; false: the resolver fails. */
bool resolver_ask_silent(const struct resolver_profile *profile, struct cache_entry *entry,
                         time_us t, time_us silent_until_us, struct authority_answer fresh,
                         struct client_answer *given, time_us times[16], int *n_times);

/* Writes `name` with the letters' case drawn from the bits of `key` (0x20): the same key gives the
 * same spelling. `buffer` takes `size` bytes, the result is cut to fit and NUL-terminated. */
void resolver_mix_case(const char *name, uint64_t key, char *buffer, size_t size);

#endif
