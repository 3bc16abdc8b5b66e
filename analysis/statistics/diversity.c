/* diversity.c - how many clients ask, and how evenly. NaN for an empty selection, but for the
 * counts. */
#include <math.h>

#include "analysis/statistics/families.h"
#include "analysis/statistics/series.h"

static double distinct_clients(const struct statistic_call *call)
{
    const struct client_counts *clients = series_clients(call->who, false);
    return clients != NULL ? (double)clients->distinct : (double)NAN;
}

static double log_distinct_clients(const struct statistic_call *call)
{
    return log1p(distinct_clients(call));
}

static double singletons(const struct statistic_call *call)
{
    const struct client_counts *clients = series_clients(call->who, false);
    return clients != NULL ? (double)clients->singletons : (double)NAN;
}

static double log_singletons(const struct statistic_call *call)
{
    return log1p(singletons(call));
}

static double top_share(const struct statistic_call *call)
{
    const struct client_counts *clients = series_clients(call->who, false);
    if (clients == NULL || call->who->n == 0)
        return NAN;
    return clients->top / (double)call->who->n;
}

static double client_entropy(const struct statistic_call *call)
{
    const struct client_counts *clients = series_clients(call->who, true);
    return clients != NULL && call->who->n > 0 ? clients->entropy_nats : NAN;
}

const struct statistic statistic_distinct_clients = {
    .name = "distinct_clients",
    .family = FAMILY_DIVERSITY,
    .unit = "clients",
    .low = 0,
    .high = INFINITY,
    .summary = "number of different clients",
    .tells = "mail to many brings look-ups from many; a private channel has two ends",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .without_times = true,
    .by_client = true,
    .compute = distinct_clients,
};

const struct statistic statistic_log_distinct_clients = {
    .name = "log_distinct_clients",
    .family = FAMILY_DIVERSITY,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln(1 + number of different clients)",
    .tells = "as distinct_clients, on a scale on which a factor means the same everywhere",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .without_times = true,
    .by_client = true,
    .compute = log_distinct_clients,
};

const struct statistic statistic_singletons = {
    .name = "singletons",
    .family = FAMILY_DIVERSITY,
    .unit = "clients",
    .low = 0,
    .high = INFINITY,
    .summary = "number of clients with exactly one query",
    .tells = "scanners, monitors and curious people",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .without_times = true,
    .by_client = true,
    .compute = singletons,
};

const struct statistic statistic_log_singletons = {
    .name = "log_singletons",
    .family = FAMILY_DIVERSITY,
    .unit = "ln",
    .low = 0,
    .high = INFINITY,
    .summary = "ln(1 + number of clients with exactly one query)",
    .tells = "as singletons, on a scale on which a factor means the same everywhere",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .without_times = true,
    .by_client = true,
    .compute = log_singletons,
};

const struct statistic statistic_top_share = {
    .name = "top_share",
    .family = FAMILY_DIVERSITY,
    .unit = "share",
    .low = 0,
    .high = 1,
    .summary = "share of the busiest client",
    .tells = "whether one client dominates",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .without_times = true,
    .by_client = true,
    .compute = top_share,
};

const struct statistic statistic_client_entropy = {
    .name = "client_entropy",
    .family = FAMILY_DIVERSITY,
    .unit = "nats",
    .low = 0,
    .high = INFINITY,
    .summary = "entropy of the clients' shares; exp of it is the effective number of clients",
    .tells = "how widely the interest in the names is spread",
    .needs = COLUMN_TIME | COLUMN_CLIENT,
    .without_times = true,
    .compute = client_entropy,
};
