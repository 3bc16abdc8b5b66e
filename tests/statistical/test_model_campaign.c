/* Bulk mail against closed forms: volumes, hours, deferrals, openings. Fixed seeds; each
 * statistical assertion would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5

static const char *const plain[] = {"sends_per_week=2", "regularity=1",
                                    "weekend=1",        "list_size=10",
                                    "evenness=1000",    "delivery=0",
                                    "triggered=0",      "deferred=0",
                                    "opens=0",          "growth=0",
                                    "pauses=0",         "level_changes=0",
                                    "queue=bulk",       NULL};

static void start(struct tiny_world *tiny)
{
    struct tiny_entry entry = {"campaign", "mail", plain};
    tiny_world_init(tiny, (struct tiny_options){.ttl_s = 3600}, &entry, 1);
}

static void count_mails(const struct trial *trial, void *context)
{
    struct tally *tallies = context;
    double n = 0, refused = 0;
    for (size_t i = 0; i < trial->traffic.mails.n; i++) {
        const struct mail_event *mail = &trial->traffic.mails.m[i];
        n += mail->time_us >= trial->world->from_us ? 1 : 0;
        refused += mail->status == MAIL_DEFERRED ? 1 : 0;
    }
    tally_add(&tallies[0], n);
    tally_add(&tallies[1], (double)trial->traffic.queries.n - (double)trial->traffic.mails.n);
    tally_add(&tallies[2], refused);
    tally_add(&tallies[3], (double)trial->traffic.mails.n - refused);
}

/* Mailings are Poisson, messages per mailing are Poisson: mean r L, variance r (L + L^2). */
static void volume_is_a_compound_poisson_law(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny);
    struct tally tallies[4] = {0};
    each_trial(&tiny, 11, 3000, count_mails, tallies);
    assert_true(fabs(tally_z(&tallies[0], 40 * 10)) < LIMIT_Z);
    double ratio = tally_variance(&tallies[0]) / (40 * (10 + 100));
    assert_true(fabs(ratio - 1) < LIMIT_Z * sqrt(2.3 / 3000)); /* kurtosis excess about 0.1 */
    tiny_world_free(&tiny);
}

/* Gamma gaps of a large shape are a calendar: the number of mailings hardly varies. */
static void regular_mailings_keep_their_number(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "mail.regularity", "1000");
    struct tally tallies[4] = {0};
    each_trial(&tiny, 12, 1000, count_mails, tallies);
    assert_true(fabs(tally_z(&tallies[0], 400)) < LIMIT_Z);
    assert_true(tally_variance(&tallies[0]) < 400 * 2); /* Poisson sizes: 400, and a little */
    tiny_world_free(&tiny);
}

static void count_hours(const struct trial *trial, void *context)
{
    double *hours = context;
    for (size_t i = 0; i < trial->traffic.mails.n; i++) {
        const struct timezone_table *zone = &trial->world->parties[TINY_SENDER].timezone;
        struct civil_time local = civil_from_utc(zone, trial->traffic.mails.m[i].time_us);
        hours[local.hour] += 1;
        hours[24 + local.weekday] += 1;
    }
}

static void hours_follow_a_wrapped_normal_law(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "mail.list_size", "0.02"); /* nearly always one message: independent times */
    tiny_set(&tiny, "mail.sends_per_week", "50");
    tiny_set(&tiny, "mail.send_hour", "23");
    tiny_set(&tiny, "mail.send_spread", "3");
    tiny_set(&tiny, "mail.weekend", "0.25");
    double found[31] = {0}, shares[31], sum = 0;
    each_trial(&tiny, 13, 400, count_hours, found);
    for (int h = 0; h < 24; h++) {
        double off = fabs(h + 0.5 - 23);
        off = fmin(off, 24 - off);
        sum += shares[h] = exp(-off * off / 18);
    }
    for (int h = 0; h < 24; h++)
        shares[h] /= sum;
    for (int day = 0; day < 7; day++)
        shares[24 + day] = day < 5 ? 1 / 5.5 : 0.25 / 5.5;
    assert_true(found[23] > 500);
    assert_true(chi_square(found, shares, 24, 0) > LIMIT_P);
    assert_true(chi_square(found + 24, shares + 24, 7, 0) > LIMIT_P);
    tiny_world_free(&tiny);
}

/* A message is deferred k times with probability p^k (1 - p): p / (1 - p) deferrals per message,
 * as long as the queue's lifetime hardly ever ends it. */
static void deferrals_are_geometric(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "mail.deferred", "0.6");
    tiny_set(&tiny, "mail.queue", "bulk");
    struct tally tallies[4] = {0};
    each_trial(&tiny, 14, 500, count_mails, tallies);
    double ratio = tallies[2].sum / tallies[3].sum;
    double messages = tallies[3].sum;
    assert_true(fabs(ratio - 1.5) < LIMIT_Z * sqrt(0.6 / 0.16 / messages) + 0.003);
    tiny_world_free(&tiny);
}

struct delays {
    double *hours;
    size_t n, capacity;
};

/* One message at a time: the first query is the gateway's, the second the opening. */
static void collect_delays(const struct trial *trial, void *context)
{
    struct delays *delays = context;
    if (trial->traffic.mails.n != 1 || trial->traffic.queries.n != 2)
        return;
    double us = (double)(trial->traffic.queries.q[1].time_us - trial->traffic.queries.q[0].time_us);
    if (delays->n < delays->capacity)
        delays->hours[delays->n++] = us / 3.6e9;
}

static double lognormal_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_lognormal_P(x, log(param[0]), param[1]);
}

/* Delays short enough to end within the waking hours of a message sent at noon are log-normal in
 * plain time. */
static void openings_are_lognormal_in_waking_hours(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "mail.sends_per_week", "0.05");
    tiny_set(&tiny, "mail.list_size", "1");
    tiny_set(&tiny, "mail.send_hour", "9");
    tiny_set(&tiny, "mail.send_spread", "0.25");
    tiny_set(&tiny, "mail.opens", "0.5");
    tiny_set(&tiny, "mail.open_delay", "0.5");
    tiny_set(&tiny, "mail.open_sigma", "0.6");
    double hours[20000], param[] = {0.5, 0.6};
    struct delays delays = {hours, 0, 20000};
    each_trial(&tiny, 15, 12000, collect_delays, &delays);
    assert_true(delays.n > 500);
    assert_true(ks_one_sample(hours, delays.n, lognormal_cdf, param) > LIMIT_P);
    tiny_world_free(&tiny);
}

static void openings_have_their_mean(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "mail.opens", "0.7");
    tiny_set(&tiny, "mail.open_delay", "1");
    struct tally tallies[4] = {0};
    each_trial(&tiny, 16, 2000, count_mails, tallies);
    double ratio = tallies[1].sum / tallies[3].sum, messages = tallies[3].sum;
    assert_true(fabs(ratio - 0.7) < LIMIT_Z * sqrt(0.7 / messages) + 0.002); /* a few end outside */
    tiny_world_free(&tiny);
}

static void triggered_mail_has_its_rate(void **state)
{
    (void)state;
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "mail.sends_per_week", "0");
    tiny_set(&tiny, "mail.triggered", "3");
    struct tally tallies[4] = {0};
    each_trial(&tiny, 17, 1000, count_mails, tallies);
    assert_true(fabs(tally_z(&tallies[0], 420)) < LIMIT_Z);
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(volume_is_a_compound_poisson_law),
        cmocka_unit_test(regular_mailings_keep_their_number),
        cmocka_unit_test(hours_follow_a_wrapped_normal_law),
        cmocka_unit_test(deferrals_are_geometric),
        cmocka_unit_test(openings_are_lognormal_in_waking_hours),
        cmocka_unit_test(openings_have_their_mean),
        cmocka_unit_test(triggered_mail_has_its_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
