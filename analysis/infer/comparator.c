#include "analysis/infer/comparator.h"

#include "analysis/infer/nearest.h"
#include "analysis/infer/workers.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#endif
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_MAX = 4000, PREDICT_BLOCK = 512 };

void comparator_options_init(struct comparator_options *options)
{
    *options = (struct comparator_options){.seed = 1,
                                           .threads = 1,
                                           .members = MEMBERS_ALL,
                                           .trees = 300,
                                           .networks = 2 * REPLICAS,
                                           .fit_rows_max = 400000,
                                           .hold_rows_max = 8000};
}

static int check_classes(const struct table *table, struct message *message)
{
    size_t *count = calloc(table->n_classes, sizeof *count);
    int code = STATUS_OK;
    if (count == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu classes", table->n_classes);
    for (size_t i = 0; i < table->n_rows && code == STATUS_OK; i++) {
        if (table->labels[i] >= table->n_classes)
            code = fail(message, STATUS_INPUT,
                        "row %zu of the reference table has class number %u, but there are %zu "
                        "classes",
                        i + 1, table->labels[i], table->n_classes);
        else
            count[table->labels[i]]++;
    }
    for (size_t c = 0; c < table->n_classes && code == STATUS_OK; c++)
        if (count[c] < CLASS_ROWS_MIN)
            code = fail(message, STATUS_INPUT,
                        "class '%s' has %zu rows in the reference table; at least %d are needed: "
                        "simulate more of it or leave it out",
                        table->class_names != NULL ? table->class_names[c] : "?", count[c],
                        CLASS_ROWS_MIN);
    free(count);
    return code;
}

static int check_table(const struct table *table, struct message *message)
{
    if (table->n_classes == 0 || table->n_rows == 0)
        return fail(message, STATUS_INPUT,
                    "the reference table is empty (%zu rows, %zu classes): nothing to compare",
                    table->n_rows, table->n_classes);
    if (table->n_rows > UINT32_MAX - 1 || table->n_columns > UINT16_MAX / 4)
        return fail(message, STATUS_INPUT,
                    "a table of %zu rows and %zu statistics is too large (at most 2^32 - 2 and "
                    "%d)",
                    table->n_rows, table->n_columns, UINT16_MAX / 4);
    return check_classes(table, message);
}

int comparator_set_prior(struct comparator *self, const double *prior, struct message *message)
{
    double sum = 0;
    for (size_t c = 0; c < self->n_classes; c++) {
        double weight = prior != NULL ? prior[c] : 1;
        if (!(weight >= 0) || !isfinite(weight))
            return fail(message, STATUS_INPUT,
                        "prior weight %g of class %zu: expected a number that is not negative",
                        weight, c + 1);
        sum += weight;
    }
    if (!(sum > 0) || !isfinite(sum))
        return fail(message, STATUS_INPUT,
                    "the prior weights sum to %g: at least one must be "
                    "positive",
                    sum);
    for (size_t c = 0; c < self->n_classes; c++)
        self->prior[c] = (prior != NULL ? prior[c] : 1) / sum;
    return self->hold_evidence != NULL ? comparator_set_thresholds(self, message) : STATUS_OK;
}

/* Rows of inputs that are filled block by block. */
struct inputs_job {
    const struct comparator *self;
    const struct table *table;
    const uint32_t *rows;
    size_t n_rows, stride;
    double *x;
};

static int prepare_block(void *context, size_t index, struct message *message)
{
    const struct inputs_job *job = context;
    size_t first = index * PREDICT_BLOCK;
    (void)message;
    for (size_t i = first; i < first + PREDICT_BLOCK && i < job->n_rows; i++)
        prepare_row(&job->self->prepare, job->table->values + job->rows[i] * job->table->n_columns,
                    job->x + i * job->stride, NULL);
    return STATUS_OK;
}

static int axes_block(void *context, size_t index, struct message *message)
{
    const struct inputs_job *job = context;
    size_t first = index * PREDICT_BLOCK, d = job->self->prepare.n_inputs;
    (void)message;
    for (size_t i = first; i < first + PREDICT_BLOCK && i < job->n_rows; i++)
        axes_row(&job->self->axes, job->x + i * job->stride, job->x + i * job->stride + d);
    return STATUS_OK;
}

static int fill_inputs(struct inputs_job *job, worker_task *task, struct message *message)
{
    return workers_run(job->self->options.threads,
                       (job->n_rows + PREDICT_BLOCK - 1) / PREDICT_BLOCK, task, job, message);
}

/* Spreads rows of n_base values to rows of `stride` values, from the end, in place. */
static void widen(double *x, size_t n_rows, size_t n_base, size_t stride)
{
    for (size_t i = n_rows; i-- > 0;)
        memmove(x + i * stride, x + i * n_base, n_base * sizeof *x);
}

/* Everything that the members read, for one of the two parts of the split. */
struct part {
    size_t n_rows;
    double *x;
    uint16_t *label;
};

static int part_init(struct part *part, const struct comparator *self, const struct table *table,
                     const uint32_t *rows, size_t n_rows, struct message *message)
{
    size_t n_base = self->prepare.n_inputs, room = n_base + AXES_MAX;
    part->n_rows = n_rows;
    part->label = malloc((n_rows + 1) * sizeof *part->label);
    part->x = malloc((n_rows * room + 1) * sizeof *part->x);
    if (part->x == NULL || part->label == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu rows of %zu statistics", n_rows,
                    table->n_columns);
    for (size_t i = 0; i < n_rows; i++)
        part->label[i] = table->labels[rows[i]];
    struct inputs_job job = {self, table, rows, n_rows, n_base, part->x};
    return fill_inputs(&job, prepare_block, message);
}

/* Adds the axes to the rows. */
static int part_widen(struct part *part, const struct comparator *self, struct message *message)
{
    size_t d = self->prepare.n_inputs, stride = d + self->axes.n_axes;
    struct inputs_job job = {self, NULL, NULL, part->n_rows, stride, part->x};
    widen(part->x, part->n_rows, d, stride);
    return fill_inputs(&job, axes_block, message);
}

static void part_free(struct part *part)
{
    free(part->x);
    free(part->label);
}

static void set_shares(struct comparator *self, const struct part *fit)
{
    for (size_t c = 0; c < self->n_classes; c++)
        self->log_share[c] = 0;
    for (size_t i = 0; i < self->split.n_fit; i++)
        self->log_share[fit->label[i]] += 1;
    for (size_t c = 0; c < self->n_classes; c++)
        self->log_share[c] = log(self->log_share[c] / (double)self->split.n_fit);
}

/* The pieces of work of all members in one list. */
struct pieces {
    struct comparator *self;
    struct member_work work[MEMBERS_MAX];
    size_t order[MEMBERS_MAX]; /* members, those with the longest pieces first */
};

static int fit_piece(void *context, size_t index, struct message *message)
{
    const struct pieces *pieces = context;
    size_t place = 0;
    while (index >= pieces->work[pieces->order[place]].n_tasks)
        index -= pieces->work[pieces->order[place++]].n_tasks;
    size_t slot = pieces->order[place];
    return pieces->self->kind[slot]->task(pieces->self->state[slot], index, message);
}

static int fit_pieces(struct pieces *pieces, struct message *message)
{
    struct comparator *self = pieces->self;
    size_t n = 0;
    for (size_t k = 0; k < self->n_members; k++) {
        size_t at = k;
        n += pieces->work[k].n_tasks;
        for (; at > 0 && pieces->work[pieces->order[at - 1]].cost_ns < pieces->work[k].cost_ns;
             at--)
            pieces->order[at] = pieces->order[at - 1];
        pieces->order[at] = k;
    }
    return workers_run(self->options.threads, n, fit_piece, pieces, message);
}

static int begin_members(struct comparator *self, const struct design *design,
                         struct member_work *work, struct message *message)
{
    struct member_settings settings = {.seed = self->options.seed,
                                       .threads = self->options.threads,
                                       .trees = self->options.trees,
                                       .networks = self->options.networks};
    for (size_t k = 0; k < MEMBERS_MAX && members[k] != NULL; k++) {
        if ((self->options.members >> k & 1) == 0)
            continue;
        self->kind[self->n_members] = members[k];
        size_t slot = self->n_members++;
        int code = members[k]->begin(&self->state[slot], design, &settings, &work[slot], message);
        if (code != STATUS_OK)
            return code;
    }
    if (self->n_members == 0)
        return fail(message, STATUS_INPUT, "no classifier is chosen: nothing can be compared");
    return STATUS_OK;
}

static int fit_members(struct comparator *self, const struct part *fit, struct message *message)
{
    struct design design = {.n_rows = self->split.n_fit,
                            .n_inputs = self->prepare.n_inputs + self->axes.n_axes,
                            .n_base = self->prepare.n_inputs,
                            .n_classes = self->n_classes,
                            .x = fit->x,
                            .label = fit->label,
                            .fold = self->split.fit_fold};
    struct pieces pieces = {.self = self};
    int code = begin_members(self, &design, pieces.work, message);
    if (code == STATUS_OK)
        code = fit_pieces(&pieces, message);
    for (size_t k = 0; k < self->n_members && code == STATUS_OK; k++)
        if (self->kind[k]->end != NULL)
            code = self->kind[k]->end(self->state[k], message);
    return code;
}

/* Log evidence = log probability less log share. */
static void to_evidence(const struct comparator *self, double *log_probability, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < self->n_classes; c++)
            log_probability[i * self->n_classes + c] -= self->log_share[c];
}

struct block_job {
    const struct comparator *self;
    const double *x;
    size_t n_rows, stride, n_blocks;
    double **out; /* per member */
};

static int predict_block(void *context, size_t index, struct message *message)
{
    struct block_job *job = context;
    const struct comparator *self = job->self;
    size_t member = index / job->n_blocks, first = index % job->n_blocks * PREDICT_BLOCK;
    size_t n = job->n_rows - first < PREDICT_BLOCK ? job->n_rows - first : PREDICT_BLOCK;
    double *out = job->out[member] + first * self->n_classes;
    int code = self->kind[member]->predict(self->state[member], job->x + first * job->stride, n,
                                           REPLICA_ALL, out, message);
    if (code == STATUS_OK)
        to_evidence(self, out, n);
    return code;
}

/* Each member's log evidences of the held-out rows, in hold_member_evidence (not yet calibrated).
 */
static int predict_held_out(struct comparator *self, const struct part *hold,
                            struct message *message)
{
    size_t n = self->split.n_hold;
    for (size_t k = 0; k < self->n_members; k++) {
        self->hold_member_evidence[k] = malloc((n * self->n_classes + 1) * sizeof(double));
        if (self->hold_member_evidence[k] == NULL)
            return fail(message, STATUS_RUN, "out of memory for %zu held-out rows", n);
    }
    struct block_job job = {.self = self,
                            .x = hold->x,
                            .n_rows = n,
                            .stride = self->prepare.n_inputs + self->axes.n_axes,
                            .n_blocks = (n + PREDICT_BLOCK - 1) / PREDICT_BLOCK,
                            .out = self->hold_member_evidence};
    return workers_run(self->options.threads, self->n_members * job.n_blocks, predict_block, &job,
                       message);
}

static struct pool_rows pool_rows_of(const struct comparator *self)
{
    struct pool_rows rows = {.n_rows = self->split.n_hold,
                             .n_members = self->n_members,
                             .n_classes = self->n_classes,
                             .label = self->hold_label,
                             .fold = self->split.hold_fold,
                             .log_share = self->log_share};
    for (size_t k = 0; k < self->n_members; k++)
        rows.evidence[k] = self->hold_member_evidence[k];
    return rows;
}

struct pool_job {
    struct comparator *self;
    const struct pool_rows *rows;
    struct pool (*alone)[REPLICAS]; /* per member, learnt without fold r */
};

/* The pool of all members (who = 0) or one member alone. */
static struct pool *pool_of(const struct pool_job *job, size_t who, size_t fold)
{
    struct comparator *self = job->self;
    if (who == 0)
        return fold == REPLICA_ALL ? &self->pool : &self->fold_pool[fold];
    return fold == REPLICA_ALL ? &self->member_pool[who - 1] : &job->alone[who - 1][fold];
}

/* One pool on all rows. */
static int fit_pool(void *context, size_t who, struct message *message)
{
    struct pool_job *job = context;
    return pool_init(pool_of(job, who, REPLICA_ALL), job->rows, REPLICA_ALL,
                     who == 0 ? MEMBERS_MAX : who - 1, NULL, message);
}

/* The same without one fold, from there: the solution is near. */
static int fit_fold_pool(void *context, size_t index, struct message *message)
{
    struct pool_job *job = context;
    size_t who = index / REPLICAS, fold = index % REPLICAS;
    return pool_init(pool_of(job, who, fold), job->rows, fold, who == 0 ? MEMBERS_MAX : who - 1,
                     pool_of(job, who, REPLICA_ALL), message);
}

static int fit_all_pools(struct pool_job *job, struct message *message)
{
    size_t n = job->self->n_members + 1;
    unsigned threads = job->self->options.threads;
    int code = workers_run(threads, n, fit_pool, job, message);
    return code == STATUS_OK ? workers_run(threads, n * REPLICAS, fit_fold_pool, job, message)
                             : code;
}

/* Pooled and singly calibrated evidences of each held-out row by the pools that have not seen it.
 * The members' raw evidences are replaced last, because the pool needs them all. */
static void score_held_out(struct comparator *self, struct pool_job *job, double *work)
{
    size_t n_classes = self->n_classes;
    for (size_t i = 0; i < self->split.n_hold; i++) {
        const double *evidence[MEMBERS_MAX];
        size_t fold = self->split.hold_fold[i];
        for (size_t k = 0; k < self->n_members; k++)
            evidence[k] = self->hold_member_evidence[k] + i * n_classes;
        pool_row(&self->fold_pool[fold], evidence, self->hold_evidence + i * n_classes);
        for (size_t k = 0; k < self->n_members; k++)
            pool_row(&job->alone[k][fold], evidence, work + k * n_classes);
        for (size_t k = 0; k < self->n_members; k++)
            memcpy(self->hold_member_evidence[k] + i * n_classes, work + k * n_classes,
                   n_classes * sizeof *work);
    }
}

/* Gain of the log score over saying the shares. */
static void measure_gain(struct comparator *self, double *work)
{
    double sum = 0, square = 0, n = (double)self->split.n_hold;
    for (size_t i = 0; i < self->split.n_hold; i++) {
        for (size_t c = 0; c < self->n_classes; c++)
            work[c] = self->hold_evidence[i * self->n_classes + c] + self->log_share[c];
        log_softmax(work, self->n_classes);
        double gain = work[self->hold_label[i]] - self->log_share[self->hold_label[i]];
        sum += gain;
        square += gain * gain;
    }
    self->held_out_gain = sum / n;
    self->held_out_gain_deviation = sqrt(fmax(square / n - sum / n * (sum / n), 0) / n);
}

static void silence(struct comparator *self)
{
    self->is_silent = 1;
    pool_silence(&self->pool);
    for (size_t r = 0; r < REPLICAS; r++)
        pool_silence(&self->fold_pool[r]);
    memset(self->hold_evidence, 0, self->split.n_hold * self->n_classes * sizeof(double));
}

static int fit_pools(struct comparator *self, struct message *message)
{
    struct pool_rows rows = pool_rows_of(self);
    struct pool alone[MEMBERS_MAX][REPLICAS] = {{{0}}};
    struct pool_job job = {.self = self, .rows = &rows, .alone = alone};
    double *work = malloc((MEMBERS_MAX + 1) * self->n_classes * sizeof *work);
    int code = work != NULL
                   ? fit_all_pools(&job, message)
                   : fail(message, STATUS_RUN, "out of memory for %zu classes", self->n_classes);
    if (code == STATUS_OK) {
        score_held_out(self, &job, work);
        measure_gain(self, work);
        if (!(self->held_out_gain > 0))
            silence(self);
    }
    for (size_t k = 0; k < self->n_members; k++)
        for (size_t r = 0; r < REPLICAS; r++)
            pool_free(&alone[k][r]);
    free(work);
    return code;
}

/* Keeps the prepared held-out rows and a sample of the fitted rows, for distances. */
static int keep_neighbours(struct comparator *self, const struct part *fit, const struct part *hold,
                           struct message *message)
{
    size_t d = self->prepare.n_inputs;
    self->n_near = self->split.n_fit < NEAR_MAX ? self->split.n_fit : NEAR_MAX;
    size_t n_hold = self->split.n_hold < NEAR_MAX ? self->split.n_hold : NEAR_MAX;
    self->fit_base = malloc((self->n_near * d + 1) * sizeof(double));
    self->hold_base = malloc((self->split.n_hold * d + 1) * sizeof(double));
    self->hold_distance = malloc((n_hold + 1) * sizeof(double));
    if (self->fit_base == NULL || self->hold_base == NULL || self->hold_distance == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu rows", self->n_near);
    memcpy(self->fit_base, fit->x, self->n_near * d * sizeof(double));
    memcpy(self->hold_base, hold->x, self->split.n_hold * d * sizeof(double));
    int code = nearest_distances(self->fit_base, self->n_near, self->hold_base, n_hold, d,
                                 self->options.threads, self->hold_distance, message);
    gsl_sort(self->hold_distance, 1, n_hold);
    return code;
}

static int fit_all(struct comparator *self, struct part *fit, struct part *hold,
                   struct message *message)
{
    size_t d = self->prepare.n_inputs, n_fit = self->split.n_fit, n_hold = self->split.n_hold;
    set_shares(self, fit);
    for (size_t i = 0; i < n_hold; i++)
        self->hold_label[i] = hold->label[i];
    int code = keep_neighbours(self, fit, hold, message);
    if (code == STATUS_OK)
        code = axes_init(&self->axes, fit->x, fit->label, n_fit, d, self->n_classes, message);
    if (code != STATUS_OK)
        return code;
    code = part_widen(fit, self, message);
    if (code == STATUS_OK)
        code = part_widen(hold, self, message);
    if (code == STATUS_OK)
        code = fit_members(self, fit, message);
    if (code == STATUS_OK)
        code = predict_held_out(self, hold, message);
    if (code == STATUS_OK)
        code = fit_pools(self, message);
    return code;
}

static int allocate(struct comparator *self)
{
    size_t n_classes = self->n_classes, n_hold = self->split.n_hold;
    self->log_share = calloc(n_classes, sizeof(double));
    self->hold_label = calloc(n_hold + 1, sizeof *self->hold_label);
    self->hold_evidence = calloc(n_hold * n_classes + 1, sizeof(double));
    return self->log_share != NULL && self->hold_label != NULL && self->hold_evidence != NULL
               ? STATUS_OK
               : STATUS_RUN;
}

/* No statistic, or only one class: the fit is the prior itself. */
static void fit_nothing(struct comparator *self, const struct part *fit, const struct part *hold)
{
    set_shares(self, fit);
    for (size_t i = 0; i < self->split.n_hold; i++)
        self->hold_label[i] = hold->label[i];
    self->is_silent = 1;
}

static double default_hold_share(size_t n_rows)
{
    return n_rows < 4000 ? 0.25 : 0.15;
}

static int fit_split(struct comparator *self, const struct table *table, struct message *message)
{
    struct part fit = {0}, hold = {0};
    struct prepare_choice choice = {.observed = self->options.observed,
                                    .leave_out = self->options.leave_out,
                                    .threads = self->options.threads};
    int code =
        prepare_init(&self->prepare, table, self->split.fit, self->split.n_fit, &choice, message);
    if (code != STATUS_OK)
        return code;
    if (allocate(self) != STATUS_OK)
        code = fail(message, STATUS_RUN, "out of memory for %zu rows", table->n_rows);
    if (code == STATUS_OK)
        code = part_init(&fit, self, table, self->split.fit, self->split.n_fit, message);
    if (code == STATUS_OK)
        code = part_init(&hold, self, table, self->split.hold, self->split.n_hold, message);
    if (code != STATUS_OK)
        goto out;
    if (self->prepare.n_inputs == 0 || self->n_classes == 1)
        fit_nothing(self, &fit, &hold);
    else
        code = fit_all(self, &fit, &hold, message);
out:
    part_free(&fit);
    part_free(&hold);
    return code;
}

int comparator_fit(struct comparator *self, const struct table *table,
                   const struct comparator_options *options, struct message *message)
{
    *self = (struct comparator){.n_columns = table->n_columns, .n_classes = table->n_classes};
    self->options = *options;
    int code = check_table(table, message);
    if (code != STATUS_OK)
        return code;
#ifdef HAVE_OPENBLAS
    /* The threads are ours; the library's own would change the order of sums with their number. */
    openblas_set_num_threads(1);
#endif
    self->prior = malloc(table->n_classes * sizeof *self->prior);
    if (self->prior == NULL)
        return fail(message, STATUS_RUN, "out of memory for %zu classes", table->n_classes);
    code = comparator_set_prior(self, table->prior, message);
    if (code != STATUS_OK)
        return code;
    double share =
        options->hold_share > 0 ? options->hold_share : default_hold_share(table->n_rows);
    code = split_init(&self->split, table, share, options->fit_rows_max, options->hold_rows_max,
                      options->seed, message);
    if (code == STATUS_OK)
        code = fit_split(self, table, message);
    if (code == STATUS_OK)
        code = comparator_set_thresholds(self, message);
    self->options.observed = NULL;
    self->options.leave_out = NULL;
    return code;
}

void comparator_free(struct comparator *self)
{
    for (size_t k = 0; k < self->n_members; k++) {
        self->kind[k]->free(self->state[k]);
        free(self->hold_member_evidence[k]);
        pool_free(&self->member_pool[k]);
    }
    pool_free(&self->pool);
    for (size_t r = 0; r < REPLICAS; r++)
        pool_free(&self->fold_pool[r]);
    split_free(&self->split);
    prepare_free(&self->prepare);
    axes_free(&self->axes);
    free(self->log_share);
    free(self->prior);
    free(self->hold_label);
    free(self->hold_evidence);
    free(self->hold_base);
    free(self->fit_base);
    free(self->hold_distance);
    *self = (struct comparator){0};
}
