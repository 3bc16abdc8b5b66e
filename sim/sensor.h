/* sensor.h - what of the traffic is seen: position, coverage, thinning, outages, rounding,
 * duplicates, missing columns, edits.
 *
 * A sensor reads the traffic itself or the log of another sensor (a published cut of one
 * collection). Its uncertain properties are parameters of the plan, one per row of sensor_rows.
 */
#ifndef SIM_SENSOR_H
#define SIM_SENSOR_H

#include "sim/askers.h"
#include "sim/edit.h"

/* Rows of sensor_rows: parameter numbers relative to sensor.first_param. */
enum sensor_param {
    SENSOR_KEEP,      /* probability that a query is recorded */
    SENSOR_UNEVEN,    /* standard deviation, over asking addresses, of the log-odds of keep */
    SENSOR_STRANGERS, /* probability that an address of no party is seen at all */
    SENSOR_VISIBLE,   /* probability that an asking address is seen at all */
    SENSOR_OUTAGES_PER_WEEK, /* rate of silent stretches of the sensor */
    SENSOR_OUTAGE_HOURS,     /* mean length of one, exponential */
    SENSOR_DUPLICATES,       /* probability that a row is recorded twice */
    SENSOR_MERGE_WITHIN_S, /* rows of one client and question closer than this to the last kept one
                              are dropped; 0: none */
    SENSOR_ROUND_S,        /* time stamps are cut down to multiples of this; 0: kept */
    SENSOR_SHUFFLED, /* probability that the rows were published in random order: whoever sorts
                        them by time again gets those of one stamp in random order */
    SENSOR_EDITS,    /* first of the EDIT_N_PARAMS rows of edit.h */
    SENSOR_N_PARAMS = SENSOR_EDITS + EDIT_N_PARAMS,
};
extern const struct param_row sensor_rows[];

enum sensor_position {
    POSITION_AUTHORITY, /* at the authoritative servers or just above the resolvers: sees cache
                           misses */
    POSITION_BELOW,     /* between clients and resolvers: sees every question */
    POSITION_LISTS,     /* at the block lists: sees no question, but every entry (block_list.h) */
};
extern const char *const sensor_position_words[]; /* "authority", "below", "lists", NULL */

struct sensor {
    const char *name;
    enum sensor_position position;
    int source; /* index of the sensor whose log it reads, smaller than its own; -1: the traffic */
    unsigned columns;          /* bits of enum log_column */
    time_us from_us, until_us; /* its own window */
    uint32_t first_param;      /* parameter index of SENSOR_KEEP */
    uint8_t *sees_name;        /* sees_name[name id] != 0: recorded; NULL: all names */
    uint32_t n_names;          /* length of sees_name; names beyond it are recorded */
    uint32_t n_known;          /* client ids below it are addresses that the case names */
    uint64_t entity;           /* stream of its random choices */
};

/* Frees what the sensor owns (sees_name). */
void sensor_free(struct sensor *self);

/* What of a sensor's log somebody reads. */
enum record {
    RECORD_NOTHING,
    RECORD_COUNTS, /* how many rows each address has */
    RECORD_ROWS,
};

/* Records `in` (sorted by time) into *out (emptied first; grown as needed; sorted on return).
 * `values` are the trial's parameter values; `space` is working space of edits. Missing columns are
 * blanked (0), client ids stay. STATUS_RUN when memory runs out. */
int sensor_record(const struct sensor *self, const double *values, struct rng_key key,
                  struct edit_space *space, const struct query_array *in, struct query_array *out);

/* Whether sensor_count gives what sensor_record would record of `in`: no silent stretches, merging,
 * edits or rounding in this trial, all names seen, and all of `in` in the sensor's window. */
bool sensor_is_countable(const struct sensor *self, const double *values,
                         const struct query_array *in);

/* Counts by address what sensor_record would record, with the same random numbers and so with the
 * same result. `askers` are those of the log that the sensor reads. STATUS_RUN when memory runs
 * out. */
int sensor_count(const struct sensor *self, const double *values, struct rng_key key,
                 struct askers *askers, struct client_tally *out);

#endif
