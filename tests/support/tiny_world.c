#include "tests/support/tiny_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/models.h"
#include "sim/lookups.h"

static const struct param_row ttl_row = {"ttl",  UNIT_SECOND,    0,   604800,
                                         "3600", "time to live", NULL};
static const struct param_row software_row = {
    "software", UNIT_COUNT, 0, 100, "0", "row of resolver_profiles", NULL};

/* Stops the program: a test with a broken world has nothing to say. */
static void need(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "tiny world: %s\n", what);
    abort();
}

static void *array_of(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    need(memory != NULL, "out of memory");
    return memory;
}

static uint32_t add_text(struct intern *table, const char *text)
{
    uint32_t id = 0;
    need(intern_add(table, text, strlen(text), &id) == STATUS_OK, "out of memory");
    return id;
}

static void add_party(struct world *world, const char *name, int32_t offset_s, uint32_t n_resolvers)
{
    struct party *party = &world->parties[world->n_parties++];
    party->name = name;
    party->timezone = timezone_fixed(offset_s);
    need(civil_grid_init(&party->grid, &party->timezone, world->start_us, world->until_us, NULL,
                         0) == STATUS_OK,
         "out of memory");
    party->choice = CHOOSE_RANDOM;
    party->gateway = gateway_profile_find("postfix");
    party->client = add_text(&world->clients, name);
    party->first_resolver = world->n_resolvers;
    party->n_resolvers = n_resolvers;
    for (uint32_t i = 0; i < n_resolvers; i++) {
        char address[32];
        snprintf(address, sizeof address, "192.0.2.%u", (unsigned)world->n_resolvers);
        struct resolver *resolver = &world->resolvers[world->n_resolvers++];
        resolver->client = add_text(&world->clients, address);
        resolver->software = TINY_SOFTWARE;
    }
}

static void fill_questions(struct world *world, int n_labels)
{
    world->n_questions = 1 + (uint32_t)n_labels;
    world->questions = array_of(world->n_questions, sizeof *world->questions);
    for (uint32_t i = 0; i < world->n_questions; i++) {
        char name[32];
        snprintf(name, sizeof name, i == 0 ? "mail.example.org" : "x%u.mail.example.org",
                 (unsigned)i);
        world->questions[i] = (struct question){.name = add_text(&world->names, name),
                                                .type = TYPE_A,
                                                .n_records = 1,
                                                .first_record = i,
                                                .negative_ttl_s = TINY_NEGATIVE_TTL};
    }
}

static void fill_names(struct world *world, struct tiny_options options)
{
    fill_questions(world, options.n_labels);
    world->records = array_of(world->n_questions, sizeof *world->records);
    world->n_records = world->n_questions;
    for (uint32_t i = 0; i < world->n_records; i++)
        world->records[i] = (struct zone_record){.from_us = world->start_us - 1,
                                                 .until_us = INT64_MAX,
                                                 .ttl_s = TINY_TTL,
                                                 .target = INTERN_NONE};
    if (options.gone_after_d > 0)
        world->records[0].until_us =
            world->from_us + (time_us)(options.gone_after_d * (double)US_PER_DAY);
    world->hosts = array_of(1, sizeof *world->hosts);
    world->n_hosts = 1;
    world->hosts[0] = (struct host){.name = "mail",
                                    .party = TINY_SENDER,
                                    .reverse_question = NO_INDEX,
                                    .domain_name = world->questions[0].name,
                                    .domain_mx_question = NO_INDEX,
                                    .domain_txt_question = NO_INDEX};
}

static void fill_events(struct world *world, int n)
{
    world->events = array_of((size_t)n + 1, sizeof *world->events);
    world->n_events = (uint32_t)n;
    time_us step = (world->until_us - world->from_us) / (n + 1);
    for (int i = 0; i < n; i++)
        world->events[i] = (struct dated_event){world->from_us + (i + 1) * step, "event"};
}

static void make_world(struct world *world, struct tiny_options options)
{
    world_init(world);
    int32_t days = options.days > 0 ? options.days : 140;
    world->from_us = civil_days(2016, 5, 2) * US_PER_DAY;
    world->until_us = world->from_us + days * US_PER_DAY;
    world->start_us = world->from_us - 7 * US_PER_DAY;
    world->parties = array_of(TINY_N_PARTIES, sizeof *world->parties);
    world->resolvers = array_of(8, sizeof *world->resolvers);
    add_party(world, "sender", -4 * 3600, 1);
    add_party(world, "east", 3 * 3600, 2);
    add_party(world, "west", -4 * 3600, 1);
    fill_names(world, options);
    need(world_expand(world) == STATUS_OK, "out of memory");
    fill_events(world, options.n_events);
    world->sensors = array_of(1, sizeof *world->sensors);
    world->n_sensors = 1;
    world->sensors[0] = (struct sensor){.name = "all",
                                        .source = -1,
                                        .columns = ~0u,
                                        .from_us = world->from_us,
                                        .until_us = world->until_us,
                                        .first_param = TINY_SENSOR,
                                        .entity = rng_entity("sensor.all")};
}

static void add_param(struct tiny_world *self, const char *scope, const struct param_row *row,
                      const char *prior)
{
    struct plan *plan = &self->plan;
    struct plan_param *param = &plan->params[plan->n_params];
    char *path = self->paths[plan->n_params++];
    snprintf(path, sizeof self->paths[0], "%s.%s", scope, row->name);
    param->path = path;
    param->row = row;
    param->entity = rng_entity(path);
    struct message message = {{0}};
    need(dist_parse(&param->prior, prior, row, &message) == STATUS_OK, message.text);
}

static void add_world_params(struct tiny_world *self, struct tiny_options options)
{
    char text[32];
    snprintf(text, sizeof text, "%.17g", options.ttl_s);
    add_param(self, "name", &ttl_row, text);
    add_param(self, "negative", &ttl_row, "900");
    const struct resolver_profile *profile =
        resolver_profile_find(options.software ? options.software : "none");
    need(profile != NULL, "no such resolver");
    snprintf(text, sizeof text, "%d", (int)(profile - resolver_profiles));
    add_param(self, "resolver", &software_row, text);
    for (const struct param_row *row = sensor_rows; row->name != NULL; row++)
        add_param(self, "sensor", row, row->prior);
}

static void bind_roles(struct model_instance *instance)
{
    for (int r = 0; instance->model->roles[r].key != NULL; r++) {
        struct party_set *set = &instance->roles[r];
        if (instance->model->roles[r].needs_host)
            *set = (struct party_set){1, {TINY_SENDER}};
        else
            *set = (struct party_set){2, {TINY_EAST, TINY_WEST}};
    }
}

static void add_instance(struct tiny_world *self, const struct tiny_entry *entry)
{
    struct model_instance *instance = &self->plan.instances[self->plan.n_instances++];
    instance->model = model_find(entry->model);
    need(instance->model != NULL, entry->model);
    instance->label = entry->label;
    instance->entity = rng_entity(entry->label);
    instance->first_param = self->plan.n_params;
    bind_roles(instance);
    for (const struct param_row *row = instance->model->params; row->name != NULL; row++)
        add_param(self, entry->label, row, row->prior);
    for (const char *const *text = entry->overrides; text != NULL && *text != NULL; text++) {
        char path[96];
        int length = (int)(strchr(*text, '=') - *text);
        snprintf(path, sizeof path, "%s.%.*s", entry->label, length, *text);
        tiny_set(self, path, *text + length + 1);
    }
}

void tiny_world_init(struct tiny_world *self, struct tiny_options options,
                     const struct tiny_entry *entries, uint32_t n_entries)
{
    memset(self, 0, sizeof *self);
    make_world(&self->world, options);
    plan_init(&self->plan);
    self->plan.scenario = "tiny";
    self->plan.scenario_key = rng_entity("tiny");
    self->plan.world = &self->world;
    self->plan.params = array_of(64 + 64 * (size_t)n_entries, sizeof *self->plan.params);
    self->paths = array_of(64 + 64 * (size_t)n_entries, sizeof *self->paths);
    self->plan.instances = array_of((size_t)n_entries + 1, sizeof *self->plan.instances);
    add_world_params(self, options);
    for (uint32_t i = 0; i < n_entries; i++)
        add_instance(self, &entries[i]);
}

void tiny_world_free(struct tiny_world *self)
{
    plan_free(&self->plan);
    world_free(&self->world);
    free(self->paths);
}

void tiny_set(struct tiny_world *self, const char *path, const char *prior)
{
    uint32_t i = plan_find(&self->plan, path);
    need(i != NO_INDEX, path);
    struct message message = {{0}};
    need(dist_parse(&self->plan.params[i].prior, prior, self->plan.params[i].row, &message) ==
             STATUS_OK,
         message.text);
}
