/* synchrony.c - do two client sets move together? Two parties that know nothing of each other share
 * a rhythm only through what they share: the sender, the server or the sensor. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static double pearson(double n, double x, double xx, double y, double yy, double xy)
{
    double spread_x = xx * n - x * x, spread_y = yy * n - y * y;
    if (!(spread_x > 0 && spread_y > 0))
        return 0;
    return (xy * n - x * y) / sqrt(spread_x) / sqrt(spread_y);
}

static double correlation_of_counts(const uint32_t *a, const uint32_t *b, size_t n)
{
    uint64_t x = 0, y = 0;
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        double p = a[i], q = b[i];
        x += a[i];
        y += b[i];
        xx += p * p;
        yy += q * q;
        xy += p * q;
    }
    return pearson((double)n, (double)x, xx, (double)y, yy, xy);
}

/* The daily counts of both; false where there are fewer than three days. */
static bool daily_counts(const struct statistic_call *call, const uint32_t **a, const uint32_t **b,
                         size_t *n)
{
    const struct daily_counts *who = series_daily(call->who);
    const struct daily_counts *other = series_daily(call->other);
    if (who == NULL || other == NULL || who->n_days < 3)
        return false;
    *a = who->count;
    *b = other->count;
    *n = who->n_days;
    return true;
}

static double daily_correlation(const struct statistic_call *call)
{
    const uint32_t *a, *b;
    size_t n;
    return daily_counts(call, &a, &b, &n) ? correlation_of_counts(a, b, n) : NAN;
}

#define RANKED_COUNTS 1024 /* larger daily counts share the last rank */

/* Twice the mid-rank of every count, so that ranks are whole numbers. */
static void double_ranks(const uint32_t *count, size_t n, uint32_t *rank)
{
    uint32_t frequency[RANKED_COUNTS] = {0};
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t capped = count[i] < RANKED_COUNTS ? count[i] : RANKED_COUNTS - 1;
        frequency[capped]++;
        largest = capped > largest ? capped : largest;
    }
    uint32_t below = 0;
    for (uint32_t c = 0; c <= largest; c++) {
        uint32_t here = frequency[c];
        frequency[c] = 2 * below + here;
        below += here;
    }
    for (size_t i = 0; i < n; i++)
        rank[i] = frequency[count[i] < RANKED_COUNTS ? count[i] : RANKED_COUNTS - 1];
}

static double daily_rank_correlation(const struct statistic_call *call)
{
    const uint32_t *a, *b;
    size_t n;
    if (!daily_counts(call, &a, &b, &n))
        return NAN;
    uint32_t *ranks = series_scratch(call->who, 2 * n, sizeof *ranks);
    if (ranks == NULL)
        return NAN;
    double_ranks(a, n, ranks);
    double_ranks(b, n, ranks + n);
    return correlation_of_counts(ranks, ranks + n, n);
}

static double hourly_correlation(const struct statistic_call *call)
{
    size_t n;
    const uint32_t *a = series_hours(call->who, &n);
    const uint32_t *b = a != NULL ? series_hours(call->other, &n) : NULL;
    return b != NULL && n >= 3 ? correlation_of_counts(a, b, n) : NAN;
}

/* Length of the stretch that lies within w of any of the times, the stretch closed to a circle. */
static double covered_us(const struct series *series, int64_t w_us)
{
    int64_t length = series->until_us - series->from_us, covered = 0;
    for (size_t i = 0; i < series->n; i++) {
        int64_t next = i + 1 < series->n ? series->t[i + 1] : series->t[0] + length;
        int64_t gap = next - series->t[i];
        covered += gap < 2 * w_us + 1 ? gap : 2 * w_us + 1;
    }
    return (double)(covered < length ? covered : length);
}

/* A walk through a part of `a` beside `b`. */
struct walk {
    size_t i, end; /* in a */
    size_t j;      /* in b: all before it are too early for a[i] */
    size_t near;   /* queries of a so far that have one of b within w */
};

static inline bool walk_goes_on(const struct walk *self, const struct series *b)
{
    return self->i < self->end && self->j < b->n;
}

/* One step in one of the two series, without a branch: which one is next is a coin toss. */
static inline void walk_step(struct walk *self, const time_us *a, const time_us *b, int64_t w_us)
{
    const int64_t ahead_us = b[self->j] - a[self->i];
    const bool too_early = ahead_us < -w_us;
    self->near += !too_early & (ahead_us <= w_us);
    self->j += too_early;
    self->i += !too_early;
}

/* Queries of a that have one of b within w. Two walks, one through each half of a, go on side by
 * side: their steps do not wait for each other. */
static size_t count_near(const struct series *a, const struct series *b, int64_t w_us)
{
    size_t half = a->n / 2;
    struct walk x = {.end = half}, y = {.i = half, .end = a->n};
    if (half > 0)
        y.j = series_count_before(b, a->t[half] - w_us);
    while (walk_goes_on(&x, b) && walk_goes_on(&y, b)) {
        walk_step(&x, a->t, b->t, w_us);
        walk_step(&y, a->t, b->t, w_us);
    }
    while (walk_goes_on(&x, b))
        walk_step(&x, a->t, b->t, w_us);
    while (walk_goes_on(&y, b))
        walk_step(&y, a->t, b->t, w_us);
    return x.near + y.near;
}

/* A uniformly random rotation of `other` puts each query of `who` at a uniformly random place of
 * the circle, so the expected number of coincidences is n times the covered part: no surrogates
 * needed. Both series keep their own rhythm. */
static double coincidences(const struct statistic_call *call)
{
    double length = (double)(call->who->until_us - call->who->from_us);
    int64_t w_us = setting_us(call, 0);
    if (length <= 0)
        return NAN;
    double expected = (double)call->who->n * covered_us(call->other, w_us) / length;
    return log(((double)count_near(call->who, call->other, w_us) + 0.5) / (expected + 0.5));
}

static double shared_zeroes(const uint32_t *a, const uint32_t *b, size_t n)
{
    size_t both = 0, either = 0;
    for (size_t i = 0; i < n; i++) {
        both += a[i] == 0 && b[i] == 0;
        either += a[i] == 0 || b[i] == 0;
    }
    return either > 0 ? (double)both / (double)either : 0;
}

static double shared_silent_days(const struct statistic_call *call)
{
    const uint32_t *a, *b;
    size_t n;
    return daily_counts(call, &a, &b, &n) ? shared_zeroes(a, b, n) : NAN;
}

static double shared_silent_hours(const struct statistic_call *call)
{
    size_t n;
    const uint32_t *a = series_hours(call->who, &n);
    const uint32_t *b = a != NULL ? series_hours(call->other, &n) : NULL;
    return b != NULL ? shared_zeroes(a, b, n) : NAN;
}

/* Looks for a longer silence of `b` inside [from, until), where the other series is silent. */
static void search_silence(const struct series *b, time_us from, time_us until, int64_t *length_us,
                           time_us *start_us)
{
    time_us last = from;
    for (size_t j = series_count_before(b, from); last < until; j++) {
        time_us next = j < b->n && b->t[j] < until ? b->t[j] : until;
        if (next - last > *length_us) {
            *length_us = next - last;
            *start_us = last;
        }
        last = next;
    }
}

/* The longest time without a query of either, both ends of the stretch counting as queries. Only
 * gaps of `who` that are longer than the best so far need a look at `other`: few. */
static void longest_common_silence(const struct statistic_call *call, int64_t *length_us,
                                   time_us *start_us)
{
    const struct series *a = call->who;
    time_us last = a->from_us;
    *length_us = 0;
    *start_us = last;
    for (size_t i = 0; i <= a->n; i++) {
        time_us next = i < a->n ? a->t[i] : a->until_us;
        if (next - last > *length_us)
            search_silence(call->other, last, next, length_us, start_us);
        last = next;
    }
}

static double common_silence(const struct statistic_call *call)
{
    int64_t length_us;
    time_us start_us;
    longest_common_silence(call, &length_us, &start_us);
    return (double)length_us / (double)US_PER_HOUR;
}

static double common_silence_start(const struct statistic_call *call)
{
    int64_t length_us;
    time_us start_us;
    longest_common_silence(call, &length_us, &start_us);
    return (double)(start_us - call->who->from_us) / (double)US_PER_DAY;
}

static const struct param_row within_rows[] = {
    {"within_s", UNIT_SECOND, 0, 1e8, "60", "how near counts as a coincidence", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

const struct statistic statistic_daily_correlation = {
    .name = "daily_correlation",
    .family = FAMILY_SYNCHRONY,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "Pearson correlation of the local daily counts of `who` and `other`, 0 if undefined",
    .tells = "whether the rates track each other",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .compute = daily_correlation,
};

const struct statistic statistic_daily_rank_correlation = {
    .name = "daily_rank_correlation",
    .family = FAMILY_SYNCHRONY,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "Spearman correlation of the local daily counts, mid-ranks, 0 if undefined",
    .tells = "as daily_correlation, not ruled by a few great days",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .compute = daily_rank_correlation,
};

const struct statistic statistic_hourly_correlation = {
    .name = "hourly_correlation",
    .family = FAMILY_SYNCHRONY,
    .unit = "",
    .low = -1,
    .high = 1,
    .summary = "Pearson correlation of the hourly counts, 0 if undefined",
    .tells = "a common cause within hours, such as one mailing to both",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .compute = hourly_correlation,
};

const struct statistic statistic_coincidences = {
    .name = "coincidences",
    .family = FAMILY_SYNCHRONY,
    .unit = "ln",
    .low = -INFINITY,
    .high = INFINITY,
    .summary = "ln((k + 1/2) / (e + 1/2)): k queries of `who` within within_s of one of `other`, e "
               "expected under random rotation",
    .tells = "one machine behind two addresses, or one event behind two parties",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .params = within_rows,
    .compute = coincidences,
};

const struct statistic statistic_shared_silent_days = {
    .name = "shared_silent_days",
    .family = FAMILY_SYNCHRONY,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary =
        "local days without a query of both, as a share of days without one of either; 0 if none",
    .tells = "outages of the sender, the server or the sensor silence everybody",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .compute = shared_silent_days,
};

const struct statistic statistic_shared_silent_hours = {
    .name = "shared_silent_hours",
    .family = FAMILY_SYNCHRONY,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary =
        "hours without a query of both, as a share of hours without one of either; 0 if none",
    .tells = "as shared_silent_days, for short outages and common nights",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .compute = shared_silent_hours,
};

const struct statistic statistic_common_silence = {
    .name = "common_silence",
    .family = FAMILY_SYNCHRONY,
    .unit = "h",
    .low = 0,
    .high = INFINITY,
    .summary = "longest time without a query of either, the ends of the stretch included",
    .tells = "a common outage",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .compute = common_silence,
};

const struct statistic statistic_common_silence_start = {
    .name = "common_silence_start",
    .family = FAMILY_SYNCHRONY,
    .unit = "d",
    .low = 0,
    .high = INFINITY,
    .summary = "when that silence begins, in days from the start of the stretch",
    .tells = "whether the common outage is the reported one",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .needs_other = true,
    .compute = common_silence_start,
};
