/* edit.h - what hands may do to a log after it was recorded: stretches and clients taken out, rows
 * put in, stretches written anew, one client's rows made from another's.
 *
 * Part of a sensor (sensor.h); off by default. Logs are sorted by time on both sides: of a lost
 * order of rows only that among rows of one time stamp remains (SENSOR_SHUFFLED).
 */
#ifndef SIM_EDIT_H
#define SIM_EDIT_H

#include "sim/log.h"
#include "sim/rng.h"
#include "sim/schema.h"

/* Parameters, relative to the first edit row of sensor_rows. */
enum edit_param {
    EDIT_DELETED,            /* stretches taken out */
    EDIT_DELETED_HOURS,      /* mean length of one */
    EDIT_DELETED_ONE_CLIENT, /* share of them that concern one client only */
    EDIT_LEAST_ROWS,         /* clients with fewer rows are taken out */
    EDIT_INSERTED,           /* rows put in, as a share of those there */
    EDIT_HANDWRITTEN,        /* stretches written anew */
    EDIT_HANDWRITTEN_DAYS,   /* mean length of one */
    EDIT_COPIED_GAPS,        /* share of their gaps that repeat an earlier string of gaps */
    EDIT_DIGITS,             /* share of their seconds that end in 0 or 5 */
    EDIT_ALTERED_COPY,       /* probability that a client's rows are made from the busiest one's */
    EDIT_COPY_LAG_S,         /* mean shift of such rows */
    EDIT_N_PARAMS
};

/* The rows, for a designated table whose first edit parameter has number `first`. */
#define EDIT_ROWS(first)                                                                           \
    [(first) +                                                                                     \
        EDIT_DELETED] = {"deleted_stretches",                                                      \
                         UNIT_COUNT,                                                               \
                         0,                                                                        \
                         100,                                                                      \
                         "0",                                                                      \
                         "stretches taken out afterwards, mean (Poisson)",                         \
                         NULL},                                                                    \
        [(first) + EDIT_DELETED_HOURS] = {"deleted_length",                                        \
                                          UNIT_HOUR,                                               \
                                          0,                                                       \
                                          5000,                                                    \
                                          "24",                                                    \
                                          "mean length of such a stretch (exponential)",           \
                                          NULL},                                                   \
        [(first) + EDIT_DELETED_ONE_CLIENT] = {"deleted_one_client",                               \
                                               UNIT_FRACTION,                                      \
                                               0,                                                  \
                                               1,                                                  \
                                               "0.5",                                              \
                                               "share of them that concern one address only",      \
                                               NULL},                                              \
        [(first) + EDIT_LEAST_ROWS] =                                                              \
            {"least_rows", UNIT_COUNT, 0, 1000000, "0", "addresses with fewer rows are taken out", \
             NULL},                                                                                \
        [(first) +                                                                                 \
            EDIT_INSERTED] = {"inserted", UNIT_FRACTION,                                           \
                              0,          1,                                                       \
                              "0",        "rows put in afterwards, as a share of those there",     \
                              NULL},                                                               \
        [(first) + EDIT_HANDWRITTEN] = {"handwritten",                                             \
                                        UNIT_COUNT,                                                \
                                        0,                                                         \
                                        100,                                                       \
                                        "0",                                                       \
                                        "stretches written anew by hand, mean (Poisson)",          \
                                        NULL},                                                     \
        [(first) + EDIT_HANDWRITTEN_DAYS] = {"handwritten_length",                                 \
                                             UNIT_DAY,                                             \
                                             0,                                                    \
                                             1000,                                                 \
                                             "7",                                                  \
                                             "mean length of such a stretch (exponential)",        \
                                             NULL},                                                \
        [(first) +                                                                                 \
            EDIT_COPIED_GAPS] = {"copied_gaps",                                                    \
                                 UNIT_FRACTION,                                                    \
                                 0,                                                                \
                                 1,                                                                \
                                 "0.3",                                                            \
                                 "share of their gaps that repeat an earlier string of gaps",      \
                                 NULL},                                                            \
        [(first) + EDIT_DIGITS] = {"digit_preference",                                             \
                                   UNIT_FRACTION,                                                  \
                                   0,                                                              \
                                   1,                                                              \
                                   "0.3",                                                          \
                                   "share of their seconds that are made to end in 0 or 5",        \
                                   NULL},                                                          \
        [(first) +                                                                                 \
            EDIT_ALTERED_COPY] = {"altered_copy",                                                  \
                                  UNIT_FRACTION,                                                   \
                                  0,                                                               \
                                  1,                                                               \
                                  "0",                                                             \
                                  "probability that an address's rows are made from those of "     \
                                  "the busiest address",                                           \
                                  NULL},                                                           \
        [(first) + EDIT_COPY_LAG_S] = {"copy_lag", UNIT_SECOND,                                    \
                                       0,          864000,                                         \
                                       "600",      "mean shift of a row made so (exponential)",    \
                                       NULL}

/* Addresses with fewer rows than this are never made from another's, nor chosen for insertions. */
#define EDIT_BUSY_ROWS 10

/* Working space of edits, reused between logs: nothing is allocated once it has grown. */
struct edit_space {
    struct edit_asker *askers; /* capacity of them, a power of two */
    uint32_t *slots;           /* 2 * capacity */
    size_t capacity;
    struct query_array rows;
};

void edit_space_init(struct edit_space *self);
void edit_space_free(struct edit_space *self);

/* Whether any edit is on. */
bool edit_is_on(const double *param);

/* Edits a recorded log in place. `param` points at the first edit parameter; rows put in carry
 * QUERY_INSERTED and lie in [from, until), in whole seconds. The log is sorted by time before and
 * after. Does nothing, and draws nothing, where all edits are off. STATUS_RUN when memory runs out.
 */
int edit_apply(const double *param, struct rng_key key, uint64_t entity, time_us from_us,
               time_us until_us, struct edit_space *space, struct query_array *log);

#endif
