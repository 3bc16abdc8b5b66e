/* log_options.h - the options that say how logs are read, shared by import and export. */
#ifndef CLI_LOG_OPTIONS_H
#define CLI_LOG_OPTIONS_H

#include <getopt.h>

#include "analysis/ingest/ingest.h"

/* Values that getopt_long gives for them; a command's own options lie below. */
enum log_option {
    LOG_FORMAT = 1000,
    LOG_YEAR,
    LOG_DATE,
    LOG_TIMEZONE,
    LOG_DATE_ORDER,
    LOG_NAME,
    LOG_CLIENT,
    LOG_SERVER,
    LOG_FROM,
    LOG_UNTIL,
    LOG_COLUMNS,
};

#define LOG_OPTIONS                                                                                \
    {"format", required_argument, NULL, LOG_FORMAT}, {"year", required_argument, NULL, LOG_YEAR},  \
        {"date", required_argument, NULL, LOG_DATE},                                               \
        {"timezone", required_argument, NULL, LOG_TIMEZONE},                                       \
        {"date-order", required_argument, NULL, LOG_DATE_ORDER},                                   \
        {"name", required_argument, NULL, LOG_NAME},                                               \
        {"client", required_argument, NULL, LOG_CLIENT},                                           \
        {"server", required_argument, NULL, LOG_SERVER},                                           \
        {"from", required_argument, NULL, LOG_FROM},                                               \
        {"until", required_argument, NULL, LOG_UNTIL},                                             \
    {                                                                                              \
        "columns", required_argument, NULL, LOG_COLUMNS                                            \
    }

#define LOG_OPTIONS_HELP                                                                           \
    "      --format NAME       format of the files; told from their first bytes otherwise\n"       \
    "      --columns LIST      columns of a table without header: time,client,name,type or\n"      \
    "                          time=1,client=3\n"                                                  \
    "      --year Y            year of the first time that has none; else by the file's date\n"    \
    "      --date YYYY-MM-DD   day of the first time that has none; else by the file's date\n"     \
    "      --timezone ZONE     of local times: UTC, +03:00, Europe/Moscow; such logs need it\n"    \
    "      --date-order ORDER  of dates such as 1/11/2024: dmy, mdy (told by the dates)\n"         \
    "      --name GLOB         keep only these names: * and ? stand for any\n"                     \
    "      --client BLOCK      keep only these clients: 192.0.2.0/24\n"                            \
    "      --server BLOCK      keep only queries to these servers\n"                               \
    "      --from T            keep only queries from this time on: 2016-05-04T00:00Z\n"           \
    "      --until T           and before this one\n"

/* Takes one option into *options; one that is none of LOG_OPTIONS is left alone (STATUS_OK). */
int log_option_take(struct ingest_options *options, int option, const char *value,
                    struct message *message);

/* After all options: completes a window of which only one end was given. */
void log_options_finish(struct ingest_options *options);

#endif
