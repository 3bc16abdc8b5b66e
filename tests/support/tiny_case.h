/* tiny_case.h - a case in memory for tests of the reference table: the tiny world, two scenarios,
 * a panel of requests; no files. */
#ifndef TESTS_SUPPORT_TINY_CASE_H
#define TESTS_SUPPORT_TINY_CASE_H

#include "analysis/config/case.h"
#include "tests/support/tiny_world.h"

enum { TINY_CASE_SCENARIOS = 2, TINY_CASE_REQUESTS = 400 };

struct tiny_case {
    struct tiny_world worlds[TINY_CASE_SCENARIOS]; /* all trials run in the first one's world */
    struct scenario scenarios[TINY_CASE_SCENARIOS];
    struct case_file case_file;
    struct statistic_request requests[TINY_CASE_REQUESTS];
    size_t n_requests;
    struct client_sets *sets;
};

/* Scenarios "campaign" and "scanner" under their default priors, window of `days`; every default
 * statistic. The test stops where anything goes wrong. */
void tiny_case_init(struct tiny_case *self, int32_t days);
void tiny_case_free(struct tiny_case *self);

#endif
