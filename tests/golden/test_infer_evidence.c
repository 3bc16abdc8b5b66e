/* Exact evidences against values computed elsewhere with 30 digits
 * (tests/data/infer/evidences.csv). */
#include "analysis/infer/evidence.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/assert_near.h"

static const double A[] = {2, 0, 1, 3, 1, 0, 2, 4, 1, 1};
static const double B[] = {0.5, 1.2, 0.3, 2.2, 0.8, 1.1, 0.6, 3.0, 0.9, 1.4};
static const double C[] = {-1.3, 0.2, 0.7, -0.4, 1.9, 0.1, -2.2, 0.5, 0.0, 0.9};
static const double D[] = {0.3, 1.1,  1.2, 2.9,  3.0,  3.05, 3.1, 7.7,
                           9.0, 9.02, 9.5, 15.2, 15.3, 20.0, 23.9};
static const double D_BINS[] = {7, 1, 3, 2, 0, 2};

static const double TOLERANCE = 1e-9;

static void closed_forms(void **state)
{
    (void)state;
    assert_near(evidence_poisson(A, 10, 1, 1), -16.8231606416, TOLERANCE);
    assert_near(evidence_geometric(A, 10), -18.2580178041, TOLERANCE);
    assert_near(evidence_poisson(A, 10, 2, 1), -16.4484671922, TOLERANCE);
    assert_near(evidence_poisson_sum(15, 10), -3.8275479699, TOLERANCE);
    assert_near(evidence_geometric_sum(15, 10), -4.1743872699, TOLERANCE);
    assert_near(evidence_gamma(B, 10, 1, 1, 1), -13.1100303590, TOLERANCE);
    assert_near(evidence_gamma(B, 10, 2, 1, 1), -11.7635960993, TOLERANCE);
    assert_near(evidence_lognormal(B, 10), -12.2685372591, TOLERANCE);
    assert_near(evidence_homogeneous(15, 24), -23.6027418141, TOLERANCE);
    assert_near(evidence_bins(D_BINS, 6, 4), -22.0949809697, TOLERANCE);
}

static void normal_means(void **state)
{
    double sum = 0, squares = 0;
    (void)state;
    for (size_t i = 0; i < 10; i++) {
        sum += C[i];
        squares += C[i] * C[i];
    }
    assert_near(evidence_normal(10, sum / 10, squares, 1, 0, 2), -16.9883664874, TOLERANCE);
    assert_near(evidence_normal(1, 1, 1, 0.5, 0, 0.5), -1.5723649429, TOLERANCE);
    assert_near(evidence_normal(1, 1, 1, 0.5, 1, 0.5), -0.5723649429, TOLERANCE);
    assert_near(evidence_normal(50, 0.4, 60, 1, 0, 1), -73.9912708491, TOLERANCE);
    assert_near(evidence_normal(50, 0.4, 60, 1, 0, 0.5), -73.5445677993, TOLERANCE);
    assert_near(evidence_normal(50, 0.4, 60, 1, 1, 1), -74.0893100648, TOLERANCE);
    assert_near(evidence_normal(50, 0.4, 60, 1, 1, 0.5), -73.9149381696, TOLERANCE);
}

static void laplace_keeps_its_digits(void **state)
{
    double value;
    struct message message;
    (void)state;
    assert_int_equal(evidence_laplace(C, 10, sqrt(0.5), &value, &message), STATUS_OK);
    assert_near(value, -16.9407494325, TOLERANCE);
}

static void hawkes_by_quadrature(void **state)
{
    double value;
    struct message message;
    (void)state;
    assert_int_equal(evidence_hawkes(D, 15, 24, 90, &value, &message), STATUS_OK);
    assert_near(value, -22.7224334306, 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(normal_means),
        cmocka_unit_test(laplace_keeps_its_digits),
        cmocka_unit_test(hawkes_by_quadrature),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
