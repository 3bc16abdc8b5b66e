/* case_lists.c - block lists of a case, and what a scenario says of how its mail is reported. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/config/case.h"

#define MAX_LISTS 16

static const struct key_row list_keys[] = {
    {"name", true, "how facts call it"},
    {NULL, false, NULL},
};
static const struct key_row no_keys[] = {{NULL, false, NULL}};

static int load_list(struct case_file *self, const config_setting_t *group, struct message *message)
{
    struct world *world = &self->world;
    struct block_list *list = &world->block_lists[world->n_block_lists];
    char prefix[320];
    const char *name;
    int status = STATUS_OK;
    if (config_check_keys(group, list_keys, block_list_rows, message) != STATUS_OK ||
        config_text(group, "name", &name, message) != STATUS_OK)
        return STATUS_INPUT;
    if (case_find_party(self, name) >= 0 ||
        intern_find(&world->clients, name, strlen(name)) != INTERN_NONE)
        return config_complain(group, message,
                               "lists: \"%.60s\" is already a party, an address or a list", name);
    snprintf(prefix, sizeof prefix, "list.%.253s", name);
    list->name = case_keep(self, name, &status);
    list->entity = rng_entity(prefix);
    if (status == STATUS_OK)
        status = intern_add(&world->clients, name, strlen(name), &list->client);
    world->n_block_lists++;
    for (const struct param_row *row = block_list_rows; row->name != NULL; row++) {
        uint32_t index = 0;
        if (status == STATUS_OK)
            status = case_world_param(self, group, prefix, row, &index, message);
        if (row == block_list_rows)
            list->first_param = index;
    }
    return status;
}

/* Where there are lists, every host has numbers of its own for how it is reported; scenarios give
 * them. */
static int add_reported(struct case_file *self, struct host *host)
{
    for (const struct param_row *row = reported_rows; row->name != NULL; row++) {
        struct dist nobody = dist_fixed(0.0);
        char path[400];
        uint32_t index;
        int status = STATUS_OK;
        snprintf(path, sizeof path, "host.%.250s.%s", host->name, row->name);
        const char *kept = case_keep(self, path, &status);
        if (status != STATUS_OK ||
            param_list_add(&self->world_params, kept, row, &nobody, &index) != STATUS_OK)
            return STATUS_RUN;
        if (row == reported_rows)
            host->reported = index + 1;
    }
    return STATUS_OK;
}

int case_load_block_lists(struct case_file *self, const config_setting_t *group,
                          struct message *message)
{
    struct world *world = &self->world;
    const config_setting_t *list;
    int n;
    int status = config_groups(group, "lists", &list, &n, message);
    if (status != STATUS_OK || n == 0)
        return status;
    if (n > MAX_LISTS)
        return config_complain(list, message, "lists: expected at most %d, found %d", MAX_LISTS, n);
    if (world->n_hosts == 0)
        return config_complain(list, message, "lists: the case has no hosts that could be listed");
    world->block_lists = calloc((size_t)n, sizeof *world->block_lists);
    if (world->block_lists == NULL)
        return STATUS_RUN;
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status = load_list(self, config_setting_get_elem(list, (unsigned)i), message);
    for (uint32_t i = 0; status == STATUS_OK && i < world->n_hosts; i++)
        status = add_reported(self, &world->hosts[i]);
    return status;
}

int case_apply_reported(const struct case_file *self, struct plan *plan,
                        const config_setting_t *group, struct message *message)
{
    const config_setting_t *reported = config_setting_get_member(group, "reported");
    if (reported == NULL)
        return STATUS_OK;
    if (config_check_keys(reported, no_keys, reported_rows, message) != STATUS_OK)
        return STATUS_INPUT;
    for (uint32_t k = 0; k < REPORTED_N_PARAMS; k++) {
        struct dist prior;
        int status = config_prior(reported, &reported_rows[k], &prior, message);
        if (status != STATUS_OK)
            return status;
        for (uint32_t i = 0; i < self->world.n_hosts; i++)
            if (self->world.hosts[i].reported != 0)
                plan->params[self->world.hosts[i].reported - 1 + k].prior = prior;
    }
    return STATUS_OK;
}
