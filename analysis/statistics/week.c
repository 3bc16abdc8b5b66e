/* week.c - which day of the local week. NaN for an empty selection. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static void count_weekdays(const struct week_profile *profile, double by_day[7])
{
    for (int day = 0; day < 7; day++) {
        by_day[day] = 0;
        for (int h = 0; h < 24; h++)
            by_day[day] += profile->week[day * 24 + h];
    }
}

static double weekend_share(const struct statistic_call *call)
{
    const struct week_profile *profile = series_week(call->who);
    if (profile == NULL || call->who->n == 0)
        return NAN;
    double by_day[7];
    count_weekdays(profile, by_day);
    return (by_day[5] + by_day[6]) / (double)call->who->n;
}

static double weekday_entropy(const struct statistic_call *call)
{
    const struct week_profile *profile = series_week(call->who);
    if (profile == NULL || call->who->n == 0)
        return NAN;
    double by_day[7], entropy = 0;
    count_weekdays(profile, by_day);
    for (int day = 0; day < 7; day++) {
        double p = by_day[day] / (double)call->who->n;
        entropy -= p > 0 ? p * log(p) : 0;
    }
    return entropy / log(7);
}

static double holiday_share(const struct statistic_call *call)
{
    const struct daily_counts *days = series_daily(call->who);
    if (days == NULL || call->who->n == 0)
        return NAN;
    return (double)days->holiday / (double)call->who->n;
}

const struct statistic statistic_weekend_share = {
    .name = "weekend_share",
    .family = FAMILY_WEEK,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of queries on local Saturdays and Sundays",
    .tells = "people at work against machines; an even spread gives 2/7",
    .needs = COLUMN_TIME,
    .compute = weekend_share,
};

const struct statistic statistic_weekday_entropy = {
    .name = "weekday_entropy",
    .family = FAMILY_WEEK,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "entropy of the seven days' shares over ln 7, 0 (one day) to 1 (even)",
    .tells = "weekly sending days and weekly jobs",
    .needs = COLUMN_TIME,
    .compute = weekday_entropy,
};

const struct statistic statistic_holiday_share = {
    .name = "holiday_share",
    .family = FAMILY_WEEK,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of queries on the party's listed holidays",
    .tells = "whose holidays keep the traffic away",
    .needs = COLUMN_TIME,
    .compute = holiday_share,
};
