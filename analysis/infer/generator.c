#include "analysis/infer/generator.h"

#include <math.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void generator_init(struct generator *self, uint64_t seed, enum generator_purpose purpose,
                    uint64_t index)
{
    uint64_t state = seed;
    state = splitmix(&state) ^ (uint64_t)purpose * 0xd1342543de82ef95u;
    state = splitmix(&state) ^ index * 0xaf251af3b0f025b5u;
    for (int i = 0; i < 4; i++)
        self->word[i] = splitmix(&state);
}

static uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

uint64_t generator_bits(struct generator *self)
{
    uint64_t *s = self->word;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double generator_uniform(struct generator *self)
{
    return (double)(generator_bits(self) >> 11) * 0x1p-53;
}

uint64_t generator_below(struct generator *self, uint64_t n)
{
    uint64_t limit = -n % n;
    for (;;) {
        unsigned __int128 product = (unsigned __int128)generator_bits(self) * n;
        if ((uint64_t)product >= limit)
            return (uint64_t)(product >> 64);
    }
}

double generator_normal(struct generator *self)
{
    for (;;) {
        double u = 2 * generator_uniform(self) - 1;
        double v = 2 * generator_uniform(self) - 1;
        double s = u * u + v * v;
        if (s > 0 && s < 1)
            return u * sqrt(-2 * log(s) / s);
    }
}

void generator_shuffle(struct generator *self, uint32_t *index, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)generator_below(self, i);
        uint32_t swap = index[i - 1];
        index[i - 1] = index[j];
        index[j] = swap;
    }
}
