/* rng.h - random streams: splitmix64, each started at a mix of (seed, trial, entity).
 *
 * Every entity (a parameter, a model instance, a message, a sensor ...) draws from a stream of its
 * own, so that results do not depend on threads or on the order of work, and so that a
 * counterfactual changes only what it touches. A stream is a value on the caller's stack: nothing
 * to allocate, nothing to free.
 *
 * Most streams serve one message and a dozen numbers. So the state is one word: starting a stream
 * costs two mixes, and a number costs an addition and a mix. All streams are stretches of one
 * sequence of 2^64 numbers; that two of the 10^10 streams of a long run (a dozen numbers each)
 * touch at all happens some dozens of times in it, and then joins two messages of unrelated trials.
 *
 * Sources: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014 (splitmix64); G. Marsaglia and W. Tsang, J. Stat. Software 5(8), 2000 (ziggurat).
 */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/* What a stream is keyed by, besides the entity. */
struct rng_key {
    uint64_t seed;  /* the user's --seed */
    uint64_t trial; /* trial number, already mixed with the scenario (rng_mix) */
};

/* A bijective mix of 64 bits, and a mix of two words into one: for building keys and entity ids. */
static inline uint64_t rng_scramble(uint64_t word)
{
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

static inline uint64_t rng_mix_first(uint64_t a)
{
    return rng_scramble(a + UINT64_C(0x9e3779b97f4a7c15));
}

static inline uint64_t rng_mix_second(uint64_t mixed_a, uint64_t b)
{
    return rng_scramble(mixed_a ^ (b * UINT64_C(0xd1342543de82ef95) + 1));
}

static inline uint64_t rng_mix(uint64_t a, uint64_t b)
{
    return rng_mix_second(rng_mix_first(a), b);
}

/* The entity id of a text (FNV-1a, scrambled): the same text always gives the same stream. */
uint64_t rng_entity(const char *text);

/* Starts the stream of one entity. Any key and any entity are valid. */
static inline void rng_init(struct rng *self, struct rng_key key, uint64_t entity)
{
    self->state = rng_mix(rng_mix(key.seed, key.trial), entity);
}

/* Many streams of one kind: what of rng_init(key, rng_mix(entity, index)) does not depend on the
 * index, worked out once. */
struct rng_family {
    uint64_t key, entity;
};

static inline struct rng_family rng_family(struct rng_key key, uint64_t entity)
{
    return (struct rng_family){rng_mix_first(rng_mix(key.seed, key.trial)), rng_mix_first(entity)};
}

/* Starts stream number `index`: the same as rng_init(self, key, rng_mix(entity, index)). */
static inline void rng_start(struct rng *self, const struct rng_family *family, uint64_t index)
{
    self->state = rng_mix_second(family->key, rng_mix_second(family->entity, index));
}

/* 64 random bits. */
static inline uint64_t rng_u64(struct rng *self)
{
    self->state += UINT64_C(0x9e3779b97f4a7c15);
    return rng_scramble(self->state);
}

/* Uniform on [0, 1), 53 bits. Signed on the way: the processor converts no unsigned words. */
static inline double rng_uniform(struct rng *self)
{
    return (double)(int64_t)(rng_u64(self) >> 11) * 0x1p-53;
}

/* Uniform on (0, 1). */
static inline double rng_uniform_open(struct rng *self)
{
    return ((double)(int64_t)(rng_u64(self) >> 12) + 0.5) * 0x1p-52;
}

/* The ziggurat's layers of exp(-x), from the widest up: right edge and height. */
extern const double ziggurat_x[257], ziggurat_y[257];

/* rng_exponential where the first point, x in `layer`, fell outside the layer above. */
double rng_exponential_rest(struct rng *self, unsigned layer, double x);

/* Exponential with mean 1, by the ziggurat: 98.9 % of the points need no more than this. */
static inline double rng_exponential(struct rng *self)
{
    uint64_t bits = rng_u64(self);
    unsigned layer = (unsigned)(bits & 255u);
    double x = (double)(int64_t)(bits >> 11) * 0x1p-53 * ziggurat_x[layer];
    return x < ziggurat_x[layer + 1] ? x : rng_exponential_rest(self, layer, x);
}

/* Standard normal (GSL's ziggurat on this stream). */
double rng_normal(struct rng *self);

/* Poisson with the given mean in [0, 1e9]; 0 for a mean of 0 or below. */
uint64_t rng_poisson(struct rng *self, double mean);

/* A mean that is used again and again. */
struct rng_poisson_law {
    double mean;
    double none; /* exp(-mean): the probability of 0 */
};

struct rng_poisson_law rng_poisson_law(double mean);

/* The same number as rng_poisson(self, law->mean). */
uint64_t rng_poisson_draw(struct rng *self, const struct rng_poisson_law *law);

/* Uniform integer in [0, n), without modulo bias; n > 0. */
static inline uint64_t rng_below(struct rng *self, uint64_t n)
{
    for (;;) {
        uint64_t bits = rng_u64(self);
        if ((n & (n - 1)) == 0)
            return bits & (n - 1); /* what follows gives the same, by a slow division */
        /* the bound, 2^64 mod n, lies below n: its division is hardly ever needed */
        if (bits >= n || bits >= (0 - n) % n)
            return bits % n;
    }
}

/* Small random integers by the dozen: four from one word of the stream. All zero but `rng` to begin
 * with. */
struct rng_dice {
    struct rng rng;
    uint64_t bits; /* 16 at a time from below */
    unsigned left; /* how many times */
};

/* Uniform in [0, n), 0 < n < 65536, without bias: the upper half of digit * n, where lower halves
 * that would come once too often are thrown again (D. Lemire, ACM TOMACS 29(1), 2019). */
static inline uint32_t rng_throw(struct rng_dice *self, uint32_t n)
{
    for (;;) {
        if (self->left == 0) {
            self->bits = rng_u64(&self->rng);
            self->left = 4;
        }
        uint32_t product = (uint32_t)(self->bits & 0xffff) * n;
        self->bits >>= 16;
        self->left--;
        if ((product & 0xffff) >= n || (product & 0xffff) >= (65536 - n) % n)
            return product >> 16;
    }
}

/* The stream as a GSL generator, for gsl_ran_*: valid as long as *self; both advance together. */
gsl_rng rng_gsl(struct rng *self);

/* The generator type behind rng_gsl: usable with gsl_rng_alloc and gsl_rng_set. */
extern const gsl_rng_type *const rng_gsl_type;

#endif
