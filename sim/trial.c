#include "sim/trial.h"

#include <stdlib.h>
#include <string.h>

#define SUFFIX_DELAY_US 3000 /* a stub tries its search list within milliseconds of the failure */

int trial_init(struct trial *self, const struct world *world)
{
    memset(self, 0, sizeof *self);
    self->world = world;
    traffic_init(&self->traffic, world);
    arena_init(&self->arena);
    size_t n_caches = (size_t)world->n_resolvers * world->n_questions;
    self->logs = calloc(world->n_sensors + 1u, sizeof *self->logs);
    self->caches = calloc(n_caches + 1, sizeof *self->caches);
    self->next_resolver = calloc(world->n_parties + 1u, sizeof *self->next_resolver);
    bool good = self->logs != NULL && self->caches != NULL && self->next_resolver != NULL;
    return good ? STATUS_OK : STATUS_RUN;
}

void trial_free(struct trial *self)
{
    for (uint32_t i = 0; self->logs != NULL && i < self->world->n_sensors; i++)
        query_array_free(&self->logs[i]);
    free(self->logs);
    free(self->caches);
    free(self->next_resolver);
    free(self->values);
    traffic_free(&self->traffic);
    query_array_free(&self->upstream);
    query_array_free(&self->below);
    query_array_free(&self->scratch);
    arena_free(&self->arena);
    memset(self, 0, sizeof *self);
}

struct rng_key trial_key(const struct plan *plan, uint64_t seed, uint64_t index)
{
    struct rng_key key = {seed, rng_mix(plan->scenario_key, index)};
    return key;
}

static int draw_values(struct trial *self, const struct plan *plan, struct rng_key key)
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
    for (uint32_t i = 0; i < plan->n_instances; i++) {
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
        int status = instance->model->run(&run);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static uint32_t choose_resolver(struct trial *self, uint32_t party, struct rng *rng)
{
    const struct party *p = &self->world->parties[party];
    switch (p->choice) {
    case CHOOSE_ROTATE:
        return p->first_resolver + self->next_resolver[party]++ % p->n_resolvers;
    case CHOOSE_RANDOM:
        return p->first_resolver + (uint32_t)rng_below(rng, p->n_resolvers);
    case CHOOSE_SINGLE:
    case CHOOSE_STANDBY:
        break;
    }
    return p->first_resolver;
}

static int emit(struct trial *self, time_us t, uint32_t client, uint32_t question, struct rng *rng)
{
    const struct world *world = self->world;
    uint16_t server = world->n_servers > 1 ? (uint16_t)(1 + rng_below(rng, world->n_servers)) : 1;
    struct query query = {.time_us = t,
                          .client = client,
                          .name = world->questions[question].name,
                          .type = world->questions[question].type,
                          .server = server};
    return query_array_add(&self->upstream, query);
}

/* One question of a party's stub; after a failure the stub tries the name with its search suffix.
 */
static int ask(struct trial *self, time_us t, uint32_t party, uint32_t question, struct rng *rng)
{
    const struct world *world = self->world;
    const struct party *p = &world->parties[party];
    while (question != NO_INDEX) {
        uint32_t r = choose_resolver(self, party, rng);
        struct cache_entry *entry = &self->caches[(size_t)r * world->n_questions + question];
        const struct zone_record *record = world_record_at(world, question, t);
        double ttl_s =
            self->values[record ? record->ttl_s : world->questions[question].negative_ttl_s];
        bool negative;
        size_t software = (size_t)self->values[world->resolvers[r].software];
        if (resolver_ask(&resolver_profiles[software], entry, t, record != NULL, (int32_t)ttl_s,
                         &negative) &&
            emit(self, t, world->resolvers[r].client, question, rng) != STATUS_OK)
            return STATUS_RUN;
        question = negative && p->searched != NULL ? p->searched[question] : NO_INDEX;
        t += SUFFIX_DELAY_US;
    }
    return STATUS_OK;
}

static int resolve_all(struct trial *self, struct rng_key key)
{
    const struct world *world = self->world;
    struct rng rng;
    rng_init(&rng, key, rng_entity("resolvers"));
    memset(self->caches, 0, (size_t)world->n_resolvers * world->n_questions * sizeof *self->caches);
    memset(self->next_resolver, 0, world->n_parties * sizeof *self->next_resolver);
    self->upstream.n = 0;
    const struct query_array *queries = &self->traffic.queries;
    for (size_t i = 0; i < queries->n; i++) {
        const struct query *q = &queries->q[i];
        int status = q->flags & TRAFFIC_DIRECT ? emit(self, q->time_us, q->client, q->name, &rng)
                                               : ask(self, q->time_us, q->client, q->name, &rng);
        if (status != STATUS_OK)
            return status;
    }
    return query_array_sort(&self->upstream,
                            &self->scratch); /* suffix look-ups come a little later */
}

static int fill_below(struct trial *self)
{
    const struct world *world = self->world;
    const struct query_array *queries = &self->traffic.queries;
    self->below.n = 0;
    for (size_t i = 0; i < queries->n; i++) {
        const struct query *q = &queries->q[i];
        const struct question *question = &world->questions[q->name];
        bool direct = q->flags & TRAFFIC_DIRECT;
        struct query row = {.time_us = q->time_us,
                            .client = direct ? q->client : world->parties[q->client].client,
                            .name = question->name,
                            .type = question->type};
        if (query_array_add(&self->below, row) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

int trial_observe(struct trial *self, struct rng_key key)
{
    const struct world *world = self->world;
    int status = query_array_sort(&self->traffic.queries, &self->scratch);
    if (status == STATUS_OK)
        status = resolve_all(self, key);
    bool below_filled = false;
    for (uint32_t i = 0; status == STATUS_OK && i < world->n_sensors; i++) {
        const struct sensor *sensor = &world->sensors[i];
        const struct query_array *in = &self->upstream;
        if (sensor->source >= 0) {
            in = &self->logs[sensor->source];
        } else if (sensor->position == POSITION_BELOW) {
            if (!below_filled)
                status = fill_below(self);
            below_filled = true;
            in = &self->below;
        }
        if (status == STATUS_OK)
            status = sensor_record(sensor, self->values, key, in, &self->logs[i]);
    }
    return status;
}

int trial_run(struct trial *self, const struct plan *plan, uint64_t seed, uint64_t index,
              struct message *message)
{
    struct rng_key key = trial_key(plan, seed, index);
    traffic_reset(&self->traffic);
    int status = draw_values(self, plan, key);
    if (status == STATUS_OK)
        status = run_models(self, plan, key);
    if (status == STATUS_OK)
        status = trial_observe(self, key);
    if (status != STATUS_OK)
        return fail(
            message, status,
            "trial %llu of scenario %s failed: out of memory, or more than %d client queries (a "
            "prior allows too much traffic: narrow it)",
            (unsigned long long)index, plan->scenario, TRAFFIC_MAX_QUERIES);
    return STATUS_OK;
}
