/* The law of the gaps inside a burst, a visit, a transfer or a scan, the steady stream of mail, and
 * the hours of forgers and tunnels, against closed forms. Fixed seeds; each statistical assertion
 * would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5
#define MAX_GAPS 200000
#define MAX_CLIENTS 4096

static const char *const steady[] = {"growth=0", "pauses=0", "level_changes=0", NULL};

/* Gaps below `limit_s` between questions of one asker, and what else is counted. */
struct gaps {
    double *gap_s;
    size_t n;
    double limit_s;
    struct tally queries;
    double inside, all; /* questions from 9 to 19 h of the asker's day, and all */
};

static void gaps_init(struct gaps *self, double limit_s)
{
    *self = (struct gaps){.limit_s = limit_s, .gap_s = calloc(MAX_GAPS, sizeof(double))};
    assert_non_null(self->gap_s);
}

/* The asker's party; a forged resolver belongs to its own. -1: nobody of the world. */
static int party_of(const struct world *world, const struct query *q)
{
    if (!(q->flags & TRAFFIC_DIRECT))
        return (int)q->client;
    for (uint32_t p = 0; p < world->n_parties; p++)
        for (uint32_t r = 0; r < world->parties[p].n_resolvers; r++)
            if (world->resolvers[world->parties[p].first_resolver + r].client == q->client)
                return (int)p;
    return -1;
}

static void count_hour(struct gaps *self, const struct world *world, const struct query *q)
{
    int p = party_of(world, q);
    if (p < 0)
        return;
    struct civil_time local = civil_from_utc(&world->parties[p].timezone, q->time_us);
    self->inside += local.hour >= 9 && local.hour < 19;
    self->all += 1;
}

static void collect(const struct trial *trial, void *context)
{
    struct gaps *self = context;
    static time_us last[MAX_CLIENTS];
    memset(last, 0, sizeof last);
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        uint32_t client = q->client % MAX_CLIENTS;
        double gap_s = (double)(q->time_us - last[client]) / 1e6;
        if (last[client] != 0 && gap_s < self->limit_s && self->n < MAX_GAPS)
            self->gap_s[self->n++] = gap_s;
        last[client] = q->time_us;
        count_hour(self, trial->world, q);
    }
    tally_add(&self->queries, (double)trial->traffic.queries.n);
}

static void observe(struct gaps *gaps, const char *model, const char *const *settings,
                    uint64_t seed, uint64_t trials)
{
    struct tiny_world tiny;
    bool has_activity = strcmp(model, "mail-stream") != 0;
    struct tiny_entry entry = {model, "it", settings};
    tiny_world_init(&tiny, (struct tiny_options){.ttl_s = 3600, .n_labels = 3}, &entry, 1);
    for (const char *const *text = steady; has_activity && *text != NULL; text++) {
        char path[64];
        snprintf(path, sizeof path, "it.%.*s", (int)(strchr(*text, '=') - *text), *text);
        tiny_set(&tiny, path, strchr(*text, '=') + 1);
    }
    each_trial(&tiny, seed, trials, collect, gaps);
    tiny_world_free(&tiny);
}

static double exponential_cdf(double x, const void *mean)
{
    return 1.0 - exp(-x / *(const double *)mean);
}

static double retry_cdf(double x, const void *unused)
{
    (void)unused;
    return fmin(fmax((x - 300.0) / 600.0, 0.0), 1.0);
}

static void check_exponential(struct gaps *gaps, double mean_s, size_t least)
{
    assert_true(gaps->n >= least);
    assert_true(ks_one_sample(gaps->gap_s, gaps->n, exponential_cdf, &mean_s) > LIMIT_P);
}

/* 147 days of 24 messages, gaps of an hour on average; only the first receiver is served. */
static void mail_streams_are_poisson(void **state)
{
    (void)state;
    static const char *const settings[] = {"messages_per_hour=1", NULL};
    struct gaps gaps;
    gaps_init(&gaps, INFINITY);
    observe(&gaps, "mail-stream", settings, 71, 50);
    assert_true(fabs(tally_mean(&gaps.queries) - 147 * 24) < LIMIT_Z * sqrt(147 * 24 / 50.0));
    check_exponential(&gaps, 3600.0, 170000);
    free(gaps.gap_s);
}

static void visits_have_exponential_gaps(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "visitors_per_week=1", "more_queries=2", "query_gap=100", "echo=0", "regulars=0", NULL};
    struct gaps gaps;
    gaps_init(&gaps, 6000.0); /* sixty means: nothing is cut, and every visitor is a new address */
    observe(&gaps, "scanner", settings, 72, 500);
    check_exponential(&gaps, 100.0, 15000);
    free(gaps.gap_s);
}

/* Inside 10 of 24 hours at rate 1, outside at 0.2. */
static void check_hours(const struct gaps *gaps, double cluster)
{
    double share = 10.0 / (10.0 + 0.2 * 14.0);
    assert_true(gaps->all > 1000);
    assert_true(fabs(gaps->inside / gaps->all - share) <
                LIMIT_Z * sqrt(share * (1.0 - share) * cluster / gaps->all));
}

static void forged_bursts_have_exponential_gaps_and_hours(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "bursts_per_day=0.2", "evenness=1000", "more_queries=1", "query_gap=10",
        "night=0.2",          "weekend=1",     "spacing=0",      NULL};
    struct gaps gaps;
    gaps_init(&gaps, 600.0);
    observe(&gaps, "spoofed", settings, 73, 1500);
    check_exponential(&gaps, 10.0, 20000);
    check_hours(&gaps, 3.0); /* bursts of mean 2 and second moment 6 */
    free(gaps.gap_s);
}

static void occasions_have_exponential_gaps(void **state)
{
    (void)state;
    static const char *const settings[] = {"lookups_per_day=0.2",
                                           "evenness=1000",
                                           "more_lookups=1",
                                           "lookup_gap=10",
                                           "night=1",
                                           "weekend=1",
                                           NULL};
    struct gaps gaps;
    gaps_init(&gaps, 600.0);
    observe(&gaps, "background", settings, 78, 1000);
    assert_true(fabs(tally_z(&gaps.queries, 147 * 0.2 * 2)) < LIMIT_Z);
    check_exponential(&gaps, 10.0, 20000);
    free(gaps.gap_s);
}

/* 147 x 2 sessions of 1 + 2 look-ups; users are world-wide. */
static void relays_have_their_volume_and_gaps(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "sessions_per_day=2", "evenness=1000", "pages=2", "page_gap=5",
        "watched=1",          "swing=0",       NULL};
    struct gaps gaps;
    gaps_init(&gaps, 300.0);
    observe(&gaps, "relay", settings, 74, 200);
    assert_true(fabs(tally_z(&gaps.queries, 147 * 2 * 3)) < LIMIT_Z);
    assert_true(gaps.n > 100000);
    /* one gap in a thousand lies between two sessions by chance: a looser look at the mean */
    struct tally mean = {0};
    for (size_t i = 0; i < gaps.n && i < MAX_GAPS; i++)
        if (gaps.gap_s[i] < 50.0)
            tally_add(&mean, gaps.gap_s[i]);
    assert_true(fabs(tally_mean(&mean) - 5.0) < 0.1);
    free(gaps.gap_s);
}

/* Five questions a transfer, four gaps. */
static void transfers_have_their_size_gaps_and_hours(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "transfers_per_day=0.3", "evenness=1000", "packets=5",    "packets_sigma=0",
        "packet_gap=3",          "poll=0",        "own_name=0.5", "work_start=9",
        "work_end=19",           "night=0.2",     "weekend=1",    NULL};
    struct gaps gaps;
    gaps_init(&gaps, 180.0);
    observe(&gaps, "tunnel", settings, 75, 500);
    assert_true(fabs(tally_z(&gaps.queries, 147 * 0.3 * 5)) < LIMIT_Z);
    check_exponential(&gaps, 3.0, 80000);
    check_hours(&gaps, 5.0);
    free(gaps.gap_s);
}

/* 4 items a scan for both parties, 146 to 148 scans a party: one gap where a party has two. */
static void scans_have_their_items_and_pace(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "every=24", "start_jitter=60", "skipped=0",     "items=4",       "item_growth=0",
        "pace=10",  "refresh_share=0", "by_address=no", "evenness=1000", "more_lookups=0",
        NULL};
    struct gaps gaps;
    gaps_init(&gaps, 3600.0);
    observe(&gaps, "gateway-recheck", settings, 76, 200);
    assert_true(fabs(tally_mean(&gaps.queries) - 147 * 4) < 5);
    check_exponential(&gaps, 10.0, 40000);
    free(gaps.gap_s);
}

/* A bounce that is not taken comes again after half to one and a half times the wait. */
static void bounces_come_again_after_their_wait(void **state)
{
    (void)state;
    static const char *const settings[] = {"runs_per_week=1", "run_size=20",     "run_sigma=0",
                                           "run_length=1",    "providers=1",     "provider_share=0",
                                           "retries=0.5",     "retry_after=600", NULL};
    struct gaps gaps;
    gaps_init(&gaps, INFINITY);
    observe(&gaps, "backscatter", settings, 77, 20);
    assert_true(gaps.n > 5000);
    assert_true(ks_one_sample(gaps.gap_s, gaps.n, retry_cdf, NULL) > LIMIT_P);
    free(gaps.gap_s);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_streams_are_poisson),
        cmocka_unit_test(visits_have_exponential_gaps),
        cmocka_unit_test(forged_bursts_have_exponential_gaps_and_hours),
        cmocka_unit_test(occasions_have_exponential_gaps),
        cmocka_unit_test(relays_have_their_volume_and_gaps),
        cmocka_unit_test(transfers_have_their_size_gaps_and_hours),
        cmocka_unit_test(scans_have_their_items_and_pace),
        cmocka_unit_test(bounces_come_again_after_their_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
