#include "sim/rate.h"

#include <math.h>

static int32_t hour_index(const struct civil_grid *grid, time_us t)
{
    if (t < grid->origin_us)
        return 0;
    int64_t i = (t - grid->origin_us) / US_PER_HOUR;
    return i < grid->n_hours ? (int32_t)i : grid->n_hours - 1;
}

static void sum_days(struct rate_profile *self)
{
    double before[168 + 24]; /* sum of the weights of all hours before this one */
    before[0] = 0.0;
    for (int k = 1; k < 168 + 24; k++)
        before[k] = before[k - 1] + self->weight[(k - 1) % 168];
    for (int first = 0; first < 168; first++)
        self->day_s[first] = (before[first + 24] - before[first]) * 3600.0;
}

void rate_flat(struct rate_profile *self, const struct civil_grid *grid)
{
    self->grid = grid;
    self->holiday_factor = 1.0;
    for (int i = 0; i < 168; i++)
        self->weight[i] = 1.0;
    self->flat = true;
    sum_days(self);
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
    sum_days(self);
}

double rate_at(const struct rate_profile *self, time_us t)
{
    return rate_of_hour(self, hour_index(self->grid, t));
}

double rate_mass_s(const struct rate_profile *self, time_us from_us, time_us until_us)
{
    double mass = 0.0;
    for (time_us t = from_us; t < until_us;) {
        int32_t i = hour_index(self->grid, t);
        time_us end = self->grid->origin_us + (i + 1) * US_PER_HOUR;
        if (end > until_us || i + 1 == self->grid->n_hours)
            end = until_us;
        mass += rate_of_hour(self, i) * (double)(end - t) * 1e-6;
        t = end;
    }
    return mass;
}

time_us rate_advance(const struct rate_profile *self, time_us from_us, double mass_s)
{
    const struct civil_grid *grid = self->grid;
    time_us t = from_us;
    if (self->flat)
        return rate_advance_flat(grid, from_us, mass_s);
    for (int32_t i = hour_index(grid, t); i < grid->n_hours;) {
        time_us start = grid->origin_us + i * US_PER_HOUR;
        if (t == start && rate_is_plain_day(grid, i)) {
            double day = self->day_s[grid->hour_of_week[i]];
            if (day < mass_s) {
                mass_s -= day;
                t += US_PER_DAY;
                i += 24;
                continue;
            }
        }
        double rate = rate_of_hour(self, i++);
        double here = rate * (double)(start + US_PER_HOUR - t) * 1e-6;
        if (here >= mass_s && rate > 0.0)
            return t + (time_us)(mass_s / rate * 1e6);
        mass_s -= here;
        t = start + US_PER_HOUR;
    }
    return INT64_MAX;
}
