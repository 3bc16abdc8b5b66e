/* replay.h - recorded client queries through the simulated resolvers of a case, and the outcome
 * against what was recorded above them. */
#ifndef ANALYSIS_WEIGH_REPLAY_H
#define ANALYSIS_WEIGH_REPLAY_H

#include "sim/trial.h"

struct replay_counts {
    size_t asked;     /* client queries replayed */
    size_t unknown;   /* client queries left out: a name and type that the case does not have */
    size_t matched;   /* upstream queries simulated and recorded, one to one, in order of time */
    size_t missed;    /* recorded only */
    size_t extra;     /* simulated only */
    time_us worst_us; /* greatest distance in time of a matched pair */
};

/* Passes `clients` (a log of what was asked of resolvers) through the resolvers and sensors of the
 * plan's world, with the parameter values of trial 0 under `seed`; models do not run. A row belongs
 * to the party whose `client` address it carries, else to the first party that has resolvers. What
 * each sensor saw is in trial->logs. STATUS_RUN when memory runs out. */
int replay_run(struct trial *trial, const struct plan *plan, uint64_t seed,
               const struct query_log *clients, struct replay_counts *counts,
               struct message *message);

/* Matches what `sensor` saw in the last run with a recorded log: same name (ASCII case ignored) and
 * type, at most within_us apart. Recorded rows of names that the sensor does not see are not
 * counted; where the log has no types, types do not matter. Fills matched, missed, extra, worst_us.
 * STATUS_RUN when memory runs out. */
int replay_match(const struct trial *trial, uint32_t sensor, const struct query_log *recorded,
                 time_us within_us, struct replay_counts *counts);

#endif
