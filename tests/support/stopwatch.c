#include "tests/support/stopwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double read_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double stopwatch_cpu_s(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

double stopwatch_wall_s(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double stopwatch_quantile(double *values, size_t n, double q)
{
    qsort(values, n, sizeof *values, compare);
    size_t at = (size_t)(q * (double)n);
    return n == 0 ? 0.0 : values[at < n ? at : n - 1];
}

void stopwatch_line(const char *benchmark, const char *what, double *values, size_t n,
                    const char *unit)
{
    double median = stopwatch_quantile(values, n, 0.5);
    printf("%s,%s,%.4g,%.4g,%.4g,%s,%zu\n", benchmark, what, median, values[0], values[n - 1], unit,
           n);
    fflush(stdout);
}
