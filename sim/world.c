#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

const char *const resolver_choice_words[] = {"single", "rotate", "random", "standby", NULL};

void world_init(struct world *self)
{
    memset(self, 0, sizeof *self);
    intern_init(&self->names);
    intern_init(&self->clients);
    intern_init(&self->strings);
    self->n_servers = 1;
}

void world_free(struct world *self)
{
    for (uint32_t i = 0; i < self->n_parties; i++) {
        civil_grid_free(&self->parties[i].grid);
        free(self->parties[i].searched);
        free(self->parties[i].lookups);
        free(self->parties[i].steps);
    }
    for (uint32_t i = 0; i < self->n_sensors; i++)
        sensor_free(&self->sensors[i]);
    free(self->questions);
    free(self->records);
    free(self->zones);
    free(self->probes);
    free(self->hosts);
    free(self->parties);
    free(self->resolvers);
    free(self->events);
    free(self->sensors);
    free(self->block_lists);
    intern_free(&self->names);
    intern_free(&self->clients);
    intern_free(&self->strings);
    memset(self, 0, sizeof *self);
}

uint32_t world_find_question(const struct world *self, uint32_t name, uint16_t type)
{
    for (uint32_t i = 0; i < self->n_questions; i++)
        if (self->questions[i].name == name && self->questions[i].type == type)
            return i;
    return NO_INDEX;
}

int world_add_question(struct world *self, uint32_t name, uint16_t type, uint32_t *index)
{
    *index = world_find_question(self, name, type);
    if (*index != NO_INDEX)
        return STATUS_OK;
    struct question *grown =
        realloc(self->questions, (self->n_questions + 1u) * sizeof *self->questions);
    if (grown == NULL)
        return STATUS_RUN;
    self->questions = grown;
    grown[self->n_questions] =
        (struct question){.name = name, .type = type, .negative_ttl_s = NO_INDEX};
    *index = self->n_questions++;
    return STATUS_OK;
}

const struct zone_record *world_record_at(const struct world *self, uint32_t question, time_us t)
{
    const struct question *q = &self->questions[question];
    const struct zone_record *record = self->records + q->first_record;
    for (uint16_t i = 0; i < q->n_records; i++)
        if (t >= record[i].from_us && t < record[i].until_us)
            return &record[i];
    return NULL;
}

int world_host_of(const struct world *self, int party)
{
    for (uint32_t i = 0; i < self->n_hosts; i++)
        if (self->hosts[i].party == party)
            return (int)i;
    return -1;
}
