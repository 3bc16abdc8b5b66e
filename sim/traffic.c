#include "sim/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "sim/resolve.h"
#include "sim/steps.h"
#include "sim/stub.h"

const char *const mail_status_words[] = {"received", "sent",    "accepted", "deferred",
                                         "rejected", "bounced", NULL};

void traffic_init(struct traffic *self, const struct world *world)
{
    memset(self, 0, sizeof *self);
    self->world = world;
    query_array_init(&self->queries);
}

void traffic_free(struct traffic *self)
{
    query_array_free(&self->queries);
    free(self->mails.m);
    memset(self, 0, sizeof *self);
}

void traffic_reset(struct traffic *self)
{
    self->queries.n = 0;
    self->mails.n = 0;
}

static bool in_window(const struct traffic *self, time_us t)
{
    return t >= self->world->start_us && t < self->world->until_us;
}

/* Whether the question may keep a resolver at servers that the zone has left. */
static bool renews_delegation(const struct traffic *self, uint32_t question)
{
    uint32_t zone = self->world->questions[question].zone;
    return self->may_renew && zone != 0 &&
           self->values[self->world->zones[zone - 1].moved_away] > 0.0;
}

void traffic_begin(struct traffic *self, const double *values, struct resolve *resolve)
{
    self->values = values;
    self->resolve = resolve;
    self->may_renew = false;
    for (uint32_t z = 0; z < self->world->n_zones; z++)
        if (values[self->world->zones[z].moved_away] > 0.0)
            self->may_renew = true;
}

/* A question that leaves no trace is left out, but where it would turn the wheel of the resolvers
 * or keep a gateway's process alive. */
static bool is_left_out(const struct traffic *self, uint32_t party, uint32_t question,
                        uint32_t flags)
{
    const struct world *world = self->world;
    return world->questions[question].unneeded && !(flags & TRAFFIC_REMEMBERED) &&
           world->parties[party].choice != CHOOSE_ROTATE && !renews_delegation(self, question);
}

bool traffic_is_certain(const struct world *world, uint32_t party, uint32_t question,
                        uint32_t flags)
{
    const struct party *p = &world->parties[party];
    return world->questions[question].certain && !(flags & TRAFFIC_REMEMBERED) &&
           p->n_resolvers > 0 && p->choice != CHOOSE_ROTATE;
}

/* Filled in place: a row put together on the stack and copied would be read back before it is
 * written. */
static int push(struct traffic *self, time_us t, uint32_t client, uint32_t question, uint32_t flags)
{
    struct query *query =
        self->queries.n < TRAFFIC_MAX_QUERIES ? query_array_push(&self->queries) : NULL;
    if (query == NULL)
        return STATUS_RUN;
    query->time_us = t;
    query->client = client;
    query->name = question;
    query->type = 0;
    query->server = 0;
    query->flags = flags;
    return STATUS_OK;
}

/* A question that a party's resolvers get. */
static int ask(struct traffic *self, time_us t, uint32_t party, uint32_t question, uint32_t flags)
{
    int status;
    if (self->resolve != NULL) {
        resolve_look_at(self->resolve, party, question);
        if (resolve_take(self->resolve, t, party, question, flags, &status))
            return status;
    }
    return push(self, t, party, question, flags);
}

static int add_next(struct traffic *self, time_us t, uint32_t party, uint32_t question,
                    uint32_t flags);

/* A party's question; in place of one whose answer is certain, what the stub asks next. */
static int add_asked(struct traffic *self, time_us t, uint32_t party, uint32_t question,
                     uint32_t flags)
{
    if (is_left_out(self, party, question, flags))
        return STATUS_OK;
    return traffic_is_certain(self->world, party, question, flags) &&
                   !renews_delegation(self, question)
               ? add_next(self, t, party, question, flags)
               : ask(self, t, party, question, flags);
}

static int add_next(struct traffic *self, time_us t, uint32_t party, uint32_t question,
                    uint32_t flags)
{
    const struct question *q = &self->world->questions[question];
    uint32_t next[STUB_MAX_NEXT], next_flags;
    int status = STATUS_OK;
    int n = stub_next(self->world, party, question, flags,
                      q->n_records > 0 ? q->first_record : STUB_NO_RECORD, next, &next_flags);
    for (int k = 0; k < n && status == STATUS_OK; k++)
        status = add_asked(self, t + STUB_FOLLOW_UP_US, party, next[k], next_flags);
    return status;
}

static int add_any(struct traffic *self, time_us t, uint32_t party, uint32_t question,
                   uint32_t flags)
{
    if (!in_window(self, t))
        return STATUS_OK;
    const struct question *q = &self->world->questions[question];
    return q->unneeded || q->certain ? add_asked(self, t, party, question, flags)
                                     : ask(self, t, party, question, flags);
}

/* Nearly all questions are like one before that was set apart. */
static inline int add(struct traffic *self, time_us t, uint32_t party, uint32_t question,
                      uint32_t flags)
{
    int status;
    if (self->resolve != NULL && resolve_take(self->resolve, t, party, question, flags, &status))
        return status;
    return add_any(self, t, party, question, flags);
}

int traffic_query(struct traffic *self, time_us t, int party, uint32_t question)
{
    return add(self, t, (uint32_t)party, question, 0);
}

int traffic_direct(struct traffic *self, time_us t, uint32_t client, uint32_t question)
{
    if (!in_window(self, t) || self->world->questions[question].unneeded)
        return STATUS_OK;
    return push(self, t, client, question, TRAFFIC_DIRECT);
}

static int record_mail(struct traffic *self, struct mail_event event)
{
    struct mail_array *mails = &self->mails;
    if (mails->n == mails->capacity) {
        size_t wanted = mails->capacity == 0 ? 256 : mails->capacity * 2;
        struct mail_event *m = realloc(mails->m, wanted * sizeof *m);
        if (m == NULL)
            return STATUS_RUN;
        mails->m = m;
        mails->capacity = wanted;
    }
    mails->m[mails->n++] = event;
    return STATUS_OK;
}

static int ask_gateway(struct traffic *self, time_us t, uint32_t host, uint32_t party)
{
    const struct world *world = self->world;
    uint32_t param = world->parties[party].gateway_param;
    size_t profile = param == 0 ? 0 : (size_t)self->values[param - 1];
    const struct gateway_step *step = steps_of(world, party, profile, host, self->may_renew);
    bool found = false;
    int status = STATUS_OK;
    for (; step->question != NO_INDEX && status == STATUS_OK; step++) {
        found = found && !step->first;
        if (step->when != LOOKUP_ALWAYS && found != (step->when == LOOKUP_IF_FOUND))
            continue;
        time_us at = t + step->after_us;
        status = add(self, at, party, step->question, step->flags);
        found = found || (step->decides && world_record_at(world, step->question, at) != NULL);
    }
    return status;
}

static int deliver(struct traffic *self, struct mail_event event)
{
    if (!in_window(self, event.time_us))
        return STATUS_OK;
    if (record_mail(self, event) != STATUS_OK)
        return STATUS_RUN;
    const struct party *p = &self->world->parties[event.party];
    return p->gateway == NULL || p->steps == NULL
               ? STATUS_OK
               : ask_gateway(self, event.time_us, event.host, event.party);
}

int traffic_mail(struct traffic *self, time_us t, int host, int party, enum mail_status status)
{
    struct mail_event event = {t, (uint16_t)host, (uint16_t)party, (uint16_t)status, 0};
    return deliver(self, event);
}

int traffic_mail_again(struct traffic *self, time_us t, int host, int party,
                       enum mail_status status)
{
    struct mail_event event = {t, (uint16_t)host, (uint16_t)party, (uint16_t)status, 1};
    return deliver(self, event);
}

int traffic_bounce(struct traffic *self, time_us t, int host, int party)
{
    if (!in_window(self, t))
        return STATUS_OK;
    struct mail_event event = {t, (uint16_t)host, (uint16_t)party, MAIL_BOUNCED, 0};
    uint32_t mx = self->world->hosts[host].domain_mx_question;
    if (record_mail(self, event) != STATUS_OK)
        return STATUS_RUN;
    return mx == NO_INDEX ? STATUS_OK
                          : add(self, t, (uint32_t)party, mx, TRAFFIC_FOLLOW_A | TRAFFIC_NO_SEARCH);
}
