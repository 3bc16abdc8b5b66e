#include "sim/edit.h"

#include <gsl/gsl_heapsort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One address of the log. */
struct edit_asker {
    uint32_t client;
    size_t n;            /* rows */
    struct query sample; /* its first row: name, type and server of rows made for it */
};

struct edit {
    const double *param;
    struct rng_key key;
    uint64_t entity;
    time_us from_us, until_us;
    struct query_array *log;
    struct edit_space *space;
    struct edit_asker *askers; /* by client id; in the space */
    size_t n_askers;
};

enum step { STEP_COPY, STEP_HANDWRITE, STEP_INSERT, STEP_DELETE };

static void stream(const struct edit *self, enum step step, uint64_t index, struct rng *rng)
{
    uint64_t purpose = rng_entity("edit") + (uint64_t)step;
    rng_init(rng, self->key, rng_mix(self->entity ^ purpose, index));
}

/* ---- who asks ---- */

void edit_space_init(struct edit_space *self)
{
    memset(self, 0, sizeof *self);
}

void edit_space_free(struct edit_space *self)
{
    free(self->askers);
    free(self->slots);
    query_array_free(&self->rows);
    edit_space_init(self);
}

/* Room for n askers and a hash table that stays at most half full. */
static int reserve_askers(struct edit_space *space, size_t n)
{
    size_t wanted = 64;
    while (wanted < n)
        wanted *= 2;
    if (wanted <= space->capacity)
        return STATUS_OK;
    struct edit_asker *askers = realloc(space->askers, wanted * sizeof *askers);
    if (askers != NULL)
        space->askers = askers;
    uint32_t *slots = realloc(space->slots, 2 * wanted * sizeof *slots);
    if (slots != NULL)
        space->slots = slots;
    if (askers == NULL || slots == NULL)
        return STATUS_RUN;
    space->capacity = wanted;
    return STATUS_OK;
}

/* The slot of an address, or the empty one where it belongs. A slot holds 1 + an asker's number. */
static uint32_t *find_slot(const struct edit *self, uint32_t client)
{
    size_t mask = 2 * self->space->capacity - 1;
    size_t i = (size_t)(client * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
    uint32_t *slots = self->space->slots;
    while (slots[i] != 0 && self->askers[slots[i] - 1].client != client)
        i = (i + 1) & mask;
    return &slots[i];
}

static struct edit_asker *find_asker(const struct edit *self, uint32_t client)
{
    return &self->askers[*find_slot(self, client) - 1];
}

static void clear_slots(const struct edit_space *space)
{
    memset(space->slots, 0, 2 * space->capacity * sizeof *space->slots);
}

static int by_client(const void *a, const void *b)
{
    const struct edit_asker *x = a, *y = b;
    return x->client < y->client ? -1 : x->client > y->client;
}

/* Counts the rows of every address anew. No two askers are equal, so the sort needs no ties. */
static int count_askers(struct edit *self)
{
    const struct query_array *log = self->log;
    if (log->n > UINT32_MAX / 4 || reserve_askers(self->space, log->n) != STATUS_OK)
        return STATUS_RUN;
    self->askers = self->space->askers;
    self->n_askers = 0;
    clear_slots(self->space);
    for (size_t i = 0; i < log->n; i++) {
        uint32_t *slot = find_slot(self, log->q[i].client);
        if (*slot == 0) {
            struct edit_asker fresh = {.client = log->q[i].client, .sample = log->q[i]};
            self->askers[self->n_askers++] = fresh;
            *slot = (uint32_t)self->n_askers;
        }
        self->askers[*slot - 1].n++;
    }
    gsl_heapsort(self->askers, self->n_askers, sizeof *self->askers, by_client);
    clear_slots(self->space);
    for (size_t k = 0; k < self->n_askers; k++)
        *find_slot(self, self->askers[k].client) = (uint32_t)(k + 1);
    return STATUS_OK;
}

static const struct edit_asker *busiest(const struct edit *self)
{
    const struct edit_asker *best = NULL;
    for (size_t k = 0; k < self->n_askers; k++)
        if (best == NULL || self->askers[k].n > best->n)
            best = &self->askers[k];
    return best;
}

/* ---- rows ---- */

/* Takes out the rows in [from, until) of one client, or of all where `client` is NULL. */
static void take_out(struct query_array *log, time_us from_us, time_us until_us,
                     const uint32_t *client)
{
    size_t kept = 0;
    for (size_t i = 0; i < log->n; i++) {
        const struct query *q = &log->q[i];
        bool inside = q->time_us >= from_us && q->time_us < until_us;
        if (!inside || (client != NULL && q->client != *client))
            log->q[kept++] = *q;
    }
    log->n = kept;
}

static int put_in(struct edit *self, const struct query *sample, time_us t)
{
    struct query row = *sample;
    row.time_us = t - t % US_PER_S;
    row.flags |= QUERY_INSERTED;
    if (row.time_us < self->from_us || row.time_us >= self->until_us)
        return STATUS_OK;
    return query_array_add(self->log, row);
}

/* ---- the edits ---- */

/* Rows of one address made from the busiest one's: thinned to the old number, shifted a little. */
static int copy_one(struct edit *self, const struct edit_asker *asker,
                    const struct edit_asker *model, struct rng *rng)
{
    struct query_array *log = self->log;
    double share = (double)asker->n / (double)model->n;
    size_t n = log->n;
    for (size_t i = 0; i < n; i++) {
        if (log->q[i].client != model->client || rng_uniform(rng) >= share)
            continue;
        double lag_us = rng_exponential(rng) * self->param[EDIT_COPY_LAG_S] * 1e6;
        if (put_in(self, &asker->sample, log->q[i].time_us + (time_us)lag_us) != STATUS_OK)
            return STATUS_RUN;
    }
    size_t kept = 0;
    for (size_t i = 0; i < log->n; i++)
        if (i >= n || log->q[i].client != asker->client)
            log->q[kept++] = log->q[i];
    log->n = kept;
    return STATUS_OK;
}

static int make_copies(struct edit *self)
{
    const struct edit_asker *model = busiest(self);
    for (size_t k = 0; model != NULL && k < self->n_askers; k++) {
        const struct edit_asker *asker = &self->askers[k];
        struct rng rng;
        stream(self, STEP_COPY, asker->client, &rng);
        bool copied = rng_uniform(&rng) < self->param[EDIT_ALTERED_COPY];
        if (copied && asker != model && asker->n >= EDIT_BUSY_ROWS &&
            copy_one(self, asker, model, &rng) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

#define STRING 64 /* gaps that a writer may look back at */

/* n rows of one address in [from, until), as somebody types them: gaps of about the right size with
 * no cache behind them, strings of gaps used again, round seconds. */
static int write_rows(struct edit *self, const struct query *sample, size_t n, time_us from_us,
                      time_us until_us, struct rng *rng)
{
    double length_s = (double)(until_us - from_us) * 1e-6, at_s = 0.0;
    double gaps_s[STRING];
    uint64_t period = 3 + rng_below(rng, 10);
    for (size_t k = 0; k < n; k++) {
        bool copied = rng_uniform(rng) < self->param[EDIT_COPIED_GAPS];
        double gap_s = 1.0 + floor(rng_exponential(rng) * length_s / (double)n);
        if (copied && k >= period)
            gap_s = gaps_s[(k - period) % STRING];
        gaps_s[k % STRING] = gap_s;
        at_s = fmod(at_s + gap_s, length_s);
        int64_t second = from_us / US_PER_S + (int64_t)at_s;
        if (rng_uniform(rng) < self->param[EDIT_DIGITS])
            second -= second % 5;
        if (put_in(self, sample, second * US_PER_S) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

static int rewrite_stretch(struct edit *self, time_us from_us, time_us until_us, struct rng *rng)
{
    const struct query_array *log = self->log;
    for (size_t k = 0; k < self->n_askers; k++)
        self->askers[k].n = 0;
    for (size_t i = 0; i < log->n; i++)
        if (log->q[i].time_us >= from_us && log->q[i].time_us < until_us)
            find_asker(self, log->q[i].client)->n++;
    take_out(self->log, from_us, until_us, NULL);
    for (size_t k = 0; k < self->n_askers; k++)
        if (self->askers[k].n > 0 && write_rows(self, &self->askers[k].sample, self->askers[k].n,
                                                from_us, until_us, rng) != STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

/* A stretch at a random place of the window. */
static void draw_stretch(const struct edit *self, double mean_s, struct rng *rng, time_us *from_us,
                         time_us *until_us)
{
    double span_us = (double)(self->until_us - self->from_us);
    *from_us = self->from_us + (time_us)(rng_uniform(rng) * span_us);
    double length_us = fmin(rng_exponential(rng) * mean_s * 1e6, span_us);
    *until_us = *from_us + (time_us)length_us;
    if (*until_us > self->until_us)
        *until_us = self->until_us;
}

static int handwrite(struct edit *self)
{
    struct rng rng;
    stream(self, STEP_HANDWRITE, 0, &rng);
    uint64_t n = rng_poisson(&rng, self->param[EDIT_HANDWRITTEN]);
    for (uint64_t k = 0; k < n; k++) {
        time_us from_us, until_us;
        draw_stretch(self, self->param[EDIT_HANDWRITTEN_DAYS] * 86400.0, &rng, &from_us, &until_us);
        if (until_us - from_us >= 2 * US_PER_S &&
            rewrite_stretch(self, from_us, until_us, &rng) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

/* Rows for busy addresses, in proportion to what they have, anywhere in the window. */
static int insert(struct edit *self)
{
    for (size_t k = 0; k < self->n_askers; k++) {
        const struct edit_asker *asker = &self->askers[k];
        struct rng rng;
        stream(self, STEP_INSERT, asker->client, &rng);
        uint64_t n = asker->n < EDIT_BUSY_ROWS
                         ? 0
                         : rng_poisson(&rng, self->param[EDIT_INSERTED] * (double)asker->n);
        for (uint64_t i = 0; i < n; i++) {
            double span_us = (double)(self->until_us - self->from_us);
            time_us t = self->from_us + (time_us)(rng_uniform(&rng) * span_us);
            if (put_in(self, &asker->sample, t) != STATUS_OK)
                return STATUS_RUN;
        }
    }
    return STATUS_OK;
}

static void delete_stretches(struct edit *self)
{
    struct rng rng;
    stream(self, STEP_DELETE, 0, &rng);
    uint64_t n = rng_poisson(&rng, self->param[EDIT_DELETED]);
    for (uint64_t k = 0; k < n; k++) {
        time_us from_us, until_us;
        draw_stretch(self, self->param[EDIT_DELETED_HOURS] * 3600.0, &rng, &from_us, &until_us);
        bool one = rng_uniform(&rng) < self->param[EDIT_DELETED_ONE_CLIENT];
        double luck = rng_uniform(&rng);
        if (one && self->log->n > 0) { /* the address of a random row: busy ones more often */
            uint32_t client = self->log->q[(size_t)(luck * (double)self->log->n)].client;
            take_out(self->log, from_us, until_us, &client);
        } else {
            take_out(self->log, from_us, until_us, NULL);
        }
    }
}

static int drop_small_clients(struct edit *self)
{
    struct query_array *log = self->log;
    if (count_askers(self) != STATUS_OK)
        return STATUS_RUN;
    size_t kept = 0;
    for (size_t i = 0; i < log->n; i++)
        if ((double)find_asker(self, log->q[i].client)->n >= self->param[EDIT_LEAST_ROWS])
            log->q[kept++] = log->q[i];
    log->n = kept;
    return STATUS_OK;
}

static int apply_all(struct edit *self)
{
    const double *param = self->param;
    int status = count_askers(self);
    if (status == STATUS_OK && param[EDIT_ALTERED_COPY] > 0.0)
        status = make_copies(self);
    if (status == STATUS_OK && param[EDIT_HANDWRITTEN] > 0.0)
        status = handwrite(self);
    if (status == STATUS_OK && param[EDIT_INSERTED] > 0.0)
        status = count_askers(self);
    if (status == STATUS_OK && param[EDIT_INSERTED] > 0.0)
        status = insert(self);
    if (status == STATUS_OK && param[EDIT_DELETED] > 0.0)
        delete_stretches(self);
    if (status == STATUS_OK && param[EDIT_LEAST_ROWS] > 1.0)
        status = drop_small_clients(self);
    return status;
}

bool edit_is_on(const double *param)
{
    return param[EDIT_ALTERED_COPY] > 0.0 || param[EDIT_HANDWRITTEN] > 0.0 ||
           param[EDIT_INSERTED] > 0.0 || param[EDIT_DELETED] > 0.0 || param[EDIT_LEAST_ROWS] > 1.0;
}

int edit_apply(const double *param, struct rng_key key, uint64_t entity, time_us from_us,
               time_us until_us, struct edit_space *space, struct query_array *log)
{
    if (!edit_is_on(param) || log->n == 0)
        return STATUS_OK;
    struct edit self = {.param = param,
                        .key = key,
                        .entity = entity,
                        .from_us = from_us,
                        .until_us = until_us,
                        .log = log,
                        .space = space};
    int status = apply_all(&self);
    if (status == STATUS_OK)
        status = query_array_sort(log, &space->rows);
    return status;
}
