/* Queries that are set apart (steady.h) give the rows that asking one by one gives. */
#include "tests/support/check.h"

#include <math.h>

#include "tests/support/bed.h"
#include "tests/support/tally.h"

#define HOST "mail1.sender.test"
#define REVERSE "21.0.0.127.in-addr.arpa"
#define START_US (INT64_C(1462320000) * US_PER_S)

enum { QUERIES = 3000, ROUNDS = 6 };

static struct bed bed;
static struct query_array expected;

/* What varies between the rounds of one software. */
struct variant {
    const char *what;
    double span_s; /* over which queries are spread */
    double ttl_s;
    double settings[RESOLVER_N_PARAMS];
    bool ends, moves, silent, search;
};

static const struct variant variants[] = {
    {.what = "a week", .span_s = 604800, .ttl_s = 300},
    {.what = "sixty years", .span_s = 1.5e9, .ttl_s = 86400, .ends = true},
    {.what = "an hour, short lifetime", .span_s = 3600, .ttl_s = 7, .ends = true, .search = true},
    {.what = "no lifetime", .span_s = 604800, .ttl_s = 0, .ends = true, .search = true},
    {.what = "a zone that moves", .span_s = 604800, .ttl_s = 300, .moves = true},
    {.what = "silent servers", .span_s = 604800, .ttl_s = 300, .silent = true, .ends = true},
    {.what = "own limits",
     .span_s = 604800,
     .ttl_s = 300,
     .settings = {[RESOLVER_MIN_TTL] = 900, [RESOLVER_SERVE_STALE] = 600},
     .ends = true,
     .search = true},
    {.what = "minimised names",
     .span_s = 604800,
     .ttl_s = 300,
     .settings = {[RESOLVER_MINIMISE] = MINIMISE_NS, [RESOLVER_MIXED_CASE] = 1}},
};

static void begin(const struct variant *variant, const char *software)
{
    time_us middle_us = START_US + (time_us)(variant->span_s * 0.5e6);
    bed_init(&bed);
    struct zone *zone = bed_zone(&bed, "sender.test", 120, 3600);
    if (variant->moves)
        zone->moved_us = middle_us;
    if (variant->silent) {
        zone->silent_from_us = middle_us;
        zone->silent_until_us = middle_us + 3 * US_PER_HOUR;
    }
    bed_record_during(&bed, HOST, TYPE_A, variant->ttl_s, NULL, INT64_MIN,
                      variant->ends ? middle_us : INT64_MAX);
    bed_record(&bed, REVERSE, TYPE_PTR, 300, HOST);
    bed_host(&bed, HOST, HOST, "sender.test", REVERSE);
    bed.world.parties[0].gateway = gateway_profile_find("postfix-strict");
    bed.world.parties[0].search = variant->search ? "receiver.test" : NULL;
    double *settings = bed_resolver(&bed, software);
    memcpy(settings, variant->settings, sizeof variant->settings);
}

/* Bursts of questions for the address and for a type that the name does not have, and mail. */
static void fill_traffic(const struct variant *variant, uint64_t seed)
{
    struct traffic *traffic = &bed.trial.traffic;
    uint32_t address = bed_question(&bed, HOST, TYPE_A);
    uint32_t missing = bed_question(&bed, "sender.test", TYPE_MX);
    struct rng rng;
    rng_init(&rng, (struct rng_key){seed, 1}, 1);
    traffic_reset(traffic);
    while (traffic->queries.n < QUERIES) {
        time_us t = START_US + (time_us)(rng_uniform(&rng) * variant->span_s * 1e6);
        for (uint64_t k = rng_below(&rng, 6); k > 0; k--) {
            uint32_t question = rng_below(&rng, 4) == 0 ? missing : address;
            int status = rng_below(&rng, 3) == 0
                             ? traffic_mail(traffic, t, 0, BED_PARTY, MAIL_ACCEPTED)
                             : traffic_query(traffic, t, BED_PARTY, question);
            assert_int_equal(status, STATUS_OK);
            t += (time_us)(rng_exponential(&rng) * 2e7);
        }
    }
}

static void compare(const char *software, const char *what)
{
    bed.trial.resolve.all_singly = true;
    bed_run(&bed);
    expected.n = 0;
    for (size_t i = 0; i < bed.trial.upstream.n; i++)
        assert_int_equal(query_array_add(&expected, bed.trial.upstream.q[i]), STATUS_OK);
    bed.trial.resolve.all_singly = false;
    bed_run(&bed);
    if (bed.trial.upstream.n != expected.n ||
        memcmp(bed.trial.upstream.q, expected.q, expected.n * sizeof *expected.q) != 0)
        fail_msg("%s, %s: %zu rows, one by one %zu, or others", software, what,
                 bed.trial.upstream.n, expected.n);
}

static void test_same_rows(void **state)
{
    (void)state;
    for (size_t p = 0; resolver_profiles[p].name != NULL; p++)
        for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
            begin(&variants[v], resolver_profiles[p].name);
            bed_ready(&bed);
            for (uint64_t round = 0; round < ROUNDS; round++) {
                fill_traffic(&variants[v], round);
                compare(resolver_profiles[p].name, variants[v].what);
            }
            bed_free(&bed);
        }
    query_array_free(&expected);
}

/* Rows of the first of two resolvers in one run of fixed traffic. */
static double count_first(bool singly, uint64_t trial)
{
    double n = 0;
    bed.trial.resolve.all_singly = singly;
    assert_int_equal(trial_observe(&bed.trial, (struct rng_key){5, trial}), STATUS_OK);
    for (size_t i = 0; i < bed.trial.upstream.n; i++)
        n += bed.trial.upstream.q[i].client == bed.world.resolvers[0].client;
    return n;
}

/* Where the resolver is chosen at random the two ways take other random numbers: means and
 * variances of 600 trials each agree within 3.5 standard errors (false alarm: 1 in 1,000). */
static void test_same_law(void **state)
{
    (void)state;
    struct tally by_one = {0}, apart = {0}, square_by_one = {0}, square_apart = {0};
    begin(&variants[0], "bind-9.18");
    bed_resolver(&bed, "unbound-1.17");
    bed.world.parties[0].choice = CHOOSE_RANDOM;
    bed_ready(&bed);
    fill_traffic(&variants[0], 1);
    bed_run(&bed);
    for (uint64_t i = 0; i < 600; i++) {
        tally_add(&by_one, count_first(true, i));
        tally_add(&apart, count_first(false, 1000 + i));
    }
    for (uint64_t i = 0; i < 600; i++) {
        double a = count_first(true, i) - tally_mean(&by_one);
        double b = count_first(false, 1000 + i) - tally_mean(&by_one);
        tally_add(&square_by_one, a * a);
        tally_add(&square_apart, b * b);
    }
    double mean_error = sqrt((tally_variance(&by_one) + tally_variance(&apart)) / 600.0);
    double square_error =
        sqrt((tally_variance(&square_by_one) + tally_variance(&square_apart)) / 600.0);
    assert_true(fabs(tally_mean(&by_one) - tally_mean(&apart)) < 3.5 * mean_error);
    assert_true(fabs(tally_mean(&square_by_one) - tally_mean(&square_apart)) < 3.5 * square_error);
    bed_free(&bed);
}

/* A log without a clock begins in 1970, and the time that caches take to warm up before that: the
 * zero of time is no border. */
static void test_window_across_zero(void **state)
{
    (void)state;
    begin(&variants[0], "bind-9.18");
    bed.world.start_us = bed.world.from_us = -7 * US_PER_DAY;
    bed.world.until_us = 30 * US_PER_DAY;
    bed_ready(&bed);
    traffic_reset(&bed.trial.traffic);
    uint32_t address = bed_question(&bed, HOST, TYPE_A);
    for (time_us t = bed.world.start_us; t < bed.world.until_us; t += 100 * US_PER_S)
        assert_int_equal(traffic_query(&bed.trial.traffic, t, BED_PARTY, address), STATUS_OK);
    compare("bind-9.18", "a window across the zero of time");
    assert_true(expected.n > 10000);
    bed_free(&bed);
    query_array_free(&expected);
}

/* A question that no sensor records may still decide what is asked next: a bounce follows the mail
 * exchanger that the cache holds, as another question left it there, when the record is gone. */
static void test_unseen_answer_that_ends(void **state)
{
    (void)state;
    const time_us end_us = START_US + US_PER_DAY;
    bed_init(&bed);
    bed_zone(&bed, "sender.test", 120, 3600);
    bed_record_during(&bed, "sender.test", TYPE_MX, 3600, "mx.sender.test", INT64_MIN, end_us);
    bed_record(&bed, "mx.sender.test", TYPE_A, 300, NULL);
    bed_record(&bed, HOST, TYPE_A, 300, NULL);
    bed_host(&bed, HOST, HOST, "sender.test", NULL);
    bed_resolver(&bed, "bind-9.18");
    bed_ready(&bed);
    uint32_t exchanger = bed_question(&bed, "sender.test", TYPE_MX);
    bed.world.questions[exchanger].unseen = true;
    struct traffic *traffic = &bed.trial.traffic;
    traffic_reset(traffic);
    time_us before_us = end_us - 100 * US_PER_S, after_us = end_us + 100 * US_PER_S;
    assert_int_equal(traffic_query(traffic, before_us, BED_PARTY, exchanger), STATUS_OK);
    assert_int_equal(traffic_bounce(traffic, after_us, 0, BED_PARTY), STATUS_OK);
    compare("bind-9.18", "an unseen answer that ends");
    assert_int_equal(expected.n, 1);
    bed_free(&bed);
    query_array_free(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_rows),
        cmocka_unit_test(test_same_law),
        cmocka_unit_test(test_window_across_zero),
        cmocka_unit_test(test_unseen_answer_that_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
