/* prepare.h - from raw statistics to numbers of one size.
 *
 * A statistic may be a 0/1 indicator, a count with a long tail, or a smooth number. Each column
 * gets the mildest monotone transformation that leaves no long tail: none, the inverse hyperbolic
 * sine of the robustly scaled value, or normal scores of the ranks; then mean 0 and standard
 * deviation 1. A value that is missing in some rows becomes 0 (the mean) and a further 0/1 column
 * says that it was missing, because a missing value is itself evidence.
 */
#ifndef ANALYSIS_INFER_PREPARE_H
#define ANALYSIS_INFER_PREPARE_H

#include "analysis/infer/table.h"
#include "sim/status.h"

/* What became of a column of the table. */
enum column_state {
    COLUMN_USED,
    COLUMN_CONSTANT,   /* one value in all rows: tells nothing */
    COLUMN_EMPTY,      /* no finite value at all */
    COLUMN_DUPLICATE,  /* equal, row by row, to an earlier column */
    COLUMN_UNOBSERVED, /* missing in the observation: left out for every class */
    COLUMN_LEFT_OUT    /* by the caller's mask */
};

enum transform_kind { TRANSFORM_NONE, TRANSFORM_ASINH, TRANSFORM_RANK, TRANSFORM_MISSING };

/* One prepared input, made from one column. */
struct transform {
    enum transform_kind kind;
    uint32_t column;
    double center, scale;     /* robust: median and half the 16-84 % range of the raw values */
    double mean, deviation;   /* of the transformed values */
    double raw_low, raw_high; /* least and greatest raw value of the table */
    double low, high;         /* least and greatest prepared value that is ever returned */
    size_t n_knots;
    double *knot_raw;   /* increasing raw values, for TRANSFORM_RANK */
    double *knot_score; /* their normal scores */
};

struct prepare {
    size_t n_columns;
    size_t n_inputs; /* may be 0: nothing in the table varies */
    struct transform *input;
    enum column_state *state; /* per column of the table */
};

/* How a raw vector lies with respect to the table. */
struct reach {
    size_t n_missing; /* used columns without a finite value */
    size_t n_outside; /* used columns outside the table's range */
    size_t farthest;  /* the column that is farthest outside, in robust standard deviations */
    double excess;    /* how far, 0 if none is outside */
};

/* Which columns take part. */
struct prepare_choice {
    const double
        *observed; /* n_columns values or NULL: a column that is not finite there is left out */
    const uint8_t *leave_out; /* n_columns flags or NULL: columns to ignore */
    int short_tails; /* allow only about normal tails, for distances; else moderate ones pass too */
    int keep_duplicates; /* also use columns that are copies of others */
    unsigned threads;    /* 0 counts as 1; they do not change the result */
};

/* Fits the transformations on the rows `rows[0..n_rows)` of the table. Infinite values count as
 * missing. On failure (STATUS_RUN, memory) *self may still be given to prepare_free. */
int prepare_init(struct prepare *self, const struct table *table, const uint32_t *rows,
                 size_t n_rows, const struct prepare_choice *choice, struct message *message);

/* Frees what init allocated; safe to repeat. */
void prepare_free(struct prepare *self);

/* Writes n_inputs prepared values of one raw row. Values outside the table's range move on only
 * logarithmically, at most one standard deviation beyond it. `reach` may be NULL. */
void prepare_row(const struct prepare *self, const double *raw, double *out, struct reach *reach);

/* A few words for a state, for reports. */
const char *column_state_text(enum column_state state);

#endif
