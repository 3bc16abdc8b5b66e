/* spoofed.c - questions sent with somebody else's return address: no cache stands in their path. */
#include <math.h>

#include "models/lookup.h"

enum { BURSTS_PER_DAY, EVENNESS, MORE, GAP, NIGHT, WEEKEND, SPACING, RUN_TOGETHER, N_OWN };

static const struct param_row params[] = {
    [BURSTS_PER_DAY] = {"bursts_per_day", UNIT_PER_DAY, 0, 1000, "lognormal(median=10, sigma=1.2)",
                        "bursts of forged questions, all bound parties", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [MORE] = {"more_queries", UNIT_COUNT, 0, 10000, "lognormal(median=0.5, sigma=1.2)",
              "questions of a burst beyond the first, mean (geometric)", NULL},
    [GAP] = {"query_gap", UNIT_SECOND, 0.0001, 86400, "lognormal(median=20, sigma=2)",
             "mean gap between them (exponential)", NULL},
    [NIGHT] = {"night", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
               "rate outside 9 to 19 h of the supposed sender's day, relative to inside", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
                 "rate on a weekend day relative to a working day", NULL},
    [SPACING] = {"spacing", UNIT_SECOND, 0, 864000, "choice(0: 2, 3600: 1)",
                 "a careful forger leaves this much between two bursts from one address", NULL},
    [RUN_TOGETHER] = {"run_together", UNIT_FRACTION, 0, 1, "beta(a=1, b=4)",
                      "probability that a forger goes on with the names that a failing search list "
                      "makes when the name is gone",
                      NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO, FROM };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose host is asked for"},
    [FROM] = {"from", true, false, false, "whose resolvers' addresses are forged"},
    {NULL, false, false, false, NULL},
};

struct forger {
    const struct model_run *run;
    struct activity activity;
    uint32_t question;
    bool run_together;
    struct rng_family bursts;
};

/* What is asked at t: the name, or with the search list once the name is gone. */
static uint32_t question_at(const struct forger *self, const struct party *party, time_us t)
{
    bool gone = world_record_at(self->run->world, self->question, t) == NULL;
    if (!gone || !self->run_together || party->searched == NULL ||
        party->searched[self->question] == NO_INDEX)
        return self->question;
    return party->searched[self->question];
}

static int forge_burst(const struct forger *self, const struct party *party, uint64_t number,
                       time_us t, uint32_t client)
{
    const struct model_run *run = self->run;
    const struct burst burst = burst_of(run->param[MORE], run->param[GAP]);
    struct rng rng;
    rng_start(&rng, &self->bursts, number);
    do
        if (traffic_direct(run->traffic, t, client, question_at(self, party, t)) != STATUS_OK)
            return STATUS_RUN;
    while (t < run->world->until_us && burst_next(&burst, &rng, &t));
    return STATUS_OK;
}

/* The bursts that pretend to come from one resolver. */
static int forge_resolver(const struct forger *self, const struct party *party, uint32_t resolver,
                          double base_per_s)
{
    const struct model_run *run = self->run;
    const struct world *world = run->world;
    struct rate_profile profile;
    rate_working_hours(&profile, &party->grid, 9, 19, run->param[NIGHT], run->param[WEEKEND]);
    struct arrivals arrivals;
    arrivals_init(&arrivals, run, "arrivals", resolver, &self->activity, &profile, base_per_s,
                  world->start_us);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= world->until_us)
            return STATUS_OK;
        if (forge_burst(self, party, number << 16 | resolver, t,
                        world->resolvers[resolver].client) != STATUS_OK)
            return STATUS_RUN;
        arrivals_wait(&arrivals, time_after(t, run->param[SPACING]));
    }
}

static int run(struct model_run *model_run)
{
    const struct world *world = model_run->world;
    const struct party_set *from = &model_run->instance->roles[FROM];
    double shares[ROLE_MAX_PARTIES];
    struct forger self = {.run = model_run, .bursts = model_streams(model_run, "burst")};
    struct rng rng;
    model_stream(model_run, "forger", 0, &rng);
    self.run_together = rng_uniform(&rng) < model_run->param[RUN_TOGETHER];
    int host = world_host_of(world, model_run->instance->roles[TO].party[0]);
    self.question = world->hosts[host].address_question;
    if (activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    activity_shares(model_run, from, model_run->param[EVENNESS], shares);
    for (int i = 0; i < from->n; i++) {
        const struct party *party = &world->parties[from->party[i]];
        uint32_t n = party->n_resolvers;
        double base_per_s = model_run->param[BURSTS_PER_DAY] * shares[i] / 86400.0;
        for (uint32_t r = party->first_resolver; r < party->first_resolver + n; r++)
            if (forge_resolver(&self, party, r, base_per_s / n) != STATUS_OK)
                return STATUS_RUN;
    }
    return STATUS_OK;
}

const struct model model_spoofed = {
    .name = "spoofed",
    .summary = "questions with a forged return address: no cache in their path",
    .description =
        "Somebody sends questions to the authority with the addresses of other people's resolvers "
        "as their source. No cache stands between, so gaps below the TTL occur unless the forger "
        "keeps his bursts apart on purpose. Bursts are Poisson in the hours of the supposed "
        "sender with free night and weekend levels; a party's resolvers are forged in equal "
        "shares, each by itself. Alfa Bank described such an attack of 2017 and claimed it for "
        "2016 in its suits of 2020.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
