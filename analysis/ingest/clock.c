#include "analysis/ingest/clock.h"

/* Disorder within a log that is not a clock set back: servers write a few seconds out of order. */
#define SMALL_DISORDER_US (INT64_C(60) * US_PER_S)

static time_us local_of(int64_t day, const struct timestamp *stamp)
{
    return day * US_PER_DAY + (time_us)stamp->second_of_day * US_PER_S + stamp->us;
}

/* The year of the first stamp without one: such that the file's date is not before it. */
static int first_year(const struct log_clock *self, const struct timestamp *stamp)
{
    if (self->given_year != 0)
        return self->given_year;
    int year, month, day;
    timestamp_civil(self->file_date_us, &year, &month, &day);
    /* A day of grace: the file's date is in UTC, the stamps may be ahead. */
    int64_t written = self->file_date_us / US_PER_DAY;
    return timestamp_days(year, stamp->month, stamp->day) > written + 1 ? year - 1 : year;
}

static const char *fill_year(struct log_clock *self, struct timestamp *stamp)
{
    if (self->year == 0) {
        if (self->given_year == 0 && self->file_date_us == 0)
            return "the time has no year and the file no date: give the year with --year";
        self->year = self->first_year = first_year(self, stamp);
    } else if (stamp->month < self->month - 6) {
        self->year++; /* New Year */
    } else if (stamp->month > self->month + 6) {
        self->year--; /* a late line from before New Year */
    }
    self->month = stamp->month;
    stamp->year = self->year;
    if (!timestamp_day_exists(stamp->year, stamp->month, stamp->day))
        return "29 February does not exist in the assumed year: give the year with --year";
    return NULL;
}

int clock_midnight(int last_second, int next_second)
{
    enum { DAY_S = 86400, DISORDER_S = 300 };
    if (next_second < last_second - DISORDER_S)
        return 1;
    return last_second < DISORDER_S && next_second > DAY_S - DISORDER_S ? -1 : 0;
}

static const char *fill_day(struct log_clock *self, const struct timestamp *stamp, int64_t *day)
{
    if (!self->has_day) {
        if (!self->has_given_day && self->file_date_us == 0)
            return "the time has no date and the file none either: give the first day with --date";
        self->day = self->first_day =
            self->has_given_day ? self->given_day : self->file_date_us / US_PER_DAY;
        self->has_day = true;
    } else {
        self->day += clock_midnight(self->second_of_day, stamp->second_of_day);
    }
    self->second_of_day = stamp->second_of_day;
    *day = self->day;
    return NULL;
}

/* Most days have one offset from their eve to their morrow: it is remembered. */
static void note_steady_day(struct log_clock *self, time_us local, time_us utc)
{
    time_us day = local - local % US_PER_DAY - (local < 0 ? US_PER_DAY : 0);
    if (!zone_is_steady(self->zone, day - 2 * US_PER_DAY, day + 3 * US_PER_DAY))
        return;
    self->steady_from_us = day;
    self->steady_until_us = day + US_PER_DAY;
    self->steady_offset_s = (int)((local - utc) / US_PER_S);
}

static time_us from_local(struct log_clock *self, time_us local)
{
    time_us first, second;
    if (local >= self->steady_from_us && local < self->steady_until_us)
        return local - self->steady_offset_s * US_PER_S;
    enum zone_fold fold = zone_to_utc(self->zone, local, &first, &second);
    note_steady_day(self, local, first);
    self->in_fold += fold == ZONE_TWICE;
    self->in_gap += fold == ZONE_NEVER;
    /* Of the two hours that look alike, the one that does not go back in time. */
    if (fold == ZONE_TWICE && self->has_last && first < self->last_us - SMALL_DISORDER_US)
        return second;
    return first;
}

const char *clock_resolve(struct log_clock *self, const struct timestamp *stamp, time_us *at)
{
    struct timestamp filled = *stamp;
    const char *wrong = NULL;
    int64_t day = 0;
    if (stamp->is_epoch) {
        *at = stamp->epoch_us;
    } else {
        if (stamp->month == 0)
            wrong = fill_day(self, stamp, &day);
        else if (stamp->year == 0)
            wrong = fill_year(self, &filled);
        if (wrong != NULL)
            return wrong;
        if (stamp->month != 0)
            day = timestamp_days(filled.year, filled.month, filled.day);
        if (!stamp->has_offset && self->zone == NULL) {
            self->lacks_zone = true;
            return "the time is local: give its zone with --timezone";
        }
        time_us local = local_of(day, stamp);
        *at = stamp->has_offset ? local - stamp->offset_s * US_PER_S : from_local(self, local);
    }
    self->last_us = *at;
    self->has_last = true;
    return NULL;
}
