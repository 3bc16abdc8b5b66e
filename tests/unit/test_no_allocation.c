/* test_no_allocation.c - once its buffers have grown, a trial of the 2016 case asks for no memory:
 * neither the simulation nor the statistics of the case's evidence.
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

enum { TRIALS = 30, WARM_UP = 3 };

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
                   struct panel_space *space, double *row)
{
    size_t before = allocations;
    for (uint64_t i = 0; i < TRIALS; i++) {
        if (trial_run(trial, &scenario->plan, 77, i, &message) != STATUS_OK)
            fail_msg("%s", message.text);
        assert_int_equal(panel_compute(panel, space, trial->logs, row), STATUS_OK);
    }
    return allocations - before;
}

static void trials_allocate_nothing(void **state)
{
    (void)state;
    if (!CAN_COUNT)
        skip();
    struct panel *panel;
    struct panel_space *space;
    struct trial trial;
    double *row = calloc(evidence.n + 1, sizeof *row);
    assert_int_equal(panel_create(&panel, &file.world, evidence.requests, evidence.n, &message),
                     STATUS_OK);
    assert_int_equal(panel_space_create(&space, panel), STATUS_OK);
    assert_int_equal(trial_init(&trial, &file.world), STATUS_OK);
    size_t first = 0;
    for (int i = 0; i < file.n_scenarios; i++) {
        const struct scenario *scenario = &file.scenarios[i];
        first += pass(&trial, scenario, panel, space, row);
        for (int k = 1; k < WARM_UP; k++)
            pass(&trial, scenario, panel, space, row);
        size_t n = pass(&trial, scenario, panel, space, row);
        if (n > 0)
            fail_msg("%s: %zu allocations in %d trials after warm-up", scenario->name, n, TRIALS);
    }
    assert_true(first > 0); /* the counting works */
    trial_free(&trial);
    panel_space_free(space);
    panel_free(panel);
    free(row);
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
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
