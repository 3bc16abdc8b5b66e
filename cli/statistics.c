/* statistics.c - `mxplain statistics [CASE]`: the list of statistics, or their values for the
 * evidence or a simulated log. */
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/weigh/evidence.h"
#include "cli/command.h"
#include "sim/trial.h"

struct settings {
    const char *case_name, *scenario;
    uint64_t seed, trial;
    bool json;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"scenario", required_argument, NULL, 'a'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"trial", required_argument, NULL, 't'},
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    *self = (struct settings){.seed = 1};
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'j')
            self->json = true;
        else if (c == 'a')
            self->scenario = optarg;
        else if (c == 's')
            status = option_u64("seed", optarg, 0, UINT64_MAX, &self->seed, message);
        else if (c == 't')
            status = option_u64("trial", optarg, 0, UINT64_MAX / 2, &self->trial, message);
        else
            status = option_unknown("statistics", argv, message);
    }
    if (status == STATUS_OK && optind < argc)
        status = option_operand("statistics", "case", argc, argv, &self->case_name, message);
    return status;
}

static int print_json(json_t *list, struct message *message)
{
    int failed = json_dumpf(list, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(list);
    puts("");
    return failed ? fail(message, STATUS_RUN, "statistics: the output could not be written")
                  : STATUS_OK;
}

static int list_statistics(bool json, struct message *message)
{
    json_t *list = json_array();
    for (size_t i = 0; statistics[i] != NULL; i++) {
        const struct statistic *s = statistics[i];
        if (json)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", s->name, "family",
                                            family_names[s->family], "unit", s->unit, "summary",
                                            s->summary, "tells", s->tells));
        else
            printf("%-26s %-14s %s\n", s->name, family_names[s->family], s->summary);
    }
    if (json)
        return print_json(list, message);
    json_decref(list);
    return STATUS_OK;
}

static int print_values(const struct settings *settings, const struct evidence *evidence,
                        struct message *message)
{
    json_t *list = json_array();
    for (size_t i = 0; i < evidence->n; i++) {
        const struct fact *fact = evidence->facts[i];
        const struct statistic_request *request = &evidence->requests[i];
        bool interval = fact != NULL && fact->kind == FACT_INTERVAL;
        double low = interval ? fact->low : evidence->observed[i],
               high = interval ? fact->high : low;
        if (settings->json)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "name",
                                            request->label, "statistic", request->statistic->name,
                                            "family", family_names[request->statistic->family],
                                            "unit", request->statistic->unit, "low",
                                            isfinite(low) ? json_real(low) : json_null(), "high",
                                            isfinite(high) ? json_real(high) : json_null()));
        else if (interval)
            printf("%-44.44s %12g to %-12g %s\n", request->label, low, high,
                   request->statistic->unit);
        else if (isnan(low))
            printf("%-44.44s %12s\n", request->label, "undefined");
        else
            printf("%-44.44s %12.6g %s\n", request->label, low, request->statistic->unit);
    }
    if (settings->json)
        return print_json(list, message);
    json_decref(list);
    for (size_t i = 0; i < evidence->n_left_out; i++)
        printf("left out: %s (%s)\n", evidence->left_out[i].name, evidence->left_out[i].reason);
    if (evidence->report[0] != '\0')
        printf("%s\n", evidence->report);
    return STATUS_OK;
}

static int measure_simulated(const struct settings *settings, struct case_file *case_file,
                             struct evidence *evidence, struct message *message)
{
    struct trial trial;
    const struct scenario *scenario = case_find_scenario(case_file, settings->scenario);
    if (scenario == NULL)
        return fail(message, STATUS_INPUT,
                    "the case has no scenario \"%.60s\"; `mxplain scenarios CASE` lists them",
                    settings->scenario);
    int status = trial_init(&trial, &case_file->world);
    if (status == STATUS_OK)
        status = trial_run(&trial, &scenario->plan, settings->seed, settings->trial, message);
    if (status == STATUS_OK)
        status = evidence_from_logs(evidence, case_file, trial.logs, message);
    trial_free(&trial);
    return status;
}

static int run_statistics(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct case_file case_file;
    struct evidence evidence = {0};
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK || settings.case_name == NULL)
        return status == STATUS_OK ? list_statistics(settings.json, message) : status;
    status = case_load(&case_file, settings.case_name, message);
    if (status == STATUS_OK)
        case_use_optional(&case_file);
    if (status == STATUS_OK)
        status = settings.scenario != NULL
                     ? measure_simulated(&settings, &case_file, &evidence, message)
                     : evidence_load(&evidence, &case_file, message);
    if (status == STATUS_OK)
        status = print_values(&settings, &evidence, message);
    evidence_free(&evidence);
    case_free(&case_file);
    return status;
}

const struct command command_statistics = {
    "statistics", "statistics [CASE [--scenario NAME]] [--json]",
    "Lists the statistics; with a case, their values for its evidence or for a simulated log",
    "      --scenario NAME     of a log simulated by this scenario instead of the evidence\n"
    "      --seed S, --trial I which one (1, 0)\n"
    "      --json              as JSON on standard output\n",
    run_statistics};
