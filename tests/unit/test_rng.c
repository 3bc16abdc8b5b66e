/* test_rng.c - reference outputs, the ziggurat's table worked out again, and the laws drawn. The
 * statistical tests use fixed seeds and reject at p < 1e-4 each: 22 of them, false alarm 0.2 %. */
#include "tests/support/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/rng.h"
#include "tests/support/goodness.h"

#define N 100000
#define REJECT_BELOW 1e-4

static double sample[N];

/* First outputs of the published generator for the state 1234567, directly and as GSL sees it. */
static void test_generator_matches_its_reference(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
        UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)};
    struct rng rng = {1234567};
    gsl_rng *r = gsl_rng_alloc(rng_gsl_type);
    gsl_rng_set(r, 1234567);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(rng_u64(&rng) == expected[i]);
        assert_true(gsl_rng_get(r) == expected[i] >> 32);
    }
    gsl_rng_free(r);
}

static void test_streams_are_separate_and_repeatable(void **state)
{
    (void)state;
    struct rng_key keys[] = {{1, 1}, {1, 2}, {2, 1}};
    uint64_t first[9];
    for (int i = 0; i < 9; i++) {
        struct rng rng, again;
        rng_init(&rng, keys[i / 3], (uint64_t)(i % 3));
        rng_init(&again, keys[i / 3], (uint64_t)(i % 3));
        first[i] = rng_u64(&rng);
        assert_true(first[i] == rng_u64(&again));
        for (int j = 0; j < i; j++)
            assert_true(first[i] != first[j]);
    }
    assert_true(rng_entity("a") != rng_entity("b"));
    assert_true(rng_mix(1, 2) != rng_mix(2, 1));
}

static void test_ziggurat_table_has_equal_areas(void **state)
{
    (void)state;
    double area = ziggurat_x[0] * exp(-ziggurat_x[1]);
    /* the lowest layer: rectangle and tail */
    assert_true(fabs((ziggurat_x[1] + 1.0) * exp(-ziggurat_x[1]) - area) < 1e-15);
    for (int i = 1; i < 256; i++) {
        assert_true(ziggurat_x[i + 1] < ziggurat_x[i]);
        assert_true(fabs(ziggurat_y[i] - exp(-ziggurat_x[i])) < 1e-15);
        double layer = ziggurat_x[i] * (ziggurat_y[i + 1] - ziggurat_y[i]);
        assert_true(fabs(layer - area) < 1e-13);
    }
    assert_true(ziggurat_x[256] == 0.0 && ziggurat_y[256] == 1.0);
}

static double cdf_exponential(double x, const void *context)
{
    (void)context;
    return -expm1(-x);
}

static double cdf_normal(double x, const void *context)
{
    (void)context;
    return gsl_cdf_ugaussian_P(x);
}

static double cdf_uniform(double x, const void *context)
{
    (void)context;
    return x;
}

static void check_law(const char *name, double (*cdf)(double, const void *))
{
    double p = ks_one_sample(sample, N, cdf, NULL);
    if (p < REJECT_BELOW)
        fail_msg("%s: p = %g", name, p);
}

static void test_continuous_laws(void **state)
{
    (void)state;
    struct rng rng;
    struct rng_key key = {20160504, 0};
    rng_init(&rng, key, 1);
    for (int i = 0; i < N; i++)
        sample[i] = rng_exponential(&rng);
    check_law("exponential", cdf_exponential);
    double beyond = 0; /* the tail behind the lowest layer has its own code */
    for (int i = 0; i < 40 * N; i++)
        beyond += rng_exponential(&rng) > ziggurat_x[1];
    double expected = 40.0 * N * exp(-ziggurat_x[1]);
    assert_true(fabs(beyond - expected) < 4.5 * sqrt(expected));
    for (int i = 0; i < N; i++)
        sample[i] = rng_normal(&rng);
    check_law("normal", cdf_normal);
    for (int i = 0; i < N; i++)
        sample[i] = rng_uniform(&rng);
    check_law("uniform", cdf_uniform);
}

static void test_poisson(void **state)
{
    (void)state;
    /* up to 10 by one method, beyond it by another */
    static const double means[] = {0.3, 7.0, 60.0, 0.01, 10.0, 10.001};
    struct rng rng;
    struct rng_key key = {20160504, 0};
    rng_init(&rng, key, 2);
    for (size_t m = 0; m < sizeof means / sizeof *means; m++) {
        double seen[200] = {0}, due[200];
        for (int i = 0; i < N; i++)
            seen[rng_poisson(&rng, means[m])]++;
        for (unsigned k = 0; k < 200; k++)
            due[k] = gsl_ran_poisson_pdf(k, means[m]);
        assert_true(chi_square(seen, due, 200, 0) > REJECT_BELOW);
    }
    assert_int_equal(rng_poisson(&rng, 0.0), 0);
    assert_int_equal(rng_poisson(&rng, -3.0), 0);
    assert_int_equal(rng_poisson(&rng, NAN), 0);
    double large = (double)rng_poisson(&rng, 1e9);
    assert_true(fabs(large - 1e9) < 6 * sqrt(1e9));
}

static void test_below(void **state)
{
    (void)state;
    struct rng rng;
    struct rng_key key = {20160504, 0};
    rng_init(&rng, key, 3);
    double seen[7] = {0}, due[7] = {1, 1, 1, 1, 1, 1, 1};
    for (int i = 0; i < N; i++)
        seen[rng_below(&rng, 7)]++;
    assert_true(chi_square(seen, due, 7, 0) > REJECT_BELOW);
    assert_int_equal(rng_below(&rng, 1), 0);
    /* with n just above half the range almost half of all words must be refused */
    const uint64_t n = (UINT64_C(1) << 63) + 1;
    for (int i = 0; i < 1000; i++)
        assert_true(rng_below(&rng, n) < n);
}

/* Every 16 bits are tried for the bias; then runs of the generator, for a short and a long range.
 */
static void test_throws(void **state)
{
    (void)state;
    static const uint32_t ranges[] = {1, 2, 3, 7, 40000, 65535};
    struct rng_key key = {20160504, 1};
    for (size_t k = 0; k < sizeof ranges / sizeof ranges[0]; k++) {
        uint32_t n = ranges[k];
        static uint32_t times[65536];
        memset(times, 0, sizeof times);
        for (uint32_t digit = 0; digit < 65536; digit++) {
            struct rng_dice dice = {.bits = digit, .left = 1};
            rng_init(&dice.rng, key, digit);
            struct rng before = dice.rng;
            uint32_t thrown = rng_throw(&dice, n);
            int again = memcmp(&before, &dice.rng, sizeof before) != 0; /* refused */
            times[thrown] += !again;
            assert_true(thrown < n);
        }
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(times[i], 65536 / n);
    }
    double seen[3] = {0}, due[3] = {1, 1, 1};
    struct rng_dice dice = {.left = 0};
    rng_init(&dice.rng, key, 1);
    for (int i = 0; i < N; i++)
        seen[rng_throw(&dice, 3)]++;
    assert_true(chi_square(seen, due, 3, 0) > REJECT_BELOW);
}

static void test_families_and_laws_are_short_cuts(void **state)
{
    (void)state;
    static const double means[] = {-1.0, 0.0, 0.4, 10.0, 11.0, 2e6};
    struct rng_key key = {20160504, 2};
    struct rng_family family = rng_family(key, 77);
    for (uint64_t i = 0; i < 100; i++) {
        struct rng a, b;
        rng_start(&a, &family, i);
        rng_init(&b, key, rng_mix(77, i));
        for (size_t m = 0; m < sizeof means / sizeof means[0]; m++) {
            struct rng_poisson_law law = rng_poisson_law(means[m]);
            assert_true(rng_poisson_draw(&a, &law) == rng_poisson(&b, means[m]));
        }
        assert_true(rng_u64(&a) == rng_u64(&b));
    }
}

/* What the streams of a run have in common: keys, entities and indices that follow each other. */
enum { BY_INDEX, BY_ENTITY, BY_TRIAL, BY_SEED, KINDS };

static struct rng neighbour(int kind, uint64_t i)
{
    struct rng rng;
    struct rng_family family = rng_family((struct rng_key){1, 2}, 3);
    if (kind == BY_INDEX)
        rng_start(&rng, &family, i);
    else
        rng_init(&rng, (struct rng_key){kind == BY_SEED ? i : 1, kind == BY_TRIAL ? i : 2},
                 kind == BY_ENTITY ? i : 3);
    return rng;
}

/* One column of numbers, a row per stream: uniform from the top, and every low bit a coin. */
static void check_column(int kind, int draw)
{
    double ones[8] = {0};
    for (uint64_t i = 0; i < N; i++) {
        struct rng rng = neighbour(kind, i), again;
        for (int k = 0; k < draw; k++)
            rng_u64(&rng);
        again = rng;
        uint64_t bits = rng_u64(&rng);
        sample[i] = rng_uniform(&again);
        for (int bit = 0; bit < 8; bit++)
            ones[bit] += (double)(bits >> bit & 1);
    }
    check_law("first numbers of neighbouring streams", cdf_uniform);
    for (int bit = 0; bit < 8; bit++)
        assert_true(fabs(ones[bit] - N / 2.0) < 5 * sqrt(N / 4.0));
}

/* Number `late` of a stream and number `early` of the next do not go together. */
static void check_pairs(int kind, int late, int early)
{
    double product = 0;
    for (uint64_t i = 0; i < N; i++) {
        struct rng a = neighbour(kind, i), b = neighbour(kind, i + 1);
        for (int k = 0; k < late; k++)
            rng_u64(&a);
        for (int k = 0; k < early; k++)
            rng_u64(&b);
        product += (rng_uniform(&a) - 0.5) * (rng_uniform(&b) - 0.5);
    }
    assert_true(fabs(product) < 5 * sqrt(N / 144.0));
}

/* 12 laws at 10^-4, 96 bits and 36 pairs at 6 * 10^-7. */
static void test_neighbouring_streams_are_independent(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++)
        for (int k = 0; k < 3; k++) {
            check_column(kind, k);
            for (int m = 0; m < 3; m++)
                check_pairs(kind, k, m);
        }
}

static void test_gsl_view_shares_the_stream(void **state)
{
    (void)state;
    struct rng a, b;
    struct rng_key key = {5, 6};
    rng_init(&a, key, 7);
    b = a;
    gsl_rng view = rng_gsl(&a);
    assert_true(gsl_rng_get(&view) == rng_u64(&b) >> 32);
    assert_true(gsl_rng_uniform(&view) == rng_uniform(&b));
    assert_true(rng_u64(&a) == rng_u64(&b));
    /* the states before the outputs 0 and 2^64 - 1 */
    struct rng zero = {UINT64_C(0x61c8864680b583eb)};
    struct rng ones = {UINT64_C(0x31628af67b2131ab)};
    struct rng again = zero, before = ones;
    assert_true(rng_u64(&again) == 0 && rng_u64(&before) == UINT64_MAX);
    assert_true(rng_uniform_open(&zero) > 0.0);
    assert_true(rng_uniform_open(&ones) < 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generator_matches_its_reference),
        cmocka_unit_test(test_streams_are_separate_and_repeatable),
        cmocka_unit_test(test_ziggurat_table_has_equal_areas),
        cmocka_unit_test(test_continuous_laws),
        cmocka_unit_test(test_poisson),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_throws),
        cmocka_unit_test(test_families_and_laws_are_short_cuts),
        cmocka_unit_test(test_neighbouring_streams_are_independent),
        cmocka_unit_test(test_gsl_view_shares_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
