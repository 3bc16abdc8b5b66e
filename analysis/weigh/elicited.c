#include "analysis/weigh/elicited.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct key_row row_keys[] = {
    {"id", true, "short name of the observation"},
    {"observation", true, "what was seen outside the log"},
    {"source", true, "who published it, where"},
    {"reasoning", true, "why the intervals are as they are"},
    {"otherwise", true, "{ low; high; } for every scenario that is not named"},
    {"scenarios", false, "list of { name; low; high; }"},
    {NULL, false, NULL},
};
static const struct key_row scenario_keys[] = {
    {"name", true, "scenario; a name without \"+\" also covers its crossed versions"},
    {NULL, false, NULL},
};
static const struct param_row bound_rows[] = {
    {"low", UNIT_FRACTION, 1e-6, 1, NULL, "lowest probability that can be defended", NULL},
    {"high", UNIT_FRACTION, 1e-6, 1, NULL, "highest probability that can be defended", NULL},
    {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

static int read_bounds(const config_setting_t *group, double *low, double *high,
                       struct message *message)
{
    if (config_number(group, &bound_rows[0], low, message) != STATUS_OK ||
        config_number(group, &bound_rows[1], high, message) != STATUS_OK)
        return STATUS_INPUT;
    return *low <= *high
               ? STATUS_OK
               : config_complain(group, message, "low: expected at most high (%g), found %g", *high,
                                 *low);
}

/* "private-channel" names itself and "private-channel+edited". */
static bool is_meant(const char *scenario, const char *name)
{
    size_t n = strlen(name);
    return strncmp(scenario, name, n) == 0 && (scenario[n] == '\0' || scenario[n] == '+');
}

static int complain_scenario(struct case_file *case_file, const char *name,
                             const config_setting_t *item, struct message *message)
{
    const char *const *names = case_scenario_names(case_file, message);
    int number;
    return names != NULL ? config_word(item, "scenario", name, names, &number, message)
                         : STATUS_RUN;
}

/* Whether an earlier entry of the list names the same scenario. */
static bool stands_twice(const config_setting_t *list, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        const char *other;
        if (config_setting_lookup_string(config_setting_get_elem(list, (unsigned)i), "name",
                                         &other) &&
            strcmp(other, name) == 0)
            return true;
    }
    return false;
}

static int read_scenario(struct elicited_row *row, struct case_file *case_file,
                         const config_setting_t *list, int number, struct message *message)
{
    const config_setting_t *item = config_setting_get_elem(list, (unsigned)number);
    const char *name;
    double low, high;
    bool found = false;
    if (config_check_keys(item, scenario_keys, bound_rows, message) != STATUS_OK ||
        config_text(item, "name", &name, message) != STATUS_OK ||
        read_bounds(item, &low, &high, message) != STATUS_OK)
        return STATUS_INPUT;
    if (stands_twice(list, number, name))
        return config_complain(item, message, "the scenario \"%.80s\" stands twice in this row",
                               name);
    for (int i = 0; i < case_file->n_scenarios; i++)
        if (is_meant(case_file->scenarios[i].name, name)) {
            row->low[i] = low;
            row->high[i] = high;
            found = true;
        }
    return found ? STATUS_OK : complain_scenario(case_file, name, item, message);
}

static int read_otherwise(struct elicited_row *row, const struct case_file *case_file,
                          const config_setting_t *group, struct message *message)
{
    static const struct key_row none[] = {{NULL, false, NULL}};
    const config_setting_t *item = config_setting_get_member(group, "otherwise");
    double low, high;
    if (config_check_keys(item, none, bound_rows, message) != STATUS_OK ||
        read_bounds(item, &low, &high, message) != STATUS_OK)
        return STATUS_INPUT;
    for (int i = 0; i < case_file->n_scenarios; i++) {
        row->low[i] = low;
        row->high[i] = high;
    }
    return STATUS_OK;
}

static bool is_simulated(const struct case_file *case_file, const char *id)
{
    for (size_t i = 0; i < case_file->n_facts; i++)
        if (strcmp(case_file->facts[i].request.label, id) == 0)
            return true;
    return false;
}

static int read_row(struct elicited *self, struct case_file *case_file,
                    const config_setting_t *group, struct message *message)
{
    struct elicited_row *row = &self->rows[self->n_rows];
    const char *texts[4];
    static const char *const keys[] = {"id", "observation", "source", "reasoning"};
    const config_setting_t *list;
    int n = 0, status = config_check_keys(group, row_keys, NULL, message);
    for (int k = 0; status == STATUS_OK && k < 4; k++) {
        status = config_text(group, keys[k], &texts[k], message);
        if (status == STATUS_OK)
            texts[k] = case_keep(case_file, texts[k], &status);
    }
    if (status == STATUS_OK)
        status = read_otherwise(row, case_file, group, message);
    if (status == STATUS_OK)
        status = config_groups(group, "scenarios", &list, &n, message);
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status = read_scenario(row, case_file, list, i, message);
    if (status != STATUS_OK)
        return status;
    if (is_simulated(case_file, texts[0])) {
        self->simulated[self->n_simulated++] = texts[0];
        return STATUS_OK;
    }
    row->id = texts[0];
    row->observation = texts[1];
    row->source = texts[2];
    row->reasoning = texts[3];
    for (size_t i = 0; i < self->n_scenarios; i++) {
        self->low[i] *= row->low[i];
        self->high[i] *= row->high[i];
    }
    self->n_rows++;
    return STATUS_OK;
}

static int read_rows(struct elicited *self, struct case_file *case_file, const char *path,
                     struct message *message)
{
    struct config_file file;
    config_setting_t *top;
    int status = config_file_open(&file, path, message);
    if (status == STATUS_OK)
        status = config_top(&file, path, "elicited", &top, message);
    if (status == STATUS_OK &&
        (!config_setting_is_list(top) || config_setting_length(top) > ELICITED_MAX_ROWS))
        status = config_complain(top, message, "elicited: expected a list of at most %d groups",
                                 ELICITED_MAX_ROWS);
    for (int i = 0; status == STATUS_OK && i < config_setting_length(top); i++)
        status = read_row(self, case_file, config_setting_get_elem(top, (unsigned)i), message);
    config_file_close(&file);
    return status;
}

int elicited_load(struct elicited *self, struct case_file *case_file, struct message *message)
{
    char path[2048];
    const char *slash = strrchr(case_file->path, '/');
    memset(self, 0, sizeof *self);
    if (case_file->elicited == NULL)
        return fail(message, STATUS_INPUT,
                    "%s: the case has no evidence outside the log (no key \"elicited\")",
                    case_file->path);
    snprintf(path, sizeof path, "%.*s%.900s",
             slash != NULL ? (int)(slash - case_file->path) + 1 : 0, case_file->path,
             case_file->elicited);
    if (access(path, R_OK) != 0)
        return fail(message, STATUS_INPUT,
                    "%s: the file that the key \"elicited\" names, %.900s, cannot be read: %s",
                    case_file->path, path, strerror(errno));
    self->rows = calloc(ELICITED_MAX_ROWS, sizeof *self->rows);
    if (self->rows == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    self->n_scenarios = (size_t)case_file->n_scenarios;
    for (size_t i = 0; i < self->n_scenarios; i++)
        self->low[i] = self->high[i] = 1.0;
    return read_rows(self, case_file, path, message);
}

void elicited_free(struct elicited *self)
{
    free(self->rows);
    self->rows = NULL;
}

void elicited_bounds(const struct elicited *self, const double *probability, double *low,
                     double *high)
{
    for (size_t i = 0; i < self->n_scenarios; i++) {
        double others_low = 0.0, others_high = 0.0;
        for (size_t k = 0; k < self->n_scenarios; k++) {
            others_low += k == i ? 0.0 : probability[k] * self->low[k];
            others_high += k == i ? 0.0 : probability[k] * self->high[k];
        }
        double least = probability[i] * self->low[i], most = probability[i] * self->high[i];
        low[i] = least > 0.0 ? least / (least + others_high) : 0.0;
        high[i] = most > 0.0 ? most / (most + others_low) : 0.0;
    }
}
