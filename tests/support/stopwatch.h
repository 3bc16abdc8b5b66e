/* stopwatch.h - for benchmarks: CPU time, medians of repeated runs, and one CSV line per figure.
 *
 * CPU time rather than wall time, because machines are shared; wall time where threads are
 * compared.
 */
#ifndef TESTS_SUPPORT_STOPWATCH_H
#define TESTS_SUPPORT_STOPWATCH_H

#include <stddef.h>

double stopwatch_cpu_s(void);  /* of the calling thread */
double stopwatch_wall_s(void); /* monotonic */

/* Median, and the quantiles q (in [0, 1]) of n values; sorts them. */
double stopwatch_quantile(double *values, size_t n, double q);

/* Prints "benchmark,what,median,low,high,unit,runs": low and high are the smallest and the
 * greatest of the n values, which are sorted. */
void stopwatch_line(const char *benchmark, const char *what, double *values, size_t n,
                    const char *unit);

#endif
