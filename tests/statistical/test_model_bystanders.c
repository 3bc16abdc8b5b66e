/* Scanners and background against closed forms. Fixed seeds; each statistical assertion would fail
 * by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5

static const char *const plain_scanner[] = {
    "visitors_per_week=2", "more_queries=0", "query_gap=1", "echo=0",          "echo_delay=1",
    "regulars=0",          "growth=0",       "pauses=0",    "level_changes=0", NULL};
static const char *const plain_background[] = {
    "lookups_per_day=2", "evenness=1000", "more_lookups=0",  "lookup_gap=1",
    "work_start=9",      "work_end=17",   "night=0.2",       "weekend=0.5",
    "growth=0",          "pauses=0",      "level_changes=0", NULL};

static const char *const plain_backscatter[] = {
    "runs_per_week=1",     "run_size=20", "run_sigma=0",     "run_length=1", "providers=4",
    "provider_share=0.25", "retries=0.5", "retry_after=600", "growth=0",     "pauses=0",
    "level_changes=0",     NULL};

static void start(struct tiny_world *tiny, const char *model, const char *const *overrides)
{
    struct tiny_entry entry = {model, "it", overrides};
    tiny_world_init(tiny, (struct tiny_options){.ttl_s = 3600}, &entry, 1);
}

static void count_clients(const struct trial *trial, void *context)
{
    struct tally *tallies = context;
    uint32_t last = 0, first = UINT32_MAX;
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        uint32_t client = trial->traffic.queries.q[i].client;
        last = client > last ? client : last;
        first = client < first ? client : first;
    }
    double clients = trial->traffic.queries.n > 0 ? (double)(last - first + 1) : 0;
    tally_add(&tallies[0], (double)trial->traffic.queries.n);
    tally_add(&tallies[1], clients);
}

static void visitors_are_poisson_and_new(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny, "scanner", plain_scanner);
    each_trial(&tiny, 41, 2000, count_clients, tallies);
    assert_true(fabs(tally_z(&tallies[1], 42)) < LIMIT_Z); /* 21 weeks with the warm-up */
    assert_true(fabs(tally_variance(&tallies[1]) / 42 - 1) < LIMIT_Z * sqrt(2.05 / 2000));
    assert_true(tallies[0].sum == tallies[1].sum);
    tiny_world_free(&tiny);
}

/* Geometric visits of mean 1 + m, each replayed with probability e. */
static void visits_are_geometric_and_replayed(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny, "scanner", plain_scanner);
    tiny_set(&tiny, "it.more_queries", "1.5");
    tiny_set(&tiny, "it.echo", "0.4");
    each_trial(&tiny, 42, 2000, count_clients, tallies);
    assert_true(fabs(tally_z(&tallies[0], 42 * 2.5 * 1.4)) < LIMIT_Z);
    tiny_world_free(&tiny);
}

static void check_echo(const struct trial *trial, void *context)
{
    int *checked = context;
    const struct query_array *queries = &trial->traffic.queries;
    if (queries->n == 2 && queries->q[0].client == queries->q[1].client) {
        assert_true(queries->q[1].time_us - queries->q[0].time_us == 10 * US_PER_HOUR);
        ++*checked;
    }
}

static void echoes_keep_their_delay(void **state)
{
    (void)state;
    struct tiny_world tiny;
    int checked = 0;
    start(&tiny, "scanner", plain_scanner);
    tiny_set(&tiny, "it.visitors_per_week", "0.05");
    tiny_set(&tiny, "it.echo", "1");
    tiny_set(&tiny, "it.echo_delay", "10");
    each_trial(&tiny, 43, 200, check_echo, &checked);
    assert_true(checked > 30);
    tiny_world_free(&tiny);
}

static void regulars_come_back(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny, "scanner", plain_scanner);
    tiny_set(&tiny, "it.visitors_per_week", "0");
    tiny_set(&tiny, "it.regulars", "3");
    tiny_set(&tiny, "it.regular_every", "7");
    each_trial(&tiny, 44, 300, count_clients, tallies);
    assert_true(tallies[1].sum == 900);
    assert_true(fabs(tally_mean(&tallies[0]) - 63) < 1); /* 21 each; jitter may leave the window */
    tiny_world_free(&tiny);
}

struct first_visit {
    time_us first_us; /* of all trials */
    double n;
};

static void note_first(const struct trial *trial, void *context)
{
    struct first_visit *visits = context;
    for (size_t i = 0; i < trial->traffic.queries.n; i++)
        if (trial->traffic.queries.q[i].time_us < visits->first_us)
            visits->first_us = trial->traffic.queries.q[i].time_us;
    visits->n += (double)trial->traffic.queries.n;
}

/* Days 42 to 140 of the window are 14 weeks: 3 addresses, 14 visits each; none before. */
static void regulars_wait_for_the_onset(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct first_visit visits = {.first_us = INT64_MAX};
    start(&tiny, "scanner", plain_scanner);
    tiny_set(&tiny, "it.visitors_per_week", "0");
    tiny_set(&tiny, "it.regulars", "3");
    tiny_set(&tiny, "it.regular_every", "7");
    tiny_set(&tiny, "it.onset", "42");
    each_trial(&tiny, 47, 300, note_first, &visits);
    time_us onset = tiny.world.from_us + 42 * US_PER_DAY;
    assert_true(visits.first_us >= onset && visits.first_us < onset + US_PER_DAY);
    assert_true(fabs(visits.n / 300 - 42) < 1);
    tiny_set(&tiny, "it.onset", "0");
    tiny_set(&tiny, "it.pauses", "20");
    tiny_set(&tiny, "it.pause_length", "1000");
    visits.n = 0;
    each_trial(&tiny, 48, 100, note_first, &visits);
    assert_true(visits.n / 100 < 3); /* the first pause comes after eight hours on average */
    tiny_world_free(&tiny);
}

/* 21 runs of Poisson(20) bounces of 1 / (1 - 0.5) tries each, one question a try (no MX here). New
 * addresses: three of four bounces, besides the four providers. */
static void backscatter_has_its_volume_and_askers(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny, "backscatter", plain_backscatter);
    each_trial(&tiny, 46, 2000, count_clients, tallies);
    assert_true(fabs(tally_z(&tallies[0], 21 * 20 * 2)) < LIMIT_Z);
    assert_true(fabs(tally_z(&tallies[1], 21 * 20 * 0.75 + 4)) < LIMIT_Z);
    tiny_world_free(&tiny);
}

struct hours {
    struct tally volume;
    double share[7 * 3]; /* weekday; night before 9, open hours, evening from 17 */
};

static void count_hours(const struct trial *trial, void *context)
{
    struct hours *hours = context;
    tally_add(&hours->volume, (double)trial->traffic.queries.n);
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        const struct timezone_table *zone = &trial->world->parties[q->client].timezone;
        struct civil_time local = civil_from_utc(zone, q->time_us);
        int part = local.hour < 9 ? 0 : local.hour < 17 ? 1 : 2;
        hours->share[local.weekday * 3 + part] += 1;
    }
}

static void background_keeps_rate_and_hours(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct hours hours = {{0}, {0}};
    start(&tiny, "background", plain_background);
    each_trial(&tiny, 45, 1000, count_hours, &hours);
    assert_true(fabs(tally_z(&hours.volume, 2 * 147)) < LIMIT_Z);
    double shares[21];
    for (int day = 0; day < 7; day++) {
        double weight = (day < 5 ? 1 : 0.5) / 6 / (9 * 0.2 + 8 + 7 * 0.2);
        shares[day * 3] = weight * 9 * 0.2;
        shares[day * 3 + 1] = weight * 8;
        shares[day * 3 + 2] = weight * 7 * 0.2;
    }
    assert_true(chi_square(hours.share, shares, 21, 0) > LIMIT_P);
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visitors_are_poisson_and_new),
        cmocka_unit_test(visits_are_geometric_and_replayed),
        cmocka_unit_test(echoes_keep_their_delay),
        cmocka_unit_test(regulars_come_back),
        cmocka_unit_test(regulars_wait_for_the_onset),
        cmocka_unit_test(backscatter_has_its_volume_and_askers),
        cmocka_unit_test(background_keeps_rate_and_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
