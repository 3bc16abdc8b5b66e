#include "analysis/config/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/heard.h"

#ifndef MXPLAIN_DATADIR
#define MXPLAIN_DATADIR "/usr/local/share/mxplain"
#endif

static const struct key_row case_keys[] = {
    {"title", true, "one line for people"},
    {"summary", false, "a paragraph for people"},
    {"window", true, "{ from; until; }"},
    {"warmup", false, "simulated before the window"},
    {"servers", false, "number of authoritative servers"},
    {"names", true, "list of { name; type; ttl; from; until; target; }"},
    {"zones", false, "list of { origin; negative_ttl; }"},
    {"parties", true, "list of { name; timezone; resolvers; gateway; ... }"},
    {"hosts", false, "list of { name; party; hostname; address; ... }"},
    {"roles", true, "{ sender = [ \"party\" ]; ... }"},
    {"events", false, "list of { date; label; }"},
    {"lists", false, "list of { name; ... }: public block lists that hear of unwanted mail"},
    {"sensors", true, "list of { name; ... }"},
    {"evidence", false, "{ facts = \"file\"; } or { log = \"file\"; }"},
    {"elicited", false, "file with evidence outside the log, beside the case file"},
    {"sealed", false, "file with the sealed truth of a made-up case, beside the case file"},
    {"scenarios", true, "list of names or of { name; weight; }"},
    {"observations", false, "names of observation files: every scenario competes under each too"},
    {"groups", false, "list of { name; scenarios; }: scenarios also weighed together"},
    {NULL, false, NULL},
};
static const struct key_row scenario_ref_keys[] = {
    {"name", true, "the scenario's file without .cfg"},
    {NULL, false, NULL},
};
static const struct param_row weight_rows[] = {
    {"weight", UNIT_NONE, 1e-9, 1e9, "1", "prior weight", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL}};

const char *case_data_directory(void)
{
    return MXPLAIN_DATADIR "/scenarios";
}

const char *case_keep(struct case_file *self, const char *text, int *status)
{
    if (text == NULL)
        return NULL;
    size_t size = strlen(text) + 1;
    char *copy = arena_array(&self->memory, size, 1);
    if (copy == NULL) {
        *status = STATUS_RUN;
        return NULL;
    }
    return memcpy(copy, text, size);
}

int case_assume(struct case_file *self, const char *format, ...)
{
    char sentence[400];
    int status = STATUS_OK;
    if (self->n_assumed == CASE_MAX_ASSUMED)
        return STATUS_OK;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    bool last = self->n_assumed + 1 == CASE_MAX_ASSUMED;
    self->assumed[self->n_assumed] =
        case_keep(self, last ? "and more defaults of this kind" : sentence, &status);
    self->n_assumed += status == STATUS_OK;
    return status;
}

int param_list_add(struct param_list *list, const char *path, const struct param_row *row,
                   const struct dist *prior, uint32_t *index)
{
    if (list->n == list->capacity) {
        uint32_t wanted = list->capacity < 32 ? 64 : list->capacity * 2;
        struct plan_param *items = realloc(list->items, wanted * sizeof *items);
        if (items == NULL)
            return STATUS_RUN;
        list->items = items;
        list->capacity = wanted;
    }
    list->items[list->n] = (struct plan_param){path, row, *prior, rng_entity(path)};
    *index = list->n++;
    return STATUS_OK;
}

int case_world_param(struct case_file *self, const config_setting_t *group, const char *prefix,
                     const struct param_row *row, uint32_t *index, struct message *message)
{
    struct dist prior;
    char path[400];
    int status = config_prior(group, row, &prior, message);
    if (status != STATUS_OK)
        return status;
    snprintf(path, sizeof path, "%s.%s", prefix, row->name);
    for (uint32_t i = 0; i < self->world_params.n; i++)
        if (strcmp(self->world_params.items[i].path, path) == 0)
            snprintf(path, sizeof path, "%s.%s-%u", prefix, row->name, self->world_params.n);
    const char *kept = case_keep(self, path, &status);
    return status == STATUS_OK ? param_list_add(&self->world_params, kept, row, &prior, index)
                               : status;
}

int case_find_party(const struct case_file *self, const char *name)
{
    for (uint32_t i = 0; i < self->world.n_parties; i++)
        if (strcmp(self->world.parties[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *const *case_party_names(struct case_file *self)
{
    const char **names = arena_array(&self->memory, self->world.n_parties + 1u, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < self->world.n_parties; i++)
        names[i] = self->world.parties[i].name;
    return names;
}

struct scenario *case_find_scenario(struct case_file *self, const char *name)
{
    for (int i = 0; i < self->n_scenarios; i++)
        if (strcmp(self->scenarios[i].name, name) == 0)
            return &self->scenarios[i];
    return NULL;
}

const char *const *case_scenario_names(struct case_file *self, struct message *message)
{
    const char **names = arena_array(&self->memory, (size_t)self->n_scenarios + 1, sizeof *names);
    if (names == NULL)
        fail(message, STATUS_RUN, "out of memory");
    for (int i = 0; names != NULL && i < self->n_scenarios; i++)
        names[i] = self->scenarios[i].name;
    return names;
}

static bool has_party(const struct party_set *set, int party)
{
    for (int i = 0; i < set->n; i++)
        if (set->party[i] == party)
            return true;
    return false;
}

static int load_role_parties(struct case_file *self, const config_setting_t *roles,
                             const config_setting_t *item, struct party_set *set,
                             struct message *message)
{
    const char *name = config_setting_name(item);
    int n = config_n_items(roles, name), number;
    if (n < 1 || n > ROLE_MAX_PARTIES)
        return config_complain(item, message,
                               "the role \"%.60s\": expected a list of 1 to %d parties, found %d",
                               name, ROLE_MAX_PARTIES, n);
    for (int j = 0; j < n; j++) {
        const char *party = config_item(roles, name, j, message);
        if (party == NULL || config_word(item, "party", party, case_party_names(self), &number,
                                         message) != STATUS_OK)
            return STATUS_INPUT;
        if (has_party(set, number))
            return config_complain(item, message,
                                   "the party \"%.60s\" stands twice in the role \"%.60s\"", party,
                                   name);
        set->party[set->n++] = number;
    }
    return STATUS_OK;
}

static int load_roles(struct case_file *self, const config_setting_t *group,
                      struct message *message)
{
    const config_setting_t *roles = config_setting_get_member(group, "roles");
    int status = STATUS_OK;
    if (!config_setting_is_group(roles))
        return config_complain(roles, message,
                               "roles: expected a group { sender = [ \"party\" ]; }");
    for (int i = 0; i < config_setting_length(roles); i++) {
        const config_setting_t *item = config_setting_get_elem(roles, (unsigned)i);
        const char *name = config_setting_name(item);
        if (self->n_roles == CASE_MAX_ROLES)
            return config_complain(item, message, "more than %d roles", CASE_MAX_ROLES);
        struct role *role = &self->roles[self->n_roles++];
        role->name = case_keep(self, name, &status);
        if (status == STATUS_OK)
            status = load_role_parties(self, roles, item, &role->parties, message);
        if (status != STATUS_OK)
            return status;
    }
    return status;
}

/* A scenario, and the same under every observation of the case: they share its weight evenly, so
 * that crossing favours nobody. */
static int add_crossed(struct case_file *self, const config_setting_t *group, const char *name,
                       double weight, const config_setting_t *at, struct message *message)
{
    int n = config_n_items(group, "observations");
    weight /= n + 1;
    int status = case_add_scenario(self, name, weight, at, message);
    for (int i = 0; status == STATUS_OK && i < n; i++) {
        char both[600];
        const char *observation = config_item(group, "observations", i, message);
        if (observation == NULL)
            return STATUS_INPUT;
        snprintf(both, sizeof both, "%.250s+%.250s", name, observation);
        status = case_add_scenario(self, both, weight, at, message);
    }
    return status;
}

static int load_scenario_entry(struct case_file *self, const config_setting_t *group,
                               const config_setting_t *item, struct message *message)
{
    double weight = 1.0;
    const char *name = NULL;
    if (config_setting_type(item) == CONFIG_TYPE_STRING)
        name = config_setting_get_string(item);
    else if (config_check_keys(item, scenario_ref_keys, weight_rows, message) != STATUS_OK ||
             config_text(item, "name", &name, message) != STATUS_OK ||
             config_number(item, &weight_rows[0], &weight, message) != STATUS_OK)
        return STATUS_INPUT;
    return add_crossed(self, group, name, weight, item, message);
}

static int load_scenarios(struct case_file *self, const config_setting_t *group,
                          struct message *message)
{
    const config_setting_t *list = config_setting_get_member(group, "scenarios");
    if (!config_setting_is_list(list) && !config_setting_is_array(list))
        return config_complain(list, message,
                               "scenarios: expected a list of names or of { name; weight; }");
    int n = config_setting_length(list);
    if (n < 1 || n > CASE_MAX_SCENARIOS)
        return config_complain(list, message, "scenarios: expected 1 to %d, found %d",
                               CASE_MAX_SCENARIOS, n);
    int status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status =
            load_scenario_entry(self, group, config_setting_get_elem(list, (unsigned)i), message);
    return status;
}

static int load_group(struct case_file *self, const config_setting_t *group,
                      struct message *message)
{
    const char *title, *summary, *sealed, *elicited;
    int status = config_check_keys(group, case_keys, NULL, message);
    if (status != STATUS_OK)
        return status;
    if (config_text(group, "title", &title, message) != STATUS_OK ||
        config_text(group, "summary", &summary, message) != STATUS_OK ||
        config_text(group, "sealed", &sealed, message) != STATUS_OK ||
        config_text(group, "elicited", &elicited, message) != STATUS_OK)
        return STATUS_INPUT;
    self->sealed = case_keep(self, sealed, &status);
    self->elicited = case_keep(self, elicited, &status);
    self->title = case_keep(self, title, &status);
    self->summary = case_keep(self, summary, &status);
    if (status == STATUS_OK)
        status = case_load_world(self, group, message);
    if (status == STATUS_OK)
        status = case_load_block_lists(self, group, message);
    if (status == STATUS_OK)
        status = case_load_sensors(self, group, message);
    if (status == STATUS_OK)
        world_mark_unheard(&self->world);
    if (status == STATUS_OK)
        status = load_roles(self, group, message);
    if (status == STATUS_OK)
        status = load_scenarios(self, group, message);
    if (status == STATUS_OK)
        status = case_load_groups(self, group, message);
    return status == STATUS_OK ? case_load_evidence(self, group, message) : status;
}

static const char *find_case(struct case_file *self, const char *name, int *status)
{
    const char *roots[] = {"scenarios", case_data_directory()};
    char path[1100];
    for (size_t i = 0; access(name, F_OK) != 0 && strchr(name, '/') == NULL && i < 2; i++) {
        snprintf(path, sizeof path, "%s/cases/%.200s.cfg", roots[i], name);
        if (access(path, R_OK) == 0)
            return case_keep(self, path, status);
    }
    return case_keep(self, name, status);
}

/* A bare name that was found nowhere: most often the program runs outside its source folder and is
 * not installed. */
static void explain_missing(const char *name, struct message *message)
{
    if (access(name, F_OK) != 0 && strchr(name, '/') == NULL && strstr(name, ".cfg") == NULL)
        fail(message, STATUS_INPUT,
             "case \"%.100s\": neither a file nor a case that comes with the program (looked in "
             "scenarios/cases/ and %.200s/cases/); run mxplain in its source folder or `make "
             "install` it, or give the path of a case file",
             name, case_data_directory());
}

int case_load(struct case_file *self, const char *path, struct message *message)
{
    struct config_file file = {.opened = false};
    config_setting_t *group;
    int status = STATUS_OK;
    memset(self, 0, sizeof *self);
    arena_init(&self->memory);
    world_init(&self->world);
    self->path = find_case(self, path, &status);
    self->scenarios = arena_array(&self->memory, CASE_MAX_SCENARIOS, sizeof *self->scenarios);
    if (self->scenarios == NULL || status != STATUS_OK)
        return fail(message, STATUS_RUN, "%.200s: out of memory", path);
    status = config_file_open(&file, self->path, message);
    if (status == STATUS_INPUT)
        explain_missing(self->path, message);
    if (status == STATUS_OK)
        status = config_top(&file, self->path, "case", &group, message);
    if (status == STATUS_OK)
        status = load_group(self, group, message);
    if (status == STATUS_RUN)
        fail(message, status, "%.200s: out of memory", path);
    config_file_close(&file);
    return status;
}

void case_free(struct case_file *self)
{
    for (int i = 0; i < self->n_scenarios; i++)
        plan_free(&self->scenarios[i].plan);
    free(self->world_params.items);
    world_free(&self->world);
    arena_free(&self->memory);
    memset(self, 0, sizeof *self);
}
