/* compare.c - `mxplain compare CASE`: from the case file to the verdict. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/report.h"
#include "analysis/report/report_elicited.h"
#include "analysis/report/report_json.h"
#include "analysis/report/report_text.h"
#include "analysis/weigh/verdict.h"
#include "cli/command.h"
#include "cli/keep.h"
#include "cli/progress.h"
#include "cli/ranks.h"
#include "cli/shard.h"

struct settings {
    const char *case_name, *db, *report;
    const char *log, *format, *sensor; /* a log instead of the case's own evidence */
    uint64_t trials, seed, threads;
    bool json, quiet, elicited, ledger;
    const char *scenarios[CASE_MAX_SCENARIOS]; /* added by --scenario */
    int n_scenarios;
    const char *weights[CASE_MAX_SCENARIOS]; /* "NAME=WEIGHT" */
    int n_weights;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"trials", required_argument, NULL, 'n'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"db", required_argument, NULL, 'd'},
                                            {"report", required_argument, NULL, 'r'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"scenario", required_argument, NULL, 'a'},
                                            {"log", required_argument, NULL, 'l'},
                                            {"format", required_argument, NULL, 'f'},
                                            {"sensor", required_argument, NULL, 'w'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"elicited", no_argument, NULL, 'e'},
                                            {"ledger", no_argument, NULL, 'g'},
                                            {"weight", required_argument, NULL, 'p'},
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    *self = (struct settings){
        .trials = 2000, .seed = 1, .threads = ranks_count() > 1 ? 1 : default_threads()};
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "q", options, NULL)) != -1;) {
        if (c == 'n')
            status = option_u64("trials", optarg, 100, 100000000, &self->trials, message);
        else if (c == 's')
            status = option_u64("seed", optarg, 0, UINT64_MAX, &self->seed, message);
        else if (c == 't')
            status = option_u64("threads", optarg, 1, 1024, &self->threads, message);
        else if (c == 'd')
            self->db = optarg;
        else if (c == 'r')
            self->report = optarg;
        else if (c == 'p' && self->n_weights < CASE_MAX_SCENARIOS)
            self->weights[self->n_weights++] = optarg;
        else if (c == 'l')
            self->log = optarg;
        else if (c == 'f')
            self->format = optarg;
        else if (c == 'w')
            self->sensor = optarg;
        else if (c == 'j')
            self->json = true;
        else if (c == 'e')
            self->elicited = true;
        else if (c == 'g')
            self->ledger = true;
        else if (c == 'q')
            self->quiet = true;
        else if (c == 'a' && self->n_scenarios < CASE_MAX_SCENARIOS)
            self->scenarios[self->n_scenarios++] = optarg;
        else
            status = option_unknown("compare", argv, message);
    }
    return status == STATUS_OK
               ? option_operand("compare", "case", argc, argv, &self->case_name, message)
               : status;
}

/* --weight NAME=W: other prior weights, by the trials that are there. */
static int change_weights(const struct settings *settings, struct case_file *case_file,
                          struct message *message)
{
    static const struct param_row row = {"weight", UNIT_NONE,      1e-9, 1e9,
                                         NULL,     "prior weight", NULL};
    for (int i = 0; i < settings->n_weights; i++) {
        char name[256];
        const char *equals = strchr(settings->weights[i], '=');
        struct dist weight;
        snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - settings->weights[i]) : 0,
                 settings->weights[i]);
        struct scenario *scenario = case_find_scenario(case_file, name);
        if (equals == NULL || scenario == NULL)
            return fail(
                message, STATUS_INPUT,
                "--weight \"%.80s\": expected NAME=NUMBER with the name of a scenario of the case",
                settings->weights[i]);
        struct message inner;
        if (dist_parse(&weight, equals + 1, &row, &inner) != STATUS_OK || weight.kind != DIST_FIXED)
            return fail(message, STATUS_INPUT,
                        "--weight \"%.80s\": expected a number from 1e-9 to 1e9",
                        settings->weights[i]);
        scenario->weight = weight.p[0];
    }
    return STATUS_OK;
}

/* --log FILE: this log is the evidence, as the named sensor (the first by default) would have seen
 * it. */
static int replace_evidence(const struct settings *settings, struct case_file *case_file,
                            struct message *message)
{
    const struct world *world = &case_file->world;
    if (settings->log == NULL)
        return settings->sensor == NULL && settings->format == NULL
                   ? STATUS_OK
                   : fail(message, STATUS_INPUT,
                          "compare: --format and --sensor belong to --log FILE");
    uint32_t sensor = 0;
    while (settings->sensor != NULL && sensor < world->n_sensors &&
           strcmp(world->sensors[sensor].name, settings->sensor) != 0)
        sensor++;
    if (sensor == world->n_sensors)
        return fail(message, STATUS_INPUT, "the case has no sensor \"%.60s\"", settings->sensor);
    /* Published facts are of other sensors and carry values of their own; the log is measured by
     * the default statistics of its sensor. */
    if (case_file->evidence != EVIDENCE_LOG)
        case_file->n_facts = 0;
    case_file->evidence = EVIDENCE_LOG;
    case_file->log =
        (struct log_evidence){.path = settings->log, .format = settings->format, .sensor = sensor};
    return STATUS_OK;
}

static int load(const struct settings *settings, struct case_file *case_file,
                struct evidence *evidence, struct message *message)
{
    int status = case_load(case_file, settings->case_name, message);
    for (int i = 0; status == STATUS_OK && i < settings->n_scenarios; i++)
        status = case_add_scenario(case_file, settings->scenarios[i], 1.0, NULL, message);
    if (status == STATUS_OK)
        status = change_weights(settings, case_file, message);
    if (status == STATUS_OK)
        status = replace_evidence(settings, case_file, message);
    return status == STATUS_OK ? evidence_load(evidence, case_file, message) : status;
}

static int simulate(const struct settings *settings, const struct case_file *case_file,
                    const struct evidence *evidence, struct keeper *keeper,
                    struct reference *reference, struct message *message)
{
    struct progress_bar bar;
    progress_bar_start(&bar, "simulating", settings->quiet);
    struct reference_options options = {.seed = settings->seed,
                                        .trials = settings->trials,
                                        .threads = (unsigned)settings->threads,
                                        .store = keeper_blocks(keeper),
                                        .progress = &bar.progress};
    int status =
        reference_fill(reference, case_file, evidence->requests, evidence->n, &options, message);
    progress_bar_end(&bar);
    return status;
}

static int show(const struct settings *settings, const struct report_input *input,
                const struct elicited *elicited, struct message *message)
{
    struct report_outcome outcome = {.html_path = ""};
    if (settings->report != NULL) {
        int status = report_write(input, settings->report, &outcome, message);
        if (status != STATUS_OK)
            return status;
    }
    if (settings->json)
        return report_json_print_elicited(
            stdout, input->verdict, settings->elicited ? elicited : NULL, MXPLAIN_VERSION, message);
    struct text_style style = text_style_for(stdout);
    report_text_print(stdout, input->verdict, settings->report ? outcome.html_path : NULL, &style);
    if (settings->elicited)
        report_elicited_print(stdout, elicited, input->verdict);
    if (settings->report != NULL && !outcome.has_plots)
        fprintf(stderr, "mxplain: the report has no pictures: %s\n", outcome.plot_note);
    return STATUS_OK;
}

/* Appends one word to a command line, in single quotes where the shell would read more into it. */
static void add_word(char *text, size_t size, const char *word)
{
    bool plain = *word != '\0' &&
                 word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "-_./=:,+@%")] == '\0';
    size_t used = strlen(text);
    snprintf(text + used, size - used, plain ? " %s" : " '", word);
    for (; !plain && *word != '\0' && used + 8 < size; word++) {
        used = strlen(text);
        snprintf(text + used, size - used, *word == '\'' ? "'\\''" : "%c", *word);
    }
    used = strlen(text);
    if (!plain)
        snprintf(text + used, size - used, "'");
}

/* How to run it again: everything that the result depends on. */
static void command_line(const struct settings *settings, char *text, size_t size)
{
    char number[32];
    const struct {
        const char *option, *value;
    } given[] = {
        {"--log", settings->log}, {"--format", settings->format}, {"--sensor", settings->sensor}};
    snprintf(text, size, "mxplain compare");
    add_word(text, size, settings->case_name);
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i].value != NULL) {
            add_word(text, size, given[i].option);
            add_word(text, size, given[i].value);
        }
    for (int i = 0; i < settings->n_scenarios; i++) {
        add_word(text, size, "--scenario");
        add_word(text, size, settings->scenarios[i]);
    }
    for (int i = 0; i < settings->n_weights; i++) {
        add_word(text, size, "--weight");
        add_word(text, size, settings->weights[i]);
    }
    snprintf(number, sizeof number, "%llu", (unsigned long long)settings->trials);
    add_word(text, size, "--trials");
    add_word(text, size, number);
    snprintf(number, sizeof number, "%llu", (unsigned long long)settings->seed);
    add_word(text, size, "--seed");
    add_word(text, size, number);
}

static int compare(const struct settings *settings, struct case_file *case_file,
                   struct evidence *evidence, struct message *message)
{
    struct reference reference = {0};
    struct verdict verdict = {0};
    struct keeper keeper = {0};
    struct elicited elicited = {0};
    char command[4096];
    command_line(settings, command, sizeof command);
    struct verdict_options options = {.seed = settings->seed,
                                      .threads = (unsigned)settings->threads,
                                      .members = MEMBERS_ALL,
                                      .ledger = settings->ledger};
    int status =
        settings->report != NULL ? report_check_place(settings->report, message) : STATUS_OK;
    if (status == STATUS_OK && ranks_count() > 1) {
        struct part whole = {.output = settings->db,
                             .trials = settings->trials,
                             .seed = settings->seed,
                             .threads = settings->threads,
                             .quiet = settings->quiet};
        status = part_compute_by_ranks(&whole, case_file, evidence, message);
        if (ranks_number() > 0)
            return status; /* the first process has all trials now and does the rest */
    }
    if (status == STATUS_OK && settings->elicited)
        status = elicited_load(&elicited, case_file, message);
    if (status == STATUS_OK)
        status = keeper_open(&keeper, settings->db, case_file, evidence, settings->seed,
                             settings->trials, message);
    if (status == STATUS_OK)
        status = simulate(settings, case_file, evidence, &keeper, &reference, message);
    if (status == STATUS_OK)
        status = verdict_reach(&verdict, case_file, evidence, &reference, &options, message);
    struct report_input input = {.verdict = &verdict,
                                 .case_file = case_file,
                                 .reference = &reference,
                                 .command = command,
                                 .version = MXPLAIN_VERSION};
    if (status == STATUS_OK)
        status = keeper_verdict(&keeper, &verdict, message);
    if (status == STATUS_OK)
        status = show(settings, &input, &elicited, message);
    keeper_close(&keeper, status);
    verdict_free(&verdict);
    reference_free(&reference);
    elicited_free(&elicited);
    return status;
}

static int run_compare(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct case_file case_file = {0};
    struct evidence evidence = {0};
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    status = load(&settings, &case_file, &evidence, message);
    if (status == STATUS_OK)
        status = compare(&settings, &case_file, &evidence, message);
    evidence_free(&evidence);
    case_free(&case_file);
    return status;
}

const struct command command_compare = {
    "compare", "compare CASE [OPTION...]",
    "Weighs the scenarios of a case against its evidence and prints the verdict",
    "  CASE is a case file, or the name of one that comes with the program.\n\n"
    "      --trials N          simulated logs per scenario (2000)\n"
    "      --seed S            random seed (1): the same seed gives the same bytes\n"
    "      --threads T         worker threads (all processors); they do not change the result\n"
    "      --scenario NAME     weigh this scenario too; may be given several times\n"
    "      --log FILE          weigh this log instead of the case's own evidence\n"
    "      --sensor NAME       the log is what this sensor saw (the first of the case)\n"
    "      --format FORMAT     format of the log (found out by itself); `mxplain formats` lists "
    "them\n"
    "      --ledger            say what each family of statistics and each single one speaks for,\n"
    "                          and who would lead without it (up to a minute more)\n"
    "      --weight NAME=W     another prior weight for this scenario; may be given several "
    "times.\n"
    "                          Nothing is simulated again where --db has the trials\n"
    "      --db FILE           keep trials and verdict in this SQLite database; an interrupted run "
    "goes on there\n"
    "      --report DIR        write report.html, verdict.json and plots into this folder\n"
    "      --elicited          besides, what evidence outside the log would make of it (the case's "
    "own rows)\n"
    "      --json              print the verdict as JSON\n"
    "  -q, --quiet             no progress\n",
    run_compare};
