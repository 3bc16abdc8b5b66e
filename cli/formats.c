/* formats.c - `mxplain formats [NAME]`: the log formats that can be read and written. */
#include <getopt.h>
#include <stdio.h>

#include "analysis/ingest/fact_writer.h"
#include "analysis/ingest/format.h"
#include "analysis/ingest/wrapper.h"
#include "analysis/ingest/writer.h"
#include "cli/command.h"

static const struct {
    unsigned column;
    const char *name;
} columns[] = {{COLUMN_TIME, "time"},
               {COLUMN_CLIENT, "client"},
               {COLUMN_NAME, "name"},
               {COLUMN_TYPE, "type"},
               {COLUMN_SERVER, "server"}};

static void show(const struct log_format *format)
{
    const struct log_writer *writer = log_writer_find(format->name);
    const struct fact_writer *facts = fact_writer_find(format->name);
    printf("%s: %s\n\n%s\n\nGives:", format->name, format->title, format->summary);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if ((format->columns & columns[i].column) != 0)
            printf(" %s", columns[i].name);
    puts(format->gives_aggregates ? " (counts only: facts, not a log)"
         : format->gives_mail     ? " mail events (no look-ups)"
                                  : "");
    if (format->needs_year)
        puts("Times may lack the year: give it with --year.");
    if (format->needs_timezone)
        puts("Times may be local: the zone is then needed, with --timezone.");
    if (format->missing != NULL)
        printf("Not built in: needs %s.\n", format->missing);
    if (writer != NULL)
        printf("Export: %s\n", writer->summary);
    if (facts != NULL)
        printf("Export: %s\n", facts->summary);
}

static bool can_write(const char *name)
{
    return log_writer_find(name) != NULL || fact_writer_find(name) != NULL;
}

static void list(void)
{
    for (size_t i = 0; log_formats[i] != NULL; i++)
        printf("%-14s %-6s %s%s\n", log_formats[i]->name,
               can_write(log_formats[i]->name) ? "in/out" : "in", log_formats[i]->title,
               log_formats[i]->missing != NULL ? " (not built in)" : "");
    puts("\nThe lines of a text format may stand in:");
    for (size_t i = 0; log_wrappers[i] != NULL; i++)
        printf("%-14s        %s\n", log_wrappers[i]->name, log_wrappers[i]->title);
}

static int run_formats(int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{NULL, 0, NULL, 0}};
    if (getopt_long(argc, argv, "", options, NULL) != -1)
        return option_unknown("formats", argv, message);
    if (optind >= argc) {
        list();
        return STATUS_OK;
    }
    const char *name;
    int status = option_operand("formats", "format", argc, argv, &name, message);
    if (status != STATUS_OK)
        return status;
    const struct log_format *format = log_format_find(name);
    if (format == NULL)
        return fail(message, STATUS_INPUT,
                    "log format \"%.40s\" is not known; `mxplain formats` lists those that are",
                    name);
    show(format);
    return STATUS_OK;
}

const struct command command_formats = {
    "formats", "formats [NAME]", "Lists the log formats that can be read (in) and written (out)",
    "", run_formats};
