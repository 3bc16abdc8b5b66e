/* timestamp.h - the time stamps of logs, taken apart; what a stamp leaves out is filled in by
 * clock.h. */
#ifndef INGEST_TIMESTAMP_H
#define INGEST_TIMESTAMP_H

#include "analysis/ingest/text.h"
#include "sim/log.h"

/* One time stamp as written. */
struct timestamp {
    bool is_epoch; /* epoch_us holds everything; the fields below mean nothing */
    time_us epoch_us;
    int year;          /* 0: not written */
    int month;         /* 1 to 12; 0: no date written */
    int day;           /* 1 to 31 */
    int second_of_day; /* 0 to 86400 (a leap second is the next second's start) */
    int us;            /* 0 to 999999; finer digits are cut off */
    bool has_offset;   /* offset_s is what was written, else local time */
    int offset_s;      /* seconds east of UTC */
};

/* Each reader takes a stamp off the front of *rest. True on success; otherwise false, and *rest is
 * left alone. */

/* `2026-11-21T19:24:24.280Z`, with `T` or a blank, `.` or `,` before the fraction, both optional,
 * and as zone nothing, `Z`, `+0200` or `+02:00`. Also with `/` between the parts of the date. */
bool timestamp_iso(struct text *rest, struct timestamp *stamp);

/* `19:24:24.042586`, fraction optional: no date. */
bool timestamp_time_of_day(struct text *rest, struct timestamp *stamp);

/* `21-Nov-2026 19:06:53.377`, local time (BIND). */
bool timestamp_bind(struct text *rest, struct timestamp *stamp);

/* `Nov 21 19:24:24` (RFC 3164), day padded with a blank or a zero, fraction optional; also with the
 * day of the week before and the year behind (`Sun May 24 13:30:01 2026`) or before the time
 * (`May 24 2026 13:30:01`). Local time. */
bool timestamp_syslog(struct text *rest, struct timestamp *stamp);

/* `21.11.2026 19:24:24`, local time; with a comma behind the date too. */
bool timestamp_dotted(struct text *rest, struct timestamp *stamp);

/* `21/Nov/2026:19:24:24 +0000`, as web servers write it. */
bool timestamp_common_log(struct text *rest, struct timestamp *stamp);

/* Seconds since the epoch, `1795288000` or `1713484800.441203`. */
bool timestamp_epoch(struct text *rest, struct timestamp *stamp);

/* As timestamp_epoch; a whole number of 12 or more digits is taken as milli-, micro- or
 * nanoseconds, by its size. */
bool timestamp_epoch_any(struct text *rest, struct timestamp *stamp);

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
int64_t timestamp_days(int year, int month, int day);

/* True where the calendar has such a day. */
bool timestamp_day_exists(int year, int month, int day);

/* Year, month and day of a time, in UTC. */
void timestamp_civil(time_us at, int *year, int *month, int *day);

enum { TIMESTAMP_TEXT_SIZE = 40 };

/* Writes `2016-07-20T10:55:33.000000Z` with `digits` (0 to 6) digits of fraction, the rest cut off;
 * returns text. */
const char *timestamp_write(time_us at, int digits, char text[static TIMESTAMP_TEXT_SIZE]);

#endif
