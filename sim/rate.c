#include "sim/rate.h"

#include <math.h>

static void sum_hours(struct rate_profile *self)
{
    self->before_s[0] = 0.0;
    for (int k = 1; k < 168 + 24; k++)
        self->before_s[k] = self->before_s[k - 1] + self->weight[(k - 1) % 168] * 3600.0;
}

void rate_flat(struct rate_profile *self, const struct civil_grid *grid)
{
    self->grid = grid;
    self->holiday_factor = 1.0;
    for (int i = 0; i < 168; i++)
        self->weight[i] = 1.0;
    self->flat = true;
    sum_hours(self);
}

/* Share of the hour [h, h+1) that lies in [start, end), for end up to 48. */
static double overlap(double h, double start, double end)
{
    double low = h > start ? h : start, high = h + 1.0 < end ? h + 1.0 : end;
    return high > low ? high - low : 0.0;
}

void rate_working_hours(struct rate_profile *self, const struct civil_grid *grid, double start_h,
                        double end_h, double night_factor, double weekend_factor)
{
    self->grid = grid;
    self->holiday_factor = weekend_factor;
    if (end_h <= start_h)
        end_h += 24.0;
    for (int h = 0; h < 24; h++) {
        double open = overlap(h, start_h, end_h) + overlap(h + 24.0, start_h, end_h);
        open = open < 1.0 ? open : 1.0;
        double weight = open + (1.0 - open) * night_factor;
        for (int day = 0; day < 7; day++)
            self->weight[24 * day + h] = day >= 5 ? weight * weekend_factor : weight;
    }
    rate_normalise(self);
}

void rate_normalise(struct rate_profile *self)
{
    double sum = 0.0;
    for (int i = 0; i < 168; i++)
        sum += self->weight[i];
    for (int i = 0; i < 168; i++)
        self->weight[i] = sum > 0.0 ? self->weight[i] * (168.0 / sum) : 1.0;
    self->flat = false;
    sum_hours(self);
}

double rate_mass_s(const struct rate_profile *self, time_us from_us, time_us until_us)
{
    double mass = 0.0;
    for (time_us t = from_us; t < until_us;) {
        int32_t i = rate_hour_at(self->grid, t);
        time_us end = self->grid->origin_us + (i + 1) * US_PER_HOUR;
        if (end > until_us || i + 1 == self->grid->n_hours)
            end = until_us;
        mass += rate_of_hour(self, i) * (double)(end - t) * 1e-6;
        t = end;
    }
    return mass;
}

/* The hour, from i on, in which *mass_s is used up, what lies before it taken off; n_hours of the
 * grid where there is none. */
static int32_t find_hour(const struct rate_profile *self, int32_t i, double *mass_s)
{
    const struct civil_grid *grid = self->grid;
    while (i < grid->n_hours) {
        if (rate_is_plain(grid, i)) {
            int32_t next_day = i + 24 - i % 24;
            i = rate_walk_day(self, i, mass_s);
            if (i < next_day)
                return i;
            continue;
        }
        double here_s = rate_of_hour(self, i) * 3600.0;
        if (here_s >= *mass_s && here_s > 0.0)
            return i;
        *mass_s -= here_s;
        i++;
    }
    return grid->n_hours;
}

time_us rate_advance(const struct rate_profile *self, time_us from_us, double mass_s)
{
    const struct civil_grid *grid = self->grid;
    if (self->flat)
        return rate_advance_flat(grid, from_us, mass_s);
    int32_t i = rate_hour_at(grid, from_us);
    time_us t = from_us;
    double rate = rate_of_hour(self, i);
    double here_s = rate * (double)(grid->origin_us + (i + 1) * US_PER_HOUR - t) * 1e-6;
    if (here_s < mass_s || !(rate > 0.0)) {
        mass_s -= here_s;
        i = find_hour(self, i + 1, &mass_s);
        if (i == grid->n_hours)
            return INT64_MAX;
        t = grid->origin_us + i * US_PER_HOUR;
        rate = rate_of_hour(self, i);
    }
    return t + (time_us)(mass_s / rate * 1e6);
}
