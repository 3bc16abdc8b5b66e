/* volume.c - how many queries. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static double count(const struct statistic_call *call)
{
    return (double)call->who->n;
}

static double log_count(const struct statistic_call *call)
{
    return log1p((double)call->who->n);
}

static double share(const struct statistic_call *call)
{
    return call->all->n > 0 ? (double)call->who->n / (double)call->all->n : NAN;
}

static double ratio(const struct statistic_call *call)
{
    return log(((double)call->who->n + 0.5) / ((double)call->other->n + 0.5));
}

static double per_day(const struct statistic_call *call)
{
    double days = series_days(call->who);
    return days > 0 ? (double)call->who->n / days : NAN;
}

static double active_days(const struct statistic_call *call)
{
    const struct daily_counts *days = series_daily(call->who);
    if (days == NULL || days->n_days == 0)
        return NAN;
    return (double)days->active / (double)days->n_days;
}

const struct statistic statistic_count = {
    .name = "count",
    .family = FAMILY_VOLUME,
    .unit = "queries",
    .low = 0,
    .high = INFINITY,
    .summary = "number of queries",
    .tells = "the published counts; how much demand passes the caches",
    .needs = COLUMN_TIME,
    .without_times = true,
    .by_client = true,
    .compute = count,
};

const struct statistic statistic_log_count = {
    .name = "log_count",
    .family = FAMILY_VOLUME,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln(1 + number of queries)",
    .tells = "as count, on a scale on which a factor means the same everywhere",
    .needs = COLUMN_TIME,
    .without_times = true,
    .by_client = true,
    .compute = log_count,
};

const struct statistic statistic_share = {
    .name = "share",
    .family = FAMILY_VOLUME,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "queries of `who` as a share of everybody's",
    .tells = "whether few parties or many ask; NaN for an empty log",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_all = true,
    .without_times = true,
    .by_client = true,
    .compute = share,
};

const struct statistic statistic_ratio = {
    .name = "ratio",
    .family = FAMILY_VOLUME,
    .unit = "ln",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "ln((n of `who` + 1/2) / (n of `other` + 1/2))",
    .tells = "how two parties, or two resolvers of one party, share the traffic",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .without_times = true,
    .by_client = true,
    .compute = ratio,
};

const struct statistic statistic_per_day = {
    .name = "per_day",
    .family = FAMILY_VOLUME,
    .unit = "per day",
    .low = 0,
    .high = INFINITY,
    .summary = "queries per day of the stretch",
    .tells = "the mean rate; NaN for a stretch of no length",
    .needs = COLUMN_TIME,
    .without_times = true,
    .by_client = true,
    .compute = per_day,
};

const struct statistic statistic_active_days = {
    .name = "active_days",
    .family = FAMILY_VOLUME,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of local days with at least one query",
    .tells = "sporadic or steady: campaigns leave silent days, monitors do not",
    .needs = COLUMN_TIME,
    .compute = active_days,
};
