/* member.h - what one classifier of the comparator looks like to the others.
 *
 * A member is one constant descriptor: a new classifier is one new file and one row in members.c.
 * All members read the same prepared design and give log class probabilities under the class shares
 * of the design's rows. Each member is fitted as REPLICAS replicas, of which replica r has not seen
 * the rows of fold r; the spread of the replicas is the fit's Monte Carlo error (delete-a-fold
 * jackknife).
 */
#ifndef ANALYSIS_INFER_MEMBER_H
#define ANALYSIS_INFER_MEMBER_H

#include "sim/status.h"

#include <stddef.h>
#include <stdint.h>

enum { REPLICAS = 5, REPLICA_ALL = REPLICAS };

/* Prepared rows. The inputs are the prepared statistics (the first n_base) followed by
 * linear-discriminant axes. */
struct design {
    size_t n_rows;
    size_t n_inputs;
    size_t n_base;
    size_t n_classes;
    const double *x;       /* x[row * n_inputs + input] */
    const uint16_t *label; /* each class occurs */
    const uint8_t *fold;   /* fold[row] in [0, REPLICAS) */
};

struct member_settings {
    uint64_t seed;
    unsigned threads;
    size_t trees;    /* of the forest */
    size_t networks; /* of the ensemble, at least REPLICAS */
};

/* What is left to do after `begin`. */
struct member_work {
    size_t n_tasks; /* pieces that do not depend on each other */
    double cost_ns; /* of one piece, very roughly: long pieces are started before short ones */
};

/* Fitting has three stages, so that the pieces of all members share the threads: one member has
 * five long pieces, another hundreds of short ones. */
struct member_kind {
    const char *name;
    const char *summary;
    /* Makes a new *state and what its pieces share, and says what is left to do (zero to begin
     * with). `design` stays where it is until the end. On failure, of any stage, *state may still
     * be given to free (it may be NULL). */
    int (*begin)(void **state, const struct design *design, const struct member_settings *settings,
                 struct member_work *work, struct message *message);
    /* One piece, on any thread; NULL where there are none. */
    int (*task)(void *state, size_t index, struct message *message);
    /* When all pieces are done; NULL where nothing remains to be done. */
    int (*end)(void *state, struct message *message);
    /* Writes log probabilities (natural, each row's exponentials sum to 1, all finite) of n rows of
     * x to out[n * n_classes]; replica in [0, REPLICAS) or REPLICA_ALL for the mean. */
    int (*predict)(const void *state, const double *x, size_t n, size_t replica, double *out,
                   struct message *message);
    /* Share of the design's rows that the member gets wrong out of bag; NULL where the member has
     * no such estimate. */
    double (*out_of_bag_error)(const void *state);
    void (*free)(void *state);
};

/* Turns n_classes logits into log probabilities, in place. */
void log_softmax(double *logit, size_t n_classes);

#endif
