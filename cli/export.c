/* export.c - `mxplain export LOG --db FILE` or `mxplain export FILE`: writes a log in another
 * format. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/ingest/writer.h"
#include "analysis/store/logs.h"
#include "cli/command.h"
#include "cli/log_options.h"

struct settings {
    struct ingest_options log; /* of files that are read directly */
    const char *db;
    const char *output; /* NULL: standard output */
    const struct log_writer *writer;
    const char *operand;
};

enum { OPTION_DB = 1, OPTION_OUTPUT, OPTION_TO };

static int take_writer(struct settings *settings, const char *name, struct message *message)
{
    settings->writer = log_writer_find(name);
    if (settings->writer != NULL)
        return STATUS_OK;
    return fail(message, STATUS_INPUT,
                "--to: \"%.40s\" cannot be written; expected csv, jsonl, bind, pipe or zeek", name);
}

static int read_settings(struct settings *settings, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"db", required_argument, NULL, OPTION_DB},
                                            {"output", required_argument, NULL, OPTION_OUTPUT},
                                            {"to", required_argument, NULL, OPTION_TO},
                                            LOG_OPTIONS,
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK, option;
    *settings = (struct settings){.writer = log_writers[0]};
    while (status == STATUS_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?' || option == ':')
            return option_unknown("export", argv, message);
        settings->db = option == OPTION_DB ? optarg : settings->db;
        settings->output = option == OPTION_OUTPUT ? optarg : settings->output;
        status = option == OPTION_TO ? take_writer(settings, optarg, message)
                                     : log_option_take(&settings->log, option, optarg, message);
    }
    log_options_finish(&settings->log);
    if (status == STATUS_OK)
        status = option_operand("export", "log", argc, argv, &settings->operand, message);
    settings->log.files = &settings->operand;
    settings->log.n_files = 1;
    return status;
}

static int load(const struct settings *settings, struct query_log *log, struct message *message)
{
    struct ingest_report report = {0};
    struct store store = {0};
    if (settings->db == NULL) {
        int read = ingest_read(&settings->log, log, &report, message);
        if (read == STATUS_OK)
            ingest_report_print(&report, stderr);
        return read;
    }
    int status = store_open(&store, settings->db, STORE_READ, NULL, message);
    if (status == STATUS_OK)
        status = store_load_log(&store, settings->operand, log, message);
    store_close(&store);
    return status;
}

/* What the format cannot hold is said, not lost silently. */
static void warn(const struct query_log *log, const struct log_writer *writer)
{
    unsigned lost = log->columns & ~writer->columns;
    if ((lost & COLUMN_TYPE) != 0)
        fprintf(stderr, "mxplain: %s has no record types: they are left out\n", writer->name);
    if ((lost & COLUMN_SERVER) != 0)
        fprintf(stderr, "mxplain: %s has no servers: they are left out\n", writer->name);
    if (log->resolution_us < writer->resolution_us)
        fprintf(stderr, "mxplain: %s has no microseconds: times are cut to milliseconds\n",
                writer->name);
}

static int write_out(const struct settings *settings, const struct query_log *log,
                     struct message *message)
{
    FILE *out = settings->output != NULL ? fopen(settings->output, "wb") : stdout;
    if (out == NULL)
        return fail(message, STATUS_INPUT, "%s: cannot be written: %s", settings->output,
                    strerror(errno));
    int status = log_write(out, log, settings->writer, message);
    if (out != stdout && fclose(out) != 0 && status == STATUS_OK)
        status = fail(message, STATUS_RUN, "%s: cannot be written: %s", settings->output,
                      strerror(errno));
    return status;
}

static int run_export(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct query_log log;
    int status = read_settings(&settings, argc, argv, message);
    if (status == STATUS_OK)
        status = load(&settings, &log, message);
    if (status != STATUS_OK)
        return status;
    warn(&log, settings.writer);
    status = write_out(&settings, &log, message);
    query_log_free(&log);
    return status;
}

const struct command command_export = {
    "export", "export LOG [--db FILE] [--to FORMAT] [OPTION...]",
    "Writes a log in another format: one from a database, or a file of any known format",
    "With --db, LOG is the name of a log in the database; without, a file that is read first.\n\n"
    "      --db FILE           database that holds the log\n"
    "      --to FORMAT         csv (otherwise), jsonl, bind, pipe, zeek\n"
    "      --output FILE       write there; standard output otherwise\n" LOG_OPTIONS_HELP,
    run_export};
