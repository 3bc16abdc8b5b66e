/* Conversations against the closed forms of branching processes and against working hours. Fixed
 * seeds; each statistical assertion would fail by chance less than once in 10^5 runs with other
 * seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5

static const char *const plain[] = {"openings_per_day=1", "evenness=1000",
                                    "branching=0",        "replies=1",
                                    "reply_delay=60",     "reply_sigma=0.5",
                                    "hours=opener",       "work_start=9",
                                    "work_end=18",        "night=1",
                                    "weekend=1",          "more_lookups=0",
                                    "lookup_span=10",     "event_messages=0",
                                    "growth=0",           "pauses=0",
                                    "level_changes=0",    NULL};

static void start(struct tiny_world *tiny, int n_events)
{
    struct tiny_entry entry = {"private-channel", "talk", plain};
    struct tiny_options options = {.ttl_s = 3600, .n_events = n_events};
    tiny_world_init(tiny, options, &entry, 1);
}

static void count_queries(const struct trial *trial, void *context)
{
    struct tally *tallies = context;
    tally_add(&tallies[0], (double)trial->traffic.queries.n);
    tally_add(&tallies[1], (double)trial->traffic.mails.n);
}

/* Conversations are Poisson (147 in the window with its warm-up); one of them has the Borel law of
 * total progeny: mean 1/(1-n), second moment 1/(1-n)^3. */
static void conversations_have_the_borel_size(void **state)
{
    (void)state;
    const char *const ratios[] = {"0", "0.3", "0.6", "0.8"};
    const double n[] = {0, 0.3, 0.6, 0.8};
    for (int i = 0; i < 4; i++) {
        struct tiny_world tiny;
        struct tally tallies[2] = {0};
        start(&tiny, 0);
        tiny_set(&tiny, "talk.branching", ratios[i]);
        each_trial(&tiny, 31, 2000, count_queries, tallies);
        assert_true(fabs(tally_z(&tallies[0], 147 / (1 - n[i]))) < LIMIT_Z);
        double expected = 147 / pow(1 - n[i], 3);
        double ratio = tally_variance(&tallies[0]) / expected;
        assert_true(fabs(ratio - 1) < LIMIT_Z * sqrt(2.6 / 2000));
        tiny_world_free(&tiny);
    }
}

/* Every message changes sides: half of all messages come from the host's side, each a mail event.
 * Without replies the sides keep to themselves and the halves are the same. */
static void both_sides_write_equally(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny, 0);
    tiny_set(&tiny, "talk.branching", "0.5");
    each_trial(&tiny, 32, 1000, count_queries, tallies);
    assert_true(fabs(tally_z(&tallies[1], 147)) < LIMIT_Z);
    tiny_world_free(&tiny);
}

static void extra_lookups_have_their_mean(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny, 0);
    tiny_set(&tiny, "talk.more_lookups", "1.5");
    each_trial(&tiny, 33, 1000, count_queries, tallies);
    assert_true(fabs(tally_z(&tallies[0], 147 * 2.5)) < LIMIT_Z);
    tiny_world_free(&tiny);
}

struct hours {
    double local[24]; /* of the side that writes */
    double east[24];  /* partner east's local hours */
    double weekday[7];
};

/* Whether a mail event caused the query: the gateway asks some milliseconds later. */
static bool from_mail(const struct trial *trial, time_us t)
{
    for (size_t i = 0; i < trial->traffic.mails.n; i++) {
        time_us after = t - trial->traffic.mails.m[i].time_us;
        if (after >= 0 && after < US_PER_S / 50)
            return true;
    }
    return false;
}

static void count_hours(const struct trial *trial, void *context)
{
    struct hours *hours = context;
    const struct party *parties = trial->world->parties;
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        int writer = from_mail(trial, q->time_us) ? TINY_SENDER : (int)q->client;
        struct civil_time local = civil_from_utc(&parties[writer].timezone, q->time_us);
        hours->local[local.hour] += 1;
        hours->weekday[local.weekday] += 1;
        if (q->client == TINY_EAST)
            hours->east[civil_from_utc(&parties[TINY_EAST].timezone, q->time_us).hour] += 1;
    }
}

static void openings_keep_the_openers_hours(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct hours hours = {{0}, {0}, {0}};
    start(&tiny, 0);
    tiny_set(&tiny, "talk.night", "0.1");
    tiny_set(&tiny, "talk.weekend", "0.2");
    each_trial(&tiny, 34, 60, count_hours, &hours);
    double shares[24], days[7];
    for (int h = 0; h < 24; h++)
        shares[h] = (h >= 9 && h < 18 ? 1 : 0.1) / (9 + 1.5);
    for (int d = 0; d < 7; d++)
        days[d] = (d < 5 ? 1 : 0.2) / 5.4;
    assert_true(chi_square(hours.local, shares, 24, 0) > LIMIT_P);
    assert_true(chi_square(hours.weekday, days, 7, 0) > LIMIT_P);
    tiny_world_free(&tiny);
}

/* East is seven hours ahead of the host: both are at work from 16 to 18 h east. */
static void openings_of_both_need_both_awake(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct hours hours = {{0}, {0}, {0}};
    start(&tiny, 0);
    tiny_set(&tiny, "talk.hours", "both");
    tiny_set(&tiny, "talk.night", "0.1");
    each_trial(&tiny, 35, 100, count_hours, &hours);
    double shares[24], sum = 0;
    for (int h = 0; h < 24; h++) {
        int there = (h + 24 - 7) % 24;
        shares[h] = (h >= 9 && h < 18 ? 1 : 0.1) * (there >= 9 && there < 18 ? 1 : 0.1);
        sum += shares[h];
    }
    for (int h = 0; h < 24; h++)
        shares[h] /= sum;
    assert_true(chi_square(hours.east, shares, 24, 0) > LIMIT_P);
    tiny_world_free(&tiny);
}

struct delays {
    double s[40000];
    size_t n;
};

/* Conversations of two messages far from others: the gap is the reply's delay. */
static void collect_delays(const struct trial *trial, void *context)
{
    struct delays *delays = context;
    const struct query_array *queries = &trial->traffic.queries;
    if (queries->n != 2 || delays->n == 40000)
        return;
    double s = (double)(queries->q[1].time_us - queries->q[0].time_us) * 1e-6;
    delays->s[delays->n++] = s;
    if (s < 3600) /* an answer comes from the other side: one of the two is the host's mail */
        assert_int_equal(trial->traffic.mails.n, 1);
}

static double lognormal_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_lognormal_P(x, log(param[0]), param[1]);
}

static void replies_are_lognormal_on_the_writers_clock(void **state)
{
    (void)state;
    static struct delays delays;
    struct tiny_world tiny;
    double param[] = {60, 0.5};
    start(&tiny, 0);
    tiny_set(&tiny, "talk.openings_per_day", "0.0005"); /* pairs of conversations: 1 in 10^3 */
    tiny_set(&tiny, "talk.branching", "0.5");
    each_trial(&tiny, 36, 40000, collect_delays, &delays);
    size_t n = 0;
    for (size_t i = 0; i < delays.n; i++)
        if (delays.s[i] < 3600)
            delays.s[n++] = delays.s[i];
    assert_true(n > 300 && delays.n - n < 120);
    assert_true(ks_one_sample(delays.s, n, lognormal_cdf, param) > LIMIT_P);
    tiny_world_free(&tiny);
}

/* Three events with a mean of 4 extra openings each, over all partners together. */
static void events_set_off_their_messages(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny, 3);
    tiny_set(&tiny, "talk.openings_per_day", "0");
    tiny_set(&tiny, "talk.event_messages", "4");
    tiny_set(&tiny, "talk.event_delay", "2");
    each_trial(&tiny, 37, 2000, count_queries, tallies);
    assert_true(fabs(tally_z(&tallies[0], 12)) < LIMIT_Z);
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversations_have_the_borel_size),
        cmocka_unit_test(both_sides_write_equally),
        cmocka_unit_test(extra_lookups_have_their_mean),
        cmocka_unit_test(openings_keep_the_openers_hours),
        cmocka_unit_test(openings_of_both_need_both_awake),
        cmocka_unit_test(replies_are_lognormal_on_the_writers_clock),
        cmocka_unit_test(events_set_off_their_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
