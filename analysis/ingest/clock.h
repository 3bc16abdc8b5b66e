/* clock.h - from a written time stamp to UTC: the missing year or date, the zone, folds of daylight
 * saving.
 *
 * One clock per file. What had to be assumed is remembered, so that the report can say so.
 */
#ifndef INGEST_CLOCK_H
#define INGEST_CLOCK_H

#include "analysis/ingest/timestamp.h"
#include "analysis/ingest/zone.h"

struct log_clock {
    const struct zone *zone; /* of local times; NULL: none given, a local time has no UTC */
    int given_year;       /* of the first stamp without a year; 0: take it from the file's date */
    time_us file_date_us; /* when the file was last written; 0: unknown */
    int64_t given_day;    /* days since 1970 of the first stamp without a date */
    bool has_given_day;
    time_us given_start_us; /* of stamps that count from the start of a capture */
    bool has_given_start;

    /* state */
    int year;          /* of the last stamp without a year; 0 before the first */
    int first_year;    /* of the first stamp without a year */
    int month;         /* of the last stamp without a year */
    int64_t day;       /* of the last stamp without a date */
    int64_t first_day; /* of the first stamp without a date */
    int second_of_day; /* of the last stamp without a date */
    bool has_day;
    time_us last_us; /* last time given out */
    bool has_last;
    bool lacks_zone;  /* a local time came and no zone was given: ask for one */
    bool lacks_start; /* a time since the start of the capture came and no start was given */
    bool used_start;
    time_us steady_from_us; /* local times of [from, until) are steady_offset_s ahead of UTC */
    time_us steady_until_us;
    int steady_offset_s;
    uint64_t in_fold; /* local times that occur twice */
    uint64_t in_gap;  /* local times that do not exist */
};

/* Days to go on from one time of day to the next that was written: 1 where the clock went through
 * midnight, -1 for a late line from before it, otherwise 0. Lines are taken to be out of order by
 * five minutes at most. */
int clock_midnight(int last_second, int next_second);

/* Gives the time of a stamp in *at. NULL on success, otherwise why it has none. */
const char *clock_resolve(struct log_clock *self, const struct timestamp *stamp, time_us *at);

#endif
