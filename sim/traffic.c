#include "sim/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "sim/world.h"

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

static int add(struct traffic *self, struct query query)
{
    if (!in_window(self, query.time_us))
        return STATUS_OK;
    if (self->queries.n >= TRAFFIC_MAX_QUERIES)
        return STATUS_RUN;
    return query_array_add(&self->queries, query);
}

int traffic_query(struct traffic *self, time_us t, int party, uint32_t question)
{
    struct query query = {.time_us = t, .client = (uint32_t)party, .name = question};
    return add(self, query);
}

int traffic_direct(struct traffic *self, time_us t, uint32_t client, uint32_t question)
{
    struct query query = {
        .time_us = t, .client = client, .name = question, .flags = TRAFFIC_DIRECT};
    return add(self, query);
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

/* The question behind one row of a gateway's list, or NO_INDEX where it asks nothing. */
static uint32_t lookup_question(const struct world *world, const struct host *host,
                                enum lookup_subject subject, time_us t)
{
    switch (subject) {
    case SUBJECT_REVERSE:
        return host->reverse_question;
    case SUBJECT_REVERSE_NAME: {
        const struct zone_record *reverse = host->reverse_question == NO_INDEX
                                                ? NULL
                                                : world_record_at(world, host->reverse_question, t);
        if (reverse == NULL || reverse->target == INTERN_NONE)
            return host->reverse_question == NO_INDEX ? host->address_question : NO_INDEX;
        return world_find_question(world, reverse->target, TYPE_A);
    }
    case SUBJECT_HELO:
        return host->helo_question;
    case SUBJECT_SENDER_MX:
        return host->domain_mx_question;
    case SUBJECT_SENDER_TXT:
        return host->domain_txt_question;
    case SUBJECT_END:
        break;
    }
    return NO_INDEX;
}

int traffic_mail(struct traffic *self, time_us t, int host, int party, enum mail_status status)
{
    if (!in_window(self, t))
        return STATUS_OK;
    struct mail_event event = {t, (uint16_t)host, (uint16_t)party, (uint32_t)status};
    if (record_mail(self, event) != STATUS_OK)
        return STATUS_RUN;
    const struct world *world = self->world;
    const struct gateway_profile *gateway = world->parties[party].gateway;
    if (gateway == NULL)
        return STATUS_OK;
    for (const struct lookup_row *row = gateway->lookups; row->subject != SUBJECT_END; row++) {
        t += row->delay_ms * INT64_C(1000);
        uint32_t question = lookup_question(world, &world->hosts[host], row->subject, t);
        if (question != NO_INDEX && traffic_query(self, t, party, question) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}
