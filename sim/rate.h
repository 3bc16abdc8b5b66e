/* rate.h - rate profiles: how busy a party is, hour by hour of its local week.
 *
 * Piecewise constant over local hours. Arrivals are drawn by inverse time: one exponential per
 * event, walked through the hours (no thinning), so random numbers stay aligned when a rate
 * changes.
 */
#ifndef SIM_RATE_H
#define SIM_RATE_H

#include "sim/civil.h"
#include "sim/rng.h"

struct rate_profile {
    const struct civil_grid *grid; /* borrowed */
    double weight[168]; /* relative rate per hour of the local week; mean 1 after rate_normalise */
    double holiday_factor;     /* multiplies the rate on holidays from Monday to Friday */
    bool flat;                 /* weight 1 in every hour; kept by rate_flat and rate_normalise */
    double before_s[168 + 24]; /* mass of the hours of the week before each one, Monday once more
                                  behind Sunday; kept by rate_normalise */
};

/* Relative rate of hour i of the grid. */
static inline double rate_of_hour(const struct rate_profile *self, int32_t i)
{
    int hour = self->grid->hour_of_week[i];
    bool day_off = self->grid->holiday[i] && hour < 5 * 24;
    return day_off ? self->weight[hour] * self->holiday_factor : self->weight[hour];
}

/* Whether hour i lies in a day of the grid (24 hours, counted from its first) in which hours have
 * the weights of the week: no holiday, no change of the clock. */
static inline bool rate_is_plain(const struct civil_grid *grid, int32_t i)
{
    return i / 24 < grid->n_hours / 24 && grid->plain_day[i / 24];
}

/* Walks through what is left of the day of hour i, which must be plain: returns the hour in which
 * *mass_s is used up, or the first of the next day, and takes off what lies before it. */
static inline int32_t rate_walk_day(const struct rate_profile *self, int32_t i, double *mass_s)
{
    const double *before_s = self->before_s + self->grid->hour_of_week[i];
    const int32_t n = 24 - i % 24;
    double target_s = before_s[0] + *mass_s;
    int32_t k = before_s[n] < target_s ? n : 0;
    while (k < n && (before_s[k + 1] < target_s || before_s[k + 1] <= before_s[k]))
        k++;
    *mass_s = target_s > before_s[k] ? target_s - before_s[k] : 0.0;
    return i + k;
}

/* The flat profile: weight 1 everywhere. */
void rate_flat(struct rate_profile *self, const struct civil_grid *grid);

/* Office hours: weight 1 from start_h to end_h local (hours of day, fractions allowed, end may be
 * past midnight), outside them `night_factor`, and all of it times `weekend_factor` on Saturday and
 * Sunday (and on holidays). Then normalised. */
void rate_working_hours(struct rate_profile *self, const struct civil_grid *grid, double start_h,
                        double end_h, double night_factor, double weekend_factor);

/* Scales the weights to mean 1 over the week, so that a base rate keeps its meaning. All-zero
 * weights become flat. To be called after every change of weights. */
void rate_normalise(struct rate_profile *self);

/* The hour of the grid at an instant; outside the grid the nearest one. */
static inline int32_t rate_hour_at(const struct civil_grid *grid, time_us t)
{
    if (t < grid->origin_us)
        return 0;
    int64_t i = (t - grid->origin_us) / US_PER_HOUR;
    return i < grid->n_hours ? (int32_t)i : grid->n_hours - 1;
}

/* Relative rate at an instant: 0 or more. Outside the grid the nearest hour counts. */
static inline double rate_at(const struct rate_profile *self, time_us t)
{
    return rate_of_hour(self, rate_hour_at(self->grid, t));
}

/* Integral of the relative rate over [from, until), in seconds. */
double rate_mass_s(const struct rate_profile *self, time_us from_us, time_us until_us);

/* The instant at which `mass_s` (seconds of relative rate) has passed since `from`; INT64_MAX where
 * the grid ends first. */
time_us rate_advance(const struct rate_profile *self, time_us from_us, double mass_s);

/* rate_advance for the flat profile. */
static inline time_us rate_advance_flat(const struct civil_grid *grid, time_us from_us,
                                        double mass_s)
{
    time_us end = grid->origin_us + grid->n_hours * US_PER_HOUR;
    double us = mass_s * 1e6;
    return us < (double)(end - from_us) ? from_us + (time_us)us : INT64_MAX;
}

/* The first arrival after `from` of a Poisson process with rate base_per_s * rate_at(t); INT64_MAX
 * where there is none before the grid ends. base_per_s <= 0 gives none. */
static inline time_us rate_next(const struct rate_profile *self, double base_per_s, time_us from_us,
                                struct rng *rng)
{
    if (!(base_per_s > 0.0))
        return INT64_MAX;
    double mass_s = rng_exponential(rng) / base_per_s;
    return self->flat ? rate_advance_flat(self->grid, from_us, mass_s)
                      : rate_advance(self, from_us, mass_s);
}

#endif
