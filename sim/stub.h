/* stub.h - the client's side of a resolver: what it asks next, now that it has its answer. */
#ifndef SIM_STUB_H
#define SIM_STUB_H

#include "sim/world.h"

/* It asks its next question this much later: before the server asks its own. */
#define STUB_FOLLOW_UP_US 500

#define STUB_MAX_NEXT 2

/* The answer is that there is no such name or no such data. */
#define STUB_NO_RECORD UINT32_MAX

/* What follows the question of a party, asked with `flags` (traffic.h) and answered with a record
 * (index in world.records) or STUB_NO_RECORD: the name that a PTR or MX gave, or after a failure
 * the name with the search suffix, or the domain itself where there is no MX. Writes next[] and the
 * flags with which all of them are asked; returns how many there are. */
int stub_next(const struct world *world, uint32_t party, uint32_t question, uint32_t flags,
              uint32_t record, uint32_t next[STUB_MAX_NEXT], uint32_t *next_flags);

#endif
