#include "sim/steps.h"

#include <string.h>

#include "sim/stub.h"
#include "sim/traffic.h"

/* PTR of the host with what is asked about the name that it gives: the rows of {reverse_name}
 * right behind the row of {reverse}. Where the case gives no address, its own name is asked for. */
static struct gateway_step reverse_step(const struct host *host, const struct lookup_row *rows)
{
    uint32_t follow = 0;
    for (const struct lookup_row *row = rows + 1;
         row->name != NULL && strcmp(row->name, "{reverse_name}") == 0; row++) {
        bool aaaa = row->type == TYPE_AAAA || (row->type == LOOKUP_ADDRESS && host->ipv6);
        follow |= aaaa ? TRAFFIC_FOLLOW_AAAA : TRAFFIC_FOLLOW_A;
    }
    struct gateway_step step = {
        .question = host->reverse_question, .flags = follow | TRAFFIC_NO_SEARCH, .aside = true};
    if (host->reverse_question == NO_INDEX && follow != 0) {
        step.question = host->address_question;
        step.flags = 0;
    }
    return step;
}

/* Every row that gives a question for this host; returns how many. */
static int list_steps(const struct host *host, const struct lookup_row *rows,
                      const uint32_t *questions, struct gateway_step *steps)
{
    int n = 0;
    bool first = true;
    uint32_t after_us = 0;
    for (int i = 0; i < GATEWAY_MAX_LOOKUPS && rows[i].name != NULL; i++) {
        const struct lookup_row *row = &rows[i];
        struct gateway_step step = {.question = questions[i],
                                    .flags = TRAFFIC_NO_SEARCH |
                                             (row->remembered ? TRAFFIC_REMEMBERED : 0)};
        after_us += row->delay_ms * 1000;
        if (row->type == TYPE_PTR && strcmp(row->name, "{reverse}") == 0)
            step = reverse_step(host, row);
        else
            first = first || row->when == LOOKUP_ALWAYS;
        if (step.question == NO_INDEX)
            continue;
        step.after_us = after_us;
        step.when = (uint8_t)(step.aside ? LOOKUP_ALWAYS : row->when);
        step.first = first && !step.aside;
        first = first && step.aside;
        steps[n++] = step;
    }
    return n;
}

static bool is_idle(const struct world *self, const struct party *party,
                    const struct gateway_step *step)
{
    return self->questions[step->question].unneeded && !(step->flags & TRAFFIC_REMEMBERED) &&
           party->choice != CHOOSE_ROTATE;
}

/* Puts a step down, or what the stub asks after it where its answer is certain. */
static int put_step(const struct world *self, uint32_t party, struct gateway_step step,
                    struct gateway_step *steps)
{
    uint32_t next[STUB_MAX_NEXT], flags;
    const struct question *q = &self->questions[step.question];
    if (!traffic_is_certain(self, party, step.question, step.flags) || step.decides) {
        steps[0] = step;
        return 1;
    }
    int n = stub_next(self, party, step.question, step.flags,
                      q->n_records > 0 ? q->first_record : STUB_NO_RECORD, next, &flags);
    int put = 0;
    for (int k = 0; k < n; k++) {
        steps[put] = step;
        steps[put].question = next[k];
        steps[put].flags = flags;
        steps[put].after_us += STUB_FOLLOW_UP_US;
        if (!is_idle(self, &self->parties[party], &steps[put]))
            put++;
    }
    return put;
}

/* Marks what decides something and what leaves no trace, from the end on. */
static void mark_steps(const struct world *self, const struct party *party, bool whole,
                       struct gateway_step *steps, bool *keep, int n)
{
    bool conditional = false;
    for (int i = n; i-- > 0;) {
        steps[i].decides = conditional && !steps[i].aside;
        keep[i] = whole || !is_idle(self, party, &steps[i]) || steps[i].decides;
        conditional = conditional || (keep[i] && steps[i].when != LOOKUP_ALWAYS);
        conditional = conditional && !steps[i].first;
    }
}

/* Turns n rows into the list of a party, in place of what it held. The mark that nothing is found
 * yet moves on to the next step that is kept. */
static void finish_steps(const struct world *self, uint32_t party, struct gateway_step *rows, int n,
                         bool whole, struct gateway_step *steps)
{
    bool keep[GATEWAY_MAX_LOOKUPS], first = false;
    int kept = 0;
    mark_steps(self, &self->parties[party], whole, rows, keep, n);
    for (int i = 0; i < n; i++) {
        first = first || rows[i].first;
        if (!keep[i])
            continue;
        steps[kept] = rows[i];
        int put = whole ? 1 : put_step(self, party, rows[i], steps + kept);
        for (int k = 0; k < put; k++, first = false)
            steps[kept + k].first = first;
        kept += put;
    }
    steps[kept].question = NO_INDEX;
}

static void fill_party(const struct world *self, uint32_t party)
{
    const struct party *p = &self->parties[party];
    bool any = p->gateway_param != 0;
    for (size_t i = 0; any ? gateway_profiles[i].name != NULL : i == 0; i++)
        for (uint32_t h = 0; h < self->n_hosts; h++) {
            struct gateway_step rows[GATEWAY_MAX_LOOKUPS];
            int n =
                list_steps(&self->hosts[h], any ? gateway_profiles[i].lookups : p->gateway->lookups,
                           p->lookups + (i * self->n_hosts + h) * GATEWAY_MAX_LOOKUPS, rows);
            for (int whole = 0; whole < 2; whole++)
                finish_steps(self, party, rows, n, whole, steps_of(self, party, i, h, whole));
        }
}

void world_fill_steps(struct world *self)
{
    for (uint32_t p = 0; p < self->n_parties; p++)
        if (self->parties[p].gateway != NULL && self->parties[p].steps != NULL)
            fill_party(self, p);
}
