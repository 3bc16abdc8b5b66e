/* whatif.c - `mxplain whatif CASE --scenario NAME --set KEY=VALUE`: the same trials with one thing
 * changed. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/weigh/counterfactual.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/with_case.h"

#define MAX_CHANGES 32

struct settings {
    const char *case_name, *scenario;
    char *changes[MAX_CHANGES]; /* "KEY=VALUE" */
    int n_changes;
    uint64_t trials, seed, threads;
    bool quiet;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"scenario", required_argument, NULL, 'a'},
                                            {"set", required_argument, NULL, 'x'},
                                            {"trials", required_argument, NULL, 'n'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    *self = (struct settings){.trials = 1000, .seed = 1, .threads = default_threads()};
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "q", options, NULL)) != -1;) {
        if (c == 'n')
            status = option_u64("trials", optarg, 2, 100000000, &self->trials, message);
        else if (c == 's')
            status = option_u64("seed", optarg, 0, UINT64_MAX, &self->seed, message);
        else if (c == 't')
            status = option_u64("threads", optarg, 1, 1024, &self->threads, message);
        else if (c == 'q')
            self->quiet = true;
        else if (c == 'a')
            self->scenario = optarg;
        else if (c == 'x' && self->n_changes < MAX_CHANGES)
            self->changes[self->n_changes++] = optarg;
        else
            status = option_unknown("whatif", argv, message);
    }
    if (status == STATUS_OK)
        status = option_operand("whatif", "case", argc, argv, &self->case_name, message);
    if (status == STATUS_OK && (self->scenario == NULL || self->n_changes == 0))
        status = fail(message, STATUS_INPUT,
                      "whatif: --scenario NAME and at least one --set KEY=VALUE are needed");
    return status;
}

static int apply_changes(const struct settings *settings, struct plan *plan,
                         struct message *message)
{
    int status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < settings->n_changes; i++) {
        char *equals = strchr(settings->changes[i], '=');
        if (equals == NULL)
            return fail(message, STATUS_INPUT, "--set \"%.60s\": expected KEY=VALUE",
                        settings->changes[i]);
        *equals = '\0';
        status = plan_override(plan, settings->changes[i], equals + 1, message);
        *equals = '=';
    }
    return status;
}

static void print_result(const struct settings *settings, const struct counterfactual *result)
{
    printf("%s, %llu trials with the same random numbers, as it is and with", settings->scenario,
           (unsigned long long)settings->trials);
    for (int i = 0; i < settings->n_changes; i++)
        printf(" %s", settings->changes[i]);
    printf(":\n\n%-44s %12s %12s %12s %10s\n", "statistic", "as it is", "changed", "difference",
           "s.e.");
    for (size_t i = 0; i < result->n; i++) {
        const struct contrast *c = &result->contrasts[i];
        bool clear = fabs(c->difference) > 3.0 * c->difference_se && c->n > 1;
        printf("%-44.44s %12.5g %12.5g %12.5g %10.3g %s\n", c->name, c->mean_before, c->mean_after,
               c->difference, c->difference_se,
               c->n == 0 ? "undefined"
               : clear   ? "*"
                         : "");
    }
    puts("\n* the difference is more than three standard errors");
}

static int run_changed(const void *context, struct case_file *case_file, struct message *message)
{
    const struct settings *settings = context;
    const struct scenario *scenario =
        find_scenario(case_file, settings->scenario, settings->case_name, message);
    struct counterfactual result = {0};
    struct plan changed;
    if (scenario == NULL)
        return STATUS_INPUT;
    case_use_optional(case_file);
    int status = plan_copy(&changed, &scenario->plan, message);
    if (status == STATUS_OK)
        status = apply_changes(settings, &changed, message);
    struct progress_bar bar;
    progress_bar_start(&bar, "simulating", settings->quiet);
    struct reference_options options = {.seed = settings->seed,
                                        .trials = settings->trials,
                                        .threads = (unsigned)settings->threads,
                                        .progress = &bar.progress};
    if (status == STATUS_OK)
        status =
            counterfactual_run(&result, case_file, &scenario->plan, &changed, &options, message);
    progress_bar_end(&bar);
    if (status == STATUS_OK)
        print_result(settings, &result);
    counterfactual_free(&result);
    plan_free(&changed);
    return status;
}

static int run_whatif(int argc, char **argv, struct message *message)
{
    struct settings settings;
    int status = read_settings(&settings, argc, argv, message);
    return status == STATUS_OK ? with_case(settings.case_name, run_changed, &settings, message)
                               : status;
}

const struct command command_whatif = {
    "whatif", "whatif CASE --scenario NAME --set KEY=VALUE...",
    "Runs the same trials with one thing changed, and shows what that does to every statistic",
    "      --scenario NAME     which explanation (required)\n"
    "      --set KEY=VALUE     change the parameter with this path; `mxplain scenarios CASE NAME` "
    "lists the paths\n"
    "                          VALUE is a number or a prior: \"300 s\", \"gamma(shape=2, "
    "scale=3)\"\n"
    "      --trials N          trials (1000)\n"
    "      --seed S            random seed (1)\n"
    "      --threads T         worker threads (all processors)\n"
    "  -q, --quiet             no progress\n",
    run_whatif};
