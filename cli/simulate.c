/* simulate.c - `mxplain simulate CASE --scenario NAME`: synthetic logs, in formats that import
 * reads back. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/ingest/writer.h"
#include "analysis/report/write_file.h"
#include "analysis/weigh/synthetic.h"
#include "cli/command.h"
#include "cli/with_case.h"

struct settings {
    const char *case_name, *scenario, *sensor, *format, *output;
    uint64_t seed, first, n;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {
        {"scenario", required_argument, NULL, 'a'}, {"seed", required_argument, NULL, 's'},
        {"sensor", required_argument, NULL, 'w'},   {"format", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'},   {"number", required_argument, NULL, 'n'},
        {"trial", required_argument, NULL, 't'},    {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    *self = (struct settings){.seed = 1, .n = 1, .format = "csv"};
    for (int c;
         status == STATUS_OK && (c = getopt_long(argc, argv, "n:o:", options, NULL)) != -1;) {
        if (c == 's')
            status = option_u64("seed", optarg, 0, UINT64_MAX, &self->seed, message);
        else if (c == 'n')
            status = option_u64("number", optarg, 1, 1000000, &self->n, message);
        else if (c == 't')
            status = option_u64("trial", optarg, 0, UINT64_MAX / 2, &self->first, message);
        else if (c == 'a')
            self->scenario = optarg;
        else if (c == 'w')
            self->sensor = optarg;
        else if (c == 'f')
            self->format = optarg;
        else if (c == 'o')
            self->output = optarg;
        else
            status = option_unknown("simulate", argv, message);
    }
    if (status == STATUS_OK)
        status = option_operand("simulate", "case", argc, argv, &self->case_name, message);
    if (status == STATUS_OK && self->scenario == NULL)
        status = fail(message, STATUS_INPUT,
                      "simulate: --scenario NAME is missing; `mxplain scenarios %.100s` lists them",
                      self->case_name);
    if (status == STATUS_OK && self->n > 1 && self->output == NULL)
        status = fail(message, STATUS_INPUT,
                      "simulate: several logs need -o FILE; they become FILE with -1, -2, ... "
                      "before its ending");
    return status;
}

/* "logs/a.csv" becomes "logs/a-3.csv". */
static void numbered_path(const char *path, uint64_t number, char *buffer, size_t size)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    int stem = dot != NULL ? (int)(dot - path) : (int)strlen(path);
    snprintf(buffer, size, "%.*s-%llu%s", stem, path, (unsigned long long)number, dot ? dot : "");
}

struct output {
    const struct query_log *log;
    const struct log_writer *writer;
};

static int write_log(FILE *file, const void *context, struct message *message)
{
    const struct output *output = context;
    return log_write(file, output->log, output->writer, message);
}

static int write_one(const struct settings *settings, const struct query_log *log,
                     const struct log_writer *writer, uint64_t number, struct message *message)
{
    char path[1100];
    struct output output = {log, writer};
    if (settings->output == NULL)
        return write_log(stdout, &output, message);
    if (settings->n > 1)
        numbered_path(settings->output, number, path, sizeof path);
    else
        snprintf(path, sizeof path, "%.1000s", settings->output);
    return write_printed_file(path, write_log, &output, message);
}

static int simulate(const void *context, struct case_file *case_file, struct message *message)
{
    const struct settings *settings = context;
    const struct log_writer *writer = log_writer_find(settings->format);
    const struct scenario *scenario =
        find_scenario(case_file, settings->scenario, settings->case_name, message);
    struct trial trial;
    uint32_t sensor;
    if (writer == NULL)
        return fail(message, STATUS_INPUT,
                    "unknown format \"%.40s\"; known: csv, jsonl, bind, pipe, zeek",
                    settings->format);
    if (scenario == NULL)
        return STATUS_INPUT;
    int status = find_sensor(&case_file->world, settings->sensor, &sensor, message);
    if (status != STATUS_OK)
        return status;
    status = trial_init(&trial, &case_file->world);
    for (uint64_t i = 0; status == STATUS_OK && i < settings->n; i++) {
        struct query_log log;
        status = trial_run(&trial, &scenario->plan, settings->seed, settings->first + i, message);
        if (status != STATUS_OK)
            break;
        status = synthetic_log(&log, &trial, sensor, message);
        if (status == STATUS_OK)
            status = write_one(settings, &log, writer, i + 1, message);
        query_log_free(&log);
    }
    trial_free(&trial);
    return status;
}

static int run_simulate(int argc, char **argv, struct message *message)
{
    struct settings settings;
    int status = read_settings(&settings, argc, argv, message);
    return status == STATUS_OK ? with_case(settings.case_name, simulate, &settings, message)
                               : status;
}

const struct command command_simulate = {
    "simulate", "simulate CASE --scenario NAME [OPTION...]",
    "Writes synthetic logs of one scenario",
    "      --scenario NAME     which explanation (required)\n"
    "      --seed S            random seed (1)\n"
    "      --trial I           number of the first trial (0): trial I of a comparison with the "
    "same seed\n"
    "  -n, --number K          so many logs (1)\n"
    "      --sensor NAME       as this sensor sees them (the first of the case)\n"
    "      --format FORMAT     csv (default), jsonl, bind, pipe or zeek\n"
    "  -o, --output FILE       into a file instead of standard output\n",
    run_simulate};
