#include "sim/civil.h"

#include <stdlib.h>
#include <string.h>

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

struct timezone_table timezone_fixed(int32_t offset_s)
{
    struct timezone_table zone = {.n = 1};
    zone.from_us[0] = INT64_MIN;
    zone.offset_s[0] = offset_s;
    return zone;
}

int32_t timezone_offset_s(const struct timezone_table *zone, time_us t)
{
    int i = zone->n - 1;
    while (i > 0 && zone->from_us[i] > t)
        i--;
    return zone->offset_s[i];
}

int64_t civil_days(int32_t year, int month, int day)
{
    int64_t y =
        month <= 2 ? (int64_t)year - 1 : year; /* years that start in March put the leap day last */
    int64_t era = floor_divide(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, struct civil_time *out)
{
    days += 719468;
    int64_t era = floor_divide(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    out->day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    out->month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    out->year = (int32_t)(year_of_era + era * 400 + (out->month <= 2));
}

static int weekday_of_days(int64_t days)
{
    return (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

struct civil_time civil_from_utc(const struct timezone_table *zone, time_us t)
{
    int64_t local_s = floor_divide(t, US_PER_S) + timezone_offset_s(zone, t);
    int64_t days = floor_divide(local_s, 86400);
    int64_t second = local_s - days * 86400;
    struct civil_time out = {0};
    date_from_days(days, &out);
    out.hour = (int)(second / 3600);
    out.minute = (int)(second / 60 % 60);
    out.second = (int)(second % 60);
    out.weekday = weekday_of_days(days);
    return out;
}

time_us civil_to_utc(const struct timezone_table *zone, int64_t local_us)
{
    for (int i = 0; i < zone->n; i++) {
        time_us t = local_us - zone->offset_s[i] * US_PER_S;
        bool last = i + 1 == zone->n;
        if (last || t < zone->from_us[i + 1])
            return i > 0 && t < zone->from_us[i] ? local_us - zone->offset_s[i - 1] * US_PER_S : t;
    }
    return local_us;
}

static bool is_holiday(int64_t day, const int64_t *holiday_days, int n)
{
    for (int i = 0; i < n; i++)
        if (holiday_days[i] == day)
            return true;
    return false;
}

static bool is_plain_day(const struct civil_grid *self, int32_t first)
{
    for (int32_t k = 0; k < 24; k++)
        if (self->holiday[first + k] ||
            self->hour_of_week[first + k] != (self->hour_of_week[first] + k) % 168)
            return false;
    return true;
}

int civil_grid_init(struct civil_grid *self, const struct timezone_table *zone, time_us from_us,
                    time_us until_us, const int64_t *holiday_days, int n_holidays)
{
    memset(self, 0, sizeof *self);
    int64_t offset_us = timezone_offset_s(zone, from_us) * US_PER_S;
    self->origin_us = floor_divide(from_us + offset_us, US_PER_HOUR) * US_PER_HOUR - offset_us;
    int64_t hours = floor_divide(until_us - self->origin_us + US_PER_HOUR - 1, US_PER_HOUR);
    if (hours < 1 || hours > 10000000)
        return STATUS_RUN;
    self->n_hours = (int32_t)hours;
    self->hour_of_week = malloc((size_t)hours);
    self->holiday = malloc((size_t)hours);
    self->plain_day = malloc((size_t)hours / 24 + 1);
    if (self->hour_of_week == NULL || self->holiday == NULL || self->plain_day == NULL)
        return STATUS_RUN;
    for (int32_t i = 0; i < self->n_hours; i++) {
        time_us t = self->origin_us + i * US_PER_HOUR;
        int64_t local_hours = floor_divide(t + timezone_offset_s(zone, t) * US_PER_S, US_PER_HOUR);
        int64_t day = floor_divide(local_hours, 24);
        int hour = (int)(local_hours - day * 24);
        self->hour_of_week[i] = (uint8_t)(weekday_of_days(day) * 24 + hour);
        self->holiday[i] = is_holiday(day, holiday_days, n_holidays);
    }
    for (int32_t day = 0; day < self->n_hours / 24; day++)
        self->plain_day[day] = is_plain_day(self, 24 * day);
    return STATUS_OK;
}

void civil_grid_free(struct civil_grid *self)
{
    free(self->hour_of_week);
    free(self->holiday);
    free(self->plain_day);
    memset(self, 0, sizeof *self);
}
