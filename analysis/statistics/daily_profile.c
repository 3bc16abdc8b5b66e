/* daily_profile.c - when in the local day. All of these use whole local hours (daylight saving
 * included); an hour counts as its middle. NaN for an empty selection. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

/* Mean of exp(2 pi i hour / 24). */
static bool mean_direction(const struct statistic_call *call, double *cosine, double *sine)
{
    const struct week_profile *profile = series_week(call->who);
    if (profile == NULL || call->who->n == 0)
        return false;
    *cosine = *sine = 0;
    for (int h = 0; h < 24; h++) {
        *cosine += profile->hour[h] * call->who->calendar->cosine[h];
        *sine += profile->hour[h] * call->who->calendar->sine[h];
    }
    *cosine /= (double)call->who->n;
    *sine /= (double)call->who->n;
    return true;
}

static double hour_resultant(const struct statistic_call *call)
{
    double cosine, sine;
    return mean_direction(call, &cosine, &sine) ? hypot(cosine, sine) : NAN;
}

/* The doubled angle comes from the single one: cos 2x = cos^2 x - sin^2 x, sin 2x = 2 sin x cos x.
 */
static double hour_second_harmonic(const struct statistic_call *call)
{
    const struct week_profile *profile = series_week(call->who);
    const struct calendar *calendar = call->who->calendar;
    double x = 0, y = 0;
    if (profile == NULL || call->who->n == 0)
        return NAN;
    for (int h = 0; h < 24; h++) {
        double c = calendar->cosine[h], s = calendar->sine[h];
        x += profile->hour[h] * (c * c - s * s);
        y += profile->hour[h] * (2 * s * c);
    }
    return hypot(x, y) / (double)call->who->n;
}

static double hour_cosine(const struct statistic_call *call)
{
    double cosine, sine;
    return mean_direction(call, &cosine, &sine) ? cosine : NAN;
}

static double hour_sine(const struct statistic_call *call)
{
    double cosine, sine;
    return mean_direction(call, &cosine, &sine) ? sine : NAN;
}

static double mean_hour(const struct statistic_call *call)
{
    double cosine, sine;
    if (!mean_direction(call, &cosine, &sine) || hypot(cosine, sine) < 1e-12)
        return NAN;
    double hour = atan2(sine, cosine) * (24 / (2 * M_PI));
    return hour < 0 ? hour + 24 : hour;
}

/* Hours [start, end) of the day; where end <= start the stretch runs over midnight. */
static bool hour_within(int hour, double start, double end)
{
    return start < end ? hour >= start && hour < end : hour >= start || hour < end;
}

static double share_of_week(const struct statistic_call *call, int days)
{
    const struct week_profile *profile = series_week(call->who);
    if (profile == NULL || call->who->n == 0)
        return NAN;
    uint32_t inside = 0;
    for (int h = 0; h < 24; h++)
        if (hour_within(h, setting(call, 0), setting(call, 1)))
            for (int day = 0; day < days; day++)
                inside += profile->week[day * 24 + h];
    return (double)inside / (double)call->who->n;
}

static double working_share(const struct statistic_call *call)
{
    return share_of_week(call, 5);
}

static double night_share(const struct statistic_call *call)
{
    return share_of_week(call, 7);
}

static double hour_entropy(const struct statistic_call *call)
{
    const struct week_profile *profile = series_week(call->who);
    if (profile == NULL || call->who->n == 0)
        return NAN;
    double entropy = 0;
    for (int h = 0; h < 24; h++) {
        double p = profile->hour[h] / (double)call->who->n;
        entropy -= p > 0 ? p * log(p) : 0;
    }
    return entropy / log(24);
}

static const struct param_row working_rows[] = {
    {"start", UNIT_CLOCK_HOUR, 0, 24, "9", "first local hour, included", NULL},
    {"end", UNIT_CLOCK_HOUR, 0, 24, "18", "last local hour, excluded", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

static const struct param_row night_rows[] = {
    {"start", UNIT_CLOCK_HOUR, 0, 24, "0", "first local hour, included", NULL},
    {"end", UNIT_CLOCK_HOUR, 0, 24, "6", "last local hour, excluded", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

const struct statistic statistic_hour_resultant = {
    .name = "hour_resultant",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "length of the mean 24-hour vector of local time, 0 (even) to 1 (always one hour)",
    .tells = "people or sending schedules against machines that know no time of day",
    .needs = COLUMN_TIME,
    .compute = hour_resultant,
};

const struct statistic statistic_hour_second_harmonic = {
    .name = "hour_second_harmonic",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "length of the mean 12-hour vector of local time, 0 to 1",
    .tells = "two busy times half a day apart, or one that is narrower than half a day",
    .needs = COLUMN_TIME,
    .compute = hour_second_harmonic,
};

const struct statistic statistic_hour_cosine = {
    .name = "hour_cosine",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "cosine part of the mean 24-hour vector: night (1) against midday (-1)",
    .tells = "with hour_sine, the time of day at which the traffic peaks and how sharply",
    .needs = COLUMN_TIME,
    .compute = hour_cosine,
};

const struct statistic statistic_hour_sine = {
    .name = "hour_sine",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "sine part of the mean 24-hour vector: morning (1) against evening (-1)",
    .tells = "with hour_cosine, the time of day at which the traffic peaks and how sharply",
    .needs = COLUMN_TIME,
    .compute = hour_sine,
};

const struct statistic statistic_mean_hour = {
    .name = "mean_hour",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "hour of day",
    .low = 0,
    .high = 24,
    .summary = "circular mean of the local time of day",
    .tells = "whose working day drives the traffic; NaN where no direction stands out",
    .needs = COLUMN_TIME,
    .compute = mean_hour,
};

const struct statistic statistic_working_share = {
    .name = "working_share",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of queries in local working hours, Monday to Friday, holidays included",
    .tells = "people at work; an even spread gives (end - start) / 24 * 5 / 7",
    .needs = COLUMN_TIME,
    .params = working_rows,
    .compute = working_share,
};

const struct statistic statistic_night_share = {
    .name = "night_share",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of queries in local night hours, any day",
    .tells = "machines; an even spread gives (end - start) / 24",
    .needs = COLUMN_TIME,
    .params = night_rows,
    .compute = night_share,
};

const struct statistic statistic_hour_entropy = {
    .name = "hour_entropy",
    .family = FAMILY_DAILY_PROFILE,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "entropy of the 24 local hours' shares over ln 24, 0 (one hour) to 1 (even)",
    .tells = "any concentration in the day, with one peak or several",
    .needs = COLUMN_TIME,
    .compute = hour_entropy,
};
