#include "analysis/infer/prepare.h"

#include "analysis/infer/sort.h"
#include "analysis/infer/workers.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KNOTS_MAX = 512 };

/* Beyond these a column counts as long-tailed. A normal sample of a million rows stays within the
 * first of each pair, one of a thousand within the second, which distances need: there one long
 * tail would hide all other columns. */
static const double DEVIATIONS_MAX[2] = {8, 5};
static const double KURTOSIS_MAX[2] = {12, 4};

const char *column_state_text(enum column_state state)
{
    switch (state) {
    case COLUMN_USED:
        return "used";
    case COLUMN_CONSTANT:
        return "the same in all rows";
    case COLUMN_EMPTY:
        return "no value in any row";
    case COLUMN_DUPLICATE:
        return "a copy of an earlier column";
    case COLUMN_UNOBSERVED:
        return "missing in the observation";
    case COLUMN_LEFT_OUT:
        return "left out";
    }
    return "unknown";
}

/* All values of a column, in row order. */
static void gather(const struct table *table, const uint32_t *rows, size_t n_rows, size_t column,
                   double *value)
{
    for (size_t i = 0; i < n_rows; i++)
        value[i] = table->values[rows[i] * table->n_columns + column];
}

static uint64_t hash_values(const double *value, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) {
        double x = value[i];
        uint64_t bits = 0;
        if (isfinite(x) && x != 0)
            memcpy(&bits, &x, sizeof bits);
        else if (!isfinite(x))
            bits = 1;
        hash = (hash ^ bits) * 0x9fb21c651e98df25u;
        hash ^= hash >> 29;
    }
    return hash;
}

/* Moves the finite values to the front, in their order; returns how many. */
static size_t keep_finite(double *value, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i]))
            value[kept++] = value[i];
    return kept;
}

static int columns_equal(const struct table *table, const uint32_t *rows, size_t n_rows, size_t a,
                         size_t b)
{
    for (size_t i = 0; i < n_rows; i++) {
        double x = table->values[rows[i] * table->n_columns + a];
        double y = table->values[rows[i] * table->n_columns + b];
        if (isfinite(x) != isfinite(y) || (isfinite(x) && x != y))
            return 0;
    }
    return 1;
}

static double quantile(const double *sorted, size_t n, double share)
{
    double place = share * (double)(n - 1);
    size_t below = (size_t)place;
    double rest = place - (double)below;
    return below + 1 < n ? sorted[below] * (1 - rest) + sorted[below + 1] * rest : sorted[n - 1];
}

/* Knots at evenly spaced ranks; equal values share the middle of their ranks. */
static int fit_knots(struct transform *t, const double *sorted, size_t n)
{
    size_t n_max = n < KNOTS_MAX ? n : KNOTS_MAX;
    t->knot_raw = malloc(n_max * sizeof *t->knot_raw);
    t->knot_score = malloc(n_max * sizeof *t->knot_score);
    if (t->knot_raw == NULL || t->knot_score == NULL)
        return STATUS_RUN;
    t->n_knots = 0;
    for (size_t k = 0; k < n_max; k++) {
        size_t at = k * (n - 1) / (n_max > 1 ? n_max - 1 : 1);
        if (t->n_knots > 0 && sorted[at] == t->knot_raw[t->n_knots - 1])
            continue;
        size_t first = at, last = at;
        while (first > 0 && sorted[first - 1] == sorted[at])
            first--;
        while (last + 1 < n && sorted[last + 1] == sorted[at])
            last++;
        double rank = 0.5 * ((double)first + (double)last) + 0.5;
        t->knot_raw[t->n_knots] = sorted[at];
        t->knot_score[t->n_knots++] = gsl_cdf_ugaussian_Pinv(rank / (double)n);
    }
    return STATUS_OK;
}

static double score_by_knots(const struct transform *t, double x)
{
    size_t low = 0, high = t->n_knots - 1;
    if (x <= t->knot_raw[0])
        return t->knot_score[0];
    if (x >= t->knot_raw[high])
        return t->knot_score[high];
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (t->knot_raw[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    double rest = (x - t->knot_raw[low]) / (t->knot_raw[high] - t->knot_raw[low]);
    return t->knot_score[low] + rest * (t->knot_score[high] - t->knot_score[low]);
}

static double shape(const struct transform *t, double x)
{
    switch (t->kind) {
    case TRANSFORM_ASINH:
        return asinh((x - t->center) / t->scale);
    case TRANSFORM_RANK:
        return score_by_knots(t, x);
    case TRANSFORM_MISSING:
        return isfinite(x) ? 0 : 1;
    case TRANSFORM_NONE:
        break;
    }
    return (x - t->center) / t->scale;
}

/* Sets mean and deviation over the values; says whether the tails are short enough for products of
 * columns. */
static int tails_are_short(struct transform *t, const double *value, size_t n, int strict)
{
    double mean = 0, square = 0, fourth = 0, farthest = 0;
    for (size_t i = 0; i < n; i++)
        mean += shape(t, value[i]);
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = shape(t, value[i]) - mean;
        square += d * d;
        fourth += d * d * d * d;
        farthest = fmax(farthest, fabs(d));
    }
    t->mean = mean;
    t->deviation = sqrt(square / (double)n);
    if (!(t->deviation > 0))
        t->deviation = 1;
    double variance = t->deviation * t->deviation;
    return farthest <= DEVIATIONS_MAX[strict] * t->deviation &&
           fourth / (double)n <= KURTOSIS_MAX[strict] * variance * variance;
}

static int fit_transform(struct transform *t, double *value, size_t n, int strict)
{
    t->raw_low = value[0];
    t->raw_high = value[n - 1];
    t->center = quantile(value, n, 0.5);
    t->scale = 0.5 * (quantile(value, n, 0.841344746) - quantile(value, n, 0.158655254));
    if (!(t->scale > 0) || !isfinite(t->scale))
        t->scale = 0.5 * t->raw_high - 0.5 * t->raw_low;
    /* A range below the least normal number would divide by nothing. */
    if (!(t->scale > 1e-300))
        t->scale = 1e-300;
    t->kind = TRANSFORM_NONE;
    if (tails_are_short(t, value, n, strict))
        return STATUS_OK;
    t->kind = TRANSFORM_ASINH;
    if (tails_are_short(t, value, n, strict))
        return STATUS_OK;
    t->kind = TRANSFORM_RANK;
    int code = fit_knots(t, value, n);
    if (code == STATUS_OK)
        tails_are_short(t, value, n, strict);
    return code;
}

/* The bounds of what prepare_row may return: a standard deviation beyond the table's own. */
static void set_bounds(struct transform *t)
{
    double a = (shape(t, t->raw_low) - t->mean) / t->deviation;
    double b = (shape(t, t->raw_high) - t->mean) / t->deviation;
    t->low = a - 1;
    t->high = b + 1;
}

static void missing_indicator(struct transform *t, size_t column, double share)
{
    *t = (struct transform){.kind = TRANSFORM_MISSING, .column = (uint32_t)column, .scale = 1};
    t->mean = share;
    t->deviation = sqrt(share * (1 - share));
    t->low = -share / t->deviation;
    t->high = (1 - share) / t->deviation;
}

/* What one column gives, before it is known whether it is a copy of another. */
struct column_fit {
    uint64_t hash;
    enum column_state state;
    int is_missing_input, is_value_input; /* which of the two inputs it gives */
    struct transform missing, value;
};

struct columns_job {
    const struct table *table;
    const uint32_t *rows;
    size_t n_rows;
    const struct prepare_choice *choice;
    struct column_fit *column;
};

/* `value`: the column's values in row order; overwritten. */
static int fit_values(const struct columns_job *job, size_t column, double *value)
{
    struct column_fit *out = &job->column[column];
    size_t n = keep_finite(value, job->n_rows);
    if (n == 0) {
        out->state = COLUMN_EMPTY;
        return STATUS_OK;
    }
    if (sort_numbers(value, n) != STATUS_OK)
        return STATUS_RUN;
    out->is_missing_input = n < job->n_rows;
    out->is_value_input = value[0] < value[n - 1];
    out->state = out->is_missing_input || out->is_value_input ? COLUMN_USED : COLUMN_CONSTANT;
    if (out->is_missing_input)
        missing_indicator(&out->missing, column, 1 - (double)n / (double)job->n_rows);
    if (!out->is_value_input)
        return STATUS_OK;
    out->value = (struct transform){.column = (uint32_t)column};
    int code = fit_transform(&out->value, value, n, job->choice->short_tails != 0);
    if (code == STATUS_OK)
        set_bounds(&out->value);
    return code;
}

static int fit_column(void *context, size_t column, struct message *message)
{
    const struct columns_job *job = context;
    const struct prepare_choice *choice = job->choice;
    struct column_fit *out = &job->column[column];
    if (choice->leave_out != NULL && choice->leave_out[column])
        out->state = COLUMN_LEFT_OUT;
    else if (choice->observed != NULL && !isfinite(choice->observed[column]))
        out->state = COLUMN_UNOBSERVED;
    else {
        double *value = malloc((job->n_rows + 1) * sizeof *value);
        int code = value != NULL ? STATUS_OK : STATUS_RUN;
        if (code == STATUS_OK) {
            gather(job->table, job->rows, job->n_rows, column, value);
            out->hash = hash_values(value, job->n_rows);
            code = fit_values(job, column, value);
        }
        free(value);
        if (code != STATUS_OK)
            return fail(message, code, "out of memory while preparing %zu statistics of %zu rows",
                        job->table->n_columns, job->n_rows);
    }
    return STATUS_OK;
}

static int is_copy(const struct columns_job *job, size_t column, const struct prepare *self)
{
    for (size_t earlier = 0; earlier < column; earlier++)
        if (job->column[earlier].hash == job->column[column].hash &&
            self->state[earlier] == COLUMN_USED &&
            columns_equal(job->table, job->rows, job->n_rows, earlier, column))
            return 1;
    return 0;
}

/* Takes over the transformations of the columns that stay. */
static void collect(struct prepare *self, const struct columns_job *job)
{
    for (size_t c = 0; c < self->n_columns; c++) {
        struct column_fit *from = &job->column[c];
        self->state[c] = from->state;
        if (from->state == COLUMN_USED && !job->choice->keep_duplicates && is_copy(job, c, self))
            self->state[c] = COLUMN_DUPLICATE;
        if (self->state[c] != COLUMN_USED)
            continue;
        if (from->is_missing_input)
            self->input[self->n_inputs++] = from->missing;
        if (from->is_value_input)
            self->input[self->n_inputs++] = from->value;
        from->value = (struct transform){0};
    }
}

static void transform_free(struct transform *t)
{
    free(t->knot_raw);
    free(t->knot_score);
}

int prepare_init(struct prepare *self, const struct table *table, const uint32_t *rows,
                 size_t n_rows, const struct prepare_choice *choice, struct message *message)
{
    size_t n_columns = table->n_columns;
    *self = (struct prepare){.n_columns = n_columns};
    self->input = calloc(2 * n_columns + 1, sizeof *self->input);
    self->state = calloc(n_columns + 1, sizeof *self->state);
    struct columns_job job = {table, rows, n_rows, choice,
                              calloc(n_columns + 1, sizeof *job.column)};
    int code = self->input != NULL && self->state != NULL && job.column != NULL
                   ? workers_run(choice->threads, n_columns, fit_column, &job, message)
                   : fail(message, STATUS_RUN, "out of memory for %zu statistics", n_columns);
    if (code == STATUS_OK)
        collect(self, &job);
    for (size_t c = 0; job.column != NULL && c < n_columns; c++)
        transform_free(&job.column[c].value);
    free(job.column);
    return code;
}

void prepare_free(struct prepare *self)
{
    for (size_t i = 0; self->input != NULL && i < self->n_inputs; i++)
        transform_free(&self->input[i]);
    free(self->input);
    free(self->state);
    *self = (struct prepare){0};
}

static void note_reach(struct reach *reach, const struct transform *t, double x)
{
    if (t->kind == TRANSFORM_MISSING)
        return;
    if (!isfinite(x)) {
        reach->n_missing++;
        return;
    }
    double excess = fmax(t->raw_low - x, x - t->raw_high) / t->scale;
    if (!(excess > 0))
        return;
    reach->n_outside++;
    if (excess > reach->excess) {
        reach->excess = excess;
        reach->farthest = t->column;
    }
}

/* Beyond the table's range only the logarithm of the excess counts. */
static double prepared_value(const struct transform *t, double x)
{
    if (t->kind == TRANSFORM_MISSING)
        return (shape(t, x) - t->mean) / t->deviation;
    if (!isfinite(x))
        return 0;
    if (x < t->raw_low)
        return t->low + 1 - fmin(1, log1p((t->raw_low - x) / t->scale));
    if (x > t->raw_high)
        return t->high - 1 + fmin(1, log1p((x - t->raw_high) / t->scale));
    return (shape(t, x) - t->mean) / t->deviation;
}

void prepare_row(const struct prepare *self, const double *raw, double *out, struct reach *reach)
{
    if (reach != NULL)
        *reach = (struct reach){0};
    for (size_t i = 0; i < self->n_inputs; i++) {
        const struct transform *t = &self->input[i];
        out[i] = prepared_value(t, raw[t->column]);
        if (reach != NULL)
            note_reach(reach, t, raw[t->column]);
    }
}
