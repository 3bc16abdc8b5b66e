/* miss.h - the shortcut: draws the questions that pass a cache directly, without those that it
 * answers.
 *
 * Where the demand is a Poisson process (any rate profile), what comes after the cache opens again
 * does not depend on what came before. So the next question upstream is the first arrival after
 * that instant: TTL, brought to whole seconds by the software's rule, plus an exponential remainder
 * in the time of the profile. Exact, prefetch included; costs one random number per miss instead of
 * one per question. The plain simulator (resolve.h) is its oracle: tests/statistical/test_miss.c.
 *
 * Source: J. Jung, A. Berger, H. Balakrishnan, "Modeling TTL-based Internet caches", INFOCOM 2003
 * (renewal input); the whole seconds are measured (docs/mechanisms.md).
 *
 * Several resolvers among which a stub chooses at random are independent caches with the rate
 * divided among them. It does not hold for rotation, for demand in bursts or with memory, or where
 * the record changes while it is cached.
 */
#ifndef SIM_MISS_H
#define SIM_MISS_H

#include "sim/rate.h"
#include "sim/resolver.h"

/* The first instant at which a question would go upstream again, after one at t_us whose answer has
 * the TTL ttl_s (0 to 2^31-1) and exists or not. Never before t_us. */
time_us miss_opens_us(const struct resolver_profile *profile, time_us t_us, bool exists,
                      int32_t ttl_s);

/* The next question upstream after the one at last_us, for Poisson demand of base_per_s times the
 * profile; INT64_MAX where there is none before the profile's grid ends. With an empty cache the
 * first one is rate_next(). Takes one number from the stream. */
time_us miss_next(const struct resolver_profile *profile, bool exists, int32_t ttl_s,
                  const struct rate_profile *rate, double base_per_s, time_us last_us,
                  struct rng *rng);

#endif
