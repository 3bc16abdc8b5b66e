#include "analysis/infer/fit.h"

#include "analysis/infer/fit_internal.h"
#include "analysis/infer/generator.h"
#include "analysis/infer/sort.h"
#include "analysis/infer/workers.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#endif
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *fit_distance_name(enum fit_distance distance)
{
    static const char *const names[FIT_DISTANCES] = {"mahalanobis", "energy", "nearest", "marginal",
                                                     "local"};
    return distance < FIT_DISTANCES ? names[distance] : "unknown";
}

void fit_options_init(struct fit_options *options)
{
    *options = (struct fit_options){
        .seed = 1, .threads = 1, .reference_rows_max = 1000, .null_rows_max = 1000};
}

/* The rows of each class in random order: rows[start[c] .. start[c + 1]). */
struct class_rows {
    uint32_t *row;
    size_t *start;
};

static int class_rows_init(struct class_rows *self, const struct table *table, uint64_t seed)
{
    size_t n_classes = table->n_classes;
    self->row = malloc((table->n_rows + 1) * sizeof *self->row);
    self->start = calloc(n_classes + 2, sizeof *self->start);
    if (self->row == NULL || self->start == NULL)
        return STATUS_RUN;
    for (size_t i = 0; i < table->n_rows; i++)
        self->start[table->labels[i] + 2]++;
    for (size_t c = 0; c < n_classes; c++)
        self->start[c + 2] += self->start[c + 1];
    for (size_t i = 0; i < table->n_rows; i++)
        self->row[self->start[table->labels[i] + 1]++] = (uint32_t)i;
    for (size_t c = 0; c < n_classes; c++) {
        struct generator generator;
        generator_init(&generator, seed, GENERATOR_NULL_SET, c);
        generator_shuffle(&generator, self->row + self->start[c],
                          self->start[c + 1] - self->start[c]);
    }
    return STATUS_OK;
}

static void class_rows_free(struct class_rows *self)
{
    free(self->row);
    free(self->start);
}

/* Robust spread of each column over at most some rows of the table; positive. */
static int column_scales(const struct table *table, double *scale)
{
    enum { ROWS_MAX = 20000 };
    size_t step = table->n_rows / ROWS_MAX + 1;
    double *value = malloc((table->n_rows / step + 2) * sizeof *value);
    if (value == NULL)
        return STATUS_RUN;
    for (size_t c = 0; c < table->n_columns; c++) {
        size_t n = 0;
        for (size_t i = 0; i < table->n_rows; i += step) {
            double x = table->values[i * table->n_columns + c];
            if (isfinite(x))
                value[n++] = x;
        }
        if (sort_numbers(value, n) != STATUS_OK) {
            free(value);
            return STATUS_RUN;
        }
        double spread = n > 0 ? 0.5 * (value[(n - 1) * 84 / 100] - value[(n - 1) * 16 / 100]) : 0;
        if (!(spread > 0) && n > 0)
            spread = value[n - 1] - value[0];
        if (!(spread > 0) && n > 0)
            spread = fabs(value[0]);
        scale[c] = spread > 0 && isfinite(spread) ? spread : 1;
    }
    free(value);
    return STATUS_OK;
}

struct models_job {
    struct fit_models *self;
    const struct table *table;
    const struct class_rows *rows;
    const double *scale;
    const struct fit_options *options;
};

/* The rows of a class in the order of one split: a shuffle for each round, then the roles move on
 * by a third. NULL without memory. */
static uint32_t *order_rows(const struct models_job *job, size_t class, size_t split, size_t n)
{
    const uint32_t *from = job->rows->row + job->rows->start[class];
    size_t round = split / FIT_ROTATIONS, shift = split % FIT_ROTATIONS * (n / FIT_ROTATIONS);
    uint32_t *shuffled = malloc(2 * n * sizeof *shuffled), *rows = shuffled + n;
    struct generator generator;
    if (shuffled == NULL)
        return NULL;
    memcpy(rows, from, n * sizeof *rows);
    generator_init(&generator, job->options->seed, GENERATOR_NULL_SET,
                   (round + 1) * job->self->n_classes + class);
    generator_shuffle(&generator, rows, n);
    for (size_t i = 0; i < n; i++)
        shuffled[i] = rows[(i + shift) % n];
    return shuffled;
}

static int init_split(void *context, size_t index, struct message *message)
{
    enum { ROWS_MAX = 20000 }; /* the rows are in random order: more would only sharpen the bands */
    struct models_job *job = context;
    size_t class = index / FIT_SPLITS, split = index % FIT_SPLITS;
    size_t n = job->rows->start[class + 1] - job->rows->start[class];
    if (n == 0)
        return fail(message, STATUS_INPUT, "class '%s' has no row in the reference table",
                    job->table->class_names != NULL ? job->table->class_names[class] : "?");
    n = n < ROWS_MAX ? n : ROWS_MAX;
    struct fit_model *model = &job->self->model[index];
    uint32_t *rows = order_rows(job, class, split, n);
    if (rows == NULL)
        return fail(message, STATUS_RUN, "out of memory for the test of fit");
    int code = fit_model_init(model, job->table, rows, n, job->scale, job->options, message);
    if (code == STATUS_OK && split == 0)
        code = fit_model_keep_columns(model, job->table, rows, n, message);
    free(rows);
    return code;
}

int fit_models_init(struct fit_models *self, const struct table *table,
                    const struct fit_options *options, struct message *message)
{
    struct class_rows rows = {0};
    *self = (struct fit_models){.n_classes = table->n_classes, .n_columns = table->n_columns};
    self->model = calloc(table->n_classes * FIT_SPLITS + 1, sizeof *self->model);
    self->is_used = malloc(table->n_columns + 1);
    double *scale = malloc((table->n_columns + 1) * sizeof *scale);
    int code = STATUS_RUN;
#ifdef HAVE_OPENBLAS
    openblas_set_num_threads(1);
#endif
    if (self->model == NULL || self->is_used == NULL || scale == NULL ||
        class_rows_init(&rows, table, options->seed) != STATUS_OK ||
        column_scales(table, scale) != STATUS_OK) {
        fail(message, code, "out of memory for the test of fit");
    } else {
        for (size_t c = 0; c < table->n_columns; c++)
            self->is_used[c] = options->observed == NULL || isfinite(options->observed[c]);
        struct models_job job = {self, table, &rows, scale, options};
        code =
            workers_run(options->threads, table->n_classes * FIT_SPLITS, init_split, &job, message);
    }
    class_rows_free(&rows);
    free(scale);
    return code;
}

void fit_models_free(struct fit_models *self)
{
    for (size_t c = 0; self->model != NULL && c < self->n_classes * FIT_SPLITS; c++)
        fit_model_free(&self->model[c]);
    free(self->model);
    free(self->is_used);
    *self = (struct fit_models){0};
}

static double quantile(const double *sorted, size_t n, double share)
{
    double place = share * (double)(n - 1);
    size_t below = (size_t)place;
    double rest = place - (double)below;
    return below + 1 < n ? sorted[below] * (1 - rest) + sorted[below + 1] * rest : sorted[n - 1];
}

/* Number of sorted values below x, or below and equal. */
static size_t count_below(const double *sorted, size_t n, double x, int or_equal)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < x || (or_equal && sorted[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double two_sided_p(const double *sorted, size_t n, double value)
{
    size_t below = count_below(sorted, n, value, 1);
    size_t above = n - count_below(sorted, n, value, 0);
    size_t least = below < above ? below : above;
    return fmin(1, 2 * ((double)least + 1) / ((double)n + 1));
}

static void describe_statistic(const struct fit_model *model, size_t column, double observed,
                               struct fit_statistic *out)
{
    const double *sorted = model->column_value + model->column_start[column];
    size_t n = model->column_start[column + 1] - model->column_start[column];
    *out = (struct fit_statistic){.column = column, .observed = observed};
    if (n == 0) {
        out->median = out->low = out->high = NAN;
        out->tail_p = 2 / ((double)(model->n_reference + model->n_calibration + model->n_null) + 1);
        out->tail_p = fmin(1, out->tail_p);
        out->excess = INFINITY;
        return;
    }
    out->median = quantile(sorted, n, 0.5);
    out->low = quantile(sorted, n, 0.025);
    out->high = quantile(sorted, n, 0.975);
    out->tail_p = two_sided_p(sorted, n, observed);
    double half = 0.5 * (out->high - out->low);
    if (!(half > 0))
        half = model->column_scale[column];
    out->excess = fmax(0, fmax(out->low - observed, observed - out->high)) / half;
}

static int worst_first(const void *left, const void *right)
{
    const struct fit_statistic *a = left, *b = right;
    if (a->tail_p != b->tail_p)
        return a->tail_p < b->tail_p ? -1 : 1;
    if (a->excess != b->excess)
        return a->excess > b->excess ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

/* Adds one split's p-values and leaves that of the combination in *upper. STATUS_RUN without
 * memory. */
static int test_split(const struct fit_model *model, const double *observed, struct class_fit *out,
                      double *upper)
{
    double distance[FIT_DISTANCES], p[FIT_DISTANCES];
    double *work = malloc(fit_work_size(model) * sizeof *work);
    if (work == NULL)
        return STATUS_RUN;
    fit_distances(model, &observed, 1, work, &distance);
    double worst = worst_score(model, distance, p);
    free(work);
    for (size_t k = 0; k < FIT_DISTANCES; k++)
        out->distance_p[k] += p[k] / FIT_SPLITS;
    *upper = upper_tail_p(model->null, model->n_null, worst);
    out->p_value += *upper / FIT_SPLITS;
    out->least_p += 1 / ((double)model->n_null + 1) / FIT_SPLITS;
    return STATUS_OK;
}

/* The point of the beta law below which `share` of it lies. By halving: GSL's own inverse sometimes
 * does not converge. */
static double beta_quantile(double share, double a, double b)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (low + high);
        if (gsl_cdf_beta_P(middle, a, b) < share)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

/* The wider end of two: Student's interval from the splits' p-values, which differ by their rows A
 * and B as well as by their C (the rounds use the same rows, so they count once, in the division
 * and in the degrees of freedom), and that of Clopper and Pearson (1934) for a share counted among
 * the n rows of all C of one round. */
static void set_interval(struct class_fit *out, const double *split_p, double n)
{
    double square = 0, k = floor(out->p_value * n);
    for (size_t s = 0; s < FIT_SPLITS; s++)
        square += (split_p[s] - out->p_value) * (split_p[s] - out->p_value);
    double half = gsl_cdf_tdist_Pinv(0.975, FIT_ROTATIONS - 1) *
                  sqrt(square / (FIT_SPLITS - 1) / FIT_ROTATIONS);
    double low = k > 0 ? beta_quantile(0.025, k, n - k + 1) : 0;
    double high = k < n ? beta_quantile(0.975, k + 1, n - k) : 1;
    out->p_low = fmax(fmin(low, out->p_value - half), fmin(out->least_p, out->p_value));
    out->p_high = fmin(fmax(high, out->p_value + half), 1);
}

static int test_class(const struct fit_models *models, size_t class, const double *observed,
                      struct class_fit *out)
{
    const struct fit_model *model = &models->model[class * FIT_SPLITS];
    double split_p[FIT_SPLITS], n = 0;
    out->statistic = malloc((models->n_columns + 1) * sizeof *out->statistic);
    if (out->statistic == NULL)
        return STATUS_RUN;
    for (size_t split = 0; split < FIT_SPLITS; split++) {
        if (test_split(&model[split], observed, out, &split_p[split]) != STATUS_OK)
            return STATUS_RUN;
        n += (double)model[split].n_null / FIT_ROUNDS;
    }
    out->p_value = fmin(out->p_value, 1);
    set_interval(out, split_p, n);
    for (size_t c = 0; c < models->n_columns; c++)
        if (models->is_used[c] && isfinite(observed[c]))
            describe_statistic(model, c, observed[c], &out->statistic[out->n_statistics++]);
    qsort(out->statistic, out->n_statistics, sizeof *out->statistic, worst_first);
    return STATUS_OK;
}

void holm_adjust(const double *p, size_t n, size_t *order, double *adjusted)
{
    double greatest = 0;
    gsl_sort_index(order, p, 1, n);
    for (size_t k = 0; k < n; k++) {
        greatest = fmax(greatest, fmin(1, (double)(n - k) * p[order[k]]));
        adjusted[order[k]] = greatest;
    }
}

static int combine(struct fit *out)
{
    size_t n = out->n_classes, *order = malloc((n + 1) * sizeof *order);
    double *p = calloc(2 * (n + 1), sizeof *p);
    int code = order != NULL && p != NULL ? STATUS_OK : STATUS_RUN;
    for (size_t c = 0; c < n && code == STATUS_OK; c++) {
        p[c] = out->class[c].p_value;
        out->p_value = fmax(out->p_value, p[c]);
        out->p_low = fmax(out->p_low, out->class[c].p_low);
        out->p_high = fmax(out->p_high, out->class[c].p_high);
    }
    if (code == STATUS_OK)
        holm_adjust(p, n, order, p + n);
    for (size_t c = 0; c < n && code == STATUS_OK; c++) {
        out->class[c].holm_p = p[n + c];
        out->holm_p = fmax(out->holm_p, p[n + c]);
    }
    out->rejected_05 = out->p_value <= 0.05;
    out->rejected_01 = out->p_value <= 0.01;
    /* Holm's p-values may all pass where all plain ones fail: then all fail, as is said of them. */
    for (size_t c = 0; c < n && code == STATUS_OK; c++)
        out->class[c].fits = out->class[c].holm_p > 0.05 && !out->rejected_05;
    free(order);
    free(p);
    return code;
}

int fit_test(const struct fit_models *models, const double *observed, struct fit *out,
             struct message *message)
{
    *out = (struct fit){.n_classes = models->n_classes};
    out->class = calloc(models->n_classes + 1, sizeof *out->class);
    int code = out->class != NULL ? STATUS_OK : STATUS_RUN;
    for (size_t c = 0; c < models->n_classes && code == STATUS_OK; c++)
        code = test_class(models, c, observed, &out->class[c]);
    if (code == STATUS_OK)
        code = combine(out);
    return code == STATUS_OK ? code : fail(message, code, "out of memory for the test of fit");
}

void fit_free(struct fit *self)
{
    for (size_t c = 0; self->class != NULL && c < self->n_classes; c++)
        free(self->class[c].statistic);
    free(self->class);
    *self = (struct fit){0};
}
