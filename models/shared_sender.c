/* shared_sender.c - one sending address that serves one client of a vendor after another, its old
 * name left in place. */
#include <math.h>

#include "models/mailer.h"

enum {
    CLIENTS,
    STAY,
    SENDS_PER_WEEK,
    SENDS_SIGMA,
    LIST_SIZE,
    EVENNESS,
    COMMON_SPLIT,
    SEND_SPREAD,
    WEEKEND,
    DELIVERY,
    DEFERRED,
    QUEUE,
    N_OWN
};

static const struct param_row params[] = {
    [CLIENTS] = {"clients", UNIT_COUNT, 0, 100, "lognormal(median=4, sigma=0.8)",
                 "the vendor's clients that use the address at one time, mean", NULL},
    [STAY] = {"stay", UNIT_DAY, 0.1, 10000, "lognormal(median=60, sigma=1)",
              "mean time for which a client stays on the address (exponential)", NULL},
    [SENDS_PER_WEEK] = {"sends_per_week", UNIT_PER_WEEK, 0, 200, "lognormal(median=3, sigma=0.7)",
                        "mailings per client, median over clients", NULL},
    [SENDS_SIGMA] = {"sends_sigma", UNIT_NONE, 0, 2, "uniform(0.3, 1.2)",
                     "standard deviation of the logarithm of that rate between clients", NULL},
    [LIST_SIZE] = {"list_size", UNIT_COUNT, 0, 1000, "lognormal(median=5, sigma=1)",
                   "members of one client's list at all bound parties, mean (exponential)", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [COMMON_SPLIT] = {"common_split", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
                      "how far all clients share one split over the parties; 0: each has its own",
                      NULL},
    [SEND_SPREAD] = {"send_spread", UNIT_HOUR, 0.25, 24, "lognormal(median=2, sigma=0.5)",
                     "standard deviation of the hour of mailings of one client", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "beta(a=2, b=3)",
                 "mailings on a weekend day or holiday relative to a working day", NULL},
    [DELIVERY] = DELIVERY_ROW,
    [DEFERRED] = DEFERRED_ROW,
    [QUEUE] = QUEUE_ROW,
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { FROM, TO };

static const struct role_row roles[] = {
    [FROM] = {"from", true, true, false, "whose host sends for everybody"},
    [TO] = {"to", true, false, true, "who receives it"},
    {NULL, false, false, false, NULL},
};

struct vendor {
    const struct model_run *run;
    const double *param;
    struct mailer mailer;
    struct activity activity;
    double common[ROLE_MAX_PARTIES];
};

/* One of the vendor's clients: drawn from its own stream. */
struct client {
    uint64_t number;
    time_us from_us, until_us;
    double sends_per_s, list_size;
    double shares[ROLE_MAX_PARTIES];
    struct rate_profile calendar;
};

/* A client's split lies between its own random one and the one that all share. */
static void mix_shares(const struct vendor *self, struct client *client, struct rng *rng)
{
    int n = self->run->instance->roles[TO].n;
    double sum = 0.0, common = self->param[COMMON_SPLIT];
    for (int i = 0; i < n; i++)
        sum += client->shares[i] = rng_exponential(rng);
    for (int i = 0; i < n; i++)
        client->shares[i] = (1.0 - common) * client->shares[i] / sum + common * self->common[i];
}

static void draw_client(const struct vendor *self, struct client *client, struct rng *rng)
{
    const double *param = self->param;
    const struct world *world = self->run->world;
    int sender = self->run->instance->roles[FROM].party[0];
    double stay_s = rng_exponential(rng) * param[STAY] * 86400.0;
    client->until_us = time_after(client->from_us, stay_s);
    client->sends_per_s =
        param[SENDS_PER_WEEK] / 604800.0 * exp(param[SENDS_SIGMA] * rng_normal(rng));
    client->list_size = param[LIST_SIZE] * rng_exponential(rng);
    double hour = fmod(10.0 + 3.0 * rng_normal(rng) + 48.0, 24.0);
    mailer_calendar(&client->calendar, &world->parties[sender].grid, hour, param[SEND_SPREAD],
                    param[WEEKEND]);
    mix_shares(self, client, rng);
}

static int send_mailing(const struct vendor *self, const struct client *client, time_us t,
                        struct rng *rng)
{
    const struct party_set *to = &self->run->instance->roles[TO];
    for (int i = 0; i < to->n; i++) {
        uint64_t n = rng_poisson(rng, client->list_size * client->shares[i]);
        for (uint64_t k = 0; k < n; k++) {
            time_us taken;
            time_us at = time_after(t, rng_uniform(rng) * self->param[DELIVERY] * 3600.0);
            if (mailer_send(&self->mailer, to->party[i], at, rng, &taken) != STATUS_OK)
                return STATUS_RUN;
        }
    }
    return STATUS_OK;
}

static int run_client(const struct vendor *self, uint64_t number, time_us from_us)
{
    struct client client = {.number = number, .from_us = from_us};
    struct rng rng;
    model_stream(self->run, "client", number, &rng);
    draw_client(self, &client, &rng);
    time_us end =
        client.until_us < self->run->world->until_us ? client.until_us : self->run->world->until_us;
    for (time_us t = from_us;;) {
        t = activity_next(&self->activity, &client.calendar, client.sends_per_s, t, &rng);
        if (t >= end)
            return STATUS_OK;
        if (send_mailing(self, &client, t, &rng) != STATUS_OK)
            return STATUS_RUN;
    }
}

/* Clients arrive at the rate that keeps their mean number; those already there are memoryless. */
static int run_clients(const struct vendor *self)
{
    const struct world *world = self->run->world;
    double mean = self->param[CLIENTS], per_s = mean / (self->param[STAY] * 86400.0);
    struct rng rng;
    model_stream(self->run, "clients", 0, &rng);
    uint64_t number = 0, present = rng_poisson(&rng, mean);
    for (; number < present; number++)
        if (run_client(self, number, world->start_us) != STATUS_OK)
            return STATUS_RUN;
    if (!(per_s > 0.0))
        return STATUS_OK;
    for (time_us t = time_after(world->start_us, rng_exponential(&rng) / per_s);
         t < world->until_us; t = time_after(t, rng_exponential(&rng) / per_s))
        if (run_client(self, number++, t) != STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

static int run(struct model_run *model_run)
{
    const double *param = model_run->param;
    struct vendor self = {.run = model_run, .param = param};
    int host = world_host_of(model_run->world, model_run->instance->roles[FROM].party[0]);
    mailer_init(&self.mailer, model_run, host, param[QUEUE], param[DEFERRED]);
    activity_shares(model_run, &model_run->instance->roles[TO], param[EVENNESS], self.common);
    if (activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    return run_clients(&self);
}

const struct model model_shared_sender = {
    .name = "shared-sender",
    .summary = "one sending address that serves several clients of a vendor, its old name left in "
               "place",
    .description =
        "A vendor's machine keeps its old host name while other clients send through it. Clients "
        "come and go (Poisson arrivals, exponential stays: an M/M/infinity queue), each with its "
        "own weekly rate, hour of the day, list and split over the receivers. Every connection "
        "makes the receiver's gateway confirm the address and so ask for the old name: the "
        "look-ups follow the new clients' programmes, not those of the one whose name it is. "
        "Proposed for 2016 by R. Graham (2021).",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
