/* plan.h - one scenario made ready to run: its parameters with their priors, and its model
 * instances.
 *
 * Parameters of the world (TTLs, sensors ...) come first and have the same indices in every plan of
 * a case, those of the models follow. Every uncertain number anywhere is one of these parameters,
 * so that `whatif --set` can reach all of them.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "sim/dist.h"
#include "sim/model.h"

struct plan_param {
    const char
        *path; /* "campaign.sends_per_week", "name.mail1.example.org.A.ttl", "sensor.paste.keep" */
    const struct param_row *row;
    struct dist prior;
    uint64_t entity; /* stream of its draw: rng_entity(path) */
};

struct plan {
    const char *scenario;  /* name */
    uint64_t scenario_key; /* rng_entity(name): trials of different scenarios are independent */
    const struct world *world;
    struct plan_param *params;
    uint32_t n_params;
    struct model_instance *instances;
    uint32_t n_instances;
};

void plan_init(struct plan *self);

/* Frees the arrays; paths, labels and the scenario's name are borrowed from the case. */
void plan_free(struct plan *self);

/* Index of the parameter with this path, or NO_INDEX. */
uint32_t plan_find(const struct plan *self, const char *path);

#endif
