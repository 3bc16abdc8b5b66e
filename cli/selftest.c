/* selftest.c - `mxplain selftest`: exact evidences beside the comparator's answers. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>

#include "analysis/infer/toy.h"
#include "cli/command.h"

/* Beyond this many stated errors the self-test fails. */
static const double GAP_MAX = 3;

struct settings {
    uint64_t rows, seed, threads;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"rows", required_argument, NULL, 'n'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"threads", required_argument, NULL, 't'},
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    *self = (struct settings){.rows = 5000, .seed = 1, .threads = default_threads()};
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'n')
            status = option_u64("rows", optarg, 100, 1000000, &self->rows, message);
        else if (c == 's')
            status = option_u64("seed", optarg, 0, UINT64_MAX, &self->seed, message);
        else if (c == 't')
            status = option_u64("threads", optarg, 1, 1024, &self->threads, message);
        else
            status = option_unknown("selftest", argv, message);
    }
    if (status == STATUS_OK && optind < argc)
        return fail(message, STATUS_INPUT, "selftest: unexpected argument \"%.60s\"", argv[optind]);
    return status;
}

static void print_result(const struct toy *toy, const struct toy_result *result)
{
    for (size_t c = 0; c < toy->n_models; c++) {
        printf("%-6s %-12s %15.10f %8.4f", c == 0 ? toy->name : "", toy->model_name[c],
               result->log_evidence[c], result->exact[c]);
        if (isnan(result->answer[c]))
            printf(" %10s %8s\n", "-", "-");
        else
            printf(" %10.4f %8.4f\n", result->answer[c], result->answer_error[c]);
    }
    printf("       %s%s\n", toy->summary,
           isnan(result->largest_gap)       ? ""
           : result->largest_gap <= GAP_MAX ? ": agrees"
                                            : ": DIFFERS");
}

static int run_selftest(int argc, char **argv, struct message *message)
{
    struct settings settings;
    size_t n_differ = 0, n_compared = 0;
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    printf("%-6s %-12s %15s %8s %10s %8s\n", "problem", "model", "log evidence", "exact",
           "comparator", "error");
    for (size_t i = 0; toys[i] != NULL && status == STATUS_OK; i++) {
        struct toy_result result;
        status = toy_run(toys[i], (size_t)settings.rows, settings.seed, (unsigned)settings.threads,
                         &result, message);
        if (status != STATUS_OK)
            return status;
        print_result(toys[i], &result);
        fflush(stdout);
        n_compared += isnan(result.largest_gap) ? 0 : 1;
        n_differ += result.largest_gap > GAP_MAX;
    }
    if (n_differ > 0)
        return fail(message, STATUS_RUN,
                    "selftest: %zu of %zu problems differ from the exact posterior by more than "
                    "%g stated errors",
                    n_differ, n_compared, GAP_MAX);
    printf("All %zu problems agree with the exact posterior within %g stated errors.\n", n_compared,
           GAP_MAX);
    return STATUS_OK;
}

const struct command command_selftest = {
    "selftest", "selftest [OPTION...]",
    "Compares the comparator's answers with exact posteriors of small problems",
    "      --rows N            simulated rows per model (5000)\n"
    "      --seed S            random seed (1)\n"
    "      --threads T         worker threads (all processors); they do not change the result\n",
    run_selftest};
