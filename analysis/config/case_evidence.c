/* case_evidence.c - the evidence of a case: a log, or published facts from a file of their own. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/config/case.h"

#define MAX_FACTS 1000

static const struct key_row evidence_keys[] = {
    {"facts", false, "file with published facts, beside the case file"},
    {"log", false, "file with an observed log, beside the case file"},
    {"statistics", false, "log: file with the numbers to compare, in place of the usual ones"},
    {"format", false, "format of the log; found out by default"},
    {"timezone", false, "time zone of a log with local times"},
    {"date_order", false, "order of day and month in its dates: \"dmy\" or \"mdy\""},
    {"columns", false, "columns of a table without header: \"time,client,name,type\""},
    {"year", false, "year of a log whose times have none"},
    {"sensor", false, "the sensor whose log it is; the first by default"},
    {NULL, false, NULL},
};
static const struct param_row year_row = {"year", UNIT_COUNT,        0,   9999,
                                          "0",    "year of the log", NULL};

static const struct key_row fact_keys[] = {
    {"id", false, "short name of the fact"},
    {"statistic", true, "which number"},
    {"sensor", true, "in which log"},
    {"other_sensor", false, "for statistics that compare two logs: the second one"},
    {"who", false,
     "whose queries: a party, an address, \"all\", \"others\", or a list of them; all by default"},
    {"other", false, "for statistics that compare two: the second set"},
    {"party", false, "in whose local time; UTC by default"},
    {"name", false, "only queries for this name"},
    {"from", false, "start of the stretch; the sensor's window by default"},
    {"until", false, "end of the stretch"},
    {"value", false, "the published value, in the statistic's unit"},
    {"sd", false, "its standard deviation"},
    {"at_least", false, "lower end of an interval"},
    {"at_most", false, "upper end of an interval"},
    {"source", false, "who published it, where"},
    {"note", false, "how words became numbers"},
    {"optional", false, "true: only used with compare --optional"},
    {NULL, false, NULL},
};
static const struct param_row number_rows[] = {
    {"value", UNIT_NONE, -1e15, 1e15, NULL, "the published value", NULL},
    {"sd", UNIT_NONE, 0, 1e15, NULL, "its standard deviation", NULL},
    {"at_least", UNIT_NONE, -1e15, 1e15, NULL, "lower end", NULL},
    {"at_most", UNIT_NONE, -1e15, 1e15, NULL, "upper end", NULL},
};

/* ---- whose queries ---- */

struct member_table {
    uint8_t *member;
    uint32_t n;
    bool others, all;
};

static void add_party(const struct world *world, int party, struct member_table *table)
{
    const struct party *p = &world->parties[party];
    table->member[p->client] = 1;
    for (uint32_t i = 0; i < p->n_resolvers; i++)
        table->member[world->resolvers[p->first_resolver + i].client] = 1;
}

/* Everybody who belongs to no party. */
static void add_others(const struct world *world, struct member_table *table)
{
    uint8_t *member = table->member;
    for (uint32_t i = 0; i < table->n; i++)
        member[i] = (uint8_t)(member[i] | 2u);
    for (uint32_t p = 0; p < world->n_parties; p++) {
        const struct party *party = &world->parties[p];
        member[party->client] &= 1u;
        for (uint32_t i = 0; i < party->n_resolvers; i++)
            member[world->resolvers[party->first_resolver + i].client] &= 1u;
    }
    table->others = true;
}

static int add_member(const struct case_file *self, const char *text, struct member_table *table,
                      const config_setting_t *at, struct message *message)
{
    const struct world *world = &self->world;
    int party = case_find_party(self, text);
    uint32_t client = intern_find(&world->clients, text, strlen(text));
    if (strcmp(text, "all") == 0)
        table->all = true;
    else if (strcmp(text, "others") == 0)
        add_others(world, table);
    else if (party >= 0)
        add_party(world, party, table);
    else if (client != INTERN_NONE)
        table->member[client] = 1;
    else
        return config_complain(
            at, message,
            "\"%.60s\" is neither a party nor an address of this case, nor \"all\" or \"others\"",
            text);
    return STATUS_OK;
}

static int load_set(struct case_file *self, const config_setting_t *group, const char *key,
                    struct client_set *set, struct message *message)
{
    int n = config_n_items(group, key);
    struct member_table table = {.n = self->world.clients.count, .all = n == 0};
    table.member = arena_array(&self->memory, table.n + 1u, 1);
    if (table.member == NULL)
        return STATUS_RUN;
    for (int i = 0; i < n; i++) {
        const char *text = config_item(group, key, i, message);
        if (text == NULL || add_member(self, text, &table, group, message) != STATUS_OK)
            return STATUS_INPUT;
    }
    set->member = table.all ? NULL : table.member;
    set->n = table.n;
    set->others = table.others || table.all;
    return STATUS_OK;
}

/* ---- one fact ---- */

static int load_selection(struct case_file *self, const config_setting_t *group,
                          struct statistic_request *request, struct message *message)
{
    const struct world *world = &self->world;
    const char *party, *name, *sensor, *other_sensor;
    const char *sensors[65] = {NULL};
    int number, other_number;
    if (config_text(group, "sensor", &sensor, message) != STATUS_OK ||
        config_text(group, "other_sensor", &other_sensor, message) != STATUS_OK ||
        config_text(group, "party", &party, message) != STATUS_OK ||
        config_text(group, "name", &name, message) != STATUS_OK)
        return STATUS_INPUT;
    for (uint32_t i = 0; i < world->n_sensors && i < 64; i++)
        sensors[i] = world->sensors[i].name;
    if (config_word(group, "sensor", sensor, sensors, &number, message) != STATUS_OK)
        return STATUS_INPUT;
    request->sensor = request->other_sensor = (uint32_t)number;
    if (other_sensor != NULL) {
        if (config_word(group, "sensor", other_sensor, sensors, &other_number, message) !=
            STATUS_OK)
            return STATUS_INPUT;
        request->other_sensor = (uint32_t)other_number;
    }
    request->party = -1;
    if (party != NULL && config_word(group, "party", party, case_party_names(self), &request->party,
                                     message) != STATUS_OK)
        return STATUS_INPUT;
    request->name = name ? intern_find(&world->names, name, strlen(name)) : INTERN_NONE;
    if (name != NULL && request->name == INTERN_NONE)
        return config_complain(group, message, "name: \"%.80s\" is no name of this case", name);
    request->from_us = world->sensors[number].from_us;
    request->until_us = world->sensors[number].until_us;
    if (config_time(group, "from", &request->from_us, message) != STATUS_OK ||
        config_time(group, "until", &request->until_us, message) != STATUS_OK)
        return STATUS_INPUT;
    if (request->from_us >= request->until_us)
        return config_complain(group, message, "until must be after from");
    int status = load_set(self, group, "who", &request->who, message);
    return status == STATUS_OK ? load_set(self, group, "other", &request->other, message) : status;
}

static int load_statistic(struct case_file *self, const config_setting_t *group,
                          struct statistic_request *request, struct message *message)
{
    const char *name;
    const char *known[256] = {NULL};
    int number;
    if (config_text(group, "statistic", &name, message) != STATUS_OK)
        return STATUS_INPUT;
    if (name == NULL)
        return config_complain(group, message, "the key \"statistic\" is missing");
    for (size_t i = 0; i < 255 && statistics[i] != NULL; i++)
        known[i] = statistics[i]->name;
    if (config_word(group, "statistic", name, known, &number, message) != STATUS_OK)
        return STATUS_INPUT;
    request->statistic = statistics[number];
    const struct param_row *rows = request->statistic->params;
    int status = config_check_keys(group, fact_keys, rows, message);
    for (size_t i = 0; status == STATUS_OK && i < param_rows_count(rows); i++)
        status = config_number(group, &rows[i], &request->param[i], message);
    if (status == STATUS_OK)
        status = load_selection(self, group, request, message);
    if (status != STATUS_OK)
        return status;
    if (request->statistic->needs_other && config_setting_get_member(group, "other") == NULL)
        return config_complain(group, message,
                               "the statistic \"%s\" compares two: the key \"other\" is missing",
                               name);
    if (request->statistic->needs_other_sensor && request->other_sensor == request->sensor)
        return config_complain(
            group, message,
            "the statistic \"%s\" compares two logs: the key \"other_sensor\" is missing", name);
    unsigned columns = self->world.sensors[request->sensor].columns;
    if ((request->statistic->needs & ~columns) != 0)
        return config_complain(group, message,
                               "the sensor \"%s\" does not record what \"%s\" needs",
                               self->world.sensors[request->sensor].name, name);
    return STATUS_OK;
}

static int load_numbers(const config_setting_t *group, struct fact *fact, struct message *message)
{
    bool has[4];
    double number[4] = {NAN, NAN, -INFINITY, INFINITY};
    for (int i = 0; i < 4; i++) {
        has[i] = config_setting_get_member(group, number_rows[i].name) != NULL;
        if (has[i] && config_number(group, &number_rows[i], &number[i], message) != STATUS_OK)
            return STATUS_INPUT;
    }
    if (has[0] == (has[2] || has[3]) || has[0] != has[1])
        return config_complain(group, message,
                               "expected either value and sd, or at_least and/or at_most");
    if (number[2] > number[3])
        return config_complain(group, message, "at_least is above at_most");
    fact->kind = has[0] ? FACT_VALUE : FACT_INTERVAL;
    fact->value = number[0];
    fact->sd = number[1];
    fact->low = number[2];
    fact->high = number[3];
    return STATUS_OK;
}

/* The fact's name: its id, or sensor.statistic.who; numbered where it is taken. */
static void name_fact(const struct case_file *self, const config_setting_t *group, const char *id,
                      struct fact *fact)
{
    char base[80];
    if (id != NULL)
        snprintf(base, sizeof base, "%.79s", id);
    else
        snprintf(base, sizeof base, "%.24s.%.24s.%.24s",
                 self->world.sensors[fact->request.sensor].name, fact->request.statistic->name,
                 config_n_items(group, "who") == 1 ? config_item(group, "who", 0, NULL) : "all");
    snprintf(fact->request.label, sizeof fact->request.label, "%s", base);
    for (size_t i = 0, copy = 2; i < self->n_facts; i++)
        if (strcmp(self->facts[i].request.label, fact->request.label) == 0) {
            snprintf(fact->request.label, sizeof fact->request.label, "%s-%zu", base, copy++);
            i = (size_t)-1; /* look through all again */
        }
}

/* A number to compare, without a value: it is measured on the log. */
static int load_wanted(struct case_file *self, const config_setting_t *group,
                       struct message *message)
{
    struct fact *fact = &self->facts[self->n_facts];
    const char *id;
    if (!config_setting_is_group(group))
        return config_complain(group, message, "expected a group { statistic = ...; }");
    int status = load_statistic(self, group, &fact->request, message);
    if (status == STATUS_OK)
        status = config_text(group, "id", &id, message);
    for (int i = 0; status == STATUS_OK && i < 4; i++)
        if (config_setting_get_member(group, number_rows[i].name) != NULL)
            return config_complain(group, message, "%s: the log gives the value",
                                   number_rows[i].name);
    if (status != STATUS_OK)
        return status;
    name_fact(self, group, id, fact);
    self->n_facts++;
    return STATUS_OK;
}

static int load_fact(struct case_file *self, const config_setting_t *group, struct message *message)
{
    struct fact *fact = &self->facts[self->n_facts];
    const char *id, *source, *note;
    int status = STATUS_OK;
    if (!config_setting_is_group(group))
        return config_complain(group, message, "expected a group { statistic = ...; }");
    status = load_statistic(self, group, &fact->request, message);
    if (status == STATUS_OK)
        status = load_numbers(group, fact, message);
    if (status != STATUS_OK)
        return status;
    if (config_text(group, "id", &id, message) != STATUS_OK ||
        config_text(group, "source", &source, message) != STATUS_OK ||
        config_text(group, "note", &note, message) != STATUS_OK ||
        config_flag(group, "optional", &fact->optional, message) != STATUS_OK)
        return STATUS_INPUT;
    if (source == NULL)
        return config_complain(group, message, "the key \"source\" is missing");
    fact->source = case_keep(self, source, &status);
    fact->note = case_keep(self, note, &status);
    name_fact(self, group, id, fact);
    self->n_facts++;
    return status;
}

/* Optional facts go behind the others; the order stays otherwise. */
static int set_optional_apart(struct case_file *self)
{
    struct fact *sorted = arena_array(&self->memory, self->n_facts + 1, sizeof *sorted);
    size_t n = 0;
    if (sorted == NULL)
        return STATUS_RUN;
    for (int optional = 0; optional < 2; optional++)
        for (size_t i = 0; i < self->n_facts; i++)
            if (self->facts[i].optional == (bool)optional) {
                sorted[n++] = self->facts[i];
                self->n_optional += (size_t)optional;
            }
    self->facts = sorted;
    self->n_facts -= self->n_optional;
    return STATUS_OK;
}

void case_use_optional(struct case_file *self)
{
    if (self->n_optional > 0)
        self->evidence = EVIDENCE_FACTS;
    self->n_facts += self->n_optional;
    self->n_optional = 0;
}

typedef int fact_loader(struct case_file *, const config_setting_t *, struct message *);

static int load_facts(struct case_file *self, const char *path, fact_loader *loader,
                      struct message *message)
{
    struct config_file file;
    config_setting_t *top;
    int status = config_file_open(&file, path, message);
    if (status == STATUS_OK)
        status = config_top(&file, path, "facts", &top, message);
    if (status == STATUS_OK &&
        (!config_setting_is_list(top) || config_setting_length(top) > MAX_FACTS))
        status =
            config_complain(top, message, "facts: expected a list of at most %d groups", MAX_FACTS);
    int n = status == STATUS_OK ? config_setting_length(top) : 0;
    if (status == STATUS_OK) {
        self->facts = arena_array(&self->memory, (size_t)n + 1, sizeof *self->facts);
        status = self->facts == NULL ? STATUS_RUN : STATUS_OK;
    }
    for (int i = 0; status == STATUS_OK && i < n; i++)
        status = loader(self, config_setting_get_elem(top, (unsigned)i), message);
    config_file_close(&file);
    return status;
}

/* A path in a case file is meant from the case file's own folder. */
static const char *beside_case(struct case_file *self, const char *name, int *status)
{
    const char *slash = strrchr(self->path, '/');
    char path[1024];
    if (name[0] == '/' || slash == NULL)
        return case_keep(self, name, status);
    snprintf(path, sizeof path, "%.*s/%s", (int)(slash - self->path), self->path, name);
    return case_keep(self, path, status);
}

static int load_log(struct case_file *self, const config_setting_t *group, const char *log,
                    struct message *message)
{
    struct log_evidence *out = &self->log;
    const char *sensor, *format, *timezone, *date_order, *columns;
    const char *sensors[65] = {NULL};
    double year;
    int number = 0, status = STATUS_OK;
    if (config_text(group, "sensor", &sensor, message) != STATUS_OK ||
        config_text(group, "format", &format, message) != STATUS_OK ||
        config_text(group, "timezone", &timezone, message) != STATUS_OK ||
        config_text(group, "date_order", &date_order, message) != STATUS_OK ||
        config_text(group, "columns", &columns, message) != STATUS_OK ||
        config_number(group, &year_row, &year, message) != STATUS_OK)
        return STATUS_INPUT;
    for (uint32_t i = 0; i < self->world.n_sensors && i < 64; i++)
        sensors[i] = self->world.sensors[i].name;
    if (sensor != NULL &&
        config_word(group, "sensor", sensor, sensors, &number, message) != STATUS_OK)
        return STATUS_INPUT;
    out->sensor = (uint32_t)number;
    out->year = (int)year;
    out->path = beside_case(self, log, &status);
    out->format = case_keep(self, format, &status);
    out->timezone = case_keep(self, timezone, &status);
    out->date_order = case_keep(self, date_order, &status);
    out->columns = case_keep(self, columns, &status);
    self->evidence = EVIDENCE_LOG;
    return status;
}

int case_load_evidence(struct case_file *self, const config_setting_t *group,
                       struct message *message)
{
    const config_setting_t *evidence = config_setting_get_member(group, "evidence");
    const char *facts, *log, *wanted;
    int status = STATUS_OK;
    if (evidence == NULL)
        return STATUS_OK;
    if (config_check_keys(evidence, evidence_keys, NULL, message) != STATUS_OK ||
        config_text(evidence, "facts", &facts, message) != STATUS_OK ||
        config_text(evidence, "log", &log, message) != STATUS_OK ||
        config_text(evidence, "statistics", &wanted, message) != STATUS_OK)
        return STATUS_INPUT;
    if (facts != NULL && log != NULL)
        return config_complain(evidence, message, "expected facts or log, not both");
    if (wanted != NULL && log == NULL)
        return config_complain(evidence, message, "statistics: only together with a log");
    if (log != NULL)
        status = load_log(self, evidence, log, message);
    const char *list = facts != NULL ? facts : wanted;
    const char *path =
        list != NULL && status == STATUS_OK ? beside_case(self, list, &status) : NULL;
    if (path == NULL || status != STATUS_OK)
        return status;
    if (access(path, R_OK) != 0)
        return config_complain(
            evidence, message,
            "%s: the file %.500s cannot be read: %s; it is looked for beside the "
            "case",
            facts != NULL ? "facts" : "statistics", path, strerror(errno));
    status = load_facts(self, path, facts != NULL ? load_fact : load_wanted, message);
    if (facts != NULL && status == STATUS_OK)
        status = set_optional_apart(self);
    if (facts != NULL && self->n_facts > 0)
        self->evidence = EVIDENCE_FACTS;
    return status;
}
