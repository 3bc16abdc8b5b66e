/* statistics_logs.h - random logs and plain lists of times for the slow twins of the statistics. */
#ifndef TESTS_STATISTICS_LOGS_H
#define TESTS_STATISTICS_LOGS_H

#include "analysis/statistics/statistic.h"

enum log_kind {
    LOG_EMPTY,
    LOG_ONE,      /* one row */
    LOG_TIES,     /* many rows of one time */
    LOG_UNIFORM,  /* to the microsecond */
    LOG_SECONDS,  /* uniform, whole seconds, with doubles */
    LOG_CLUSTERS, /* bursts just above an hour apart */
    LOG_BEACON,   /* every seven minutes, a little jitter */
    LOG_KINDS
};

/* Fills the log (initialised here) with sorted rows of clients 0 to 9, names 0 to 2 and types A,
 * PTR, AAAA, most of them in [from, until), some just outside. */
void make_random_log(struct query_array *log, enum log_kind kind, uint64_t seed, time_us from_us,
                     time_us until_us);

/* Times in [from, until) of the rows that belong to the set and have the request's name and type,
 * in order. The caller frees *t. Fails the test when memory runs out. */
size_t select_times(const struct query_array *log, const struct statistic_request *request,
                    const struct client_set *set, time_us **t);

#endif
