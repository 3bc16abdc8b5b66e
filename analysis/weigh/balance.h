/* balance.h - the evidence ledger of a verdict: what each family of statistics and each single
 * statistic (fact) says for and against the scenarios, and what the verdict would be without it.
 *
 * By the quick member of ledger.h throughout, on a sample of the table, so its figures differ a
 * little from the verdict's own; they are for comparing lines with each other. Costs two fits per
 * family and per statistic: with 26 facts and 19 scenarios some 45 s on two cores.
 */
#ifndef ANALYSIS_WEIGH_BALANCE_H
#define ANALYSIS_WEIGH_BALANCE_H

#include "analysis/infer/ledger.h"

#include <stdbool.h>

struct balance_line {
    const char *name;    /* of the family or the statistic */
    size_t n_statistics; /* used ones in it */
    /* [n_scenarios], decibans of the scenario against all others: this evidence alone; and what it
     * adds as the last to come in. */
    const double *alone, *last;
    double alone_gain_bits, lost_gain_bits; /* on average over simulated logs, held out */
    size_t best_without;                    /* the most probable scenario without this evidence */
    double probability_without;             /* its probability then */
    double change; /* of the probability of the scenario that is best with everything in place */
};

struct balance {
    bool is_done;                 /* false: not asked for, or nothing to weigh */
    struct ledger ledger[2];      /* owns the numbers */
    struct balance_line *family;  /* [n_families], greatest effect first */
    struct balance_line *single;  /* [n_singles], greatest change first */
    size_t n_families, n_singles; /* those that are used */
    struct importance
        importance;          /* bits that each statistic is worth over all logs, against noise */
    const double *all;       /* decibans with everything in place */
    size_t best;             /* most probable scenario with everything in place */
    double best_probability; /* by the quick member */
};

/* `observed`: as compared, n_columns finite values. The table must have at least two classes and
 * outlive the call only; its names must outlive *self. balance_free is safe after a failure. */
int balance_reach(struct balance *self, const struct table *table, const double *observed,
                  uint64_t seed, unsigned threads, struct message *message);
void balance_free(struct balance *self);

#endif
