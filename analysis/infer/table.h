/* table.h - the reference table as the comparator sees it.
 *
 * A plain view: row-major statistics, one class (scenario) per row. The comparator neither knows
 * nor cares who made it: a run of mxplain or somebody's CSV file. NaN marks a value that the
 * statistic could not give for that row.
 */
#ifndef ANALYSIS_INFER_TABLE_H
#define ANALYSIS_INFER_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
    size_t n_rows;
    size_t n_columns;       /* statistics; may be 0: then the evidence tells nothing */
    size_t n_classes;       /* at least 1 */
    const double *values;   /* values[row * n_columns + column] */
    const uint16_t *labels; /* labels[row] in [0, n_classes) */
    const double *
        prior; /* prior[class], sums to 1; NULL: equal. Independent of the class's number of rows */
    const char *const *column_names; /* n_columns names, for messages */
    const char *const *class_names;  /* n_classes names, for messages */
    const uint16_t *column_family;   /* family id per column for the evidence ledger, NULL: none */
    const char *const *family_names; /* indexed by column_family values */
    size_t n_families;
};

#endif
