#include "analysis/report/column.h"

#include <math.h>

#include <gsl/gsl_sort.h>

size_t column_gather(const struct reference *reference, size_t scenario, size_t column,
                     double *values, size_t n)
{
    uint64_t trials = reference->trials < COLUMN_TRIALS_MAX ? reference->trials : COLUMN_TRIALS_MAX;
    const double *rows = reference->raw + scenario * reference->trials * reference->n_columns;
    for (uint64_t t = 0; t < trials; t++) {
        double value = rows[t * reference->n_columns + column];
        if (isfinite(value))
            values[n++] = value;
    }
    return n;
}

size_t column_gather_all(const struct reference *reference, size_t column, double *values)
{
    size_t n = 0;
    for (size_t s = 0; s < reference->n_scenarios; s++)
        n = column_gather(reference, s, column, values, n);
    gsl_sort(values, 1, n);
    return n;
}
