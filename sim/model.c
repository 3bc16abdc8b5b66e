#include "sim/model.h"

void model_stream(const struct model_run *run, const char *purpose, uint64_t index, struct rng *rng)
{
    rng_init(rng, run->key, rng_mix(run->instance->entity ^ rng_entity(purpose), index));
}

struct rng_family model_streams(const struct model_run *run, const char *purpose)
{
    return rng_family(run->key, run->instance->entity ^ rng_entity(purpose));
}
