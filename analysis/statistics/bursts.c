/* bursts.c - groups of queries in quick succession: a query less than spacing_s after the one
 * before belongs to the same burst. NaN for an empty selection. */
#include <gsl/gsl_heapsort.h>
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

/* Number of the query after the last one of burst b. */
static inline size_t burst_end(const struct series *series, const struct gap_set *bursts, size_t b)
{
    return b + 1 < bursts->n_bursts ? bursts->start[b + 1] : series->n;
}

static inline size_t burst_size(const struct series *series, const struct gap_set *bursts, size_t b)
{
    return burst_end(series, bursts, b) - bursts->start[b];
}

/* From the first query of burst b to the last. */
static inline int64_t burst_span_us(const struct series *series, const struct gap_set *bursts,
                                    size_t b)
{
    return series->t[burst_end(series, bursts, b) - 1] - series->t[bursts->start[b]];
}

static double size_mean(const struct statistic_call *call)
{
    struct gap_set *bursts = series_gaps(call->who, setting_us(call, 0));
    if (bursts == NULL || bursts->n_bursts == 0)
        return NAN;
    return (double)call->who->n / (double)bursts->n_bursts;
}

static size_t count_multi(const struct series *series, const struct gap_set *bursts)
{
    size_t multi = 0;
    for (size_t b = 0; b < bursts->n_bursts; b++)
        multi += burst_size(series, bursts, b) > 1;
    return multi;
}

static double share_multi(const struct statistic_call *call)
{
    struct gap_set *bursts = series_gaps(call->who, setting_us(call, 0));
    if (bursts == NULL || bursts->n_bursts == 0)
        return NAN;
    return (double)count_multi(call->who, bursts) / (double)bursts->n_bursts;
}

static double share_wide(const struct statistic_call *call)
{
    struct gap_set *bursts = series_gaps(call->who, setting_us(call, 0));
    if (bursts == NULL || bursts->n_bursts == 0)
        return NAN;
    int64_t span_us = setting_us(call, 1);
    size_t multi = 0, wide = 0;
    for (size_t b = 0; b < bursts->n_bursts; b++) {
        bool is_multi = burst_size(call->who, bursts, b) > 1;
        multi += is_multi;
        wide += is_multi & (burst_span_us(call->who, bursts, b) >= span_us);
    }
    return multi > 0 ? (double)wide / (double)multi : 0;
}

static int compare_spans(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y); /* equal spans are the same number: the order does not show */
}

static double span_quantile(const struct statistic_call *call)
{
    struct gap_set *bursts = series_gaps(call->who, setting_us(call, 0));
    if (bursts == NULL)
        return NAN;
    size_t multi = 0;
    int64_t *span = series_scratch(call->who, bursts->n_bursts, sizeof *span);
    if (span == NULL)
        return NAN;
    for (size_t b = 0; b < bursts->n_bursts; b++)
        if (burst_size(call->who, bursts, b) > 1)
            span[multi++] = burst_span_us(call->who, bursts, b);
    if (multi == 0)
        return 0;
    gsl_heapsort(span, multi, sizeof *span, compare_spans); /* in place: qsort may allocate */
    double position = setting(call, 1) * (double)(multi - 1);
    size_t below = (size_t)position;
    double part = position - (double)below;
    double above = below + 1 < multi ? (double)span[below + 1] : (double)span[below];
    return ((1 - part) * (double)span[below] + part * above) / (double)US_PER_S;
}

#define SPACING_ROW                                                                                \
    {                                                                                              \
        "spacing_s", UNIT_SECOND, 0, 1e8, "60",                                                    \
            "queries closer than this to the one before are one burst", NULL                       \
    }
#define END_ROW                                                                                    \
    {                                                                                              \
        NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL                                                    \
    }

static const struct param_row spacing_rows[] = {SPACING_ROW, END_ROW};

static const struct param_row wide_rows[] = {
    SPACING_ROW,
    {"span_s", UNIT_SECOND, 0, 1e8, "20", "first to last query of a wide burst, at least", NULL},
    END_ROW,
};

static const struct param_row span_rows[] = {
    SPACING_ROW,
    {"q", UNIT_FRACTION, 0, 1, "0.5", "which quantile", NULL},
    END_ROW,
};

const struct statistic statistic_burst_size_mean = {
    .name = "burst_size_mean",
    .family = FAMILY_BURSTS,
    .unit = "queries",
    .low = 1,
    .high = INFINITY,
    .summary = "mean number of queries in a burst",
    .tells = "how many look-ups one mail event, one page or one failure causes",
    .needs = COLUMN_TIME,
    .params = spacing_rows,
    .compute = size_mean,
};

const struct statistic statistic_burst_span_quantile = {
    .name = "burst_span_quantile",
    .family = FAMILY_BURSTS,
    .unit = "s",
    .low = 0,
    .high = INFINITY,
    .summary = "quantile of first-to-last time of bursts with two or more queries; 0 if none",
    .tells = "application caches give one look-up, DNS clients 1 to 2 s, mail checks more",
    .needs = COLUMN_TIME,
    .params = span_rows,
    .compute = span_quantile,
};

const struct statistic statistic_share_multi = {
    .name = "share_multi",
    .family = FAMILY_BURSTS,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of bursts that have two or more queries",
    .tells = "retransmission, several servers or several resolvers behind one event",
    .needs = COLUMN_TIME,
    .params = spacing_rows,
    .compute = share_multi,
};

const struct statistic statistic_share_wide = {
    .name = "share_wide",
    .family = FAMILY_BURSTS,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary =
        "of the bursts with two or more queries, the share that spans span_s or more; 0 if none",
    .tells = "bursts spread over 20 s or more are not one program's single look-up",
    .needs = COLUMN_TIME,
    .params = wide_rows,
    .compute = share_wide,
};
