/* requests.c - the default requests: a table of statistics by scope, bound to the world's parties.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/statistics/families.h"

#define MAX_PARTIES 3 /* more would make a panel too wide for the trials of one comparison */
#define MAX_SETS (MAX_PARTIES + 2)

enum scope {
    SCOPE_ALL,      /* everybody, UTC */
    SCOPE_PARTY,    /* each party in its own time; everybody where there is no party */
    SCOPE_PAIR,     /* each pair of parties, in the time of the first */
    SCOPE_RESOLVERS /* the first two resolvers of the first party that has two */
};

/* One statistic over one scope, with the settings that differ from the defaults. */
struct default_row {
    const struct statistic *statistic;
    enum scope scope;
    const char *variant; /* told apart in the label; "" for none */
    time_us coarsest_us; /* time stamps may be no coarser */
    unsigned n_settings; /* given here; the others keep their defaults */
    double setting[4];
};

#define S US_PER_S
#define H US_PER_HOUR
#define D US_PER_DAY

static const struct default_row rows[] = {
    {&statistic_log_count, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_log_distinct_clients, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_log_singletons, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_top_share, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_log_distinct_names, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_suffixed, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_type_share, SCOPE_ALL, "a", D, 1, {TYPE_A}},
    {&statistic_type_follows, SCOPE_ALL, "ptr-a", S, 0, {0}},
    {&statistic_trend, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_longest_silence, SCOPE_ALL, "", H, 0, {0}},
    {&statistic_rayleigh_power, SCOPE_ALL, "1h", 60 * S, 1, {3600}},
    {&statistic_calendar_p, SCOPE_ALL, "", D, 0, {0}},
    {&statistic_second_digits, SCOPE_ALL, "", S, 0, {0}},
    {&statistic_duplicates, SCOPE_ALL, "", S, 0, {0}},
    {&statistic_log_count, SCOPE_PARTY, "", D, 0, {0}},
    {&statistic_active_days, SCOPE_PARTY, "", D, 0, {0}},
    {&statistic_hour_cosine, SCOPE_PARTY, "", H, 0, {0}},
    {&statistic_hour_sine, SCOPE_PARTY, "", H, 0, {0}},
    {&statistic_working_share, SCOPE_PARTY, "", H, 0, {0}},
    {&statistic_weekend_share, SCOPE_PARTY, "", D, 0, {0}},
    {&statistic_log_gap_quantile, SCOPE_PARTY, "q10", 60 * S, 2, {0.1, 60}},
    {&statistic_log_gap_quantile, SCOPE_PARTY, "q50", 60 * S, 2, {0.5, 60}},
    {&statistic_log_gap_quantile, SCOPE_PARTY, "q90", 60 * S, 2, {0.9, 60}},
    {&statistic_share_gaps_between, SCOPE_PARTY, "1h", 60 * S, 3, {3600, 4200, 60}},
    {&statistic_burstiness, SCOPE_PARTY, "", 60 * S, 1, {60}},
    {&statistic_memory, SCOPE_PARTY, "", 60 * S, 1, {60}},
    {&statistic_share_multi, SCOPE_PARTY, "", 10 * S, 0, {0}},
    {&statistic_log_fano, SCOPE_PARTY, "1h", 10 * 60 * S, 1, {3600}},
    {&statistic_log_fano, SCOPE_PARTY, "1d", H, 1, {86400}},
    {&statistic_ratio, SCOPE_PAIR, "", D, 0, {0}},
    {&statistic_daily_rank_correlation, SCOPE_PAIR, "", D, 0, {0}},
    {&statistic_coincidences, SCOPE_PAIR, "10min", 60 * S, 1, {600}},
    {&statistic_shared_silent_days, SCOPE_PAIR, "", D, 0, {0}},
    {&statistic_common_silence, SCOPE_PAIR, "", H, 0, {0}},
    {&statistic_ratio, SCOPE_RESOLVERS, "", D, 0, {0}},
    {&statistic_coincidences, SCOPE_RESOLVERS, "1min", 10 * S, 1, {60}},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

/* Client sets of the parties, then of the two resolvers. */
struct client_sets {
    uint8_t *member[MAX_SETS];
    uint32_t n_clients;
    uint32_t n_parties, party[MAX_PARTIES]; /* set i is that of world.parties[party[i]] */
    bool has_pair;                          /* sets MAX_PARTIES and MAX_PARTIES + 1 are in use */
    uint32_t pair_party;
};

/* What is being built. */
struct builder {
    const struct world *world;
    uint32_t sensor;
    unsigned columns;
    time_us resolution_us;
    struct statistic_request *requests;
    size_t capacity, *n;
    struct client_sets *sets;
    const struct statistic **left_out;
    size_t *n_left_out;
};

void client_sets_free(struct client_sets *sets)
{
    if (sets == NULL)
        return;
    for (int i = 0; i < MAX_SETS; i++)
        free(sets->member[i]);
    free(sets);
}

/* A party's addresses: its resolvers as an authority sees them, its stub as a sensor below the
 * cache sees it. */
static void mark_party(const struct world *world, const struct party *party, uint8_t *member)
{
    for (uint32_t r = 0; r < party->n_resolvers; r++) {
        uint32_t client = world->resolvers[party->first_resolver + r].client;
        if (client < world->clients.count)
            member[client] = 1;
    }
    if (party->client < world->clients.count)
        member[party->client] = 1;
}

static bool asks(const struct builder *self, const struct party *party)
{
    return party->n_resolvers > 0 ||
           (self->world->sensors[self->sensor].position == POSITION_BELOW &&
            party->client < self->world->clients.count);
}

static int make_sets(struct builder *self)
{
    const struct world *world = self->world;
    struct client_sets *sets = self->sets;
    sets->n_clients = world->clients.count;
    for (int i = 0; i < MAX_SETS; i++)
        if ((sets->member[i] = calloc((size_t)sets->n_clients + 1, 1)) == NULL)
            return STATUS_RUN;
    if (!(self->columns & COLUMN_CLIENT))
        return STATUS_OK;
    for (uint32_t p = 0; p < world->n_parties; p++) {
        const struct party *party = &world->parties[p];
        if (asks(self, party) && sets->n_parties < MAX_PARTIES) {
            mark_party(world, party, sets->member[sets->n_parties]);
            sets->party[sets->n_parties++] = p;
        }
        if (party->n_resolvers < 2 || sets->has_pair)
            continue;
        const struct resolver *first = &world->resolvers[party->first_resolver];
        if (first[0].client >= sets->n_clients || first[1].client >= sets->n_clients)
            continue;
        sets->member[MAX_PARTIES][first[0].client] = 1;
        sets->member[MAX_PARTIES + 1][first[1].client] = 1;
        sets->has_pair = true;
        sets->pair_party = p;
    }
    return STATUS_OK;
}

static void leave_out(struct builder *self, const struct statistic *statistic)
{
    for (size_t i = 0; i < *self->n_left_out; i++)
        if (self->left_out[i] == statistic)
            return;
    self->left_out[(*self->n_left_out)++] = statistic;
}

static struct client_set set_of(const struct builder *self, uint32_t i)
{
    return (struct client_set){.member = self->sets->member[i], .n = self->sets->n_clients};
}

/* Adds one request; `whom` closes the label. NULL when the table is full. */
static struct statistic_request *add(struct builder *self, const struct default_row *row, int party,
                                     const char *whom)
{
    if (*self->n >= self->capacity)
        return NULL;
    struct statistic_request *request = &self->requests[(*self->n)++];
    statistic_request_init(request, row->statistic, self->world, self->sensor);
    request->party = party;
    for (unsigned i = 0; i < row->n_settings; i++)
        request->param[i] = row->setting[i];
    const char *sensor = self->world->sensors[self->sensor].name;
    snprintf(request->label, sizeof request->label, "%.31s.%s%s%s.%.31s",
             sensor != NULL ? sensor : "", row->statistic->name, row->variant[0] != '\0' ? "-" : "",
             row->variant, whom);
    return request;
}

static const char *party_name(const struct builder *self, uint32_t i)
{
    const char *name = self->world->parties[self->sets->party[i]].name;
    return name != NULL ? name : "";
}

static int add_parties(struct builder *self, const struct default_row *row)
{
    if (self->sets->n_parties == 0)
        return add(self, row, -1, "all-utc") != NULL ? STATUS_OK : STATUS_INPUT;
    for (uint32_t i = 0; i < self->sets->n_parties; i++) {
        struct statistic_request *request =
            add(self, row, (int)self->sets->party[i], party_name(self, i));
        if (request == NULL)
            return STATUS_INPUT;
        request->who = set_of(self, i);
    }
    return STATUS_OK;
}

static int add_pairs(struct builder *self, const struct default_row *row)
{
    for (uint32_t i = 0; i < self->sets->n_parties; i++)
        for (uint32_t j = i + 1; j < self->sets->n_parties; j++) {
            char whom[64];
            snprintf(whom, sizeof whom, "%.15s+%.15s", party_name(self, i), party_name(self, j));
            struct statistic_request *request = add(self, row, (int)self->sets->party[i], whom);
            if (request == NULL)
                return STATUS_INPUT;
            request->who = set_of(self, i);
            request->other = set_of(self, j);
        }
    return STATUS_OK;
}

static int add_resolvers(struct builder *self, const struct default_row *row)
{
    if (!self->sets->has_pair)
        return STATUS_OK;
    const struct party *party = &self->world->parties[self->sets->pair_party];
    char whom[64];
    snprintf(whom, sizeof whom, "%.20s-resolvers", party->name != NULL ? party->name : "");
    struct statistic_request *request = add(self, row, (int)self->sets->pair_party, whom);
    if (request == NULL)
        return STATUS_INPUT;
    request->who = set_of(self, MAX_PARTIES);
    request->other = set_of(self, MAX_PARTIES + 1);
    return STATUS_OK;
}

static int add_row(struct builder *self, const struct default_row *row)
{
    unsigned missing = row->statistic->needs & ~self->columns;
    if (missing != 0 || self->resolution_us > row->coarsest_us) {
        leave_out(self, row->statistic);
        return STATUS_OK;
    }
    if (row->statistic->family == FAMILY_CALENDAR && self->world->n_events == 0)
        return STATUS_OK;
    switch (row->scope) {
    case SCOPE_ALL:
        return add(self, row, -1, "all") != NULL ? STATUS_OK : STATUS_INPUT;
    case SCOPE_PARTY:
        return add_parties(self, row);
    case SCOPE_PAIR:
        return add_pairs(self, row);
    case SCOPE_RESOLVERS:
        return add_resolvers(self, row);
    }
    return STATUS_OK;
}

int default_requests(const struct world *world, uint32_t sensor, unsigned columns,
                     time_us resolution_us, struct statistic_request *requests, size_t capacity,
                     size_t *n, struct client_sets **sets, const struct statistic **left_out,
                     size_t *n_left_out, struct message *message)
{
    *sets = NULL;
    if (sensor >= world->n_sensors)
        return fail(message, STATUS_INPUT, "the world has %u sensors, none with number %u",
                    world->n_sensors, sensor);
    struct builder builder = {
        .world = world,
        .sensor = sensor,
        .columns = columns,
        .resolution_us = resolution_us,
        .requests = requests,
        .capacity = capacity,
        .n = n,
        .sets = calloc(1, sizeof **sets),
        .left_out = left_out,
        .n_left_out = n_left_out,
    };
    if (builder.sets == NULL || make_sets(&builder) != STATUS_OK) {
        client_sets_free(builder.sets);
        return fail(message, STATUS_RUN, "out of memory for the default statistics");
    }
    for (size_t i = 0; i < N_ROWS; i++)
        if (add_row(&builder, &rows[i]) != STATUS_OK) {
            client_sets_free(builder.sets);
            return fail(message, STATUS_INPUT,
                        "the default statistics need more than the %zu places given", capacity);
        }
    *sets = builder.sets;
    return STATUS_OK;
}
