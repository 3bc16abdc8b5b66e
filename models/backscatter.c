/* backscatter.c - bounces of mail that somebody else sent in the host's name: strangers' servers
 * look for a way to return it. */
#include <math.h>

#include "models/lookup.h"

enum {
    RUNS_PER_WEEK,
    RUN_SIZE,
    RUN_SIGMA,
    RUN_LENGTH,
    PROVIDERS,
    PROVIDER_SHARE,
    RETRIES,
    RETRY_AFTER,
    N_OWN
};

static const struct param_row params[] = {
    [RUNS_PER_WEEK] = {"runs_per_week", UNIT_PER_WEEK, 0, 100, "lognormal(median=1, sigma=0.8)",
                       "spam runs that use the host's domain as their sender", NULL},
    [RUN_SIZE] = {"run_size", UNIT_COUNT, 0, 20000, "lognormal(median=30, sigma=1)",
                  "bounces of one run, median", NULL},
    [RUN_SIGMA] = {"run_sigma", UNIT_NONE, 0, 3, "uniform(0.5, 1.5)",
                   "standard deviation of the logarithm of that number", NULL},
    [RUN_LENGTH] = {"run_length", UNIT_HOUR, 0.01, 1000, "lognormal(median=6, sigma=0.8)",
                    "mean delay of a bounce after the start of its run (exponential)", NULL},
    [PROVIDERS] = {"providers", UNIT_COUNT, 1, 1000, "lognormal(median=10, sigma=0.7)",
                   "large mail providers that bounce in many runs", NULL},
    [PROVIDER_SHARE] = {"provider_share", UNIT_FRACTION, 0, 1, "beta(a=2, b=2)",
                        "share of bounces that come from them; the others come from new addresses",
                        NULL},
    [RETRIES] = {"retries", UNIT_FRACTION, 0, 1, "beta(a=1, b=4)",
                 "probability that a bounce is not taken and comes again", NULL},
    [RETRY_AFTER] = {"retry_after", UNIT_SECOND, 30, 864000, "lognormal(median=30 min, sigma=0.8)",
                     "time until then", NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose domain is misused"},
    {NULL, false, false, false, NULL},
};

#define MAX_CLIENTS (1u << 20)

struct misuse {
    const struct model_run *run;
    const double *param;
    const struct host *host;
    uint32_t n_clients; /* addresses made up so far; the providers come first */
};

/* A server that returns mail asks for the domain's MX, then for the address of the mail host. */
static int ask_way_back(const struct misuse *self, time_us t, uint32_t client)
{
    struct traffic *traffic = self->run->traffic;
    uint32_t exchange = self->host->domain_mx_question;
    if (exchange != NO_INDEX && traffic_direct(traffic, t, client, exchange) != STATUS_OK)
        return STATUS_RUN;
    return traffic_direct(traffic, t + 30000, client, self->host->address_question);
}

static uint32_t draw_client(struct misuse *self, struct rng *rng)
{
    double providers = fmax(floor(self->param[PROVIDERS] + 0.5), 1.0);
    bool known = rng_uniform(rng) < self->param[PROVIDER_SHARE];
    uint32_t provider = (uint32_t)rng_below(rng, (uint64_t)providers);
    if (known || self->n_clients >= MAX_CLIENTS)
        return self->run->new_clients + provider;
    return self->run->new_clients + self->n_clients++;
}

static int bounce(struct misuse *self, time_us t, struct rng *rng)
{
    uint32_t client = draw_client(self, rng);
    for (bool again = true; again && t < self->run->world->until_us;) {
        if (ask_way_back(self, t, client) != STATUS_OK)
            return STATUS_RUN;
        again = rng_uniform(rng) < self->param[RETRIES];
        t = time_after(t, self->param[RETRY_AFTER] * (0.5 + rng_uniform(rng)));
    }
    return STATUS_OK;
}

static int spam_run(struct misuse *self, uint64_t number, time_us start)
{
    const double *param = self->param;
    struct rng rng;
    model_stream(self->run, "run", number, &rng);
    uint64_t n =
        rng_poisson(&rng, fmin(param[RUN_SIZE] * exp(param[RUN_SIGMA] * rng_normal(&rng)), 1e5));
    for (uint64_t k = 0; k < n; k++) {
        double delay_s = rng_exponential(&rng) * param[RUN_LENGTH] * 3600.0;
        if (bounce(self, time_after(start, delay_s), &rng) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

static int run(struct model_run *model_run)
{
    const struct world *world = model_run->world;
    int party = model_run->instance->roles[TO].party[0];
    struct misuse self = {.run = model_run, .param = model_run->param};
    struct activity activity;
    struct rate_profile flat;
    self.host = &world->hosts[world_host_of(world, party)];
    self.n_clients = (uint32_t)fmax(floor(self.param[PROVIDERS] + 0.5), 1.0);
    if (activity_init(&activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    rate_flat(&flat, &world->parties[party].grid);
    struct arrivals arrivals;
    arrivals_init(&arrivals, model_run, "runs", 0, &activity, &flat,
                  self.param[RUNS_PER_WEEK] / 604800.0, world->start_us);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= world->until_us)
            return STATUS_OK;
        if (spam_run(&self, number, t) != STATUS_OK)
            return STATUS_RUN;
    }
}

const struct model model_backscatter = {
    .name = "backscatter",
    .summary = "bounces of mail that others sent in the host's name, from servers all over the "
               "network",
    .description =
        "A spammer uses the domain as the envelope sender of a run. Servers that cannot deliver "
        "return the mail: each looks for the domain's MX and then for the address of the mail host "
        "(RFC 5321 section 5.1; Postfix smtp_addr.c). Runs start at any hour, their bounces decay "
        "over hours; most come from addresses never seen before, a share from the large providers "
        "that take part in every run.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
