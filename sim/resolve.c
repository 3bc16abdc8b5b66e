#include "sim/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "sim/stub.h"
#include "sim/traffic.h"

#define RETRY_DELAY_US (5 * US_PER_S) /* glibc: 5 s, the next server, 2 tries in all */
#define MAX_TRIES 2

int resolve_init(struct resolve *self, const struct world *world)
{
    memset(self, 0, sizeof *self);
    self->world = world;
    size_t n_resolvers = world->n_resolvers + 1u, n_parties = world->n_parties + 1u;
    size_t n_questions = world->n_questions + 1u;
    self->caches = calloc(n_resolvers * n_questions, sizeof *self->caches);
    self->quiet_until_us = calloc(n_resolvers * n_questions, sizeof *self->quiet_until_us);
    self->plain = calloc(n_resolvers * n_questions, sizeof *self->plain);
    self->stubs = calloc(n_parties, sizeof *self->stubs);
    self->answers = calloc(n_questions, sizeof *self->answers);
    self->delegations = calloc(n_resolvers * (world->n_zones + 1u), sizeof *self->delegations);
    self->left = calloc(world->n_zones + 1u, sizeof *self->left);
    self->profiles = calloc(n_resolvers, sizeof *self->profiles);
    self->next_resolver = calloc(n_parties, sizeof *self->next_resolver);
    self->process_used_us = calloc(n_parties, sizeof *self->process_used_us);
    self->process = calloc(n_parties, sizeof *self->process);
    self->remembered = calloc(n_parties * n_questions, sizeof *self->remembered);
    self->slots = calloc(n_resolvers * n_questions, sizeof *self->slots);
    self->apart = calloc(n_parties * n_questions, sizeof *self->apart);
    steady_init(&self->steady);
    query_array_init(&self->singly);
    query_array_init(&self->follow_up);
    query_array_init(&self->retry);
    bool good = self->caches != NULL && self->quiet_until_us != NULL && self->answers != NULL &&
                self->plain != NULL && self->stubs != NULL && self->delegations != NULL &&
                self->left != NULL && self->profiles != NULL && self->next_resolver != NULL &&
                self->process_used_us != NULL && self->process != NULL &&
                self->remembered != NULL && self->slots != NULL && self->apart != NULL;
    return good ? STATUS_OK : STATUS_RUN;
}

void resolve_free(struct resolve *self)
{
    free(self->caches);
    free(self->quiet_until_us);
    free(self->plain);
    free(self->answers);
    free(self->stubs);
    free(self->delegations);
    free(self->left);
    free(self->profiles);
    free(self->next_resolver);
    free(self->process_used_us);
    free(self->process);
    free(self->remembered);
    free(self->slots);
    free(self->apart);
    steady_free(&self->steady);
    query_array_free(&self->singly);
    query_array_free(&self->follow_up);
    query_array_free(&self->retry);
    memset(self, 0, sizeof *self);
}

/* What one pass needs besides the space. */
struct pass {
    struct resolve *space;
    const struct world *world;
    const double *values;
    struct query_array *upstream, *below;
};

static void copy_stubs(struct resolve *self)
{
    for (uint32_t i = 0; i < self->world->n_parties; i++) {
        const struct party *p = &self->world->parties[i];
        self->stubs[i] = (struct stub){p->first_resolver, p->n_resolvers, p->client, p->choice};
    }
}

static bool is_plain(const struct resolve *self, const struct question *q,
                     const struct resolver_profile *profile)
{
    const struct zone *zone = q->zone == 0 ? NULL : &self->world->zones[q->zone - 1];
    return profile->minimise == MINIMISE_OFF &&
           (zone == NULL || (zone->moved_us == 0 && !self->left[q->zone - 1] &&
                             zone->silent_from_us >= zone->silent_until_us));
}

static void mark_plain(struct resolve *self)
{
    const struct world *world = self->world;
    for (uint32_t r = 0; r < world->n_resolvers; r++)
        for (uint32_t i = 0; i < world->n_questions; i++)
            self->plain[(size_t)r * world->n_questions + i] =
                is_plain(self, &world->questions[i], &self->profiles[r]);
}

static void start(struct resolve *self, const double *values)
{
    const struct world *world = self->world;
    size_t n_entries = (size_t)world->n_resolvers * world->n_questions;
    memset(self->caches, 0, n_entries * sizeof *self->caches);
    for (size_t i = 0; i < n_entries; i++)
        self->quiet_until_us[i] = INT64_MIN;
    memset(self->answers, 0, world->n_questions * sizeof *self->answers);
    memset(self->delegations, 0,
           (size_t)world->n_resolvers * world->n_zones * sizeof *self->delegations);
    memset(self->next_resolver, 0, world->n_parties * sizeof *self->next_resolver);
    memset(self->process, 0, world->n_parties * sizeof *self->process);
    memset(self->remembered, 0,
           (size_t)world->n_parties * world->n_questions * sizeof *self->remembered);
    memset(self->slots, 0, n_entries * sizeof *self->slots);
    memset(self->apart, 0, (size_t)world->n_parties * world->n_questions * sizeof *self->apart);
    static const double no_settings[RESOLVER_N_PARAMS] = {0};
    for (uint32_t i = 0; i < world->n_resolvers; i++) {
        const struct resolver *resolver = &world->resolvers[i];
        self->profiles[i] =
            resolver_configure(&resolver_profiles[(size_t)values[resolver->software]],
                               resolver->settings != 0 ? values + resolver->settings : no_settings);
    }
    copy_stubs(self);
    self->follow_up.n = self->retry.n = 0;
    self->next_follow_up = self->next_retry = 0;
    self->pending_us = INT64_MAX;
}

/* Where a zone may have gone before the trial began: whether it has, and who never heard of it. */
static void settle_zone(struct resolve *self, uint32_t z)
{
    const struct world *world = self->world;
    const struct zone *zone = &world->zones[z];
    struct rng rng;
    rng_init(&rng, self->key, rng_mix(rng_entity("zone left"), z));
    self->left[z] = rng_uniform(&rng) < self->values[zone->moved_away];
    for (uint32_t r = 0; r < world->n_resolvers && self->left[z]; r++) {
        struct delegation *known = &self->delegations[(size_t)r * world->n_zones + z];
        known->old = rng_uniform(&rng) < self->values[zone->held];
        known->expiry_s = world->start_us / US_PER_S + (int64_t)self->values[zone->ns_ttl_s];
    }
}

/* ---- above the resolver ---- */

static int emit(struct pass *pass, time_us t, uint32_t client, uint32_t question, uint32_t flags)
{
    const struct world *world = pass->world;
    const struct question *q = &world->questions[question];
    if (q->outside || q->unseen)
        return STATUS_OK;
    struct query *query = query_array_push(pass->upstream);
    if (query == NULL)
        return STATUS_RUN;
    query->time_us = t;
    query->client = client;
    query->name = q->name;
    query->type = q->type;
    query->server = 1; /* see choose_servers */
    query->flags = flags;
    return STATUS_OK;
}

static const struct zone *zone_of(const struct world *world, uint32_t question)
{
    uint32_t zone = world->questions[question].zone;
    return zone == 0 ? NULL : &world->zones[zone - 1];
}

/* Whether the resolver's question goes to the servers from before a move of the zone. */
static bool asks_watched_servers(struct pass *pass, uint32_t r, uint32_t question, time_us t)
{
    const struct world *world = pass->world;
    const struct zone *zone = zone_of(world, question);
    if (zone == NULL)
        return true;
    bool left = pass->space->left[zone - world->zones];
    if (zone->moved_us == 0 && !left)
        return true;
    struct delegation *known =
        &pass->space->delegations[(size_t)r * world->n_zones + (size_t)(zone - world->zones)];
    int64_t now_s = t / US_PER_S, ttl_s = (int64_t)pass->values[zone->ns_ttl_s];
    if (now_s >= known->expiry_s) {
        known->old = !left && t < zone->moved_us;
        known->expiry_s = now_s + ttl_s;
    } else if (known->old && (left || pass->space->profiles[r].sticky_delegation)) {
        known->expiry_s = now_s + ttl_s;
    }
    return known->old;
}

/* The answer at t and how long it holds: the lifetime of a record set or the gap between two. */
static struct known_answer find_answer(const struct resolve *self, uint32_t question, time_us t)
{
    const struct question *q = &self->world->questions[question];
    double ttl_s =
        q->negative_ttl_s == NO_INDEX ? OTHER_NEGATIVE_TTL_S : self->values[q->negative_ttl_s];
    struct known_answer known = {INT64_MIN, INT64_MAX, {false, (int32_t)ttl_s, STUB_NO_RECORD}};
    for (uint32_t i = q->first_record; i < q->first_record + q->n_records; i++) {
        const struct zone_record *record = &self->world->records[i];
        if (t >= record->until_us) {
            known.from_us = record->until_us;
        } else if (t < record->from_us) {
            known.until_us = record->from_us;
            break;
        } else {
            struct authority_answer answer = {true, (int32_t)self->values[record->ttl_s], i};
            return (struct known_answer){record->from_us, record->until_us, answer};
        }
    }
    return known;
}

static struct authority_answer answer_now(const struct pass *pass, uint32_t question, time_us t)
{
    struct known_answer *known = &pass->space->answers[question];
    if (t < known->from_us || t >= known->until_us)
        *known = find_answer(pass->space, question, t);
    return known->answer;
}

/* QNAME minimisation: the names on the way are asked first. */
static int emit_probes(struct pass *pass, time_us t, uint32_t r, uint32_t question, uint32_t flags)
{
    const struct world *world = pass->world;
    const struct question *q = &world->questions[question];
    struct resolver_profile profile = pass->space->profiles[r];
    profile.prefetch = PREFETCH_OFF; /* only clients' questions renew an answer early */
    int status = STATUS_OK;
    for (uint16_t i = 0; i < q->n_probes && status == STATUS_OK; i++) {
        const struct probe *probe = &world->probes[q->first_probe + i];
        bool wanted = profile.minimise == MINIMISE_A;
        uint32_t asked = wanted ? probe->a_question : probe->ns_question;
        if (!wanted && asked != NO_INDEX) {
            struct client_answer ignored;
            struct cache_entry *entry =
                &pass->space->caches[(size_t)r * world->n_questions + asked];
            wanted = resolver_ask(&profile, entry, t, answer_now(pass, asked, t), &ignored);
        }
        if (wanted)
            status = emit(pass, t, world->resolvers[r].client, asked, flags);
    }
    return status;
}

static int go_upstream(struct pass *pass, time_us t, uint32_t r, uint32_t question)
{
    const struct resolver_profile *profile = &pass->space->profiles[r];
    uint32_t flags = profile->mixed_case ? QUERY_MIXED_CASE : 0;
    if (!asks_watched_servers(pass, r, question, t))
        return STATUS_OK;
    if (profile->minimise != MINIMISE_OFF && emit_probes(pass, t, r, question, flags) != STATUS_OK)
        return STATUS_RUN;
    return emit(pass, t, pass->world->resolvers[r].client, question, flags);
}

/* ---- between stub and resolver ---- */

static time_us quiet_until(const struct cache_entry *entry)
{
    return entry->held && !entry->negative ? entry->plain_until_us : INT64_MIN;
}

/* One question reaches one resolver; *answered tells whether the client hears of it. */
static int ask_resolver(struct pass *pass, time_us t, uint32_t r, uint32_t question,
                        struct client_answer *given, bool *answered)
{
    const struct resolver_profile *profile = &pass->space->profiles[r];
    size_t at = (size_t)r * pass->world->n_questions + question;
    struct cache_entry *entry = &pass->space->caches[at];
    const struct zone *zone = zone_of(pass->world, question);
    *answered = true;
    if (zone == NULL || t < zone->silent_from_us || t >= zone->silent_until_us) {
        if (resolver_hit(entry, t, given))
            return STATUS_OK;
        bool upstream = resolver_ask(profile, entry, t, answer_now(pass, question, t), given);
        pass->space->quiet_until_us[at] = quiet_until(entry);
        return upstream ? go_upstream(pass, t, r, question) : STATUS_OK;
    }
    time_us times[16];
    int n_times, status = STATUS_OK;
    *answered = resolver_ask_silent(profile, entry, t, zone->silent_until_us,
                                    answer_now(pass, question, zone->silent_until_us), given, times,
                                    &n_times);
    pass->space->quiet_until_us[at] = quiet_until(entry);
    for (int i = 0; i < n_times && status == STATUS_OK; i++)
        status = go_upstream(pass, times[i], r, question);
    return status;
}

static uint32_t choose_resolver(struct pass *pass, const struct stub *stub, const struct query *q)
{
    if (q->server != 0) /* a second try: the next in the stub's list */
        return stub->first_resolver + (q->server - stub->first_resolver) % stub->n_resolvers;
    if (stub->choice == CHOOSE_RANDOM)
        return stub->first_resolver + rng_throw(&pass->space->dice, stub->n_resolvers);
    if (stub->choice == CHOOSE_ROTATE)
        return stub->first_resolver + pass->space->next_resolver[q->client]++ % stub->n_resolvers;
    return stub->first_resolver;
}

static bool is_quiet(const struct pass *pass, const struct query *q, uint32_t r)
{
    return q->time_us < pass->space->quiet_until_us[(size_t)r * pass->world->n_questions + q->name];
}

/* Kept in the memory of the gateway's process, which ends when it has been idle for a while. */
static bool is_remembered(struct pass *pass, const struct query *q)
{
    struct resolve *space = pass->space;
    uint32_t *process = &space->process[q->client];
    uint32_t *known = &space->remembered[(size_t)q->client * pass->world->n_questions + q->name];
    time_us idle_us = q->time_us - space->process_used_us[q->client];
    if (*process == 0 || idle_us > GATEWAY_PROCESS_IDLE_S * US_PER_S)
        (*process)++;
    space->process_used_us[q->client] = q->time_us;
    if (*known == *process)
        return true;
    *known = *process;
    return false;
}

static int ask_later(struct pass *pass, struct query_array *queue, const struct query *q,
                     time_us delay_us, uint32_t question, uint16_t server, uint32_t flags)
{
    struct query *later = query_array_push(queue);
    if (later == NULL)
        return STATUS_RUN;
    if (q->time_us + delay_us < pass->space->pending_us)
        pass->space->pending_us = q->time_us + delay_us;
    *later = (struct query){.time_us = q->time_us + delay_us,
                            .client = q->client,
                            .name = question,
                            .server = server,
                            .flags = flags};
    return STATUS_OK;
}

static int follow_up(struct pass *pass, const struct query *q, const struct client_answer *given)
{
    uint32_t next[STUB_MAX_NEXT], flags;
    uint32_t record = given->negative ? STUB_NO_RECORD : given->record;
    int status = STATUS_OK;
    int n = stub_next(pass->world, q->client, q->name, q->flags, record, next, &flags);
    for (int k = 0; k < n && status == STATUS_OK; k++)
        status = ask_later(pass, &pass->space->follow_up, q, STUB_FOLLOW_UP_US, next[k], 0, flags);
    return status;
}

/* What a sensor between clients and resolvers hears. */
static int hear_below(struct pass *pass, const struct query *q, uint32_t client)
{
    const struct question *question = &pass->world->questions[q->name];
    struct query *row = query_array_push(pass->below);
    if (row == NULL)
        return STATUS_RUN;
    *row = (struct query){
        .time_us = q->time_us, .client = client, .name = question->name, .type = question->type};
    return STATUS_OK;
}

/* ask_resolver for a plain question, which is always answered. */
static int ask_plain(struct pass *pass, time_us t, uint32_t r, uint32_t question,
                     struct client_answer *given)
{
    size_t at = (size_t)r * pass->world->n_questions + question;
    struct cache_entry *entry = &pass->space->caches[at];
    const struct resolver_profile *profile = &pass->space->profiles[r];
    if (resolver_hit(entry, t, given))
        return STATUS_OK;
    bool upstream = resolver_ask(profile, entry, t, answer_now(pass, question, t), given);
    pass->space->quiet_until_us[at] = quiet_until(entry);
    return upstream ? emit(pass, t, pass->world->resolvers[r].client, question,
                           profile->mixed_case ? QUERY_MIXED_CASE : 0)
                    : STATUS_OK;
}

/* The slot of a question at a resolver, or NULL, with what was set apart told to the cache. */
static struct steady_slot *catch_up(struct pass *pass, uint32_t r, uint32_t question)
{
    struct resolve *space = pass->space;
    size_t at = (size_t)r * pass->world->n_questions + question;
    if (space->slots[at] == 0)
        return NULL;
    struct steady_slot *slot = &space->steady.slots[space->slots[at] - 1];
    if (slot->asked_us != INT64_MIN) {
        struct client_answer ignored;
        resolver_ask(&space->profiles[r], &space->caches[at], slot->asked_us,
                     answer_now(pass, question, slot->asked_us), &ignored);
        slot->asked_us = INT64_MIN;
    }
    return slot;
}

/* A question of a party at resolver r. */
static int ask_at(struct pass *pass, const struct query *q, uint32_t r)
{
    struct client_answer given;
    bool answered = true;
    struct steady_slot *slot = catch_up(pass, r, q->name);
    bool plain = pass->space->plain[(size_t)r * pass->world->n_questions + q->name];
    int status = plain ? ask_plain(pass, q->time_us, r, q->name, &given)
                       : ask_resolver(pass, q->time_us, r, q->name, &given, &answered);
    if (status != STATUS_OK)
        return status;
    if (slot != NULL)
        slot->quiet_us =
            pass->space->caches[(size_t)r * pass->world->n_questions + q->name].plain_until_us;
    if (answered)
        return given.negative || q->flags & TRAFFIC_FOLLOW ? follow_up(pass, q, &given) : STATUS_OK;
    uint32_t tries = (q->flags & TRAFFIC_TRIES) / TRAFFIC_ONE_TRY + 1;
    uint32_t flags = (q->flags & ~TRAFFIC_TRIES & ~TRAFFIC_REMEMBERED) | tries * TRAFFIC_ONE_TRY;
    return tries < MAX_TRIES ? ask_later(pass, &pass->space->retry, q, RETRY_DELAY_US, q->name,
                                         (uint16_t)(r + 1), flags)
                             : STATUS_OK;
}

/* An address without resolver finds the new servers, but for a few that keep lists of their own. */
static bool is_stray(const struct pass *pass, const struct zone *zone, uint32_t client)
{
    struct rng rng;
    rng_init(&rng, pass->space->key, rng_mix(rng_entity("stray"), client));
    return rng_uniform(&rng) < pass->values[zone->strays];
}

static int ask_direct(struct pass *pass, const struct query *q)
{
    const struct zone *zone = zone_of(pass->world, q->name);
    if (pass->below != NULL && hear_below(pass, q, q->client) != STATUS_OK)
        return STATUS_RUN;
    if (zone != NULL && zone->moved_us != 0 && q->time_us >= zone->moved_us)
        return STATUS_OK;
    if (zone != NULL && pass->space->left[zone - pass->world->zones] &&
        !is_stray(pass, zone, q->client))
        return STATUS_OK;
    return emit(pass, q->time_us, q->client, q->name, 0);
}

static int ask(struct pass *pass, const struct query *q)
{
    if (q->flags & TRAFFIC_DIRECT)
        return ask_direct(pass, q);
    const struct stub *stub = &pass->space->stubs[q->client];
    if (q->flags & TRAFFIC_REMEMBERED && is_remembered(pass, q))
        return STATUS_OK;
    if (pass->below != NULL && hear_below(pass, q, stub->client) != STATUS_OK)
        return STATUS_RUN;
    if (stub->n_resolvers == 0) /* its hosts ask the authority themselves */
        return emit(pass, q->time_us, stub->client, q->name, 0);
    return ask_at(pass, q, choose_resolver(pass, stub, q));
}

/* Asks what lies between two instants at which something is pending. Most questions find their
 * answer in the cache and lead to nothing: these take the short way. *at moves on. */
static int ask_stretch(struct pass *pass, const struct query_array *queries, size_t *at)
{
    const uint32_t not_short = TRAFFIC_DIRECT | TRAFFIC_REMEMBERED | TRAFFIC_FOLLOW;
    const struct resolve *space = pass->space;
    int status = STATUS_OK;
    size_t i = *at;
    for (; i < queries->n && queries->q[i].time_us <= space->pending_us; i++) {
        const struct query *q = &queries->q[i];
        status = steady_pass(&pass->space->steady, q->time_us, pass->upstream);
        if (status != STATUS_OK)
            break;
        if (q->flags & not_short || pass->below != NULL ||
            space->stubs[q->client].n_resolvers == 0) {
            status = ask(pass, q);
        } else {
            uint32_t r = choose_resolver(pass, &space->stubs[q->client], q);
            status = is_quiet(pass, q, r) ? STATUS_OK : ask_at(pass, q, r);
        }
        if (status != STATUS_OK)
            break;
    }
    *at = i;
    return status;
}

static time_us head_us(const struct query_array *queue, size_t head)
{
    return head < queue->n ? queue->q[head].time_us : INT64_MAX;
}

/* Asks what is due before an instant: the earlier head of two queues that are each sorted by time
 * (delays are constant per queue), of equal ones the follow-up. */
static int ask_pending(struct pass *pass, time_us until_us)
{
    struct resolve *space = pass->space;
    int status = STATUS_OK;
    while (status == STATUS_OK && space->pending_us < until_us) {
        bool retry = head_us(&space->retry, space->next_retry) <
                     head_us(&space->follow_up, space->next_follow_up);
        /* a copy, for the queues may move while it is asked */
        struct query next = retry ? space->retry.q[space->next_retry++]
                                  : space->follow_up.q[space->next_follow_up++];
        status = steady_pass(&space->steady, next.time_us, pass->upstream);
        if (status == STATUS_OK)
            status = ask(pass, &next);
        time_us retry_us = head_us(&space->retry, space->next_retry);
        time_us follow_up_us = head_us(&space->follow_up, space->next_follow_up);
        space->pending_us = retry_us < follow_up_us ? retry_us : follow_up_us;
    }
    return status;
}

/* ---- queries that are set apart ---- */

/* Whether a sensor may hear every question, be its log wanted or not: what other sensors record
 * must not depend on that. */
static bool is_heard_below(const struct world *world)
{
    for (uint32_t i = 0; i < world->n_sensors; i++)
        if (world->sensors[i].source < 0 && world->sensors[i].position == POSITION_BELOW)
            return true;
    return false;
}

/* Whether the party's resolvers have no other rules for the question than those of their caches. */
static bool is_steady(const struct resolve *self, const struct stub *stub, uint32_t question)
{
    if (stub->n_resolvers == 0 || stub->choice == CHOOSE_ROTATE)
        return false;
    for (uint32_t r = stub->first_resolver; r < stub->first_resolver + stub->n_resolvers; r++)
        if (!self->plain[(size_t)r * self->world->n_questions + question])
            return false;
    return true;
}

static void add_slot(struct resolve *self, uint32_t r, uint32_t question,
                     struct authority_answer answer)
{
    const struct question *q = &self->world->questions[question];
    const struct resolver_profile *profile = &self->profiles[r];
    self->steady.slots[self->steady.n_slots++] = (struct steady_slot){
        .quiet_us = INT64_MIN,
        .quiet = resolver_quiet(profile, answer),
        .asked_us = INT64_MIN,
        .row = {.client = self->world->resolvers[r].client,
                .name = q->name,
                .type = q->type,
                .server = 1,
                .flags = profile->mixed_case ? QUERY_MIXED_CASE : 0},
        .shown = !q->outside && !q->unseen,
    };
    self->slots[(size_t)r * self->world->n_questions + question] = (uint8_t)self->steady.n_slots;
}

/* Whether a stub that follows answers would ask another question after this one. */
static bool may_be_followed(const struct world *world, const struct question *q)
{
    for (uint32_t i = q->first_record; i < q->first_record + q->n_records; i++)
        if (world->records[i].followed[0] != 0 || world->records[i].followed[1] != 0)
            return true;
    return q->type == TYPE_MX;
}

/* Whether nothing that is seen depends on what a cache holds of a question whose answer changes
 * then: an answer that changes may be followed while the old one is still held. */
static bool leaves_no_trace(const struct world *world, const struct question *q, uint32_t searched,
                            time_us changes_us)
{
    return (q->unseen || q->outside) &&
           (changes_us >= world->until_us || !may_be_followed(world, q)) &&
           (searched == NO_INDEX || world->questions[searched].unneeded);
}

/* Those before the first change of the answer are set apart, where nothing follows it. */
static struct apart look_at(struct resolve *self, uint32_t party, uint32_t question)
{
    const struct world *world = self->world;
    const struct stub *stub = &self->stubs[party];
    const struct question *q = &world->questions[question];
    const uint32_t *searched = world->parties[party].searched;
    const uint32_t n = stub->choice == CHOOSE_RANDOM ? stub->n_resolvers : 1;
    struct apart apart = {.known = true};
    if (self->all_singly || is_heard_below(world) || !is_steady(self, stub, question) ||
        self->steady.n_slots + n > STEADY_MAX_SLOTS ||
        world->until_us - world->start_us >= STEADY_MAX_SPAN_US)
        return apart;
    struct known_answer known = find_answer(self, question, world->start_us);
    uint32_t next = searched != NULL ? searched[question] : NO_INDEX;
    bool may_search = !known.answer.exists && next != NO_INDEX;
    time_us until_us = known.until_us < world->until_us ? known.until_us : world->until_us;
    apart.span_us = (uint64_t)(until_us - world->start_us);
    apart.care = TRAFFIC_REMEMBERED | TRAFFIC_FOLLOW | (may_search ? TRAFFIC_NO_SEARCH : 0);
    apart.flags = may_search ? TRAFFIC_NO_SEARCH : 0;
    if (leaves_no_trace(world, q, next, known.until_us))
        return apart;
    apart.slot = (uint8_t)self->steady.n_slots;
    apart.n_slots = (uint8_t)n;
    for (uint32_t r = stub->first_resolver; r < stub->first_resolver + n; r++)
        add_slot(self, r, question, known.answer);
    return apart;
}

const struct apart *resolve_look_at(struct resolve *self, uint32_t party, uint32_t question)
{
    struct apart *apart = &self->apart[(size_t)party * self->world->n_questions + question];
    if (!apart->known)
        *apart = look_at(self, party, question);
    return apart;
}

/* Sets apart what can be, and puts the others into self->singly. */
static int set_apart(struct resolve *self, const struct query_array *queries)
{
    if (query_array_reserve(&self->singly, queries->n) != STATUS_OK)
        return STATUS_RUN;
    int status = STATUS_OK;
    struct query *single = self->singly.q;
    for (const struct query *q = queries->q; q < queries->q + queries->n; q++) {
        bool direct = q->flags & TRAFFIC_DIRECT;
        if (!direct)
            resolve_look_at(self, q->client, q->name);
        if (direct || !resolve_take(self, q->time_us, q->client, q->name, q->flags, &status))
            *single++ = *q;
        else if (status != STATUS_OK)
            return status;
    }
    self->singly.n = (size_t)(single - self->singly.q);
    return STATUS_OK;
}

/* Whether any sensor tells servers apart; a world without sensors may be looked at directly. */
static bool is_server_seen(const struct world *world)
{
    for (uint32_t i = 0; i < world->n_sensors; i++)
        if (world->sensors[i].columns & COLUMN_SERVER &&
            world->sensors[i].position != POSITION_LISTS)
            return true;
    return world->n_sensors == 0;
}

/* Which of the zone's servers each question went to. */
static void choose_servers(struct pass *pass)
{
    const uint32_t n = is_server_seen(pass->world) ? pass->world->n_servers : 1;
    for (size_t i = 0; n > 1 && i < pass->upstream->n; i++)
        pass->upstream->q[i].server = (uint16_t)(1 + rng_throw(&pass->space->dice, n));
}

void resolve_begin(struct resolve *self, const double *values, struct rng_key key)
{
    self->values = values;
    self->key = key;
    self->dice = (struct rng_dice){0};
    rng_init(&self->dice.rng, key, rng_entity("resolvers"));
    start(self, values);
    for (uint32_t z = 0; z < self->world->n_zones; z++)
        settle_zone(self, z);
    mark_plain(self);
    steady_begin(&self->steady, self->world->start_us, self->world->until_us);
}

static int ask_all(struct pass *pass, struct query_array *scratch)
{
    struct resolve *space = pass->space;
    const struct query_array *queries = &space->singly;
    int status = query_array_sort(&space->singly, scratch);
    for (size_t at = 0;
         status == STATUS_OK && (at < queries->n || space->pending_us < INT64_MAX);) {
        status = ask_stretch(pass, queries, &at);
        if (status == STATUS_OK)
            status = ask_pending(pass, at < queries->n ? queries->q[at].time_us : INT64_MAX);
    }
    if (status == STATUS_OK)
        status = steady_pass(&space->steady, INT64_MAX, pass->upstream);
    /* retransmissions come later than they were made */
    return status == STATUS_OK ? query_array_sort(pass->upstream, scratch) : status;
}

int resolve_queries(struct resolve *self, const struct query_array *queries,
                    struct query_array *upstream, struct query_array *below,
                    struct query_array *scratch)
{
    struct pass pass = {.space = self,
                        .world = self->world,
                        .values = self->values,
                        .upstream = upstream,
                        .below = below};
    upstream->n = 0;
    if (below != NULL)
        below->n = 0;
    int status = set_apart(self, queries);
    steady_sort(&self->steady);
    if (status == STATUS_OK)
        status = ask_all(&pass, scratch);
    if (status == STATUS_OK)
        choose_servers(&pass);
    return status;
}
