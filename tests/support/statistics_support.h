/* statistics_support.h - what the tests of the statistics share: a small world, logs, and one
 * number at a time through the real panel. */
#ifndef TESTS_STATISTICS_SUPPORT_H
#define TESTS_STATISTICS_SUPPORT_H

#include "analysis/statistics/statistic.h"

/* A world with two sensors over [from, until), two parties (0: "east", UTC+3 with client 0 and 1,
 * 1: "west", UTC-5 changing to UTC-4 in the middle, client 2), clients 0 to 4, and names 0
 * to 2, of which 1 is 0 with a search suffix. Freed with
 * world_free. Fails the test when memory runs out. */
void make_world(struct world *world, time_us from_us, time_us until_us);

/* One statistic with settings as given (n_settings of them; the others keep their defaults). */
struct statistic_request make_request(const struct world *world, const char *name,
                                      unsigned n_settings, ...);

/* The number that a panel of this one request gives for the logs (one per sensor). */
double compute_request(const struct world *world, const struct query_array *logs,
                       const struct statistic_request *request);

/* Fails the test unless both are NaN or equal within `tolerance`, relative to the expected value or
 * to 0.1 where that is larger. */
void check_close(const char *what, double value, double expected, double tolerance);

#endif
