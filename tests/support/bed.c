#include "tests/support/check.h"

#include <stdio.h>

#include "sim/lookups.h"
#include "tests/support/bed.h"

static void *grow(void *array, size_t n, size_t size)
{
    void *grown = realloc(array, (n + 1) * size);
    assert_non_null(grown);
    memset((char *)grown + n * size, 0, size);
    return grown;
}

static uint32_t name_id(struct bed *self, const char *text)
{
    uint32_t id;
    assert_int_equal(intern_add(&self->world.names, text, strlen(text), &id), STATUS_OK);
    return id;
}

static uint32_t question(struct bed *self, const char *name, uint16_t type)
{
    uint32_t index;
    assert_int_equal(world_add_question(&self->world, name_id(self, name), type, &index),
                     STATUS_OK);
    return index;
}

uint32_t bed_value(struct bed *self, double value)
{
    assert_true(self->n_values < BED_MAX_VALUES);
    self->values[self->n_values] = value;
    return self->n_values++;
}

void bed_init(struct bed *self)
{
    memset(self, 0, sizeof *self);
    struct world *world = &self->world;
    world_init(world);
    bed_value(self, 0); /* number 0 means "none" in some places */
    world->start_us = world->from_us = INT64_C(1000000000) * US_PER_S;
    world->until_us = INT64_C(3000000000) * US_PER_S;
    world->parties = grow(NULL, 0, sizeof *world->parties);
    world->n_parties = 1;
    world->parties[0].name = "receiver";
    world->parties[0].timezone = timezone_fixed(0);
    assert_int_equal(intern_add(&world->clients, "stub", 4, &world->parties[0].client), STATUS_OK);
}

void bed_free(struct bed *self)
{
    if (self->is_ready)
        trial_free(&self->trial);
    world_free(&self->world);
}

struct zone *bed_zone(struct bed *self, const char *origin, double negative_ttl_s, double ns_ttl_s)
{
    struct world *world = &self->world;
    world->zones = grow(world->zones, world->n_zones, sizeof *world->zones);
    struct zone *zone = &world->zones[world->n_zones++];
    zone->origin = name_id(self, origin);
    zone->negative_ttl_s = bed_value(self, negative_ttl_s);
    zone->ns_ttl_s = bed_value(self, ns_ttl_s);
    return zone;
}

void bed_record_during(struct bed *self, const char *name, uint16_t type, double ttl_s,
                       const char *target, time_us from_us, time_us until_us)
{
    struct world *world = &self->world;
    uint32_t index = question(self, name, type);
    struct question *q = &world->questions[index];
    world->records = grow(world->records, world->n_records, sizeof *world->records);
    if (q->n_records == 0)
        q->first_record = world->n_records;
    assert_int_equal(q->first_record + q->n_records, world->n_records);
    q->n_records++;
    struct zone_record *record = &world->records[world->n_records++];
    record->from_us = from_us;
    record->until_us = until_us;
    record->ttl_s = bed_value(self, ttl_s);
    record->target = target == NULL ? INTERN_NONE : name_id(self, target);
}

void bed_record(struct bed *self, const char *name, uint16_t type, double ttl_s, const char *target)
{
    bed_record_during(self, name, type, ttl_s, target, INT64_MIN, INT64_MAX);
}

double *bed_resolver(struct bed *self, const char *software)
{
    struct world *world = &self->world;
    char address[32];
    const struct resolver_profile *profile = resolver_profile_find(software);
    assert_non_null(profile);
    world->resolvers = grow(world->resolvers, world->n_resolvers, sizeof *world->resolvers);
    struct resolver *resolver = &world->resolvers[world->n_resolvers++];
    int n = snprintf(address, sizeof address, "192.0.2.%u", (unsigned)world->n_resolvers);
    assert_int_equal(intern_add(&world->clients, address, (size_t)n, &resolver->client), STATUS_OK);
    resolver->software = bed_value(self, (double)(profile - resolver_profiles));
    resolver->settings = bed_value(self, 0);
    for (int i = 1; i < RESOLVER_N_PARAMS; i++)
        bed_value(self, 0);
    world->parties[0].n_resolvers++;
    return &self->values[resolver->settings];
}

struct host *bed_host(struct bed *self, const char *hostname, const char *helo, const char *domain,
                      const char *reverse)
{
    struct world *world = &self->world;
    world->hosts = grow(world->hosts, world->n_hosts, sizeof *world->hosts);
    struct host *host = &world->hosts[world->n_hosts++];
    host->name = "sender";
    host->address_question = question(self, hostname, TYPE_A);
    host->helo_question = question(self, helo, TYPE_A);
    host->domain_name = name_id(self, domain);
    host->domain_mx_question = question(self, domain, TYPE_MX);
    host->domain_txt_question = question(self, domain, TYPE_TXT);
    host->reverse_question = reverse == NULL ? NO_INDEX : question(self, reverse, TYPE_PTR);
    return host;
}

static void fill_search_list(struct bed *self)
{
    struct world *world = &self->world;
    struct party *party = &world->parties[0];
    uint32_t n = world->n_questions;
    uint32_t made[64];
    assert_true(n < 64);
    for (uint32_t q = 0; q < n; q++) {
        char name[600];
        snprintf(name, sizeof name, "%s.%s", intern_text(&world->names, world->questions[q].name),
                 party->search);
        made[q] = question(self, name, world->questions[q].type);
    }
    party->searched = malloc(world->n_questions * sizeof *party->searched);
    assert_non_null(party->searched);
    for (uint32_t q = 0; q < world->n_questions; q++)
        party->searched[q] = q < n ? made[q] : NO_INDEX;
}

void bed_ready(struct bed *self)
{
    struct world *world = &self->world;
    assert_int_equal(world_expand(world), STATUS_OK);
    if (world->parties[0].search != NULL)
        fill_search_list(self);
    for (uint32_t q = 0; q < world->n_questions; q++)
        if (world->questions[q].zone != 0)
            world->questions[q].negative_ttl_s =
                world->zones[world->questions[q].zone - 1].negative_ttl_s;
    self->is_ready = true;
    assert_int_equal(trial_init(&self->trial, world), STATUS_OK);
    self->trial.values = malloc(sizeof self->values);
    assert_non_null(self->trial.values);
    memcpy(self->trial.values, self->values, sizeof self->values);
    self->trial.n_values = BED_MAX_VALUES;
    traffic_begin(&self->trial.traffic, self->trial.values, NULL);
}

uint32_t bed_question(const struct bed *self, const char *name, uint16_t type)
{
    uint32_t id = intern_find(&self->world.names, name, strlen(name));
    uint32_t index = id == INTERN_NONE ? NO_INDEX : world_find_question(&self->world, id, type);
    if (index == NO_INDEX)
        fail_msg("the bed has no question %s %d", name, type);
    return index;
}

void bed_run(struct bed *self)
{
    struct rng_key key = {1, 1};
    memcpy(self->trial.values, self->values, sizeof self->values);
    assert_int_equal(trial_observe(&self->trial, key), STATUS_OK);
}
