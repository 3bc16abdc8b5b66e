#include "analysis/weigh/reference.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/trial.h"

/* What all workers share. Everything below `lock` is guarded by it. */
struct shared {
    struct reference *table;
    const struct case_file *case_file;
    const struct reference_options *options;
    const struct panel *panel;
    uint64_t blocks_per_scenario;
    pthread_mutex_t lock;
    uint64_t next_block;
    uint64_t trials_done, trials_all;
    int status;
    struct message *message;
};

struct worker {
    struct shared *shared;
    struct trial trial;
    struct panel_space *space;
    double *rows; /* of one block; NULL where the table itself is filled */
    pthread_t thread;
    bool started;
    struct message message;
};

static bool is_stopped(const struct shared *shared)
{
    const struct progress *progress = shared->options->progress;
    return progress != NULL && progress->stop != NULL && *progress->stop;
}

uint64_t reference_blocks_per_scenario(uint64_t trials)
{
    return (trials + BLOCK_TRIALS - 1) / BLOCK_TRIALS;
}

uint64_t reference_blocks(const struct case_file *case_file, uint64_t trials)
{
    return (uint64_t)case_file->n_scenarios * reference_blocks_per_scenario(trials);
}

static uint64_t next_wanted(const struct shared *shared, uint64_t from)
{
    const uint8_t *wanted = shared->options->wanted;
    uint64_t all = shared->blocks_per_scenario * shared->table->n_scenarios;
    while (wanted != NULL && from < all && !wanted[from])
        from++;
    return from;
}

static int stopped(struct message *message)
{
    return fail(message, STATUS_RUN,
                "stopped; finished blocks are kept if a database was given: the same command goes "
                "on");
}

/* Takes the next block, or says that there is nothing left to do. */
static bool take_block(struct shared *shared, uint64_t *block)
{
    pthread_mutex_lock(&shared->lock);
    uint64_t all = shared->blocks_per_scenario * shared->table->n_scenarios;
    if (shared->status == STATUS_OK && is_stopped(shared))
        shared->status = stopped(shared->message);
    bool more = shared->status == STATUS_OK && shared->next_block < all;
    if (more) {
        *block = shared->next_block;
        shared->next_block = next_wanted(shared, shared->next_block + 1);
    }
    pthread_mutex_unlock(&shared->lock);
    return more;
}

struct block {
    uint32_t scenario;
    uint64_t first_row; /* within the scenario */
    size_t n_rows;
    double *rows;
};

/* `rows`: where the block goes if there is no table. */
static struct block locate(const struct shared *shared, uint64_t number, double *rows)
{
    const struct reference *table = shared->table;
    struct block block;
    block.scenario = (uint32_t)(number / shared->blocks_per_scenario);
    block.first_row = number % shared->blocks_per_scenario * BLOCK_TRIALS;
    uint64_t left = table->trials - block.first_row;
    block.n_rows = left < BLOCK_TRIALS ? (size_t)left : BLOCK_TRIALS;
    block.rows = rows;
    if (table->raw != NULL)
        block.rows =
            table->raw + (block.scenario * table->trials + block.first_row) * table->n_columns;
    return block;
}

static int load_block(struct shared *shared, const struct block *block, bool *found,
                      struct message *message)
{
    const struct block_store *store = shared->options->store;
    *found = false;
    if (store == NULL)
        return STATUS_OK;
    pthread_mutex_lock(&shared->lock);
    int status = store->load(store->context, block->scenario,
                             shared->options->first_trial + block->first_row, block->n_rows,
                             shared->table->n_columns, block->rows, found, message);
    pthread_mutex_unlock(&shared->lock);
    return status;
}

static int run_block(struct worker *worker, const struct block *block)
{
    const struct shared *shared = worker->shared;
    const struct plan *plan = &shared->case_file->scenarios[block->scenario].plan;
    size_t n_columns = shared->table->n_columns;
    for (size_t i = 0; i < block->n_rows; i++) {
        uint64_t trial = shared->options->first_trial + block->first_row + i;
        int status =
            trial_run(&worker->trial, plan, shared->options->seed, trial, &worker->message);
        if (status == STATUS_OK)
            status = panel_compute_wanted(shared->panel, worker->space, worker->trial.logs,
                                          worker->trial.tallies, block->rows + i * n_columns);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* Stores a finished block, tells the progress, or notes the failure that ends the run. */
static void finish_block(struct worker *worker, const struct block *block, bool found, int status)
{
    struct shared *shared = worker->shared;
    const struct block_store *store = shared->options->store;
    const struct progress *progress = shared->options->progress;
    pthread_mutex_lock(&shared->lock);
    if (status == STATUS_OK && store != NULL && !found)
        status = store->save(store->context, block->scenario,
                             shared->options->first_trial + block->first_row, block->n_rows,
                             shared->table->n_columns, block->rows, &worker->message);
    if (status == STATUS_OK) {
        shared->trials_done += block->n_rows;
        if (progress != NULL && progress->advance != NULL)
            progress->advance(progress->context, shared->trials_done, shared->trials_all);
    } else if (shared->status == STATUS_OK) {
        shared->status = status;
        *shared->message = worker->message;
    }
    pthread_mutex_unlock(&shared->lock);
}

static void *work(void *context)
{
    struct worker *worker = context;
    uint64_t number;
    while (take_block(worker->shared, &number)) {
        struct block block = locate(worker->shared, number, worker->rows);
        bool found;
        int status = load_block(worker->shared, &block, &found, &worker->message);
        if (status == STATUS_OK && !found)
            status = run_block(worker, &block);
        finish_block(worker, &block, found, status);
    }
    return NULL;
}

static int make_rows(struct worker *worker)
{
    const struct reference *table = worker->shared->table;
    if (table->raw != NULL)
        return STATUS_OK;
    worker->rows = malloc((BLOCK_TRIALS * table->n_columns + 1) * sizeof *worker->rows);
    return worker->rows != NULL ? STATUS_OK : STATUS_RUN;
}

/* A worker records no more than the requests read. */
static int start_trials(struct worker *worker, const struct world *world)
{
    const struct panel *panel = worker->shared->panel;
    if (trial_init(&worker->trial, world) != STATUS_OK ||
        panel_space_create(&worker->space, panel) != STATUS_OK)
        return STATUS_RUN;
    uint8_t *wanted = malloc(world->n_sensors + 1u);
    if (wanted == NULL)
        return STATUS_RUN;
    panel_wanted(panel, wanted);
    trial_want(&worker->trial, wanted);
    free(wanted);
    return STATUS_OK;
}

static int start_workers(struct worker *workers, unsigned n, struct shared *shared)
{
    const struct world *world = &shared->case_file->world;
    for (unsigned i = 0; i < n; i++) {
        workers[i].shared = shared;
        if (start_trials(&workers[i], world) != STATUS_OK || make_rows(&workers[i]) != STATUS_OK)
            return fail(shared->message, STATUS_RUN, "out of memory for worker %u", i + 1);
    }
    for (unsigned i = 1; i < n; i++)
        workers[i].started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    work(&workers[0]); /* this thread works too; one that could not start only makes it slower */
    return STATUS_OK;
}

static int run_workers(struct shared *shared, unsigned n)
{
    struct worker *workers = calloc(n, sizeof *workers);
    if (workers == NULL)
        return fail(shared->message, STATUS_RUN, "out of memory for %u workers", n);
    int status = start_workers(workers, n, shared);
    for (unsigned i = 0; i < n; i++) {
        if (workers[i].started)
            pthread_join(workers[i].thread, NULL);
        if (workers[i].shared != NULL)
            trial_free(&workers[i].trial);
        panel_space_free(workers[i].space);
        free(workers[i].rows);
    }
    free(workers);
    return status == STATUS_OK ? shared->status : status;
}

static int make_table(struct reference *self, struct message *message)
{
    double cells = (double)self->n_scenarios * (double)self->trials * (double)self->n_columns;
    if (cells > 2e10)
        return fail(message, STATUS_RUN,
                    "a table of %.3g numbers does not fit in memory; use fewer trials", cells);
    size_t n = self->n_scenarios * self->trials * self->n_columns;
    self->raw = malloc((n + 1) * sizeof *self->raw);
    if (self->raw == NULL)
        return fail(message, STATUS_RUN, "out of memory for %.3g numbers; use fewer trials", cells);
    return STATUS_OK;
}

/* Trials in the blocks that are to be filled. */
static uint64_t count_trials(const struct shared *shared)
{
    uint64_t all = shared->blocks_per_scenario * shared->table->n_scenarios, sum = 0;
    for (uint64_t i = next_wanted(shared, 0); i < all; i = next_wanted(shared, i + 1))
        sum += locate(shared, i, NULL).n_rows;
    return sum;
}

int reference_fill(struct reference *self, const struct case_file *case_file,
                   const struct statistic_request *requests, size_t n,
                   const struct reference_options *options, struct message *message)
{
    struct panel *panel = NULL;
    memset(self, 0, sizeof *self);
    self->n_scenarios = (size_t)case_file->n_scenarios;
    self->n_columns = n;
    self->trials = options->trials;
    if (options->wanted != NULL && options->store == NULL)
        return fail(message, STATUS_RUN, "some blocks of a table need a store to go to");
    if (options->wanted == NULL && make_table(self, message) != STATUS_OK)
        return STATUS_RUN;
    int status = panel_create(&panel, &case_file->world, requests, n, message);
    struct shared shared = {.table = self,
                            .case_file = case_file,
                            .options = options,
                            .panel = panel,
                            .blocks_per_scenario = reference_blocks_per_scenario(options->trials),
                            .message = message};
    shared.next_block = next_wanted(&shared, 0);
    shared.trials_all = count_trials(&shared);
    pthread_mutex_init(&shared.lock, NULL);
    if (status == STATUS_OK)
        status = run_workers(&shared, options->threads > 0 ? options->threads : 1);
    if (status == STATUS_OK && is_stopped(&shared))
        status = stopped(message); /* asked during the last block */
    pthread_mutex_destroy(&shared.lock);
    panel_free(panel);
    return status;
}

void reference_free(struct reference *self)
{
    free(self->raw);
    memset(self, 0, sizeof *self);
}
