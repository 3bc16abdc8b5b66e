/* bench_scenarios.c - what the scenarios of a case cost and what volumes they give.
 *
 *     build/bench/bench_scenarios [CASE.cfg [TRIALS]]
 *
 * Prints per scenario: processor microseconds per trial, client queries and recorded queries per
 * trial, and the 5 %, 50 % and 95 % quantiles of the recorded queries per resolver of the case.
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sort.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analysis/config/case.h"
#include "sim/trial.h"

#define MAX_RESOLVERS 8
#define MAX_TRIALS 100000

static double counts[MAX_RESOLVERS + 1][MAX_TRIALS];

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Column r: queries of resolver r in the first sensor's log; the last column: everybody else. */
static void count_log(const struct world *world, const struct query_array *log, size_t trial)
{
    for (uint32_t r = 0; r <= MAX_RESOLVERS; r++)
        counts[r][trial] = 0;
    for (size_t i = 0; i < log->n; i++) {
        uint32_t r = 0;
        while (r < world->n_resolvers && r < MAX_RESOLVERS &&
               world->resolvers[r].client != log->q[i].client)
            r++;
        counts[r < world->n_resolvers ? r : MAX_RESOLVERS][trial] += 1;
    }
}

static void print_column(const struct world *world, uint32_t r, size_t n)
{
    double *column = counts[r];
    gsl_sort(column, 1, n);
    const char *name =
        r < MAX_RESOLVERS ? intern_text(&world->clients, world->resolvers[r].client) : "others";
    if (column[n - 1] > 0)
        printf("    %-18s %6.0f %6.0f %6.0f\n", name, column[n / 20], column[n / 2],
               column[n - 1 - n / 20]);
}

static int measure(const struct case_file *file, const struct scenario *scenario, size_t n)
{
    struct trial trial;
    struct message message = {"out of memory"};
    int status = trial_init(&trial, &file->world);
    double asked = 0, seen = 0, start = now_s();
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        status = trial_run(&trial, &scenario->plan, 1, i, &message);
        asked += (double)trial_count_asked(&trial);
        seen += (double)trial.logs[0].n;
        count_log(&file->world, &trial.logs[0], i);
    }
    double us = (now_s() - start) / (double)n * 1e6;
    trial_free(&trial);
    if (status != STATUS_OK) {
        fprintf(stderr, "%s\n", message.text);
        return status;
    }
    printf("%-34s %7.0f us/trial %8.0f asked %7.0f seen\n", scenario->name, us, asked / (double)n,
           seen / (double)n);
    for (uint32_t r = 0; r <= MAX_RESOLVERS; r++)
        if (r < file->world.n_resolvers || r == MAX_RESOLVERS)
            print_column(&file->world, r, n);
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "tests/golden/data/scenarios/world.cfg";
    size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    struct case_file file;
    struct message message = {{0}};
    gsl_set_error_handler_off();
    int status = case_load(&file, path, &message);
    if (status != STATUS_OK)
        fprintf(stderr, "%s\n", message.text);
    if (n < 1 || n > MAX_TRIALS)
        n = 1000;
    for (int i = 0; status == STATUS_OK && i < file.n_scenarios; i++)
        status = measure(&file, &file.scenarios[i], n);
    case_free(&file);
    return status;
}
