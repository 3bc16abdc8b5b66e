/* comparison.h - which comparison: what `compare` and `shard` must be told alike, because the
 * trials depend on it, and the case and evidence that follow from it. */
#ifndef CLI_COMPARISON_H
#define CLI_COMPARISON_H

#include <getopt.h>
#include <stdbool.h>

#include "analysis/weigh/evidence.h"

struct comparison {
    const char *case_name;
    const char *log, *format, *sensor; /* a log instead of the case's own evidence; or NULL */
    const char *timezone, *date_order; /* of its local times and dates; or NULL */
    const char *columns;               /* of a table without header; or NULL */
    uint64_t year;                     /* of its times without year; 0: by the file's date */
    uint64_t trials, seed, threads;
    bool quiet, optional; /* optional: use the case's optional facts too */
    /* only the verdict depends on these */
    bool elicited, ledger;
    const char *scenarios[CASE_MAX_SCENARIOS]; /* added by --scenario */
    int n_scenarios;
    const char *weights[CASE_MAX_SCENARIOS]; /* "NAME=WEIGHT" */
    int n_weights;
};

/* Values that getopt_long gives for them; a command's own options lie below. */
enum comparison_option {
    COMPARISON_TRIALS = 2000,
    COMPARISON_SEED,
    COMPARISON_THREADS,
    COMPARISON_SCENARIO,
    COMPARISON_LOG,
    COMPARISON_FORMAT,
    COMPARISON_SENSOR,
    COMPARISON_TIMEZONE,
    COMPARISON_DATE_ORDER,
    COMPARISON_COLUMNS,
    COMPARISON_YEAR,
    COMPARISON_WEIGHT,
    COMPARISON_ELICITED,
    COMPARISON_LEDGER,
    COMPARISON_OPTIONAL,
};

/* What decides the trials and the evidence, for option tables. */
#define COMPARISON_TRIAL_OPTIONS                                                                   \
    {"trials", required_argument, NULL, COMPARISON_TRIALS},                                        \
        {"seed", required_argument, NULL, COMPARISON_SEED},                                        \
        {"threads", required_argument, NULL, COMPARISON_THREADS},                                  \
        {"scenario", required_argument, NULL, COMPARISON_SCENARIO},                                \
        {"log", required_argument, NULL, COMPARISON_LOG},                                          \
        {"format", required_argument, NULL, COMPARISON_FORMAT},                                    \
        {"sensor", required_argument, NULL, COMPARISON_SENSOR},                                    \
        {"timezone", required_argument, NULL, COMPARISON_TIMEZONE},                                \
        {"date-order", required_argument, NULL, COMPARISON_DATE_ORDER},                            \
        {"columns", required_argument, NULL, COMPARISON_COLUMNS},                                  \
        {"year", required_argument, NULL, COMPARISON_YEAR},                                        \
        {"weight", required_argument, NULL, COMPARISON_WEIGHT},                                    \
        {"optional", no_argument, NULL, COMPARISON_OPTIONAL},                                      \
    {                                                                                              \
        "quiet", no_argument, NULL, 'q'                                                            \
    }

/* The same and what decides the verdict alone. */
#define COMPARISON_OPTIONS                                                                         \
    {"elicited", no_argument, NULL, COMPARISON_ELICITED},                                          \
        {"ledger", no_argument, NULL, COMPARISON_LEDGER}, COMPARISON_TRIAL_OPTIONS

#define COMPARISON_HELP_SCENARIO                                                                   \
    "      --scenario NAME     weigh this scenario too; may be given several times\n"              \
    "      --log FILE          weigh this log instead of the case's own evidence\n"                \
    "      --sensor NAME       the log is what this sensor saw (the first of the case)\n"          \
    "      --format FORMAT     format of the log (found out by itself); `mxplain formats` lists "  \
    "them\n"                                                                                       \
    "      --columns LIST      columns of a table without header: time,client,name,type\n"         \
    "      --timezone ZONE     zone of the log's local times: UTC, +03:00, Europe/Moscow\n"        \
    "      --date-order ORDER  of the log's dates such as 1/11/2024: dmy or mdy\n"                 \
    "      --year Y            year of the log's times without one (from the file's date)\n"       \
    "      --optional          use the facts that the case marks as optional too\n"

/* 2000 trials, seed 1, and the given number of threads. */
void comparison_init(struct comparison *self, unsigned threads);

/* Takes one option into *self; 'q' too. STATUS_INPUT for a wrong value, and for an option that is
 * none of COMPARISON_OPTIONS: then the complaint is that `command` does not know it. */
int comparison_option_take(struct comparison *self, const char *command, int option, char **argv,
                           struct message *message);

/* Loads the case with the added scenarios, other weights and other log, and its evidence. Both are
 * freed by the caller, also after a failure: they must be zero before. */
int comparison_load(const struct comparison *self, struct case_file *case_file,
                    struct evidence *evidence, struct message *message);

#endif
