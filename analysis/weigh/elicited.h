/* elicited.h - evidence outside the log, as people judge it: for every explanation an interval for
 * the probability of an observation, with source and reasoning.
 *
 * Never mixed into the simulated evidence. An interval of probabilities gives an interval of
 * posterior probabilities: the lowest for a scenario has its own factor at the low end and all
 * others' at the high end, and the other way round.
 */
#ifndef ANALYSIS_WEIGH_ELICITED_H
#define ANALYSIS_WEIGH_ELICITED_H

#include "analysis/config/case.h"

#define ELICITED_MAX_ROWS 64

/* One observation outside the log. Texts live in the case's memory. */
struct elicited_row {
    const char *id, *observation, *source, *reasoning;
    double low[CASE_MAX_SCENARIOS],
        high[CASE_MAX_SCENARIOS]; /* probability of the observation under each scenario of the case,
                                     in the case's order; 0 < low <= high <= 1 */
};

struct elicited {
    struct elicited_row *rows; /* [ELICITED_MAX_ROWS], n_rows of them used */
    size_t n_rows;
    const char *simulated[ELICITED_MAX_ROWS]; /* ids left out: facts of the same id are in use */
    size_t n_simulated;
    size_t n_scenarios;
    double low[CASE_MAX_SCENARIOS], high[CASE_MAX_SCENARIOS]; /* products over the rows */
};

/* Reads the file that the case names under `elicited`. Call it when all scenarios are loaded and
 * the facts in use are settled; scenarios that a row does not name get the row's `otherwise`. A row
 * with the id of a fact in use is checked and left out: nothing is counted twice. STATUS_INPUT with
 * file and line, also where the case names no such file. The caller frees, also after a failure. */
int elicited_load(struct elicited *self, struct case_file *case_file, struct message *message);
void elicited_free(struct elicited *self);

/* Lowest and highest probability of each scenario, given those from simulation:
 * probability[n_scenarios], summing to 1. */
void elicited_bounds(const struct elicited *self, const double *probability, double *low,
                     double *high);

#endif
