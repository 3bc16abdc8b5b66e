#include "sim/resolver.h"

#include <string.h>

#include "sim/rng.h"

#define DAY 86400
#define NO_LIMIT INT32_MAX

const char *const minimise_words[] = {"off", "a", "ns", NULL};

/* Recorded: one server, known; unbound's run had 0x20 switched on. */
static const struct retransmission unbound_silence = {
    15, {0, 52, 104, 205, 305, 505, 706, 1106, 1507, 2307, 3108, 4710, 6311, 9514, 12715}, 19119};
static const struct retransmission bind_silence = {6, {0, 801, 1810, 2823, 4425, 7627}, 10002};
/* dnsmasq hands each of the client's tries on; the client's second try comes by itself. */
static const struct retransmission forward_silence = {1, {0}, 5000};
/* The client of Windows: 0, 1, 2, 4, 8 s. */
static const struct retransmission windows_silence = {5, {0, 1000, 2000, 4000, 8000}, 12000};

/* Rules and defaults: docs/mechanisms.md, section "Resolvers". unbound: cache-max-ttl 86400,
 * cache-max-negative-ttl 3600; BIND: max-cache-ttl 604800, max-ncache-ttl 10800. */
const struct resolver_profile resolver_profiles[] = {
    {.name = "unbound-1.17",
     .summary = "unbound up to 1.17, default configuration (no prefetch)",
     .expiry = EXPIRY_AFTER,
     .max_ttl_s = DAY,
     .max_negative_ttl_s = 3600,
     .silence = &unbound_silence},
    {.name = "unbound-1.17-prefetch",
     .summary = "unbound up to 1.17 with prefetch: yes",
     .expiry = EXPIRY_AFTER,
     .prefetch = PREFETCH_TENTH,
     .max_ttl_s = DAY,
     .max_negative_ttl_s = 3600,
     .silence = &unbound_silence},
    {.name = "unbound-current",
     .summary = "unbound after 1.17: an answer is over in the second in which its TTL ends",
     .expiry = EXPIRY_AT,
     .max_ttl_s = DAY,
     .max_negative_ttl_s = 3600,
     .silence = &unbound_silence},
    {.name = "unbound-current-prefetch",
     .summary = "the same with prefetch: yes",
     .expiry = EXPIRY_AT,
     .prefetch = PREFETCH_TENTH,
     .max_ttl_s = DAY,
     .max_negative_ttl_s = 3600,
     .silence = &unbound_silence},
    {.name = "unbound-serve-expired",
     .summary = "unbound 1.17 with serve-expired: yes (old answers for a day while it asks again)",
     .expiry = EXPIRY_AFTER,
     .max_ttl_s = DAY,
     .max_negative_ttl_s = 3600,
     .stale_s = DAY,
     .silence = &unbound_silence},
    {.name = "bind-9.18",
     .summary = "BIND 9.18, default configuration (prefetch 2 9)",
     .expiry = EXPIRY_AT,
     .prefetch = PREFETCH_REMAINING,
     .trigger_s = 2,
     .eligible_s = 9,
     .max_ttl_s = 7 * DAY,
     .max_negative_ttl_s = 10800,
     .silence = &bind_silence},
    {.name = "bind-9.18-no-prefetch",
     .summary = "BIND with prefetch 0, as in versions before 9.10",
     .expiry = EXPIRY_AT,
     .max_ttl_s = 7 * DAY,
     .max_negative_ttl_s = 10800,
     .silence = &bind_silence},
    {.name = "dnsmasq",
     .summary = "dnsmasq as the only cache: no prefetch, no upper limit",
     .expiry = EXPIRY_AT,
     .max_ttl_s = NO_LIMIT,
     .max_negative_ttl_s = NO_LIMIT,
     .silence = &forward_silence},
    {.name = "windows-dns",
     .summary = "Windows DNS server: at most a day, failures 15 min; sticky delegations",
     .expiry = EXPIRY_AT,
     .max_ttl_s = DAY,
     .max_negative_ttl_s = 900,
     .sticky_delegation = true,
     .silence = &windows_silence},
    {.name = "fixed-ttl",
     .summary = "keeps every answer for one hour, or for what fixed_ttl says",
     .expiry = EXPIRY_AT,
     .max_ttl_s = NO_LIMIT,
     .max_negative_ttl_s = NO_LIMIT,
     .fixed_ttl_s = 3600,
     .silence = &forward_silence},
    {.name = "continuous",
     .summary = "an ideal cache that expires to the microsecond",
     .expiry = EXPIRY_CONTINUOUS,
     .max_ttl_s = NO_LIMIT,
     .max_negative_ttl_s = NO_LIMIT,
     .silence = &forward_silence},
    {.name = "none",
     .summary = "no cache: every question reaches the authority",
     .expiry = EXPIRY_ALWAYS,
     .max_ttl_s = NO_LIMIT,
     .max_negative_ttl_s = NO_LIMIT,
     .silence = &forward_silence},
    {.name = NULL},
};

const char *const resolver_profile_words[] = {"unbound-1.17",
                                              "unbound-1.17-prefetch",
                                              "unbound-current",
                                              "unbound-current-prefetch",
                                              "unbound-serve-expired",
                                              "bind-9.18",
                                              "bind-9.18-no-prefetch",
                                              "dnsmasq",
                                              "windows-dns",
                                              "fixed-ttl",
                                              "continuous",
                                              "none",
                                              NULL};

const struct param_row resolver_rows[] = {
    [RESOLVER_FIXED_TTL] = {"fixed_ttl", UNIT_SECOND, 0, 2147483647.0, "0",
                            "every answer is kept for this long; 0: as the answer says", NULL},
    [RESOLVER_MIN_TTL] = {"min_ttl", UNIT_SECOND, 0, 2147483647.0, "0",
                          "shorter TTLs are raised to this; 0: the software's own", NULL},
    [RESOLVER_MAX_TTL] = {"max_ttl", UNIT_SECOND, 0, 2147483647.0, "0",
                          "longer TTLs are cut to this; 0: the software's own", NULL},
    [RESOLVER_SERVE_STALE] = {"serve_stale", UNIT_SECOND, 0, 2147483647.0, "0",
                              "old answers are given for so long while it asks again; 0: the "
                              "software's own",
                              NULL},
    [RESOLVER_MINIMISE] = {"minimise", UNIT_WORD, 0, 2, "off",
                           "QNAME minimisation: extra A or NS queries", minimise_words},
    [RESOLVER_MIXED_CASE] = {"mixed_case", UNIT_FRACTION, 0, 1, "0",
                             "1: queries go out in random case (0x20)", NULL},
    [RESOLVER_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

const struct resolver_profile *resolver_profile_find(const char *name)
{
    for (const struct resolver_profile *p = resolver_profiles; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

struct resolver_profile resolver_configure(const struct resolver_profile *software,
                                           const double *settings)
{
    struct resolver_profile profile = *software;
    if (settings[RESOLVER_FIXED_TTL] > 0.0)
        profile.fixed_ttl_s = (int32_t)settings[RESOLVER_FIXED_TTL];
    if (settings[RESOLVER_MIN_TTL] > 0.0)
        profile.min_ttl_s = (int32_t)settings[RESOLVER_MIN_TTL];
    if (settings[RESOLVER_MAX_TTL] > 0.0)
        profile.max_ttl_s = (int32_t)settings[RESOLVER_MAX_TTL];
    if (settings[RESOLVER_SERVE_STALE] > 0.0)
        profile.stale_s = (int32_t)settings[RESOLVER_SERVE_STALE];
    if (settings[RESOLVER_MINIMISE] > 0.0)
        profile.minimise = (enum minimise_rule)settings[RESOLVER_MINIMISE];
    profile.mixed_case = profile.mixed_case || settings[RESOLVER_MIXED_CASE] >= 0.5;
    return profile;
}

static int64_t whole_second(time_us t)
{
    return t / US_PER_S - (t % US_PER_S < 0);
}

/* An instant with its whole second, worked out once. */
struct instant {
    time_us us;
    int64_t s;
};

static struct instant instant_at(time_us t)
{
    return (struct instant){t, whole_second(t)};
}

/* The upper limit wins over the lower one, as in unbound and BIND. */
int32_t resolver_kept_ttl_s(const struct resolver_profile *profile, bool exists, int32_t ttl_s)
{
    if (profile->fixed_ttl_s > 0)
        return profile->fixed_ttl_s;
    int32_t most = exists ? profile->max_ttl_s : profile->max_negative_ttl_s;
    int32_t raised = ttl_s < profile->min_ttl_s ? profile->min_ttl_s : ttl_s;
    return raised > most ? most : raised;
}

static bool is_hit(const struct resolver_profile *profile, const struct cache_entry *entry,
                   struct instant now)
{
    if (!entry->held)
        return false;
    switch (profile->expiry) {
    case EXPIRY_AFTER:
        return now.s <= entry->expiry;
    case EXPIRY_AT:
        return now.s < entry->expiry;
    case EXPIRY_CONTINUOUS:
        return now.us < entry->expiry;
    case EXPIRY_ALWAYS:
        break;
    }
    return false;
}

static bool wants_prefetch(const struct resolver_profile *profile, const struct cache_entry *entry,
                           struct instant now)
{
    int64_t left_s = entry->expiry - now.s;
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

/* Past its expiry, but young enough to be given to a client all the same. */
static bool is_stale_answer(const struct resolver_profile *profile, const struct cache_entry *entry,
                            struct instant now)
{
    if (!entry->held || profile->stale_s == 0)
        return false;
    int64_t expiry_s =
        profile->expiry == EXPIRY_CONTINUOUS ? whole_second(entry->expiry) : entry->expiry;
    return now.s <= expiry_s + profile->stale_s;
}

/* is_hit and not wants_prefetch, as one instant. */
static time_us plain_until(const struct resolver_profile *profile, const struct cache_entry *entry)
{
    if (profile->expiry == EXPIRY_ALWAYS)
        return INT64_MIN;
    bool whole = profile->expiry != EXPIRY_CONTINUOUS;
    time_us until_us = whole ? entry->expiry * US_PER_S : entry->expiry;
    if (profile->expiry == EXPIRY_AFTER)
        until_us += US_PER_S;
    time_us prefetch_us = INT64_MAX;
    if (profile->prefetch == PREFETCH_TENTH)
        prefetch_us = (entry->expiry - entry->ttl_s / 10) * US_PER_S;
    else if (profile->prefetch == PREFETCH_REMAINING && entry->ttl_s >= profile->eligible_s)
        prefetch_us = (entry->expiry - profile->trigger_s) * US_PER_S;
    return prefetch_us < until_us ? prefetch_us : until_us;
}

static void store(const struct resolver_profile *profile, struct cache_entry *entry,
                  struct instant now, struct authority_answer answer)
{
    int32_t kept_s = resolver_kept_ttl_s(profile, answer.exists, answer.ttl_s);
    entry->held = true;
    entry->negative = !answer.exists;
    entry->record = answer.record;
    entry->ttl_s = kept_s;
    entry->expiry =
        profile->expiry == EXPIRY_CONTINUOUS ? now.us + kept_s * US_PER_S : now.s + kept_s;
    entry->plain_until_us = plain_until(profile, entry);
}

struct resolver_quiet resolver_quiet(const struct resolver_profile *profile,
                                     struct authority_answer answer)
{
    struct cache_entry entry = {0};
    store(profile, &entry, instant_at(0), answer);
    bool cached = profile->expiry != EXPIRY_ALWAYS;
    return (struct resolver_quiet){cached && profile->expiry != EXPIRY_CONTINUOUS,
                                   cached ? entry.plain_until_us : 0};
}

bool resolver_ask(const struct resolver_profile *profile, struct cache_entry *entry, time_us t,
                  struct authority_answer fresh, struct client_answer *given)
{
    struct instant now = instant_at(t);
    bool hit = is_hit(profile, entry, now);
    bool from_cache = hit || is_stale_answer(profile, entry, now);
    given->negative = from_cache ? entry->negative : !fresh.exists;
    given->record = from_cache ? entry->record : fresh.record;
    if (hit && !wants_prefetch(profile, entry, now))
        return false;
    store(profile, entry, now, fresh);
    return true;
}

bool resolver_ask_silent(const struct resolver_profile *profile, struct cache_entry *entry,
                         time_us t, time_us silent_until_us, struct authority_answer fresh,
                         struct client_answer *given, time_us times[16], int *n_times)
{
    *n_times = 0;
    struct instant now = instant_at(t);
    bool hit = is_hit(profile, entry, now);
    bool from_cache = hit || is_stale_answer(profile, entry, now);
    given->negative = from_cache && entry->negative;
    given->record = entry->record;
    if ((hit && !wants_prefetch(profile, entry, now)) || t < entry->busy_until_us)
        return from_cache;
    const struct retransmission *schedule = profile->silence;
    entry->busy_until_us = t + schedule->give_up_ms * INT64_C(1000);
    for (int i = 0; i < schedule->n; i++) {
        time_us at = t + schedule->at_ms[i] * INT64_C(1000);
        times[(*n_times)++] = at;
        if (at < silent_until_us)
            continue;
        store(profile, entry, instant_at(at), fresh);
        entry->busy_until_us = at;
        given->negative = from_cache ? given->negative : !fresh.exists;
        given->record = from_cache ? given->record : fresh.record;
        return true;
    }
    return from_cache;
}

void resolver_mix_case(const char *name, uint64_t key, char *buffer, size_t size)
{
    size_t i = 0;
    uint64_t bits = rng_scramble(key);
    for (; size > 0 && i + 1 < size && name[i] != '\0'; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        buffer[i] = letter ? (char)((c & ~0x20) | (bits & 1 ? 0x20 : 0)) : c;
        bits = i % 64 == 63 ? rng_scramble(bits ^ key) : bits >> 1;
    }
    if (size > 0)
        buffer[i] = '\0';
}
