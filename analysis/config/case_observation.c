/* case_observation.c - observation files: what may have happened to the log between the traffic and
 * the reader, crossed with any scenario. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/config/case.h"
#include "analysis/config/nearby.h"

static const struct key_row observation_keys[] = {
    {"title", true, "one line for people, to stand behind a scenario's title"},
    {"claim", true, "what it says happened to the log"},
    {"proposed_by", false, "who proposed it, and where"},
    {"reasons", true, "why its priors are as they are"},
    {"set", true,
     "list of { key; value; }: priors of the first-hand sensors that it changes, and, "
     "under zone.KEY, of the zones of the hosts' names"},
    {NULL, false, NULL},
};
static const struct key_row set_keys[] = {
    {"key", true, "a sensor's parameter, such as \"keep\" or \"deleted_stretches\""},
    {"value", true, "its prior"},
    {NULL, false, NULL},
};

static int find_file(const struct case_file *self, const char *name, char *path, size_t size)
{
    const char *slash = strrchr(self->path, '/');
    size_t length = slash != NULL ? (size_t)(slash - self->path) : 1;
    const char *beside = slash != NULL ? self->path : ".";
    const char *data = case_data_directory();
    struct {
        const char *directory;
        size_t length;
        const char *folder;
    } places[] = {{beside, length, "observations"},
                  {beside, length, "../observations"},
                  {"scenarios", 9, "observations"},
                  {data, strlen(data), "observations"}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(path, size, "%.*s/%s/%.100s.cfg", (int)places[i].length, places[i].directory,
                 places[i].folder, name);
        if (access(path, R_OK) == 0)
            return STATUS_OK;
    }
    return STATUS_INPUT;
}

static int complain_missing(const struct case_file *self, const char *name,
                            const config_setting_t *at, struct message *message)
{
    char beside[1100], parent[1100], installed[1100], hint[NEARBY_TEXT];
    const char *slash = strrchr(self->path, '/');
    int length = slash != NULL ? (int)(slash - self->path) : 1;
    const char *directory = slash != NULL ? self->path : ".";
    snprintf(beside, sizeof beside, "%.*s/observations", length, directory);
    snprintf(parent, sizeof parent, "%.*s/../observations", length, directory);
    snprintf(installed, sizeof installed, "%s/observations", case_data_directory());
    const char *const folders[] = {beside, parent, "scenarios/observations", installed, NULL};
    nearby_file(folders, name, hint);
    struct message sentence;
    static const char places[] =
        "looked in observations/ beside the case, one folder up, and in the installed scenarios";
    if (*name == '\0')
        fail(&sentence, STATUS_INPUT, "expected the name of an observation behind the \"+\"");
    else
        fail(&sentence, STATUS_INPUT, "observation \"%.80s\": no file %.80s.cfg%s; %s", name, name,
             hint, places);
    return at ? config_complain(at, message, "%s", sentence.text)
              : fail(message, STATUS_INPUT, "%s", sentence.text);
}

/* Sensors that read the logs of others inherit what happened to those. */
static int set_sensors(const struct case_file *self, struct plan *plan, const char *key,
                       const char *value, const config_setting_t *at, struct message *message)
{
    for (uint32_t i = 0; i < self->world.n_sensors; i++) {
        const struct sensor *sensor = &self->world.sensors[i];
        char path[400];
        struct message inner;
        if (sensor->source >= 0 || sensor->position == POSITION_LISTS)
            continue;
        snprintf(path, sizeof path, "sensor.%.250s.%.100s", sensor->name, key);
        if (plan_override(plan, path, value, &inner) != STATUS_OK)
            return config_complain(at, message, "%s", inner.text);
    }
    return STATUS_OK;
}

/* The zones in which the hosts have their names: that of a search list is not meant. */
static int set_zones(const struct case_file *self, struct plan *plan, const char *key,
                     const char *value, const config_setting_t *at, struct message *message)
{
    const struct world *world = &self->world;
    for (uint32_t z = 0; z < world->n_zones; z++) {
        char path[400];
        struct message inner;
        bool has_host = false;
        for (uint32_t h = 0; h < world->n_hosts; h++)
            has_host = has_host || world->questions[world->hosts[h].address_question].zone == z + 1;
        snprintf(path, sizeof path, "zone.%.250s.%.100s",
                 intern_text(&world->names, world->zones[z].origin), key);
        if (has_host && plan_override(plan, path, value, &inner) != STATUS_OK)
            return config_complain(at, message, "%s", inner.text);
    }
    return STATUS_OK;
}

static int apply_settings(const struct case_file *self, struct plan *plan,
                          const config_setting_t *group, struct message *message)
{
    const config_setting_t *list;
    int n;
    int status = config_groups(group, "set", &list, &n, message);
    for (int i = 0; status == STATUS_OK && i < n; i++) {
        const config_setting_t *item = config_setting_get_elem(list, (unsigned)i);
        const char *key, *value;
        if (config_check_keys(item, set_keys, NULL, message) != STATUS_OK ||
            config_text(item, "key", &key, message) != STATUS_OK ||
            config_text(item, "value", &value, message) != STATUS_OK)
            return STATUS_INPUT;
        status = strncmp(key, "zone.", 5) == 0
                     ? set_zones(self, plan, key + 5, value, item, message)
                     : set_sensors(self, plan, key, value, item, message);
    }
    return status;
}

/* Puts `more` behind *text. */
static int append(struct case_file *self, const char **text, const char *between, const char *more)
{
    char both[8192];
    int status = STATUS_OK;
    snprintf(both, sizeof both, "%s%s%s", *text ? *text : "", *text ? between : "", more);
    *text = case_keep(self, both, &status);
    return status;
}

static int append_texts(struct case_file *self, struct scenario *scenario,
                        const config_setting_t *group, struct message *message)
{
    const char *title, *claim, *reasons;
    if (config_text(group, "title", &title, message) != STATUS_OK ||
        config_text(group, "claim", &claim, message) != STATUS_OK ||
        config_text(group, "reasons", &reasons, message) != STATUS_OK)
        return STATUS_INPUT;
    if (append(self, &scenario->title, "; ", title) != STATUS_OK ||
        append(self, &scenario->claim, " ", claim) != STATUS_OK ||
        append(self, &scenario->reasons, " ", reasons) != STATUS_OK)
        return fail(message, STATUS_RUN, "out of memory");
    return STATUS_OK;
}

int case_apply_observation(struct case_file *self, struct scenario *scenario, const char *name,
                           const config_setting_t *at, struct message *message)
{
    char path[1400];
    struct config_file file;
    config_setting_t *group;
    if (find_file(self, name, path, sizeof path) != STATUS_OK)
        return complain_missing(self, name, at, message);
    int status = config_file_open(&file, path, message);
    if (status == STATUS_OK)
        status = config_top(&file, path, "observation", &group, message);
    if (status == STATUS_OK)
        status = config_check_keys(group, observation_keys, NULL, message);
    if (status == STATUS_OK)
        status = append_texts(self, scenario, group, message);
    if (status == STATUS_OK)
        status = apply_settings(self, &scenario->plan, group, message);
    config_file_close(&file);
    return status;
}
