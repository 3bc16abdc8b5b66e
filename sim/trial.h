/* trial.h - one trial: draw the parameters, let the models speak, pass it through resolvers and
 * sensors.
 *
 * A trial depends only on (plan, seed, index). Its working space is made once per worker and used
 * again: after a few trials nothing is allocated any more.
 */
#ifndef SIM_TRIAL_H
#define SIM_TRIAL_H

#include "sim/plan.h"
#include "sim/resolve.h"
#include "sim/traffic.h"

struct trial {
    const struct world *world;
    double *values;              /* drawn parameters, plan order */
    uint32_t n_values;           /* allocated */
    struct traffic traffic;      /* client queries, in the order in which models made them, but for
                                    those that were set apart (resolve.all_singly: none) */
    struct query_array upstream; /* what reaches the authority, sorted */
    struct query_array
        below; /* client queries in log form, filled only where a sensor stands below the cache */
    struct query_array *logs;     /* logs[sensor], sorted by time */
    struct client_tally *tallies; /* tallies[sensor], set where counts alone were wanted and made */
    uint8_t *record;              /* [sensor], enum record: what of its log is wanted */
    struct askers askers;         /* of the log that was counted last */
    struct query_array entries, reports; /* of block lists, filled only where a sensor reads them */
    struct query_array scratch;
    struct edit_space edit; /* working space of the sensors' edits */
    struct resolve resolve;
    struct arena arena;
};

/* Makes the working space for trials in this world (borrowed). trial_free is safe after a failure
 * too. */
int trial_init(struct trial *self, const struct world *world);
void trial_free(struct trial *self);

/* From now on records only what somebody reads: wanted[sensor] of enum record, and the rows of what
 * the wanted sensors read in their turn. A log of which counts are wanted may be recorded as rows
 * all the same: then its tally is not set. All rows of all sensors to begin with. What is recorded
 * does not depend on what else is. */
void trial_want(struct trial *self, const uint8_t *wanted);

/* Runs trial number `index` of the plan (whose world must be the one given to trial_init). Results
 * are in values, traffic, upstream and logs until the next run. STATUS_RUN with a sentence when
 * memory or the traffic limit runs out. */
int trial_run(struct trial *self, const struct plan *plan, uint64_t seed, uint64_t index,
              struct message *message);

/* How many client queries the last run made, but for those that leave no trace at all. */
size_t trial_count_asked(const struct trial *self);

/* Draws the parameters alone, into self->values. STATUS_RUN when memory runs out. */
int trial_draw(struct trial *self, const struct plan *plan, struct rng_key key);

/* The second half alone: resolvers and sensors for whatever stands in self->traffic. For replays of
 * recorded client queries. `values` must be drawn already. */
int trial_observe(struct trial *self, struct rng_key key);

/* The key of a trial: scenarios are independent of each other, a counterfactual of the same
 * scenario is not. */
struct rng_key trial_key(const struct plan *plan, uint64_t seed, uint64_t index);

#endif
