/* Gaps, bursts, periodicity, dispersion and change against slow twins that work on plain lists. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>

#include "tests/support/statistics_logs.h"
#include "tests/support/statistics_support.h"

#define FROM (INT64_C(1462320000) * US_PER_S)
#define LENGTH (9 * US_PER_DAY + 5 * US_PER_HOUR)

/* A list of numbers. */
struct list {
    double *x;
    size_t n;
};

static struct list list_make(size_t n)
{
    struct list list = {calloc(n + 1, sizeof(double)), 0};
    assert_non_null(list.x);
    return list;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double list_quantile(struct list list, double q)
{
    if (list.n == 0)
        return NAN;
    double *sorted = calloc(list.n + 1, sizeof *sorted);
    assert_non_null(sorted);
    memcpy(sorted, list.x, list.n * sizeof *sorted);
    qsort(sorted, list.n, sizeof *sorted, compare);
    double position = q * (double)(list.n - 1), below = floor(position);
    double value = sorted[(size_t)below];
    if ((size_t)below + 1 < list.n)
        value += (position - below) * (sorted[(size_t)below + 1] - value);
    free(sorted);
    return value;
}

static double list_mean(struct list list)
{
    double sum = 0;
    for (size_t i = 0; i < list.n; i++)
        sum += list.x[i];
    return sum / (double)list.n;
}

static double list_sd(struct list list)
{
    double mean = list_mean(list), sum = 0;
    for (size_t i = 0; i < list.n; i++)
        sum += (list.x[i] - mean) * (list.x[i] - mean);
    return sqrt(sum / (double)list.n);
}

static double list_correlation(const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xx > 1e-9 && yy > 1e-9 ? xy / sqrt(xx * yy) : 0;
}

static double list_share(struct list list, double low, double high)
{
    double inside = 0;
    for (size_t i = 0; i < list.n; i++)
        inside += list.x[i] >= low && list.x[i] < high;
    return list.n > 0 ? inside / (double)list.n : NAN;
}

/* The selection under test, and everything plain that the twins want of it. */
struct subject {
    struct world world;
    struct query_array logs[2];
    struct client_set who;
    time_us *t;
    size_t n;
    const char *what;
};

static double number(const struct subject *s, struct statistic_request request)
{
    request.who = s->who;
    return compute_request(&s->world, s->logs, &request);
}

#define EXPECT(expected, ...) expect(s, expected, make_request(&s->world, __VA_ARGS__))

static void expect(const struct subject *s, double expected, struct statistic_request request)
{
    char what[160];
    snprintf(what, sizeof what, "%s: %s", s->what, request.label);
    check_close(what, number(s, request), isfinite(expected) ? expected : NAN, 1e-9);
}

static struct list gaps_of(const struct subject *s, double burst_s)
{
    struct list list = list_make(s->n);
    time_us start = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (i > 0 && (double)(s->t[i] - s->t[i - 1]) < burst_s * 1e6)
            continue;
        if (i > 0)
            list.x[list.n++] = (double)(s->t[i] - start) / 1e6;
        start = s->t[i];
    }
    return list;
}

static void check_gaps(const struct subject *s, double burst_s)
{
    struct list gaps = gaps_of(s, burst_s);
    double sd = gaps.n > 0 ? list_sd(gaps) : NAN, mean = gaps.n > 0 ? list_mean(gaps) : NAN;
    double median = list_quantile(gaps, 0.5);
    EXPECT(list_quantile(gaps, 0.1), "gap_quantile", 2, 0.1, burst_s);
    EXPECT(median, "gap_quantile", 2, 0.5, burst_s);
    EXPECT(list_quantile(gaps, 0.93), "gap_quantile", 2, 0.93, burst_s);
    EXPECT(list_quantile(gaps, 1), "gap_quantile", 2, 1.0, burst_s);
    EXPECT(log(list_quantile(gaps, 0.9) + 1e-6), "log_gap_quantile", 2, 0.9, burst_s);
    EXPECT(list_quantile(gaps, 0), "min_gap", 1, burst_s);
    EXPECT(median > 0 ? list_quantile(gaps, 0.9) / median : NAN, "gap_over_median", 2, 0.9,
           burst_s);
    EXPECT(list_share(gaps, 3600, 4200), "share_gaps_between", 3, 3600.0, 4200.0, burst_s);
    EXPECT(list_share(gaps, 0, 400), "share_gaps_below", 2, 400.0, burst_s);
    EXPECT(mean > 0 ? sd / mean : NAN, "gap_cv", 1, burst_s);
    EXPECT(mean > 0 ? (sd - mean) / (sd + mean) : NAN, "burstiness", 1, burst_s);
    EXPECT(gaps.n < 3 ? 0 : list_correlation(gaps.x, gaps.x + 1, gaps.n - 1), "memory", 1, burst_s);
    if (burst_s == 0)
        EXPECT(list_share(gaps, 0, 1e-7), "ties", 0);
    free(gaps.x);
}

static void check_gap_entropy(const struct subject *s)
{
    struct list gaps = gaps_of(s, 0);
    double count[31] = {0}, entropy = 0;
    for (size_t i = 0; i < gaps.n; i++) {
        double bin = floor(5 * log10(gaps.x[i] > 1 ? gaps.x[i] : 1));
        count[bin > 30 ? 30 : (int)bin]++;
    }
    for (int k = 0; k < 31; k++)
        if (count[k] > 0)
            entropy -= count[k] / (double)gaps.n * log(count[k] / (double)gaps.n);
    EXPECT(gaps.n > 0 ? entropy : NAN, "gap_entropy", 0);
    free(gaps.x);
}

static void check_bursts(const struct subject *s, double spacing_s)
{
    struct list spans = list_make(s->n);
    double bursts = 0, multi = 0, wide = 0;
    for (size_t i = 0; i < s->n;) {
        size_t j = i;
        while (j + 1 < s->n && (double)(s->t[j + 1] - s->t[j]) < spacing_s * 1e6)
            j++;
        bursts++;
        if (j > i) {
            multi++;
            spans.x[spans.n++] = (double)(s->t[j] - s->t[i]) / 1e6;
            wide += s->t[j] - s->t[i] >= 20 * US_PER_S;
        }
        i = j + 1;
    }
    double none = s->n > 0 ? 0 : NAN;
    EXPECT((double)s->n / bursts, "burst_size_mean", 1, spacing_s);
    EXPECT(multi / bursts, "share_multi", 1, spacing_s);
    EXPECT(multi > 0 ? wide / multi : none, "share_wide", 2, spacing_s, 20.0);
    EXPECT(multi > 0 ? list_quantile(spans, 0.7) : 0, "burst_span_quantile", 2, spacing_s, 0.7);
    free(spans.x);
}

static double plain_resultant(const double *x, size_t n, double period)
{
    double c = 0, d = 0;
    for (size_t i = 0; i < n; i++) {
        c += cos(2 * M_PI * x[i] / period);
        d += sin(2 * M_PI * x[i] / period);
    }
    return n > 0 ? hypot(c, d) / (double)n : NAN;
}

static void check_periods(const struct subject *s)
{
    static const double ladder[] = {60,   120,   300,   600,   900,   1200,  1800,  3600,  5400,
                                    7200, 10800, 14400, 21600, 28800, 43200, 86400, 604800};
    struct list times = list_make(s->n), gaps = gaps_of(s, 60), teeth = list_make(s->n);
    for (size_t i = 0; i < s->n; i++)
        times.x[times.n++] = (double)(s->t[i] - FROM) / 1e6;
    double r = plain_resultant(times.x, times.n, 4321.5), best = -1, best_period = NAN;
    EXPECT(r, "rayleigh", 1, 4321.5);
    EXPECT(log(1 + 2 * (double)s->n * r * r), "rayleigh_power", 1, 4321.5);
    for (size_t i = 0; i < sizeof ladder / sizeof ladder[0] && s->n > 0; i++) {
        r = plain_resultant(times.x, times.n, ladder[i]);
        if (r > best + 1e-12) {
            best = r;
            best_period = ladder[i];
        }
    }
    EXPECT(s->n > 0 ? best : NAN, "best_period_strength", 0);
    if (s->n > 60) /* equal strengths of very short logs may be ordered by rounding */
        EXPECT(log(best_period), "best_period", 0);
    for (size_t i = 0; i < gaps.n; i++)
        if (gaps.x[i] >= 1800)
            teeth.x[teeth.n++] = gaps.x[i];
    EXPECT(plain_resultant(teeth.x, teeth.n, 3600), "comb", 2, 3600.0, 60.0);
    free(times.x);
    free(gaps.x);
    free(teeth.x);
}

static struct list counts_of(const struct subject *s, double window_s)
{
    size_t windows = (size_t)(LENGTH / (int64_t)(window_s * 1e6));
    struct list list = list_make(windows);
    list.n = windows;
    for (size_t i = 0; i < s->n; i++) {
        size_t window = (size_t)((s->t[i] - FROM) / (int64_t)(window_s * 1e6));
        if (window < windows)
            list.x[window]++;
    }
    return list;
}

static void check_dispersion(const struct subject *s, double window_s, size_t lag)
{
    struct list counts = counts_of(s, window_s);
    double mean = list_mean(counts), sd = list_sd(counts), difference = 0, largest = 0;
    double fano = mean > 0 && counts.n > 1 ? sd * sd / mean : NAN;
    for (size_t i = 0; i < counts.n; i++) {
        if (i > 0)
            difference += (counts.x[i] - counts.x[i - 1]) * (counts.x[i] - counts.x[i - 1]);
        largest = fmax(largest, counts.x[i]);
    }
    EXPECT(fano, "fano", 1, window_s);
    EXPECT(log(fano + 1e-3), "log_fano", 1, window_s);
    EXPECT(1 - 1 / sqrt(fano > 1 ? fano : isnan(fano) ? NAN : 1), "branching", 1, window_s);
    EXPECT(difference / (double)(counts.n - 1) / (2 * mean), "allan", 1, window_s);
    EXPECT(largest / (mean * (double)counts.n), "busiest_share", 1, window_s);
    double correlation = list_correlation(counts.x, counts.x + lag, counts.n - lag);
    EXPECT(mean > 0 ? correlation : NAN, "autocorrelation", 2, window_s, (double)lag);
    free(counts.x);
}

static double count_between(const struct subject *s, double from_d, double until_d)
{
    double n = 0;
    for (size_t i = 0; i < s->n; i++) {
        double t = (double)(s->t[i] - FROM) / (double)US_PER_DAY;
        n += t >= from_d && t < until_d;
    }
    return n;
}

static double plain_silence(const struct subject *s, time_us from, time_us until)
{
    time_us last = from, longest = 0;
    for (size_t i = 0; i <= s->n; i++) {
        time_us t = i < s->n ? s->t[i] : until;
        t = t < from ? from : t > until ? until : t;
        longest = t - last > longest ? t - last : longest;
        last = t;
    }
    return (double)longest;
}

static void check_change(const struct subject *s)
{
    double days = (double)LENGTH / (double)US_PER_DAY, n = (double)s->n;
    double rate_1 = (count_between(s, 1, 3) + 0.5) / 2, rate_2 = (count_between(s, 4, 9) + 0.5) / 5;
    EXPECT(log(rate_2 / rate_1), "rate_ratio", 4, 1.0, 3.0, 4.0, 9.0);
    EXPECT(NAN, "rate_ratio", 4, 1.0, 1.0, 4.0, 9.0);
    double before = (count_between(s, 0, 2) + 0.5) / 2, after = (count_between(s, 2, 7) + 0.5) / 5;
    EXPECT(log(after / before), "step", 3, 2.0, 2.0, 5.0);
    EXPECT(log(after / before), "step", 3, 2.0, 20.0, 5.0); /* cut at the start of the stretch */
    EXPECT(n > 0 ? count_between(s, days / 3, 2 * days / 3) / n : NAN, "phase_share", 2, 2.0, 3.0);
    EXPECT(n > 0 ? count_between(s, 0.75 * days, days) / n : NAN, "phase_share", 2, 4.0, 4.0);
    EXPECT(plain_silence(s, FROM, FROM + LENGTH) / 3.6e9, "longest_silence", 0);
    EXPECT(plain_silence(s, FROM + 2 * US_PER_DAY, FROM + 4 * US_PER_DAY) / (2.0 * 86400e6),
           "silence_within", 2, 2.0, 4.0);
    EXPECT(NAN, "silence_within", 2, 4.0, 4.0);
    double last = s->n > 0 ? (double)(FROM + LENGTH - s->t[s->n - 1]) : (double)LENGTH;
    EXPECT(last / 3.6e9, "last_activity", 0);
    size_t k = (size_t)ceil(0.25 * n);
    k = k > 0 ? k - 1 : 0;
    EXPECT(s->n > 0 ? (double)(s->t[k] - FROM) / 86400e6 : NAN, "onset_day", 1, 0.25);
}

static void check_subject(const struct subject *s)
{
    check_gaps(s, 0);
    check_gaps(s, 60);
    check_gap_entropy(s);
    check_bursts(s, 60);
    check_bursts(s, 5);
    check_periods(s);
    check_dispersion(s, 3600, 1);
    check_dispersion(s, 7 * 60 + 1, 24);
    check_dispersion(s, 86400, 2);
    check_change(s);
}

static void twins_agree(void **state)
{
    (void)state;
    static const char *const kinds[] = {"empty",   "one",      "ties",  "uniform",
                                        "seconds", "clusters", "beacon"};
    static const uint8_t two[] = {1, 0, 1};
    struct subject subject = {.what = ""}, *s = &subject;
    make_world(&s->world, FROM, FROM + LENGTH);
    for (int kind = 0; kind < LOG_KINDS; kind++)
        for (int selection = 0; selection < 3; selection++) {
            make_random_log(&s->logs[0], (enum log_kind)kind, 11, FROM, FROM + LENGTH);
            s->who = selection == 0   ? (struct client_set){0}
                     : selection == 1 ? (struct client_set){two, 3, false}
                                      : (struct client_set){two, 3, true};
            struct statistic_request any = make_request(&s->world, "count", 0);
            s->n = select_times(&s->logs[0], &any, &s->who, &s->t);
            s->what = kinds[kind];
            EXPECT((double)s->n, "count", 0);
            check_subject(s);
            free(s->t);
            query_array_free(&s->logs[0]);
        }
    world_free(&s->world);
}

/* Times at the very start and end of windows: none may slip into a neighbour by rounding (the
 * double nearest to 1/1002, times 1002, is below 1). The first windows are taken one by one. */
static void window_edges_are_exact(void **state)
{
    (void)state;
    static const double widths_s[] = {0.001002, 0.001138, 0.333333, 1, 7.7, 421, 5400.000001};
    for (size_t w = 0; w < sizeof widths_s / sizeof widths_s[0]; w++) {
        struct subject subject = {.what = "edges"}, *s = &subject;
        int64_t width_us = (int64_t)(widths_s[w] * 1e6 + 0.5);
        make_world(&s->world, FROM, FROM + LENGTH);
        int64_t windows = LENGTH / width_us, n = 0;
        for (int64_t k = 0; k < windows && n < 2000; k++, n++)
            for (int64_t last = 0; last < 2; last++) /* first and last microsecond */
                assert_int_equal(
                    query_array_add(&s->logs[0], (struct query){.time_us = FROM + k * width_us +
                                                                           last * (width_us - 1)}),
                    STATUS_OK);
        EXPECT(1.0 / (double)n, "busiest_share", 1, widths_s[w]);
        double mean = 2.0 * (double)n / (double)windows;
        EXPECT(4.0 * (double)n / (double)windows / mean - mean, "fano", 1, widths_s[w]);
        query_array_free(&s->logs[0]);
        world_free(&s->world);
    }
}

/* A cache floor at 600 s: the edge is found there, and nothing lies below it. */
static void edge_finds_the_ttl(void **state)
{
    (void)state;
    struct subject subject = {.what = "edge"}, *s = &subject;
    make_world(&s->world, FROM, FROM + LENGTH);
    for (time_us t = FROM; t < FROM + LENGTH; t += (600 + (t / 7) % 300) * US_PER_S)
        assert_int_equal(query_array_add(&s->logs[0], (struct query){.time_us = t}), STATUS_OK);
    EXPECT(600.0, "edge_ttl", 0);
    EXPECT(0.0, "share_gaps_below", 2, 600.0, 0.0);
    assert_true(number(s, make_request(&s->world, "edge_strength", 0)) > 5);
    query_array_free(&s->logs[0]);
    EXPECT(NAN, "edge_ttl", 0);
    world_free(&s->world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(twins_agree),
                                       cmocka_unit_test(window_edges_are_exact),
                                       cmocka_unit_test(edge_finds_the_ttl)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
