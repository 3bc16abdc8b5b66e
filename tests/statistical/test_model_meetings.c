/* What follows a meeting of the business application - reminders, replies, the client program that
 * looks for news - against counts, closed forms and a plain re-reckoning. Fixed seeds; each
 * statistical assertion would fail by chance less than once in 10^5 runs with other seeds. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "tests/support/tally.h"

#define LIMIT_Z 4.5
#define LIMIT_P 1e-5
#define MAX_SLOTS 20000
#define MAX_GAPS 100000

static const char *const plain[] = {
    "meetings_per_week=0", "recurring=0", "evenness=1000",   "invited=1", "lead=1",
    "updates=0",           "reminders=0", "replies=0",       "sync=0",    "work_start=9",
    "work_end=17",         "growth=0",    "level_changes=0", "pauses=0",  NULL};

static void start(struct tiny_world *tiny)
{
    struct tiny_entry entry = {"business-application", "it", plain};
    tiny_world_init(tiny, (struct tiny_options){.ttl_s = 3600}, &entry, 1);
}

#define QUARTER_US (15 * 60 * US_PER_S)

/* The quarters of an hour in which mail goes out to one party; a mail leaves within a minute. */
struct slots {
    int64_t quarter[MAX_SLOTS];
    size_t n;
    int64_t first, last; /* of the simulated time */
};

static bool has_slot(const struct slots *slots, int64_t quarter)
{
    for (size_t i = 0; i < slots->n; i++)
        if (slots->quarter[i] == quarter)
            return true;
    return false;
}

static void collect_slots(const struct trial *trial, void *context)
{
    struct slots *slots = context;
    for (size_t i = 0; i < trial->traffic.mails.n; i++) {
        const struct mail_event *mail = &trial->traffic.mails.m[i];
        int64_t quarter = mail->time_us / QUARTER_US;
        if (mail->party == TINY_EAST && !has_slot(slots, quarter) && slots->n < MAX_SLOTS)
            slots->quarter[slots->n++] = quarter;
    }
    slots->first = trial->world->start_us / QUARTER_US;
    slots->last = trial->world->until_us / QUARTER_US - 1;
}

static struct slots *run_recurring(const char *reminders)
{
    struct tiny_world tiny;
    struct slots *slots = calloc(1, sizeof *slots);
    assert_non_null(slots);
    start(&tiny);
    tiny_set(&tiny, "it.recurring", "2");
    tiny_set(&tiny, "it.reminders", reminders);
    each_trial(&tiny, 81, 1, collect_slots, slots);
    tiny_world_free(&tiny);
    return slots;
}

/* The reminder `before` quarters of an hour before a meeting, if it lies in the simulated time. */
static bool is_sent(const struct slots *slots, int64_t meeting, int64_t before)
{
    int64_t quarter = meeting - before;
    return quarter < slots->first || quarter > slots->last || has_slot(slots, quarter);
}

/* Of the same weekly meetings: the first reminder comes an hour before, the second a day, the third
 * a quarter of an hour, and nothing else. No false alarms: they are counted, not estimated. */
static void reminders_come_an_hour_a_day_and_a_quarter_before(void **state)
{
    (void)state;
    struct slots *one = run_recurring("1"), *three = run_recurring("3");
    assert_true(one->n >= 40);
    for (size_t i = 0; i < one->n; i++) {
        int64_t meeting = one->quarter[i] + 4;
        assert_true(is_sent(three, meeting, 4));
        assert_true(is_sent(three, meeting, 96));
        assert_true(is_sent(three, meeting, 1));
    }
    for (size_t i = 0; i < three->n; i++) {
        int64_t quarter = three->quarter[i];
        bool of_an_hour = is_sent(one, quarter + 4, 4);
        assert_true(of_an_hour || is_sent(one, quarter + 96, 4) || is_sent(one, quarter + 1, 4));
    }
    free(one);
    free(three);
}

struct volume {
    struct tally mails, queries;
};

static void count(const struct trial *trial, void *context)
{
    struct volume *volume = context;
    tally_add(&volume->mails, (double)trial->traffic.mails.n);
    tally_add(&volume->queries, (double)trial->traffic.queries.n);
}

/* A reminder an hour before is not sent where the meeting is arranged later than that: with a mean
 * of two hours between, exp(-1/2) of them are sent. Meetings that would fall into the weekend move
 * to Monday and are all reminded of: 0.5 points more, within the tolerance. */
static void late_meetings_have_no_reminder(void **state)
{
    (void)state;
    struct volume volume = {0};
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "it.meetings_per_week", "20");
    tiny_set(&tiny, "it.work_start", "0");
    tiny_set(&tiny, "it.work_end", "24");
    tiny_set(&tiny, "it.lead", "2 h");
    tiny_set(&tiny, "it.reminders", "1");
    each_trial(&tiny, 82, 200, count, &volume);
    double invitations = 20 * 21; /* weeks with the warm-up */
    double sent = tally_mean(&volume.mails) / invitations - 1;
    double error = sqrt(tally_variance(&volume.mails) / 200) / invitations;
    assert_true(fabs(sent - exp(-0.5) - 0.005) < LIMIT_Z * error + 0.005);
    tiny_world_free(&tiny);
}

struct delays {
    double s[MAX_GAPS];
    size_t n;
    double mails, replies;
};

/* The party's mail before t; INT64_MIN where there is none. */
static time_us mail_before(const struct mail_array *mails, uint32_t party, time_us t)
{
    time_us last = INT64_MIN;
    for (size_t i = 0; i < mails->n; i++)
        if (mails->m[i].party == party && mails->m[i].time_us <= t && mails->m[i].time_us > last)
            last = mails->m[i].time_us;
    return last;
}

/* After each mail one look-up by the gateway within 20 ms, then perhaps one by the reader. */
static void collect_replies(const struct trial *trial, void *context)
{
    struct delays *delays = context;
    const struct query_array *queries = &trial->traffic.queries;
    const struct mail_array *mails = &trial->traffic.mails;
    for (size_t i = 0; i < queries->n; i++) {
        const struct query *q = &queries->q[i];
        time_us sent = mail_before(mails, q->client, q->time_us);
        double s = (double)(q->time_us - sent) * 1e-6;
        const struct timezone_table *zone = &trial->world->parties[q->client].timezone;
        if (s > 0.05 && civil_from_utc(zone, sent).hour >= 8 && delays->n < MAX_GAPS)
            delays->s[delays->n++] = s;
    }
    delays->mails += (double)mails->n;
    delays->replies += (double)(queries->n - mails->n);
}

static double lognormal_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_lognormal_P(x, log(param[0]), param[1]);
}

/* One weekly meeting of one person and one reminder: 40 % answer, after a log-normal time with a
 * median of ten seconds. Reminders before 8 h, which wait for the office to open, are left out. */
static void replies_are_lognormal(void **state)
{
    (void)state;
    static struct delays delays;
    const double param[] = {10, 1.2};
    struct tiny_world tiny;
    start(&tiny);
    tiny_set(&tiny, "it.recurring", "1");
    tiny_set(&tiny, "it.reminders", "1");
    tiny_set(&tiny, "it.work_start", "8");
    tiny_set(&tiny, "it.work_end", "20"); /* meetings until 16 h: no night between */
    tiny_set(&tiny, "it.replies", "0.4");
    tiny_set(&tiny, "it.reply_delay", "10");
    each_trial(&tiny, 83, 400, collect_replies, &delays);
    assert_true(delays.mails > 10000);
    assert_true(fabs(delays.replies / delays.mails - 0.4) < LIMIT_Z * sqrt(0.24 / delays.mails));
    assert_true(ks_one_sample(delays.s, delays.n, lognormal_cdf, param) > LIMIT_P);
    tiny_world_free(&tiny);
}

struct news {
    double gap_s[MAX_GAPS]; /* within a day */
    size_t n;
    double least, most; /* look-ups of either party, by volume */
    double outside;     /* nights and weekends */
    struct tally ratio;
};

static void collect_news(const struct trial *trial, void *context)
{
    struct news *news = context;
    double n[TINY_N_PARTIES] = {0};
    time_us last[TINY_N_PARTIES] = {0};
    for (size_t i = 0; i < trial->traffic.queries.n; i++) {
        const struct query *q = &trial->traffic.queries.q[i];
        const struct timezone_table *zone = &trial->world->parties[q->client].timezone;
        struct civil_time local = civil_from_utc(zone, q->time_us);
        double gap_s = (double)(q->time_us - last[q->client]) * 1e-6;
        if (last[q->client] != 0 && gap_s < 5000 && news->n < MAX_GAPS)
            news->gap_s[news->n++] = gap_s;
        last[q->client] = q->time_us;
        n[q->client] += 1;
        news->outside += local.weekday >= 5 || local.hour < 9 || local.hour >= 17;
    }
    news->least = fmin(n[TINY_EAST], n[TINY_WEST]);
    news->most = fmax(n[TINY_EAST], n[TINY_WEST]);
    tally_add(&news->ratio, news->least / news->most);
}

static double flat_cdf(double x, const void *context)
{
    const double *param = context;
    return gsl_cdf_flat_P(x, param[0], param[1]);
}

static struct news *run_news(const char *evenness, uint64_t seed, uint64_t trials)
{
    struct news *news = calloc(1, sizeof *news);
    struct tiny_world tiny;
    assert_non_null(news);
    start(&tiny);
    tiny_set(&tiny, "it.evenness", evenness);
    tiny_set(&tiny, "it.sync", "3600");
    each_trial(&tiny, seed, trials, collect_news, news);
    tiny_world_free(&tiny);
    return news;
}

/* The busiest party asks at every turn while its office is open: eight hours on five days of 21
 * weeks. A turn takes the period and up to one second. */
static void news_are_looked_for_in_office_hours(void **state)
{
    (void)state;
    const double param[] = {3600, 3601};
    struct news *news = run_news("1000", 84, 1);
    assert_true(news->outside == 0);
    assert_true(fabs(news->most - 8 * 5 * 21) <= 8);
    assert_true(news->n > 1000);
    assert_true(ks_one_sample(news->gap_s, news->n, flat_cdf, param) > LIMIT_P);
    free(news);
}

/* With any split as likely as any other, the smaller share is 2 ln 2 - 1 of the larger on average,
 * and so are its look-ups. */
static void less_busy_parties_look_less_often(void **state)
{
    (void)state;
    struct news *news = run_news("1", 85, 500);
    assert_true(fabs(tally_z(&news->ratio, 2 * log(2) - 1)) < LIMIT_Z);
    free(news);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reminders_come_an_hour_a_day_and_a_quarter_before),
        cmocka_unit_test(late_meetings_have_no_reminder),
        cmocka_unit_test(replies_are_lognormal),
        cmocka_unit_test(news_are_looked_for_in_office_hours),
        cmocka_unit_test(less_busy_parties_look_less_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
