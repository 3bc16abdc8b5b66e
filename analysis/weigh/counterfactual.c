#include "analysis/weigh/counterfactual.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REQUESTS 600

int plan_copy(struct plan *copy, const struct plan *plan, struct message *message)
{
    *copy = *plan;
    copy->params = malloc((plan->n_params + 1u) * sizeof *copy->params);
    copy->instances = malloc((plan->n_instances + 1u) * sizeof *copy->instances);
    if (copy->params == NULL || copy->instances == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    memcpy(copy->params, plan->params, plan->n_params * sizeof *copy->params);
    memcpy(copy->instances, plan->instances, plan->n_instances * sizeof *copy->instances);
    return STATUS_OK;
}

/* The facts' statistics first, then what would be measured of the first sensor's log. */
static int collect_requests(const struct case_file *case_file, struct statistic_request *requests,
                            size_t *n, struct client_sets **sets, struct message *message)
{
    const struct statistic **left_out = calloc(MAX_REQUESTS, sizeof *left_out);
    size_t n_left_out = 0;
    *n = 0;
    if (left_out == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    for (size_t i = 0; i < case_file->n_facts && *n < MAX_REQUESTS / 2; i++)
        requests[(*n)++] = case_file->facts[i].request;
    int status = default_requests(&case_file->world, 0, case_file->world.sensors[0].columns, 1,
                                  requests, MAX_REQUESTS, n, sets, left_out, &n_left_out, message);
    free(left_out);
    return status;
}

static void contrast_column(struct contrast *out, const struct reference *table, size_t column)
{
    double before = 0, after = 0, sum = 0, square = 0;
    for (uint64_t t = 0; t < table->trials; t++) {
        double a = table->raw[t * table->n_columns + column];
        double b = table->raw[(table->trials + t) * table->n_columns + column];
        if (!isfinite(a) || !isfinite(b))
            continue;
        out->n++;
        before += a;
        after += b;
        sum += b - a;
        square += (b - a) * (b - a);
    }
    double n = (double)out->n;
    out->mean_before = n > 0 ? before / n : NAN;
    out->mean_after = n > 0 ? after / n : NAN;
    out->difference = n > 0 ? sum / n : NAN;
    double variance = n > 1 ? (square - sum * sum / n) / (n - 1) : NAN;
    out->difference_se = n > 1 ? sqrt(fmax(variance, 0.0) / n) : NAN;
}

int counterfactual_run(struct counterfactual *self, const struct case_file *case_file,
                       const struct plan *before, const struct plan *after,
                       const struct reference_options *options, struct message *message)
{
    struct scenario pair[2] = {{.plan = *before}, {.plan = *after}};
    struct case_file two =
        *case_file; /* a view: the same world, two scenarios with the same streams */
    struct reference table = {0};
    struct client_sets *sets = NULL;
    memset(self, 0, sizeof *self);
    two.scenarios = pair;
    two.n_scenarios = 2;
    struct statistic_request *requests = calloc(MAX_REQUESTS, sizeof *requests);
    int status = requests == NULL ? fail(message, STATUS_RUN, "out of memory")
                                  : collect_requests(case_file, requests, &self->n, &sets, message);
    if (status == STATUS_OK)
        status = reference_fill(&table, &two, requests, self->n, options, message);
    if (status == STATUS_OK &&
        (self->contrasts = calloc(self->n + 1, sizeof *self->contrasts)) == NULL)
        status = fail(message, STATUS_RUN, "out of memory");
    for (size_t i = 0; status == STATUS_OK && i < self->n; i++) {
        memcpy(self->contrasts[i].name, requests[i].label, sizeof self->contrasts[i].name);
        contrast_column(&self->contrasts[i], &table, i);
    }
    reference_free(&table);
    client_sets_free(sets);
    free(requests);
    return status;
}

void counterfactual_free(struct counterfactual *self)
{
    free(self->contrasts);
    memset(self, 0, sizeof *self);
}
