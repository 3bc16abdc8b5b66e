#include "sim/trial.h"

#include <stdlib.h>
#include <string.h>

int trial_init(struct trial *self, const struct world *world)
{
    memset(self, 0, sizeof *self);
    self->world = world;
    traffic_init(&self->traffic, world);
    arena_init(&self->arena);
    askers_init(&self->askers);
    self->logs = calloc(world->n_sensors + 1u, sizeof *self->logs);
    self->tallies = calloc(world->n_sensors + 1u, sizeof *self->tallies);
    self->record = malloc(world->n_sensors + 1u);
    int status = resolve_init(&self->resolve, world);
    if (self->logs == NULL || self->tallies == NULL || self->record == NULL)
        return STATUS_RUN;
    memset(self->record, RECORD_ROWS, world->n_sensors + 1u);
    return status;
}

void trial_want(struct trial *self, const uint8_t *wanted)
{
    memcpy(self->record, wanted, self->world->n_sensors);
    for (uint32_t i = self->world->n_sensors; i-- > 0;) {
        int source = self->world->sensors[i].source; /* has a smaller number */
        if (self->record[i] != RECORD_NOTHING && source >= 0)
            self->record[source] = RECORD_ROWS;
    }
}

void trial_free(struct trial *self)
{
    for (uint32_t i = 0; self->logs != NULL && i < self->world->n_sensors; i++)
        query_array_free(&self->logs[i]);
    for (uint32_t i = 0; self->tallies != NULL && i < self->world->n_sensors; i++)
        client_tally_free(&self->tallies[i]);
    free(self->logs);
    free(self->tallies);
    free(self->record);
    askers_free(&self->askers);
    resolve_free(&self->resolve);
    free(self->values);
    traffic_free(&self->traffic);
    query_array_free(&self->upstream);
    query_array_free(&self->below);
    query_array_free(&self->entries);
    query_array_free(&self->reports);
    query_array_free(&self->scratch);
    edit_space_free(&self->edit);
    arena_free(&self->arena);
    memset(self, 0, sizeof *self);
}

struct rng_key trial_key(const struct plan *plan, uint64_t seed, uint64_t index)
{
    struct rng_key key = {seed, rng_mix(plan->scenario_key, index)};
    return key;
}

int trial_draw(struct trial *self, const struct plan *plan, struct rng_key key)
{
    if (plan->n_params > self->n_values) {
        double *values = realloc(self->values, plan->n_params * sizeof *values);
        if (values == NULL)
            return STATUS_RUN;
        self->values = values;
        self->n_values = plan->n_params;
    }
    for (uint32_t i = 0; i < plan->n_params; i++) {
        const struct plan_param *param = &plan->params[i];
        struct rng rng;
        if (param->prior.kind == DIST_FIXED) {
            self->values[i] = param->prior.p[0];
            continue;
        }
        rng_init(&rng, key, param->entity);
        self->values[i] = dist_draw(&param->prior, &rng);
    }
    return STATUS_OK;
}

static int run_models(struct trial *self, const struct plan *plan, struct rng_key key)
{
    int status = STATUS_OK;
    traffic_begin(&self->traffic, self->values, &self->resolve);
    for (uint32_t i = 0; status == STATUS_OK && i < plan->n_instances; i++) {
        const struct model_instance *instance = &plan->instances[i];
        struct model_run run = {
            .world = self->world,
            .instance = instance,
            .param = self->values + instance->first_param,
            .key = key,
            .traffic = &self->traffic,
            .arena = &self->arena,
            .new_clients = self->world->clients.count + (i << 22),
        };
        arena_reset(&self->arena);
        status = instance->model->run(&run);
    }
    self->traffic.resolve = NULL;
    return status;
}

/* Whether anything is wanted of a sensor that reads the traffic itself there. */
static bool is_wanted_at(const struct trial *self, enum sensor_position position)
{
    for (uint32_t i = 0; i < self->world->n_sensors; i++) {
        const struct sensor *sensor = &self->world->sensors[i];
        if (self->record[i] != RECORD_NOTHING && sensor->source < 0 && sensor->position == position)
            return true;
    }
    return false;
}

/* What a sensor reads. */
static const struct query_array *input_of(const struct trial *self, const struct sensor *sensor)
{
    return sensor->source >= 0                  ? &self->logs[sensor->source]
           : sensor->position == POSITION_BELOW ? &self->below
           : sensor->position == POSITION_LISTS ? &self->entries
                                                : &self->upstream;
}

/* Sensors that count the same log share its addresses: *asked is the log that was read last. */
static int record_counts(struct trial *self, uint32_t number, struct rng_key key,
                         const struct query_array **asked)
{
    const struct sensor *sensor = &self->world->sensors[number];
    const struct query_array *in = input_of(self, sensor);
    if (*asked != in && askers_read(&self->askers, in) != STATUS_OK)
        return STATUS_RUN;
    *asked = in;
    self->tallies[number].is_set = true;
    return sensor_count(sensor, self->values, key, &self->askers, &self->tallies[number]);
}

static int record(struct trial *self, struct rng_key key)
{
    const struct query_array *asked = NULL;
    int status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < self->world->n_sensors; i++) {
        const struct sensor *sensor = &self->world->sensors[i];
        const struct query_array *in = input_of(self, sensor);
        self->logs[i].n = 0;
        self->tallies[i].is_set = false;
        if (self->record[i] == RECORD_COUNTS && sensor_is_countable(sensor, self->values, in))
            status = record_counts(self, i, key, &asked);
        else if (self->record[i] != RECORD_NOTHING)
            status = sensor_record(sensor, self->values, key, &self->edit, in, &self->logs[i]);
    }
    return status;
}

static int observe(struct trial *self, struct rng_key key)
{
    const struct world *world = self->world;
    int status =
        resolve_queries(&self->resolve, &self->traffic.queries, &self->upstream,
                        is_wanted_at(self, POSITION_BELOW) ? &self->below : NULL, &self->scratch);
    if (status == STATUS_OK && world->n_block_lists > 0 && is_wanted_at(self, POSITION_LISTS))
        status = block_lists_run(world, self->values, key, &self->traffic.mails, &self->reports,
                                 &self->scratch, &self->entries);
    return status == STATUS_OK ? record(self, key) : status;
}

int trial_observe(struct trial *self, struct rng_key key)
{
    resolve_begin(&self->resolve, self->values, key);
    return observe(self, key);
}

size_t trial_count_asked(const struct trial *self)
{
    return self->traffic.queries.n + self->resolve.steady.n;
}

int trial_run(struct trial *self, const struct plan *plan, uint64_t seed, uint64_t index,
              struct message *message)
{
    struct rng_key key = trial_key(plan, seed, index);
    traffic_reset(&self->traffic);
    int status = trial_draw(self, plan, key);
    if (status == STATUS_OK) {
        resolve_begin(&self->resolve, self->values, key);
        status = run_models(self, plan, key);
    }
    if (status == STATUS_OK)
        status = observe(self, key);
    if (status != STATUS_OK)
        return fail(
            message, status,
            "trial %llu of scenario %s failed: out of memory, or more than %d client queries (a "
            "prior allows too much traffic: narrow it)",
            (unsigned long long)index, plan->scenario, TRAFFIC_MAX_QUERIES);
    return STATUS_OK;
}
