/* case_scenario.c - scenario files: roles are bound to the parties of the case, models and priors
 * become a plan. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/config/case.h"
#include "analysis/config/nearby.h"
#include "models/models.h"

static const struct key_row scenario_keys[] = {
    {"title", true, "one line for people"},
    {"claim", true, "what it says happened"},
    {"proposed_by", false, "who proposed it, and where"},
    {"reasons", false, "why its priors are as they are"},
    {"against", false, "what would count against it"},
    {"models", true, "list of { model = ...; }"},
    {"observation", false, "what happened to the log: a file in observations/"},
    {"reported", false, "{ elsewhere; complaints; traps; }: how its mail gets onto block lists"},
    {"set", false, "list of { key; value; }: priors of the world that this scenario changes"},
    {NULL, false, NULL},
};
static const struct key_row set_keys[] = {
    {"key", true, "path of a parameter, as `mxplain scenarios CASE NAME` prints it"},
    {"value", true, "its prior"},
    {NULL, false, NULL},
};

/* ---- where scenario files are ---- */

static bool try_path(char *buffer, size_t size, const char *directory, size_t length,
                     const char *name)
{
    const char *ending = strstr(name, ".cfg") != NULL ? "" : ".cfg";
    snprintf(buffer, size, "%.*s/%s%s", (int)length, directory, name, ending);
    return access(buffer, R_OK) == 0;
}

static int find_scenario_file(const struct case_file *self, const char *name, char *path,
                              size_t size)
{
    char parent[1024];
    const char *slash = strrchr(self->path, '/');
    size_t length = slash != NULL ? (size_t)(slash - self->path) : 1;
    const char *directory = slash != NULL ? self->path : ".";
    snprintf(parent, sizeof parent, "%.*s/..", (int)length, directory);
    snprintf(path, size, "%s", name);
    if ((strchr(name, '/') != NULL || strstr(name, ".cfg") != NULL) && access(path, R_OK) == 0)
        return STATUS_OK;
    const char *data = case_data_directory();
    bool found = try_path(path, size, directory, length, name) ||
                 try_path(path, size, parent, strlen(parent), name) ||
                 try_path(path, size, data, strlen(data), name);
    return found ? STATUS_OK : STATUS_INPUT;
}

static int complain_missing(const struct case_file *self, const char *name, const char *bare,
                            const config_setting_t *at, struct message *message)
{
    char beside[1024], parent[1040], hint[NEARBY_TEXT];
    const char *slash = strrchr(self->path, '/');
    snprintf(beside, sizeof beside, "%.*s", slash ? (int)(slash - self->path) : 1,
             slash ? self->path : ".");
    snprintf(parent, sizeof parent, "%s/..", beside);
    const char *const folders[] = {beside, parent, case_data_directory(), NULL};
    nearby_file(folders, bare, hint);
    struct message sentence;
    fail(&sentence, STATUS_INPUT,
         "scenario \"%.80s\": no file %.80s.cfg%s; looked beside the case, one folder up, and in "
         "the "
         "installed scenarios",
         name, bare, hint);
    return at ? config_complain(at, message, "%s", sentence.text)
              : fail(message, STATUS_INPUT, "%s", sentence.text);
}

static int complain_twice(const struct scenario *first, const char *path,
                          const config_setting_t *at, struct message *message)
{
    struct message sentence;
    bool same = strcmp(first->path, path) == 0;
    fail(&sentence, STATUS_INPUT,
         same ? "scenario \"%.80s\" stands twice (%.200s): name it once, or with different "
                "observations"
              : "there are two scenarios \"%.80s\" (%.200s and %.200s): rename one of the files",
         first->name, first->path, path);
    return at ? config_complain(at, message, "%s", sentence.text)
              : fail(message, STATUS_INPUT, "%s", sentence.text);
}

/* ---- models of a scenario ---- */

static bool has_key(const struct key_row *keys, const char *name)
{
    while (keys->name != NULL && strcmp(keys->name, name) != 0)
        keys++;
    return keys->name != NULL;
}

static bool has_param(const struct model *model, const char *name)
{
    const struct param_row *row = model->params;
    while (row->name != NULL && strcmp(row->name, name) != 0)
        row++;
    return row->name != NULL;
}

/* The keys of one model's entry: model, label, its roles; its parameters come from its schema. */
static void entry_keys(const struct model *model, struct key_row keys[MODEL_MAX_ROLES + 3])
{
    int n = 0;
    keys[n++] = (struct key_row){"model", true, "which model"};
    keys[n++] = (struct key_row){"label", false, "its name in this scenario"};
    for (const struct role_row *role = model->roles; role != NULL && role->key != NULL; role++)
        keys[n++] = (struct key_row){role->key, role->required, role->meaning};
    keys[n] = (struct key_row){NULL, false, NULL};
}

static int add_role(const struct case_file *self, const char *name, struct party_set *set,
                    const config_setting_t *at, struct message *message)
{
    const char *known[CASE_MAX_ROLES + 1] = {NULL};
    int number;
    for (int i = 0; i < self->n_roles; i++)
        known[i] = self->roles[i].name;
    if (config_word(at, "role", name, known, &number, message) != STATUS_OK)
        return case_find_party(self, name) < 0
                   ? STATUS_INPUT
                   : config_complain(at, message,
                                     "\"%.60s\" is a party; expected the name of a role of the "
                                     "case: roles = { ROLE = [ \"%.60s\" ]; }",
                                     name, name);
    const struct party_set *parties = &self->roles[number].parties;
    for (int i = 0; i < parties->n; i++) {
        for (int k = 0; k < set->n; k++)
            if (set->party[k] == parties->party[i])
                return config_complain(at, message,
                                       "the role \"%.60s\" binds the party \"%.60s\" once more",
                                       name, self->world.parties[parties->party[i]].name);
        if (set->n == ROLE_MAX_PARTIES)
            return config_complain(at, message, "more than %d parties are bound", ROLE_MAX_PARTIES);
        set->party[set->n++] = parties->party[i];
    }
    return STATUS_OK;
}

static int check_role(const struct case_file *self, const struct role_row *role,
                      const struct party_set *set, const config_setting_t *at,
                      struct message *message)
{
    for (int i = 0; i < set->n; i++) {
        const struct party *party = &self->world.parties[set->party[i]];
        if (role->needs_host && world_host_of(&self->world, set->party[i]) < 0)
            return config_complain(at, message,
                                   "%s: the party \"%s\" runs no mail host; give it an entry in "
                                   "hosts or bind another role",
                                   role->key, party->name);
        if (role->needs_gateway && party->gateway == NULL)
            return config_complain(at, message,
                                   "%s: the party \"%s\" has no gateway; give it one, such as "
                                   "gateway = \"postfix\", or bind another role",
                                   role->key, party->name);
    }
    return STATUS_OK;
}

static int bind_roles(const struct case_file *self, const config_setting_t *group,
                      struct model_instance *instance, struct message *message)
{
    int r = 0;
    for (const struct role_row *role = instance->model->roles; role != NULL && role->key != NULL;
         role++, r++) {
        for (int i = 0; i < config_n_items(group, role->key); i++) {
            const char *name = config_item(group, role->key, i, message);
            if (name == NULL ||
                add_role(self, name, &instance->roles[r], group, message) != STATUS_OK)
                return STATUS_INPUT;
        }
        if (config_setting_get_member(group, role->key) != NULL && instance->roles[r].n == 0)
            return config_complain(group, message,
                                   "%s: expected the name of a role in quotes, or a list of such "
                                   "names; found none",
                                   role->key);
        if (check_role(self, role, &instance->roles[r], group, message) != STATUS_OK)
            return STATUS_INPUT;
    }
    return STATUS_OK;
}

static bool label_is_free(const struct plan *plan, const char *label)
{
    for (uint32_t i = 0; i < plan->n_instances; i++)
        if (strcmp(plan->instances[i].label, label) == 0)
            return false;
    return true;
}

static int name_instance(struct case_file *self, const config_setting_t *group,
                         const struct plan *plan, struct model_instance *instance,
                         struct message *message)
{
    const char *label;
    char made[80];
    int status = STATUS_OK;
    if (config_text(group, "label", &label, message) != STATUS_OK)
        return STATUS_INPUT;
    if (label != NULL && *label == '\0')
        return config_complain(group, message, "label: expected a name, found an empty text");
    snprintf(made, sizeof made, "%.60s", label ? label : instance->model->name);
    if (label != NULL && !label_is_free(plan, label))
        return config_complain(group, message, "there are two models with the label \"%.60s\"",
                               label);
    for (int i = 2; !label_is_free(plan, made); i++)
        snprintf(made, sizeof made, "%.60s-%d", instance->model->name, i);
    instance->label = case_keep(self, made, &status);
    instance->entity = rng_entity(made);
    return status;
}

static int load_parameters(struct case_file *self, const config_setting_t *group,
                           struct param_list *list, struct model_instance *instance,
                           struct message *message)
{
    instance->first_param = list->n;
    for (const struct param_row *row = instance->model->params; row->name != NULL; row++) {
        struct dist prior;
        char path[200];
        int status = config_prior(group, row, &prior, message);
        if (status != STATUS_OK)
            return status;
        uint32_t index;
        snprintf(path, sizeof path, "%s.%s", instance->label, row->name);
        const char *kept = case_keep(self, path, &status);
        if (status != STATUS_OK || param_list_add(list, kept, row, &prior, &index) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

/* A key that is no key of this model but a parameter of another one. */
static int check_strangers(const config_setting_t *group, const struct model *model,
                           const struct key_row *keys, struct message *message)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *item = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(item);
        if (has_key(keys, name) || has_param(model, name))
            continue;
        for (size_t k = 0; models[k] != NULL; k++)
            if (has_param(models[k], name))
                return config_complain(item, message,
                                       "\"%.60s\" is no parameter of the model %s but of %s; "
                                       "`mxplain models show %s` lists its own",
                                       name, model->name, models[k]->name, model->name);
    }
    return STATUS_OK;
}

static int load_model(struct case_file *self, const config_setting_t *group, struct plan *plan,
                      struct param_list *list, struct message *message)
{
    struct model_instance *instance = &plan->instances[plan->n_instances];
    const char *name, *known[128] = {NULL};
    struct key_row keys[MODEL_MAX_ROLES + 3];
    int number;
    if (!config_setting_is_group(group))
        return config_complain(group, message, "expected a group { model = ...; }");
    if (config_text(group, "model", &name, message) != STATUS_OK)
        return STATUS_INPUT;
    if (name == NULL)
        return config_complain(group, message, "the key \"model\" is missing");
    for (size_t i = 0; i < 127 && models[i] != NULL; i++)
        known[i] = models[i]->name;
    if (config_word(group, "model", name, known, &number, message) != STATUS_OK)
        return STATUS_INPUT;
    memset(instance, 0, sizeof *instance);
    instance->model = models[number];
    entry_keys(instance->model, keys);
    int status = check_strangers(group, instance->model, keys, message);
    if (status == STATUS_OK)
        status = config_check_keys(group, keys, instance->model->params, message);
    if (status == STATUS_OK)
        status = name_instance(self, group, plan, instance, message);
    if (status == STATUS_OK)
        status = bind_roles(self, group, instance, message);
    if (status == STATUS_OK)
        status = load_parameters(self, group, list, instance, message);
    plan->n_instances += status == STATUS_OK;
    return status;
}

static int check_models(const struct case_file *self, const struct plan *plan,
                        const config_setting_t *at, struct message *message)
{
    for (uint32_t i = 0; i < plan->n_instances; i++) {
        const struct model_instance *instance = &plan->instances[i];
        struct model_run run = {.world = &self->world, .instance = instance};
        struct message inner;
        if (instance->model->check != NULL && instance->model->check(&run, &inner) != STATUS_OK)
            return config_complain(at, message, "%s: %s", instance->label, inner.text);
    }
    return STATUS_OK;
}

/* ---- the plan ---- */

static int copy_world_params(const struct case_file *self, struct param_list *list)
{
    list->items = malloc((self->world_params.n + 1u) * sizeof *list->items);
    if (list->items == NULL)
        return STATUS_RUN;
    if (self->world_params.n > 0)
        memcpy(list->items, self->world_params.items, self->world_params.n * sizeof *list->items);
    list->n = self->world_params.n;
    list->capacity = list->n + 1;
    return STATUS_OK;
}

static int load_settings(const config_setting_t *group, struct plan *plan, struct message *message)
{
    const config_setting_t *list;
    int n;
    int status = config_groups(group, "set", &list, &n, message);
    for (int i = 0; status == STATUS_OK && i < n; i++) {
        const config_setting_t *item = config_setting_get_elem(list, (unsigned)i);
        const char *key, *value;
        struct message inner;
        if (config_check_keys(item, set_keys, NULL, message) != STATUS_OK ||
            config_text(item, "key", &key, message) != STATUS_OK ||
            config_text(item, "value", &value, message) != STATUS_OK)
            return STATUS_INPUT;
        if (plan_override(plan, key, value, &inner) != STATUS_OK)
            return config_complain(item, message, "%s", inner.text);
    }
    return status;
}

static int load_plan(struct case_file *self, const config_setting_t *group,
                     struct scenario *scenario, struct message *message)
{
    struct plan *plan = &scenario->plan;
    struct param_list list = {0};
    const config_setting_t *entries;
    int n;
    if (config_groups(group, "models", &entries, &n, message) != STATUS_OK)
        return STATUS_INPUT;
    if (n < 1 || n > 64)
        return config_complain(group, message, "models: expected 1 to 64 models, found %d", n);
    plan->scenario = scenario->name;
    plan->scenario_key = rng_entity(scenario->name);
    plan->world = &self->world;
    plan->instances = calloc((size_t)n, sizeof *plan->instances);
    int status = plan->instances == NULL ? STATUS_RUN : copy_world_params(self, &list);
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status =
            load_model(self, config_setting_get_elem(entries, (unsigned)i), plan, &list, message);
    plan->params = list.items;
    plan->n_params = list.n;
    if (status == STATUS_OK)
        status = case_apply_reported(self, plan, group, message);
    if (status == STATUS_OK)
        status = load_settings(group, plan, message);
    return status == STATUS_OK ? check_models(self, plan, entries, message) : status;
}

static int load_texts(struct case_file *self, const config_setting_t *group,
                      struct scenario *scenario, struct message *message)
{
    struct {
        const char *key;
        const char **out;
    } texts[] = {{"title", &scenario->title},
                 {"claim", &scenario->claim},
                 {"proposed_by", &scenario->proposed_by},
                 {"reasons", &scenario->reasons},
                 {"against", &scenario->against}};
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof texts / sizeof texts[0]; i++) {
        const char *text;
        status = config_text(group, texts[i].key, &text, message);
        if (status == STATUS_OK)
            *texts[i].out = case_keep(self, text, &status);
    }
    return status;
}

/* "folder/private-channel.cfg+edited" is the file "folder/private-channel.cfg", the observation
 * "edited" and the name "private-channel+edited". */
struct scenario_name {
    char file[512], bare[512];
    const char *observation; /* NULL: none */
};

static void split_name(const char *name, struct scenario_name *out)
{
    const char *plus = strrchr(name, '+');
    out->observation = plus != NULL ? plus + 1 : NULL;
    snprintf(out->file, sizeof out->file, "%.*s", plus != NULL ? (int)(plus - name) : 255, name);
    const char *base = strrchr(out->file, '/');
    base = base != NULL ? base + 1 : out->file;
    const char *ending = strstr(base, ".cfg");
    snprintf(out->bare, sizeof out->bare, "%.*s%.200s", ending ? (int)(ending - base) : 255, base,
             plus != NULL ? plus : "");
}

static int load_scenario(struct case_file *self, struct scenario *scenario, const char *observation,
                         const config_setting_t *at, struct message *message)
{
    struct config_file file;
    config_setting_t *group;
    const char *own = NULL;
    int status = config_file_open(&file, scenario->path, message);
    if (status == STATUS_OK)
        status = config_top(&file, scenario->path, "scenario", &group, message);
    if (status == STATUS_OK)
        status = config_check_keys(group, scenario_keys, NULL, message);
    if (status == STATUS_OK)
        status = load_texts(self, group, scenario, message);
    if (status == STATUS_OK)
        status = load_plan(self, group, scenario, message);
    if (status == STATUS_OK)
        status = config_text(group, "observation", &own, message);
    if (status == STATUS_OK && own != NULL)
        status = case_apply_observation(self, scenario, own, group, message);
    config_file_close(&file);
    if (status == STATUS_OK && observation != NULL)
        status = case_apply_observation(self, scenario, observation, at, message);
    return status;
}

int case_add_scenario(struct case_file *self, const char *name, double weight,
                      const config_setting_t *at, struct message *message)
{
    char path[1100];
    struct scenario_name parts;
    int status = STATUS_OK;
    if (self->n_scenarios == CASE_MAX_SCENARIOS)
        return fail(message, STATUS_INPUT, "more than %d scenarios", CASE_MAX_SCENARIOS);
    split_name(name, &parts);
    if (find_scenario_file(self, parts.file, path, sizeof path) != STATUS_OK)
        return complain_missing(self, name, parts.bare, at, message);
    const struct scenario *first = case_find_scenario(self, parts.bare);
    if (first != NULL)
        return complain_twice(first, path, at, message);
    struct scenario *scenario = &self->scenarios[self->n_scenarios];
    memset(scenario, 0, sizeof *scenario);
    scenario->name = case_keep(self, parts.bare, &status);
    scenario->path = case_keep(self, path, &status);
    scenario->weight = weight;
    self->n_scenarios++;
    if (status != STATUS_OK)
        return fail(message, status, "out of memory");
    return load_scenario(self, scenario, parts.observation, at, message);
}

int plan_override(struct plan *plan, const char *path, const char *text, struct message *message)
{
    struct message inner;
    uint32_t index = plan_find(plan, path);
    if (index == NO_INDEX) {
        const char *near = NULL;
        const char **paths = calloc(plan->n_params + 1u, sizeof *paths);
        for (uint32_t i = 0; paths != NULL && i < plan->n_params; i++)
            paths[i] = plan->params[i].path;
        near = nearest_word(path, paths);
        free(paths);
        return fail(message, STATUS_INPUT,
                    "scenario %s has no parameter \"%.100s\"%s%s%s; `mxplain scenarios CASE NAME` "
                    "lists them",
                    plan->scenario, path, near ? " (did you mean \"" : "", near ? near : "",
                    near ? "\"?)" : "");
    }
    if (dist_parse(&plan->params[index].prior, text, plan->params[index].row, &inner) != STATUS_OK)
        return fail(message, STATUS_INPUT, "%.100s: %.800s", path, inner.text);
    return STATUS_OK;
}
