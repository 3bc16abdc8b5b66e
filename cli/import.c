/* import.c - `mxplain import FILE... [--db FILE]`: reads logs, counts every line, keeps the queries
 * in a database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/store/logs.h"
#include "cli/command.h"
#include "cli/log_options.h"

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

static int save(const struct settings *settings, const struct query_log *log,
                const struct ingest_report *report, struct message *message)
{
    char *text = NULL;
    size_t n = 0;
    struct store store = {0};
    FILE *memory = open_memstream(&text, &n);
    if (memory == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    ingest_report_print(report, memory);
    if (fclose(memory) != 0 || text == NULL) {
        free(text);
        return fail(message, STATUS_RUN, "out of memory");
    }
    struct store_log_info info = {log_name(settings), settings->log.files[0], text};
    int status = store_open(&store, settings->db, STORE_WRITE, NULL, message);
    if (status == STATUS_OK)
        status = store_save_log(&store, &info, log, settings->replace, message);
    store_close(&store);
    free(text);
    return status;
}

static int run_import(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct ingest_report report = {0};
    struct query_log log;
    struct ingest_sink nowhere = {0};
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    status = settings.db != NULL ? ingest_read(&settings.log, &log, &report, message)
                                 : ingest_stream(&settings.log, &nowhere, &report, message);
    if (status == STATUS_OK && settings.db != NULL) {
        status = save(&settings, &log, &report, message);
        query_log_free(&log);
    }
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
