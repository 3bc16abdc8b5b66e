/* dispersion.c - how uneven the counts in windows are. Windows start at the start of the stretch; a
 * last, shorter one is left out. NaN for an empty selection and for fewer than two windows. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static const struct window_counts *usable_windows(const struct statistic_call *call)
{
    const struct window_counts *counts = series_windows(call->who, setting_us(call, 0));
    return counts != NULL && counts->n_windows >= 2 && counts->sum > 0 ? counts : NULL;
}

static double fano_of(const struct window_counts *counts)
{
    double windows = (double)counts->n_windows, mean = counts->sum / windows;
    return (counts->sum_of_squares / windows - mean * mean) / mean;
}

static double fano(const struct statistic_call *call)
{
    const struct window_counts *counts = usable_windows(call);
    return counts != NULL ? fano_of(counts) : NAN;
}

static double log_fano(const struct statistic_call *call)
{
    const struct window_counts *counts = usable_windows(call);
    double value = counts != NULL ? fano_of(counts) : NAN;
    return log((value > 0 ? value : 0) + 1e-3) + (isnan(value) ? NAN : 0);
}

static double branching(const struct statistic_call *call)
{
    const struct window_counts *counts = usable_windows(call);
    if (counts == NULL)
        return NAN;
    double value = fano_of(counts);
    return 1 - 1 / sqrt(value > 1 ? value : 1);
}

static double busiest_share(const struct statistic_call *call)
{
    const struct window_counts *counts = series_windows(call->who, setting_us(call, 0));
    return counts != NULL && counts->sum > 0 ? counts->largest / counts->sum : NAN;
}

/* Sum over all windows w of count[w] * count[w + lag]. */
static double lagged_product(const struct window_counts *counts, uint64_t lag)
{
    double sum = 0;
    size_t j = 0;
    for (size_t i = 0; i < counts->n_active; i++) {
        while (j < counts->n_active && counts->window[j] < counts->window[i] + lag)
            j++;
        if (j < counts->n_active && counts->window[j] == counts->window[i] + lag)
            sum += (double)counts->count[i] * counts->count[j];
    }
    return sum;
}

/* Sums of counts and of their squares over windows in [first, last). */
static void sums_between(const struct window_counts *counts, uint64_t first, uint64_t last,
                         double *sum, double *squares)
{
    *sum = *squares = 0;
    for (size_t i = 0; i < counts->n_active; i++)
        if (counts->window[i] >= first && counts->window[i] < last) {
            *sum += counts->count[i];
            *squares += (double)counts->count[i] * counts->count[i];
        }
}

static double allan(const struct statistic_call *call)
{
    const struct window_counts *counts = usable_windows(call);
    if (counts == NULL)
        return NAN;
    size_t last = counts->n_active - 1;
    double first_count = counts->window[0] == 0 ? counts->count[0] : 0;
    double last_count = counts->window[last] == counts->n_windows - 1 ? counts->count[last] : 0;
    double squares = 2 * counts->sum_of_squares - first_count * first_count -
                     last_count * last_count - 2 * lagged_product(counts, 1);
    double windows = (double)counts->n_windows;
    return squares / (windows - 1) / (2 * counts->sum / windows);
}

static double autocorrelation(const struct statistic_call *call)
{
    const struct window_counts *counts = usable_windows(call);
    uint64_t lag = (uint64_t)(setting(call, 1) + 0.5);
    if (counts == NULL || counts->n_windows < lag + 2)
        return NAN;
    double pairs = (double)(counts->n_windows - lag), x, y, xx, yy;
    sums_between(counts, 0, counts->n_windows - lag, &x, &xx);
    sums_between(counts, lag, counts->n_windows, &y, &yy);
    double covariance = lagged_product(counts, lag) * pairs - x * y;
    double spread_x = xx * pairs - x * x, spread_y = yy * pairs - y * y;
    return spread_x > 0 && spread_y > 0 ? covariance / sqrt(spread_x) / sqrt(spread_y) : 0;
}

#define WINDOW_ROW                                                                                 \
    {                                                                                              \
        "window_s", UNIT_SECOND, 1e-3, 1e9, "3600", "width of the counting windows", NULL          \
    }
#define END_ROW                                                                                    \
    {                                                                                              \
        NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL                                                    \
    }

static const struct param_row window_rows[] = {WINDOW_ROW, END_ROW};

static const struct param_row lag_rows[] = {
    WINDOW_ROW,
    {"lag", UNIT_COUNT, 1, 1e6, "1", "how many windows later", NULL},
    END_ROW,
};

static const struct param_row branching_rows[] = {
    {"window_s", UNIT_SECOND, 1e-3, 1e9, "21600", "width of the counting windows", NULL},
    END_ROW,
};

const struct statistic statistic_fano = {
    .name = "fano",
    .family = FAMILY_DISPERSION,
    .unit = "",
    .low = 0,
    .high = INFINITY,
    .summary = "variance (population) of the counts in windows over their mean",
    .tells = "1 for a Poisson process, less for clocks and cache floors, more for clusters",
    .needs = COLUMN_TIME,
    .params = window_rows,
    .compute = fano,
};

const struct statistic statistic_log_fano = {
    .name = "log_fano",
    .family = FAMILY_DISPERSION,
    .unit = "ln",
    .low = -6.91,
    .high = INFINITY,
    .summary = "ln(fano + 0.001)",
    .tells = "as fano, on a scale on which a factor means the same everywhere",
    .needs = COLUMN_TIME,
    .params = window_rows,
    .compute = log_fano,
};

const struct statistic statistic_allan = {
    .name = "allan",
    .family = FAMILY_DISPERSION,
    .unit = "",
    .low = 0,
    .high = INFINITY,
    .summary = "mean squared difference of neighbouring counts over twice their mean",
    .tells = "as fano, but blind to slow changes of the rate",
    .needs = COLUMN_TIME,
    .params = window_rows,
    .compute = allan,
};

const struct statistic statistic_autocorrelation = {
    .name = "autocorrelation",
    .family = FAMILY_DISPERSION,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "Pearson correlation of counts `lag` windows apart, 0 where undefined",
    .tells = "how long a busy time lasts",
    .needs = COLUMN_TIME,
    .params = lag_rows,
    .compute = autocorrelation,
};

const struct statistic statistic_branching = {
    .name = "branching",
    .family = FAMILY_DISPERSION,
    .unit = "",
    .low = 0,
    .high = 1,
    .summary = "1 - 1 / sqrt(max(fano, 1)): moment estimate of a self-exciting process",
    .tells = "what share of the queries was caused by earlier ones; a varying rate counts too",
    .needs = COLUMN_TIME,
    .params = branching_rows,
    .compute = branching,
};

const struct statistic statistic_busiest_share = {
    .name = "busiest_share",
    .family = FAMILY_DISPERSION,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of the busiest window",
    .tells = "single blasts",
    .needs = COLUMN_TIME,
    .params = window_rows,
    .compute = busiest_share,
};
