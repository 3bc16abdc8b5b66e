/* The code-like variants of the private channel - messages at fixed slots, a dead drop that is
 * polled - and the times of its reactions and repeated look-ups, against counts, closed forms and a
 * plain re-reckoning. Fixed seeds; each statistical assertion would fail by chance less than once
 * in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5
#define MAX_TIMES 100000

static const char *const plain[] = {
    "openings_per_day=0", "evenness=1000",    "branching=0",     "replies=1",
    "reply_delay=60",     "reply_sigma=0.5",  "hours=opener",    "work_start=9",
    "work_end=18",        "night=1",          "weekend=1",       "more_lookups=0",
    "lookup_span=10",     "event_messages=0", "poll=0",          "slot=0",
    "growth=0",           "pauses=0",         "level_changes=0", NULL};

static void start(struct tiny_world *tiny, int n_events)
{
    struct tiny_entry entry = {"private-channel", "talk", plain};
    struct tiny_options options = {.ttl_s = 3600, .n_events = n_events};
    tiny_world_init(tiny, options, &entry, 1);
}

static double flat_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_flat_P(x, param[0], param[1]);
}

/* ---- the dead drop ---- */

struct polls {
    double gap_s[MAX_TIMES];
    size_t n;
    struct tally most, ratio; /* look-ups of the busier party; the other's relative to it */
    double hour[24], weekday[7];
};

static void collect_polls(const struct trial *trial, void *context)
{
    struct polls *polls = context;
    double n[TINY_N_PARTIES] = {0};
    time_us last[TINY_N_PARTIES] = {0};
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        const struct timezone_table *zone = &trial->world->parties[q->client].timezone;
        struct civil_time local = civil_from_utc(zone, q->time_us);
        double gap_s = (double)(q->time_us - last[q->client]) * 1e-6;
        if (last[q->client] != 0 && gap_s < 3000 && polls->n < MAX_TIMES)
            polls->gap_s[polls->n++] = gap_s;
        last[q->client] = q->time_us;
        n[q->client] += 1;
        polls->hour[local.hour] += 1;
        polls->weekday[local.weekday] += 1;
    }
    tally_add(&polls->most, fmax(n[TINY_EAST], n[TINY_WEST]));
    tally_add(&polls->ratio, fmin(n[TINY_EAST], n[TINY_WEST]) / fmax(n[TINY_EAST], n[TINY_WEST]));
}

static struct polls *run_polls(uint64_t seed, uint64_t trials, const char *evenness,
                               const char *night, const char *weekend)
{
    struct polls *polls = calloc(1, sizeof *polls);
    struct tiny_world tiny;
    assert_non_null(polls);
    start(&tiny, 0);
    tiny_set(&tiny, "talk.poll", "1800");
    tiny_set(&tiny, "talk.evenness", evenness);
    tiny_set(&tiny, "talk.night", night);
    tiny_set(&tiny, "talk.weekend", weekend);
    each_trial(&tiny, seed, trials, collect_polls, polls);
    tiny_world_free(&tiny);
    return polls;
}

/* Around the clock the busier party asks at every turn: every half hour, give or take 9 s. */
static void polls_keep_their_period(void **state)
{
    (void)state;
    const double param[] = {1800 * 0.995, 1800 * 1.005};
    struct polls *polls = run_polls(41, 1, "1000", "1", "1");
    assert_true(fabs(tally_mean(&polls->most) - 147 * 48) <= 8);
    assert_true(polls->n > 10000);
    assert_true(ks_one_sample(polls->gap_s, polls->n, flat_cdf, param) > LIMIT_P);
    free(polls);
}

/* The far end's office sets the hours. One poll per half hour makes the counts more even than
 * Poisson ones: the test is on the safe side. */
static void polls_keep_the_partners_hours(void **state)
{
    (void)state;
    struct polls *polls = run_polls(42, 100, "1000", "0.2", "0.3");
    double hours[24], days[7];
    for (int h = 0; h < 24; h++)
        hours[h] = h >= 9 && h < 18 ? 1 : 0.2;
    for (int d = 0; d < 7; d++)
        days[d] = d < 5 ? 1 : 0.3;
    assert_true(chi_square(polls->hour, hours, 24, 0) > LIMIT_P);
    assert_true(chi_square(polls->weekday, days, 7, 0) > LIMIT_P);
    double expected = 2 * (9 + 15 * 0.2) * 21 * (5 + 2 * 0.3);
    assert_true(fabs(tally_z(&polls->most, expected)) < LIMIT_Z);
    free(polls);
}

/* With any split as likely as any other, the smaller share is 2 ln 2 - 1 of the larger on average,
 * and so are its polls. */
static void less_busy_partners_poll_less_often(void **state)
{
    (void)state;
    struct polls *polls = run_polls(43, 400, "1", "1", "1");
    assert_true(fabs(tally_z(&polls->ratio, 2 * log(2) - 1)) < LIMIT_Z);
    free(polls);
}

/* ---- fixed slots ---- */

struct times {
    time_us us[MAX_TIMES];
    size_t n;
};

static void collect_messages(const struct trial *trial, void *context)
{
    struct times *times = context;
    for (size_t i = 0; i < trial->traffic.mails.n && times->n < MAX_TIMES; i++)
        times->us[times->n++] = trial->traffic.mails.m[i].time_us;
}

static struct times *run_messages(const char *slot)
{
    struct times *times = calloc(1, sizeof *times);
    struct tiny_world tiny;
    assert_non_null(times);
    start(&tiny, 0);
    tiny_set(&tiny, "talk.openings_per_day", "5");
    tiny_set(&tiny, "talk.branching", "0.6");
    tiny_set(&tiny, "talk.replies", "0.5");
    tiny_set(&tiny, "talk.slot", slot);
    each_trial(&tiny, 44, 20, collect_messages, times);
    tiny_world_free(&tiny);
    return times;
}

/* The same conversations with and without slots: every mail waits for the next full quarter of an
 * hour, and the replies to it do not. No false alarms: the times are equal. */
static void messages_wait_for_their_slot(void **state)
{
    (void)state;
    const time_us slot = 900 * US_PER_S;
    struct times *slotted = run_messages("900"), *any = run_messages("0");
    size_t late = 0; /* of the last quarter of an hour: their slot lies behind the window */
    assert_true(any->n > 10000);
    for (size_t i = 0; i < any->n; i++) {
        time_us due = (any->us[i] + slot - 1) / slot * slot;
        if (i - late < slotted->n && slotted->us[i - late] == due)
            continue;
        late++;
    }
    assert_int_equal(any->n - late, slotted->n);
    assert_true(late <= 20);
    free(slotted);
    free(any);
}

/* ---- reactions and repeated look-ups ---- */

struct delays {
    double s[MAX_TIMES];
    size_t n;
};

static void collect_reactions(const struct trial *trial, void *context)
{
    struct delays *delays = context;
    for (size_t i = 0; i < trial->traffic.queries.n && delays->n < MAX_TIMES; i++) {
        time_us after = trial->traffic.queries.q[i].time_us - trial->world->events[0].time_us;
        assert_true(after >= 0);
        delays->s[delays->n++] = (double)after * 1e-6;
    }
}

static double exponential_cdf(double x, const void *context)
{
    return gsl_cdf_exponential_P(x, *(const double *)context);
}

/* Both ends awake around the clock: the delays of openings are exponential, of two hours. */
static void reactions_come_after_an_exponential_delay(void **state)
{
    (void)state;
    static struct delays delays;
    const double mean_s = 7200;
    struct tiny_world tiny;
    start(&tiny, 1);
    tiny_set(&tiny, "talk.event_messages", "10");
    tiny_set(&tiny, "talk.event_delay", "2 h");
    each_trial(&tiny, 45, 1000, collect_reactions, &delays);
    assert_true(delays.n > 9000);
    assert_true(ks_one_sample(delays.s, delays.n, exponential_cdf, &mean_s) > LIMIT_P);
    tiny_world_free(&tiny);
}

/* The look-ups after each message's own one. */
static void collect_repeats(const struct trial *trial, void *context)
{
    struct delays *delays = context;
    const struct query_array *queries = &trial->traffic.queries;
    time_us first = INT64_MIN;
    for (size_t i = 0; i < queries->n && delays->n < MAX_TIMES; i++) {
        time_us after = first == INT64_MIN ? INT64_MAX : queries->q[i].time_us - first;
        if (after > 40 * US_PER_S)
            first = queries->q[i].time_us;
        else
            delays->s[delays->n++] = (double)after * 1e-6;
    }
}

/* Messages far apart, with extra look-ups spread evenly over half a minute. A gateway's own
 * question comes some milliseconds after its message: too little to matter. */
static void repeated_lookups_fill_their_span(void **state)
{
    (void)state;
    static struct delays delays;
    const double param[] = {0, 30};
    struct tiny_world tiny;
    start(&tiny, 0);
    tiny_set(&tiny, "talk.openings_per_day", "0.05");
    tiny_set(&tiny, "talk.more_lookups", "1");
    tiny_set(&tiny, "talk.lookup_span", "30");
    each_trial(&tiny, 46, 1000, collect_repeats, &delays);
    assert_true(delays.n > 5000);
    assert_true(ks_one_sample(delays.s, delays.n, flat_cdf, param) > LIMIT_P);
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polls_keep_their_period),
        cmocka_unit_test(polls_keep_the_partners_hours),
        cmocka_unit_test(less_busy_partners_poll_less_often),
        cmocka_unit_test(messages_wait_for_their_slot),
        cmocka_unit_test(reactions_come_after_an_exponential_delay),
        cmocka_unit_test(repeated_lookups_fill_their_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
