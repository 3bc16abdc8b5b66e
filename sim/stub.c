#include "sim/stub.h"

#include "sim/traffic.h"

static uint32_t after_failure(const struct world *world, const struct party *party,
                              uint32_t question, uint32_t flags)
{
    const struct question *q = &world->questions[question];
    if (flags & TRAFFIC_FOLLOW && q->type == TYPE_MX)
        return world_find_question(world, q->name, TYPE_A);
    if (party->searched != NULL && !(flags & TRAFFIC_NO_SEARCH))
        return party->searched[question];
    return NO_INDEX;
}

int stub_next(const struct world *world, uint32_t party, uint32_t question, uint32_t flags,
              uint32_t record, uint32_t next[STUB_MAX_NEXT], uint32_t *next_flags)
{
    static const uint32_t follow[STUB_MAX_NEXT] = {TRAFFIC_FOLLOW_A, TRAFFIC_FOLLOW_AAAA};
    int n = 0;
    if (record == STUB_NO_RECORD) {
        *next_flags = TRAFFIC_NO_SEARCH;
        next[0] = after_failure(world, &world->parties[party], question, flags);
        return next[0] == NO_INDEX ? 0 : 1;
    }
    *next_flags = 0;
    for (int k = 0; k < STUB_MAX_NEXT; k++) {
        uint32_t followed = world->records[record].followed[k];
        if (followed != 0 && flags & follow[k])
            next[n++] = followed - 1;
    }
    return n;
}
