/* change.c - does the traffic change in the course of the stretch? Dates are settings in days after
 * the start of the stretch. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static time_us after_start(const struct series *series, double days)
{
    time_us t = series->from_us + (int64_t)(days * (double)US_PER_DAY + 0.5);
    return t < series->until_us ? t : series->until_us;
}

/* ln of the rate per day in [from, until), half a query added; NaN where it has no length. */
static double log_rate(const struct series *series, double from_d, double until_d)
{
    time_us from = after_start(series, from_d < 0 ? 0 : from_d);
    time_us until = after_start(series, until_d < 0 ? 0 : until_d);
    if (until <= from)
        return NAN;
    size_t n = series_count_before(series, until) - series_count_before(series, from);
    return log(((double)n + 0.5) / ((double)(until - from) / (double)US_PER_DAY));
}

static double rate_ratio(const struct statistic_call *call)
{
    return log_rate(call->who, setting(call, 2), setting(call, 3)) -
           log_rate(call->who, setting(call, 0), setting(call, 1));
}

static double step(const struct statistic_call *call)
{
    double at = setting(call, 0);
    return log_rate(call->who, at, at + setting(call, 2)) -
           log_rate(call->who, at - setting(call, 1), at);
}

/* Least-squares line through ln(daily count + 1/2). */
static double trend(const struct statistic_call *call)
{
    const struct daily_counts *days = series_daily(call->who);
    if (days == NULL || days->n_days < 3)
        return NAN;
    double n = days->n_days, middle = (n - 1) / 2, slope = 0, spread = 0;
    for (uint32_t d = 0; d < days->n_days; d++) {
        double x = d - middle;
        slope += x * log(days->count[d] + 0.5);
        spread += x * x;
    }
    return slope / spread;
}

static double onset_day(const struct statistic_call *call)
{
    const struct series *who = call->who;
    if (who->n == 0)
        return NAN;
    double rank = ceil(setting(call, 0) * (double)who->n);
    size_t k = rank < 1 ? 0 : (size_t)rank - 1;
    return (double)(who->t[k < who->n ? k : who->n - 1] - who->from_us) / (double)US_PER_DAY;
}

static double last_activity(const struct statistic_call *call)
{
    const struct series *who = call->who;
    time_us last = who->n > 0 ? who->t[who->n - 1] : who->from_us;
    return (double)(who->until_us - last) / (double)US_PER_HOUR;
}

static double phase_share(const struct statistic_call *call)
{
    const struct series *who = call->who;
    double part = floor(setting(call, 0) + 0.5), parts = floor(setting(call, 1) + 0.5);
    if (who->n == 0 || part > parts)
        return NAN;
    double days = series_days(who);
    time_us from = after_start(who, days * (part - 1) / parts);
    time_us until = part < parts ? after_start(who, days * part / parts) : who->until_us;
    size_t n = series_count_before(who, until) - series_count_before(who, from);
    return (double)n / (double)who->n;
}

/* The longest time without a query in [from, until), whose ends count as queries. */
static int64_t silence_us(const struct series *series, time_us from, time_us until)
{
    int64_t longest = 0;
    time_us last = from;
    for (size_t i = series_count_before(series, from); i < series->n && series->t[i] < until; i++) {
        longest = series->t[i] - last > longest ? series->t[i] - last : longest;
        last = series->t[i];
    }
    return until - last > longest ? until - last : longest;
}

static double longest_silence(const struct statistic_call *call)
{
    const struct series *who = call->who;
    return (double)silence_us(who, who->from_us, who->until_us) / (double)US_PER_HOUR;
}

static double silence_within(const struct statistic_call *call)
{
    time_us from = after_start(call->who, setting(call, 0));
    time_us until = after_start(call->who, setting(call, 1));
    if (until <= from)
        return NAN;
    return (double)silence_us(call->who, from, until) / (double)(until - from);
}

#define MAX_DAYS 65000
#define END_ROW                                                                                    \
    {                                                                                              \
        NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL                                                    \
    }

static const struct param_row ratio_rows[] = {
    {"first_from_d", UNIT_DAY, 0, MAX_DAYS, "0", "first stretch: from this day", NULL},
    {"first_until_d", UNIT_DAY, 0, MAX_DAYS, "30", "first stretch: until this day", NULL},
    {"second_from_d", UNIT_DAY, 0, MAX_DAYS, "30", "second stretch: from this day", NULL},
    {"second_until_d", UNIT_DAY, 0, MAX_DAYS, "60", "second stretch: until this day", NULL},
    END_ROW,
};

static const struct param_row step_rows[] = {
    {"at_d", UNIT_DAY, 0, MAX_DAYS, "30", "the day of the step", NULL},
    {"before_d", UNIT_DAY, 1e-3, MAX_DAYS, "14", "days before it that are looked at", NULL},
    {"after_d", UNIT_DAY, 1e-3, MAX_DAYS, "14", "days after it that are looked at", NULL},
    END_ROW,
};

static const struct param_row onset_rows[] = {
    {"q", UNIT_FRACTION, 0, 1, "0.1", "which share of the queries; 0: the first query", NULL},
    END_ROW,
};

static const struct param_row phase_rows[] = {
    {"part", UNIT_COUNT, 1, 1000, "1", "which part, counted from 1", NULL},
    {"parts", UNIT_COUNT, 1, 1000, "3", "into how many equal parts the stretch is cut", NULL},
    END_ROW,
};

static const struct param_row silence_rows[] = {
    {"from_d", UNIT_DAY, 0, MAX_DAYS, "0", "from this day", NULL},
    {"until_d", UNIT_DAY, 0, MAX_DAYS, "2", "until this day", NULL},
    END_ROW,
};

const struct statistic statistic_rate_ratio = {
    .name = "rate_ratio",
    .family = FAMILY_CHANGE,
    .unit = "ln",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "ln of the rate in the second stretch over that in the first, 1/2 added to counts",
    .tells = "growth between two named periods; NaN where one has no length",
    .needs = COLUMN_TIME,
    .params = ratio_rows,
    .compute = rate_ratio,
};

const struct statistic statistic_step = {
    .name = "step",
    .family = FAMILY_CHANGE,
    .unit = "ln",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "ln of the rate just after a day over that just before it, 1/2 added to counts",
    .tells = "a jump of the rate at a reported date",
    .needs = COLUMN_TIME,
    .params = step_rows,
    .compute = step,
};

const struct statistic statistic_trend = {
    .name = "trend",
    .family = FAMILY_CHANGE,
    .unit = "per day",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "slope of the least-squares line through ln(local daily count + 1/2)",
    .tells = "steady growth or decay",
    .needs = COLUMN_TIME,
    .compute = trend,
};

const struct statistic statistic_onset_day = {
    .name = "onset_day",
    .family = FAMILY_CHANGE,
    .unit = "d",
    .low = 0,
    .high = INFINITY,
    .summary = "days from the start of the stretch until a share q of the queries has come",
    .tells = "when the traffic began in earnest",
    .needs = COLUMN_TIME,
    .params = onset_rows,
    .compute = onset_day,
};

const struct statistic statistic_last_activity = {
    .name = "last_activity",
    .family = FAMILY_CHANGE,
    .unit = "h",
    .low = 0,
    .high = INFINITY,
    .summary = "hours from the last query to the end of the stretch; the whole stretch if none",
    .tells = "whether the traffic stopped, and how long before a known event",
    .needs = COLUMN_TIME,
    .compute = last_activity,
};

const struct statistic statistic_phase_share = {
    .name = "phase_share",
    .family = FAMILY_CHANGE,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of the queries in one of several equal parts of the stretch",
    .tells = "phases: sporadic, low, moderate",
    .needs = COLUMN_TIME,
    .params = phase_rows,
    .compute = phase_share,
};

const struct statistic statistic_longest_silence = {
    .name = "longest_silence",
    .family = FAMILY_CHANGE,
    .unit = "h",
    .low = 0,
    .high = INFINITY,
    .summary = "longest time without a query, the ends of the stretch included",
    .tells = "outages and pauses",
    .needs = COLUMN_TIME,
    .compute = longest_silence,
};

const struct statistic statistic_silence_within = {
    .name = "silence_within",
    .family = FAMILY_CHANGE,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "longest time without a query inside [from_d, until_d) as a share of it",
    .tells = "1 where a reported silence is whole, near 0 where the traffic went on",
    .needs = COLUMN_TIME,
    .params = silence_rows,
    .compute = silence_within,
};
