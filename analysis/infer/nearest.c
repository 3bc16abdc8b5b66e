#include "analysis/infer/nearest.h"

#include "analysis/infer/workers.h"

#include <math.h>

struct search {
    const double *reference, *query;
    size_t n_rows, n_inputs;
    double *distance;
};

static int search_row(void *context, size_t index, struct message *message)
{
    const struct search *s = context;
    const double *query = s->query + index * s->n_inputs;
    double least = INFINITY;
    (void)message;
    for (size_t i = 0; i < s->n_rows; i++) {
        const double *row = s->reference + i * s->n_inputs;
        double sum = 0;
        for (size_t j = 0; j < s->n_inputs && sum < least; j++) {
            double d = row[j] - query[j];
            sum += d * d;
        }
        if (sum < least)
            least = sum;
    }
    s->distance[index] = sqrt(least / (double)(s->n_inputs > 0 ? s->n_inputs : 1));
    return STATUS_OK;
}

int nearest_distances(const double *reference, size_t n_rows, const double *query, size_t n_queries,
                      size_t n_inputs, unsigned threads, double *distance, struct message *message)
{
    struct search s = {.reference = reference,
                       .query = query,
                       .n_rows = n_rows,
                       .n_inputs = n_inputs,
                       .distance = distance};
    return workers_run(threads, n_queries, search_row, &s, message);
}
