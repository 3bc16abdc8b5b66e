#include "models/activity.h"

#include <gsl/gsl_randist.h>
#include <math.h>

/* Gives a day its 24 single hours. */
static int split_day(struct arena *arena, struct activity_day *day)
{
    if (day->hours != NULL)
        return STATUS_OK;
    day->hours = arena_array(arena, 24, sizeof *day->hours);
    if (day->hours == NULL)
        return STATUS_RUN;
    for (int i = 0; i < 24; i++)
        day->hours[i] = day->level;
    return STATUS_OK;
}

static int scale_hours(struct activity *self, struct arena *arena, time_us from_us,
                       time_us until_us, double factor)
{
    if (from_us >= until_us)
        return STATUS_OK;
    int32_t last = activity_hour(self, until_us - 1);
    for (int32_t hour = activity_hour(self, from_us); hour <= last;) {
        struct activity_day *day = &self->day[hour / 24];
        bool whole = hour % 24 == 0 && (last - hour >= 23 || last == self->n_hours - 1);
        if (whole && day->hours == NULL) {
            day->level *= factor;
            hour += 24;
            continue;
        }
        if (split_day(arena, day) != STATUS_OK)
            return STATUS_RUN;
        day->hours[hour++ % 24] *= factor;
    }
    return STATUS_OK;
}

/* A day at a time, by its middle; level before and behind the window. An exponential for every day
 * would cost more than all arrivals together. */
static void fill_growth(struct activity *self, const struct world *world, double growth)
{
    double span_us = (double)(world->until_us - world->from_us);
    double ratio = exp(growth * (double)US_PER_DAY / span_us);
    double level = 0.0; /* of the day before, where it lies within the window */
    for (int32_t hour = 0; hour < self->n_hours; hour += 24) {
        double middle = (double)(self->start_us + (hour + 12) * US_PER_HOUR - world->from_us);
        double part = middle / span_us;
        if (part > 0.0 && part < 1.0)
            level = level > 0.0 ? level * ratio : exp(growth * (part - 0.5));
        else
            level = 0.0;
        self->day[hour / 24].level = level > 0.0 ? level : exp(growth * (part <= 0.0 ? -0.5 : 0.5));
    }
}

static int apply_changes(struct activity *self, const struct model_run *run, double count,
                         double size)
{
    const struct world *world = run->world;
    struct rng rng;
    model_stream(run, "activity", 0, &rng);
    for (int i = 0; i < (int)(count + 0.5); i++) {
        double at = rng_uniform(&rng) * (double)(world->until_us - world->from_us);
        double step = rng_normal(&rng) * size;
        if (scale_hours(self, run->arena, world->from_us + (time_us)at, world->until_us,
                        exp(step)) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

/* Growth and several steps up may multiply to a flood that no mail host and no person makes. */
static void limit_level(struct activity *self)
{
    for (int32_t i = 0; i <= (self->n_hours - 1) / 24; i++) {
        struct activity_day *day = &self->day[i];
        if (day->level > ACTIVITY_MAX_LEVEL)
            day->level = ACTIVITY_MAX_LEVEL;
        for (int k = 0; k < 24 && day->hours != NULL; k++)
            if (day->hours[k] > ACTIVITY_MAX_LEVEL)
                day->hours[k] = ACTIVITY_MAX_LEVEL;
    }
}

static int apply_pauses(struct activity *self, const struct model_run *run, double per_week,
                        double mean_days)
{
    struct rng rng;
    model_stream(run, "activity", 1, &rng);
    time_us t = self->start_us, until = run->world->until_us;
    while (per_week > 0.0) {
        t = time_after(t, rng_exponential(&rng) / per_week * 604800.0);
        time_us end = time_after(t, rng_exponential(&rng) * mean_days * 86400.0);
        if (t >= until)
            break;
        if (scale_hours(self, run->arena, t, end < until ? end : until, 0.0) != STATUS_OK)
            return STATUS_RUN;
        t = end;
    }
    return STATUS_OK;
}

int activity_init(struct activity *self, const struct model_run *run, size_t first)
{
    const struct world *world = run->world;
    const double *param = run->param + first;
    self->start_us = world->start_us;
    self->n_hours = (int32_t)((world->until_us - world->start_us + US_PER_HOUR - 1) / US_PER_HOUR);
    self->day = arena_array(run->arena, (size_t)self->n_hours / 24 + 1, sizeof *self->day);
    if (self->day == NULL)
        return STATUS_RUN;
    fill_growth(self, world, param[ACTIVITY_GROWTH]);
    if (apply_changes(self, run, param[ACTIVITY_CHANGES], param[ACTIVITY_CHANGE_SIZE]) != STATUS_OK)
        return STATUS_RUN;
    limit_level(self);
    if (apply_pauses(self, run, param[ACTIVITY_PAUSES], param[ACTIVITY_PAUSE_LENGTH]) != STATUS_OK)
        return STATUS_RUN;
    if (!(param[ACTIVITY_ONSET] > 0.0))
        return STATUS_OK;
    return scale_hours(self, run->arena, world->start_us,
                       time_after(world->from_us, param[ACTIVITY_ONSET] * 86400.0), 0.0);
}

/* Level times profile in an hour of the profile's grid. */
static double rate_in_hour(const struct activity *self, const struct rate_profile *profile,
                           int32_t hour)
{
    int32_t at = hour < self->n_hours ? hour : self->n_hours - 1;
    return rate_of_hour(profile, hour) * activity_level(self, at);
}

/* Walks through what is left of the day of an hour, which must have one level and the weights of
 * the week: as rate_walk_day. */
static int32_t walk_day(const struct activity *self, const struct rate_profile *profile,
                        int32_t hour, double *mass_s)
{
    double level = self->day[hour / 24].level;
    if (!(level > 0.0))
        return hour + 24 - hour % 24;
    double mass_at_1_s = *mass_s / level;
    hour = rate_walk_day(profile, hour, &mass_at_1_s);
    *mass_s = mass_at_1_s * level;
    return hour;
}

/* The hour, from `hour` on, in which *mass_s of level times profile is used up, what lies before it
 * taken off; n_hours of the grid where there is none. */
static int32_t find_hour(const struct activity *self, const struct rate_profile *profile,
                         int32_t hour, double *mass_s)
{
    const struct civil_grid *grid = profile->grid;
    while (hour < grid->n_hours) {
        if (hour < self->n_hours && rate_is_plain(grid, hour) &&
            self->day[hour / 24].hours == NULL) {
            int32_t next_day = hour + 24 - hour % 24;
            hour = walk_day(self, profile, hour, mass_s);
            if (hour < next_day)
                return hour;
            continue;
        }
        double here_s = rate_in_hour(self, profile, hour) * 3600.0;
        if (here_s >= *mass_s && here_s > 0.0)
            return hour;
        *mass_s -= here_s;
        hour++;
    }
    return grid->n_hours;
}

time_us activity_advance(const struct activity *self, const struct rate_profile *profile,
                         time_us from_us, double mass_s)
{
    const struct civil_grid *grid = profile->grid;
    time_us t = from_us > grid->origin_us ? from_us : grid->origin_us;
    int32_t hour = (int32_t)((t - grid->origin_us) / US_PER_HOUR);
    if (hour >= grid->n_hours)
        return INT64_MAX;
    double rate = rate_in_hour(self, profile, hour);
    double here_s = rate * (double)(grid->origin_us + (hour + 1) * US_PER_HOUR - t) * 1e-6;
    if (here_s < mass_s || !(rate > 0.0)) {
        mass_s -= here_s;
        hour = find_hour(self, profile, hour + 1, &mass_s);
        if (hour == grid->n_hours)
            return INT64_MAX;
        t = grid->origin_us + hour * US_PER_HOUR;
        rate = rate_in_hour(self, profile, hour);
    }
    return t + (time_us)(mass_s / rate * 1e6);
}

time_us activity_next(const struct activity *self, const struct rate_profile *profile,
                      double base_per_s, time_us from_us, struct rng *rng)
{
    double mass = rng_exponential(rng);
    if (!(base_per_s > 0.0) || from_us == INT64_MAX)
        return INT64_MAX;
    return activity_advance(self, profile, from_us, mass / base_per_s);
}

void arrivals_init(struct arrivals *self, const struct model_run *run, const char *purpose,
                   uint64_t index, const struct activity *activity,
                   const struct rate_profile *profile, double base_per_s, time_us from_us)
{
    *self = (struct arrivals){.activity = activity, .profile = profile};
    self->mean_s = base_per_s > 0.0 ? 1.0 / base_per_s : 0.0;
    model_stream(run, purpose, index, &self->rng);
    arrivals_wait(self, from_us);
}

/* No arrival is left. */
static void end(struct arrivals *self)
{
    self->hour = self->profile->grid->n_hours;
    self->done_s = 0.0;
    self->here_s = -1.0;
}

/* The last arrival was in this hour, where done_s had passed. */
static void enter_hour(struct arrivals *self, int32_t hour)
{
    double rate = rate_in_hour(self->activity, self->profile, hour);
    self->hour = hour;
    self->start_us = self->profile->grid->origin_us + hour * US_PER_HOUR;
    self->here_s = rate * 3600.0;
    self->us_per_s = rate > 0.0 ? 1e6 / rate : 0.0;
}

void arrivals_wait(struct arrivals *self, time_us t)
{
    const struct civil_grid *grid = self->profile->grid;
    if (self->here_s > 0.0 && t >= self->start_us && t < self->start_us + US_PER_HOUR) {
        self->done_s = self->here_s * (double)(t - self->start_us) / (double)US_PER_HOUR;
        return;
    }
    int64_t hour = t > grid->origin_us ? (t - grid->origin_us) / US_PER_HOUR : 0;
    if (!(self->mean_s > 0.0) || hour >= grid->n_hours) {
        end(self);
        return;
    }
    enter_hour(self, (int32_t)hour);
    self->done_s = t > self->start_us
                       ? self->here_s * (double)(t - self->start_us) / (double)US_PER_HOUR
                       : 0.0;
}

time_us arrivals_walk(struct arrivals *self)
{
    double more_s = self->done_s - self->here_s;
    int32_t hour = self->hour, n_hours = self->profile->grid->n_hours;
    if (hour < n_hours)
        hour = find_hour(self->activity, self->profile, hour + 1, &more_s);
    if (hour == n_hours) {
        end(self);
        return INT64_MAX;
    }
    enter_hour(self, hour);
    self->done_s = more_s;
    return self->start_us + (time_us)(more_s * self->us_per_s);
}

void activity_shares(const struct model_run *run, const struct party_set *parties, double evenness,
                     double shares[ROLE_MAX_PARTIES])
{
    double sum = 0.0;
    for (int i = 0; i < parties->n; i++) {
        struct rng rng;
        model_stream(run, "share", (uint64_t)i, &rng);
        gsl_rng generator = rng_gsl(&rng);
        shares[i] = gsl_ran_gamma(&generator, evenness, 1.0);
        sum += shares[i];
    }
    /* Very small concentrations underflow: then everything goes to a party chosen at random. */
    struct rng rng;
    model_stream(run, "share", UINT64_MAX, &rng);
    int only = parties->n > 0 ? (int)rng_below(&rng, (uint64_t)parties->n) : 0;
    for (int i = 0; i < parties->n; i++)
        shares[i] = sum > 0.0 ? shares[i] / sum : (i == only ? 1.0 : 0.0);
}

void working_clock_init(struct working_clock *self, const struct civil_grid *grid, double start_h,
                        double end_h, double night_factor, double weekend_factor)
{
    rate_working_hours(&self->profile, grid, start_h, end_h, night_factor, weekend_factor);
    self->peak = 0.0;
    for (int i = 0; i < 168; i++)
        self->peak = fmax(self->peak, self->profile.weight[i]);
    self->per_peak = self->peak > 0.0 ? 1.0 / self->peak : 0.0;
}

time_us working_clock_after(const struct working_clock *self, time_us t, double delay_s)
{
    if (t == INT64_MAX)
        return INT64_MAX;
    return rate_advance(&self->profile, t, delay_s * self->peak);
}

int check_single_actor(const struct model_run *run, struct message *message)
{
    const struct model *model = run->instance->model;
    int n = run->instance->roles[0].n;
    if (n == 1)
        return STATUS_OK;
    return fail(message, STATUS_INPUT,
                "%s: role \"%s\" binds %d parties, but model %s has one there: bind a role of one "
                "party, or write one entry per party",
                run->instance->label, model->roles[0].key, n, model->name);
}
