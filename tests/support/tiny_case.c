#include "tests/support/tiny_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "tiny case: %s\n", what);
    abort();
}

static void add_scenario(struct tiny_case *self, int i, const char *model, int32_t days)
{
    struct tiny_entry entry = {model, model, NULL};
    struct tiny_options options = {.days = days, .ttl_s = 3600, .software = "bind-9.18"};
    tiny_world_init(&self->worlds[i], options, &entry, 1);
    struct scenario *scenario = &self->scenarios[i];
    scenario->name = model;
    scenario->weight = 1;
    scenario->plan = self->worlds[i].plan;
    scenario->plan.world = &self->case_file.world;
    scenario->plan.scenario = model;
    scenario->plan.scenario_key = rng_entity(model);
}

void tiny_case_init(struct tiny_case *self, int32_t days)
{
    struct message message = {{0}};
    const struct statistic *left_out[64];
    size_t n_left_out = 0;
    memset(self, 0, sizeof *self);
    add_scenario(self, 0, "campaign", days);
    add_scenario(self, 1, "scanner", days);
    self->case_file.world = self->worlds[0].world;
    self->case_file.scenarios = self->scenarios;
    self->case_file.n_scenarios = TINY_CASE_SCENARIOS;
    need(default_requests(&self->case_file.world, 0, 31, 1, self->requests, TINY_CASE_REQUESTS,
                          &self->n_requests, &self->sets, left_out, &n_left_out,
                          &message) == STATUS_OK,
         message.text);
}

void tiny_case_free(struct tiny_case *self)
{
    client_sets_free(self->sets);
    for (int i = 0; i < TINY_CASE_SCENARIOS; i++)
        tiny_world_free(&self->worlds[i]);
}
