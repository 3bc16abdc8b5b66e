/* test_miss.c - the shortcut against the plain simulator, question by question.
 *
 * Two samples per setting: gaps between questions upstream (Kolmogorov-Smirnov) and their number
 * per hour (chi-square). 22 settings, 2 tests each, fixed seeds, each rejects at p < 2e-5: false
 * alarm of the whole program below 0.1 %.
 */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "sim/miss.h"
#include "tests/support/goodness.h"

#define DAYS 84
#define N_MAX 6000
#define MAX_PER_HOUR 64
#define REJECT_BELOW 2e-5

static struct civil_grid grid;
static const time_us origin = INT64_C(1462147200) * US_PER_S; /* a Monday */

struct sample {
    double gap_s[N_MAX];
    size_t n;
    double hours_with[MAX_PER_HOUR]; /* how many hours had k questions */
};

static int make_grid(void **state)
{
    (void)state;
    struct timezone_table zone = timezone_fixed(0);
    return civil_grid_init(&grid, &zone, origin, origin + DAYS * US_PER_DAY, NULL, 0);
}

static int free_grid(void **state)
{
    (void)state;
    civil_grid_free(&grid);
    return 0;
}

struct setting {
    const char *software;
    int32_t ttl_s;
    double mean_gap_s;
    bool office_hours;
};

static struct rate_profile rate_of(const struct setting *s)
{
    struct rate_profile rate;
    rate_flat(&rate, &grid);
    if (s->office_hours)
        rate_working_hours(&rate, &grid, 9, 17, 0.2, 0.5);
    return rate;
}

static void add(struct sample *sample, time_us last, time_us t, int *in_hour, int64_t *hour)
{
    int64_t h = (t - origin) / US_PER_HOUR;
    if (sample->n < N_MAX)
        sample->gap_s[sample->n++] = (double)(t - last) * 1e-6;
    for (; *hour < h; (*hour)++) {
        sample->hours_with[*in_hour < MAX_PER_HOUR ? *in_hour : MAX_PER_HOUR - 1]++;
        *in_hour = 0;
    }
    (*in_hour)++;
}

/* Every question through the cache. */
static void plain(const struct setting *s, uint64_t seed, struct sample *sample)
{
    const struct resolver_profile *profile = resolver_profile_find(s->software);
    struct rate_profile rate = rate_of(s);
    struct cache_entry entry = {0};
    struct client_answer given;
    struct authority_answer now = {true, s->ttl_s, 0};
    struct rng rng;
    struct rng_key key = {seed, 1};
    int in_hour = 0;
    int64_t hour = 0;
    rng_init(&rng, key, 1);
    memset(sample, 0, sizeof *sample);
    for (time_us t = origin, last = origin; sample->n < N_MAX;) {
        t = rate_next(&rate, 1.0 / s->mean_gap_s, t, &rng);
        if (t == INT64_MAX)
            break;
        if (!resolver_ask(profile, &entry, t, now, &given))
            continue;
        add(sample, last, t, &in_hour, &hour);
        last = t;
    }
}

static void shortcut(const struct setting *s, uint64_t seed, struct sample *sample)
{
    const struct resolver_profile *profile = resolver_profile_find(s->software);
    struct rate_profile rate = rate_of(s);
    struct rng rng;
    struct rng_key key = {seed, 2};
    int in_hour = 0;
    int64_t hour = 0;
    rng_init(&rng, key, 1);
    memset(sample, 0, sizeof *sample);
    time_us t = rate_next(&rate, 1.0 / s->mean_gap_s, origin, &rng), last = origin;
    while (t != INT64_MAX && sample->n < N_MAX) {
        add(sample, last, t, &in_hour, &hour);
        last = t;
        t = miss_next(profile, true, s->ttl_s, &rate, 1.0 / s->mean_gap_s, last, &rng);
    }
}

/* Two histograms of the same law: sum of (a - b)^2 / (a + b), scaled for unequal totals. */
static double counts_p(const double *a, const double *b)
{
    double n_a = 0, n_b = 0, sum = 0, x = 0, y = 0;
    int cells = 0;
    for (int k = 0; k < MAX_PER_HOUR; k++) {
        n_a += a[k];
        n_b += b[k];
    }
    double scale = sqrt(n_b / n_a);
    for (int k = 0; k < MAX_PER_HOUR; k++) {
        x += a[k];
        y += b[k];
        if (x + y < 20 && k + 1 < MAX_PER_HOUR)
            continue;
        if (x + y > 0) {
            sum += (x * scale - y / scale) * (x * scale - y / scale) / (x + y);
            cells++;
        }
        x = y = 0;
    }
    return cells > 1 ? gsl_cdf_chisq_Q(sum, cells - 1) : 1.0;
}

static const struct setting settings[] = {
    {"unbound-1.17", 3, 2, false},
    {"unbound-1.17", 10, 5, false},
    {"unbound-1.17", 300, 100, false},
    {"unbound-1.17", 3600, 400, true},
    {"unbound-1.17-prefetch", 3, 2, false},
    {"unbound-1.17-prefetch", 10, 5, false},
    {"unbound-1.17-prefetch", 300, 40, false},
    {"unbound-1.17-prefetch", 600, 50, true},
    {"unbound-current", 3, 2, false},
    {"unbound-current", 60, 30, true},
    {"bind-9.18", 3, 2, false},
    {"bind-9.18", 9, 3, false},
    {"bind-9.18", 10, 1, false},
    {"bind-9.18", 300, 100, true},
    {"bind-9.18-no-prefetch", 10, 5, false},
    {"continuous", 3, 2, false},
    {"continuous", 300, 400, true},
    {"none", 300, 60, true},
    {"dnsmasq", 1, 0.7, false},
    {"dnsmasq", 0, 0.7, false},
    {"fixed-ttl", 60, 1800, true},
    {"windows-dns", 3600, 1200, true},
};

static struct sample one, two;

static void test_the_shortcut_agrees_with_the_plain_simulator(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const struct setting *s = &settings[i];
        plain(s, 100 + i, &one);
        shortcut(s, 200 + i, &two);
        double p_counts = counts_p(one.hours_with, two.hours_with);
        double p_gaps = ks_two_samples(one.gap_s, one.n, two.gap_s, two.n);
        assert_true(one.n > 500 && two.n > 500);
        if (p_gaps < REJECT_BELOW || p_counts < REJECT_BELOW)
            fail_msg("%s, TTL %d, every %g s: gaps p = %g, counts p = %g", s->software,
                     (int)s->ttl_s, s->mean_gap_s, p_gaps, p_counts);
    }
}

/* The tests can tell: whole seconds against a continuous cache, prefetch against none. */
static void test_a_wrong_shortcut_is_found(void **state)
{
    (void)state;
    static const struct setting pairs[][2] = {
        {{"unbound-1.17", 3, 2, false}, {"continuous", 3, 2, false}},
        {{"bind-9.18-no-prefetch", 3, 2, false}, {"continuous", 3, 2, false}},
        {{"bind-9.18", 10, 1, false}, {"bind-9.18-no-prefetch", 10, 1, false}}};
    for (size_t i = 0; i < 3; i++) {
        plain(&pairs[i][0], 300 + i, &one);
        shortcut(&pairs[i][1], 400 + i, &two);
        assert_true(ks_two_samples(one.gap_s, one.n, two.gap_s, two.n) < 1e-12);
    }
}

static double mean_gap_s(const char *software, int32_t ttl_s, double mean_s)
{
    struct setting s = {software, ttl_s, mean_s, false};
    shortcut(&s, 7, &two);
    double sum = 0;
    for (size_t i = 1; i < two.n; i++)
        sum += two.gap_s[i];
    return sum / (double)(two.n - 1);
}

/* TTL in (TTL, TTL+1] or (TTL-1, TTL], on average half a second off, plus the mean of the
 * remainder; within 5 standard errors of 6,000 gaps. */
static void test_closed_form(void **state)
{
    (void)state;
    assert_true(fabs(mean_gap_s("unbound-1.17", 3, 2) - 5.5) < 5 * 2.05 / sqrt(N_MAX));
    assert_true(fabs(mean_gap_s("bind-9.18-no-prefetch", 3, 2) - 4.5) < 5 * 2.05 / sqrt(N_MAX));
    assert_true(fabs(mean_gap_s("continuous", 3, 2) - 5.0) < 5 * 2.0 / sqrt(N_MAX));
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_shortcut_agrees_with_the_plain_simulator),
        cmocka_unit_test(test_a_wrong_shortcut_is_found),
        cmocka_unit_test(test_closed_form),
    };
    return cmocka_run_group_tests(tests, make_grid, free_grid);
}
