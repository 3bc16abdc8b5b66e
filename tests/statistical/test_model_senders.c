/* Shared senders, meetings, forged questions, tunnels and relays against closed forms. Fixed seeds;
 * each statistical assertion would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5

static const char *const plain_shared[] = {
    "clients=4",  "stay=30",          "sends_per_week=2", "sends_sigma=0.5", "list_size=3",
    "evenness=1", "common_split=0.5", "weekend=1",        "delivery=0",      "deferred=0",
    "queue=bulk", "growth=0",         "pauses=0",         "level_changes=0", NULL};
static const char *const plain_office[] = {
    "meetings_per_week=10", "recurring=0", "evenness=1000",   "invited=3", "lead=1",
    "updates=0.5",          "reminders=0", "replies=0",       "sync=0",    "work_start=9",
    "work_end=17",          "growth=0",    "level_changes=0", "pauses=0",  NULL};
static const char *const plain_forger[] = {"bursts_per_day=4", "evenness=1",     "more_queries=1",
                                           "query_gap=1",      "night=1",        "weekend=1",
                                           "spacing=0",        "run_together=0", "growth=0",
                                           "level_changes=0",  "pauses=0",       NULL};
static const char *const plain_tunnel[] = {"transfers_per_day=1",
                                           "evenness=1",
                                           "packets=20",
                                           "packets_sigma=0",
                                           "packet_gap=1",
                                           "poll=0",
                                           "own_name=0.25",
                                           "night=1",
                                           "weekend=1",
                                           "growth=0",
                                           "level_changes=0",
                                           "pauses=0",
                                           NULL};
static const char *const plain_relay[] = {
    "sessions_per_day=5", "evenness=1", "pages=3",         "page_gap=10", "watched=0.4",
    "sticky=0",           "growth=0",   "level_changes=0", "pauses=0",    NULL};

static void start(struct tiny_world *tiny, const char *model, const char *const *overrides)
{
    struct tiny_entry entry = {model, "it", overrides};
    tiny_world_init(tiny, (struct tiny_options){.ttl_s = 3600, .n_labels = 7}, &entry, 1);
}

struct counts {
    struct tally mails, queries;
    double own, labels; /* queries for the host's own name and for others */
};

static void count(const struct trial *trial, void *context)
{
    struct counts *counts = context;
    tally_add(&counts->mails, (double)trial->traffic.mails.n);
    tally_add(&counts->queries, (double)trial->traffic.queries.n);
    for (size_t i = 0; i < trial->traffic.queries.n; i++)
        *(trial->traffic.queries.q[i].name == 0 ? &counts->own : &counts->labels) += 1;
}

/* Clients are an M/M/infinity queue in its steady state: 4 on average, 2 exp(0.5^2 / 2) mailings a
 * week each, 3 members, 21 weeks. */
static void shared_senders_have_their_volume(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct counts counts = {0};
    start(&tiny, "shared-sender", plain_shared);
    each_trial(&tiny, 61, 3000, count, &counts);
    assert_true(fabs(tally_z(&counts.mails, 4 * 2 * exp(0.125) * 3 * 21)) < LIMIT_Z);
    tiny_world_free(&tiny);
}

/* 210 meetings, 3 people, one invitation and half a change each; changes and invitations near the
 * end may fall outside. */
static void meetings_have_their_volume(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct counts counts = {0};
    start(&tiny, "business-application", plain_office);
    each_trial(&tiny, 62, 1000, count, &counts);
    double expected = 210 * 3 * 1.5;
    assert_true(fabs(tally_mean(&counts.mails) - expected) <
                LIMIT_Z * sqrt(tally_variance(&counts.mails) / 1000) + 0.006 * expected);
    tiny_world_free(&tiny);
}

static void check_office_hours(const struct trial *trial, void *context)
{
    double *total = context;
    for (size_t i = 0; i < trial->traffic.mails.n; i++) {
        const struct mail_event *mail = &trial->traffic.mails.m[i];
        const struct timezone_table *zone = &trial->world->parties[mail->party].timezone;
        struct civil_time local = civil_from_utc(zone, mail->time_us);
        total[0] += 1;
        total[1] += local.weekday < 5 && local.hour >= 9 && local.hour < 17 ? 1 : 0;
        total[2] += local.minute % 30 == 0 ? 1 : 0;
    }
}

static void meetings_keep_office_hours(void **state)
{
    (void)state;
    struct tiny_world tiny;
    double total[3] = {0};
    start(&tiny, "business-application", plain_office);
    each_trial(&tiny, 63, 50, check_office_hours, total);
    assert_true(total[1] / total[0] > 0.95 &&
                total[1] / total[0] < 0.99); /* 1 % outside per hour */
    tiny_world_free(&tiny);
}

/* Weekly meetings: an hour before the half hour, and nothing else. */
static void recurring_meetings_keep_their_grid(void **state)
{
    (void)state;
    struct tiny_world tiny;
    double total[3] = {0};
    start(&tiny, "business-application", plain_office);
    tiny_set(&tiny, "it.meetings_per_week", "0");
    tiny_set(&tiny, "it.recurring", "4");
    tiny_set(&tiny, "it.reminders", "1");
    each_trial(&tiny, 64, 50, check_office_hours, total);
    assert_true(total[0] > 50 * 8 * 3 * 15 && total[0] < 50 * 8 * 3 * 22);
    assert_true(total[2] == total[0]);
    tiny_world_free(&tiny);
}

struct forged {
    struct counts counts;
    double per_resolver[3];
    time_us last[3];
    time_us least_gap;
};

static void check_forged(const struct trial *trial, void *context)
{
    struct forged *forged = context;
    count(trial, &forged->counts);
    assert_int_equal(trial->upstream.n, trial->traffic.queries.n); /* no cache in between */
    memset(forged->last, 0, sizeof forged->last);
    for (size_t i = 0; i < trial->upstream.n; i++) {
        const struct query *q = &trial->upstream.q[i];
        int r = 0; /* resolvers 0 (sender), 1 and 2 (east), 3 (west) */
        while (r < 3 && trial->world->resolvers[r + 1].client != q->client)
            r++;
        assert_true(r < 3);
        forged->per_resolver[r] += 1;
        if (forged->last[r] != 0 && q->time_us - forged->last[r] < forged->least_gap)
            forged->least_gap = q->time_us - forged->last[r];
        forged->last[r] = q->time_us;
    }
}

static void forged_questions_pass_no_cache(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct forged forged = {.least_gap = INT64_MAX};
    start(&tiny, "spoofed", plain_forger);
    each_trial(&tiny, 65, 1000, check_forged, &forged);
    assert_true(fabs(tally_z(&forged.counts.queries, 4 * 147 * 2)) < LIMIT_Z);
    double both = forged.per_resolver[0] + forged.per_resolver[1];
    /* bursts of mean 2 and second moment 6 triple the variance of the split */
    assert_true(fabs(forged.per_resolver[0] - both / 2) < LIMIT_Z * sqrt(3 * both / 4));
    assert_true(forged.least_gap < US_PER_S);
    tiny_world_free(&tiny);
}

static void careful_forgers_keep_their_distance(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct forged forged = {.least_gap = INT64_MAX};
    start(&tiny, "spoofed", plain_forger);
    tiny_set(&tiny, "it.spacing", "3600");
    tiny_set(&tiny, "it.more_queries", "0");
    each_trial(&tiny, 66, 100, check_forged, &forged);
    assert_true(forged.least_gap >= 3600 * US_PER_S && forged.least_gap < 3700 * US_PER_S);
    tiny_world_free(&tiny);
}

/* 147 transfers of 20 questions, a quarter of them for the own name; data names repeat in turn. */
static void tunnels_split_names_and_volume(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct counts counts = {0};
    start(&tiny, "tunnel", plain_tunnel);
    each_trial(&tiny, 67, 500, count, &counts);
    assert_true(fabs(tally_z(&counts.queries, 147 * 20)) < LIMIT_Z);
    double all = counts.own + counts.labels;
    assert_true(fabs(counts.own - all / 4) < LIMIT_Z * sqrt(all * 3 / 16));
    tiny_world_free(&tiny);
}

static void tunnels_poll(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct counts counts = {0};
    start(&tiny, "tunnel", plain_tunnel);
    tiny_set(&tiny, "it.transfers_per_day", "0");
    tiny_set(&tiny, "it.poll", "1800");
    tiny_set(&tiny, "it.evenness", "1000");
    each_trial(&tiny, 68, 50, count, &counts);
    double full = 2 * 147 * 48;
    assert_true(counts.labels == 0);
    assert_true(tally_mean(&counts.queries) < full && tally_mean(&counts.queries) > 0.95 * full);
    tiny_world_free(&tiny);
}

static void relays_mix_names(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct counts counts = {0};
    start(&tiny, "relay", plain_relay);
    each_trial(&tiny, 69, 500, count, &counts);
    assert_true(fabs(tally_z(&counts.queries, 5 * 147 * 4)) < LIMIT_Z);
    double all = counts.own + counts.labels;
    assert_true(fabs(counts.own - all * 0.4) < LIMIT_Z * sqrt(all * 0.24));
    tiny_set(&tiny, "it.sticky", "1"); /* whole sessions: second moment of their size 28 */
    counts = (struct counts){0};
    each_trial(&tiny, 70, 500, count, &counts);
    all = counts.own + counts.labels;
    assert_true(fabs(counts.own - all * 0.4) < LIMIT_Z * sqrt(all * 0.24 * 28 / 4));
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_senders_have_their_volume),
        cmocka_unit_test(meetings_have_their_volume),
        cmocka_unit_test(meetings_keep_office_hours),
        cmocka_unit_test(recurring_meetings_keep_their_grid),
        cmocka_unit_test(forged_questions_pass_no_cache),
        cmocka_unit_test(careful_forgers_keep_their_distance),
        cmocka_unit_test(tunnels_split_names_and_volume),
        cmocka_unit_test(tunnels_poll),
        cmocka_unit_test(relays_mix_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
