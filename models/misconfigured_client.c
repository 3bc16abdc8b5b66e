/* misconfigured_client.c - an application in a loop: fixed period, retries without back-off when
 * the answer fails, stalls and restarts. */
#include <math.h>

#include "models/lookup.h"

enum {
    LOOP,
    LOOP_JITTER,
    EVENNESS,
    PRESENCE,
    UP_TIME,
    DOWN_TIME,
    RETRIES,
    RETRY_GAP,
    SPURIOUS,
    N_OWN
};

static const struct param_row params[] = {
    [LOOP] = {"loop", UNIT_SECOND, 10, 864000, "lognormal(median=45 min, sigma=0.8)",
              "period of the loop at the busiest party", NULL},
    [LOOP_JITTER] = {"loop_jitter", UNIT_FRACTION, 0, 1, "loguniform(0.0005, 0.1)",
                     "standard deviation of each turn, as a share of the period", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [PRESENCE] = {"presence", UNIT_FRACTION, 0, 1, "beta(a=3, b=1)",
                  "share of turns that need the host, at activity level 1", NULL},
    [UP_TIME] = {"up_time", UNIT_DAY, 0.001, 1000, "lognormal(median=4, sigma=1.2)",
                 "mean time for which the loop runs before it stalls (exponential)", NULL},
    [DOWN_TIME] = {"down_time", UNIT_DAY, 0, 1000, "lognormal(median=0.5, sigma=1.2)",
                   "mean time until somebody restarts it (exponential)", NULL},
    [RETRIES] = {"retries", UNIT_COUNT, 0, 1000, "lognormal(median=5, sigma=1)",
                 "tries after a failed answer, without back-off", NULL},
    [RETRY_GAP] = {"retry_gap", UNIT_SECOND, 0.01, 3600, "lognormal(median=5, sigma=1)",
                   "gap between them", NULL},
    [SPURIOUS] = {"spurious", UNIT_FRACTION, 0, 1, "beta(a=1, b=20)",
                  "share of turns that fail for other reasons and are tried again", NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO, FROM };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose host is asked for"},
    [FROM] = {"from", true, false, false, "where the application runs"},
    {NULL, false, false, false, NULL},
};

struct loop {
    const struct model_run *run;
    const double *param;
    int host;
    struct activity activity;
};

/* One turn: asks, and asks again at once while the name does not exist. Returns the end in *t. */
static int turn(const struct loop *self, int party, time_us *t, struct rng *rng)
{
    const struct world *world = self->run->world;
    uint32_t question = world->hosts[self->host].address_question;
    bool failed = rng_uniform(rng) < self->param[SPURIOUS];
    for (double tries = 0.0;; tries += 1.0) {
        if (lookup_address(self->run, *t, party, self->host) != STATUS_OK)
            return STATUS_RUN;
        if (!(failed || world_record_at(world, question, *t) == NULL) ||
            tries >= self->param[RETRIES])
            return STATUS_OK;
        *t = time_after(*t, self->param[RETRY_GAP]);
    }
}

static int run_party(const struct loop *self, int i, double period_s)
{
    const struct world *world = self->run->world;
    int party = self->run->instance->roles[FROM].party[i];
    struct rng rng, stalls;
    model_stream(self->run, "turns", (uint64_t)i, &rng);
    model_stream(self->run, "stalls", (uint64_t)i, &stalls);
    time_us t = time_after(world->start_us, rng_uniform(&rng) * period_s);
    time_us stall = time_after(t, rng_exponential(&stalls) * self->param[UP_TIME] * 86400.0);
    while (t < world->until_us) {
        if (t >= stall) {
            t = time_after(t, rng_exponential(&stalls) * self->param[DOWN_TIME] * 86400.0);
            stall = time_after(t, rng_exponential(&stalls) * self->param[UP_TIME] * 86400.0);
            continue;
        }
        bool needed = rng_uniform(&rng) < self->param[PRESENCE] * activity_at(&self->activity, t);
        if (needed && turn(self, party, &t, &rng) != STATUS_OK)
            return STATUS_RUN;
        double gap_s = period_s * (1.0 + self->param[LOOP_JITTER] * rng_normal(&rng));
        t = time_after(t, fmax(gap_s, 0.1 * period_s));
    }
    return STATUS_OK;
}

static int run(struct model_run *model_run)
{
    const struct party_set *from = &model_run->instance->roles[FROM];
    struct loop self = {.run = model_run, .param = model_run->param};
    double shares[ROLE_MAX_PARTIES], most = 0.0;
    self.host = world_host_of(model_run->world, model_run->instance->roles[TO].party[0]);
    if (activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    activity_shares(model_run, from, self.param[EVENNESS], shares);
    for (int i = 0; i < from->n; i++)
        most = fmax(most, shares[i]);
    for (int i = 0; i < from->n; i++)
        if (run_party(&self, i, self.param[LOOP] * most / fmax(shares[i], most * 1e-3)) !=
            STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

const struct model model_misconfigured_client = {
    .name = "misconfigured-client",
    .summary = "an application in a loop: fixed period, retries without back-off, stalls and "
               "restarts",
    .description =
        "A program that was set up wrongly asks again and again on a period of its own, day and "
        "night. It stalls now and then and is restarted. When the name does not exist (or a turn "
        "fails for another reason) it tries again without back-off; a party with a search list "
        "then also asks for the run-together names. Jung et al. 2002 found that failing look-ups "
        "cause more than half of all packets. Every bound party has its own loop; the split over "
        "them lengthens the period of the less busy ones.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
