/* model.h - what a model is: one mechanism that makes mail or DNS traffic, as a constant
 * descriptor.
 *
 * A model is one file in models/ that exports one `const struct model`, and one row in
 * models/models.c. It draws what it needs from its own streams, hands client queries and mail
 * events to the traffic sink, and never sees caches, sensors or other models.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include "sim/arena.h"
#include "sim/rate.h"
#include "sim/schema.h"
#include "sim/traffic.h"
#include "sim/world.h"

#define MODEL_MAX_ROLES 4
#define ROLE_MAX_PARTIES 32

/* A role that a scenario binds in a model's entry: `from = "sender"`. A table ends with a NULL key.
 */
struct role_row {
    const char *key;     /* key in the model's entry: "from", "to" */
    bool required;       /* else it may be left out: then no party */
    bool needs_host;     /* every party bound to it must run a mail host */
    bool needs_gateway;  /* every party bound to it must have a gateway */
    const char *meaning; /* one line */
};

struct party_set {
    int n;
    int party[ROLE_MAX_PARTIES]; /* indices in world.parties */
};

struct model_run;

struct model {
    const char *name;
    const char *summary;            /* one line */
    const char *description;        /* a paragraph: mechanism and sources */
    const struct param_row *params; /* schema, NULL-terminated */
    const struct role_row *roles;   /* NULL-terminated, at most MODEL_MAX_ROLES */
    /* Checks that need more than one parameter or role; NULL: none. Called once when a scenario is
     * loaded. */
    int (*check)(const struct model_run *run, struct message *message);
    /* Generates all traffic of one trial from world.start_us to world.until_us. STATUS_RUN when
     * memory or the traffic's limit runs out. Must not keep state between calls. */
    int (*run)(struct model_run *run);
};

/* One model as a scenario runs it: which parties, which parameters. */
struct model_instance {
    const struct model *model;
    const char *label;                       /* unique in the scenario: "campaign", "scanner-2" */
    uint32_t first_param;                    /* index in the plan of the model's first parameter */
    uint64_t entity;                         /* of its streams */
    struct party_set roles[MODEL_MAX_ROLES]; /* in the order of model->roles */
};

/* What a model gets for one trial. */
struct model_run {
    const struct world *world;
    const struct model_instance *instance;
    const double *param; /* drawn values in the order of model->params */
    struct rng_key key;
    struct traffic *traffic;
    struct arena *arena;  /* working memory for this run; reset afterwards */
    uint32_t new_clients; /* first id for addresses that this run invents (see traffic_direct) */
};

/* Starts a stream of this run: `purpose` says what for, `index` which one (message number, party
 * ...). The same (seed, trial, instance, purpose, index) always gives the same stream. */
void model_stream(const struct model_run *run, const char *purpose, uint64_t index,
                  struct rng *rng);

/* All streams of one purpose, for models that start thousands: rng_start(&rng, &family, index) then
 * gives the same stream as model_stream. */
struct rng_family model_streams(const struct model_run *run, const char *purpose);

#endif
