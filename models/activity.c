#include "models/activity.h"

#include <gsl/gsl_randist.h>
#include <math.h>

static int32_t hour_of(const struct activity *self, time_us t)
{
    if (t < self->start_us)
        return 0;
    int64_t hour = (t - self->start_us) / US_PER_HOUR;
    return hour < self->n_hours ? (int32_t)hour : self->n_hours - 1;
}

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
    int32_t last = hour_of(self, until_us - 1);
    for (int32_t hour = hour_of(self, from_us); hour <= last;) {
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

/* A day at a time: an hourly exponential would cost more than all arrivals together. */
static void fill_growth(struct activity *self, const struct world *world, double growth)
{
    double span_us = (double)(world->until_us - world->from_us);
    for (int32_t hour = 0; hour < self->n_hours; hour += 24) {
        double middle = (double)(self->start_us + (hour + 12) * US_PER_HOUR - world->from_us);
        double part = middle / span_us;
        part = part < 0.0 ? 0.0 : part > 1.0 ? 1.0 : part;
        self->day[hour / 24].level = growth != 0.0 ? exp(growth * (part - 0.5)) : 1.0;
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

static double level_of(const struct activity *self, int32_t hour)
{
    const struct activity_day *day = &self->day[hour / 24];
    return day->hours == NULL ? day->level : day->hours[hour % 24];
}

double activity_at(const struct activity *self, time_us t)
{
    return level_of(self, hour_of(self, t));
}

/* The mass of the 24 hours from an hour of the grid on, or -1 where they differ in more than the
 * hours of the week. */
static double mass_of_day(const struct activity *self, const struct rate_profile *profile,
                          int32_t hour)
{
    if (!rate_is_plain_day(profile->grid, hour) || hour >= self->n_hours ||
        self->day[hour / 24].hours != NULL)
        return -1.0;
    return self->day[hour / 24].level * profile->day_s[profile->grid->hour_of_week[hour]];
}

time_us activity_advance(const struct activity *self, const struct rate_profile *profile,
                         time_us from_us, double mass_s)
{
    const struct civil_grid *grid = profile->grid;
    time_us t = from_us > grid->origin_us ? from_us : grid->origin_us;
    for (int32_t hour = (int32_t)((t - grid->origin_us) / US_PER_HOUR); hour < grid->n_hours;) {
        time_us start = grid->origin_us + hour * US_PER_HOUR;
        double day = t == start ? mass_of_day(self, profile, hour) : -1.0;
        if (day >= 0.0 && day < mass_s) {
            mass_s -= day;
            hour += 24;
            t += US_PER_DAY;
            continue;
        }
        int32_t at = hour < self->n_hours ? hour : self->n_hours - 1;
        double rate = rate_of_hour(profile, hour++) * level_of(self, at);
        double here = rate * (double)(start + US_PER_HOUR - t) * 1e-6;
        if (here >= mass_s && rate > 0.0)
            return t + (time_us)(mass_s / rate * 1e6);
        mass_s -= here;
        t = start + US_PER_HOUR;
    }
    return INT64_MAX;
}

time_us activity_next(const struct activity *self, const struct rate_profile *profile,
                      double base_per_s, time_us from_us, struct rng *rng)
{
    double mass = rng_exponential(rng);
    if (!(base_per_s > 0.0) || from_us == INT64_MAX)
        return INT64_MAX;
    return activity_advance(self, profile, from_us, mass / base_per_s);
}

static double hour_rate(const struct arrivals *self, int32_t hour)
{
    const struct activity *activity = self->activity;
    int32_t at = hour < activity->n_hours ? hour : activity->n_hours - 1;
    return self->base_per_s * rate_of_hour(self->profile, hour) * level_of(activity, at);
}

void arrivals_init(struct arrivals *self, const struct model_run *run, const char *purpose,
                   uint64_t index, const struct activity *activity,
                   const struct rate_profile *profile, double base_per_s, time_us from_us)
{
    *self = (struct arrivals){.activity = activity, .profile = profile, .base_per_s = base_per_s};
    model_stream(run, purpose, index, &self->rng);
    arrivals_wait(self, from_us);
}

void arrivals_wait(struct arrivals *self, time_us t)
{
    const struct civil_grid *grid = self->profile->grid;
    int64_t hour = t > grid->origin_us ? (t - grid->origin_us) / US_PER_HOUR : 0;
    if (!(self->base_per_s > 0.0) || hour >= grid->n_hours) {
        self->hour = grid->n_hours;
        self->here = 0.0;
        return;
    }
    double rate = hour_rate(self, (int32_t)hour);
    self->hour = (int32_t)hour;
    self->start_us = grid->origin_us + hour * US_PER_HOUR;
    self->done = t > self->start_us ? rate * (double)(t - self->start_us) * 1e-6 : 0.0;
    self->here = rate * 3600.0;
    self->us_per_one = rate > 0.0 ? 1e6 / rate : 0.0;
}

time_us arrivals_walk(struct arrivals *self)
{
    const struct civil_grid *grid = self->profile->grid;
    double more = self->done - self->here;
    for (int32_t hour = self->hour + 1; hour < grid->n_hours;) {
        double day = mass_of_day(self->activity, self->profile, hour) * self->base_per_s;
        if (day >= 0.0 && day < more) {
            more -= day;
            hour += 24;
            continue;
        }
        double rate = hour_rate(self, hour), here = rate * 3600.0;
        if (here >= more && rate > 0.0) {
            self->hour = hour;
            self->start_us = grid->origin_us + hour * US_PER_HOUR;
            self->done = more;
            self->here = here;
            self->us_per_one = 1e6 / rate;
            return self->start_us + (time_us)(more * self->us_per_one);
        }
        more -= here;
        hour++;
    }
    self->hour = grid->n_hours;
    self->here = 0.0;
    return INT64_MAX;
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
