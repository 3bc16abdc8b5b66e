/* background.c - look-ups that nobody means: log enrichment, link scanning, old messages opened
 * again. */
#include "models/lookup.h"

enum {
    LOOKUPS_PER_DAY,
    EVENNESS,
    MORE_LOOKUPS,
    LOOKUP_GAP,
    WORK_START,
    WORK_END,
    NIGHT,
    WEEKEND,
    N_OWN
};

static const struct param_row params[] = {
    [LOOKUPS_PER_DAY] = {"lookups_per_day", UNIT_PER_DAY, 0, 1000, "lognormal(median=3, sigma=1.5)",
                         "occasions on which hosts of all bound parties together ask", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [MORE_LOOKUPS] = {"more_lookups", UNIT_COUNT, 0, 50, "exponential(mean=0.5)",
                      "further questions on one occasion, mean (geometric)", NULL},
    [LOOKUP_GAP] = {"lookup_gap", UNIT_SECOND, 0.001, 100000, "lognormal(median=20 s, sigma=1.5)",
                    "mean gap between questions of one occasion (exponential)", NULL},
    [WORK_START] = {"work_start", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=8.5, sd=1)",
                    "start of the working day, local time", NULL},
    [WORK_END] = {"work_end", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=18, sd=1)",
                  "end of the working day, local time", NULL},
    [NIGHT] = {"night", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
               "rate outside the working day relative to inside", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
                 "rate on a weekend day or holiday relative to a working day", NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO, FROM };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose host is asked for"},
    [FROM] = {"from", true, false, false, "whose hosts ask"},
    {NULL, false, false, false, NULL},
};

static int occasion(const struct model_run *run, int i, struct rng *rng, time_us t,
                    uint32_t question)
{
    int party = run->instance->roles[FROM].party[i];
    const struct burst burst = burst_of(run->param[MORE_LOOKUPS], run->param[LOOKUP_GAP]);
    do
        if (traffic_query(run->traffic, t, party, question) != STATUS_OK)
            return STATUS_RUN;
    while (burst_next(&burst, rng, &t) && t < run->world->until_us);
    return STATUS_OK;
}

static int run_party(const struct model_run *run, const struct activity *activity, int i,
                     double share)
{
    const struct world *world = run->world;
    const double *param = run->param;
    int host = world_host_of(world, run->instance->roles[TO].party[0]);
    struct rate_profile profile;
    rate_working_hours(&profile, &world->parties[run->instance->roles[FROM].party[i]].grid,
                       param[WORK_START], param[WORK_END], param[NIGHT], param[WEEKEND]);
    const struct rng_family occasions = model_streams(run, "occasion");
    struct arrivals arrivals;
    arrivals_init(&arrivals, run, "arrivals", (uint64_t)i, activity, &profile,
                  param[LOOKUPS_PER_DAY] * share / 86400.0, world->start_us);
    for (uint64_t number = 0;; number++) {
        struct rng rng;
        time_us t = arrivals_next(&arrivals);
        if (t >= world->until_us)
            return STATUS_OK;
        rng_start(&rng, &occasions, number * ROLE_MAX_PARTIES + (uint64_t)i);
        if (occasion(run, i, &rng, t, world->hosts[host].address_question) != STATUS_OK)
            return STATUS_RUN;
    }
}

static int run(struct model_run *model_run)
{
    const struct party_set *from = &model_run->instance->roles[FROM];
    double shares[ROLE_MAX_PARTIES];
    struct activity activity;
    activity_shares(model_run, from, model_run->param[EVENNESS], shares);
    if (activity_init(&activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    for (int i = 0; i < from->n; i++)
        if (run_party(model_run, &activity, i, shares[i]) != STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

const struct model model_background = {
    .name = "background",
    .summary = "organic look-ups by a party's own hosts and tools, in working hours or around the "
               "clock",
    .description =
        "Hosts of a party ask for the name now and then for reasons of their own: a log analyser "
        "that resolves names, a link scanner, an old message opened again, a monitoring list. "
        "Occasions are Poisson under the party's working hours with a free night and weekend "
        "level; each makes one or a few questions. It assumes no mail at all and is the null "
        "against which the other mechanisms have to prove themselves.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
