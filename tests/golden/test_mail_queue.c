/* test_mail_queue.c - retry schedules against what a real Postfix did (times scaled 1:60). */
#include "tests/support/check.h"

#include "sim/mail_queue.h"
#include "tests/support/tsv.h"

enum { MESSAGE, RECIPIENT, ATTEMPT, SINCE_FIRST_S, DELAY_S, REPLY, QUEUE_STATUS };

/* The bed's configuration: every default divided by 60. */
static struct mail_queue_profile scaled_postfix(double scan_s)
{
    struct mail_queue_profile profile = *mail_queue_profile_find("postfix");
    profile.phases[0].least_s /= 60;
    profile.phases[0].most_s = 67;
    profile.scan_s = scan_s;
    profile.lifetime_s /= 60;
    return profile;
}

static double seconds(const struct tsv *table, size_t row, int column)
{
    return strtod(table->cell[row][column], NULL);
}

/* Scans start at 4.55 s; messages arrived as long before the first one as their second attempt's
 * `delay` says. With the scan drifting by 10 ms a time, as the bed's did, every attempt falls into
 * the recorded second; with an exact scan, into the recorded one or the scan after it. */
static void check_retries(double scan_s, int64_t allowed_s)
{
    struct tsv table;
    tsv_read(&table, "tests/golden/data/mta/postfix-retry-450.tsv", 1);
    struct mail_queue_profile profile = scaled_postfix(scan_s);
    assert_int_equal(table.n_rows, 39);
    const time_us scan_us = 4550000;
    struct queued_message mail;
    for (size_t i = 0; i < table.n_rows; i++) {
        if (atoi(table.cell[i][ATTEMPT]) > 1) {
            assert_true(mail_queue_defer(&mail));
        } else {
            time_us delay_us = (time_us)(seconds(&table, i + 1, DELAY_S) * 1e6);
            mail_queue_accept(&mail, &profile, MAIL_ORDINARY, scan_us - delay_us, scan_us);
        }
        int64_t lag_s = mail.attempt_us / US_PER_S - mail.arrival_us / US_PER_S -
                        (int64_t)seconds(&table, i, SINCE_FIRST_S);
        if (lag_s < 0 || lag_s > allowed_s)
            fail_msg("message %s attempt %s: %d s after the recording", table.cell[i][MESSAGE],
                     table.cell[i][ATTEMPT], (int)lag_s);
    }
    tsv_free(&table);
}

static void test_postfix_retries_with_the_drifting_scan(void **state)
{
    (void)state;
    check_retries(5.01, 0);
}

static void test_postfix_retries_with_an_exact_scan(void **state)
{
    (void)state;
    check_retries(5.0, 5);
}

/* Attempts and answers of one greylisted message, from its second attempt on. */
static void check_greylisted(const struct tsv *table, size_t first, size_t end)
{
    struct mail_queue_profile queue = scaled_postfix(5.0);
    struct greylist_profile list = *greylist_profiles;
    list.delay_s = 5;
    list.window_s = 3600;
    struct greylist_entry entry = {0};
    struct queued_message mail;
    time_us scan_us = (time_us)(seconds(table, first + 1, DELAY_S) * 1e6);
    mail_queue_accept(&mail, &queue, MAIL_ORDINARY, 0, scan_us);
    for (size_t i = first; i < end; i++) {
        double recorded_s = seconds(table, i, DELAY_S);
        assert_true(llabs(mail.attempt_us - (time_us)(recorded_s * 1e6)) <= 1000000);
        bool sent = strcmp(table->cell[i][QUEUE_STATUS], "sent") == 0;
        assert_int_equal(greylist_check(&list, &entry, mail.attempt_us), sent);
        assert_int_equal(sent, i + 1 == end);
        assert_true(sent || mail_queue_defer(&mail));
    }
}

static void test_greylisting(void **state)
{
    (void)state;
    struct tsv table;
    tsv_read(&table, "tests/golden/data/mta/postfix-greylist.tsv", 1);
    size_t n_messages = 0;
    for (size_t first = 0, end; first < table.n_rows; first = end) {
        end = first + 1;
        while (end < table.n_rows &&
               strcmp(table.cell[end][MESSAGE], table.cell[first][MESSAGE]) == 0)
            end++;
        check_greylisted(&table, first, end);
        n_messages++;
    }
    assert_int_equal(n_messages, 6);
    tsv_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postfix_retries_with_the_drifting_scan),
        cmocka_unit_test(test_postfix_retries_with_an_exact_scan),
        cmocka_unit_test(test_greylisting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
