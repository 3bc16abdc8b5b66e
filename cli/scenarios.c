/* scenarios.c - `mxplain scenarios CASE [NAME]`: the explanations that compete in a case, with
 * every prior. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "analysis/config/case.h"
#include "cli/command.h"

static void show(const struct scenario *scenario)
{
    struct {
        const char *heading, *text;
    } parts[] = {{"Claim", scenario->claim},
                 {"Proposed by", scenario->proposed_by},
                 {"Reasons for the priors", scenario->reasons},
                 {"What would count against it", scenario->against}};
    printf("%s: %s\n", scenario->name, scenario->title);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].text != NULL)
            printf("\n%s: %s\n", parts[i].heading, parts[i].text);
    puts("\nParameters (path: prior; unit; meaning):");
    for (uint32_t i = 0; i < scenario->plan.n_params; i++) {
        const struct plan_param *param = &scenario->plan.params[i];
        char prior[600];
        dist_print(&param->prior, param->row, prior, sizeof prior);
        printf("  %s: %s%s%s; %s\n", param->path, prior, *unit_name(param->row->unit) ? "; " : "",
               unit_name(param->row->unit), param->row->meaning);
    }
}

static int list_or_show(struct case_file *case_file, const char *name, struct message *message)
{
    if (name == NULL) {
        printf("%s\n\n", case_file->title);
        for (int i = 0; i < case_file->n_scenarios; i++)
            printf("%-30s %s\n", case_file->scenarios[i].name, case_file->scenarios[i].title);
        return STATUS_OK;
    }
    const struct scenario *scenario = case_find_scenario(case_file, name);
    if (scenario == NULL) {
        const char *near = nearest_word(name, case_scenario_names(case_file, message));
        return fail(
            message, STATUS_INPUT,
            "the case has no scenario \"%.60s\"%s%s%s; without a name this command lists them",
            name, near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
    }
    show(scenario);
    return STATUS_OK;
}

static int run_scenarios(int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{NULL, 0, NULL, 0}};
    if (getopt_long(argc, argv, "", options, NULL) != -1)
        return option_unknown("scenarios", argv, message);
    if (optind >= argc || optind + 2 < argc)
        return fail(message, STATUS_INPUT,
                    "scenarios: expected a case and perhaps the name of a scenario");
    struct case_file case_file;
    int status = case_load(&case_file, argv[optind], message);
    if (status == STATUS_OK)
        status = list_or_show(&case_file, optind + 1 < argc ? argv[optind + 1] : NULL, message);
    case_free(&case_file);
    return status;
}

const struct command command_scenarios = {
    "scenarios", "scenarios CASE [NAME]",
    "Lists the explanations that compete in a case, or shows one with its reasons and every prior",
    "", run_scenarios};
