/* assert_near.h - doubles within a tolerance; cmocka's own assertion compares floats. Include after
 * cmocka.h. */
#ifndef TESTS_SUPPORT_ASSERT_NEAR_H
#define TESTS_SUPPORT_ASSERT_NEAR_H

#include <math.h>

static inline void assert_near_at(double found, double expected, double tolerance, const char *file,
                                  int line)
{
    if (fabs(found - expected) <= tolerance)
        return;
    print_error("%.15g is not within %g of %.15g\n", found, tolerance, expected);
    _fail(file, line);
}

#define assert_near(found, expected, tolerance)                                                    \
    assert_near_at((found), (expected), (tolerance), __FILE__, __LINE__)

#endif
