/* relay.c - a VPN or Tor exit: many people and many names behind one client. */
#include "models/lookup.h"

enum { SESSIONS_PER_DAY, EVENNESS, PAGES, PAGE_GAP, WATCHED, STICKY, SWING, N_OWN };

static const struct param_row params[] = {
    [SESSIONS_PER_DAY] = {"sessions_per_day", UNIT_PER_DAY, 0, 500, "lognormal(median=20, sigma=1)",
                          "users' sessions that touch the names of this case, all bound parties",
                          NULL},
    [EVENNESS] = EVENNESS_ROW,
    [PAGES] = {"pages", UNIT_COUNT, 0, 500, "lognormal(median=2, sigma=0.8)",
               "look-ups of a session beyond the first, mean (geometric)", NULL},
    [PAGE_GAP] = {"page_gap", UNIT_SECOND, 0.01, 86400, "lognormal(median=40, sigma=1)",
                  "mean gap between them (exponential)", NULL},
    [WATCHED] = {"watched", UNIT_FRACTION, 0, 1, "beta(a=1, b=2)",
                 "share of look-ups that are for the mail host; the rest spread over the case's "
                 "other names",
                 NULL},
    [STICKY] = {"sticky", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
                "share of sessions that stay with the name of their first look-up", NULL},
    [SWING] = {"swing", UNIT_FRACTION, 0, 1, "uniform(0, 0.5)",
               "how much quieter the exit's own night is (users are world-wide)", NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO, FROM };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose host is asked for"},
    [FROM] = {"from", true, false, false, "whose address is the exit"},
    {NULL, false, false, false, NULL},
};

struct relay {
    const struct model_run *run;
    struct activity activity;
    uint32_t watched; /* question for the host's A record */
    uint32_t *other;  /* per question: the next one, itself included and around the end, for another
                         A record of the world; NO_INDEX where there is none */
    struct rng_family sessions;
};

static bool is_other(const struct relay *self, uint32_t question)
{
    const struct question *q = &self->run->world->questions[question];
    return question != self->watched && q->type == TYPE_A && q->n_records > 0;
}

static int find_others(struct relay *self)
{
    uint32_t n = self->run->world->n_questions, next = NO_INDEX;
    self->other = arena_array(self->run->arena, n, sizeof *self->other);
    if (self->other == NULL)
        return STATUS_RUN;
    for (uint32_t k = 2 * n; k-- > 0;) { /* twice, for those whose next one lies around the end */
        if (is_other(self, k % n))
            next = k % n;
        self->other[k % n] = next;
    }
    return STATUS_OK;
}

/* The host's A record or, with the other probability, any other A record of the world; NO_INDEX is
 * a name outside this case, which nobody here sees. */
static uint32_t draw_question(const struct relay *self, struct rng *rng)
{
    if (rng_uniform(rng) < self->run->param[WATCHED])
        return self->watched;
    return self->other[rng_below(rng, self->run->world->n_questions)];
}

static int session(const struct relay *self, uint64_t number, int party, time_us t)
{
    const struct model_run *run = self->run;
    const struct burst burst = burst_of(run->param[PAGES], run->param[PAGE_GAP]);
    struct rng rng;
    rng_start(&rng, &self->sessions, number);
    bool sticky = rng_uniform(&rng) < run->param[STICKY];
    uint32_t question = draw_question(self, &rng);
    do {
        if (question != NO_INDEX && traffic_query(run->traffic, t, party, question) != STATUS_OK)
            return STATUS_RUN;
        if (!sticky)
            question = draw_question(self, &rng);
    } while (burst_next(&burst, &rng, &t) && t < run->world->until_us);
    return STATUS_OK;
}

static int run_party(const struct relay *self, int i, double share)
{
    const struct model_run *run = self->run;
    const struct world *world = run->world;
    int party = run->instance->roles[FROM].party[i];
    struct rate_profile profile;
    rate_working_hours(&profile, &world->parties[party].grid, 8, 24, 1.0 - run->param[SWING], 1);
    struct arrivals arrivals;
    arrivals_init(&arrivals, run, "arrivals", (uint64_t)i, &self->activity, &profile,
                  run->param[SESSIONS_PER_DAY] * share / 86400.0, world->start_us);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= world->until_us)
            return STATUS_OK;
        if (session(self, number * ROLE_MAX_PARTIES + (uint64_t)i, party, t) != STATUS_OK)
            return STATUS_RUN;
    }
}

static int run(struct model_run *model_run)
{
    const struct party_set *from = &model_run->instance->roles[FROM];
    double shares[ROLE_MAX_PARTIES];
    const struct world *world = model_run->world;
    int host = world_host_of(world, model_run->instance->roles[TO].party[0]);
    struct relay self = {.run = model_run,
                         .watched = world->hosts[host].address_question,
                         .sessions = model_streams(model_run, "session")};
    if (find_others(&self) != STATUS_OK ||
        activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    activity_shares(model_run, from, model_run->param[EVENNESS], shares);
    for (int i = 0; i < from->n; i++)
        if (run_party(&self, i, shares[i]) != STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

const struct model model_relay = {
    .name = "relay",
    .summary = "a VPN or Tor exit: many people and many names behind one client",
    .description =
        "People from everywhere use a party's address as their exit. Sessions are Poisson with "
        "little of a daily rhythm; each makes a few look-ups, some for the mail host, the others "
        "for further names of the case (names that the case does not have are seen by nobody "
        "here). A session may stay with one name. A Tor exit at one of the askers was claimed in "
        "the 2016 white paper.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
