/* test_mail_queue.c - every schedule against times worked out by hand. */
#include "tests/support/check.h"

#include "sim/mail_queue.h"

#define MAX_ATTEMPTS 600
#define MINUTE_US (60 * US_PER_S)

struct expected {
    const char *profile;
    int n_total;         /* attempts until the message is given up; 0: not counted here */
    int64_t age_min[16]; /* ages of the first attempts in minutes, -1 ends */
};

/* Arrival and one scan fall on the same instant. */
static const struct expected schedules[] = {
    {"postfix", 108, {0, 5, 10, 20, 40, 80, 150, 220, 290, -1}},
    {"exim", 28, {0, 15, 30, 45, 60, 75, 90, 105, 120, 180, 270, 405, -1}},
    {"sendmail", 241, {0, 30, 60, 90, -1}},
    {"sendmail-1h", 121, {0, 60, 120, -1}},
    {"exchange", 0, {0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44, 54, -1}},
    {"bulk", 325, {0, 20, 40, 60, -1}},
    {"bulk-backoff", 0, {0, 60, 240, 600, 1320, 2040, -1}},
    {"bulk-hosted", 7, {0, 60, 151, -1}},
    {"rfc-5321", 0, {0, 30, 150, 270, -1}},
    {"none", 1, {0, -1}},
};

static void test_schedules(void **state)
{
    (void)state;
    const time_us arrival_us = INT64_C(1462320000) * US_PER_S;
    static time_us times[MAX_ATTEMPTS];
    for (size_t i = 0; i < sizeof schedules / sizeof schedules[0]; i++) {
        const struct expected *e = &schedules[i];
        const struct mail_queue_profile *profile = mail_queue_profile_find(e->profile);
        size_t n =
            mail_queue_attempts(profile, arrival_us, arrival_us, INT64_MAX, times, MAX_ATTEMPTS);
        assert_true(n <= MAX_ATTEMPTS);
        for (int k = 0; e->age_min[k] >= 0; k++)
            if ((times[k] - arrival_us) / MINUTE_US != e->age_min[k])
                fail_msg("%s attempt %d: %ld min, expected %ld", e->profile, k,
                         (long)((times[k] - arrival_us) / MINUTE_US), (long)e->age_min[k]);
        if (e->n_total > 0 && e->n_total != (int)n)
            fail_msg("%s: %zu attempts, expected %d", e->profile, n, e->n_total);
        int64_t last_s = (times[n - 1] - arrival_us) / US_PER_S;
        assert_true(last_s >= profile->lifetime_s);
        assert_true(n < 2 || (times[n - 2] - arrival_us) / US_PER_S < profile->lifetime_s);
    }
}

static void test_messages_of_one_server_meet_on_one_scan(void **state)
{
    (void)state;
    const struct mail_queue_profile *postfix = mail_queue_profile_find("postfix");
    struct queued_message early, late;
    mail_queue_accept(&early, postfix, MAIL_ORDINARY, 0, 77 * US_PER_S);
    mail_queue_accept(&late, postfix, MAIL_ORDINARY, 40 * US_PER_S + 5, 77 * US_PER_S);
    assert_true(mail_queue_defer(&early) && mail_queue_defer(&late));
    assert_int_equal(early.attempt_us, late.attempt_us);
    assert_int_equal(early.attempt_us, 377 * US_PER_S);
    assert_int_equal(early.n_attempts, 2);
}

/* Due at 300 s: a scan in second 299 takes it (Postfix looks one second ahead), one in 298 does
 * not. */
static void test_a_scan_looks_one_second_ahead(void **state)
{
    (void)state;
    const struct mail_queue_profile *postfix = mail_queue_profile_find("postfix");
    struct queued_message mail;
    mail_queue_accept(&mail, postfix, MAIL_ORDINARY, 900000, 299 * US_PER_S);
    assert_true(mail_queue_defer(&mail));
    assert_int_equal(mail.attempt_us, 299 * US_PER_S);
    mail_queue_accept(&mail, postfix, MAIL_ORDINARY, 900000, 299 * US_PER_S - 1);
    assert_true(mail_queue_defer(&mail));
    assert_int_equal(mail.attempt_us, 599 * US_PER_S - 1);
}

static void test_bounces_are_given_up_by_their_own_rule(void **state)
{
    (void)state;
    const struct mail_queue_profile *exim = mail_queue_profile_find("exim");
    int n[2] = {1, 1};
    for (int kind = 0; kind < 2; kind++) {
        struct queued_message mail;
        mail_queue_accept(&mail, exim, (enum mail_kind)kind, 0, 0);
        while (mail_queue_defer(&mail))
            n[kind]++;
    }
    assert_true(n[MAIL_BOUNCE] < n[MAIL_ORDINARY]);
}

static void test_throttle(void **state)
{
    (void)state;
    const struct mail_queue_profile *bulk = mail_queue_profile_find("bulk");
    assert_int_equal(mail_queue_release(bulk, 0, 0), 0);
    assert_int_equal(mail_queue_release(bulk, 0, 19), 0);
    assert_int_equal(mail_queue_release(bulk, 5, 20), 5 + 36 * US_PER_S);
    assert_int_equal(mail_queue_release(bulk, 0, 2000), US_PER_HOUR);
    assert_true(mail_queue_connects(bulk, 0) && mail_queue_connects(bulk, 20));
    assert_false(mail_queue_connects(bulk, 19));
    const struct mail_queue_profile *postfix = mail_queue_profile_find("postfix");
    assert_int_equal(mail_queue_release(postfix, 7, 1000), 7);
    assert_true(mail_queue_connects(postfix, 3));
    assert_true(bulk->suppresses && !postfix->suppresses);
}

static void test_greylist(void **state)
{
    (void)state;
    struct greylist_profile list = {"test", "", 300, 1000, 5000};
    struct greylist_entry entry = {0};
    assert_false(greylist_check(&list, &entry, 0));
    assert_false(greylist_check(&list, &entry, 299 * US_PER_S + 999999));
    assert_true(greylist_check(&list, &entry, 300 * US_PER_S));
    assert_true(greylist_check(&list, &entry, 5299 * US_PER_S));
    assert_false(greylist_check(&list, &entry, 10299 * US_PER_S)); /* forgotten */
    assert_false(greylist_check(&list, &entry, 11300 * US_PER_S)); /* the retry came too late */
    assert_true(greylist_check(&list, &entry, 11600 * US_PER_S));
    assert_true(greylist_check(&greylist_profiles[0], &entry, 0));
}

static void test_names_and_words_agree(void **state)
{
    (void)state;
    size_t i = 0;
    for (; mail_queue_profiles[i].name != NULL; i++) {
        assert_string_equal(mail_queue_profiles[i].name, mail_queue_words[i]);
        assert_ptr_equal(mail_queue_profile_find(mail_queue_words[i]), &mail_queue_profiles[i]);
        assert_true(mail_queue_profiles[i].messages_per_connection >= 1);
    }
    assert_null(mail_queue_words[i]);
    assert_null(mail_queue_profile_find("posfix"));
    for (i = 0; greylist_profiles[i].name != NULL; i++)
        assert_string_equal(greylist_profiles[i].name, greylist_words[i]);
    assert_null(greylist_words[i]);
}

static void test_scan_phase_is_even(void **state)
{
    (void)state;
    struct rng rng;
    struct rng_key key = {1, 2};
    rng_init(&rng, key, 3);
    const struct mail_queue_profile *postfix = mail_queue_profile_find("postfix");
    double sum = 0;
    for (int i = 0; i < 3000; i++) {
        time_us scan = mail_queue_scan(postfix, 1000, &rng);
        assert_true(scan >= 1000 && scan < 1000 + 300 * US_PER_S);
        sum += (double)(scan - 1000) * 1e-6;
    }
    /* 5 standard errors: false alarm below 1e-6 */
    assert_true(sum / 3000 > 150 - 8 && sum / 3000 < 150 + 8);
    assert_int_equal(mail_queue_scan(mail_queue_profile_find("exim"), 42, &rng), 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_messages_of_one_server_meet_on_one_scan),
        cmocka_unit_test(test_a_scan_looks_one_second_ahead),
        cmocka_unit_test(test_bounces_are_given_up_by_their_own_rule),
        cmocka_unit_test(test_throttle),
        cmocka_unit_test(test_greylist),
        cmocka_unit_test(test_names_and_words_agree),
        cmocka_unit_test(test_scan_phase_is_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
