#include "sim/miss.h"

time_us miss_opens_us(const struct resolver_profile *profile, time_us t_us, bool exists,
                      int32_t ttl_s)
{
    int64_t kept_s = resolver_kept_ttl_s(profile, exists, ttl_s);
    if (profile->expiry == EXPIRY_ALWAYS)
        return t_us;
    if (profile->expiry == EXPIRY_CONTINUOUS)
        return t_us + kept_s * US_PER_S;
    int64_t stored_s = t_us / US_PER_S - (t_us % US_PER_S < 0);
    int64_t opens_s = stored_s + kept_s;
    if (profile->prefetch == PREFETCH_TENTH)
        opens_s -= kept_s / 10;
    else if (profile->prefetch == PREFETCH_REMAINING && kept_s >= profile->eligible_s)
        opens_s -= profile->trigger_s;
    else if (profile->expiry == EXPIRY_AFTER)
        opens_s++;
    return opens_s * US_PER_S > t_us ? opens_s * US_PER_S : t_us;
}

time_us miss_next(const struct resolver_profile *profile, bool exists, int32_t ttl_s,
                  const struct rate_profile *rate, double base_per_s, time_us last_us,
                  struct rng *rng)
{
    return rate_next(rate, base_per_s, miss_opens_us(profile, last_us, exists, ttl_s), rng);
}
