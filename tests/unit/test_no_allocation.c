/* test_no_allocation.c - once its buffers have grown, a trial of the 2016 case asks for no memory:
 * neither the simulation nor the statistics, be they those of the case's evidence or all there are.
 *
 * The functions below stand in for the C library's and count the calls, those of GSL and of the C
 * library itself included. Sorting swaps buffers of different sizes, so the same trials are run
 * three times before they are counted. Left out where a sanitizer brings an allocator of its own.
 */
#include "tests/support/check.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>

#include "analysis/config/case.h"
#include "analysis/weigh/evidence.h"
#include "sim/trial.h"

#if defined(__has_feature)
#define FEATURE(name) __has_feature(name)
#else
#define FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || FEATURE(address_sanitizer) || \
    FEATURE(thread_sanitizer) || FEATURE(memory_sanitizer) || !defined(__GLIBC__)
#define CAN_COUNT 0
#else
#define CAN_COUNT 1
#endif

enum { WARM_UP = 3 };

static size_t allocations;

#if CAN_COUNT
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    allocations++;
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    allocations++;
    return __libc_realloc(old, size);
}
#endif

static struct case_file file;
static struct evidence evidence;
static struct message message;

/* Allocations in one pass over the trials of a scenario. */
static size_t pass(struct trial *trial, const struct scenario *scenario, const struct panel *panel,
                   struct panel_space *space, double *row, uint64_t trials)
{
    size_t before = allocations;
    for (uint64_t i = 0; i < trials; i++) {
        if (trial_run(trial, &scenario->plan, 77, i, &message) != STATUS_OK)
            fail_msg("%s", message.text);
        assert_int_equal(panel_compute_wanted(panel, space, trial->logs, trial->tallies, row),
                         STATUS_OK);
    }
    return allocations - before;
}

/* Trials of every scenario or, to be quick, of every `step`-th, with the given requests. */
static void check_requests(const struct statistic_request *requests, size_t n, uint64_t trials,
                           int step)
{
    struct panel *panel;
    struct panel_space *space;
    struct trial trial;
    uint8_t wanted[16];
    assert_in_range(file.world.n_sensors, 1, sizeof wanted);
    double *row = calloc(n + 1, sizeof *row);
    assert_int_equal(panel_create(&panel, &file.world, requests, n, &message), STATUS_OK);
    assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
    assert_int_equal(trial_init(&trial, &file.world), STATUS_OK);
    panel_wanted(panel, wanted);
    trial_want(&trial, wanted);
    size_t first = 0;
    for (int i = 0; i < file.n_scenarios; i += step) {
        const struct scenario *scenario = &file.scenarios[i];
        first += pass(&trial, scenario, panel, space, row, trials);
        for (int k = 1; k < WARM_UP; k++)
            pass(&trial, scenario, panel, space, row, trials);
        size_t count = pass(&trial, scenario, panel, space, row, trials);
        if (count > 0)
            fail_msg("%s: %zu allocations in %d trials after warm-up", scenario->name, count,
                     (int)trials);
    }
    assert_true(first > 0); /* the counting works */
    trial_free(&trial);
    panel_space_free(space);
    panel_free(panel);
    free(row);
}

static void trials_allocate_nothing(void **state)
{
    (void)state;
    if (!CAN_COUNT)
        skip();
    check_requests(evidence.requests, evidence.n, 30, 1);
}

/* Each statistic of the registry: of all rows, and of one party with its first settings doubled. */
static void no_statistic_allocates(void **state)
{
    (void)state;
    static const uint8_t member[] = {0, 1, 1, 0, 0};
    static struct statistic_request requests[400];
    size_t n = 0;
    if (!CAN_COUNT)
        skip();
    for (size_t i = 0; i < statistics_count(); i++)
        for (int variant = 0; variant < 2; variant++) {
            struct statistic_request *r = &requests[n++];
            statistic_request_init(r, statistics[i], &file.world, 5 - (uint32_t)variant);
            r->other = (struct client_set){member, sizeof member, true};
            r->other_sensor = 1;
            if (variant == 0)
                continue;
            r->who = (struct client_set){member, sizeof member, false};
            r->party = 1;
            if (statistics[i]->params != NULL && 2 * r->param[0] <= statistics[i]->params[0].max)
                r->param[0] *= 2;
        }
    check_requests(requests, n, 3, 4);
}

static int set_up(void **state)
{
    (void)state;
    gsl_set_error_handler_off();
    if (case_load(&file, "scenarios/cases/alfa-2016.cfg", &message) != STATUS_OK ||
        evidence_load(&evidence, &file, &message) != STATUS_OK)
        fail_msg("%s", message.text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    evidence_free(&evidence);
    case_free(&file);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_allocate_nothing),
        cmocka_unit_test(no_statistic_allocates),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
