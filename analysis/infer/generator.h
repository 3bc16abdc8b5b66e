/* generator.h - the comparator's own random numbers.
 *
 * Every piece of work (a tree, a network, a bootstrap replicate) draws from a generator keyed by
 * (seed, purpose, index), so that the answer does not depend on which thread did what first.
 * xoshiro256++ (Blackman and Vigna, 2019), filled by splitmix64.
 */
#ifndef ANALYSIS_INFER_GENERATOR_H
#define ANALYSIS_INFER_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

struct generator {
    uint64_t word[4];
};

/* What the numbers are for: two purposes never share a sequence. */
enum generator_purpose {
    GENERATOR_SPLIT = 1,
    GENERATOR_TREE,
    GENERATOR_NETWORK,
    GENERATOR_BOOTSTRAP,
    GENERATOR_NOISE,
    GENERATOR_NULL_SET,
    GENERATOR_GAFFKE,
    GENERATOR_TOY
};

/* Starts the sequence of (seed, purpose, index). */
void generator_init(struct generator *self, uint64_t seed, enum generator_purpose purpose,
                    uint64_t index);

/* 64 uniform bits. */
uint64_t generator_bits(struct generator *self);

/* Uniform on [0, 1), 53 bits. */
double generator_uniform(struct generator *self);

/* Uniform on {0 .. n-1}, without bias (Lemire's rejection); n at least 1. */
uint64_t generator_below(struct generator *self, uint64_t n);

/* Standard normal, by the polar method; draws anew each time (no spare is kept). */
double generator_normal(struct generator *self);

/* Puts the n numbers in `index` in random order (Fisher and Yates). */
void generator_shuffle(struct generator *self, uint32_t *index, size_t n);

#endif
