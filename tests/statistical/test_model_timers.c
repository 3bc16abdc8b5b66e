/* Beacons, looping clients and scheduled re-checks against closed forms. Fixed seeds; each
 * statistical assertion would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5
#define DAYS 147.0 /* the window and its warm-up */

static const char *const plain_beacon[] = {
    "clients=1",   "evenness=0.01", "interval=3600", "jitter=0.2",      "drift=0",
    "presence=1",  "night=1",       "weekend=1",     "more_lookups=0",  "work_start=9",
    "work_end=17", "growth=0",      "pauses=0",      "level_changes=0", NULL};
static const char *const plain_loop[] = {"loop=3600",  "loop_jitter=0.01", "evenness=1000",
                                         "presence=1", "up_time=1000",     "down_time=0.01",
                                         "retries=4",  "retry_gap=5",      "spurious=0",
                                         "growth=0",   "pauses=0",         "level_changes=0",
                                         NULL};
static const char *const plain_recheck[] = {
    "every=24",        "start_hour=3",        "start_jitter=0", "skipped=0",
    "items=10",        "item_growth=0",       "evenness=1000",  "pace=1",
    "refresh=3600",    "refresh_share=0",     "growth=0",       "pauses=0",
    "level_changes=0", "refresh_jitter=0.01", "more_lookups=0", NULL};

static void start(struct tiny_world *tiny, const char *model, const char *const *overrides,
                  double gone_after_d)
{
    struct tiny_entry entry = {model, "it", overrides};
    struct tiny_options options = {.ttl_s = 3600, .gone_after_d = gone_after_d};
    tiny_world_init(tiny, options, &entry, 1);
}

struct sample {
    double gap_s[100000];
    size_t n;
    struct tally volume;
    double active;           /* trials in which the first party asks at all */
    double weekday, weekend; /* queries of the first party by its local weekday */
    double at_hour[24];      /* the same by its local hour */
};

static void collect(const struct trial *trial, void *context)
{
    struct sample *sample = context;
    const struct timezone_table *zone = &trial->world->parties[TINY_EAST].timezone;
    time_us last = 0;
    tally_add(&sample->volume, (double)trial->traffic.queries.n);
    size_t before = sample->n;
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        if (q->client != TINY_EAST)
            continue;
        if (last != 0 && sample->n < 100000)
            sample->gap_s[sample->n++] = (double)(q->time_us - last) * 1e-6;
        last = q->time_us;
        struct civil_time local = civil_from_utc(zone, q->time_us);
        *(local.weekday < 5 ? &sample->weekday : &sample->weekend) += 1;
        sample->at_hour[local.hour] += 1;
    }
    sample->active += sample->n > before + 100 ? 1 : 0;
}

static struct sample *run(struct tiny_world *tiny, uint64_t seed, uint64_t n)
{
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    each_trial(tiny, seed, n, collect, sample);
    tiny_world_free(tiny);
    return sample;
}

static double flat_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_flat_P(x, param[0], param[1]);
}

static double normal_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_gaussian_P(x - param[0], param[1]);
}

static void beats_have_uniform_gaps(void **state)
{
    (void)state;
    struct tiny_world tiny;
    double param[] = {3600 * 0.8, 3600 * 1.2};
    start(&tiny, "beacon", plain_beacon, 0);
    struct sample *sample = run(&tiny, 51, 16); /* all falls to one party, a fair draw */
    assert_true(sample->n > 10000);
    assert_true(ks_one_sample(sample->gap_s, sample->n, flat_cdf, param) > LIMIT_P);
    free(sample);
}

static void beats_stop_at_night_and_thin_out(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny, "beacon", plain_beacon, 0);
    tiny_set(&tiny, "it.night", "0");
    tiny_set(&tiny, "it.weekend", "0.3");
    tiny_set(&tiny, "it.presence", "0.5");
    struct sample *sample = run(&tiny, 52, 200);
    for (int hour = 0; hour < 24; hour++)
        assert_true(hour >= 9 && hour < 17 ? sample->at_hour[hour] > 0
                                           : sample->at_hour[hour] == 0);
    double days = sample->active * 105,
           expected = days * 8 * 0.5; /* 21 weeks of 5 days, 8 hours each */
    assert_true(fabs(sample->weekday - expected) < LIMIT_Z * sqrt(expected * 0.6));
    expected = sample->active * 42 * 8 * 0.5 * 0.3; /* all or nothing for a whole day: much wider */
    assert_true(fabs(sample->weekend - expected) < LIMIT_Z * sqrt(sample->active * 42 * 16 * 0.3));
    free(sample);
}

static void loops_turn_at_their_period(void **state)
{
    (void)state;
    struct tiny_world tiny;
    double param[] = {3600, 36};
    start(&tiny, "misconfigured-client", plain_loop, 0);
    tiny_set(&tiny, "it.evenness", "1000");
    tiny_set(&tiny, "it.down_time", "0");
    struct sample *sample = run(&tiny, 53, 1);
    /* the less busy party's loop is a little longer, the busiest one's is exact: compare scale */
    double sum = 0;
    for (size_t i = 0; i < sample->n; i++)
        sum += sample->gap_s[i];
    param[0] = sum / (double)sample->n;
    param[1] = param[0] / 100;
    assert_true(param[0] > 3590 && param[0] < 4200);
    assert_true(ks_one_sample(sample->gap_s, sample->n, normal_cdf, param) > LIMIT_P);
    free(sample);
}

/* Running and stalled times alternate: up / (up + down) of all turns are made. */
static void loops_stall(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny, "misconfigured-client", plain_loop, 0);
    tiny_set(&tiny, "it.up_time", "2");
    tiny_set(&tiny, "it.down_time", "1");
    tiny_set(&tiny, "it.evenness", "1000");
    struct sample *all = run(&tiny, 54, 300);
    start(&tiny, "misconfigured-client", plain_loop, 0);
    tiny_set(&tiny, "it.down_time", "0");
    struct sample *never = run(&tiny, 54, 300);
    double ratio = tally_mean(&all->volume) / tally_mean(&never->volume);
    assert_true(fabs(ratio - 2.0 / 3) < 0.012); /* it starts running: + 1 day in 147 */
    free(all);
    free(never);
}

/* From the day the name is gone every turn makes 1 + 4 tries, 5 s apart. */
static void loops_repeat_failures(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny, "misconfigured-client", plain_loop, 1e-9);
    tiny_set(&tiny, "it.down_time", "0");
    struct sample *sample = run(&tiny, 55, 1);
    size_t retries = 0, turns = 0;
    for (size_t i = 0; i < sample->n; i++) {
        retries += fabs(sample->gap_s[i] - 5) < 1e-5 ? 1 : 0;
        turns += sample->gap_s[i] > 3000 ? 1 : 0;
    }
    assert_true(retries + turns == sample->n);
    assert_true(fabs((double)retries / 4 - (double)turns * 140 / 147) < 12);
    free(sample);
}

/* Two parties share ten items nightly; a share of an item is an item in that share of nights. */
static void scans_come_at_their_hour(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny, "gateway-recheck", plain_recheck, 0);
    struct sample *sample = run(&tiny, 56, 50);
    for (int hour = 0; hour < 24; hour++)
        assert_true((sample->at_hour[hour] > 0) == (hour == 3));
    assert_true(fabs(tally_mean(&sample->volume) - 10 * DAYS) < 12); /* one night at an edge */
    free(sample);
}

static void weekly_scans_keep_their_day(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny, "gateway-recheck", plain_recheck, 0);
    tiny_set(&tiny, "it.every", "168");
    tiny_set(&tiny, "it.item_growth", "2");
    tiny_set(&tiny, "it.items", "0");
    struct sample *sample = run(&tiny, 57, 100);
    /* 2 items per week of age: week w of 20 has 2 w items on average over the phases */
    double expected = 0;
    for (int day = 0; day < 140; day++)
        expected += 2.0 * (day + 0.5) / 7 / 7;
    assert_true(fabs(tally_z(&sample->volume, expected)) < LIMIT_Z + 2);
    free(sample);
}

/* On the list for the given share of the time, asked for every hour. */
static void refreshes_have_their_share(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny, "gateway-recheck", plain_recheck, 0);
    tiny_set(&tiny, "it.items", "0");
    tiny_set(&tiny, "it.refresh_share", "0.4");
    struct sample *sample = run(&tiny, 58, 400);
    /* the busier party has the share, the other a little less (evenness 1000: 2 % on average);
     * every stretch begins with a question */
    double stretches = 2 * DAYS / 3.06;
    double expected = 2 * DAYS * 24 * 0.4 / 1.02 * 0.99 + 0.5 * stretches;
    assert_true(fabs(tally_mean(&sample->volume) / expected - 1) < 0.03);
    free(sample);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beats_have_uniform_gaps),
        cmocka_unit_test(beats_stop_at_night_and_thin_out),
        cmocka_unit_test(loops_turn_at_their_period),
        cmocka_unit_test(loops_stall),
        cmocka_unit_test(loops_repeat_failures),
        cmocka_unit_test(scans_come_at_their_hour),
        cmocka_unit_test(weekly_scans_keep_their_day),
        cmocka_unit_test(refreshes_have_their_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
