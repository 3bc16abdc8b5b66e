/* gaps.c - the times between queries, or between bursts of queries. All take the setting burst_s:
 * queries that come less than burst_s after the one before belong to one burst, and gaps run from
 * burst start to burst start. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

#define LONGEST_S 1e8 /* of settings: about three years */

static double quantile(const struct statistic_call *call)
{
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 1));
    return gaps != NULL ? gap_set_quantile(gaps, setting(call, 0), call->who->out_of_memory) : NAN;
}

/* One microsecond is added so that ties have a logarithm. */
static double log_quantile(const struct statistic_call *call)
{
    return log(quantile(call) + 1e-6);
}

static double share_between(const struct statistic_call *call, int64_t low_us, int64_t high_us,
                            int64_t burst_us)
{
    struct gap_set *gaps = series_gaps(call->who, burst_us);
    if (gaps == NULL || gaps->n_gaps == 0)
        return NAN;
    return (double)gap_set_between(gaps, low_us, high_us) / (double)gaps->n_gaps;
}

static double gaps_between(const struct statistic_call *call)
{
    return share_between(call, setting_us(call, 0), setting_us(call, 1), setting_us(call, 2));
}

static double gaps_below(const struct statistic_call *call)
{
    return share_between(call, 0, setting_us(call, 0), setting_us(call, 1));
}

static double ties(const struct statistic_call *call)
{
    const struct series *who = call->who;
    size_t n = 0;
    for (size_t i = 1; i < who->n; i++)
        n += who->t[i] == who->t[i - 1];
    return who->n > 1 ? (double)n / (double)(who->n - 1) : NAN;
}

static double min_gap(const struct statistic_call *call)
{
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 0));
    return gaps != NULL ? gap_set_quantile(gaps, 0, call->who->out_of_memory) : NAN;
}

static double over_median(const struct statistic_call *call)
{
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 1));
    if (gaps == NULL)
        return NAN;
    double median = gap_set_quantile(gaps, 0.5, call->who->out_of_memory);
    return median > 0 ? gap_set_quantile(gaps, setting(call, 0), call->who->out_of_memory) / median
                      : NAN;
}

static double gap_cv(const struct statistic_call *call)
{
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 0));
    double mean = NAN, sd = NAN;
    if (gaps != NULL)
        gap_set_moments(gaps, &mean, &sd);
    return mean > 0 ? sd / mean : NAN;
}

static double burstiness(const struct statistic_call *call)
{
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 0));
    double mean = NAN, sd = NAN;
    if (gaps != NULL)
        gap_set_moments(gaps, &mean, &sd);
    return mean > 0 ? (sd - mean) / (sd + mean) : NAN;
}

/* Pearson correlation of gap[i] and gap[i + 1]; 0 where it is undefined. */
static double memory(const struct statistic_call *call)
{
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 0));
    if (gaps == NULL || gaps->n_gaps < 3)
        return gaps == NULL ? NAN : 0;
    size_t n = gaps->n_gaps - 1;
    const int64_t *gap = gaps->gap_us;
    int64_t sum = 0;
    for (size_t i = 0; i <= n; i++)
        sum += gap[i];
    double mean_x = (double)(sum - gap[n]) / (double)n, mean_y = (double)(sum - gap[0]) / (double)n;
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)gap[i] - mean_x, y = (double)gap[i + 1] - mean_y;
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

/* Entropy of the gaps' histogram in fifths of a decade: bin floor(5 log10(gap in s)), gaps below
 * one second in the first bin, at most bin 30. */
static double gap_entropy(const struct statistic_call *call)
{
    static const double fifth[5] = {1.0, 1.5848931924611136, 2.5118864315095801, 3.9810717055349725,
                                    6.3095734448019325};
    int64_t bound_us[31];
    uint32_t count[31] = {0};
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 0));
    if (gaps == NULL || gaps->n_gaps == 0)
        return NAN;
    double decade = 1e6;
    for (int k = 0; k < 31; k++) {
        bound_us[k] = (int64_t)ceil(decade * fifth[k % 5]);
        decade *= k % 5 == 4 ? 10 : 1;
    }
    for (size_t i = 0; i < gaps->n_gaps; i++) {
        unsigned bin = 0;
        for (unsigned step = 16; step > 0; step /= 2)
            bin += bin + step < 31 && gaps->gap_us[i] >= bound_us[bin + step] ? step : 0;
        count[bin]++;
    }
    double entropy = 0;
    for (int k = 0; k < 31; k++) {
        double p = count[k] / (double)gaps->n_gaps;
        entropy -= p > 0 ? p * log(p) : 0;
    }
    return entropy;
}

/* Life times that zones really use, in seconds. */
static const double ttl_ladder_s[] = {30,    60,    120,   180,   240,   300,  600,
                                      900,   1200,  1800,  2700,  3600,  5400, 7200,
                                      10800, 14400, 21600, 28800, 43200, 86400};
#define TTL_LADDER (sizeof ttl_ladder_s / sizeof ttl_ladder_s[0])

/* How many standard deviations more gaps lie in the tenth above a candidate than in the tenth below
 * it: the jump of the hazard, as both tenths have nearly the same gaps at risk. */
static bool best_edge(const struct statistic_call *call, double *ttl_s, double *strength)
{
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 0));
    if (gaps == NULL || gaps->n_gaps == 0)
        return false;
    *strength = -1;
    for (size_t i = 0; i < TTL_LADDER; i++) {
        int64_t ttl_us = (int64_t)(ttl_ladder_s[i] * 1e6);
        double below = (double)gap_set_between(gaps, ttl_us - ttl_us / 10, ttl_us);
        double above = (double)gap_set_between(gaps, ttl_us, ttl_us + ttl_us / 10);
        double jump = (above - below) / sqrt(above + below + 1);
        if (jump > *strength) {
            *strength = jump;
            *ttl_s = ttl_ladder_s[i];
        }
    }
    return true;
}

static double edge_ttl(const struct statistic_call *call)
{
    double ttl_s = 0, strength = 0;
    return best_edge(call, &ttl_s, &strength) && strength > 0 ? ttl_s : NAN;
}

static double edge_strength(const struct statistic_call *call)
{
    double ttl_s = 0, strength = 0;
    return best_edge(call, &ttl_s, &strength) ? strength : NAN;
}

#define BURST_ROW                                                                                  \
    {                                                                                              \
        "burst_s", UNIT_SECOND, 0, LONGEST_S, "0",                                                 \
            "queries closer than this to the one before are one burst; 0: every query counts",     \
            NULL                                                                                   \
    }
#define END_ROW                                                                                    \
    {                                                                                              \
        NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL                                                    \
    }

static const struct param_row burst_rows[] = {BURST_ROW, END_ROW};

static const struct param_row quantile_rows[] = {
    {"q", UNIT_FRACTION, 0, 1, "0.5", "which quantile", NULL},
    BURST_ROW,
    END_ROW,
};

static const struct param_row between_rows[] = {
    {"low_s", UNIT_SECOND, 0, LONGEST_S, "3600", "shortest gap, included", NULL},
    {"high_s", UNIT_SECOND, 0, LONGEST_S, "4200", "longest gap, excluded", NULL},
    BURST_ROW,
    END_ROW,
};

static const struct param_row below_rows[] = {
    {"limit_s", UNIT_SECOND, 0, LONGEST_S, "3600", "gaps shorter than this count", NULL},
    BURST_ROW,
    END_ROW,
};

const struct statistic statistic_gap_quantile = {
    .name = "gap_quantile",
    .family = FAMILY_GAPS,
    .unit = "s",
    .low = 0,
    .high = INFINITY,
    .summary = "quantile of the gaps, linear between order statistics",
    .tells = "the shape of the gaps: dead time, clusters, silences",
    .needs = COLUMN_TIME,
    .params = quantile_rows,
    .compute = quantile,
};

const struct statistic statistic_log_gap_quantile = {
    .name = "log_gap_quantile",
    .family = FAMILY_GAPS,
    .unit = "ln s",
    .low = -13.82,
    .high = INFINITY,
    .summary = "ln of gap_quantile, one microsecond added",
    .tells = "as gap_quantile, on a scale on which a factor means the same everywhere",
    .needs = COLUMN_TIME,
    .params = quantile_rows,
    .compute = log_quantile,
};

const struct statistic statistic_share_gaps_between = {
    .name = "share_gaps_between",
    .family = FAMILY_GAPS,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of gaps in [low_s, high_s)",
    .tells = "look-ups that come just after a cache entry expired: demand that the cache masks",
    .needs = COLUMN_TIME,
    .params = between_rows,
    .compute = gaps_between,
};

const struct statistic statistic_share_gaps_below = {
    .name = "share_gaps_below",
    .family = FAMILY_GAPS,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of gaps below limit_s",
    .tells = "with the TTL as limit: look-ups that one cache would have answered",
    .needs = COLUMN_TIME,
    .params = below_rows,
    .compute = gaps_below,
};

const struct statistic statistic_ties = {
    .name = "ties",
    .family = FAMILY_GAPS,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of gaps that are exactly zero",
    .tells = "several servers or resolvers asked at once, duplicates, coarse time stamps",
    .needs = COLUMN_TIME,
    .compute = ties,
};

const struct statistic statistic_min_gap = {
    .name = "min_gap",
    .family = FAMILY_GAPS,
    .unit = "s",
    .low = 0,
    .high = INFINITY,
    .summary = "the shortest gap",
    .tells = "a floor set by a cache",
    .needs = COLUMN_TIME,
    .params = burst_rows,
    .compute = min_gap,
};

const struct statistic statistic_gap_over_median = {
    .name = "gap_over_median",
    .family = FAMILY_GAPS,
    .unit = "",
    .low = 0,
    .high = INFINITY,
    .summary = "quantile of the gaps over their median",
    .tells = "the shape of the gaps whatever the rate; NaN where the median is 0",
    .needs = COLUMN_TIME,
    .params = quantile_rows,
    .compute = over_median,
};

const struct statistic statistic_gap_cv = {
    .name = "gap_cv",
    .family = FAMILY_GAPS,
    .unit = "",
    .low = 0,
    .high = INFINITY,
    .summary = "population standard deviation of the gaps over their mean",
    .tells = "0 for a clock, 1 for a Poisson process, more for clusters; NaN where all are ties",
    .needs = COLUMN_TIME,
    .params = burst_rows,
    .compute = gap_cv,
};

const struct statistic statistic_burstiness = {
    .name = "burstiness",
    .family = FAMILY_GAPS,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "(sd - mean) / (sd + mean) of the gaps, -1 to 1 (Goh and Barabasi 2008)",
    .tells = "as gap_cv, bounded: -1 for a clock, 0 for a Poisson process",
    .needs = COLUMN_TIME,
    .params = burst_rows,
    .compute = burstiness,
};

const struct statistic statistic_memory = {
    .name = "memory",
    .family = FAMILY_GAPS,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "correlation of each gap with the next, 0 where undefined (Goh and Barabasi 2008)",
    .tells = "short gaps follow short ones in conversations and retries, not in a plain schedule",
    .needs = COLUMN_TIME,
    .params = burst_rows,
    .compute = memory,
};

const struct statistic statistic_gap_entropy = {
    .name = "gap_entropy",
    .family = FAMILY_GAPS,
    .unit = "nats",
    .low = 0,
    .high = 3.44,
    .summary = "entropy of the gaps' histogram in fifths of a decade from 1 s",
    .tells = "one time scale or many",
    .needs = COLUMN_TIME,
    .params = burst_rows,
    .compute = gap_entropy,
};

const struct statistic statistic_edge_ttl = {
    .name = "edge_ttl",
    .family = FAMILY_GAPS,
    .unit = "s",
    .low = 30,
    .high = 86400,
    .summary = "the usual TTL (30 s to 1 d) at which the density of gaps jumps up most",
    .tells = "an estimate of the TTL from the log alone; NaN where nothing jumps up",
    .needs = COLUMN_TIME,
    .params = burst_rows,
    .compute = edge_ttl,
};

const struct statistic statistic_edge_strength = {
    .name = "edge_strength",
    .family = FAMILY_GAPS,
    .unit = "sd",
    .low = -1,
    .high = INFINITY,
    .summary = "that largest jump: (above - below) / sqrt(above + below + 1), tenths either side",
    .tells = "whether a cache floor shows at all",
    .needs = COLUMN_TIME,
    .params = burst_rows,
    .compute = edge_strength,
};
