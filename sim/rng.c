#include "sim/rng.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/ziggurat_table.h"

uint64_t rng_entity(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return rng_scramble(hash);
}

double rng_exponential_rest(struct rng *self, unsigned layer, double x)
{
    double base = 0.0;
    for (;;) {
        if (layer == 0)
            base += ziggurat_x[1]; /* the tail is the same law again, shifted */
        else if (ziggurat_y[layer] +
                     rng_uniform(self) * (ziggurat_y[layer + 1] - ziggurat_y[layer]) <
                 exp(-x))
            return base + x;
        uint64_t bits = rng_u64(self);
        layer = (unsigned)(bits & 255u);
        x = (double)(int64_t)(bits >> 11) * 0x1p-53 * ziggurat_x[layer];
        if (x < ziggurat_x[layer + 1])
            return base + x;
    }
}

double rng_normal(struct rng *self)
{
    gsl_rng generator = rng_gsl(self);
    return gsl_ran_gaussian_ziggurat(&generator, 1.0);
}

/* Up to this mean one uniform is compared with the sums of the probabilities of 0, 1, 2 ... */
#define POISSON_BY_INVERSION 10.0
#define POISSON_MOST 70 /* more than that, of that mean, come once in 10^33 draws */

static uint64_t poisson_by_inversion(struct rng *self, double mean, double none)
{
    uint64_t k = 0;
    double left = rng_uniform(self), here = none;
    while (left >= here && k < POISSON_MOST) {
        left -= here;
        here *= mean / (double)++k;
    }
    return k;
}

static uint64_t poisson_large(struct rng *self, double mean)
{
    if (mean >
        1e6) { /* gsl_ran_poisson counts in 32 bits; here the normal law is exact to 1e-3 of a sd */
        double draw = floor(mean + sqrt(mean) * rng_normal(self) + 0.5);
        return draw > 0.0 ? (uint64_t)draw : 0;
    }
    gsl_rng generator = rng_gsl(self);
    return gsl_ran_poisson(&generator, mean);
}

uint64_t rng_poisson(struct rng *self, double mean)
{
    if (!(mean > 0.0))
        return 0;
    return mean <= POISSON_BY_INVERSION ? poisson_by_inversion(self, mean, exp(-mean))
                                        : poisson_large(self, mean);
}

struct rng_poisson_law rng_poisson_law(double mean)
{
    return (struct rng_poisson_law){mean, exp(-mean)};
}

uint64_t rng_poisson_draw(struct rng *self, const struct rng_poisson_law *law)
{
    if (!(law->mean > 0.0))
        return 0;
    return law->mean <= POISSON_BY_INVERSION ? poisson_by_inversion(self, law->mean, law->none)
                                             : poisson_large(self, law->mean);
}

static void type_set(void *state, unsigned long seed)
{
    struct rng *self = state;
    self->state = seed;
}

static unsigned long type_get(void *state)
{
    return (unsigned long)(rng_u64(state) >> 32);
}

static double type_get_double(void *state)
{
    return rng_uniform(state);
}

static const gsl_rng_type splitmix_type = {
    "splitmix64", 0xffffffffUL, 0, sizeof(struct rng), type_set, type_get, type_get_double,
};

const gsl_rng_type *const rng_gsl_type = &splitmix_type;

gsl_rng rng_gsl(struct rng *self)
{
    gsl_rng generator = {&splitmix_type, self};
    return generator;
}
