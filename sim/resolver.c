#include "sim/resolver.h"

#include <string.h>

/* Rules and defaults: docs/mechanisms.md, section "Resolvers". unbound: cache-max-ttl 86400,
 * cache-max-negative-ttl 3600; BIND: max-cache-ttl 604800, max-ncache-ttl 10800. */
const struct resolver_profile resolver_profiles[] = {
    {"unbound-1.17", "unbound up to 1.17, default configuration (no prefetch)", EXPIRY_AFTER,
     PREFETCH_OFF, 0, 0, 0, 86400, 3600, 0},
    {"unbound-1.17-prefetch", "unbound up to 1.17 with prefetch: yes", EXPIRY_AFTER, PREFETCH_TENTH,
     0, 0, 0, 86400, 3600, 0},
    {"bind-9.18", "BIND 9.18, default configuration (prefetch 2 9)", EXPIRY_AT, PREFETCH_REMAINING,
     2, 9, 0, 604800, 10800, 0},
    {"bind-9.18-no-prefetch", "BIND with prefetch 0, as in versions before 9.10", EXPIRY_AT,
     PREFETCH_OFF, 0, 0, 0, 604800, 10800, 0},
    {"continuous", "an ideal cache that expires to the microsecond", EXPIRY_CONTINUOUS,
     PREFETCH_OFF, 0, 0, 0, INT32_MAX, INT32_MAX, 0},
    {"none", "no cache: every question reaches the authority", EXPIRY_ALWAYS, PREFETCH_OFF, 0, 0, 0,
     INT32_MAX, INT32_MAX, 0},
    {NULL, NULL, EXPIRY_ALWAYS, PREFETCH_OFF, 0, 0, 0, 0, 0, 0},
};

const struct resolver_profile *resolver_profile_find(const char *name)
{
    for (const struct resolver_profile *p = resolver_profiles; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

static int64_t whole_second(time_us t)
{
    return t / US_PER_S - (t % US_PER_S < 0);
}

static int32_t clamp_ttl(const struct resolver_profile *profile, bool exists, int32_t ttl_s)
{
    if (profile->fixed_ttl_s > 0)
        return profile->fixed_ttl_s;
    int32_t most = exists ? profile->max_ttl_s : profile->max_negative_ttl_s;
    if (ttl_s > most)
        return most;
    return ttl_s < profile->min_ttl_s ? profile->min_ttl_s : ttl_s;
}

static bool is_hit(const struct resolver_profile *profile, const struct cache_entry *entry,
                   time_us t)
{
    if (!entry->held)
        return false;
    switch (profile->expiry) {
    case EXPIRY_AFTER:
        return whole_second(t) <= entry->expiry;
    case EXPIRY_AT:
        return whole_second(t) < entry->expiry;
    case EXPIRY_CONTINUOUS:
        return t < entry->expiry;
    case EXPIRY_ALWAYS:
        break;
    }
    return false;
}

static bool wants_prefetch(const struct resolver_profile *profile, const struct cache_entry *entry,
                           time_us t)
{
    int64_t left_s = entry->expiry - whole_second(t);
    switch (profile->prefetch) {
    case PREFETCH_TENTH:
        return left_s <= entry->ttl_s / 10;
    case PREFETCH_REMAINING:
        return entry->ttl_s >= profile->eligible_s && left_s <= profile->trigger_s;
    case PREFETCH_OFF:
        break;
    }
    return false;
}

bool resolver_ask(const struct resolver_profile *profile, struct cache_entry *entry, time_us t,
                  bool exists, int32_t ttl_s, bool *negative)
{
    bool hit = is_hit(profile, entry, t);
    *negative = hit ? entry->negative : !exists;
    if (hit && !wants_prefetch(profile, entry, t))
        return false;
    int32_t kept_s = clamp_ttl(profile, exists, ttl_s);
    entry->held = true;
    entry->negative = !exists;
    entry->ttl_s = kept_s;
    entry->expiry =
        profile->expiry == EXPIRY_CONTINUOUS ? t + kept_s * US_PER_S : whole_second(t) + kept_s;
    return true;
}
