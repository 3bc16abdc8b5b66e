/* The smaller mechanisms of several models, one property each: throttles, skipped scans, phases,
 * spurious failures, the spread of bounces. Fixed seeds; each statistical assertion would fail by
 * chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5
#define MAX_VALUES 100000
#define DAYS 147.0 /* the window and its warm-up */

static const char *const steady[] = {"growth=0", "pauses=0", "level_changes=0", NULL};

/* What is looked at in a trial. */
struct look {
    double value[MAX_VALUES];
    size_t n;
    struct tally queries, mails;
    double hour[24], weekday[7]; /* of mails in the sender's time */
    double quiet_s;              /* where a group of events ends */
};

static void look_at(const char *model, const char *const *settings, uint64_t seed, uint64_t trials,
                    void (*visit)(const struct trial *trial, void *context), struct look *look)
{
    struct tiny_world tiny;
    struct tiny_entry entry = {model, "it", settings};
    tiny_world_init(&tiny, (struct tiny_options){.ttl_s = 3600, .n_labels = 3}, &entry, 1);
    for (const char *const *text = steady; *text != NULL; text++) {
        char path[64];
        snprintf(path, sizeof path, "it.%.*s", (int)(strchr(*text, '=') - *text), *text);
        tiny_set(&tiny, path, strchr(*text, '=') + 1);
    }
    each_trial(&tiny, seed, trials, visit, look);
    tiny_world_free(&tiny);
}

static struct look *look_new(double quiet_s)
{
    struct look *look = calloc(1, sizeof *look);
    assert_non_null(look);
    look->quiet_s = quiet_s;
    return look;
}

static void count(const struct trial *trial, void *context)
{
    struct look *look = context;
    tally_add(&look->queries, (double)trial->traffic.queries.n);
    tally_add(&look->mails, (double)trial->traffic.mails.n);
    for (size_t i = 0; i < trial->traffic.mails.n; i++) {
        const struct timezone_table *zone = &trial->world->parties[TINY_SENDER].timezone;
        struct civil_time local = civil_from_utc(zone, trial->traffic.mails.m[i].time_us);
        look->hour[local.hour] += 1;
        look->weekday[local.weekday] += 1;
    }
}

/* Seconds from the first question of each group, which quiet_s without any ends. */
static void collect_from_first(const struct trial *trial, void *context)
{
    struct look *look = context;
    time_us first = INT64_MIN, last = 0;
    for (size_t i = 0; i < trial->traffic.queries.n && look->n < MAX_VALUES; i++) {
        time_us t = trial->traffic.queries.q[i].time_us;
        if (first == INT64_MIN || (double)(t - last) * 1e-6 > look->quiet_s)
            first = t;
        else
            look->value[look->n++] = (double)(t - first) * 1e-6;
        last = t;
    }
}

/* Seconds of the local day of east's questions from 3 h on. */
static void collect_after_three(const struct trial *trial, void *context)
{
    struct look *look = context;
    const struct timezone_table *zone = &trial->world->parties[TINY_EAST].timezone;
    for (size_t i = 0; i < trial->traffic.queries.n && look->n < MAX_VALUES; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        int64_t local_us = q->time_us + timezone_offset_s(zone, q->time_us) * US_PER_S;
        if (q->client == TINY_EAST)
            look->value[look->n++] = (double)(local_us % US_PER_DAY) * 1e-6 - 3 * 3600;
    }
}

/* Where in the period of an hour east's questions lie. */
static void collect_phases(const struct trial *trial, void *context)
{
    struct look *look = context;
    for (size_t i = 0; i < trial->traffic.queries.n && look->n < MAX_VALUES; i++)
        if (trial->traffic.queries.q[i].client == TINY_EAST)
            look->value[look->n++] =
                (double)(trial->traffic.queries.q[i].time_us % US_PER_HOUR) * 1e-6;
}

static double flat_cdf(double x, const void *context)
{
    return gsl_cdf_flat_P(x, 0, *(const double *)context);
}

static double exponential_cdf(double x, const void *context)
{
    return gsl_cdf_exponential_P(x, *(const double *)context);
}

/* Lists of 1,000 members: the first mail leaves some seconds after the mailing's start. */
static void throttles_spread_a_mailing_evenly(void **state)
{
    (void)state;
    static const char *const settings[] = {"sends_per_week=0.3",
                                           "regularity=1000",
                                           "weekend=1",
                                           "list_size=1000",
                                           "evenness=1000",
                                           "delivery=2",
                                           "triggered=0",
                                           "deferred=0",
                                           "opens=0",
                                           "queue=bulk",
                                           NULL};
    const double length_s = 7200;
    struct look *look = look_new(6 * 3600);
    look_at("campaign", settings, 101, 2, collect_from_first, look);
    assert_true(look->n > 5000);
    assert_true(ks_one_sample(look->value, look->n, flat_cdf, &length_s) > LIMIT_P);
    free(look);
}

static void rejected_mail_keeps_the_senders_hours(void **state)
{
    (void)state;
    static const char *const settings[] = {"messages_per_week=20", "evenness=1000", "night=0.2",
                                           "weekend=0.3",          "deferred=0",    "released=0",
                                           "queue=postfix",        "held=0",        NULL};
    struct look *look = look_new(0);
    double hours[24], days[7];
    look_at("rejection-loop", settings, 102, 100, count, look);
    for (int h = 0; h < 24; h++)
        hours[h] = h >= 8 && h < 18 ? 1 : 0.2;
    for (int d = 0; d < 7; d++)
        days[d] = d < 5 ? 1 : 0.3;
    assert_true(chi_square(look->hour, hours, 24, 0) > LIMIT_P);
    assert_true(chi_square(look->weekday, days, 7, 0) > LIMIT_P);
    free(look);
}

/* Hourly refreshes with 1 + 1 look-ups: a geometric number, exponential gaps of 20 s. */
static void refreshes_ask_once_or_a_few_times(void **state)
{
    (void)state;
    static const char *const once[] = {
        "every=0",         "items=0",          "item_growth=0",  "evenness=0.01", "refresh=3600",
        "refresh_share=1", "refresh_jitter=0", "more_lookups=0", "lookup_gap=20", NULL};
    static const char *const twice[] = {
        "every=0",         "items=0",          "item_growth=0",  "evenness=0.01", "refresh=3600",
        "refresh_share=1", "refresh_jitter=0", "more_lookups=1", "lookup_gap=20", NULL};
    struct look *one = look_new(0), *two = look_new(0);
    look_at("gateway-recheck", once, 103, 10, count, one);
    look_at("gateway-recheck", twice, 103, 10, count, two);
    double checks = one->queries.sum;
    assert_true(checks > 9 * DAYS * 24);
    assert_true(fabs(two->queries.sum - 2 * checks) < LIMIT_Z * sqrt(2 * checks)); /* variance 2 */
    free(one);
    free(two);
}

/* Scans begin an exponential time after 3 h; three in ten do not run. */
static void scans_start_late_or_not_at_all(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "every=24",      "start_hour=3",  "start_jitter=600", "skipped=0.3",    "items=2", "pace=1",
        "evenness=1000", "item_growth=0", "refresh_share=0",  "more_lookups=0", NULL};
    struct look *look = look_new(0), *volume = look_new(0);
    const double mean_s = 600;
    look_at("gateway-recheck", settings, 104, 40, collect_after_three, look);
    look_at("gateway-recheck", settings, 104, 400, count, volume);
    assert_true(look->n > 3000);
    assert_true(ks_one_sample(look->value, look->n, exponential_cdf, &mean_s) > LIMIT_P);
    /* one item a party and night; shares near a half come to a scan with their probability */
    assert_true(fabs(tally_mean(&volume->queries) - 0.7 * 2 * DAYS) <
                LIMIT_Z * sqrt(tally_variance(&volume->queries) / 400) + 1.5);
    free(look);
    free(volume);
}

/* A machine that is off at night and beats every hour: it keeps its phase, or takes another one
 * each morning, any one. */
static void beacons_keep_or_change_their_phase(void **state)
{
    (void)state;
    static const char *const kept[] = {"clients=1",     "evenness=1000",  "interval=3600",
                                       "jitter=0",      "drift=0",        "presence=1",
                                       "work_end=9.99", "work_start=9",   "night=0",
                                       "weekend=0",     "more_lookups=0", NULL};
    static const char *const changed[] = {"clients=1",     "evenness=1000",  "interval=3600",
                                          "jitter=0",      "drift=1",        "presence=1",
                                          "work_end=9.99", "work_start=9",   "night=0",
                                          "weekend=0",     "more_lookups=0", NULL};
    const double period_s = 3600;
    struct look *a = look_new(0), *b = look_new(0);
    look_at("beacon", kept, 105, 1, collect_phases, a);
    look_at("beacon", changed, 105, 20, collect_phases, b);
    assert_true(a->n > 80 && b->n > 1000);
    for (size_t i = 1; i < a->n; i++)
        assert_true(fabs(a->value[i] - a->value[0]) < 1e-3);
    assert_true(ks_one_sample(b->value, b->n, flat_cdf, &period_s) > LIMIT_P);
    free(a);
    free(b);
}

/* Three programs, three times the beats; each beat one look-up and on average two more. */
static void beacons_multiply(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "clients=3",  "evenness=0.01", "interval=3600", "jitter=0.1",     "drift=0", "lookup_gap=1",
        "presence=1", "night=1",       "weekend=1",     "more_lookups=2", NULL};
    struct look *look = look_new(0);
    look_at("beacon", settings, 106, 20, count, look);
    /* the other party's share is next to nothing */
    double expected = 3 * DAYS * 24 * 3;
    assert_true(fabs(tally_mean(&look->queries) / expected - 1) <
                LIMIT_Z * sqrt(tally_variance(&look->queries) / 20) / expected + 0.01);
    free(look);
}

/* Half of the turns need the host; of these one in ten fails for other reasons and is tried three
 * times more. */
static void loops_skip_turns_and_fail_by_themselves(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "loop=3600",   "loop_jitter=0", "evenness=0.01", "presence=0.5", "up_time=1000",
        "down_time=0", "retries=3",     "retry_gap=1",   "spurious=0.1", NULL};
    struct look *look = look_new(0);
    look_at("misconfigured-client", settings, 107, 50, count, look);
    double expected = DAYS * 24 * 0.5 * (1 + 0.1 * 3);
    assert_true(fabs(tally_mean(&look->queries) / expected - 1) <
                LIMIT_Z * sqrt(tally_variance(&look->queries) / 50) / expected + 0.01);
    free(look);
}

/* The mean of a log-normal number is its median times exp(sigma^2 / 2): bounces and transfers. */
static void sizes_are_lognormal(void **state)
{
    (void)state;
    static const char *const bounces[] = {
        "runs_per_week=10", "run_size=10", "run_sigma=0.8", "run_length=1", "providers=3",
        "retries=0",        NULL};
    static const char *const packets[] = {"transfers_per_day=5",
                                          "evenness=1000",
                                          "packets=10",
                                          "packets_sigma=0.8",
                                          "packet_gap=1",
                                          "poll=0",
                                          "night=1",
                                          "weekend=1",
                                          NULL};
    struct look *a = look_new(0), *b = look_new(0);
    look_at("backscatter", bounces, 108, 200, count, a);
    look_at("tunnel", packets, 109, 200, count, b);
    assert_true(fabs(tally_z(&a->queries, 210 * 10 * exp(0.32))) < LIMIT_Z);
    /* a part of a question is a whole one: half a question more */
    double expected = 5 * DAYS * (10 * exp(0.32) + 0.5);
    assert_true(fabs(tally_mean(&b->queries) - expected) <
                LIMIT_Z * sqrt(tally_variance(&b->queries) / 200) + 0.001 * expected);
    free(a);
    free(b);
}

/* A thousand bounces a run: the first comes at once. Runs far apart. */
static void bounces_come_after_an_exponential_delay(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "runs_per_week=0.02", "run_size=1000", "run_sigma=0", "run_length=1",
        "providers=3",        "retries=0",     NULL};
    const double mean_s = 3600;
    struct look *look = look_new(6 * 3600);
    look_at("backscatter", settings, 110, 20, collect_from_first, look);
    assert_true(look->n > 5000);
    assert_true(ks_one_sample(look->value, look->n, exponential_cdf, &mean_s) > LIMIT_P);
    free(look);
}

static void count_run_together(const struct trial *trial, void *context)
{
    struct look *look = context;
    time_us gone = trial->world->records[0].until_us;
    double before = 0, own = 0, longer = 0;
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        *(q->time_us < gone ? &before : q->name == 0 ? &own : &longer) += 1;
        assert_true(q->time_us >= gone || q->name == 0);
    }
    assert_true(before > 0 && (own == 0 || longer == 0)); /* one forger, one habit */
    tally_add(&look->queries, longer > 0);
}

/* Once the name is gone, three forgers in ten go on with what a search list makes of it, and from
 * then on with nothing else. */
static void forgers_may_know_the_search_list(void **state)
{
    (void)state;
    static const char *const settings[] = {"bursts_per_day=4",
                                           "evenness=0.01",
                                           "run_together=0.3",
                                           "growth=0",
                                           "pauses=0",
                                           "level_changes=0",
                                           NULL};
    struct tiny_world tiny;
    struct tiny_entry entry = {"spoofed", "it", settings};
    struct tiny_options options = {.ttl_s = 3600, .n_labels = 1, .gone_after_d = 70};
    struct look *look = look_new(0);
    tiny_world_init(&tiny, options, &entry, 1);
    for (uint32_t p = 0; p < tiny.world.n_parties; p++) {
        uint32_t *searched = calloc(tiny.world.n_questions, sizeof *searched);
        assert_non_null(searched);
        searched[0] = 1; /* "x1.mail.example.org" stands for it */
        tiny.world.parties[p].searched = searched;
    }
    each_trial(&tiny, 111, 500, count_run_together, look);
    assert_true(fabs(tally_mean(&look->queries) - 0.3) < LIMIT_Z * sqrt(0.21 / 500));
    tiny_world_free(&tiny);
    free(look);
}

/* Every address that is confirmed: the reverse name, then the host's own, one after the other. */
static void count_confirmations(const struct trial *trial, void *context)
{
    struct look *look = context;
    double reverse[TINY_N_PARTIES] = {0}, forward[TINY_N_PARTIES] = {0};
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        (q->name == 1 ? reverse : forward)[q->client] += 1;
        assert_true(reverse[q->client] >= forward[q->client]);
    }
    for (int p = 0; p < TINY_N_PARTIES; p++)
        assert_true(reverse[p] == forward[p]);
    tally_add(&look->queries, reverse[TINY_EAST] + reverse[TINY_WEST]);
}

/* A scan that has addresses only asks for PTR and then for A, as often as one that has names. */
static void scans_by_address_ask_for_the_name_first(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "every=24",        "start_hour=3",  "start_jitter=0",  "skipped=0",      "items=10",
        "pace=60",         "evenness=1000", "item_growth=0",   "more_lookups=0", "by_address=yes",
        "refresh_share=0", "growth=0",      "level_changes=0", "pauses=0",       NULL};
    struct tiny_world tiny;
    struct tiny_entry entry = {"gateway-recheck", "it", settings};
    struct look *look = look_new(0);
    tiny_world_init(&tiny, (struct tiny_options){.ttl_s = 3600, .n_labels = 1}, &entry, 1);
    tiny.world.questions[1].type = TYPE_PTR; /* of the mail host's address */
    tiny.world.records[1].target = tiny.world.questions[0].name;
    tiny.world.records[1].followed[0] = 1;
    tiny.world.hosts[0].reverse_question = 1;
    each_trial(&tiny, 112, 50, count_confirmations, look);
    assert_true(fabs(tally_mean(&look->queries) - 10 * DAYS) < 12); /* one night at an edge */
    tiny_world_free(&tiny);
    free(look);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(throttles_spread_a_mailing_evenly),
        cmocka_unit_test(rejected_mail_keeps_the_senders_hours),
        cmocka_unit_test(refreshes_ask_once_or_a_few_times),
        cmocka_unit_test(scans_start_late_or_not_at_all),
        cmocka_unit_test(beacons_keep_or_change_their_phase),
        cmocka_unit_test(beacons_multiply),
        cmocka_unit_test(loops_skip_turns_and_fail_by_themselves),
        cmocka_unit_test(sizes_are_lognormal),
        cmocka_unit_test(bounces_come_after_an_exponential_delay),
        cmocka_unit_test(scans_by_address_ask_for_the_name_first),
        cmocka_unit_test(forgers_may_know_the_search_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
