#include "analysis/statistics/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

static int64_t offset_us(const struct world *world, int party, time_us t)
{
    if (party < 0 || (uint32_t)party >= world->n_parties || world->parties[party].timezone.n < 1)
        return 0;
    return timezone_offset_s(&world->parties[party].timezone, t) * US_PER_S;
}

/* Holidays are only known inside the grid that the world made. */
static uint8_t is_holiday(const struct world *world, int party, time_us t)
{
    if (party < 0 || (uint32_t)party >= world->n_parties)
        return 0;
    const struct civil_grid *grid = &world->parties[party].grid;
    if (grid->holiday == NULL || t < grid->origin_us)
        return 0;
    int64_t hour = (t - grid->origin_us) / US_PER_HOUR;
    return hour < grid->n_hours && grid->holiday[hour] != 0;
}

/* A new day begins where the local date rises above all before it: a zone that falls back across
 * midnight does not begin its day twice, and a date that a zone skips (Samoa, 30 December 2011) is
 * no day at all. */
static void fill_hours(struct calendar *self, const struct world *world)
{
    int64_t latest = INT64_MIN;
    for (uint32_t i = 0; i < self->n_hours; i++) {
        time_us t = self->origin_us + i * US_PER_HOUR;
        int64_t local_hours = floor_divide(t + offset_us(world, self->party, t), US_PER_HOUR);
        int64_t date = floor_divide(local_hours, 24);
        int64_t weekday = ((date + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        self->hour_of_week[i] = (uint8_t)(weekday * 24 + local_hours - date * 24);
        if (date > latest) {
            latest = date;
            self->day_start_us[self->n_days] = t;
            self->holiday[self->n_days++] = is_holiday(world, self->party, t);
        }
        self->day[i] = (uint16_t)(self->n_days - 1);
    }
    self->day_start_us[self->n_days] = self->origin_us + self->n_hours * US_PER_HOUR;
}

static int allocate(struct calendar *self)
{
    size_t days =
        self->n_hours / 24 + TIMEZONE_MAX_CHANGES + 4; /* each change may begin one more */
    self->hour_of_week = malloc(self->n_hours * sizeof *self->hour_of_week);
    self->day = malloc(self->n_hours * sizeof *self->day);
    self->day_start_us = malloc(days * sizeof *self->day_start_us);
    self->holiday = calloc(days, sizeof *self->holiday);
    bool ok = self->hour_of_week != NULL && self->day != NULL && self->day_start_us != NULL &&
              self->holiday != NULL;
    return ok ? STATUS_OK : STATUS_RUN;
}

int calendar_init(struct calendar *self, const struct world *world, int party, time_us from_us,
                  time_us until_us, struct message *message)
{
    memset(self, 0, sizeof *self);
    self->party = party;
    const int64_t limit = INT64_MAX / 4; /* keeps every sum below from overflowing */
    if (from_us > until_us || from_us < -limit || until_us > limit ||
        until_us - from_us > CALENDAR_MAX_DAYS * US_PER_DAY)
        return fail(message, STATUS_INPUT,
                    "the stretch of time of a statistic must be 0 to %d days long; check its "
                    "'from' and 'until'",
                    CALENDAR_MAX_DAYS);
    int64_t offset = offset_us(world, party, from_us);
    self->origin_us = floor_divide(from_us + offset, US_PER_HOUR) * US_PER_HOUR - offset;
    self->until_us = until_us;
    int64_t hours = floor_divide(until_us - self->origin_us + US_PER_HOUR - 1, US_PER_HOUR);
    self->n_hours = hours < 1 ? 1 : (uint32_t)hours;
    if (allocate(self) != STATUS_OK)
        return fail(message, STATUS_RUN, "out of memory for a calendar of %u hours", self->n_hours);
    fill_hours(self, world);
    for (int h = 0; h < 24; h++) {
        self->cosine[h] = cos((h + 0.5) * (2 * M_PI / 24));
        self->sine[h] = sin((h + 0.5) * (2 * M_PI / 24));
    }
    return STATUS_OK;
}

void calendar_free(struct calendar *self)
{
    free(self->hour_of_week);
    free(self->day);
    free(self->day_start_us);
    free(self->holiday);
    memset(self, 0, sizeof *self);
}
