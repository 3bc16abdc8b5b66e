/* report.h - a verdict as files for people and programs.
 *
 * What the printers of this room share (struct report_input), and the one call that writes
 * everything. Foreign text passes escape.h, every file passes write_file.h. No output names a
 * time, a thread count or the machine: the same verdict gives the same bytes.
 */
#ifndef ANALYSIS_REPORT_REPORT_H
#define ANALYSIS_REPORT_REPORT_H

#include "analysis/config/case.h"
#include "analysis/weigh/verdict.h"

/* A mean daily number of queries that the evidence speaks of, over a stretch of days. */
struct daily_level {
    const char *label;
    double first_day, n_days; /* from the first day of the counts on */
    double low, high;         /* queries per day; equal for an exact value */
};

/* Daily counts of one simulated log per scenario, to show what each explanation would look like.
 * Borrowed. */
struct example_days {
    size_t n_days;
    time_us first_day_us;   /* midnight UTC */
    const double *counts;   /* counts[scenario * n_days + day], scenarios in the verdict's order */
    const double *observed; /* [n_days], or NULL where there are only facts */
    const struct daily_level *levels;
    size_t n_levels;
    const char *what; /* whose queries, in which log: "all queries in log paste", or NULL */
};

/* Everything that a report needs. All borrowed. */
struct report_input {
    const struct verdict *verdict;
    const struct case_file *case_file;   /* NULL: less is said of the scenarios */
    const struct reference *reference;   /* of verdict->seed and first_trial 0; NULL: no picture of
                                            the fit */
    const struct example_days *examples; /* NULL: report_write makes its own (examples.h) from
                                            case_file and reference, if both are given */
    const char *command;                 /* how to run it again, or NULL */
    const char *version;                 /* of the program */
};

/* Where the report was left, and whether pictures could be made. */
struct report_outcome {
    char html_path[1024];
    bool has_plots;
    char plot_note[300]; /* why there are none, "" otherwise */
};

/* Writes report.html, verdict.json, verdict.txt, facts.csv and plots/NAME.svg below `directory`,
 * which is made if needed. Where gnuplot is missing or fails the report is written without pictures
 * and says so. `outcome` may be NULL. Errors as write_file; each file is either whole or as it was
 * before. */
int report_write(const struct report_input *input, const char *directory,
                 struct report_outcome *outcome, struct message *message);

/* Makes the directory and tries whether files can be written there, so that a wrong place is known
 * before hours of simulation and not after. Errors as report_write. */
int report_check_place(const char *directory, struct message *message);

/* Facts as a table: name, statistic, unit, value, sd, low, high, source, note. Safe to open in a
 * spreadsheet. Errors show in ferror(out). */
void report_facts_csv_print(FILE *out, const struct evidence *evidence);

#endif
