/* replay.c - `mxplain replay CASE --queries FILE`: recorded client queries through the simulated
 * resolvers of a case. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "analysis/ingest/writer.h"
#include "analysis/weigh/replay.h"
#include "analysis/weigh/synthetic.h"
#include "cli/command.h"
#include "cli/log_options.h"
#include "cli/with_case.h"

struct settings {
    const char *case_name, *scenario, *queries, *against;
    uint64_t seed, within_ms;
    struct ingest_options log;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"scenario", required_argument, NULL, 'a'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"queries", required_argument, NULL, 'q'},
                                            {"against", required_argument, NULL, 'g'},
                                            {"within", required_argument, NULL, 'w'},
                                            LOG_OPTIONS,
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    *self = (struct settings){.seed = 1, .within_ms = 250};
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == '?' || c == ':')
            return option_unknown("replay", argv, message);
        self->scenario = c == 'a' ? optarg : self->scenario;
        self->queries = c == 'q' ? optarg : self->queries;
        self->against = c == 'g' ? optarg : self->against;
        if (c == 's')
            status = option_u64("seed", optarg, 0, UINT64_MAX, &self->seed, message);
        else if (c == 'w')
            status = option_u64("within", optarg, 0, 3600000, &self->within_ms, message);
        else
            status = log_option_take(&self->log, c, optarg, message);
    }
    log_options_finish(&self->log);
    if (status == STATUS_OK)
        status = option_operand("replay", "case", argc, argv, &self->case_name, message);
    if (status == STATUS_OK && self->queries == NULL)
        status = fail(message, STATUS_INPUT,
                      "replay: --queries FILE is missing: a log of what clients asked");
    return status;
}

static int read_log(const struct ingest_options *options, const char *path, struct query_log *log,
                    struct message *message)
{
    struct ingest_options own = *options;
    struct ingest_report report = {0};
    own.files = &path;
    own.n_files = 1;
    int status = ingest_read(&own, log, &report, message);
    if (status == STATUS_OK)
        ingest_report_print(&report, stderr);
    return status;
}

/* The recorded log is told by its first bytes: the options describe the client queries, but for
 * those that say how times are written. */
static int compare(const struct settings *settings, const struct trial *trial,
                   struct replay_counts *counts, struct message *message)
{
    const struct ingest_options times = {.timezone = settings->log.timezone,
                                         .year = settings->log.year,
                                         .date = settings->log.date,
                                         .date_order = settings->log.date_order};
    struct query_log recorded;
    int status = read_log(&times, settings->against, &recorded, message);
    if (status != STATUS_OK)
        return status;
    status = replay_match(trial, 0, &recorded, (time_us)settings->within_ms * 1000, counts);
    query_log_free(&recorded);
    if (status != STATUS_OK)
        return fail(message, status, "replay: out of memory");
    printf("client queries  %zu replayed, %zu left out (not in the case)\n", counts->asked,
           counts->unknown);
    printf("upstream        %zu recorded, %zu simulated\n", counts->matched + counts->missed,
           counts->matched + counts->extra);
    printf("matched         %zu, at most %.1f ms apart\n", counts->matched,
           (double)counts->worst_us * 1e-3);
    printf("missed          %zu (recorded only)\nextra           %zu (simulated only)\n",
           counts->missed, counts->extra);
    return STATUS_OK;
}

static int write_simulated(const struct trial *trial, struct message *message)
{
    struct query_log log;
    int status = synthetic_log(&log, trial, 0, message);
    if (status == STATUS_OK)
        status = log_write(stdout, &log, log_writer_find("csv"), message);
    query_log_free(&log);
    return status;
}

static int replay(const void *context, struct case_file *case_file, struct message *message)
{
    const struct settings *settings = context;
    const struct scenario *scenario =
        settings->scenario != NULL
            ? find_scenario(case_file, settings->scenario, settings->case_name, message)
            : &case_file->scenarios[0];
    struct query_log clients;
    struct replay_counts counts;
    struct trial trial;
    if (scenario == NULL)
        return STATUS_INPUT;
    int status = read_log(&settings->log, settings->queries, &clients, message);
    if (status != STATUS_OK)
        return status;
    status = trial_init(&trial, &case_file->world);
    if (status == STATUS_OK)
        status = replay_run(&trial, &scenario->plan, settings->seed, &clients, &counts, message);
    if (status == STATUS_OK)
        status = settings->against != NULL ? compare(settings, &trial, &counts, message)
                                           : write_simulated(&trial, message);
    trial_free(&trial);
    query_log_free(&clients);
    return status;
}

static int run_replay(int argc, char **argv, struct message *message)
{
    struct settings settings;
    int status = read_settings(&settings, argc, argv, message);
    return status == STATUS_OK ? with_case(settings.case_name, replay, &settings, message) : status;
}

const struct command command_replay = {
    "replay", "replay CASE --queries FILE [OPTION...]",
    "Passes recorded client queries through the simulated resolvers of a case",
    "Prints, as CSV, what the case's first sensor then sees; or, with --against, how that agrees "
    "with a\nrecorded log, query by query.\n\n"
    "      --queries FILE      log of what clients asked of their resolvers (required)\n"
    "      --against FILE      log recorded above the resolvers\n"
    "      --within MS         a pair may be so far apart (250)\n"
    "      --scenario NAME     parameters of this explanation (the first of the case)\n"
    "      --seed S            random seed (1)\n"
    "\nHow --queries is read:\n" LOG_OPTIONS_HELP,
    run_replay};
