/* Time zones beside the C library's: offsets of many zones at many times, the tables of sim/, and
 * the two readings of a local time. */
#include "tests/support/check.h"

#include <stdlib.h>
#include <time.h>

#include "analysis/config/timezone.h"
#include "analysis/ingest/clock.h"
#include "analysis/ingest/zone.h"

static const char *const names[] = {
    "Europe/Berlin",      "Europe/Moscow",     "Europe/Dublin",       "Europe/London",
    "America/New_York",   "America/Sao_Paulo", "America/St_Johns",    "Asia/Kathmandu",
    "Asia/Tehran",        "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia",
    "Pacific/Kiritimati", "Asia/Tokyo",        "Antarctica/Troll",    "Etc/GMT+5",
};
enum { NAMES = sizeof names / sizeof names[0], TIMES = 3000 };

/* 1900 to 2190 */
static int64_t random_s(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((*state >> 20) % UINT64_C(9151315200)) - INT64_C(2208988800);
}

static int offset_by_library(int64_t s)
{
    time_t t = (time_t)s;
    struct tm local;
    assert_non_null(localtime_r(&t, &local));
    return (int)local.tm_gmtoff;
}

static void check_times(const struct zone *zone, const char *name)
{
    uint64_t state = 1;
    for (int i = 0; i < TIMES; i++) {
        int64_t s = random_s(&state);
        if (zone_offset_s(zone, s * US_PER_S) != offset_by_library(s))
            fail_msg("%s at %lld: %d, expected %d", name, (long long)s,
                     zone_offset_s(zone, s * US_PER_S), offset_by_library(s));
    }
}

/* Every entry of a window's table stands where the library's offset changes. */
static void check_table(const char *name, int64_t from_s, int64_t until_s)
{
    struct timezone_table table;
    struct message message;
    if (timezone_load(&table, name, from_s * US_PER_S, until_s * US_PER_S, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    for (int i = 1; i < table.n; i++) {
        int64_t s = table.from_us[i] / US_PER_S;
        assert_int_equal(offset_by_library(s - 1), table.offset_s[i - 1]);
        assert_int_equal(offset_by_library(s), table.offset_s[i]);
    }
    for (int64_t s = from_s; s < until_s; s += 7 * 3600)
        assert_int_equal(timezone_offset_s(&table, s * US_PER_S), offset_by_library(s));
}

static void test_as_the_library(void **state)
{
    (void)state;
    for (int i = 0; i < NAMES; i++) {
        struct zone zone;
        struct message message;
        setenv("TZ", names[i], 1);
        tzset();
        if (zone_load(&zone, names[i], &message) != STATUS_OK)
            fail_msg("%s", message.text);
        check_times(&zone, names[i]);
        check_table(names[i], 1451606400, 1514764800); /* 2016, 2017 */
        check_table(names[i], 3000000000, 3060000000); /* 2065, by the rule */
        zone_free(&zone);
    }
    unsetenv("TZ");
    tzset();
}

/* A time that is written as local and read again is one of the two readings. */
static void test_there_and_back(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int i = 0; i < NAMES; i++) {
        struct zone zone;
        struct message message;
        assert_int_equal(zone_load(&zone, names[i], &message), STATUS_OK);
        for (int k = 0; k < TIMES; k++) {
            time_us at = random_s(&random) * US_PER_S, first, second;
            enum zone_fold fold =
                zone_to_utc(&zone, at + zone_offset_s(&zone, at) * US_PER_S, &first, &second);
            assert_true(fold != ZONE_NEVER);
            assert_true(at == first || at == second);
            assert_true(fold == ZONE_TWICE ? first < second : first == second);
        }
        zone_free(&zone);
    }
}

/* A clock remembers the offset of a day without a change: local times that go on by half an hour
 * for years come out as each would alone. */
static void test_steady_days(void **state)
{
    (void)state;
    enum { STEPS = 20000 };
    for (int i = 0; i < NAMES; i++) {
        struct zone zone;
        struct message message;
        assert_int_equal(zone_load(&zone, names[i], &message), STATUS_OK);
        struct log_clock clock = {.zone = &zone};
        time_us local = INT64_C(1262304000) * US_PER_S; /* 2010-01-01 */
        for (int k = 0; k < STEPS; k++, local += 1777 * US_PER_S + 3) {
            struct timestamp stamp = {.second_of_day = (int)(local % US_PER_DAY / US_PER_S),
                                      .us = (int)(local % US_PER_S)};
            timestamp_civil(local, &stamp.year, &stamp.month, &stamp.day);
            time_us first, second, at;
            zone_to_utc(&zone, local, &first, &second);
            assert_null(clock_resolve(&clock, &stamp, &at));
            assert_true(at == first || at == second);
        }
        assert_true(clock.in_fold < 200);
        zone_free(&zone);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "Nowhere",         "../UTC", "/etc/localtime",
                                      "-x",   "Europe/Berlin\n", "+5",     "right/Europe/Berlin",
                                      "posix"};
    struct timezone_table table;
    struct message message;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(timezone_load(&table, bad[i], 0, US_PER_DAY, &message), STATUS_INPUT);
        assert_non_null(strstr(message.text, "is not known"));
    }
    assert_int_equal(timezone_load(&table, "+05:30", 0, US_PER_DAY, &message), STATUS_OK);
    assert_true(table.n == 1 && table.offset_s[0] == 19800);
    assert_int_equal(timezone_load(&table, "Europe/Berlin", 0, 100 * 366 * US_PER_DAY, &message),
                     STATUS_INPUT);
    assert_non_null(strstr(message.text, "shorten"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_the_library),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_steady_days),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
