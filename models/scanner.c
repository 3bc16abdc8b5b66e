/* scanner.c - security scanners, researchers and other bystanders: new addresses, few questions
 * each. */
#include "models/activity.h"

enum {
    VISITORS_PER_WEEK,
    MORE_QUERIES,
    QUERY_GAP,
    ECHO,
    ECHO_DELAY,
    REGULARS,
    REGULAR_EVERY,
    REGULAR_JITTER,
    N_OWN
};

static const struct param_row params[] = {
    [VISITORS_PER_WEEK] = {"visitors_per_week", UNIT_PER_WEEK, 0, 100, "gamma(shape=1, scale=0.5)",
                           "new addresses that ask for the host", NULL},
    [MORE_QUERIES] = {"more_queries", UNIT_COUNT, 0, 50, "exponential(mean=0.3)",
                      "further questions of one visitor, mean (geometric)", NULL},
    [QUERY_GAP] = {"query_gap", UNIT_SECOND, 0.001, 1000000, "lognormal(median=5 min, sigma=2)",
                   "mean gap between questions of one visitor (exponential)", NULL},
    [ECHO] = {"echo", UNIT_FRACTION, 0, 1, "beta(a=1, b=5)",
              "probability that a visit is replayed once, as stored questions are", NULL},
    [ECHO_DELAY] = {"echo_delay", UNIT_HOUR, 0.001, 10000, "lognormal(median=24, sigma=1)",
                    "delay of a replay, the same for all", NULL},
    [REGULARS] = {"regulars", UNIT_COUNT, 0, 20, "poisson(mean=0.1)",
                  "addresses that come back on a period of their own", NULL},
    [REGULAR_EVERY] = {"regular_every", UNIT_DAY, 0.01, 400, "lognormal(median=10, sigma=1)",
                       "period of such an address", NULL},
    [REGULAR_JITTER] = {"regular_jitter", UNIT_FRACTION, 0, 1, "uniform(0, 0.3)",
                        "half-width of the uniform deviation from it, as a share of the period",
                        NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose host is asked for"},
    {NULL, false, false, false, NULL},
};

#define MAX_CLIENTS (1u << 20)

struct scan {
    const struct model_run *run;
    const double *param;
    uint32_t question;
    uint32_t n_clients;
    struct rng_family visits;
};

static int ask(const struct scan *self, time_us t, uint32_t client)
{
    return traffic_direct(self->run->traffic, t, client, self->question);
}

static int visit(struct scan *self, uint64_t number, time_us t)
{
    const double *param = self->param;
    uint32_t client = self->run->new_clients + self->n_clients++;
    struct rng rng;
    rng_start(&rng, &self->visits, number);
    double stay = param[MORE_QUERIES] / (1.0 + param[MORE_QUERIES]);
    bool replayed = rng_uniform(&rng) < param[ECHO];
    double delay_s = param[ECHO_DELAY] * 3600.0;
    for (bool more = true; more && t < self->run->world->until_us;) {
        if (ask(self, t, client) != STATUS_OK ||
            (replayed && ask(self, time_after(t, delay_s), client) != STATUS_OK))
            return STATUS_RUN;
        more = rng_uniform(&rng) < stay;
        t = time_after(t, rng_exponential(&rng) * param[QUERY_GAP]);
    }
    return STATUS_OK;
}

static int visitors(struct scan *self, const struct activity *activity)
{
    const struct party_set *to = &self->run->instance->roles[TO];
    struct rate_profile flat;
    rate_flat(&flat, &self->run->world->parties[to->party[0]].grid);
    struct arrivals arrivals;
    arrivals_init(&arrivals, self->run, "arrivals", 0, activity, &flat,
                  self->param[VISITORS_PER_WEEK] / 604800.0, self->run->world->start_us);
    for (uint64_t number = 0; self->n_clients < MAX_CLIENTS; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= self->run->world->until_us)
            break;
        if (visit(self, number, t) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

/* Its period is its own: growth means more visitors, not more visits. Before the onset and in
 * pauses it does not come. */
static int regular(struct scan *self, const struct activity *activity, uint64_t number)
{
    const double *param = self->param;
    uint32_t client = self->run->new_clients + self->n_clients++;
    struct rng rng;
    model_stream(self->run, "regular", number, &rng);
    double every_s = param[REGULAR_EVERY] * 86400.0;
    time_us due = time_after(self->run->world->start_us, rng_uniform(&rng) * every_s);
    while (due < self->run->world->until_us) {
        double off_s = (2.0 * rng_uniform(&rng) - 1.0) * param[REGULAR_JITTER] * every_s;
        time_us t = due + (time_us)(off_s * 1e6);
        if (activity_at(activity, t) > 0.0 && ask(self, t, client) != STATUS_OK)
            return STATUS_RUN;
        due = time_after(due, every_s);
    }
    return STATUS_OK;
}

static int run(struct model_run *model_run)
{
    const struct world *world = model_run->world;
    int host = world_host_of(world, model_run->instance->roles[TO].party[0]);
    struct scan self = {.run = model_run,
                        .param = model_run->param,
                        .question = world->hosts[host].address_question,
                        .visits = model_streams(model_run, "visit")};
    struct activity activity;
    if (activity_init(&activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    int status = visitors(&self, &activity);
    uint64_t n = (uint64_t)(self.param[REGULARS] + 0.5);
    for (uint64_t k = 0; status == STATUS_OK && k < n; k++)
        status = regular(&self, &activity, k);
    return status;
}

const struct model model_scanner = {
    .name = "scanner",
    .summary = "bystanders: new addresses with few questions each, replays, a few regulars",
    .description =
        "Addresses outside all parties ask the authority directly: security scanners, mail filters "
        "elsewhere, researchers. Most come once with one or a few questions; some visits are "
        "replayed after a fixed delay, as monitoring stores do (APNIC 2016: a quarter of 44 "
        "billion questions were such echoes); a few addresses come back on a period (Censys "
        "re-scans every known service within about a day and others every ten days).",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
