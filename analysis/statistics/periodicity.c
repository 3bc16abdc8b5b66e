/* periodicity.c - clocks in the log: Rayleigh's vector at a period, the best of a ladder of
 * periods, the comb that a cache's life time leaves in the gaps, and the spectrum of counts. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

/* Cosine and sine on 64 points of the circle, by rotation: two calls of libm instead of two for
 * each query. Between the points a Taylor series to the fifth order is good to 1e-13. */
#define CIRCLE 64

struct circle {
    double cosine[CIRCLE], sine[CIRCLE];
};

static void circle_fill(struct circle *self)
{
    const double c = cos(2 * M_PI / CIRCLE), s = sin(2 * M_PI / CIRCLE);
    self->cosine[0] = 1;
    self->sine[0] = 0;
    for (int i = 0; i + 1 < CIRCLE; i++) {
        self->cosine[i + 1] = self->cosine[i] * c - self->sine[i] * s;
        self->sine[i + 1] = self->sine[i] * c + self->cosine[i] * s;
    }
}

/* Adds exp(2 pi i turns), turns >= 0 and below 2^40. Adding and taking away 1.5 * 2^46 rounds to
 * the nearest 64th and leaves its number in the lowest bits (IEEE 754, round to nearest): cheaper
 * than conversions to integers and back. */
static inline void circle_add(const struct circle *self, double turns, double *x, double *y)
{
    const double magic = 0x1.8p46;
    union {
        double value;
        uint64_t bits;
    } rounded = {.value = turns + magic};
    unsigned i = rounded.bits & (CIRCLE - 1);
    double d = (turns - (rounded.value - magic)) * (2 * M_PI), dd = d * d;
    double c = 1 - dd * (0.5 - dd * (1.0 / 24));
    double s = d * (1 - dd * (1.0 / 6 - dd * (1.0 / 120)));
    *x += self->cosine[i] * c - self->sine[i] * s;
    *y += self->sine[i] * c + self->cosine[i] * s;
}

/* Length of the mean vector of the series' times at a period; n > 0. */
static double resultant(const struct series *series, const struct circle *circle, double period_us)
{
    double x = 0, y = 0;
    const double reciprocal = 1 / period_us;
    for (size_t i = 0; i < series->n; i++)
        circle_add(circle, (double)(series->t[i] - series->from_us) * reciprocal, &x, &y);
    return sqrt(x * x + y * y) / (double)series->n;
}

static double rayleigh(const struct statistic_call *call)
{
    struct circle circle;
    if (call->who->n == 0)
        return NAN;
    circle_fill(&circle);
    return resultant(call->who, &circle, setting(call, 0) * 1e6);
}

static double rayleigh_power(const struct statistic_call *call)
{
    double r = rayleigh(call);
    return log1p(2 * (double)call->who->n * r * r);
}

static const double period_ladder_s[] = {60,    120,   300,   600,   900,   1200,
                                         1800,  3600,  5400,  7200,  10800, 14400,
                                         21600, 28800, 43200, 86400, 604800};
#define PERIOD_LADDER (sizeof period_ladder_s / sizeof period_ladder_s[0])

/* Both statistics of the ladder share the walk through it. NULL for an empty selection. */
static const struct ladder_peak *best_of_ladder(const struct statistic_call *call)
{
    struct ladder_peak *peak = &call->who->ladder;
    struct circle circle;
    if (call->who->n == 0)
        return NULL;
    if (peak->is_set)
        return peak;
    circle_fill(&circle);
    *peak = (struct ladder_peak){.is_set = true, .strength = -1};
    for (size_t i = 0; i < PERIOD_LADDER; i++) {
        double r = resultant(call->who, &circle, period_ladder_s[i] * 1e6);
        if (r > peak->strength) {
            peak->strength = r;
            peak->period_s = period_ladder_s[i];
        }
    }
    return peak;
}

static double best_period(const struct statistic_call *call)
{
    const struct ladder_peak *peak = best_of_ladder(call);
    return peak != NULL ? log(peak->period_s) : NAN;
}

static double best_period_strength(const struct statistic_call *call)
{
    const struct ladder_peak *peak = best_of_ladder(call);
    return peak != NULL ? peak->strength : NAN;
}

static double comb(const struct statistic_call *call)
{
    struct circle circle;
    struct gap_set *gaps = series_gaps(call->who, setting_us(call, 1));
    double period_us = setting(call, 0) * 1e6, x = 0, y = 0;
    if (gaps == NULL)
        return NAN;
    circle_fill(&circle);
    size_t n = 0;
    for (size_t i = 0; i < gaps->n_gaps; i++)
        if ((double)gaps->gap_us[i] >= period_us / 2) {
            circle_add(&circle, (double)gaps->gap_us[i] / period_us, &x, &y);
            n++;
        }
    return n > 0 ? sqrt(x * x + y * y) / (double)n : NAN;
}

#define MAX_SPECTRUM_WINDOWS (1u << 22)

/* The counts in windows less their mean, Fourier transformed in place (GSL's half-complex order).
 */
static double *transform_counts(struct series *series, const struct window_counts *counts)
{
    size_t n = (size_t)counts->n_windows;
    double *x = series_scratch(series, n, sizeof *x);
    if (x == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        x[i] = -counts->sum / (double)n;
    for (size_t i = 0; i < counts->n_active; i++)
        x[counts->window[i]] += counts->count[i];
    if (fourier_transform(&series->scratch->fourier, x, n))
        return x;
    *series->out_of_memory = true;
    return NULL;
}

static void find_peak(struct spectral_peak *peak, const double *x, size_t n)
{
    for (size_t k = peak->k_least; k <= n / 2; k++) {
        double re = x[2 * k - 1], im = 2 * k < n ? x[2 * k] : 0;
        if (re * re + im * im > peak->power) {
            peak->power = re * re + im * im;
            peak->k = k;
        }
    }
}

/* The largest power among periods of at most longest_s; both statistics share the transform. NULL
 * where there is none. */
static const struct spectral_peak *spectral_maximum(const struct statistic_call *call)
{
    const int64_t window_us = setting_us(call, 0);
    const struct window_counts *counts = series_windows(call->who, window_us);
    if (counts == NULL || counts->sum == 0 || counts->n_windows < 4 ||
        counts->n_windows > MAX_SPECTRUM_WINDOWS)
        return NULL;
    size_t n = (size_t)counts->n_windows;
    double first = ceil((double)n * setting(call, 0) / setting(call, 1) - 1e-9);
    size_t k_least = first > 1 ? (size_t)first : 1;
    struct spectral_peak *peak = &call->who->spectrum;
    if (!peak->is_set || peak->window_us != window_us || peak->k_least != k_least) {
        const double *x = transform_counts(call->who, counts);
        if (x == NULL)
            return NULL;
        *peak = (struct spectral_peak){true, window_us, k_least, 0, -1};
        find_peak(peak, x, n);
    }
    return peak->power > 0 ? peak : NULL;
}

static double spectral_peak(const struct statistic_call *call)
{
    const struct spectral_peak *peak = spectral_maximum(call);
    if (peak == NULL)
        return NAN;
    return log(peak->power / series_windows(call->who, setting_us(call, 0))->sum);
}

static double spectral_frequency(const struct statistic_call *call)
{
    const struct spectral_peak *peak = spectral_maximum(call);
    return peak != NULL ? log((double)peak->k) : NAN;
}

#define END_ROW                                                                                    \
    {                                                                                              \
        NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL                                                    \
    }

static const struct param_row period_rows[] = {
    {"period_s", UNIT_SECOND, 1e-3, 1e9, "3600", "the period", NULL},
    END_ROW,
};

static const struct param_row comb_rows[] = {
    {"ttl_s", UNIT_SECOND, 1e-3, 1e9, "3600", "spacing of the comb's teeth", NULL},
    {"burst_s", UNIT_SECOND, 0, 1e8, "60",
     "queries closer than this to the one before are one burst; 0: every query counts", NULL},
    END_ROW,
};

static const struct param_row spectrum_rows[] = {
    {"window_s", UNIT_SECOND, 1, 1e6, "60", "width of the counting windows", NULL},
    {"longest_s", UNIT_SECOND, 1, 1e9, "50400", "longest period that is looked at", NULL},
    END_ROW,
};

const struct statistic statistic_rayleigh = {
    .name = "rayleigh",
    .family = FAMILY_PERIODICITY,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "length R of the mean vector of the times at period_s, 0 to 1",
    .tells = "a clock that keeps its phase over the whole stretch",
    .needs = COLUMN_TIME,
    .params = period_rows,
    .compute = rayleigh,
};

const struct statistic statistic_rayleigh_power = {
    .name = "rayleigh_power",
    .family = FAMILY_PERIODICITY,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln(1 + 2 n R^2); 2 n R^2 is chi-square with 2 degrees of freedom for even times",
    .tells = "as rayleigh, in terms of its significance",
    .needs = COLUMN_TIME,
    .params = period_rows,
    .compute = rayleigh_power,
};

const struct statistic statistic_best_period = {
    .name = "best_period",
    .family = FAMILY_PERIODICITY,
    .unit = "ln s",
    .low = 4.09,
    .high = 13.32,
    .summary = "ln of the period with the largest R among 17 usual ones from 1 min to 1 week",
    .tells = "which clock drives the traffic",
    .needs = COLUMN_TIME,
    .compute = best_period,
};

const struct statistic statistic_best_period_strength = {
    .name = "best_period_strength",
    .family = FAMILY_PERIODICITY,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "that largest R",
    .tells = "whether any usual clock drives the traffic",
    .needs = COLUMN_TIME,
    .compute = best_period_strength,
};

const struct statistic statistic_comb = {
    .name = "comb",
    .family = FAMILY_PERIODICITY,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "length of the mean vector of gap / ttl_s over gaps of at least ttl_s / 2, 0 to 1",
    .tells = "gaps at multiples of the TTL, even where the phase drifts",
    .needs = COLUMN_TIME,
    .params = comb_rows,
    .compute = comb,
};

const struct statistic statistic_spectral_peak = {
    .name = "spectral_peak",
    .family = FAMILY_PERIODICITY,
    .unit = "ln",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "ln of the largest power of the counts' spectrum over n, periods up to longest_s",
    .tells = "a clock of any period; slow, for single logs",
    .needs = COLUMN_TIME,
    .params = spectrum_rows,
    .compute = spectral_peak,
};

const struct statistic statistic_spectral_frequency = {
    .name = "spectral_frequency",
    .family = FAMILY_PERIODICITY,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln of the number of cycles in the stretch at that largest power",
    .tells = "the period of that clock: the stretch's length over the number of cycles",
    .needs = COLUMN_TIME,
    .params = spectrum_rows,
    .compute = spectral_frequency,
};
