#include "tests/support/tally.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void tally_add(struct tally *self, double value)
{
    self->n += 1.0;
    self->sum += value;
    self->square += value * value;
}

double tally_mean(const struct tally *self)
{
    return self->sum / self->n;
}

double tally_variance(const struct tally *self)
{
    double mean = tally_mean(self);
    return (self->square - self->n * mean * mean) / (self->n - 1.0);
}

double tally_z(const struct tally *self, double expected)
{
    return (tally_mean(self) - expected) / sqrt(tally_variance(self) / self->n);
}

void each_trial(struct tiny_world *tiny, uint64_t seed, uint64_t n,
                void (*visit)(const struct trial *trial, void *context), void *context)
{
    struct trial trial;
    struct message message = {"out of memory"};
    int status = trial_init(&trial, &tiny->world);
    trial.resolve.all_singly = true;
    for (uint64_t i = 0; status == STATUS_OK && i < n; i++) {
        status = trial_run(&trial, &tiny->plan, seed, i, &message);
        if (status == STATUS_OK)
            status = query_array_sort(&trial.traffic.queries, &trial.scratch);
        if (status == STATUS_OK)
            visit(&trial, context);
    }
    trial_free(&trial);
    if (status != STATUS_OK) {
        fprintf(stderr, "%s\n", message.text);
        abort();
    }
}
