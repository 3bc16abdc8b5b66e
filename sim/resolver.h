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

struct resolver_profile {
    const char *name;    /* in a case file */
    const char *summary; /* software, version, source of the rule */
    enum expiry_rule expiry;
    enum prefetch_rule prefetch;
    int32_t trigger_s, eligible_s; /* of PREFETCH_REMAINING */
    int32_t min_ttl_s, max_ttl_s;  /* answers' TTLs are clamped to this range */
    int32_t max_negative_ttl_s;
    int32_t fixed_ttl_s; /* above 0: every answer is kept for this long */
};

/* The registry, in the order shown to people; ends with a row whose name is NULL. */
extern const struct resolver_profile resolver_profiles[];

/* The profile of a name, or NULL. */
const struct resolver_profile *resolver_profile_find(const char *name);

/* What one cache holds for one question. All zero: nothing. */
struct cache_entry {
    int64_t expiry; /* whole seconds since the epoch, or microseconds for EXPIRY_CONTINUOUS */
    int32_t ttl_s;  /* TTL of the stored answer after clamping */
    bool held;
    bool negative; /* the stored answer is "no such name" or "no data" */
};

/* Asks a cache at time t. `exists` and `ttl_s` describe what the authority would say now (ttl_s:
 * negative TTL where the name does not exist). Returns true where the question goes upstream (a
 * miss, or a prefetch on a hit), and updates *entry. *negative tells whether the answer given to
 * the client is negative. */
bool resolver_ask(const struct resolver_profile *profile, struct cache_entry *entry, time_us t,
                  bool exists, int32_t ttl_s, bool *negative);

#endif
