/* column.h - one statistic's simulated values, for pictures. */
#ifndef ANALYSIS_REPORT_COLUMN_H
#define ANALYSIS_REPORT_COLUMN_H

#include "analysis/weigh/reference.h"

#define COLUMN_TRIALS_MAX 2000 /* per scenario; more would not change a picture */

/* Appends the defined values of a column in the first COLUMN_TRIALS_MAX trials of a scenario to
 * values[n ...] and gives the new length. */
size_t column_gather(const struct reference *reference, size_t scenario, size_t column,
                     double *values, size_t n);

/* The same for all scenarios, sorted. `values` has room for n_scenarios * COLUMN_TRIALS_MAX. */
size_t column_gather_all(const struct reference *reference, size_t column, double *values);

#endif
