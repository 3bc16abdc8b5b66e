/* test_profiles.c - the rows of resolvers and gateways: names, settings, lists of one's own. */
#include "tests/support/check.h"

#include <ctype.h>

#include "sim/gateway.h"
#include "sim/resolver.h"
#include "sim/rng.h"

static const struct resolver_profile *find(const char *name)
{
    const struct resolver_profile *profile = resolver_profile_find(name);
    assert_non_null(profile);
    return profile;
}

static void test_names_and_words_agree(void **state)
{
    (void)state;
    size_t i = 0;
    for (; resolver_profiles[i].name != NULL; i++) {
        assert_string_equal(resolver_profiles[i].name, resolver_profile_words[i]);
        assert_non_null(resolver_profiles[i].silence);
        assert_true(resolver_profiles[i].max_ttl_s > 0);
        assert_int_equal(resolver_profiles[i].silence->at_ms[0], 0);
    }
    assert_null(resolver_profile_words[i]);
    assert_null(resolver_profile_find("unbound"));
    for (i = 0; gateway_profiles[i].name != NULL; i++) {
        assert_string_equal(gateway_profiles[i].name, gateway_profile_words[i]);
        int n = 0;
        while (gateway_profiles[i].lookups[n].name != NULL)
            n++;
        assert_true(n > 0 && n < GATEWAY_MAX_LOOKUPS);
    }
    assert_null(gateway_profile_words[i]);
}

/* The whole seconds in which a question asked every half second goes upstream. */
static int upstream_seconds(const struct resolver_profile *profile, int32_t ttl_s, bool exists,
                            int seconds[128])
{
    struct cache_entry entry = {0};
    struct client_answer given;
    int n = 0;
    for (int half = 0; half < 120; half++) {
        struct authority_answer now = {exists, ttl_s, 0};
        if (resolver_ask(profile, &entry, half * US_PER_S / 2 + 1, now, &given))
            seconds[n++] = half / 2;
        assert_int_equal(given.negative, !exists);
    }
    return n;
}

static void check_seconds(const struct resolver_profile *profile, int32_t ttl_s, bool exists,
                          int second, int third)
{
    int seconds[128] = {0};
    upstream_seconds(profile, ttl_s, exists, seconds);
    if (seconds[1] != second || seconds[2] != third)
        fail_msg("%s: %d %d, expected %d %d", profile->name, seconds[1], seconds[2], second, third);
}

static void test_expiry_and_prefetch(void **state)
{
    (void)state;
    check_seconds(find("unbound-1.17"), 10, true, 11, 22);
    check_seconds(find("unbound-current"), 10, true, 10, 20);
    check_seconds(find("unbound-1.17-prefetch"), 20, true, 18, 36);
    check_seconds(find("bind-9.18"), 10, true, 8, 16);
    check_seconds(find("bind-9.18"), 8, true, 8, 16); /* not eligible below 9 s */
    check_seconds(find("bind-9.18-no-prefetch"), 10, true, 10, 20);
    check_seconds(find("continuous"), 10, true, 10, 20);
    check_seconds(find("none"), 10, true, 0, 1); /* twice a second */
    check_seconds(find("bind-9.18-no-prefetch"), 10, false, 10, 20);
    check_seconds(find("dnsmasq"), 0, true, 0, 1);
}

/* The short way says "answered from the cache" at exactly the instants at which the full rule does.
 */
static void check_short_way(const struct resolver_profile *profile, int32_t ttl_s, struct rng *rng)
{
    struct cache_entry entry = {0};
    struct client_answer given, shortly;
    for (time_us t = 1; t < (ttl_s + 1) * 20 * US_PER_S;) {
        struct authority_answer now = {rng_below(rng, 4) != 0, ttl_s, (uint32_t)t};
        bool short_way = resolver_hit(&entry, t, &shortly);
        bool upstream = resolver_ask(profile, &entry, t, now, &given);
        if (short_way == upstream)
            fail_msg("%s, TTL %d: %s", profile->name, (int)ttl_s,
                     upstream ? "a miss or prefetch was not seen" : "a plain hit was not seen");
        assert_true(!short_way ||
                    (given.negative == shortly.negative && given.record == shortly.record));
        /* steps that often land on whole seconds and one microsecond beside them */
        t += (time_us)rng_below(rng, (uint64_t)(ttl_s + 2) * 1000000 / 4);
        if (rng_below(rng, 2) == 0)
            t = t / US_PER_S * US_PER_S + US_PER_S - 1 + (time_us)rng_below(rng, 3);
    }
}

static void test_the_short_way_agrees_with_the_rule(void **state)
{
    (void)state;
    static const int32_t ttls_s[] = {0, 1, 3, 9, 10, 30, 300};
    struct rng rng;
    struct rng_key key = {1, 1};
    rng_init(&rng, key, 1);
    for (size_t i = 0; resolver_profiles[i].name != NULL; i++)
        for (size_t k = 0; k < sizeof ttls_s / sizeof ttls_s[0]; k++)
            for (int round = 0; round < 20; round++)
                check_short_way(&resolver_profiles[i], ttls_s[k], &rng);
}

static void test_settings(void **state)
{
    (void)state;
    double settings[RESOLVER_N_PARAMS] = {0};
    struct resolver_profile plain = resolver_configure(find("bind-9.18-no-prefetch"), settings);
    check_seconds(&plain, 10, true, 10, 20);
    settings[RESOLVER_MIN_TTL] = 15;
    settings[RESOLVER_MAX_TTL] = 20;
    struct resolver_profile clamped = resolver_configure(find("bind-9.18-no-prefetch"), settings);
    check_seconds(&clamped, 10, true, 15, 30);
    check_seconds(&clamped, 3600, true, 20, 40);
    settings[RESOLVER_FIXED_TTL] = 12;
    struct resolver_profile fixed = resolver_configure(find("bind-9.18-no-prefetch"), settings);
    check_seconds(&fixed, 3600, true, 12, 24);
    check_seconds(&fixed, 5, false, 12, 24);
    settings[RESOLVER_MINIMISE] = MINIMISE_NS;
    settings[RESOLVER_MIXED_CASE] = 1;
    struct resolver_profile modern = resolver_configure(find("unbound-1.17"), settings);
    assert_true(modern.mixed_case && modern.minimise == MINIMISE_NS);
}

/* A cache serves a name that is gone for as long as it may, asking again all the while. */
static void test_serve_stale(void **state)
{
    (void)state;
    struct cache_entry entry = {0};
    struct client_answer given;
    const struct resolver_profile *stale = find("unbound-serve-expired");
    struct authority_answer there = {true, 10, 3}, gone = {false, 5, 4};
    assert_true(resolver_ask(stale, &entry, 0, there, &given));
    assert_true(resolver_ask(stale, &entry, 20 * US_PER_S, gone, &given));
    assert_false(given.negative); /* the old answer, while the new one is fetched */
    assert_int_equal(given.record, 3);
    assert_false(resolver_ask(stale, &entry, 21 * US_PER_S, gone, &given));
    assert_true(given.negative);
    entry = (struct cache_entry){0};
    assert_true(resolver_ask(stale, &entry, 0, there, &given));
    assert_true(resolver_ask(stale, &entry, 86411 * US_PER_S, gone, &given));
    assert_true(given.negative); /* too old */
}

static void test_mixed_case(void **state)
{
    (void)state;
    const char *name = "mail1.a-rather-long-name-with-more-than-64-letters-in-all.and-more.example";
    char first[100], second[100];
    int upper = 0, letters = 0;
    for (uint64_t key = 0; key < 200; key++) {
        resolver_mix_case(name, key, first, sizeof first);
        resolver_mix_case(name, key, second, sizeof second);
        assert_string_equal(first, second);
        for (size_t i = 0; name[i] != '\0'; i++) {
            assert_int_equal(tolower((unsigned char)first[i]), name[i]);
            letters += isalpha((unsigned char)name[i]) != 0;
            upper += isupper((unsigned char)first[i]) != 0;
        }
    }
    /* 5 standard deviations around a half */
    assert_true(abs(2 * upper - letters) * abs(2 * upper - letters) < 25 * letters);
    char small[5];
    resolver_mix_case(name, 1, small, sizeof small);
    assert_int_equal(strlen(small), 4);
}

static int parse(const char *text, struct lookup_row *row, struct message *message)
{
    static char name[256];
    return gateway_parse_row(text, row, name, sizeof name, message);
}

static void test_own_lists(void **state)
{
    (void)state;
    struct lookup_row row;
    struct message message;
    assert_int_equal(parse("PTR {reverse}", &row, &message), STATUS_OK);
    assert_int_equal(row.type, 12);
    assert_string_equal(row.name, "{reverse}");
    assert_int_equal(
        parse("  TXT {reverse_ip}.list.example  if found once per process", &row, &message),
        STATUS_OK);
    assert_true(row.when == LOOKUP_IF_FOUND && row.remembered);
    assert_int_equal(parse("AAAA {helo} if not found", &row, &message), STATUS_OK);
    assert_true(row.when == LOOKUP_IF_NOT_FOUND && !row.remembered);
    static const char *const bad[] = {"",          "A",       "{helo}",         "AX {helo}",
                                      "A {hello}", "A {helo", "A {helo} often", "A {helo} if",
                                      "A }{"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        message.text[0] = '\0';
        if (parse(bad[i], &row, &message) != STATUS_INPUT || message.text[0] == '\0')
            fail_msg("\"%s\" was accepted", bad[i]);
    }
    char longest[400];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "A ", 2);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(parse(longest, &row, &message), STATUS_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_words_agree),
        cmocka_unit_test(test_expiry_and_prefetch),
        cmocka_unit_test(test_the_short_way_agrees_with_the_rule),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_serve_stale),
        cmocka_unit_test(test_mixed_case),
        cmocka_unit_test(test_own_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
