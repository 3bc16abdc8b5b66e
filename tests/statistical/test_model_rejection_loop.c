/* Rejection loops against closed forms and the mail queue's own list of attempts. Fixed seeds; each
 * statistical assertion would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "sim/mail_queue.h"
#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5

static const char *const plain[] = {
    "messages_per_week=1", "evenness=1000",       "night=1",      "weekend=1",      "deferred=0",
    "released=0",          "queue=postfix",       "held=0",       "growth=0",       "pauses=0",
    "level_changes=0",     "recheck_jitter=0.01", "recheck=3600", "more_lookups=0", NULL};

static void start(struct tiny_world *tiny)
{
    struct tiny_entry entry = {"rejection-loop", "spam", plain};
    tiny_world_init(tiny, (struct tiny_options){.ttl_s = 3600}, &entry, 1);
}

static void count_all(const struct trial *trial, void *context)
{
    struct tally *tallies = context;
    double rechecks = (double)trial->traffic.queries.n - (double)trial->traffic.mails.n;
    tally_add(&tallies[0], (double)trial->traffic.mails.n);
    tally_add(&tallies[1], rechecks);
}

static void rejected_messages_come_once(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny);
    each_trial(&tiny, 21, 1000, count_all, tallies);
    assert_true(fabs(tally_z(&tallies[0], 21)) < LIMIT_Z);
    assert_true(fabs(tally_variance(&tallies[0]) / 21 - 1) < LIMIT_Z * sqrt(2.05 / 1000));
    assert_true(tallies[1].sum == 0);
    tiny_world_free(&tiny);
}

struct grid {
    struct tally attempts;
    int checked;
};

/* All attempts of a trial with a single message are those that the queue's profile lists. */
static void compare_with_queue(const struct trial *trial, void *context)
{
    struct grid *grid = context;
    const struct mail_array *mails = &trial->traffic.mails;
    const struct mail_queue_profile *postfix = mail_queue_profile_find("postfix");
    if (mails->n == 0 || mails->m[mails->n - 1].time_us - mails->m[0].time_us > 6 * US_PER_DAY ||
        mails->m[0].time_us > trial->world->until_us - 6 * US_PER_DAY)
        return;
    time_us expected[200];
    size_t n = mail_queue_attempts(postfix, mails->m[0].time_us, mails->m[mails->n - 1].time_us,
                                   INT64_MAX, expected, 200);
    if (mails->n != n) /* two messages within five days */
        return;
    for (size_t i = 0; i < n; i++)
        assert_true(mails->m[i].time_us == expected[i]);
    tally_add(&grid->attempts, (double)n);
    grid->checked++;
}

static void deferred_messages_keep_the_retry_grid(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct grid grid = {{0}, 0};
    start(&tiny);
    tiny_set(&tiny, "spam.messages_per_week", "0.05");
    tiny_set(&tiny, "spam.deferred", "1");
    each_trial(&tiny, 22, 400, compare_with_queue, &grid);
    assert_true(grid.checked > 50);
    assert_true(fabs(tally_mean(&grid.attempts) - 107) < 2); /* 107 in five days: mechanisms */
    tiny_world_free(&tiny);
}

/* Released with probability p at each retry: 1/p retries on average where the lifetime is far. */
static void releases_are_geometric(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny);
    tiny_set(&tiny, "spam.deferred", "1");
    tiny_set(&tiny, "spam.released", "0.25");
    each_trial(&tiny, 23, 1000, count_all, tallies);
    /* messages: Poisson(21); attempts per message: 1 + geometric with mean 4 and variance 12 */
    assert_true(fabs(tally_z(&tallies[0], 21 * 5)) < LIMIT_Z);
    double expected = 21 * (12 + 25), ratio = tally_variance(&tallies[0]) / expected;
    assert_true(fabs(ratio - 1) < LIMIT_Z * sqrt(2.6 / 1000));
    tiny_world_free(&tiny);
}

/* Items arrive as a Poisson process and stay for a log-normal time: an M/G/infinity queue, busy
 * for a share 1 - exp(-rate * mean stay) of the time (plus what the empty start takes away). */
static void held_senders_are_checked_while_anything_is_held(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tally tallies[2] = {0};
    start(&tiny);
    tiny_set(&tiny, "spam.messages_per_week", "7");
    tiny_set(&tiny, "spam.held", "0.5");
    tiny_set(&tiny, "spam.hold_time", "0.5");
    tiny_set(&tiny, "spam.recheck", "300");
    each_trial(&tiny, 24, 400, count_all, tallies);
    /* per party and day: 0.5 messages, 0.25 held (shares vary a little: evenness 1000) */
    double mean_stay = 0.5 * exp(0.5), load = 0.25 * mean_stay;
    double busy_periods = 2 * 147 * 0.25 * exp(-load);
    double expected = 2 * 147 * (1 - exp(-load)) * 288 - 0.5 * busy_periods;
    double edge = 2 * (1 - exp(-load)) * mean_stay * 288; /* the start is empty */
    assert_true(fabs(tally_mean(&tallies[1]) - expected + edge) <
                LIMIT_Z * sqrt(tally_variance(&tallies[1]) / 400) + edge);
    tiny_world_free(&tiny);
}

struct gaps {
    double *s;
    size_t n, capacity;
};

static void collect_gaps(const struct trial *trial, void *context)
{
    struct gaps *gaps = context;
    const struct query_array *queries = &trial->traffic.queries;
    time_us last = 0;
    for (size_t i = 0; i < queries->n; i++) {
        if (queries->q[i].client != TINY_EAST)
            continue;
        if (last != 0 && gaps->n < gaps->capacity)
            gaps->s[gaps->n++] = (double)(queries->q[i].time_us - last) * 1e-6;
        last = queries->q[i].time_us;
    }
}

static double normal_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_gaussian_P(x - param[0], param[1]);
}

/* One item held for ever: the checks are a renewal process with normal gaps. */
static void checks_come_at_their_interval(void **state)
{
    (void)state;
    struct tiny_world tiny;
    double s[20000], param[] = {3600, 36};
    struct gaps gaps = {s, 0, 20000};
    start(&tiny);
    tiny_set(&tiny, "spam.messages_per_week", "0.1");
    tiny_set(&tiny, "spam.held", "1");
    tiny_set(&tiny, "spam.hold_time", "400");
    each_trial(&tiny, 25, 20, collect_gaps, &gaps);
    size_t n = 0;
    for (size_t i = 0; i < gaps.n; i++) /* gaps cut by a new message's own look-up: left out */
        if (s[i] > 3600 - 6 * 36)
            s[n++] = s[i];
    assert_true(n > 5000 && gaps.n - n < 400);
    assert_true(ks_one_sample(s, n, normal_cdf, param) > LIMIT_P);
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejected_messages_come_once),
        cmocka_unit_test(deferred_messages_keep_the_retry_grid),
        cmocka_unit_test(releases_are_geometric),
        cmocka_unit_test(held_senders_are_checked_while_anything_is_held),
        cmocka_unit_test(checks_come_at_their_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
