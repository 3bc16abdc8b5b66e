/* check.c - `mxplain check CASE`: the certificate alone, on fresh simulated logs. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>

#include "analysis/weigh/check.h"
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/progress.h"

struct settings {
    struct comparison what;
    uint64_t fresh;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {
        {"fresh", required_argument, NULL, 'f'}, COMPARISON_TRIAL_OPTIONS, {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    self->fresh = 500;
    comparison_init(&self->what, default_threads());
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "q", options, NULL)) != -1;)
        status = c == 'f' ? option_u64("fresh", optarg, 20, 10000000, &self->fresh, message)
                          : comparison_option_take(&self->what, "check", c, argv, message);
    return status == STATUS_OK
               ? option_operand("check", "case", argc, argv, &self->what.case_name, message)
               : status;
}

static void print_confusion(const struct case_file *case_file, const struct check *check)
{
    puts("\nConfusion: rows are the truth, columns the choice, in the same order, per cent");
    for (size_t s = 0; s < check->n_classes; s++) {
        printf("  %-28.28s", case_file->scenarios[s].name);
        for (size_t c = 0; c < check->n_classes; c++)
            printf(" %5.1f", 100.0 * check->confusion[s * check->n_classes + c]);
        puts("");
    }
}

static void print_check(const struct case_file *case_file, const struct check *check)
{
    printf("%zu fresh logs whose scenario is known\n\n", check->n_rows);
    printf("wrong choices            %6.2f %%  (always the prior: %.2f %%)\n",
           100 * check->scores.error, 100 * check->prior_scores.error);
    printf("log score                %8.4f  (always the prior: %.4f; smaller is better)\n",
           check->scores.log_score, check->prior_scores.log_score);
    printf("Brier score              %8.4f  (always the prior: %.4f)\n", check->scores.brier,
           check->prior_scores.brier);
    printf("calibration error (ECE)  %8.4f\n", check->scores.calibration_error);
    printf("miscalibration           p = %.3f (PAV bootstrap)\n",
           check->calibration.miscalibration_p);
    printf("sets of 90 %%             cover %.1f %%, hold %.2f scenarios on average\n",
           100 * check->coverage_90, check->set_size_90);
    puts("\nAverage probability of each scenario, which should be its prior:");
    for (size_t c = 0; c < check->n_classes; c++)
        printf("  %-28.28s %.4f +- %.4f, prior %.4f, z = %+.2f\n", case_file->scenarios[c].name,
               check->mean_probability[c], check->mean_error[c], check->prior[c],
               (check->mean_probability[c] - check->prior[c]) / fmax(check->mean_error[c], 1e-12));
    print_confusion(case_file, check);
}

static int run_check(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct case_file case_file = {0};
    struct evidence evidence = {0};
    struct check check = {0};
    struct progress_bar bar;
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    const struct comparison *what = &settings.what;
    status = comparison_load(what, &case_file, &evidence, message);
    progress_bar_start(&bar, "simulating", what->quiet);
    struct check_options options = {what->seed,     what->trials,
                                    settings.fresh, (unsigned)what->threads,
                                    MEMBERS_ALL,    &bar.progress};
    if (status == STATUS_OK)
        status = check_run(&check, &case_file, &evidence, &options, message);
    progress_bar_end(&bar);
    if (status == STATUS_OK)
        print_check(&case_file, &check);
    check_free(&check);
    evidence_free(&evidence);
    case_free(&case_file);
    return status;
}

const struct command command_check = {
    "check", "check CASE [OPTION...]",
    "Puts the comparison to fresh simulated logs whose scenario is known: the certificate alone",
    "      --trials N          simulated logs per scenario in the reference table (2000)\n"
    "      --fresh M           fresh logs per scenario (500)\n"
    "      --seed S            random seed (1)\n"
    "      --threads T         worker threads (all processors)\n" COMPARISON_HELP_SCENARIO
    "      --weight NAME=W     another prior weight for this scenario; may be given several "
    "times\n"
    "  -q, --quiet             no progress\n",
    run_check};
