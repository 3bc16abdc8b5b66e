/* beacon.c - programs that ask on a period of their own: monitoring, malware, a client that loops.
 */
#include <math.h>

#include "models/lookup.h"

enum {
    CLIENTS,
    EVENNESS,
    INTERVAL,
    JITTER,
    DRIFT,
    PRESENCE,
    WORK_START,
    WORK_END,
    NIGHT,
    WEEKEND,
    MORE,
    GAP,
    N_OWN
};

static const struct param_row params[] = {
    [CLIENTS] = {"clients", UNIT_COUNT, 0, 200, "choice(1: 4, 2: 1, 3: 1)",
                 "programs that ask, per bound party", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [INTERVAL] = {"interval", UNIT_SECOND, 10, 2592000, "loguniform(15 min, 1 d)",
                  "period; every program of a party has the same", NULL},
    [JITTER] = {"jitter", UNIT_FRACTION, 0, 1, "loguniform(0.0005, 0.3)",
                "half-width of the uniform deviation of each gap, as a share of the period", NULL},
    [DRIFT] = {"drift", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
               "share of restarts at a random phase among silent hours; 0: the phase is kept",
               NULL},
    [PRESENCE] = {"presence", UNIT_FRACTION, 0, 1, "beta(a=3, b=1)",
                  "share of beats that are carried out while all is on, at activity level 1", NULL},
    [WORK_START] = {"work_start", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=8, sd=1)",
                    "when the machines are switched on, local time", NULL},
    [WORK_END] = {"work_end", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=19, sd=1.5)",
                  "when they are switched off", NULL},
    [NIGHT] = {"night", UNIT_FRACTION, 0, 1, "choice(0: 1, 0.2: 1, 1: 3)",
               "share of nights in which a machine stays on; 1: servers", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "choice(0.1: 1, 1: 3)",
                 "share of weekend days on which it is on", NULL},
    [MORE] = {"more_lookups", UNIT_COUNT, 0, 50, "0",
              "look-ups each time beyond the first, mean (geometric)", NULL},
    [GAP] = {"lookup_gap", UNIT_SECOND, 0.001, 3600, "5", "mean gap between them", NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO, FROM };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose host is asked for"},
    [FROM] = {"from", true, false, false, "where the programs run"},
    {NULL, false, false, false, NULL},
};

struct beacon {
    const struct model_run *run;
    const double *param;
    int host;
    struct activity activity;
    struct working_clock clock;
    struct burst burst;
};

static int fire(const struct beacon *self, int party, time_us t, struct rng *rng)
{
    do
        if (lookup_address(self->run, t, party, self->host) != STATUS_OK)
            return STATUS_RUN;
    while (burst_next(&self->burst, rng, &t));
    return STATUS_OK;
}

/* On or off is drawn once per switch of the clock's openness, so that a machine is off for whole
 * nights and not for single beats. */
static bool is_on(const struct beacon *self, time_us t, double luck)
{
    return luck < working_clock_open(&self->clock, t);
}

static int run_client(const struct beacon *self, int party, uint64_t number, double share)
{
    const struct world *world = self->run->world;
    double every_s = self->param[INTERVAL], luck;
    double presence = self->param[PRESENCE] * share;
    struct rng rng, lucks;
    model_stream(self->run, "client", number, &rng);
    model_stream(self->run, "days", number, &lucks);
    time_us t = time_after(world->start_us, rng_uniform(&rng) * every_s);
    time_us day_end = world->start_us;
    luck = 0.0;
    bool was_on = true;
    while (t < world->until_us) {
        for (; t >= day_end; day_end += US_PER_DAY)
            luck = rng_uniform(&lucks);
        bool on = is_on(self, t, luck);
        if (on && !was_on && rng_uniform(&rng) < self->param[DRIFT])
            t = time_after(t, rng_uniform(&rng) * every_s);
        bool beats = rng_uniform(&rng) < presence * activity_at(&self->activity, t);
        if (on && beats && t < world->until_us && fire(self, party, t, &rng) != STATUS_OK)
            return STATUS_RUN;
        was_on = on;
        double off = (2.0 * rng_uniform(&rng) - 1.0) * self->param[JITTER];
        t = time_after(t, every_s * (1.0 + off));
    }
    return STATUS_OK;
}

static int run(struct model_run *model_run)
{
    const struct world *world = model_run->world;
    const struct party_set *from = &model_run->instance->roles[FROM];
    const double *param = model_run->param;
    struct beacon self = {
        .run = model_run, .param = param, .burst = burst_of(param[MORE], param[GAP])};
    double shares[ROLE_MAX_PARTIES], most = 0.0;
    activity_shares(model_run, from, param[EVENNESS], shares);
    for (int i = 0; i < from->n; i++)
        most = fmax(most, shares[i]);
    self.host = world_host_of(world, model_run->instance->roles[TO].party[0]);
    if (activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    for (int i = 0; i < from->n; i++) {
        working_clock_init(&self.clock, &world->parties[from->party[i]].grid, param[WORK_START],
                           param[WORK_END], param[NIGHT], param[WEEKEND]);
        for (uint64_t k = 0; k < (uint64_t)(param[CLIENTS] + 0.5); k++)
            if (run_client(&self, from->party[i], k * ROLE_MAX_PARTIES + (uint64_t)i,
                           shares[i] / most) != STATUS_OK)
                return STATUS_RUN;
    }
    return STATUS_OK;
}

const struct model model_beacon = {
    .name = "beacon",
    .summary = "programs that ask on a period with jitter: monitoring, malware, polling clients",
    .description =
        "One or more programs at a party ask for the host every so often: a monitoring probe, an "
        "implant that calls home, a client that polls. Gaps are the period plus a uniform "
        "deviation (a random walk, not a fixed grid), as common beacon configurations draw it. "
        "Machines that are switched off at night or at weekends skip those hours and may come "
        "back at another phase. Beats are left out at random (a machine asleep, a host in use "
        "elsewhere); the course of activity, and at the less busy parties their part of the "
        "volume, "
        "scale the share that is carried out.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
