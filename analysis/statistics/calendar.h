/* calendar.h - local hours of one party over the time that a panel looks at: a table from hour to
 * local day, hour of the week and holiday.
 */
#ifndef ANALYSIS_STATISTICS_CALENDAR_H
#define ANALYSIS_STATISTICS_CALENDAR_H

#include "sim/world.h"

/* Days are local days, numbered from the first one that the table touches. */
struct calendar {
    int party; /* index in world.parties, -1: UTC */
    time_us origin_us, until_us;
    uint32_t n_hours;      /* hour i starts at origin_us + i h; at least 1 */
    uint8_t *hour_of_week; /* of each hour: 0 = Monday 00:00-01:00 local ... 167 */
    uint16_t *day;         /* of each hour */
    uint32_t n_days;
    time_us *day_start_us; /* n_days + 1 entries: [0] = origin_us, the last after every hour */
    uint8_t *holiday;      /* of each day: 1 on the party's listed holidays */
    double cosine[24], sine[24]; /* of the middle of each hour of the day, 24 h = 2 pi */
};

/* Longest span of a calendar: days are stored in 16 bits. */
#define CALENDAR_MAX_DAYS 65000

/* Makes the table over [from, until), widened to whole local hours. Zones whose offset changes by
 * other than whole hours are off by the fraction after the change, as in sim/civil.h. A party
 * without a time zone counts as UTC. The caller frees with calendar_free, also after a failure.
 * STATUS_INPUT where the span is longer than CALENDAR_MAX_DAYS or from > until, STATUS_RUN when
 * memory runs out. */
int calendar_init(struct calendar *self, const struct world *world, int party, time_us from_us,
                  time_us until_us, struct message *message);
void calendar_free(struct calendar *self);

/* Number of the local hour of t; t below the table counts as its first hour, t above it as its
 * last.
 */
static inline uint32_t calendar_hour(const struct calendar *self, time_us t)
{
    uint64_t hour =
        t > self->origin_us ? (uint64_t)(t - self->origin_us) / (uint64_t)US_PER_HOUR : 0;
    return hour < self->n_hours ? (uint32_t)hour : self->n_hours - 1;
}

/* Number of the local day of t. */
static inline uint32_t calendar_day(const struct calendar *self, time_us t)
{
    return self->day[calendar_hour(self, t)];
}

#endif
