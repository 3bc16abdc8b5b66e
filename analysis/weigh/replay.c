#include "analysis/weigh/replay.h"

#include <stdlib.h>
#include <string.h>

/* The world's id of a name, whatever its case; INTERN_NONE where it has none. */
static uint32_t world_name(const struct world *world, const char *text)
{
    char name[256];
    size_t n = strnlen(text, sizeof name - 1);
    for (size_t i = 0; i < n; i++)
        name[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    return intern_find(&world->names, name, n);
}

static int party_of(const struct world *world, const char *address)
{
    uint32_t client = intern_find(&world->clients, address, strlen(address));
    int with_resolvers = 0;
    for (uint32_t p = world->n_parties; p > 0; p--) {
        if (client != INTERN_NONE && world->parties[p - 1].client == client)
            return (int)p - 1;
        if (world->parties[p - 1].n_resolvers > 0)
            with_resolvers = (int)p - 1;
    }
    return with_resolvers;
}

int replay_run(struct trial *trial, const struct plan *plan, uint64_t seed,
               const struct query_log *clients, struct replay_counts *counts,
               struct message *message)
{
    const struct world *world = trial->world;
    struct rng_key key = trial_key(plan, seed, 0);
    memset(counts, 0, sizeof *counts);
    traffic_reset(&trial->traffic);
    int status = trial_draw(trial, plan, key);
    if (status == STATUS_OK)
        traffic_begin(&trial->traffic, trial->values, NULL);
    for (size_t i = 0; status == STATUS_OK && i < clients->queries.n; i++) {
        const struct query *q = &clients->queries.q[i];
        uint32_t name = world_name(world, intern_text(&clients->names, q->name));
        uint16_t type = q->type == TYPE_UNKNOWN ? (uint16_t)TYPE_A : q->type;
        uint32_t question = name == INTERN_NONE ? NO_INDEX : world_find_question(world, name, type);
        if (question == NO_INDEX) {
            counts->unknown++;
            continue;
        }
        counts->asked++;
        status =
            traffic_query(&trial->traffic, q->time_us,
                          party_of(world, intern_text(&clients->clients, q->client)), question);
    }
    if (status == STATUS_OK)
        status = trial_observe(trial, key);
    return status == STATUS_OK ? status : fail(message, status, "replay: out of memory");
}

static bool is_seen(const struct sensor *sensor, uint32_t name)
{
    return name != INTERN_NONE &&
           (sensor->sees_name == NULL || (name < sensor->n_names && sensor->sees_name[name] != 0));
}

/* The first simulated row from *from on that fits and is not taken; NULL: none. */
static const struct query *find_partner(const struct query_array *simulated, uint8_t *taken,
                                        size_t *from, const struct query *q, uint32_t name,
                                        time_us within_us)
{
    while (*from < simulated->n && simulated->q[*from].time_us < q->time_us - within_us)
        ++*from;
    for (size_t i = *from; i < simulated->n; i++) {
        const struct query *s = &simulated->q[i];
        if (s->time_us > q->time_us + within_us)
            return NULL;
        bool same_type = s->type == q->type || q->type == TYPE_UNKNOWN || s->type == TYPE_UNKNOWN;
        if (!taken[i] && s->name == name && same_type) {
            taken[i] = 1;
            return s;
        }
    }
    return NULL;
}

int replay_match(const struct trial *trial, uint32_t sensor, const struct query_log *recorded,
                 time_us within_us, struct replay_counts *counts)
{
    const struct world *world = trial->world;
    const struct sensor *s = &world->sensors[sensor];
    const struct query_array *simulated = &trial->logs[sensor];
    uint8_t *taken = calloc(simulated->n + 1, 1);
    size_t from = 0;
    if (taken == NULL)
        return STATUS_RUN;
    counts->matched = counts->missed = 0;
    counts->worst_us = 0;
    for (size_t i = 0; i < recorded->queries.n; i++) {
        const struct query *q = &recorded->queries.q[i];
        uint32_t name = world_name(world, intern_text(&recorded->names, q->name));
        if (!is_seen(s, name) || q->time_us < s->from_us || q->time_us >= s->until_us)
            continue;
        const struct query *partner = find_partner(simulated, taken, &from, q, name, within_us);
        counts->matched += partner != NULL;
        counts->missed += partner == NULL;
        time_us apart = partner == NULL ? 0 : llabs(partner->time_us - q->time_us);
        counts->worst_us = apart > counts->worst_us ? apart : counts->worst_us;
    }
    counts->extra = simulated->n - counts->matched;
    free(taken);
    return STATUS_OK;
}
