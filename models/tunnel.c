/* tunnel.c - data carried in query names (or, with a single name, in the times of questions). */
#include <math.h>
#include <string.h>

#include "models/lookup.h"

enum {
    TRANSFERS_PER_DAY,
    EVENNESS,
    PACKETS,
    PACKETS_SIGMA,
    PACKET_GAP,
    POLL,
    OWN_NAME,
    WORK_START,
    WORK_END,
    NIGHT,
    WEEKEND,
    N_OWN
};

static const struct param_row params[] = {
    [TRANSFERS_PER_DAY] = {"transfers_per_day", UNIT_PER_DAY, 0, 200,
                           "lognormal(median=2, sigma=1)", "data transfers, all bound parties",
                           NULL},
    [EVENNESS] = EVENNESS_ROW,
    [PACKETS] = {"packets", UNIT_COUNT, 1, 5000, "lognormal(median=10, sigma=0.9)",
                 "questions of one transfer, median", NULL},
    [PACKETS_SIGMA] = {"packets_sigma", UNIT_NONE, 0, 3, "uniform(0.3, 1.3)",
                       "standard deviation of the logarithm of that number", NULL},
    [PACKET_GAP] = {"packet_gap", UNIT_SECOND, 0.001, 86400, "lognormal(median=2, sigma=2)",
                    "mean gap between questions of a transfer (exponential)", NULL},
    [POLL] = {"poll", UNIT_SECOND, 0, 864000, "choice(0: 1, 1800: 1, 3600: 1)",
              "between transfers the client asks whether there is anything; 0: it does not", NULL},
    [OWN_NAME] = {"own_name", UNIT_FRACTION, 0, 1, "beta(a=2, b=2)",
                  "share of a transfer's questions that carry no data: the host's own name", NULL},
    [WORK_START] = {"work_start", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=9, sd=1)",
                    "start of the hours in which transfers begin, the asking side's time", NULL},
    [WORK_END] = {"work_end", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=19, sd=1.5)",
                  "end of these hours", NULL},
    [NIGHT] = {"night", UNIT_FRACTION, 0, 1, "uniform(0, 1)", "rate outside them, relative", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "uniform(0, 1)", "rate at weekends, relative",
                 NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO, FROM };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose domain carries the data"},
    [FROM] = {"from", true, false, false, "who sends it"},
    {NULL, false, false, false, NULL},
};

#define MAX_LABELS 1024

struct tunnel {
    const struct model_run *run;
    const double *param;
    uint32_t own;                /* question for the host's own name */
    uint32_t labels[MAX_LABELS]; /* questions for names below it or beside it */
    uint32_t n_labels;
    struct activity activity;
    struct rng_family transfers;
};

static bool ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text), k = strlen(suffix);
    return n > k && strcmp(text + n - k, suffix) == 0;
}

/* The names that may carry data: all below the host's own name; where the case has none, all in
 * its domain. */
static void find_labels(struct tunnel *self)
{
    const struct world *world = self->run->world;
    const char *own = intern_text(&world->names, world->questions[self->own].name);
    const char *dot = strchr(own, '.');
    const char *suffixes[] = {own, dot != NULL ? dot : own};
    for (int s = 0; s < 2 && self->n_labels == 0; s++)
        for (uint32_t q = 0; q < world->n_questions && self->n_labels < MAX_LABELS; q++) {
            const struct question *question = &world->questions[q];
            if (q != self->own && question->type != TYPE_PTR &&
                question->name != world->questions[self->own].name &&
                ends_with(intern_text(&world->names, question->name), suffixes[s]))
                self->labels[self->n_labels++] = q;
        }
}

static int transfer(const struct tunnel *self, uint64_t number, int party, time_us t)
{
    const double *param = self->param;
    struct rng rng;
    rng_start(&rng, &self->transfers, number);
    double packets = param[PACKETS] * exp(param[PACKETS_SIGMA] * rng_normal(&rng));
    uint32_t next = self->n_labels > 0 ? (uint32_t)rng_below(&rng, self->n_labels) : 0;
    for (double k = 0.0; k < packets && t < self->run->world->until_us; k += 1.0) {
        bool own = rng_uniform(&rng) < param[OWN_NAME] || self->n_labels == 0;
        uint32_t question = own ? self->own : self->labels[next++ % self->n_labels];
        if (traffic_query(self->run->traffic, t, party, question) != STATUS_OK)
            return STATUS_RUN;
        t = time_after(t, rng_exponential(&rng) * param[PACKET_GAP]);
    }
    return STATUS_OK;
}

static int transfers(const struct tunnel *self, int i, const struct working_clock *clock,
                     double base_per_s)
{
    int party = self->run->instance->roles[FROM].party[i];
    struct arrivals arrivals;
    arrivals_init(&arrivals, self->run, "arrivals", (uint64_t)i, &self->activity, &clock->profile,
                  base_per_s, self->run->world->start_us);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= self->run->world->until_us)
            return STATUS_OK;
        if (transfer(self, number * ROLE_MAX_PARTIES + (uint64_t)i, party, t) != STATUS_OK)
            return STATUS_RUN;
    }
}

static int polls(const struct tunnel *self, int i, const struct working_clock *clock, double share)
{
    const struct world *world = self->run->world;
    double every_s = self->param[POLL];
    struct rng rng;
    model_stream(self->run, "polls", (uint64_t)i, &rng);
    time_us t = time_after(world->start_us, rng_uniform(&rng) * every_s);
    while (every_s >= 1.0 && t < world->until_us) {
        double wanted = share * activity_at(&self->activity, t) * working_clock_open(clock, t);
        if (rng_uniform(&rng) < wanted &&
            traffic_query(self->run->traffic, t, self->run->instance->roles[FROM].party[i],
                          self->own) != STATUS_OK)
            return STATUS_RUN;
        t = time_after(t, every_s * (0.98 + 0.04 * rng_uniform(&rng)));
    }
    return STATUS_OK;
}

static int run(struct model_run *model_run)
{
    const struct world *world = model_run->world;
    const double *param = model_run->param;
    const struct party_set *from = &model_run->instance->roles[FROM];
    double shares[ROLE_MAX_PARTIES], most = 0.0;
    struct tunnel *self = arena_array(model_run->arena, 1, sizeof *self);
    if (self == NULL)
        return STATUS_RUN;
    self->run = model_run;
    self->param = param;
    self->own = world->hosts[world_host_of(world, model_run->instance->roles[TO].party[0])]
                    .address_question;
    find_labels(self);
    self->transfers = model_streams(model_run, "transfer");
    activity_shares(model_run, from, param[EVENNESS], shares);
    if (activity_init(&self->activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    for (int i = 0; i < from->n; i++)
        most = fmax(most, shares[i]);
    for (int i = 0; i < from->n; i++) {
        struct working_clock clock;
        working_clock_init(&clock, &world->parties[from->party[i]].grid, param[WORK_START],
                           param[WORK_END], param[NIGHT], param[WEEKEND]);
        if (transfers(self, i, &clock, param[TRANSFERS_PER_DAY] * shares[i] / 86400.0) !=
                STATUS_OK ||
            polls(self, i, &clock, shares[i] / most) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

const struct model model_tunnel = {
    .name = "tunnel",
    .summary = "data carried in query names: many names under one domain, in bursts",
    .description =
        "A client sends data by asking for names under the host's domain: every name carries a "
        "piece, so that no cache can answer it. Transfers begin in working hours and have "
        "log-normal sizes; a share of their questions is for the host's own name, and between "
        "transfers the client may poll with that name. The data-carrying names are those that the "
        "case declares below the host's name (or else in its domain): declare a few with short "
        "lifetimes or none, so that this explanation can show what it predicts. Where the case "
        "has only the host's own name, all of it is repeated questions for that name, most of "
        "which the cache hides: a tunnel that does not work.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
