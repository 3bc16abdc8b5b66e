#include "analysis/config/time_text.h"

#include <stdio.h>

#include "sim/civil.h"

/* Reads exactly `digits` decimal digits. */
static bool scan_digits(const char **at, int digits, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool scan_date(const char **at, time_us *t)
{
    int year, month, day;
    if (!scan_digits(at, 4, &year) || *(*at)++ != '-' || !scan_digits(at, 2, &month) ||
        *(*at)++ != '-' || !scan_digits(at, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *t = civil_days(year, month, day) * US_PER_DAY;
    return true;
}

static bool scan_fraction(const char **at, time_us *t)
{
    int64_t scale = US_PER_S / 10;
    const char *start = ++*at;
    for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10)
        *t += (**at - '0') * scale;
    return *at > start;
}

static bool scan_clock(const char **at, time_us *t)
{
    int hour, minute, second = 0;
    if (!scan_digits(at, 2, &hour) || *(*at)++ != ':' || !scan_digits(at, 2, &minute))
        return false;
    if (**at == ':' && (++*at, !scan_digits(at, 2, &second)))
        return false;
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *t += hour * US_PER_HOUR + minute * 60 * US_PER_S + second * US_PER_S;
    return **at != '.' || scan_fraction(at, t);
}

static bool scan_offset(const char **at, time_us *t)
{
    if (**at == 'Z') {
        ++*at;
        return true;
    }
    if (**at != '+' && **at != '-')
        return true;
    int sign = *(*at)++ == '+' ? -1 : 1, hours, minutes;
    if (!scan_digits(at, 2, &hours))
        return false;
    if (**at == ':')
        ++*at;
    if (!scan_digits(at, 2, &minutes) || hours > 15 || minutes > 59)
        return false;
    *t += sign * (hours * US_PER_HOUR + minutes * 60 * US_PER_S);
    return true;
}

bool time_parse(const char *text, time_us *t)
{
    time_us result;
    if (!scan_date(&text, &result))
        return false;
    if (*text == 'T' || *text == ' ') {
        text++;
        if (!scan_clock(&text, &result) || !scan_offset(&text, &result))
            return false;
    }
    if (*text != '\0')
        return false;
    *t = result;
    return true;
}

int time_print(time_us t, char *buffer, size_t size)
{
    struct timezone_table utc = timezone_fixed(0);
    struct civil_time c = civil_from_utc(&utc, t);
    int fraction_us = (int)(((t % US_PER_S) + US_PER_S) % US_PER_S);
    char fraction[16] = "";
    if (fraction_us % 1000 != 0)
        snprintf(fraction, sizeof fraction, ".%06d", fraction_us);
    else if (fraction_us != 0)
        snprintf(fraction, sizeof fraction, ".%03d", fraction_us / 1000);
    return snprintf(buffer, size, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", (int)c.year, c.month, c.day,
                    c.hour, c.minute, c.second, fraction);
}
