/* case_sensors.c - the sensors of a case file. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/config/case.h"

static const struct key_row sensor_keys[] = {
    {"name", true, "how facts call it"},
    {"source", false, "the sensor whose log it is a cut of; the traffic itself by default"},
    {"position", false,
     "authority (sees cache misses, the default), below (sees every question) or lists (sees the "
     "entries of block lists)"},
    {"columns", false, "what it records besides time, client and name: type, server"},
    {"from", false, "start of its own window"},
    {"until", false, "end of its own window"},
    {"sees", false, "patterns of the names that it records (shell style); all by default"},
    {NULL, false, NULL},
};
static const char *const column_words[] = {"time", "client", "name", "type", "server", NULL};

static int find_sensor(const struct world *world, const char *name)
{
    for (uint32_t i = 0; i < world->n_sensors; i++)
        if (strcmp(world->sensors[i].name, name) == 0)
            return (int)i;
    return -1;
}

static int load_columns(const config_setting_t *group, struct sensor *sensor,
                        struct message *message)
{
    sensor->columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME;
    if (config_setting_get_member(group, "columns") == NULL)
        sensor->columns |= COLUMN_TYPE | COLUMN_SERVER;
    for (int i = 0; i < config_n_items(group, "columns"); i++) {
        int number;
        const char *word = config_item(group, "columns", i, message);
        if (word == NULL ||
            config_word(group, "column", word, column_words, &number, message) != STATUS_OK)
            return STATUS_INPUT;
        sensor->columns |= 1u << number;
    }
    return STATUS_OK;
}

static int load_sees(struct case_file *self, const config_setting_t *group, struct sensor *sensor,
                     struct message *message)
{
    const struct intern *names = &self->world.names;
    int n = config_n_items(group, "sees");
    if (n == 0)
        return STATUS_OK;
    sensor->sees_name = calloc(names->count + 1u, 1);
    if (sensor->sees_name == NULL)
        return STATUS_RUN;
    sensor->n_names = names->count;
    for (int i = 0; i < n; i++) {
        const char *pattern = config_item(group, "sees", i, message);
        if (pattern == NULL)
            return STATUS_INPUT;
        bool any = false;
        for (uint32_t id = 0; id < names->count; id++)
            if (fnmatch(pattern, intern_text(names, id), FNM_CASEFOLD) == 0)
                sensor->sees_name[id] = 1, any = true;
        if (!any)
            return config_complain(group, message, "sees: no name of this case matches \"%.80s\"",
                                   pattern);
    }
    return STATUS_OK;
}

static int complain_source(const struct world *world, const char *source,
                           const config_setting_t *at, struct message *message)
{
    char known[400] = "";
    for (uint32_t i = 0; i < world->n_sensors; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%.60s", i == 0 ? "" : ", ",
                 world->sensors[i].name);
    }
    return config_complain(at, message,
                           "source: no sensor \"%.60s\" stands before this one; those before it: "
                           "%s",
                           source, *known != '\0' ? known : "none");
}

static int load_source(const struct case_file *self, const config_setting_t *group,
                       struct sensor *sensor, struct message *message)
{
    const char *source, *position;
    int number = POSITION_AUTHORITY;
    if (config_text(group, "source", &source, message) != STATUS_OK ||
        config_text(group, "position", &position, message) != STATUS_OK)
        return STATUS_INPUT;
    if (position != NULL && config_word(group, "position", position, sensor_position_words, &number,
                                        message) != STATUS_OK)
        return STATUS_INPUT;
    sensor->position = (enum sensor_position)number;
    if (number == POSITION_LISTS && self->world.n_block_lists == 0)
        return config_complain(group, message, "position: the case has no lists");
    sensor->source = source != NULL ? find_sensor(&self->world, source) : -1;
    if (source != NULL && sensor->source < 0)
        return complain_source(&self->world, source, group, message);
    return STATUS_OK;
}

static int load_params(struct case_file *self, const config_setting_t *group, struct sensor *sensor,
                       struct message *message)
{
    char prefix[320];
    snprintf(prefix, sizeof prefix, "sensor.%.253s", sensor->name);
    sensor->entity = rng_entity(prefix);
    for (const struct param_row *row = sensor_rows; row->name != NULL; row++) {
        uint32_t index;
        int status = case_world_param(self, group, prefix, row, &index, message);
        if (status != STATUS_OK)
            return status;
        if (row == sensor_rows)
            sensor->first_param = index;
    }
    return STATUS_OK;
}

static int load_sensor(struct case_file *self, const config_setting_t *group,
                       struct message *message)
{
    struct world *world = &self->world;
    const char *name;
    int status = STATUS_OK;
    if (config_check_keys(group, sensor_keys, sensor_rows, message) != STATUS_OK ||
        config_text(group, "name", &name, message) != STATUS_OK)
        return STATUS_INPUT;
    if (find_sensor(world, name) >= 0)
        return config_complain(group, message, "there are two sensors \"%.60s\"", name);
    struct sensor *grown =
        realloc(world->sensors, (world->n_sensors + 1u) * sizeof *world->sensors);
    if (grown == NULL)
        return STATUS_RUN;
    world->sensors = grown;
    struct sensor *sensor = &grown[world->n_sensors];
    memset(sensor, 0, sizeof *sensor);
    sensor->from_us = world->from_us;
    sensor->until_us = world->until_us;
    sensor->n_known = world->clients.count;
    sensor->name = case_keep(self, name, &status);
    if (status == STATUS_OK)
        status = load_source(self, group, sensor, message);
    world->n_sensors++;
    if (status == STATUS_OK)
        status = load_columns(group, sensor, message);
    if (status == STATUS_OK)
        status = load_sees(self, group, sensor, message);
    if (status == STATUS_OK &&
        (config_time(group, "from", &sensor->from_us, message) != STATUS_OK ||
         config_time(group, "until", &sensor->until_us, message) != STATUS_OK))
        status = STATUS_INPUT;
    if (status == STATUS_OK &&
        (sensor->from_us >= sensor->until_us || sensor->from_us < world->from_us ||
         sensor->until_us > world->until_us))
        status = config_complain(group, message,
                                 "the window of sensor %s must lie inside that of the case", name);
    return status == STATUS_OK ? load_params(self, group, sensor, message) : status;
}

int case_load_sensors(struct case_file *self, const config_setting_t *group,
                      struct message *message)
{
    const config_setting_t *list;
    int n;
    int status = config_groups(group, "sensors", &list, &n, message);
    if (status == STATUS_OK && (n < 1 || n > 64))
        return config_complain(group, message, "sensors: expected 1 to 64 sensors, found %d", n);
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status = load_sensor(self, config_setting_get_elem(list, (unsigned)i), message);
    return status;
}
