/* Compiles requests into selections (whose queries), series (a selection in a stretch of time with
 * a calendar) and calls, and computes them for a log: one pass over each sensor's log deals the
 * times out to all selections at once. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/statistics/series.h"

#define GROUP_BITS 64
#define BATCH 4          /* selections that are dealt to side by side */
#define BATCHED_GROUP 12 /* groups up to this size are dealt in batches */
#define CHUNK_ROWS 2048

/* Up to 64 selections of one sensor; bit i of a mask stands for selection first + i. A query
 * belongs to the selections in client_mask & name_mask & type_mask. The last entry of each table
 * stands for all ids beyond it. */
struct group {
    uint32_t sensor;
    uint32_t first, n;   /* in panel.selections */
    bool has_everything; /* the first selection is that of all rows */
    bool timed; /* times are gathered; false: rows are only counted where the whole log lies
                   in [from, until), the stretch common to all its series */
    time_us from_us, until_us;
    uint64_t *client_mask, *name_mask, *type_mask;
    uint32_t n_clients, n_names, n_types; /* entries before the last */
};

struct call_index {
    uint32_t who, other, all; /* in panel.series; NO_INDEX: none */
};

/* A series as compiled: what distinguishes it from the others. */
struct series_key {
    uint32_t selection, calendar;
    time_us from_us, until_us;
};

struct panel {
    const struct world *world;
    struct statistic_request *requests;
    struct call_index *calls;
    size_t n;
    struct selection *selections; /* sorted by sensor */
    uint32_t n_selections;
    struct series_key *series;
    uint32_t n_series;
    struct calendar *calendars;
    uint32_t n_calendars;
    struct group *groups;
    uint32_t n_groups;
    uint8_t *wanted; /* [sensor], enum record */
};

/* Sorted times of one selection. */
struct times {
    time_us *t;
    size_t n, capacity;
    bool counted; /* n alone is set */
};

struct panel_space {
    const struct panel *panel;
    struct times *times; /* per selection */
    struct series *series;
    struct scratch scratch;
    bool out_of_memory;
};

static bool same_clients(const struct client_set *a, const struct client_set *b)
{
    if (a->member == NULL || b->member == NULL)
        return a->member == b->member;
    return a->others == b->others && a->n == b->n &&
           (a->member == b->member || memcmp(a->member, b->member, a->n) == 0);
}

static bool same_selection(const struct selection *a, const struct selection *b)
{
    return a->sensor == b->sensor && a->name == b->name && a->type == b->type &&
           same_clients(&a->clients, &b->clients);
}

static uint32_t add_selection(struct panel *self, const struct selection *wanted)
{
    for (uint32_t i = 0; i < self->n_selections; i++)
        if (same_selection(&self->selections[i], wanted)) {
            self->selections[i].timed |= wanted->timed;
            return i;
        }
    self->selections[self->n_selections] = *wanted;
    return self->n_selections++;
}

static uint32_t add_series(struct panel *self, struct series_key wanted)
{
    for (uint32_t i = 0; i < self->n_series; i++) {
        const struct series_key *key = &self->series[i];
        if (key->selection == wanted.selection && key->calendar == wanted.calendar &&
            key->from_us == wanted.from_us && key->until_us == wanted.until_us)
            return i;
    }
    self->series[self->n_series] = wanted;
    return self->n_series++;
}

static uint32_t find_calendar(const struct panel *self, int party)
{
    uint32_t i = 0;
    while (i < self->n_calendars && self->calendars[i].party != party)
        i++;
    return i;
}

/* One calendar for each party that is asked for, over all stretches with that party. */
static int add_calendar(struct panel *self, int party, struct message *message)
{
    if (find_calendar(self, party) < self->n_calendars)
        return STATUS_OK;
    time_us from_us = INT64_MAX, until_us = INT64_MIN;
    for (size_t i = 0; i < self->n; i++) {
        const struct statistic_request *request = &self->requests[i];
        if (request->party != party)
            continue;
        from_us = request->from_us < from_us ? request->from_us : from_us;
        until_us = request->until_us > until_us ? request->until_us : until_us;
    }
    return calendar_init(&self->calendars[self->n_calendars++], self->world, party, from_us,
                         until_us, message);
}

static int check_settings(const struct statistic_request *request, struct message *message)
{
    const struct param_row *row = request->statistic->params;
    for (size_t k = 0; row != NULL && row[k].name != NULL; k++) {
        double value = request->param[k];
        if (value >= row[k].min && value <= row[k].max)
            continue;
        return fail(message, STATUS_INPUT, "%s: %s = %g is outside [%g, %g] of statistic '%s'",
                    request->label, row[k].name, value, row[k].min, row[k].max,
                    request->statistic->name);
    }
    return STATUS_OK;
}

static int check_request(const struct panel *self, const struct statistic_request *request,
                         struct message *message)
{
    const struct statistic *statistic = request->statistic;
    uint32_t n_sensors = self->world->n_sensors;
    if (request->sensor >= n_sensors ||
        (statistic->needs_other_sensor && request->other_sensor >= n_sensors))
        return fail(message, STATUS_INPUT, "%s: the world has %u sensors, none with number %u",
                    request->label, n_sensors,
                    request->sensor >= n_sensors ? request->sensor : request->other_sensor);
    if (request->party < -1 || request->party >= (int)self->world->n_parties)
        return fail(message, STATUS_INPUT, "%s: the world has %u parties, none with number %d",
                    request->label, self->world->n_parties, request->party);
    if (request->from_us > request->until_us)
        return fail(message, STATUS_INPUT, "%s: the stretch of time ends before it begins",
                    request->label);
    return check_settings(request, message);
}

/* What a request reads of one sensor's log. Counts say nothing of names, types and times, so they
 * do only where all that the sensor records counts. */
static void want(struct panel *self, const struct statistic_request *request, uint32_t number)
{
    const struct sensor *sensor = &self->world->sensors[number];
    bool all = request->name == INTERN_NONE && request->type == TYPE_UNKNOWN &&
               request->from_us <= sensor->from_us && request->until_us >= sensor->until_us;
    uint8_t wanted = request->statistic->by_client && all ? RECORD_COUNTS : RECORD_ROWS;
    if (wanted > self->wanted[number])
        self->wanted[number] = wanted;
}

static void compile_request(struct panel *self, size_t i)
{
    const struct statistic_request *request = &self->requests[i];
    const struct statistic *statistic = request->statistic;
    struct selection who = {request->sensor, request->who, request->name, request->type,
                            !statistic->without_times};
    struct selection other = who, all = who;
    struct series_key key = {0, find_calendar(self, request->party), request->from_us,
                             request->until_us};
    struct call_index *call = &self->calls[i];
    *call = (struct call_index){NO_INDEX, NO_INDEX, NO_INDEX};
    want(self, request, request->sensor);
    if (statistic->needs_other_sensor)
        want(self, request, request->other_sensor);
    key.selection = add_selection(self, &who);
    call->who = add_series(self, key);
    if (statistic->needs_other)
        other.clients = request->other;
    if (statistic->needs_other_sensor)
        other.sensor = request->other_sensor;
    if (statistic->needs_other || statistic->needs_other_sensor) {
        key.selection = add_selection(self, &other);
        call->other = add_series(self, key);
    }
    if (statistic->needs_all) {
        all.clients = (struct client_set){0};
        key.selection = add_selection(self, &all);
        call->all = add_series(self, key);
    }
}

/* Brings the selections of one sensor together, those with times first, so that each group is a
 * run; of each the one of all rows goes first, the others keep their order. */
static uint32_t sort_key(const struct selection *self)
{
    return 4 * self->sensor + (self->timed ? 0u : 2u) + (selection_is_everything(self) ? 0u : 1u);
}

static int sort_selections(struct panel *self)
{
    uint32_t n = self->n_selections, placed = 0;
    struct selection *sorted = calloc(n + 1, sizeof *sorted);
    uint32_t *place = calloc(n + 1, sizeof *place);
    if (sorted == NULL || place == NULL) {
        free(sorted);
        free(place);
        return STATUS_RUN;
    }
    for (uint32_t key = 0; key < 4 * self->world->n_sensors; key++)
        for (uint32_t i = 0; i < n; i++) {
            const struct selection *selection = &self->selections[i];
            if (sort_key(selection) != key)
                continue;
            place[i] = placed;
            sorted[placed++] = *selection;
        }
    for (uint32_t i = 0; i < self->n_series; i++)
        self->series[i].selection = place[self->series[i].selection];
    free(self->selections);
    free(place);
    self->selections = sorted;
    return STATUS_OK;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static int allocate_masks(struct group *group, const struct selection *selections)
{
    for (uint32_t i = 0; i < group->n; i++) {
        const struct selection *s = &selections[i];
        group->n_clients = larger(group->n_clients, s->clients.member != NULL ? s->clients.n : 0);
        group->n_names = larger(group->n_names, s->name != INTERN_NONE ? s->name + 1 : 0);
        group->n_types = larger(group->n_types, s->type != TYPE_UNKNOWN ? s->type + 1u : 0);
    }
    group->client_mask = calloc((size_t)group->n_clients + 1, sizeof(uint64_t));
    group->name_mask = calloc((size_t)group->n_names + 1, sizeof(uint64_t));
    group->type_mask = calloc((size_t)group->n_types + 1, sizeof(uint64_t));
    bool ok = group->client_mask != NULL && group->name_mask != NULL && group->type_mask != NULL;
    return ok ? STATUS_OK : STATUS_RUN;
}

static void fill_masks(struct group *group, const struct selection *s, uint64_t bit)
{
    for (uint32_t id = 0; id <= group->n_clients; id++) {
        bool listed = id < group->n_clients && id < s->clients.n;
        bool member =
            listed ? s->clients.member != NULL && s->clients.member[id] != 0 : s->clients.others;
        if (s->clients.member == NULL || member)
            group->client_mask[id] |= bit;
    }
    for (uint32_t id = 0; id <= group->n_names; id++)
        if (s->name == INTERN_NONE || s->name == id)
            group->name_mask[id] |= bit;
    for (uint32_t type = 0; type <= group->n_types; type++)
        if (s->type == TYPE_UNKNOWN || s->type == type)
            group->type_mask[type] |= bit;
}

static void split_into_groups(struct panel *self)
{
    for (uint32_t i = 0; i < self->n_selections; i++) {
        const struct selection *selection = &self->selections[i];
        struct group *group = &self->groups[self->n_groups];
        bool new_group = self->n_groups == 0 || group[-1].n == GROUP_BITS ||
                         group[-1].sensor != selection->sensor ||
                         group[-1].timed != selection->timed;
        if (new_group) {
            *group = (struct group){.sensor = selection->sensor,
                                    .first = i,
                                    .has_everything = selection_is_everything(selection),
                                    .timed = selection->timed,
                                    .from_us = INT64_MIN,
                                    .until_us = INT64_MAX};
            self->n_groups++;
        } else {
            group--;
        }
        group->n++;
    }
}

static void find_common_stretch(struct group *group, const struct panel *panel)
{
    for (uint32_t i = 0; i < panel->n_series; i++) {
        const struct series_key *key = &panel->series[i];
        if (key->selection - group->first >= group->n)
            continue;
        group->from_us = key->from_us > group->from_us ? key->from_us : group->from_us;
        group->until_us = key->until_us < group->until_us ? key->until_us : group->until_us;
    }
}

static int make_groups(struct panel *self)
{
    self->groups = calloc(self->n_selections + 1, sizeof *self->groups);
    if (self->groups == NULL || sort_selections(self) != STATUS_OK)
        return STATUS_RUN;
    split_into_groups(self);
    for (uint32_t g = 0; g < self->n_groups; g++) {
        struct group *group = &self->groups[g];
        find_common_stretch(group, self);
        if (allocate_masks(group, self->selections + group->first) != STATUS_OK)
            return STATUS_RUN;
        for (uint32_t i = 0; i < group->n; i++)
            fill_masks(group, &self->selections[group->first + i], UINT64_C(1) << i);
    }
    return STATUS_OK;
}

static int panel_allocate(struct panel *self, const struct statistic_request *requests, size_t n)
{
    self->requests = calloc(n + 1, sizeof *self->requests);
    self->calls = calloc(n + 1, sizeof *self->calls);
    self->selections = calloc(3 * n + 1, sizeof *self->selections);
    self->series = calloc(3 * n + 1, sizeof *self->series);
    self->calendars = calloc((size_t)self->world->n_parties + 2, sizeof *self->calendars);
    self->wanted = calloc(self->world->n_sensors + 1u, sizeof *self->wanted);
    if (self->wanted == NULL || self->requests == NULL || self->calls == NULL ||
        self->selections == NULL || self->series == NULL || self->calendars == NULL)
        return STATUS_RUN;
    if (n > 0)
        memcpy(self->requests, requests, n * sizeof *requests);
    self->n = n;
    return STATUS_OK;
}

int panel_create(struct panel **panel, const struct world *world,
                 const struct statistic_request *requests, size_t n, struct message *message)
{
    int status = STATUS_RUN;
    *panel = NULL;
    struct panel *self = calloc(1, sizeof *self);
    if (self == NULL)
        goto out_of_memory;
    self->world = world;
    if (panel_allocate(self, requests, n) != STATUS_OK)
        goto out_of_memory;
    for (size_t i = 0; i < n; i++)
        if ((status = check_request(self, &self->requests[i], message)) != STATUS_OK)
            goto out;
    for (size_t i = 0; i < n; i++)
        if ((status = add_calendar(self, self->requests[i].party, message)) != STATUS_OK)
            goto out;
    for (size_t i = 0; i < n; i++)
        compile_request(self, i);
    if (make_groups(self) != STATUS_OK)
        goto out_of_memory;
    *panel = self;
    return STATUS_OK;
out_of_memory:
    status = fail(message, STATUS_RUN, "out of memory for a panel of %zu statistics", n);
out:
    panel_free(self);
    return status;
}

void panel_free(struct panel *self)
{
    if (self == NULL)
        return;
    for (uint32_t i = 0; i < self->n_calendars; i++)
        calendar_free(&self->calendars[i]);
    for (uint32_t i = 0; self->groups != NULL && i < self->n_groups; i++) {
        free(self->groups[i].client_mask);
        free(self->groups[i].name_mask);
        free(self->groups[i].type_mask);
    }
    free(self->groups);
    free(self->wanted);
    free(self->calendars);
    free(self->series);
    free(self->selections);
    free(self->calls);
    free(self->requests);
    free(self);
}

int panel_space_create(struct panel_space **space, const struct panel *panel)
{
    *space = NULL;
    struct panel_space *self = calloc(1, sizeof *self);
    if (self == NULL)
        return STATUS_RUN;
    self->panel = panel;
    self->times = calloc(panel->n_selections + 1, sizeof *self->times);
    self->series = calloc(panel->n_series + 1, sizeof *self->series);
    if (self->times == NULL || self->series == NULL) {
        panel_space_free(self);
        return STATUS_RUN;
    }
    for (uint32_t i = 0; i < panel->n_series; i++) {
        const struct series_key *key = &panel->series[i];
        struct series *series = &self->series[i];
        series->selection = &panel->selections[key->selection];
        series->calendar = &panel->calendars[key->calendar];
        series->from_us = key->from_us;
        series->until_us = key->until_us;
        series->scratch = &self->scratch;
        series->out_of_memory = &self->out_of_memory;
    }
    *space = self;
    return STATUS_OK;
}

void panel_space_free(struct panel_space *self)
{
    if (self == NULL)
        return;
    for (uint32_t i = 0; self->times != NULL && i < self->panel->n_selections; i++)
        free(self->times[i].t);
    for (uint32_t i = 0; self->series != NULL && i < self->panel->n_series; i++)
        series_free(&self->series[i]);
    free(self->scratch.bytes);
    fourier_free(&self->scratch.fourier);
    free(self->times);
    free(self->series);
    free(self);
}

static int times_reserve(struct times *self, size_t more)
{
    if (self->capacity - self->n >= more)
        return STATUS_OK;
    size_t capacity = self->n + self->n / 2 + more;
    time_us *t = realloc(self->t, capacity * sizeof *t);
    if (t == NULL)
        return STATUS_RUN;
    self->t = t;
    self->capacity = capacity;
    return STATUS_OK;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint64_t row_mask(const struct group *group, const struct query *q)
{
    return group->client_mask[smaller(q->client, group->n_clients)] &
           group->name_mask[smaller(q->name, group->n_names)] &
           group->type_mask[smaller(q->type, group->n_types)];
}

/* Deals rows to four selections, whose bits are the lowest four of mask >> first. Every time is
 * written and counted only where the bit is set: rows of different kinds follow each other at
 * random, and a mispredicted branch costs more than wasted stores. */
static void deal_batch(const uint64_t *mask, unsigned first, const struct query *q, size_t n,
                       time_us *t[BATCH])
{
    time_us *a = t[0], *b = t[1], *c = t[2], *d = t[3];
    for (size_t row = 0; row < n; row++) {
        const time_us time = q[row].time_us;
        const uint64_t bits = mask[row] >> first;
        *a = *b = *c = *d = time;
        a += bits & 1;
        b += bits >> 1 & 1;
        c += bits >> 2 & 1;
        d += bits >> 3 & 1;
    }
    t[0] = a;
    t[1] = b;
    t[2] = c;
    t[3] = d;
}

static void deal_batches(const struct group *group, const struct query *q, size_t n,
                         struct times *times)
{
    uint64_t mask[CHUNK_ROWS];
    if (group->n_names == 0 && group->n_types == 0)
        for (size_t row = 0; row < n; row++)
            mask[row] = group->client_mask[smaller(q[row].client, group->n_clients)];
    else
        for (size_t row = 0; row < n; row++)
            mask[row] = row_mask(group, &q[row]);
    if (group->has_everything) {
        for (size_t row = 0; row < n; row++)
            times[0].t[times[0].n + row] = q[row].time_us;
        times[0].n += n;
    }
    for (uint32_t first = group->has_everything; first < group->n; first += BATCH) {
        time_us *t[BATCH],
            waste[BATCH]; /* places beyond the last selection are written, not kept */
        uint32_t used = smaller(BATCH, group->n - first);
        for (uint32_t i = 0; i < BATCH; i++)
            t[i] = i < used ? times[first + i].t + times[first + i].n : &waste[i];
        deal_batch(mask, first, q, n, t);
        for (uint32_t i = 0; i < used; i++)
            times[first + i].n = (size_t)(t[i] - times[first + i].t);
    }
}

/* For many selections, of which each row belongs to a few. */
static void deal_singly(const struct group *group, const struct query *q, size_t n,
                        struct times *times)
{
    for (size_t row = 0; row < n; row++)
        for (uint64_t mask = row_mask(group, &q[row]); mask != 0; mask &= mask - 1) {
            struct times *to = &times[__builtin_ctzll(mask)];
            to->t[to->n++] = q[row].time_us;
        }
}

static int deal_log(const struct group *group, const struct query_array *log, struct times *times)
{
    for (uint32_t i = 0; i < group->n; i++)
        times[i].n = 0;
    /* Each chunk needs room for all its rows in every selection. */
    for (size_t row = 0; row < log->n; row += CHUNK_ROWS) {
        size_t n = log->n - row < CHUNK_ROWS ? log->n - row : CHUNK_ROWS;
        for (uint32_t i = 0; i < group->n; i++)
            if (times_reserve(&times[i], CHUNK_ROWS) != STATUS_OK)
                return STATUS_RUN;
        if (group->n <= BATCHED_GROUP)
            deal_batches(group, log->q + row, n, times);
        else
            deal_singly(group, log->q + row, n, times);
    }
    return STATUS_OK;
}

#define TALLIED_CLIENTS 256
#define TALLIES 4 /* side by side: an increment need not wait for the one of the row before */

/* Rows by client, then the selections from those; for groups that ask for neither name nor type. */
static void tally_clients(const struct group *group, const struct query_array *log,
                          struct times *times)
{
    size_t tally[TALLIES][TALLIED_CLIENTS + 1];
    const uint32_t last = group->n_clients;
    for (int k = 0; k < TALLIES; k++)
        memset(tally[k], 0, (last + 1) * sizeof tally[k][0]);
    for (size_t row = 0; row < log->n; row++)
        tally[row % TALLIES][smaller(log->q[row].client, last)]++;
    for (uint32_t id = 0; id <= last; id++) {
        size_t rows = tally[0][id] + tally[1][id] + tally[2][id] + tally[3][id];
        for (uint64_t mask = group->client_mask[id]; mask != 0; mask &= mask - 1)
            times[__builtin_ctzll(mask)].n += rows;
    }
}

/* Most rows have a name that nobody asks for. */
static void count_singly(const struct group *group, const struct query_array *log,
                         struct times *times)
{
    for (size_t row = 0; row < log->n; row++) {
        const struct query *q = &log->q[row];
        if (group->name_mask[smaller(q->name, group->n_names)] == 0)
            continue;
        for (uint64_t mask = row_mask(group, q); mask != 0; mask &= mask - 1)
            times[__builtin_ctzll(mask)].n++;
    }
}

static bool lies_inside(const struct group *group, const struct query_array *log)
{
    return log->n == 0 ||
           (log->q[0].time_us >= group->from_us && log->q[log->n - 1].time_us < group->until_us);
}

/* The number of rows of each selection, without their times. */
static void count_log(const struct group *group, const struct query_array *log, struct times *times)
{
    for (uint32_t i = 0; i < group->n; i++)
        times[i].n = 0;
    if (group->n == 1 && group->has_everything)
        times[0].n = log->n;
    else if (group->n_names == 0 && group->n_types == 0 && group->n_clients <= TALLIED_CLIENTS)
        tally_clients(group, log, times);
    else
        count_singly(group, log, times);
}

/* The same from counts, which say nothing of name and type: nobody asks for them here (want). */
static void count_tally(const struct group *group, const struct client_tally *tally,
                        struct times *times)
{
    for (uint32_t i = 0; i < group->n; i++)
        times[i].n = 0;
    for (size_t k = 0; k < tally->n_clients; k++) {
        const struct client_rows *of = &tally->of[k];
        uint64_t mask = group->client_mask[smaller(of->client, group->n_clients)];
        for (; mask != 0; mask &= mask - 1)
            times[__builtin_ctzll(mask)].n += of->rows;
    }
}

/* Times or numbers of rows of all selections of a group. `tally` may be NULL. */
static int read_log(const struct group *group, const struct query_array *log,
                    const struct client_tally *tally, struct times *times)
{
    bool counted = tally != NULL || (!group->timed && lies_inside(group, log));
    for (uint32_t i = 0; i < group->n; i++)
        times[i].counted = counted;
    if (!counted)
        return deal_log(group, log, times);
    if (tally != NULL)
        count_tally(group, tally, times);
    else
        count_log(group, log, times);
    return STATUS_OK;
}

/* What stands in place of a sensor's log, or NULL. */
static const struct client_tally *tally_of(const struct client_tally *tallies, uint32_t sensor)
{
    return tallies != NULL && tallies[sensor].is_set ? &tallies[sensor] : NULL;
}

static void set_series(const struct panel *self, struct panel_space *space,
                       const struct query_array *logs, const struct client_tally *tallies)
{
    for (uint32_t i = 0; i < self->n_series; i++) {
        uint32_t selection = self->series[i].selection, sensor = self->selections[selection].sensor;
        const struct times *times = &space->times[selection];
        if (times->counted)
            series_set_count(&space->series[i], &logs[sensor], tally_of(tallies, sensor), times->n);
        else
            series_set(&space->series[i], &logs[sensor], times->t, times->n);
    }
}

int panel_compute_wanted(const struct panel *self, struct panel_space *space,
                         const struct query_array *logs, const struct client_tally *tallies,
                         double *out)
{
    space->out_of_memory = false;
    for (uint32_t g = 0; g < self->n_groups; g++) {
        const struct group *group = &self->groups[g];
        if (read_log(group, &logs[group->sensor], tally_of(tallies, group->sensor),
                     space->times + group->first) != STATUS_OK)
            return STATUS_RUN;
    }
    set_series(self, space, logs, tallies);
    for (size_t i = 0; i < self->n; i++) {
        const struct call_index *index = &self->calls[i];
        struct statistic_call call = {
            .request = &self->requests[i],
            .world = self->world,
            .who = &space->series[index->who],
            .other = index->other != NO_INDEX ? &space->series[index->other] : NULL,
            .all = index->all != NO_INDEX ? &space->series[index->all] : NULL,
        };
        double value = self->requests[i].statistic->compute(&call);
        out[i] = isfinite(value) ? value : NAN;
    }
    return space->out_of_memory ? STATUS_RUN : STATUS_OK;
}

int panel_compute(const struct panel *self, struct panel_space *space,
                  const struct query_array *logs, double *out)
{
    return panel_compute_wanted(self, space, logs, NULL, out);
}

void panel_wanted(const struct panel *self, uint8_t *wanted)
{
    memcpy(wanted, self->wanted, self->world->n_sensors);
}
