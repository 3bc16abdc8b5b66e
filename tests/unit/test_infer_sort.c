/* Sorting by bits against the library's sort by comparison. */
#include "analysis/infer/generator.h"
#include "analysis/infer/sort.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_MAX = 5000 };

/* Numbers of every kind: whole ones with ties, tiny, huge, negative, infinite, both zeros. */
static void draw(double *value, size_t n, uint64_t index)
{
    struct generator g;
    generator_init(&g, 3, GENERATOR_NOISE, index);
    for (size_t i = 0; i < n; i++) {
        static const double special[] = {0.0,     -0.0,     INFINITY, -INFINITY,
                                         DBL_MIN, -DBL_MIN, DBL_MAX,  5e-324};
        uint64_t kind = generator_below(&g, 4);
        value[i] = kind == 0   ? (double)generator_below(&g, 20) - 10
                   : kind == 1 ? special[generator_below(&g, 8)]
                   : kind == 2 ? generator_normal(&g)
                               : exp(100 * generator_normal(&g));
    }
}

static void numbers_as_by_comparison(void **state)
{
    static double value[N_MAX], expected[N_MAX];
    static const size_t sizes[] = {0, 1, 2, 63, 64, 65, 1000, N_MAX};
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        draw(value, sizes[s], s);
        memcpy(expected, value, sizes[s] * sizeof *value);
        gsl_sort(expected, 1, sizes[s]);
        assert_int_equal(sort_numbers(value, sizes[s]), STATUS_OK);
        for (size_t i = 0; i < sizes[s]; i++)
            assert_true(value[i] == expected[i]);
    }
}

/* Ascending, and equal numbers (0 and -0 too) in the order of their places. */
static void places_are_sorted_and_stable(void **state)
{
    static double value[N_MAX];
    static uint32_t order[N_MAX];
    static const size_t sizes[] = {0, 1, 2, 65, N_MAX};
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint64_t sum = 0;
        draw(value, sizes[s], s);
        assert_int_equal(sort_places(value, sizes[s], order), STATUS_OK);
        for (size_t i = 0; i < sizes[s]; i++) {
            sum += order[i];
            if (i == 0)
                continue;
            assert_true(value[order[i - 1]] <= value[order[i]]);
            assert_true(value[order[i - 1]] < value[order[i]] || order[i - 1] < order[i]);
        }
        assert_int_equal(sum, sizes[s] * (sizes[s] > 0 ? sizes[s] - 1 : 0) / 2);
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_as_by_comparison),
                                       cmocka_unit_test(places_are_sorted_and_stable)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
