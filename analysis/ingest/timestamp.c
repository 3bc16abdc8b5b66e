#include "analysis/ingest/timestamp.h"

#include <stdio.h>

enum { FIRST_YEAR = 1970, LAST_YEAR = 2199 };

#define MAX_EPOCH_S UINT64_C(7258118400) /* 2200-01-01 */

/* The algorithm of days from civil is the usual one of counting years from March: leap days then
 * end each year. */
int64_t timestamp_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

bool timestamp_day_exists(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

void timestamp_civil(time_us at, int *year, int *month, int *day)
{
    int64_t days = floor_div(at, US_PER_DAY);
    int guess = (int)(FIRST_YEAR + floor_div(days, 366));
    while (timestamp_days(guess + 1, 1, 1) <= days)
        guess++;
    int m = 1;
    while (m < 12 && timestamp_days(guess, m + 1, 1) <= days)
        m++;
    *year = guess;
    *month = m;
    *day = (int)(days - timestamp_days(guess, m, 1)) + 1;
}

const char *timestamp_write(time_us at, int digits, char text[static TIMESTAMP_TEXT_SIZE])
{
    int year, month, day;
    timestamp_civil(at, &year, &month, &day);
    int64_t of_day = at - floor_div(at, US_PER_DAY) * US_PER_DAY;
    int s = (int)(of_day / US_PER_S), us = (int)(of_day % US_PER_S);
    int n = snprintf(text, TIMESTAMP_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", year % 10000,
                     month, day, s / 3600, s / 60 % 60, s % 60);
    if (digits > 0) {
        for (int drop = 6 - digits; drop > 0; drop--)
            us /= 10;
        n += snprintf(text + n, TIMESTAMP_TEXT_SIZE - (size_t)n, ".%0*d", digits, us);
    }
    snprintf(text + n, TIMESTAMP_TEXT_SIZE - (size_t)n, "Z");
    return text;
}

/* Takes `.123456789` or `,123` off the front, if there. */
static int take_fraction(struct text *rest)
{
    if (rest->n < 2 || (rest->at[0] != '.' && rest->at[0] != ',') || rest->at[1] < '0' ||
        rest->at[1] > '9')
        return 0;
    size_t i = 1;
    int us = 0;
    for (int scale = 100000; i < rest->n && rest->at[i] >= '0' && rest->at[i] <= '9'; i++) {
        us += scale * (rest->at[i] - '0');
        scale /= 10;
    }
    *rest = text_slice(rest->at + i, rest->n - i);
    return us;
}

static bool take_clock(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    int hour, minute, second;
    if (!text_digits(&at, 2, &hour) || !text_skip(&at, ":") || !text_digits(&at, 2, &minute) ||
        !text_skip(&at, ":") || !text_digits(&at, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    stamp->second_of_day = hour * 3600 + minute * 60 + second;
    stamp->us = take_fraction(&at);
    *rest = at;
    return true;
}

/* Takes `Z`, `+0200`, `+02:00` or `+02` off the front, if there. */
static void take_offset(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    if (text_skip(&at, "Z")) {
        stamp->has_offset = true;
        *rest = at;
        return;
    }
    int sign = text_skip(&at, "+") ? 1 : text_skip(&at, "-") ? -1 : 0;
    int hours, minutes = 0;
    if (sign == 0 || !text_digits(&at, 2, &hours) || hours > 15)
        return;
    struct text after_hours = at;
    text_skip(&at, ":");
    if (!text_digits(&at, 2, &minutes) || minutes > 59) {
        at = after_hours;
        minutes = 0;
    }
    stamp->has_offset = true;
    stamp->offset_s = sign * (hours * 3600 + minutes * 60);
    *rest = at;
}

static bool date_is_good(const struct timestamp *stamp)
{
    return stamp->year >= FIRST_YEAR && stamp->year <= LAST_YEAR &&
           timestamp_day_exists(stamp->year, stamp->month, stamp->day);
}

bool timestamp_iso(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    *stamp = (struct timestamp){0};
    if (!text_digits(&at, 4, &stamp->year) || at.n == 0 || (*at.at != '-' && *at.at != '/'))
        return false;
    char between[2] = {*at.at, '\0'};
    text_skip(&at, between);
    if (!text_digits(&at, 2, &stamp->month) || !text_skip(&at, between) ||
        !text_digits(&at, 2, &stamp->day) || !date_is_good(stamp))
        return false;
    if (!text_skip(&at, "T") && !text_skip(&at, " ") && !text_skip(&at, "t"))
        return false;
    if (!take_clock(&at, stamp))
        return false;
    take_offset(&at, stamp);
    *rest = at;
    return true;
}

bool timestamp_time_of_day(struct text *rest, struct timestamp *stamp)
{
    *stamp = (struct timestamp){0};
    return take_clock(rest, stamp);
}

static bool take_month(struct text *rest, int *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (rest->n < 3)
        return false;
    for (int m = 0; m < 12; m++) {
        if (memcmp(rest->at, names + 3 * m, 3) == 0) {
            *month = m + 1;
            *rest = text_slice(rest->at + 3, rest->n - 3);
            return true;
        }
    }
    return false;
}

bool timestamp_bind(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    *stamp = (struct timestamp){0};
    if (!text_digits(&at, 2, &stamp->day) || !text_skip(&at, "-") ||
        !take_month(&at, &stamp->month) || !text_skip(&at, "-") ||
        !text_digits(&at, 4, &stamp->year) || !date_is_good(stamp))
        return false;
    if (!text_skip(&at, " ") || !take_clock(&at, stamp))
        return false;
    *rest = at;
    return true;
}

bool timestamp_dotted(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    *stamp = (struct timestamp){0};
    if (!text_digits(&at, 2, &stamp->day) || !text_skip(&at, ".") ||
        !text_digits(&at, 2, &stamp->month) || !text_skip(&at, ".") ||
        !text_digits(&at, 4, &stamp->year) || !date_is_good(stamp))
        return false;
    text_skip(&at, ",");
    if (!text_skip(&at, " ") || !take_clock(&at, stamp))
        return false;
    *rest = at;
    return true;
}

bool timestamp_common_log(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    *stamp = (struct timestamp){0};
    if (!text_digits(&at, 2, &stamp->day) || !text_skip(&at, "/") ||
        !take_month(&at, &stamp->month) || !text_skip(&at, "/") ||
        !text_digits(&at, 4, &stamp->year) || !date_is_good(stamp))
        return false;
    if (!text_skip(&at, ":") || !take_clock(&at, stamp))
        return false;
    text_skip(&at, " ");
    take_offset(&at, stamp);
    *rest = at;
    return true;
}

static void skip_weekday(struct text *rest)
{
    static const char names[] = "SunMonTueWedThuFriSat";
    if (rest->n < 4 || rest->at[3] != ' ')
        return;
    for (int d = 0; d < 7; d++) {
        if (memcmp(rest->at, names + 3 * d, 3) == 0) {
            *rest = text_slice(rest->at + 4, rest->n - 4);
            return;
        }
    }
}

bool timestamp_syslog(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    *stamp = (struct timestamp){0};
    skip_weekday(&at);
    if (!take_month(&at, &stamp->month) || !text_skip(&at, " "))
        return false;
    bool day = text_skip(&at, " ")
                   ? text_digits(&at, 1, &stamp->day)
                   : text_digits(&at, 2, &stamp->day) || text_digits(&at, 1, &stamp->day);
    struct text early = at; /* some write the year before the time */
    int early_year = 0;
    if (text_skip(&early, " ") && text_digits(&early, 4, &early_year) && text_starts(early, " "))
        at = early;
    else
        early_year = 0;
    /* 2000 is a leap year: whether this year has a 29 February is clock.h's question. */
    if (!day || !timestamp_day_exists(2000, stamp->month, stamp->day) || !text_skip(&at, " ") ||
        !take_clock(&at, stamp))
        return false;
    struct text year = at;
    if (text_skip(&year, " ") && text_digits(&year, 4, &stamp->year) &&
        (year.n == 0 || *year.at == ' ') && date_is_good(stamp))
        at = year;
    else
        stamp->year = early_year;
    if (stamp->year != 0 && !date_is_good(stamp))
        return false;
    *rest = at;
    return true;
}

static bool take_integer(struct text *rest, uint64_t *value, size_t *digits)
{
    size_t n = 0;
    while (n < rest->n && rest->at[n] >= '0' && rest->at[n] <= '9')
        n++;
    if (n == 0 || n > 19 || !text_number(text_slice(rest->at, n), INT64_MAX, value))
        return false;
    *digits = n;
    *rest = text_slice(rest->at + n, rest->n - n);
    return true;
}

bool timestamp_epoch(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    uint64_t seconds;
    size_t digits;
    *stamp = (struct timestamp){.is_epoch = true};
    if (!take_integer(&at, &seconds, &digits) || seconds >= MAX_EPOCH_S)
        return false;
    stamp->epoch_us = (time_us)seconds * US_PER_S + take_fraction(&at);
    *rest = at;
    return true;
}

bool timestamp_epoch_any(struct text *rest, struct timestamp *stamp)
{
    struct text at = *rest;
    uint64_t value;
    size_t digits;
    if (!take_integer(&at, &value, &digits))
        return false;
    if (digits < 12 || (at.n > 0 && *at.at == '.'))
        return timestamp_epoch(rest, stamp);
    *stamp = (struct timestamp){.is_epoch = true};
    uint64_t us = digits <= 14 ? value * 1000 : digits <= 17 ? value : value / 1000;
    if (us / (uint64_t)US_PER_S >= MAX_EPOCH_S)
        return false;
    stamp->epoch_us = (time_us)us;
    *rest = at;
    return true;
}
