/* hits.h - which of a long row of independent trials succeed, by drawing the gaps between them.
 *
 * Where each of many rows is hit with the same small probability, the number of misses before the
 * next hit is geometric: one draw for each hit instead of one for each row, and exactly the same
 * law (L. Devroye, Non-Uniform Random Variate Generation, 1986, section X.2: the whole part of an
 * exponential variable is geometric).
 */
#ifndef SIM_HITS_H
#define SIM_HITS_H

#include <stddef.h>

#include "sim/rng.h"

#define HITS_NEVER SIZE_MAX

struct hits {
    struct rng rng;
    double scale; /* mean gap of the exponential behind it; negative: no hits at all */
    size_t next;  /* index of the next row that is hit; HITS_NEVER: none */
};

/* Starts at row 0 with the stream of (key, entity); every row is hit with `probability` (below 0
 * counts as 0, above 1 as 1). */
void hits_init(struct hits *self, struct rng_key key, uint64_t entity, double probability);

/* Draws the hit after `next`. */
void hits_advance(struct hits *self);

#endif
