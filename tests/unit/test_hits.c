/* test_hits.c - hits found by their gaps are those of one coin for each row. Fixed seeds; each
 * chi-square test fails wrongly once in 10^4 seeds. */
#include "tests/support/check.h"

#include <math.h>

#include "sim/hits.h"
#include "tests/support/goodness.h"

enum { ROWS = 400000, CELLS = 60 };
#define P_LEAST 1e-4

static const struct rng_key key = {11, 12};
static const double probabilities[] = {0.003, 0.05, 0.3, 0.9};

static void gaps_are_geometric(void **state)
{
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        double p = probabilities[k], seen[CELLS] = {0}, expected[CELLS];
        size_t width = (size_t)ceil(0.1 / p), before = 0, n = 0;
        struct hits hits;
        for (hits_init(&hits, key, k, p); hits.next < ROWS; hits_advance(&hits), n++) {
            size_t cell = (hits.next - before) / width;
            seen[cell < CELLS ? cell : CELLS - 1]++;
            before = hits.next + 1;
        }
        for (int c = 0; c < CELLS; c++)
            expected[c] = pow(1 - p, c * (double)width) -
                          (c < CELLS - 1 ? pow(1 - p, (c + 1) * (double)width) : 0);
        assert_true(chi_square(seen, expected, CELLS, 0) > P_LEAST);
        assert_true(fabs((double)n - p * ROWS) < 5 * sqrt(ROWS * p * (1 - p)));
    }
}

/* Each row is hit alike, whatever happened to the seven before it: of eight rows in turn all 256
 * patterns occur as often as with coins. */
static void rows_are_independent(void **state)
{
    (void)state;
    const double p = 0.3;
    double seen[256] = {0}, expected[256];
    struct hits hits;
    hits_init(&hits, key, 99, p);
    for (size_t row = 0; row < ROWS; row += 8) {
        unsigned pattern = 0;
        for (; hits.next < row + 8; hits_advance(&hits))
            pattern |= 1u << (hits.next - row);
        seen[pattern]++;
    }
    for (unsigned pattern = 0; pattern < 256; pattern++) {
        int ones = __builtin_popcount(pattern);
        expected[pattern] = pow(p, ones) * pow(1 - p, 8 - ones);
    }
    assert_true(chi_square(seen, expected, 256, 0) > P_LEAST);
}

static void never_always_and_hardly_ever(void **state)
{
    (void)state;
    struct hits hits;
    hits_init(&hits, key, 1, 0.0);
    assert_true(hits.next == HITS_NEVER);
    hits_advance(&hits);
    assert_true(hits.next == HITS_NEVER);
    hits_init(&hits, key, 1, 1.0);
    for (size_t row = 0; row < 1000; row++, hits_advance(&hits))
        assert_true(hits.next == row);
    hits_init(&hits, key, 1, 1e-300); /* a gap that no integer holds */
    assert_true(hits.next == HITS_NEVER);
    hits_init(&hits, key, 1, -0.5);
    assert_true(hits.next == HITS_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_geometric),
        cmocka_unit_test(rows_are_independent),
        cmocka_unit_test(never_always_and_hardly_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
