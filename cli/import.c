/* import.c - `mxplain import FILE... [--db FILE]`: reads logs, counts every line, keeps the queries
 * in a database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/store/log_writer.h"
#include "cli/command.h"
#include "cli/log_options.h"
#include "cli/stop.h"

struct settings {
    struct ingest_options log;
    const char *db;
    const char *as; /* name of the log in the database; NULL: the first file's */
    bool replace;
};

enum { OPTION_DB = 1, OPTION_AS, OPTION_REPLACE };

static int read_settings(struct settings *settings, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"db", required_argument, NULL, OPTION_DB},
                                            {"as", required_argument, NULL, OPTION_AS},
                                            {"replace", no_argument, NULL, OPTION_REPLACE},
                                            LOG_OPTIONS,
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK, option;
    *settings = (struct settings){0};
    while (status == STATUS_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?' || option == ':')
            return option_unknown("import", argv, message);
        settings->db = option == OPTION_DB ? optarg : settings->db;
        settings->as = option == OPTION_AS ? optarg : settings->as;
        settings->replace = settings->replace || option == OPTION_REPLACE;
        status = log_option_take(&settings->log, option, optarg, message);
    }
    if (status == STATUS_OK && optind >= argc)
        return fail(message, STATUS_INPUT,
                    "import: the log file is missing; `mxplain import --help` shows how");
    log_options_finish(&settings->log);
    settings->log.files = (const char *const *)(argv + optind);
    settings->log.n_files = (size_t)(argc - optind);
    return status;
}

static const char *log_name(const struct settings *settings)
{
    const char *file = settings->log.files[0], *slash = strrchr(file, '/');
    if (settings->as != NULL)
        return settings->as;
    return strcmp(file, "-") == 0 ? "standard input" : slash != NULL ? slash + 1 : file;
}

static void tell(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "mxplain: %s\n", text);
}

/* A log on its way into the database, which is opened for its first row: input that cannot be used
 * makes no file. */
struct intake {
    const struct settings *settings;
    struct store store;
    struct store_log_writer writer;
    bool is_open;
    struct message *message;
};

static int open_intake(struct intake *self)
{
    static const struct store_notice notice = {NULL, tell};
    const struct settings *settings = self->settings;
    int status = store_open(&self->store, settings->db, STORE_WRITE, &notice, self->message);
    if (status == STATUS_OK)
        status = store_log_begin(&self->writer, &self->store, log_name(settings), settings->replace,
                                 self->message);
    self->is_open = status == STATUS_OK;
    if (status != STATUS_OK)
        store_close(&self->store);
    return status;
}

static int interrupted(struct message *message)
{
    return fail(message, STATUS_RUN, "import: interrupted; nothing of the log was kept");
}

/* Before each row. */
static int ready(struct intake *self)
{
    if (*stop_asked())
        return interrupted(self->message);
    return self->is_open ? STATUS_OK : open_intake(self);
}

static int take_query(void *context, const struct ingest_query *query)
{
    struct intake *self = context;
    int status = ready(self);
    return status == STATUS_OK ? store_log_query(&self->writer, query, self->message) : status;
}

static int take_mail(void *context, const struct ingest_mail *mail)
{
    struct intake *self = context;
    int status = ready(self);
    return status == STATUS_OK ? store_log_mail(&self->writer, mail, self->message) : status;
}

static int take_aggregate(void *context, const struct ingest_aggregate *aggregate)
{
    struct intake *self = context;
    int status = ready(self);
    return status == STATUS_OK ? store_log_aggregate(&self->writer, aggregate, self->message)
                               : status;
}

/* What the importer said, kept with the log. */
static int write_report(const struct ingest_report *report, char **text, struct message *message)
{
    size_t n = 0;
    FILE *memory = open_memstream(text, &n);
    if (memory == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    ingest_report_print(report, memory);
    if (fclose(memory) != 0 || *text == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    return STATUS_OK;
}

static int close_intake(struct intake *self, int status, struct ingest_report *report)
{
    char *text = NULL;
    const struct settings *settings = self->settings;
    if (status == STATUS_OK && self->writer.too_many_servers)
        ingest_report_no_servers(report);
    if (status == STATUS_OK)
        status = write_report(report, &text, self->message);
    struct store_log_info info = {log_name(settings), settings->log.files[0], text};
    struct store_log_head head = {.columns = report->columns,
                                  .resolution_us = report->resolution_us,
                                  .from_us = settings->log.from_us,
                                  .until_us = settings->log.until_us};
    if (self->is_open) {
        status = store_log_finish(&self->writer, status, &info, &head, self->message);
        store_close(&self->store);
    }
    free(text);
    return status;
}

static int keep(const struct settings *settings, struct ingest_report *report,
                struct message *message)
{
    struct intake intake = {.settings = settings, .message = message};
    struct ingest_sink sink = {&intake, take_query, take_aggregate, take_mail};
    stop_gently(true);
    int status = ingest_stream(&settings->log, &sink, report, message);
    if (status == STATUS_OK || *stop_asked())
        status = *stop_asked() ? interrupted(message) : ready(&intake);
    stop_gently(false);
    return close_intake(&intake, status, report);
}

static int run_import(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct ingest_report report = {0};
    struct ingest_sink nowhere = {0};
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    status = settings.db != NULL ? keep(&settings, &report, message)
                                 : ingest_stream(&settings.log, &nowhere, &report, message);
    if (status != STATUS_OK)
        return status;
    ingest_report_print(&report, stdout);
    if (settings.db != NULL)
        printf("kept as \"%s\" in %s\n", log_name(&settings), settings.db);
    return STATUS_OK;
}

const struct command command_import = {
    "import", "import FILE... [--db FILE] [OPTION...]",
    "Reads logs of any known format, counts every line, and keeps the queries in a database",
    "Files may be compressed (gzip, zstd, xz); - is standard input. Without --db the lines are "
    "only\n"
    "counted. `mxplain formats` lists the formats.\n\n"
    "      --db FILE           database to keep the log in; made where it does not exist\n"
    "      --as NAME           name of the log there; the first file's otherwise\n"
    "      --replace           replace a log of that name\n" LOG_OPTIONS_HELP,
    run_import};
