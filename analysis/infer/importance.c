/* Permutation importance of the statistics, with noise columns as the yardstick. */
#include "analysis/infer/ledger.h"

#include "analysis/infer/comparator.h"
#include "analysis/infer/generator.h"
#include "analysis/infer/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct widened {
    struct table table;
    double *value;
};

/* The table with NOISE_COLUMNS more columns: real ones, spread evenly over the table, in a new
 * order of rows. A noise column has its model's marginal law and nothing else. */
static int widen_table(struct widened *out, const struct table *table, uint64_t seed)
{
    size_t n = table->n_rows, d = table->n_columns, wide = d + NOISE_COLUMNS;
    uint32_t *order = malloc((n + 1) * sizeof *order);
    *out = (struct widened){.table = *table};
    out->value = malloc((n * wide + 1) * sizeof *out->value);
    if (order == NULL || out->value == NULL) {
        free(order);
        return STATUS_RUN;
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(out->value + i * wide, table->values + i * d, d * sizeof *out->value);
        order[i] = (uint32_t)i;
    }
    for (size_t k = 0; k < NOISE_COLUMNS; k++) {
        struct generator generator;
        size_t source = d > 0 ? k * d / NOISE_COLUMNS : 0;
        generator_init(&generator, seed, GENERATOR_NOISE, k);
        generator_shuffle(&generator, order, n);
        for (size_t i = 0; i < n; i++)
            out->value[i * wide + d + k] = d > 0 ? table->values[order[i] * d + source] : 0;
    }
    out->table.values = out->value;
    out->table.n_columns = wide;
    free(order);
    return STATUS_OK;
}

struct shuffle_job {
    const struct comparator *comparator;
    double *lost; /* per column: bits */
};

/* Held-out gain, in nats, with the inputs of one column shuffled (column n_columns: none). */
static int shuffled_gain(const struct comparator *c, size_t column, double *gain,
                         struct message *message)
{
    size_t n = c->split.n_hold, d = c->prepare.n_inputs, stride = d + c->axes.n_axes;
    double *x = malloc((stride + 2 * c->n_classes + 1) * sizeof *x);
    double *out = x + stride, *said = out + c->n_classes;
    uint32_t *order = malloc((n + 1) * sizeof *order);
    int code = x != NULL && order != NULL
                   ? STATUS_OK
                   : fail(message, STATUS_RUN, "out of memory for the importance");
    struct generator generator;
    generator_init(&generator, c->options.seed, GENERATOR_NOISE, NOISE_COLUMNS + column);
    for (size_t i = 0; i < n && code == STATUS_OK; i++)
        order[i] = (uint32_t)i;
    if (code == STATUS_OK)
        generator_shuffle(&generator, order, n);
    *gain = 0;
    for (size_t i = 0; i < n && code == STATUS_OK; i++) {
        memcpy(x, c->hold_base + i * d, d * sizeof *x);
        for (size_t j = 0; j < d; j++)
            if (c->prepare.input[j].column == column)
                x[j] = c->hold_base[order[i] * d + j];
        axes_row(&c->axes, x, x + d);
        code = c->kind[0]->predict(c->state[0], x, 1, REPLICA_ALL, out, message);
        for (size_t k = 0; k < c->n_classes; k++)
            said[k] = out[k] - c->log_share[k];
        pool_row(&c->pool, (const double *const[]){said}, out);
        for (size_t k = 0; k < c->n_classes; k++)
            out[k] += c->log_share[k];
        log_softmax(out, c->n_classes);
        *gain += (out[c->hold_label[i]] - c->log_share[c->hold_label[i]]) / (double)n;
    }
    free(x);
    free(order);
    return code;
}

static int shuffle_column(void *context, size_t column, struct message *message)
{
    struct shuffle_job *job = context;
    const struct comparator *c = job->comparator;
    job->lost[column] = 0;
    if (column < c->n_columns && c->prepare.state[column] != COLUMN_USED)
        return STATUS_OK;
    return shuffled_gain(c, column, &job->lost[column], message);
}

/* From gains with shuffled columns to bits lost. */
static void finish(struct importance *out, const struct comparator *c, const double *gain)
{
    size_t d = out->n_columns;
    double whole = gain[d + NOISE_COLUMNS];
    out->gain_bits = whole / M_LN2;
    for (size_t j = 0; j < d; j++)
        if (c->prepare.state[j] == COLUMN_USED)
            out->bits[j] = (whole - gain[j]) / M_LN2;
    for (size_t k = 0; k < NOISE_COLUMNS; k++) {
        if (c->prepare.state[d + k] == COLUMN_USED)
            out->noise[k] = (whole - gain[d + k]) / M_LN2;
        out->noise_most = fmax(out->noise_most, out->noise[k]);
    }
}

static int measure(struct importance *out, const struct widened *wide,
                   const struct ledger_options *options, const double *observed,
                   struct message *message)
{
    struct comparator comparator;
    struct comparator_options quick;
    comparator_options_init(&quick);
    quick.seed = options->seed;
    quick.threads = options->threads;
    quick.members = 0;
    for (unsigned k = 0; members[k] != NULL; k++)
        quick.members |= members[k] == &member_logistic ? 1u << k : 0;
    quick.fit_rows_max = options->fit_rows_max;
    quick.hold_rows_max = options->hold_rows_max;
    quick.observed = observed;
    double *gain = calloc(wide->table.n_columns + 1, sizeof *gain);
    int code = comparator_fit(&comparator, &wide->table, &quick, message);
    if (code == STATUS_OK && gain == NULL)
        code = fail(message, STATUS_RUN, "out of memory for the importance");
    struct shuffle_job job = {&comparator, gain};
    if (code == STATUS_OK && comparator.n_members > 0 && !comparator.is_silent) {
        code =
            workers_run(options->threads, wide->table.n_columns + 1, shuffle_column, &job, message);
        if (code == STATUS_OK)
            finish(out, &comparator, gain);
    }
    comparator_free(&comparator);
    free(gain);
    return code;
}

int importance_run(struct importance *out, const struct table *table, const double *observed,
                   const struct ledger_options *options, struct message *message)
{
    struct widened wide = {0};
    size_t d = table->n_columns;
    *out = (struct importance){.n_columns = d};
    out->bits = calloc(d + 1, sizeof *out->bits);
    double *point = malloc((d + NOISE_COLUMNS) * sizeof *point);
    int code = STATUS_RUN;
    if (out->bits == NULL || point == NULL ||
        widen_table(&wide, table, options->seed) != STATUS_OK) {
        fail(message, code, "out of memory for the importance of %zu statistics", d);
    } else {
        for (size_t j = 0; j < d + NOISE_COLUMNS; j++)
            point[j] = j < d && observed != NULL ? observed[j] : 0;
        code = measure(out, &wide, options, point, message);
    }
    free(wide.value);
    free(point);
    return code;
}

void importance_free(struct importance *self)
{
    free(self->bits);
    *self = (struct importance){0};
}
