/* The clients behind a shared sender - their coming and going, their calendars and lists - and the
 * daily course of a relay, against closed forms and plain integration. Fixed seeds; each
 * statistical assertion would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5
#define DAYS 147.0 /* the window and its warm-up */

static const char *const plain[] = {
    "clients=8",    "stay=30",    "sends_per_week=0.5", "sends_sigma=0",
    "list_size=10", "evenness=1", "common_split=1",     "send_spread=2",
    "weekend=1",    "delivery=0", "deferred=0",         "queue=bulk",
    "growth=0",     "pauses=0",   "level_changes=0",    NULL};
static const char *const plain_relay[] = {
    "sessions_per_day=2", "evenness=1000", "pages=0",         "page_gap=10", "watched=1",
    "sticky=0",           "growth=0",      "level_changes=0", "pauses=0",    NULL};

static void start(struct tiny_world *tiny, const char *model, const char *const *overrides)
{
    struct tiny_entry entry = {model, "it", overrides};
    tiny_world_init(tiny, (struct tiny_options){.ttl_s = 3600}, &entry, 1);
}

struct mailings {
    struct tally n;
    double hour[24], weekday[7]; /* the sender's */
    struct tally split;          /* squared deviation of east's share of the mail from a half */
};

/* Without a throttle all mail of a mailing leaves at once, and is made one after the other. */
static void collect(const struct trial *trial, void *context)
{
    struct mailings *mailings = context;
    const struct mail_array *mails = &trial->traffic.mails;
    const struct timezone_table *zone = &trial->world->parties[TINY_SENDER].timezone;
    double n = 0, east = 0;
    for (size_t i = 0; i < mails->n; i++) {
        east += mails->m[i].party == TINY_EAST;
        if (i > 0 && mails->m[i].time_us == mails->m[i - 1].time_us)
            continue;
        struct civil_time local = civil_from_utc(zone, mails->m[i].time_us);
        n += 1;
        mailings->hour[local.hour] += 1;
        mailings->weekday[local.weekday] += 1;
    }
    tally_add(&mailings->n, n);
    if (mails->n > 0)
        tally_add(&mailings->split, pow(east / (double)mails->n - 0.5, 2));
}

/* Clients are an M/M/infinity queue: their number n(t) has the mean c and the covariance
 * c exp(-|s| / stay). Mailings at the rate r n(t) over a time T have the variance
 * r c T + 2 r^2 c stay^2 (T/stay - 1 + exp(-T/stay)): 4.4 or 1.7 times their mean here. A mailing
 * that reaches nobody is not seen: of a list of L members this is one in exp(L), and with L
 * exponential around m the part that is seen has the mean 1 - 1/(1+m), and over clients the mean
 * square 1 - 2/(1+m) + 1/(1+2m). */
static void clients_come_and_go(void **state)
{
    (void)state;
    const double stays[] = {30, 5};
    const char *const texts[] = {"30", "5"};
    for (int i = 0; i < 2; i++) {
        struct tiny_world tiny;
        struct mailings mailings = {0};
        double rate = 0.5 / 7, c = 8, x = DAYS / stays[i];
        const double seen = 1 - 1 / 11.0, seen_square = 1 - 2 / 11.0 + 1 / 21.0;
        start(&tiny, "shared-sender", plain);
        tiny_set(&tiny, "it.stay", texts[i]);
        each_trial(&tiny, 91, 1000, collect, &mailings);
        assert_true(fabs(tally_z(&mailings.n, seen * rate * c * DAYS)) < LIMIT_Z);
        double pairs = 2 * rate * rate * c * stays[i] * stays[i] * (x - 1 + exp(-x));
        double ratio = tally_variance(&mailings.n) / (seen * rate * c * DAYS + seen_square * pairs);
        assert_true(fabs(ratio - 1) < LIMIT_Z * sqrt(2.5 / 1000)); /* kurtosis excess below 0.5 */
        tiny_world_free(&tiny);
    }
}

/* Over clients: each has its own hour, normal around 10 h with a deviation of 3 h, and spreads its
 * mailings around it by a wrapped normal law. By plain integration over the clients' hours. */
static void integrate_hours(double spread_h, double shares[24])
{
    memset(shares, 0, 24 * sizeof *shares);
    for (double z = -4; z <= 4; z += 0.01) {
        double day[24], sum = 0, hour = fmod(10 + 3 * z + 24, 24);
        for (int h = 0; h < 24; h++) {
            double off = fabs(h + 0.5 - hour);
            off = fmin(off, 24 - off) / spread_h;
            sum += day[h] = exp(-off * off / 2);
        }
        for (int h = 0; h < 24; h++)
            shares[h] += exp(-z * z / 2) * day[h] / sum;
    }
}

/* Many clients of which hardly any mails twice: mailings independent of each other but for one in
 * ten, which the limit allows for. */
static void clients_keep_their_calendars(void **state)
{
    (void)state;
    const double spreads[] = {0.5, 4};
    const char *const texts[] = {"0.5", "4"};
    for (int i = 0; i < 2; i++) {
        struct tiny_world tiny;
        struct mailings mailings = {0};
        double shares[24], days[7];
        start(&tiny, "shared-sender", plain);
        tiny_set(&tiny, "it.clients", "100");
        tiny_set(&tiny, "it.stay", "10000");
        tiny_set(&tiny, "it.sends_per_week", "0.005");
        tiny_set(&tiny, "it.weekend", "0.4");
        tiny_set(&tiny, "it.send_spread", texts[i]);
        each_trial(&tiny, 92, 800, collect, &mailings);
        integrate_hours(spreads[i], shares);
        for (int d = 0; d < 7; d++)
            days[d] = d < 5 ? 1 : 0.4;
        assert_true(mailings.n.sum > 6000);
        assert_true(chi_square(mailings.hour, shares, 24, 0) > LIMIT_P);
        assert_true(chi_square(mailings.weekday, days, 7, 0) > LIMIT_P);
        tiny_world_free(&tiny);
    }
}

/* East's share of all mail: with one split for all clients it is uniform, of variance 1/12; where
 * each has its own, 100 clients average out to a half. What they leave (0.003) is within the
 * limits. */
static void clients_share_a_split_as_far_as_they_are_told(void **state)
{
    (void)state;
    const char *const texts[] = {"0", "0.5", "1"};
    const double common[] = {0, 0.5, 1};
    for (int i = 0; i < 3; i++) {
        struct tiny_world tiny;
        struct mailings mailings = {0};
        start(&tiny, "shared-sender", plain);
        tiny_set(&tiny, "it.clients", "100");
        tiny_set(&tiny, "it.sends_per_week", "0.2");
        tiny_set(&tiny, "it.list_size", "5");
        tiny_set(&tiny, "it.common_split", texts[i]);
        each_trial(&tiny, 93, 500, collect, &mailings);
        double error = sqrt(tally_variance(&mailings.split) / mailings.split.n);
        double expected = common[i] * common[i] / 12, own = (1 - common[i]) * (1 - common[i]);
        assert_true(fabs(tally_mean(&mailings.split) - expected - 0.0015 * own) <
                    LIMIT_Z * error + 0.0015 * own + 0.0005);
        tiny_world_free(&tiny);
    }
}

struct hours {
    double hour[24], weekday[7]; /* of the exit */
};

static void collect_hours(const struct trial *trial, void *context)
{
    struct hours *hours = context;
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        const struct timezone_table *zone = &trial->world->parties[q->client].timezone;
        struct civil_time local = civil_from_utc(zone, q->time_us);
        hours->hour[local.hour] += 1;
        hours->weekday[local.weekday] += 1;
    }
}

/* Quieter by 40 % from midnight to 8 h of the exit's own time, and the same on every day. */
static void relays_have_a_quieter_night(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct hours hours = {{0}, {0}};
    double shares[24], days[7] = {1, 1, 1, 1, 1, 1, 1};
    start(&tiny, "relay", plain_relay);
    tiny_set(&tiny, "it.swing", "0.4");
    each_trial(&tiny, 94, 300, collect_hours, &hours);
    for (int h = 0; h < 24; h++)
        shares[h] = h < 8 ? 0.6 : 1;
    assert_true(hours.hour[0] > 2000);
    assert_true(chi_square(hours.hour, shares, 24, 0) > LIMIT_P);
    assert_true(chi_square(hours.weekday, days, 7, 0) > LIMIT_P);
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_come_and_go),
        cmocka_unit_test(clients_keep_their_calendars),
        cmocka_unit_test(clients_share_a_split_as_far_as_they_are_told),
        cmocka_unit_test(relays_have_a_quieter_night),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
