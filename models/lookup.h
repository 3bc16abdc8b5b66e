/* lookup.h - small things that several models do: look a host up, a burst of look-ups, an hour that
 * comes every day. */
#ifndef MODELS_LOOKUP_H
#define MODELS_LOOKUP_H

#include "models/activity.h"

/* A party's host asks for the A record of the mail host. */
int lookup_address(const struct model_run *run, time_us t, int party, int host);

/* A party's host has only the mail host's IP address: PTR, then A of the name that it gives
 * `delay_s` later. Where the case gives no address the A record is asked for at once. */
int lookup_confirm(const struct model_run *run, time_us t, int party, int host, double delay_s);

/* One or several look-ups within a short time: geometric number, exponential gaps. */
struct burst {
    double stay;  /* probability that another one follows */
    double gap_s; /* mean gap */
};

/* With a mean number of `more` after the first, 0 or more. */
static inline struct burst burst_of(double more, double gap_s)
{
    return (struct burst){more / (1.0 + more), gap_s};
}

/* The schema rows that go with it. */
#define MORE_LOOKUPS_ROW                                                                           \
    {                                                                                              \
        "more_lookups", UNIT_COUNT, 0, 50, "exponential(mean=0.3)",                                \
            "look-ups each time beyond the first, mean (geometric): several processes ask", NULL   \
    }
#define LOOKUP_GAP_ROW                                                                             \
    {                                                                                              \
        "lookup_gap", UNIT_SECOND, 0.001, 3600, "lognormal(median=10, sigma=1.2)",                 \
            "mean gap between them (exponential)", NULL                                            \
    }

/* Moves *t to the next look-up of the burst; false where it is over. Takes one uniform, and one
 * exponential where it goes on. */
static inline bool burst_next(const struct burst *self, struct rng *rng, time_us *t)
{
    if (rng_uniform(rng) >= self->stay)
        return false;
    *t = time_after(*t, rng_exponential(rng) * self->gap_s);
    return true;
}

/* The first instant after t at which it is `hour` o'clock (fractions allowed) in the party's local
 * time. */
time_us next_local_hour(const struct party *party, time_us t, double hour);

/* Probability-like openness of a clock at t: 1 in open hours, the night or weekend factor outside.
 */
static inline double working_clock_open(const struct working_clock *self, time_us t)
{
    return rate_at(&self->profile, t) * self->per_peak;
}

#endif
