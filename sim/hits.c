#include "sim/hits.h"

#include <math.h>

#define FAR 1e15 /* rows; nobody records so many */

/* The first hit at `from` or later. */
static size_t draw(struct hits *self, size_t from)
{
    if (self->scale < 0.0)
        return HITS_NEVER;
    double misses = rng_exponential(&self->rng) * self->scale;
    return misses < FAR ? from + (size_t)misses : HITS_NEVER;
}

void hits_init(struct hits *self, struct rng_key key, uint64_t entity, double probability)
{
    rng_init(&self->rng, key, entity);
    self->scale = -1.0;
    if (probability >= 1.0)
        self->scale = 0.0;
    else if (probability > 0.0)
        self->scale = -1.0 / log1p(-probability);
    self->next = draw(self, 0);
}

void hits_advance(struct hits *self)
{
    if (self->next != HITS_NEVER)
        self->next = draw(self, self->next + 1);
}
