/* calendar_match.c - do the daily counts follow the listed events (world.events)? The events' days
 * are compared with all their own circular shifts along the stretch: that keeps the rhythm of the
 * counts and the spacing of the events, and needs no random numbers. Taking the best of several
 * lags in every shift corrects for having looked at all of them. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

/* Sums of the counts over the events' days for every shift: sum[s] = sum over events of
 * day[(event + s) mod days]. Gives the number of events inside the stretch. */
static size_t shifted_sums(const struct statistic_call *call, const struct daily_counts *days,
                           uint64_t *sum)
{
    const struct series *who = call->who;
    size_t inside = 0, n = days->n_days;
    uint32_t first_day = calendar_day(who->calendar, who->from_us);
    for (uint32_t e = 0; e < call->world->n_events; e++) {
        time_us t = call->world->events[e].time_us;
        if (t < who->from_us || t >= who->until_us)
            continue;
        inside++;
        size_t day = calendar_day(who->calendar, t) - first_day;
        for (size_t s = 0; s < n; s++)
            sum[s] += days->count[day + s < n ? day + s : day + s - n];
    }
    return inside;
}

static uint64_t best_of_lags(const uint64_t *sum, size_t n, size_t shift, size_t lags)
{
    uint64_t best = 0;
    for (size_t lag = 0; lag <= lags; lag++) {
        size_t s = (shift + lag) % n;
        best = sum[s] > best ? sum[s] : best;
    }
    return best;
}

/* The best sum at the true dates, and how the shifts compare with it; false without events, queries
 * or at least three days. */
static bool compare_shifts(const struct statistic_call *call, double *observed, double *mean,
                           double *p)
{
    const struct daily_counts *days = series_daily(call->who);
    if (days == NULL || days->n_days < 3 || call->who->n == 0)
        return false;
    size_t n = days->n_days, larger = 0, equal = 0;
    uint64_t *sum = series_scratch(call->who, n, sizeof *sum);
    if (sum == NULL || shifted_sums(call, days, sum) == 0)
        return false;
    size_t lags = (size_t)(setting(call, 0) + 0.5);
    lags = lags < n ? lags : n - 1;
    uint64_t truth = best_of_lags(sum, n, 0, lags);
    double total = 0;
    for (size_t s = 0; s < n; s++) {
        uint64_t value = best_of_lags(sum, n, s, lags);
        larger += value > truth;
        equal += value == truth;
        total += (double)value;
    }
    *observed = (double)truth;
    *mean = total / (double)n;
    *p = ((double)larger + 0.5 * (double)equal) / (double)n;
    return true;
}

static double calendar_p(const struct statistic_call *call)
{
    double observed, mean, p;
    return compare_shifts(call, &observed, &mean, &p) ? p : NAN;
}

static double calendar_gain(const struct statistic_call *call)
{
    double observed, mean, p;
    return compare_shifts(call, &observed, &mean, &p) ? log((observed + 0.5) / (mean + 0.5)) : NAN;
}

static const struct param_row lag_rows[] = {
    {"max_lag_d", UNIT_COUNT, 0, 30, "2", "the best of lags 0 to this many days counts", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

const struct statistic statistic_calendar_p = {
    .name = "calendar_p",
    .family = FAMILY_CALENDAR,
    .unit = "p",
    .low = 0,
    .high = 1,
    .summary = "mid-p value of the counts on event days among all circular shifts of the events, "
               "best of the lags each time",
    .tells = "small: the traffic follows the events more than chance and choice of lag explain",
    .needs = COLUMN_TIME,
    .params = lag_rows,
    .compute = calendar_p,
};

const struct statistic statistic_calendar_gain = {
    .name = "calendar_gain",
    .family = FAMILY_CALENDAR,
    .unit = "ln",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "ln of the counts on event days over their mean among all shifts, 1/2 added",
    .tells = "how much more traffic the event days have; look at calendar_p for its weight",
    .needs = COLUMN_TIME,
    .params = lag_rows,
    .compute = calendar_gain,
};
