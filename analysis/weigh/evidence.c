#include "analysis/weigh/evidence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/ingest/ingest.h"
#include "sim/trial.h"

#define MAX_REQUESTS 400
#define MAX_LEFT_OUT 400

static int reserve(struct evidence *self, size_t n, struct message *message)
{
    self->requests = calloc(n + 1, sizeof *self->requests);
    self->facts = calloc(n + 1, sizeof *self->facts);
    self->observed = calloc(n + 1, sizeof *self->observed);
    self->compared = calloc(n + 1, sizeof *self->compared);
    self->left_out = calloc(MAX_LEFT_OUT, sizeof *self->left_out);
    if (self->requests == NULL || self->facts == NULL || self->observed == NULL ||
        self->compared == NULL || self->left_out == NULL)
        return fail(message, STATUS_RUN, "out of memory for the evidence");
    return STATUS_OK;
}

static void leave_out(struct evidence *self, const char *name, const char *reason)
{
    if (self->n_left_out < MAX_LEFT_OUT)
        self->left_out[self->n_left_out++] = (struct left_out){name, reason};
}

/* ---- facts ---- */

static int load_facts(struct evidence *self, const struct case_file *case_file,
                      struct message *message)
{
    int status = reserve(self, case_file->n_facts, message);
    for (size_t i = 0; status == STATUS_OK && i < case_file->n_facts; i++) {
        const struct fact *fact = &case_file->facts[i];
        self->requests[i] = fact->request;
        self->facts[i] = fact;
        self->observed[i] = fact->kind == FACT_VALUE ? fact->value : 1.0;
        self->compared[i] = self->observed[i];
    }
    self->n = case_file->n_facts;
    return status;
}

/* ---- a log ---- */

/* Ids of a read log in terms of the case's world: what the world does not know is numbered behind
 * it. */
static uint32_t *map_ids(const struct intern *from, const struct intern *to, bool fold_case)
{
    uint32_t *map = malloc((from->count + 1u) * sizeof *map);
    for (uint32_t id = 0; map != NULL && id < from->count; id++) {
        char text[1100];
        size_t n = strnlen(intern_text(from, id), sizeof text - 1);
        memcpy(text, intern_text(from, id), n);
        for (size_t i = 0; fold_case && i < n; i++)
            text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
        map[id] = intern_find(to, text, n);
        if (map[id] == INTERN_NONE)
            map[id] = to->count + id;
    }
    return map;
}

/* Whether the sensor records the name, were it simulated. */
static bool is_seen(const struct sensor *sensor, uint32_t name)
{
    return sensor->sees_name == NULL || (name < sensor->n_names && sensor->sees_name[name]);
}

/* Rows of names that the sensor does not record are left out and counted. */
static int translate(const struct world *world, const struct sensor *sensor,
                     const struct query_log *log, struct query_array *out, size_t *n_unseen)
{
    uint32_t *client = map_ids(&log->clients, &world->clients, false);
    uint32_t *name = map_ids(&log->names, &world->names, true);
    int status =
        client != NULL && name != NULL ? query_array_reserve(out, log->queries.n) : STATUS_RUN;
    for (size_t i = 0; status == STATUS_OK && i < log->queries.n; i++) {
        struct query q = log->queries.q[i];
        q.client = client[q.client];
        q.name = name[q.name];
        if (is_seen(sensor, q.name))
            status = query_array_add(out, q);
        else
            ++*n_unseen;
    }
    free(client);
    free(name);
    return status;
}

static int default_columns(struct evidence *self, const struct case_file *case_file,
                           uint32_t sensor, unsigned columns, time_us resolution_us,
                           struct message *message)
{
    const struct statistic *missing[MAX_LEFT_OUT];
    size_t n_missing = 0;
    int status = reserve(self, MAX_REQUESTS, message);
    if (status != STATUS_OK)
        return status;
    status = default_requests(&case_file->world, sensor,
                              columns & case_file->world.sensors[sensor].columns, resolution_us,
                              self->requests, MAX_REQUESTS, &self->n, &self->sets, missing,
                              &n_missing, message);
    for (size_t i = 0; status == STATUS_OK && i < n_missing; i++)
        leave_out(self, missing[i]->name,
                  "the log lacks the column or the fineness of time that it needs");
    return status;
}

/* Whether the sensor whose log was given is all that the request needs. */
static bool is_of_sensor(const struct statistic_request *request, uint32_t sensor)
{
    return request->sensor == sensor &&
           (!request->statistic->needs_other_sensor || request->other_sensor == sensor);
}

/* The numbers that the case lists for its log. What another sensor would have to give is no zero:
 * it is not known. */
static int wanted_columns(struct evidence *self, const struct case_file *case_file,
                          struct message *message)
{
    int status = reserve(self, case_file->n_facts, message);
    for (size_t i = 0; status == STATUS_OK && i < case_file->n_facts; i++) {
        const struct statistic_request *request = &case_file->facts[i].request;
        if (is_of_sensor(request, case_file->log.sensor))
            self->requests[self->n++] = *request;
        else
            leave_out(self, request->label, "measured at another sensor than the log's");
    }
    return status;
}

static int measure(struct evidence *self, const struct case_file *case_file,
                   const struct query_array *logs, struct message *message)
{
    struct panel *panel = NULL;
    struct panel_space *space = NULL;
    int status = panel_create(&panel, &case_file->world, self->requests, self->n, message);
    if (status == STATUS_OK && (panel_space_create(&space, panel) != STATUS_OK ||
                                panel_compute(panel, space, logs, self->observed) != STATUS_OK))
        status = fail(message, STATUS_RUN, "out of memory while measuring the evidence");
    panel_space_free(space);
    panel_free(panel);
    return status;
}

static void compare_undefined(struct evidence *self)
{
    self->n_undefined = 0;
    for (size_t i = 0; i < self->n; i++) {
        bool is_undefined = isnan(self->observed[i]);
        self->compared[i] = is_undefined ? 1.0 : self->observed[i];
        self->n_undefined += is_undefined;
    }
}

static int import(const struct case_file *case_file, struct query_log *log,
                  struct ingest_report *report, struct message *message)
{
    const struct log_evidence *source = &case_file->log;
    const struct sensor *sensor = &case_file->world.sensors[source->sensor];
    struct ingest_options options = {.files = &source->path,
                                     .n_files = 1,
                                     .format = source->format,
                                     .year = source->year,
                                     .timezone = source->timezone,
                                     .date_order = source->date_order,
                                     .columns = source->columns,
                                     .from_us = sensor->from_us,
                                     .until_us = sensor->until_us};
    return ingest_read(&options, log, report, message);
}

static void describe_reading(struct evidence *self, const struct ingest_report *report,
                             size_t n_unseen)
{
    snprintf(self->report, sizeof self->report,
             "%llu lines read, %llu queries kept, %llu duplicates among them, %llu outside the "
             "window, %llu answers "
             "skipped, %llu not understood",
             (unsigned long long)report->lines, (unsigned long long)report->kept,
             (unsigned long long)report->duplicates, (unsigned long long)report->out_of_window,
             (unsigned long long)report->answers, (unsigned long long)report->not_understood);
    size_t used = strlen(self->report);
    if (n_unseen > 0)
        snprintf(self->report + used, sizeof self->report - used,
                 "; %zu of the queries are for names that the sensor does not see", n_unseen);
}

/* A log of another time or of other names would be weighed as "nobody asked". */
static int check_overlap(const struct evidence *self, const struct case_file *case_file,
                         uint64_t n_read, struct message *message)
{
    const struct log_evidence *source = &case_file->log;
    if (self->n_queries > 0 || n_read == 0)
        return STATUS_OK;
    return fail(message, STATUS_INPUT,
                "%.300s: none of its queries lies in the window and among the names of the case's "
                "sensor \"%.60s\" (%.400s); expected a log of what this case is about",
                source->path, case_file->world.sensors[source->sensor].name, self->report);
}

static int load_log(struct evidence *self, const struct case_file *case_file,
                    struct message *message)
{
    const struct world *world = &case_file->world;
    struct ingest_report report;
    struct query_log log;
    int status = import(case_file, &log, &report, message);
    if (status != STATUS_OK)
        return status;
    struct query_array *logs = calloc(world->n_sensors, sizeof *logs);
    size_t n_unseen = 0;
    uint32_t sensor = case_file->log.sensor;
    status = logs == NULL
                 ? STATUS_RUN
                 : translate(world, &world->sensors[sensor], &log, &logs[sensor], &n_unseen);
    if (status != STATUS_OK)
        fail(message, status, "%s: out of memory", case_file->log.path);
    describe_reading(self, &report, n_unseen);
    self->n_queries = log.queries.n - n_unseen;
    if (status == STATUS_OK)
        status = check_overlap(self, case_file, report.kept + report.out_of_window, message);
    if (status == STATUS_OK)
        status = case_file->n_facts > 0 ? wanted_columns(self, case_file, message)
                                        : default_columns(self, case_file, sensor, log.columns,
                                                          log.resolution_us, message);
    if (status == STATUS_OK)
        status = measure(self, case_file, logs, message);
    if (status == STATUS_OK)
        compare_undefined(self);
    if (logs != NULL)
        query_array_free(&logs[sensor]);
    free(logs);
    query_log_free(&log);
    return status;
}

/* ---- public ---- */

int evidence_load(struct evidence *self, const struct case_file *case_file, struct message *message)
{
    memset(self, 0, sizeof *self);
    self->kind = case_file->evidence;
    switch (self->kind) {
    case EVIDENCE_FACTS:
        return load_facts(self, case_file, message);
    case EVIDENCE_LOG:
        return load_log(self, case_file, message);
    case EVIDENCE_NONE:
        break;
    }
    return reserve(self, 0, message);
}

int evidence_from_logs(struct evidence *self, const struct case_file *case_file,
                       const struct query_array *logs, struct message *message)
{
    memset(self, 0, sizeof *self);
    self->kind = EVIDENCE_LOG;
    int status =
        default_columns(self, case_file, 0, case_file->world.sensors[0].columns, 1, message);
    if (status == STATUS_OK)
        status = measure(self, case_file, logs, message);
    self->n_queries = logs[0].n;
    if (status == STATUS_OK)
        compare_undefined(self);
    return status;
}

void evidence_free(struct evidence *self)
{
    free(self->requests);
    free(self->facts);
    free(self->observed);
    free(self->compared);
    free(self->left_out);
    client_sets_free(self->sets);
    memset(self, 0, sizeof *self);
}

static double with_uncertainty(const struct fact *fact, double raw, struct rng_key key)
{
    struct rng rng;
    if (fact->kind == FACT_INTERVAL)
        return raw >= fact->low && raw <= fact->high; /* undefined is not inside */
    rng_init(&rng, key,
             rng_mix(rng_entity("uncertainty of a fact"), rng_entity(fact->request.label)));
    return raw + fact->sd * rng_normal(&rng);
}

void evidence_compare_row(const struct evidence *self, const struct plan *plan, uint64_t seed,
                          uint64_t trial, const double *raw, double *out)
{
    struct rng_key key = trial_key(plan, seed, trial);
    for (size_t i = 0; i < self->n; i++) {
        if (self->facts[i] != NULL)
            out[i] = with_uncertainty(self->facts[i], raw[i], key);
        else
            out[i] = isnan(self->observed[i]) ? (isnan(raw[i]) ? 1.0 : 0.0) : raw[i];
    }
}
