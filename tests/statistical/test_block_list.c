/* Block lists against closed forms and a plain re-implementation. Each statistical check compares a
 * mean of N trials with its exact value and fails by chance in about one of 15,000 runs with other
 * seeds (4 standard errors). */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include "sim/block_list.h"
#include "sim/traffic.h"
#include "tests/support/goodness.h"
#include "tests/support/tally.h"

#define LIMIT_Z 4.0

/* One host, one list; parameters in `values`, the list's first. */
struct bed {
    struct world world;
    struct question question;
    struct host host;
    struct block_list list;
    double values[BLOCK_LIST_N_PARAMS + REPORTED_N_PARAMS];
    struct query_array reports, entries, scratch;
};

static void bed_init(struct bed *self)
{
    memset(self, 0, sizeof *self);
    self->world.questions = &self->question;
    self->world.hosts = &self->host;
    self->world.n_hosts = 1;
    self->world.block_lists = &self->list;
    self->world.n_block_lists = 1;
    self->host.reported = 1 + BLOCK_LIST_N_PARAMS;
    self->list.entity = rng_entity("list.test");
    self->values[BLOCK_LIST_COMPLAINTS] = 1.0;
    self->values[BLOCK_LIST_TRAPS] = 1.0;
    self->values[BLOCK_LIST_TRAP_POINTS] = 1.0;
    self->values[BLOCK_LIST_THRESHOLD] = 1.0;
    self->values[BLOCK_LIST_MEMORY_DAYS] = 7.0;
    self->values[BLOCK_LIST_EXPIRY_DAYS] = 1.0;
    query_array_init(&self->reports);
    query_array_init(&self->entries);
    query_array_init(&self->scratch);
}

static void bed_free(struct bed *self)
{
    query_array_free(&self->reports);
    query_array_free(&self->entries);
    query_array_free(&self->scratch);
}

/* Reports as a Poisson process over `days` days; each is a trap hit with probability `trap`. */
static void draw_reports(struct bed *self, double per_day, double days, double trap,
                         struct rng *rng)
{
    self->reports.n = self->entries.n = 0;
    for (double t = rng_exponential(rng) / per_day; t < days; t += rng_exponential(rng) / per_day) {
        struct query report = {.time_us = (time_us)(t * (double)US_PER_DAY),
                               .flags = rng_uniform(rng) < trap};
        assert_int_equal(query_array_add(&self->reports, report), STATUS_OK);
    }
}

static double share_listed(struct bed *self, double per_day, double days, uint64_t trials)
{
    struct tally listed = {0};
    for (uint64_t i = 0; i < trials; i++) {
        struct rng rng;
        rng_init(&rng, (struct rng_key){1, i}, 7);
        draw_reports(self, per_day, days, 0.0, &rng);
        assert_int_equal(
            block_list_enter(&self->world, self->values, 0, 0, &self->reports, &self->entries),
            STATUS_OK);
        tally_add(&listed, self->entries.n > 0);
    }
    return tally_mean(&listed);
}

static double standard_error(double p, double n)
{
    return sqrt(p * (1.0 - p) / n);
}

/* Threshold one: listed unless there is no report at all. */
static void first_report_lists(void **state)
{
    (void)state;
    struct bed bed;
    bed_init(&bed);
    double expected = 1.0 - exp(-0.02 * 60.0);
    double share = share_listed(&bed, 0.02, 60.0, 20000);
    assert_true(fabs(share - expected) < LIMIT_Z * standard_error(expected, 20000));
    bed_free(&bed);
}

/* A memory as long as the window: P(N >= k). */
static void threshold_over_the_whole_window(void **state)
{
    (void)state;
    struct bed bed;
    bed_init(&bed);
    bed.values[BLOCK_LIST_MEMORY_DAYS] = 1000.0;
    bed.values[BLOCK_LIST_THRESHOLD] = 5.0;
    double mean = 4.0, term = exp(-mean), below = 0.0;
    for (int k = 0; k < 5; k++, term *= mean / k)
        below += term;
    double share = share_listed(&bed, mean / 60.0, 60.0, 20000);
    assert_true(fabs(share - (1.0 - below)) < LIMIT_Z * standard_error(below, 20000));
    bed_free(&bed);
}

/* Two reports within the memory w, in a sliding window over T: of n points in [0, T) all gaps are
 * at least w with probability (1 - (n - 1) w / T)^n (as long as that is positive). */
static void two_within_a_sliding_window(void **state)
{
    (void)state;
    const double per_day = 0.05, days = 60.0, memory = 7.0;
    struct bed bed;
    bed_init(&bed);
    bed.values[BLOCK_LIST_MEMORY_DAYS] = memory;
    bed.values[BLOCK_LIST_THRESHOLD] = 2.0;
    double mean = per_day * days, poisson = exp(-mean), never = poisson;
    for (int n = 1; (n - 1) * memory < days; n++) {
        poisson *= mean / n;
        never += poisson * pow(1.0 - (n - 1) * memory / days, n);
    }
    double share = share_listed(&bed, per_day, days, 20000);
    assert_true(fabs(share - (1.0 - never)) < LIMIT_Z * standard_error(never, 20000));
    bed_free(&bed);
}

/* The rule once more, slow and obvious: all reports looked through at every report. */
static size_t plain_entries(const struct bed *self, time_us *last)
{
    const double *v = self->values;
    const struct query_array *r = &self->reports;
    time_us memory_us = (time_us)(v[BLOCK_LIST_MEMORY_DAYS] * (double)US_PER_DAY);
    time_us listed_until = INT64_MIN;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        double people = 0, traps = 0;
        for (size_t k = 0; k <= i; k++)
            if (r->q[k].time_us > r->q[i].time_us - memory_us)
                *(r->q[k].flags ? &traps : &people) += 1;
        bool enough = people + traps * v[BLOCK_LIST_TRAP_POINTS] >= v[BLOCK_LIST_THRESHOLD];
        bool listed = r->q[i].time_us < listed_until;
        if (!listed && enough) {
            n++;
            *last = r->q[i].time_us;
        }
        if (listed || enough)
            listed_until =
                r->q[i].time_us + (time_us)(v[BLOCK_LIST_EXPIRY_DAYS] * (double)US_PER_DAY);
    }
    return n;
}

static void entries_equal_the_plain_rule(void **state)
{
    (void)state;
    struct bed bed;
    bed_init(&bed);
    size_t total = 0;
    for (uint64_t i = 0; i < 500; i++) {
        struct rng rng;
        time_us last = 0;
        rng_init(&rng, (struct rng_key){2, i}, 7);
        bed.values[BLOCK_LIST_TRAP_POINTS] = 5.0 * rng_uniform(&rng);
        bed.values[BLOCK_LIST_THRESHOLD] = 1.0 + 12.0 * rng_uniform(&rng);
        bed.values[BLOCK_LIST_MEMORY_DAYS] = 10.0 * rng_uniform(&rng);
        bed.values[BLOCK_LIST_EXPIRY_DAYS] = 3.0 * rng_uniform(&rng);
        draw_reports(&bed, 2.0, 60.0, 0.3, &rng);
        assert_int_equal(block_list_enter(&bed.world, bed.values, 0, 0, &bed.reports, &bed.entries),
                         STATUS_OK);
        assert_int_equal(bed.entries.n, plain_entries(&bed, &last));
        if (bed.entries.n > 0)
            assert_true(bed.entries.q[bed.entries.n - 1].time_us == last);
        total += bed.entries.n;
    }
    assert_true(total > 500);
    bed_free(&bed);
}

/* Mean number of reports; further attempts, bounces and other hosts' mail count for nothing. */
static void reports_follow_the_messages(void **state)
{
    (void)state;
    struct bed bed;
    bed_init(&bed);
    bed.values[BLOCK_LIST_DELAY_HOURS] = 10.0;
    bed.values[BLOCK_LIST_COMPLAINTS] = 0.5;
    bed.values[BLOCK_LIST_TRAPS] = 0.25;
    double *reported = bed.values + BLOCK_LIST_N_PARAMS;
    reported[REPORTED_ELSEWHERE] = 99.0;
    reported[REPORTED_COMPLAINTS] = 0.01;
    reported[REPORTED_TRAPS] = 0.02;
    struct mail_event events[] = {{US_PER_DAY, 0, 0, MAIL_DEFERRED, 0},
                                  {US_PER_DAY, 0, 0, MAIL_ACCEPTED, 1},
                                  {US_PER_DAY, 0, 0, MAIL_BOUNCED, 0},
                                  {US_PER_DAY, 1, 0, MAIL_ACCEPTED, 0}};
    struct mail_array mails = {events, 4, 4};
    struct tally people = {0}, traps = {0}, delay = {0};
    for (uint64_t i = 0; i < 20000; i++) {
        assert_int_equal(block_list_reports(&bed.world, bed.values, (struct rng_key){3, i}, 0, 0,
                                            &mails, &bed.reports, &bed.scratch),
                         STATUS_OK);
        double n_traps = 0;
        for (size_t k = 0; k < bed.reports.n; k++) {
            const struct query *report = &bed.reports.q[k];
            n_traps += report->flags;
            if (report->flags)
                assert_true(report->time_us == US_PER_DAY);
            else
                tally_add(&delay, (double)(report->time_us - US_PER_DAY) / (double)US_PER_HOUR);
        }
        tally_add(&traps, n_traps);
        tally_add(&people, (double)bed.reports.n - n_traps);
    }
    assert_true(fabs(tally_z(&people, 100 * 0.01 * 0.5)) < LIMIT_Z);
    assert_true(fabs(tally_z(&traps, 99 * 0.02 * 0.25)) < LIMIT_Z);
    assert_true(fabs(tally_z(&delay, 10.0)) < LIMIT_Z);
    bed_free(&bed);
}

/* Each of many messages brings a Poisson number of reports of its own, few or many, whatever the
 * one before it brought: the law, and the mean product of neighbours. */
static void every_message_is_reported_by_itself(void **state)
{
    enum { MESSAGES = 20000, MOST = 40 };
    static const double means[] = {0.02, 0.7, 3.0, 9.99, 12.0};
    static struct mail_event events[MESSAGES];
    static double n[MESSAGES];
    (void)state;
    struct bed bed;
    bed_init(&bed);
    for (int i = 0; i < MESSAGES; i++)
        events[i] = (struct mail_event){i * US_PER_S, 0, 0, MAIL_ACCEPTED, 0};
    struct mail_array mails = {events, MESSAGES, MESSAGES};
    for (size_t m = 0; m < sizeof means / sizeof means[0]; m++) {
        double seen[MOST] = {0}, due[MOST], mean = means[m], product = 0;
        bed.values[BLOCK_LIST_N_PARAMS + REPORTED_ELSEWHERE] = 999.0;
        bed.values[BLOCK_LIST_N_PARAMS + REPORTED_COMPLAINTS] = mean / 1000.0;
        assert_int_equal(block_list_reports(&bed.world, bed.values, (struct rng_key){5, m}, 0, 0,
                                            &mails, &bed.reports, &bed.scratch),
                         STATUS_OK);
        memset(n, 0, sizeof n);
        for (size_t k = 0; k < bed.reports.n; k++)
            n[bed.reports.q[k].time_us / US_PER_S]++;
        for (int i = 0; i < MESSAGES; i++)
            seen[n[i] < MOST ? (int)n[i] : MOST - 1]++;
        for (unsigned k = 0; k < MOST; k++)
            due[k] = gsl_ran_poisson_pdf(k, mean);
        assert_true(chi_square(seen, due, MOST, 0) > 1e-5);
        for (int i = 0; i + 1 < MESSAGES; i++)
            product += (n[i] - mean) * (n[i + 1] - mean) / mean;
        assert_true(fabs(product) < 4.5 * sqrt(MESSAGES));
    }
    bed_free(&bed);
}

/* Counterfactuals: without every third message, what is reported of the others, and when, stays as
 * it was; also of several messages that leave at once. */
static void one_message_less_leaves_the_others(void **state)
{
    enum { MESSAGES = 600 };
    static struct mail_event all[MESSAGES], some[MESSAGES];
    (void)state;
    struct bed bed;
    size_t n = 0, found = 0;
    bed_init(&bed);
    bed.values[BLOCK_LIST_DELAY_HOURS] = 10.0;
    bed.values[BLOCK_LIST_N_PARAMS + REPORTED_COMPLAINTS] = 0.5;
    for (int i = 0; i < MESSAGES; i++) {
        all[i] = (struct mail_event){i / 2 * US_PER_DAY, 0, 0, MAIL_ACCEPTED, 0};
        if (i / 2 % 3 != 0) /* a day's two messages together */
            some[n++] = all[i];
    }
    struct mail_array more = {all, MESSAGES, MESSAGES}, fewer = {some, n, MESSAGES};
    struct query_array before = {0};
    struct rng_key key = {6, 1};
    assert_int_equal(
        block_list_reports(&bed.world, bed.values, key, 0, 0, &more, &before, &bed.scratch),
        STATUS_OK);
    assert_int_equal(
        block_list_reports(&bed.world, bed.values, key, 0, 0, &fewer, &bed.reports, &bed.scratch),
        STATUS_OK);
    assert_true(before.n > 250 && bed.reports.n > 150 && bed.reports.n < before.n);
    for (size_t i = 0; i < before.n && found < bed.reports.n; i++)
        found += before.q[i].time_us == bed.reports.q[found].time_us;
    assert_int_equal(found, bed.reports.n);
    query_array_free(&before);
    bed_free(&bed);
}

/* Messages as a Poisson process of rate r over the whole run, each reported at least once with
 * probability 1 - exp(-m): the first report lists, so nobody is listed with probability
 * exp(-r T (1 - exp(-m))). Every second delivery attempt fails: attempts must not count. */
static void count_listed(const struct trial *trial, void *context)
{
    struct bed *bed = ((struct bed **)context)[0];
    struct tally *listed = ((struct tally **)context)[1];
    struct rng_key key = {4, (uint64_t)listed->n};
    assert_int_equal(block_lists_run(&bed->world, bed->values, key, &trial->traffic.mails,
                                     &bed->reports, &bed->scratch, &bed->entries),
                     STATUS_OK);
    tally_add(listed, bed->entries.n > 0);
}

static const char *const steady[] = {"sends_per_week=0", "triggered=1", "deferred=0.5",
                                     "queue=exim",       "opens=0",     "growth=0",
                                     "level_changes=0",  "pauses=0",    NULL};

static void simulated_mail_is_listed_at_its_rate(void **state)
{
    (void)state;
    struct tiny_world tiny;
    struct tiny_entry entry = {"campaign", "mail", steady};
    struct bed bed;
    struct tally listed = {0};
    void *context[] = {&bed, &listed};
    bed_init(&bed);
    bed.values[BLOCK_LIST_N_PARAMS + REPORTED_ELSEWHERE] = 9.0;
    bed.values[BLOCK_LIST_N_PARAMS + REPORTED_COMPLAINTS] = 0.001;
    tiny_world_init(&tiny, (struct tiny_options){.ttl_s = 3600}, &entry, 1);
    each_trial(&tiny, 61, 3000, count_listed, context);
    tiny_world_free(&tiny);
    double never = exp(-147.0 * (1.0 - exp(-0.01)));
    assert_true(fabs(tally_mean(&listed) - (1.0 - never)) < LIMIT_Z * standard_error(never, 3000));
    bed_free(&bed);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_report_lists),
        cmocka_unit_test(threshold_over_the_whole_window),
        cmocka_unit_test(two_within_a_sliding_window),
        cmocka_unit_test(entries_equal_the_plain_rule),
        cmocka_unit_test(reports_follow_the_messages),
        cmocka_unit_test(every_message_is_reported_by_itself),
        cmocka_unit_test(one_message_less_leaves_the_others),
        cmocka_unit_test(simulated_mail_is_listed_at_its_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
