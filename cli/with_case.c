#include "cli/with_case.h"

#include <string.h>

int with_case(const char *name, case_user *use, const void *settings, struct message *message)
{
    struct case_file case_file;
    int status = case_load(&case_file, name, message);
    if (status == STATUS_OK)
        status = use(settings, &case_file, message);
    case_free(&case_file);
    return status;
}

const struct scenario *find_scenario(struct case_file *case_file, const char *name,
                                     const char *case_name, struct message *message)
{
    const struct scenario *scenario = case_find_scenario(case_file, name);
    if (scenario == NULL)
        fail(message, STATUS_INPUT,
             "the case has no scenario \"%.60s\"; `mxplain scenarios %.100s` lists them", name,
             case_name);
    return scenario;
}

int find_sensor(const struct world *world, const char *name, uint32_t *index,
                struct message *message)
{
    *index = 0;
    if (name == NULL)
        return STATUS_OK;
    for (uint32_t i = 0; i < world->n_sensors; i++)
        if (strcmp(world->sensors[i].name, name) == 0) {
            *index = i;
            return STATUS_OK;
        }
    char known[400] = "";
    for (uint32_t i = 0; i < world->n_sensors; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "",
                 world->sensors[i].name);
    }
    return fail(message, STATUS_INPUT, "the case has no sensor \"%.60s\"; it has: %s", name, known);
}
