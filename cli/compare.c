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
#include "cli/by_ranks.h"
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/keep.h"
#include "cli/progress.h"
#include "cli/ranks.h"

struct settings {
    struct comparison what;
    const char *db, *report;
    bool json;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"db", required_argument, NULL, 'd'},
                                            {"report", required_argument, NULL, 'r'},
                                            {"json", no_argument, NULL, 'j'},
                                            COMPARISON_OPTIONS,
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    memset(self, 0, sizeof *self);
    comparison_init(&self->what, ranks_count() > 1 ? 1 : default_threads());
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "q", options, NULL)) != -1;) {
        if (c == 'd')
            self->db = optarg;
        else if (c == 'r')
            self->report = optarg;
        else if (c == 'j')
            self->json = true;
        else
            status = comparison_option_take(&self->what, "compare", c, argv, message);
    }
    return status == STATUS_OK
               ? option_operand("compare", "case", argc, argv, &self->what.case_name, message)
               : status;
}

static int simulate(const struct settings *settings, const struct case_file *case_file,
                    const struct evidence *evidence, struct keeper *keeper,
                    struct reference *reference, struct message *message)
{
    struct progress_bar bar;
    progress_bar_start(&bar, "simulating", settings->what.quiet);
    struct reference_options options = {.seed = settings->what.seed,
                                        .trials = settings->what.trials,
                                        .threads = (unsigned)settings->what.threads,
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
        return report_json_print_elicited(stdout, input->verdict,
                                          settings->what.elicited ? elicited : NULL,
                                          MXPLAIN_VERSION, message);
    struct text_style style = text_style_for(stdout);
    report_text_print(stdout, input->verdict, settings->report ? outcome.html_path : NULL, &style);
    if (settings->what.elicited)
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
    char number[32], year[32];
    const struct {
        const char *option, *value;
    } given[] = {{"--log", settings->what.log},
                 {"--format", settings->what.format},
                 {"--sensor", settings->what.sensor},
                 {"--columns", settings->what.columns},
                 {"--timezone", settings->what.timezone},
                 {"--date-order", settings->what.date_order},
                 {"--year", settings->what.year > 0 ? year : NULL}};
    snprintf(year, sizeof year, "%llu", (unsigned long long)settings->what.year);
    snprintf(text, size, "mxplain compare");
    add_word(text, size, settings->what.case_name);
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i].value != NULL) {
            add_word(text, size, given[i].option);
            add_word(text, size, given[i].value);
        }
    for (int i = 0; i < settings->what.n_scenarios; i++) {
        add_word(text, size, "--scenario");
        add_word(text, size, settings->what.scenarios[i]);
    }
    if (settings->what.optional)
        add_word(text, size, "--optional");
    for (int i = 0; i < settings->what.n_weights; i++) {
        add_word(text, size, "--weight");
        add_word(text, size, settings->what.weights[i]);
    }
    snprintf(number, sizeof number, "%llu", (unsigned long long)settings->what.trials);
    add_word(text, size, "--trials");
    add_word(text, size, number);
    snprintf(number, sizeof number, "%llu", (unsigned long long)settings->what.seed);
    add_word(text, size, "--seed");
    add_word(text, size, number);
}

static int compare(const struct settings *settings, unsigned threads, struct case_file *case_file,
                   struct evidence *evidence, struct message *message)
{
    struct reference reference = {0};
    struct verdict verdict = {0};
    struct keeper keeper = {0};
    struct elicited elicited = {0};
    char command[4096];
    command_line(settings, command, sizeof command);
    struct verdict_options options = {.seed = settings->what.seed,
                                      .threads = threads,
                                      .members = MEMBERS_ALL,
                                      .ledger = settings->what.ledger};
    int status = settings->what.elicited ? elicited_load(&elicited, case_file, message) : STATUS_OK;
    if (status == STATUS_OK)
        status = keeper_open(&keeper, settings->db, case_file, evidence, settings->what.seed,
                             settings->what.trials, message);
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

/* Under mpirun all processes fill the table; the first then finds it in the database. */
static int share(const struct settings *settings, const struct case_file *case_file,
                 const struct evidence *evidence, unsigned *threads, int status,
                 struct message *message)
{
    status = ranks_agree(status, message);
    return status == STATUS_OK ? compute_by_ranks(&settings->what, settings->db, case_file,
                                                  evidence, threads, message)
                               : status;
}

static int run_compare(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct case_file case_file = {0};
    struct evidence evidence = {0};
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    unsigned threads = (unsigned)settings.what.threads;
    status = comparison_load(&settings.what, &case_file, &evidence, message);
    if (status == STATUS_OK && settings.report != NULL && ranks_number() == 0)
        status = report_check_place(settings.report, message);
    if (ranks_count() > 1)
        status = share(&settings, &case_file, &evidence, &threads, status, message);
    if (status == STATUS_OK && ranks_number() == 0)
        status = compare(&settings, threads, &case_file, &evidence, message);
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
    "      --threads T         worker threads (all processors); they do not change the "
    "result\n" COMPARISON_HELP_SCENARIO
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
