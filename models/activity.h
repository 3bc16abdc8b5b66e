/* activity.h - how the intensity of a mechanism changes over the window: onset, growth, level
 * changes and pauses, shared by all traffic models.
 *
 * A model appends ACTIVITY_ROWS to its schema. The relative level is 1 in the middle of the window
 * where nothing changes; it multiplies the hourly rate profile of whoever acts.
 */
#ifndef MODELS_ACTIVITY_H
#define MODELS_ACTIVITY_H

#include "sim/model.h"

/* Parameters, relative to the first activity row of a model's schema. */
enum activity_param {
    ACTIVITY_ONSET,
    ACTIVITY_GROWTH,
    ACTIVITY_CHANGES,
    ACTIVITY_CHANGE_SIZE,
    ACTIVITY_PAUSES,
    ACTIVITY_PAUSE_LENGTH,
    ACTIVITY_N_PARAMS
};

/* The rows, for a designated table whose first activity parameter has number `first`. */
#define ACTIVITY_ROWS(first)                                                                       \
    [(first) +                                                                                     \
        ACTIVITY_ONSET] = {"onset",                                                                \
                           UNIT_DAY,                                                               \
                           0,                                                                      \
                           100000,                                                                 \
                           "0",                                                                    \
                           "days after the window's start when it begins; 0: it was "              \
                           "always there",                                                         \
                           NULL},                                                                  \
        [(first) +                                                                                 \
            ACTIVITY_GROWTH] = {"growth",                                                          \
                                UNIT_NONE,                                                         \
                                -6,                                                                \
                                6,                                                                 \
                                "normal(mean=0, sd=0.7)",                                          \
                                "change of the logarithm of the rate over the whole window",       \
                                NULL},                                                             \
        [(first) + ACTIVITY_CHANGES] = {"level_changes",                                           \
                                        UNIT_COUNT,                                                \
                                        0,                                                         \
                                        50,                                                        \
                                        "poisson(mean=1)",                                         \
                                        "sudden lasting changes of the rate in the window",        \
                                        NULL},                                                     \
        [(first) +                                                                                 \
            ACTIVITY_CHANGE_SIZE] = {"level_change_size",                                          \
                                     UNIT_NONE,                                                    \
                                     0,                                                            \
                                     4,                                                            \
                                     "uniform(0, 1)",                                              \
                                     "standard deviation of the log-rate step at each change",     \
                                     NULL},                                                        \
        [(first) + ACTIVITY_PAUSES] = {"pauses",                                                   \
                                       UNIT_PER_WEEK,                                              \
                                       0,                                                          \
                                       20,                                                         \
                                       "exponential(mean=0.05)",                                   \
                                       "pauses in which all of it is silent",                      \
                                       NULL},                                                      \
        [(first) + ACTIVITY_PAUSE_LENGTH] = {"pause_length",                                       \
                                             UNIT_DAY,                                             \
                                             0,                                                    \
                                             1000,                                                 \
                                             "lognormal(median=2, sigma=0.8)",                     \
                                             "mean length of a pause (exponential)",               \
                                             NULL}

/* However growth and level changes multiply, the level stays at or below this. */
#define ACTIVITY_MAX_LEVEL 20.0

/* One day of 24 hours, counted from world.start_us. */
struct activity_day {
    double level;  /* all day, where hours is NULL */
    double *hours; /* 24 levels; in the run's arena */
};

/* The relative level by days; by hours where it changes within a day. */
struct activity {
    time_us start_us;
    int32_t n_hours;
    struct activity_day *day; /* in the run's arena */
};

/* Draws the course of one trial. `first` is the number of the model's first activity parameter.
 * STATUS_RUN when memory runs out. Streams used: "activity", index 0 (changes) and 1 (pauses). */
int activity_init(struct activity *self, const struct model_run *run, size_t first);

/* The hour since the start, at an instant; outside the window the nearest one. */
static inline int32_t activity_hour(const struct activity *self, time_us t)
{
    if (t < self->start_us)
        return 0;
    int64_t hour = (t - self->start_us) / US_PER_HOUR;
    return hour < self->n_hours ? (int32_t)hour : self->n_hours - 1;
}

/* Relative level in one hour of them. */
static inline double activity_level(const struct activity *self, int32_t hour)
{
    const struct activity_day *day = &self->day[hour / 24];
    return day->hours == NULL ? day->level : day->hours[hour % 24];
}

/* Relative level at an instant; outside the window the nearest hour counts. */
static inline double activity_at(const struct activity *self, time_us t)
{
    return activity_level(self, activity_hour(self, t));
}

/* The instant at which `mass_s` seconds of level times profile have passed since `from_us`;
 * INT64_MAX where the window ends first. The level counts as constant over each local hour of the
 * profile, whose grid must begin in the window's first hour, as those of parties do. */
time_us activity_advance(const struct activity *self, const struct rate_profile *profile,
                         time_us from_us, double mass_s);

/* The first arrival after `from_us` of a Poisson process of rate base_per_s * level * profile;
 * INT64_MAX where there is none. Takes exactly one exponential from the stream. */
time_us activity_next(const struct activity *self, const struct rate_profile *profile,
                      double base_per_s, time_us from_us, struct rng *rng);

/* All arrivals of such a process, one after the other: what holds for the rest of an hour is kept.
 * Set up by arrivals_init; the stream is its own. */
struct arrivals {
    const struct activity *activity;
    const struct rate_profile *profile;
    double mean_s; /* of level times profile between two arrivals; 0: there are none */
    struct rng rng;
    int32_t hour;          /* of the grid: the one of the last arrival */
    time_us start_us;      /* of that hour */
    double done_s, here_s; /* level times profile in it: up to the last arrival, in all */
    double us_per_s;       /* time in it for a second of level times profile */
};

/* The process of rate base_per_s * level * profile after `from_us` with the stream (purpose, index)
 * of the run. Activity and profile are borrowed. */
void arrivals_init(struct arrivals *self, const struct model_run *run, const char *purpose,
                   uint64_t index, const struct activity *activity,
                   const struct rate_profile *profile, double base_per_s, time_us from_us);

/* arrivals_next where it lies behind the present hour. */
time_us arrivals_walk(struct arrivals *self);

/* The next arrival; INT64_MAX where there is none. Takes one exponential from the stream. */
static inline time_us arrivals_next(struct arrivals *self)
{
    self->done_s += rng_exponential(&self->rng) * self->mean_s;
    if (self->done_s > self->here_s)
        return arrivals_walk(self);
    return self->start_us + (time_us)(self->done_s * self->us_per_s);
}

/* Lets the time until t pass without an arrival. t must not lie before the last one. */
void arrivals_wait(struct arrivals *self, time_us t);

/* Shares of one whole for the parties of a role: a symmetric Dirichlet law with concentration
 * `evenness` (below 1: one party gets nearly all; 1: any split is as likely as any other; large:
 * equal). Each party has its own stream ("share", position in the role). shares[] holds
 * ROLE_MAX_PARTIES. */
void activity_shares(const struct model_run *run, const struct party_set *parties, double evenness,
                     double shares[ROLE_MAX_PARTIES]);

/* The schema row that goes with activity_shares. */
#define EVENNESS_ROW                                                                               \
    {                                                                                              \
        "evenness", UNIT_NONE, 0.01, 1000, "loguniform(0.3, 10)",                                  \
            "concentration of the Dirichlet law that splits the volume over the parties", NULL     \
    }

/* A person's or an office's own time: runs at full speed in open hours, slowly or not at all
 * outside. */
struct working_clock {
    struct rate_profile profile;
    double peak, per_peak; /* the profile's weight in open hours; 1 / peak, or 0 */
};

/* Arguments as rate_working_hours. */
void working_clock_init(struct working_clock *self, const struct civil_grid *grid, double start_h,
                        double end_h, double night_factor, double weekend_factor);

/* The instant at which `delay_s` seconds of open time have passed since t; INT64_MAX where the
 * window ends first. */
time_us working_clock_after(const struct working_clock *self, time_us t, double delay_s);

/* A model's `check` for models with one acting party: refuses a first role that binds several. */
int check_single_actor(const struct model_run *run, struct message *message);

/* t + delay without overflow; INT64_MAX where it would leave the range of time, or where t or the
 * delay is half of that away. delay_s >= 0. */
static inline time_us time_after(time_us t, double delay_s)
{
    const time_us far = INT64_MAX / 2;
    double us = delay_s * 1e6;
    return us < (double)far && t < far ? t + (time_us)us : INT64_MAX;
}

#endif
