/* ledger.h - which evidence speaks for what: decibans of each family of statistics, and importance
 * against pure noise.
 *
 * Families interact, so each is shown in two ways: alone, and as the last to come in (all less
 * all-without-it). One deciban is ten times the log10 of a Bayes factor (Good 1950). The many fits
 * use the logistic regression alone on a sample of the rows: it is the fastest member, and one
 * member throughout makes the differences comparable.
 */
#ifndef ANALYSIS_INFER_LEDGER_H
#define ANALYSIS_INFER_LEDGER_H

#include "analysis/infer/table.h"
#include "sim/status.h"

struct ledger_options {
    uint64_t seed;
    unsigned threads;
    size_t fit_rows_max, hold_rows_max; /* rows of each fit */
};

/* Seed 1, one thread, 8,000 and 3,000 rows. */
void ledger_options_init(struct ledger_options *options);

/* Decibans for each class against all others together (weighted by their prior), positive: for,
 * negative: against. */
struct ledger_row {
    size_t family;          /* index into table.family_names */
    size_t n_columns;       /* of this family that are used */
    double *alone;          /* per class: this family alone */
    double *last;           /* per class: all families less all but this one */
    double alone_gain_bits; /* what the family alone tells on average over logs, held out */
    double lost_gain_bits;  /* what is lost on average without it */
};

struct ledger {
    size_t n_rows, n_classes;
    struct ledger_row
        *row;    /* families with at least one used column, greatest effect on any class first */
    double *all; /* per class: all families together, by the same member */
    double all_gain_bits;
    double *store; /* internal */
};

/* Needs table.column_family. `observed` has n_columns values; columns not finite there are left
 * out. Fails with STATUS_INPUT if the table has no families or cannot be fitted, STATUS_RUN for
 * lack of memory. On failure *out may still be given to ledger_free. */
int ledger_run(struct ledger *out, const struct table *table, const double *observed,
               const struct ledger_options *options, struct message *message);

void ledger_free(struct ledger *self);

/* How much a statistic matters over all logs: held-out gain lost, in bits, when its values are
 * shuffled among the held-out rows. NOISE_COLUMNS copies of real columns, shuffled over all rows so
 * that they mean nothing, show what pure noise gets. */
enum { NOISE_COLUMNS = 5 };

struct importance {
    size_t n_columns;
    double *bits; /* per column; 0 for those set aside */
    double noise[NOISE_COLUMNS];
    double noise_most; /* a statistic below this has shown no importance */
    double gain_bits;  /* with everything in place */
};

int importance_run(struct importance *out, const struct table *table, const double *observed,
                   const struct ledger_options *options, struct message *message);

void importance_free(struct importance *self);

#endif
