/* test_tables.c - the log table and its sort, interned strings, the arena, the schema's helpers. */
#include "tests/support/check.h"

#include <math.h>
#include <stdalign.h>
#include <stdio.h>

#include "sim/arena.h"
#include "sim/log.h"
#include "sim/rng.h"
#include "sim/schema.h"

/* Obvious and slow: one query after the other into its place, behind its equals. */
static void slow_sort(struct query *q, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && q[j].time_us < q[j - 1].time_us; j--) {
            struct query swap = q[j];
            q[j] = q[j - 1];
            q[j - 1] = swap;
        }
}

static void test_sort_is_stable_and_right(void **state)
{
    (void)state;
    struct query_array array, scratch;
    query_array_init(&array);
    query_array_init(&scratch);
    struct rng rng;
    struct rng_key key = {1, 1};
    rng_init(&rng, key, 1);
    static struct query expected[700];
    for (int round = 0; round < 300; round++) {
        size_t n = (size_t)rng_below(&rng, 700);
        uint64_t span = (UINT64_C(1) << rng_below(&rng, 50)) + 1; /* from all ties to none */
        array.n = 0;
        for (size_t i = 0; i < n; i++) {
            struct query q = {.time_us = (time_us)rng_below(&rng, span) - (time_us)(span / 2),
                              .client = (uint32_t)i};
            assert_int_equal(query_array_add(&array, q), STATUS_OK);
            expected[i] = q;
        }
        slow_sort(expected, n);
        assert_int_equal(query_array_sort(&array, &scratch), STATUS_OK);
        assert_int_equal(array.n, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(array.q[i].time_us == expected[i].time_us);
            assert_int_equal(array.q[i].client, expected[i].client);
        }
    }
    query_array_free(&array);
    query_array_free(&scratch);
}

static void test_array_grows_and_refuses_nonsense(void **state)
{
    (void)state;
    struct query_array array;
    query_array_init(&array);
    assert_int_equal(query_array_reserve(&array, SIZE_MAX / 2), STATUS_RUN);
    assert_int_equal(array.capacity, 0);
    for (uint32_t i = 0; i < 1000; i++) {
        struct query q = {.client = i};
        assert_int_equal(query_array_add(&array, q), STATUS_OK);
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(array.q[i].client, i);
    query_array_free(&array);
    assert_null(array.q);
}

static void test_log_starts_with_an_unknown_server(void **state)
{
    (void)state;
    struct query_log log;
    assert_int_equal(query_log_init(&log), STATUS_OK);
    assert_int_equal(log.servers.count, 1);
    assert_string_equal(intern_text(&log.servers, 0), "");
    query_log_free(&log);
}

static void test_intern(void **state)
{
    (void)state;
    struct intern table;
    intern_init(&table);
    assert_int_equal(intern_find(&table, "a", 1), INTERN_NONE);
    char text[32];
    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t id;
        int n = snprintf(text, sizeof text, "host-%u.example", i);
        assert_int_equal(intern_add(&table, text, (size_t)n, &id), STATUS_OK);
        assert_int_equal(id, i);
        assert_int_equal(intern_add(&table, text, (size_t)n, &id), STATUS_OK);
        assert_int_equal(id, i);
    }
    assert_int_equal(table.count, 5000);
    assert_string_equal(intern_text(&table, 4999), "host-4999.example");
    assert_int_equal(intern_find(&table, "host-7.example", 14), 7);
    assert_int_equal(intern_find(&table, "host-7.exampl", 13), INTERN_NONE); /* a prefix */
    assert_int_equal(intern_find(&table, "Host-7.example", 14), INTERN_NONE);
    assert_string_equal(intern_text(&table, 5000), "");
    assert_string_equal(intern_text(&table, INTERN_NONE), "");
    intern_free(&table);
    intern_free(&table);
}

/* A NUL byte inside ends the string, when adding and when looking for it. */
static void test_intern_with_nul_bytes(void **state)
{
    (void)state;
    struct intern table;
    intern_init(&table);
    uint32_t id, again;
    const char text[200] = "abc";
    assert_int_equal(intern_add(&table, text, sizeof text, &id), STATUS_OK);
    assert_int_equal(intern_add(&table, "abc", 3, &again), STATUS_OK);
    assert_int_equal(id, again);
    assert_int_equal(intern_find(&table, text, sizeof text), id);
    assert_int_equal(intern_add(&table, "", 0, &id), STATUS_OK);
    assert_int_equal(id, 1);
    intern_free(&table);
}

static void test_arena(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    unsigned char *first = NULL;
    for (int round = 0; round < 3; round++) {
        for (size_t n = 1; n < 300000; n = n * 3 + 1) {
            unsigned char *bytes = arena_array(&arena, n, 1);
            assert_non_null(bytes);
            assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
            assert_true(bytes[0] == 0 && bytes[n / 2] == 0 && bytes[n - 1] == 0);
            memset(bytes, 0xff, n);
            first = n == 1 && round == 0 ? bytes : first;
            assert_true(n != 1 || bytes == first); /* the same memory again after a reset */
        }
        arena_reset(&arena);
    }
    assert_null(arena_array(&arena, SIZE_MAX / 2, 8));
    assert_null(arena_array(&arena, SIZE_MAX, 1));
    assert_non_null(arena_array(&arena, 0, 8));
    arena_free(&arena);
}

static void test_units(void **state)
{
    (void)state;
    double f;
    assert_true(unit_factor(UNIT_HOUR, "min", 3, &f) && fabs(f - 1.0 / 60) < 1e-15);
    assert_true(unit_factor(UNIT_PER_WEEK, "/d", 2, &f) && fabs(f - 7.0) < 1e-12);
    assert_true(unit_factor(UNIT_COUNT, "", 0, &f) && f == 1.0);
    assert_false(unit_factor(UNIT_SECOND, "/s", 2, &f));
    assert_false(unit_factor(UNIT_SECOND, "m", 1, &f));
    assert_false(unit_factor(UNIT_CLOCK_HOUR, "h", 1, &f));
}

static void test_nearest_word(void **state)
{
    (void)state;
    static const char *const words[] = {"postfix", "postfix-strict", "exim", NULL};
    assert_string_equal(nearest_word("posfix", words), "postfix");
    assert_string_equal(nearest_word("exi", words), "exim");
    assert_string_equal(nearest_word("post", words), "postfix");
    assert_null(nearest_word("qmail", words));
    assert_null(nearest_word("", words));
    assert_null(nearest_word("x", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_is_stable_and_right),
        cmocka_unit_test(test_array_grows_and_refuses_nonsense),
        cmocka_unit_test(test_log_starts_with_an_unknown_server),
        cmocka_unit_test(test_intern),
        cmocka_unit_test(test_intern_with_nul_bytes),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_nearest_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
