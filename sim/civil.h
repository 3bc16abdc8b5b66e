/* civil.h - party-local time: time zones as tables, and a grid of local hours for rate profiles.
 *
 * The tables are made outside sim/ (analysis/config/timezone.h reads the system's tz database);
 * sim/ only looks them up.
 */
#ifndef SIM_CIVIL_H
#define SIM_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/log.h"

#define TIMEZONE_MAX_CHANGES 96

/* Offsets from UTC: offset_s[i] holds from from_us[i] (included) until from_us[i+1]; from_us[0] is
 * INT64_MIN. */
struct timezone_table {
    int n;
    time_us from_us[TIMEZONE_MAX_CHANGES];
    int32_t offset_s[TIMEZONE_MAX_CHANGES];
};

/* A zone with one fixed offset in seconds (0: UTC). */
struct timezone_table timezone_fixed(int32_t offset_s);

/* Seconds to add to UTC to get local time at t. */
int32_t timezone_offset_s(const struct timezone_table *zone, time_us t);

/* Local date and time of an instant. */
struct civil_time {
    int32_t year;
    int month, day; /* 1 to 12, 1 to 31 */
    int hour, minute, second;
    int weekday; /* 0 = Monday ... 6 = Sunday */
};

/* Proleptic Gregorian calendar, no leap seconds. Any t whose year fits. */
struct civil_time civil_from_utc(const struct timezone_table *zone, time_us t);

/* Days from 1970-01-01 to a date (negative before). Valid for years -9999 to 9999. */
int64_t civil_days(int32_t year, int month, int day);

/* The instant of a local wall-clock time given as microseconds since 1970-01-01T00:00 local. In the
 * hour that a fold repeats the earlier instant is given; a time in a gap is shifted forward by the
 * gap. */
time_us civil_to_utc(const struct timezone_table *zone, int64_t local_us);

/* Local hours over a span of time: hour i covers [origin + i h, origin + (i+1) h). Zones whose
 * offset changes by other than whole hours (Lord Howe) are off by the fraction after the change. */
struct civil_grid {
    time_us origin_us; /* start of hour 0: a whole local hour */
    int32_t n_hours;
    uint8_t *hour_of_week; /* 0 = Monday 00:00-01:00 local ... 167 */
    uint8_t *holiday;      /* 1 on listed holidays (local dates) */
    uint8_t *plain_day; /* 1 where the 24 hours from 24 i are no holidays and follow each other in
                           the week (no change of the clock); for n_hours / 24 such days */
};

/* Makes the grid over [from, until), widened to whole hours. `holiday_days` are local dates as
 * civil_days, in any order. The caller frees with civil_grid_free, also after a failure. STATUS_RUN
 * when memory runs out. */
int civil_grid_init(struct civil_grid *self, const struct timezone_table *zone, time_us from_us,
                    time_us until_us, const int64_t *holiday_days, int n_holidays);
void civil_grid_free(struct civil_grid *self);

#endif
