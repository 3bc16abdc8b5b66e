#include "sim/heard.h"

#include "sim/steps.h"

static bool is_recorded(const struct world *self, const struct question *q)
{
    for (uint32_t i = 0; i < self->n_sensors; i++) {
        const struct sensor *sensor = &self->sensors[i];
        bool hears = sensor->position == POSITION_BELOW ||
                     (sensor->position == POSITION_AUTHORITY && !q->outside);
        if (sensor->source < 0 && hears &&
            (sensor->sees_name == NULL || q->name >= sensor->n_names || sensor->sees_name[q->name]))
            return true;
    }
    return false;
}

static bool is_needed(const struct world *self, uint32_t question)
{
    return question != NO_INDEX && !self->questions[question].unneeded;
}

/* Whether asking may renew what a resolver knows of a zone that moves. */
static bool touches_delegation(const struct world *self, const struct question *q)
{
    return q->zone != 0 && self->zones[q->zone - 1].moved_us != 0;
}

static bool has_needed_probe(const struct world *self, const struct question *q)
{
    for (uint16_t i = 0; i < q->n_probes; i++)
        if (is_needed(self, self->probes[q->first_probe + i].a_question) ||
            is_needed(self, self->probes[q->first_probe + i].ns_question))
            return true;
    return false;
}

/* Whether a needed question may be asked because of this one. */
static bool leads_on(const struct world *self, uint32_t question)
{
    const struct question *q = &self->questions[question];
    for (uint16_t i = 0; i < q->n_records; i++)
        for (int k = 0; k < 2; k++) {
            uint32_t followed = self->records[q->first_record + i].followed[k];
            if (followed != 0 && is_needed(self, followed - 1))
                return true;
        }
    if (has_needed_probe(self, q))
        return true;
    for (uint32_t i = 0; i < self->n_parties; i++)
        if (self->parties[i].searched != NULL &&
            is_needed(self, self->parties[i].searched[question]))
            return true;
    return q->type == TYPE_MX && is_needed(self, world_find_question(self, q->name, TYPE_A));
}

static bool is_ever_silent(const struct world *self, const struct question *q)
{
    return q->zone != 0 &&
           self->zones[q->zone - 1].silent_from_us < self->zones[q->zone - 1].silent_until_us;
}

/* Whether the answer is the same from the first instant of a trial to a while behind the last: for
 * what is asked a little late. */
static bool is_constant(const struct world *self, const struct question *q)
{
    const struct zone_record *record = &self->records[q->first_record];
    return q->n_records == 0 || (q->n_records == 1 && record->from_us <= self->start_us &&
                                 record->until_us > self->until_us + US_PER_HOUR);
}

void world_mark_unheard(struct world *self)
{
    for (uint32_t i = 0; i < self->n_questions; i++) {
        struct question *q = &self->questions[i];
        q->unseen = !is_recorded(self, q);
        q->unneeded = q->unseen && !touches_delegation(self, q);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < self->n_questions; i++)
            if (self->questions[i].unneeded && leads_on(self, i)) {
                self->questions[i].unneeded = false;
                changed = true;
            }
    }
    for (uint32_t i = 0; i < self->n_questions; i++) {
        struct question *q = &self->questions[i];
        q->certain = q->unseen && is_constant(self, q) && !touches_delegation(self, q) &&
                     !is_ever_silent(self, q) && !has_needed_probe(self, q);
    }
    world_fill_steps(self);
}

void world_mark_all_heard(struct world *self)
{
    for (uint32_t i = 0; i < self->n_questions; i++)
        self->questions[i].unseen = self->questions[i].unneeded = self->questions[i].certain =
            false;
    world_fill_steps(self);
}
