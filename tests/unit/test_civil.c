/* test_civil.c - calendar against the C library, daylight saving by hand. */
#include "tests/support/check.h"

#include <time.h>

#include "sim/civil.h"
#include "sim/rng.h"

/* US Eastern time in 2016: summer time from 13 March 07:00 UTC to 6 November 06:00 UTC. */
static struct timezone_table eastern(void)
{
    struct timezone_table zone = {
        .n = 3,
        .from_us = {INT64_MIN, INT64_C(1457852400) * US_PER_S, INT64_C(1478412000) * US_PER_S},
        .offset_s = {-18000, -14400, -18000}};
    return zone;
}

static time_us utc(int year, int month, int day, int hour, int minute)
{
    return ((civil_days(year, month, day) * 24 + hour) * 60 + minute) * 60 * US_PER_S;
}

static void test_dates_match_the_c_library(void **state)
{
    (void)state;
    struct timezone_table zone = timezone_fixed(0);
    struct rng rng;
    struct rng_key key = {1, 1};
    rng_init(&rng, key, 1);
    for (int i = 0; i < 20000; i++) {
        time_t t = (time_t)rng_below(&rng, UINT64_C(400000000000)) - (time_t)100000000000;
        struct tm tm;
        gmtime_r(&t, &tm);
        struct civil_time c =
            civil_from_utc(&zone, t * US_PER_S + (time_us)rng_below(&rng, 1000000));
        assert_int_equal(c.year, tm.tm_year + 1900);
        assert_int_equal(c.month, tm.tm_mon + 1);
        assert_int_equal(c.day, tm.tm_mday);
        assert_int_equal(c.hour, tm.tm_hour);
        assert_int_equal(c.minute, tm.tm_min);
        assert_int_equal(c.second, tm.tm_sec);
        assert_int_equal(c.weekday, (tm.tm_wday + 6) % 7);
        assert_int_equal(civil_days(c.year, c.month, c.day) * 86400 + c.hour * 3600 +
                             c.minute * 60 + c.second,
                         t);
    }
}

static void test_just_before_the_epoch(void **state)
{
    (void)state;
    struct timezone_table zone = timezone_fixed(0);
    struct civil_time c = civil_from_utc(&zone, -1);
    assert_int_equal(c.year, 1969);
    assert_int_equal(c.second, 59);
    assert_int_equal(c.weekday, 2);
}

static void test_daylight_saving(void **state)
{
    (void)state;
    struct timezone_table zone = eastern();
    time_us spring = utc(2016, 3, 13, 7, 0), autumn = utc(2016, 11, 6, 6, 0);
    assert_int_equal(timezone_offset_s(&zone, spring - 1), -18000);
    assert_int_equal(timezone_offset_s(&zone, spring), -14400);
    assert_int_equal(civil_from_utc(&zone, spring - 1).hour, 1);
    assert_int_equal(civil_from_utc(&zone, spring).hour, 3);
    assert_int_equal(civil_from_utc(&zone, autumn - 1).hour, 1);
    assert_int_equal(civil_from_utc(&zone, autumn).hour, 1);
    /* 02:30 does not exist in spring: 03:30 is meant; 01:30 comes twice in autumn: the first */
    assert_int_equal(civil_to_utc(&zone, utc(2016, 3, 13, 2, 30)), spring + 30 * 60 * US_PER_S);
    assert_int_equal(civil_to_utc(&zone, utc(2016, 11, 6, 1, 30)), autumn - 30 * 60 * US_PER_S);
    assert_int_equal(civil_to_utc(&zone, utc(2016, 11, 6, 2, 0)), autumn + US_PER_HOUR);
    struct timezone_table fixed = timezone_fixed(10800);
    assert_int_equal(civil_to_utc(&fixed, 10800 * US_PER_S), 0);
}

/* Local time that exists once comes back to the same instant. */
static void test_local_time_inverts(void **state)
{
    (void)state;
    struct timezone_table zone = eastern();
    for (time_us t = utc(2016, 1, 1, 0, 0); t < utc(2016, 12, 31, 0, 0); t += 1789 * US_PER_S) {
        time_us back = civil_to_utc(&zone, t + timezone_offset_s(&zone, t) * US_PER_S);
        time_us autumn = utc(2016, 11, 6, 6, 0);
        bool repeated = t >= autumn && t < autumn + US_PER_HOUR;
        assert_int_equal(back, repeated ? t - US_PER_HOUR : t);
    }
}

static void check_grid(const struct timezone_table *zone, time_us from, time_us until)
{
    struct civil_grid grid;
    int64_t holidays[] = {civil_days(2016, 7, 4), civil_days(2016, 3, 13)};
    assert_int_equal(civil_grid_init(&grid, zone, from, until, holidays, 2), STATUS_OK);
    assert_true(grid.origin_us <= from && from < grid.origin_us + US_PER_HOUR);
    time_us end = grid.origin_us + grid.n_hours * US_PER_HOUR;
    assert_true(end >= until && end - US_PER_HOUR < until);
    for (int32_t i = 0; i < grid.n_hours; i++) {
        struct civil_time c = civil_from_utc(zone, grid.origin_us + i * US_PER_HOUR);
        assert_int_equal(c.minute, 0);
        assert_int_equal(grid.hour_of_week[i], c.weekday * 24 + c.hour);
        bool holiday = (c.month == 7 && c.day == 4) || (c.month == 3 && c.day == 13);
        assert_int_equal(grid.holiday[i], holiday);
    }
    civil_grid_free(&grid);
}

static void test_grid_matches_hour_by_hour(void **state)
{
    (void)state;
    struct timezone_table zone = eastern(), india = timezone_fixed(19800);
    check_grid(&zone, utc(2016, 3, 1, 0, 0) + 12345, utc(2016, 7, 8, 13, 1));
    check_grid(&zone, utc(2016, 11, 5, 0, 0), utc(2016, 11, 8, 0, 0));
    check_grid(&india, utc(2016, 7, 3, 0, 0), utc(2016, 7, 6, 0, 0));
    struct civil_grid grid;
    assert_int_equal(civil_grid_init(&grid, &zone, 100, 100 - US_PER_DAY, NULL, 0), STATUS_RUN);
    civil_grid_free(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates_match_the_c_library),
        cmocka_unit_test(test_just_before_the_epoch),
        cmocka_unit_test(test_daylight_saving),
        cmocka_unit_test(test_local_time_inverts),
        cmocka_unit_test(test_grid_matches_hour_by_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
