#include "sim/rng.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/ziggurat_table.h"

static uint64_t splitmix64(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return rng_scramble(*state);
}

uint64_t rng_entity(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return rng_scramble(hash);
}

static void seed_state(uint64_t s[4], uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        s[i] = splitmix64(&seed);
}

void rng_init(struct rng *self, struct rng_key key, uint64_t entity)
{
    seed_state(self->s, rng_mix(rng_mix(key.seed, key.trial), entity));
}

double rng_exponential(struct rng *self)
{
    double base = 0.0;
    for (;;) {
        uint64_t bits = rng_u64(self);
        unsigned layer = (unsigned)(bits & 255u);
        double x = (double)(bits >> 11) * 0x1p-53 * ziggurat_x[layer];
        if (x < ziggurat_x[layer + 1])
            return base + x;
        if (layer == 0) {
            base += ziggurat_x[1]; /* the tail is the same law again, shifted */
            continue;
        }
        double low = ziggurat_y[layer], high = ziggurat_y[layer + 1];
        if (low + rng_uniform(self) * (high - low) < exp(-x))
            return base + x;
    }
}

double rng_normal(struct rng *self)
{
    gsl_rng generator = rng_gsl(self);
    return gsl_ran_gaussian_ziggurat(&generator, 1.0);
}

uint64_t rng_poisson(struct rng *self, double mean)
{
    if (!(mean > 0.0))
        return 0;
    if (mean >
        1e6) { /* gsl_ran_poisson counts in 32 bits; here the normal law is exact to 1e-3 of a sd */
        double draw = floor(mean + sqrt(mean) * rng_normal(self) + 0.5);
        return draw > 0.0 ? (uint64_t)draw : 0;
    }
    gsl_rng generator = rng_gsl(self);
    return gsl_ran_poisson(&generator, mean);
}

uint64_t rng_below(struct rng *self, uint64_t n)
{
    for (;;) {
        uint64_t bits = rng_u64(self);
        /* the bound, 2^64 mod n, lies below n: its division is hardly ever needed */
        if (bits >= n || bits >= (0 - n) % n)
            return bits % n;
    }
}

static void type_set(void *state, unsigned long seed)
{
    struct rng *self = state;
    seed_state(self->s, seed);
}

static unsigned long type_get(void *state)
{
    return (unsigned long)(rng_u64(state) >> 32);
}

static double type_get_double(void *state)
{
    return rng_uniform(state);
}

static const gsl_rng_type xoshiro_type = {
    "xoshiro256++", 0xffffffffUL, 0, sizeof(struct rng), type_set, type_get, type_get_double,
};

const gsl_rng_type *const rng_gsl_type = &xoshiro_type;

gsl_rng rng_gsl(struct rng *self)
{
    gsl_rng generator = {&xoshiro_type, self};
    return generator;
}
