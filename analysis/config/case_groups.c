/* The groups of scenarios that a case names ("any mail explanation"). */
#include "analysis/config/case.h"

#include <stdlib.h>
#include <string.h>

static const struct key_row group_keys[] = {
    {"name", true, "one line for people"},
    {"scenarios", true, "list of names of the case's scenarios"},
    {NULL, false, NULL},
};

/* The scenario of that name and the same under every observation ("NAME+OBSERVATION"). */
static int mark_members(struct case_file *self, const config_setting_t *at, const char *name,
                        bool *is_member, struct message *message)
{
    size_t n = strlen(name);
    int found = 0;
    for (int s = 0; s < self->n_scenarios; s++) {
        const char *other = self->scenarios[s].name;
        if (strncmp(other, name, n) != 0 || (other[n] != '\0' && other[n] != '+'))
            continue;
        is_member[s] = true;
        found++;
    }
    if (found > 0)
        return STATUS_OK;
    const char *const *names = case_scenario_names(self, message);
    int unused;
    return names == NULL ? STATUS_RUN : config_word(at, "scenario", name, names, &unused, message);
}

static int load_members(struct case_file *self, const config_setting_t *item, bool *is_member,
                        struct message *message)
{
    int n = config_n_items(item, "scenarios");
    if (n < 1)
        return config_complain(item, message, "scenarios: expected at least one name");
    for (int i = 0; i < n; i++) {
        const char *name = config_item(item, "scenarios", i, message);
        int status =
            name == NULL ? STATUS_INPUT : mark_members(self, item, name, is_member, message);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

int case_load_groups(struct case_file *self, const config_setting_t *group, struct message *message)
{
    const config_setting_t *list;
    int n, status = config_groups(group, "groups", &list, &n, message);
    if (status != STATUS_OK || n == 0)
        return status;
    self->groups = arena_array(&self->memory, (size_t)n, sizeof *self->groups);
    if (self->groups == NULL)
        return STATUS_RUN;
    for (int i = 0; status == STATUS_OK && i < n; i++) {
        const config_setting_t *item = config_setting_get_elem(list, (unsigned)i);
        struct scenario_group *out = &self->groups[self->n_groups];
        const char *name;
        status = config_check_keys(item, group_keys, NULL, message);
        if (status == STATUS_OK)
            status = config_text(item, "name", &name, message);
        if (status == STATUS_OK)
            status = load_members(self, item, out->is_member, message);
        if (status == STATUS_OK)
            out->name = case_keep(self, name, &status);
        self->n_groups++;
    }
    return status;
}
