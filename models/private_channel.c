/* private_channel.c - people at two ends in conversation: openings, replies, reactions to dated
 * events. */
#include <math.h>

#include "models/lookup.h"

enum {
    OPENINGS_PER_DAY,
    EVENNESS,
    BRANCHING,
    REPLIES,
    REPLY_DELAY,
    REPLY_SIGMA,
    HOURS,
    WORK_START,
    WORK_END,
    NIGHT,
    WEEKEND,
    MORE_LOOKUPS,
    LOOKUP_SPAN,
    EVENT_MESSAGES,
    EVENT_DELAY,
    SLOT,
    POLL,
    N_OWN
};

enum hours { HOURS_OPENER, HOURS_BOTH };
static const char *const hours_words[] = {"opener", "both", NULL};

static const struct param_row params[] = {
    [OPENINGS_PER_DAY] = {"openings_per_day", UNIT_PER_DAY, 0, 200, "lognormal(median=5, sigma=1)",
                          "conversations that begin by themselves, over all partners", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [BRANCHING] = {"branching", UNIT_FRACTION, 0, 0.95, "beta(a=4, b=4)",
                   "messages that each message sets off, mean (the Hawkes branching ratio)", NULL},
    [REPLIES] = {"replies", UNIT_FRACTION, 0, 1, "beta(a=4, b=2)",
                 "share of those that come from the other side", NULL},
    [REPLY_DELAY] = {"reply_delay", UNIT_SECOND, 1, 864000, "lognormal(median=20 min, sigma=1)",
                     "median time to a reply, counted in the writer's working hours", NULL},
    [REPLY_SIGMA] = {"reply_sigma", UNIT_NONE, 0, 4, "uniform(0.8, 1.8)",
                     "standard deviation of the logarithm of that time", NULL},
    [HOURS] = {"hours", UNIT_WORD, 0, 1, "choice(opener, both)",
               "openings follow the working hours of the side that opens, or of both at once",
               hours_words},
    [WORK_START] = {"work_start", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=9, sd=1)",
                    "start of the working day at either end, local time", NULL},
    [WORK_END] = {"work_end", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=19, sd=1.5)",
                  "end of the working day at either end, local time", NULL},
    [NIGHT] = {"night", UNIT_FRACTION, 0, 1, "beta(a=1, b=6)",
               "rate outside the working day relative to inside", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "beta(a=1.5, b=3)",
                 "rate on a weekend day or holiday relative to a working day", NULL},
    [MORE_LOOKUPS] = {"more_lookups", UNIT_COUNT, 0, 10, "exponential(mean=0.5)",
                      "look-ups per message beyond the first, mean (Poisson)", NULL},
    [LOOKUP_SPAN] = {"lookup_span", UNIT_SECOND, 0, 3600, "lognormal(median=20, sigma=1)",
                     "time over which they are spread", NULL},
    [EVENT_MESSAGES] = {"event_messages", UNIT_COUNT, 0, 500, "0",
                        "extra openings that each dated event sets off, mean", NULL},
    [EVENT_DELAY] = {"event_delay", UNIT_HOUR, 0.01, 1000, "lognormal(median=12, sigma=0.7)",
                     "mean delay of such an opening, counted in working hours (exponential)", NULL},
    [SLOT] = {"slot", UNIT_SECOND, 0, 864000, "0",
              "a code of fixed times: messages wait for the next multiple of this (UTC); 0: none",
              NULL},
    [POLL] = {"poll", UNIT_SECOND, 0, 864000, "0",
              "the far end's program asks this often whether there is anything (a dead drop), in "
              "the hours of its office; 0: never",
              NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { FROM, TO };

static const struct role_row roles[] = {
    [FROM] = {"from", true, true, false, "the end that runs the mail host"},
    [TO] = {"to", true, false, true, "the other end or ends"},
    {NULL, false, false, false, NULL},
};

enum { HOST_SIDE, PARTNER_SIDE, N_SIDES };

struct written {
    time_us time_us;
    int side;
};

#define MAX_CONVERSATION 4096 /* messages; at branching 0.95 the mean is 20 */

struct channel {
    const struct model_run *run;
    const double *param;
    int host, party, partner; /* partner: position in the role */
    uint32_t question;
    struct activity activity;
    struct working_clock clock[N_SIDES];
    struct rate_profile opening[N_SIDES];
    struct written *queue; /* of one conversation */
    struct rng_family conversations;
    struct rng_poisson_law more_lookups, children;
};

/* The partner's side looks up a host that it writes to; the host's side is looked up by the gateway
 * that it connects to. Either way the partner's resolvers ask. */
static int look_up(const struct channel *self, struct written message, struct rng *rng)
{
    struct traffic *traffic = self->run->traffic;
    time_us slot = (time_us)(self->param[SLOT] * 1e6);
    if (slot > 0)
        message.time_us += slot - 1 - (message.time_us - 1) % slot;
    int status =
        message.side == HOST_SIDE
            ? traffic_mail(traffic, message.time_us, self->host, self->party, MAIL_ACCEPTED)
            : traffic_query(traffic, message.time_us, self->party, self->question);
    uint64_t more = rng_poisson_draw(rng, &self->more_lookups);
    for (uint64_t k = 0; status == STATUS_OK && k < more; k++)
        status = traffic_query(
            traffic, time_after(message.time_us, rng_uniform(rng) * self->param[LOOKUP_SPAN]),
            self->party, self->question);
    return status;
}

/* Appends what one message sets off; each answer waits on its writer's working clock. */
static int set_off(const struct channel *self, struct written parent, int n, struct rng *rng)
{
    const double *param = self->param;
    uint64_t children = rng_poisson_draw(rng, &self->children);
    for (uint64_t k = 0; k < children && n < MAX_CONVERSATION; k++) {
        bool reply = rng_uniform(rng) < param[REPLIES];
        double delay_s = param[REPLY_DELAY] * exp(param[REPLY_SIGMA] * rng_normal(rng));
        int side = reply ? N_SIDES - 1 - parent.side : parent.side;
        time_us t = working_clock_after(&self->clock[side], parent.time_us, delay_s);
        if (t < self->run->world->until_us)
            self->queue[n++] = (struct written){t, side};
    }
    return n;
}

/* One conversation from its opening to its end, with a stream of its own. */
static int converse(const struct channel *self, struct rng *rng, struct written opening)
{
    int n = 1;
    self->queue[0] = opening;
    for (int i = 0; i < n; i++) {
        if (look_up(self, self->queue[i], rng) != STATUS_OK)
            return STATUS_RUN;
        n = set_off(self, self->queue[i], n, rng);
    }
    return STATUS_OK;
}

static uint64_t conversation_number(const struct channel *self, int side, uint64_t number)
{
    return (number * N_SIDES + (uint64_t)side) * ROLE_MAX_PARTIES + (uint64_t)self->partner;
}

static int open_by_themselves(const struct channel *self, int side, double base_per_s)
{
    struct arrivals arrivals;
    arrivals_init(&arrivals, self->run, "openings", conversation_number(self, side, 0),
                  &self->activity, &self->opening[side], base_per_s, self->run->world->start_us);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= self->run->world->until_us)
            return STATUS_OK;
        struct rng rng;
        rng_start(&rng, &self->conversations, conversation_number(self, side, number));
        if (converse(self, &rng, (struct written){t, side}) != STATUS_OK)
            return STATUS_RUN;
    }
}

static int react_to_events(const struct channel *self, double mean)
{
    const struct world *world = self->run->world;
    for (uint32_t e = 0; mean > 0.0 && e < world->n_events; e++) {
        time_us event = world->events[e].time_us;
        struct rng rng;
        model_stream(self->run, "event", conversation_number(self, 0, e), &rng);
        uint64_t n = rng_poisson(&rng, mean * activity_at(&self->activity, event));
        for (uint64_t k = 0; k < n; k++) {
            int side = (int)rng_below(&rng, N_SIDES);
            double delay_s = self->param[EVENT_DELAY] * 3600.0 * rng_exponential(&rng);
            time_us t = working_clock_after(&self->clock[side], event, delay_s);
            if (t < world->until_us && converse(self, &rng, (struct written){t, side}) != STATUS_OK)
                return STATUS_RUN;
        }
    }
    return STATUS_OK;
}

/* Beats are left out with the course of activity and outside office hours. */
static int poll(const struct channel *self, double wanted)
{
    const struct world *world = self->run->world;
    double every_s = self->param[POLL];
    struct rng rng;
    model_stream(self->run, "poll", (uint64_t)self->partner, &rng);
    time_us t = time_after(world->start_us, rng_uniform(&rng) * every_s);
    while (every_s >= 1.0 && t < world->until_us) {
        double open = working_clock_open(&self->clock[PARTNER_SIDE], t);
        if (rng_uniform(&rng) < wanted * open * activity_at(&self->activity, t) &&
            traffic_query(self->run->traffic, t, self->party, self->question) != STATUS_OK)
            return STATUS_RUN;
        t = time_after(t, every_s * (0.995 + 0.01 * rng_uniform(&rng)));
    }
    return STATUS_OK;
}

/* Opening hours of one side; with "both", an hour counts as much as the other side is awake in it
 * too. The partner's grid serves both, so that one clock walks through the window; the shift
 * between the two zones is that of the middle of the window, in whole hours. */
static void fill_openings(struct channel *self, int side, const struct timezone_table *host_zone)
{
    struct rate_profile *profile = &self->opening[side];
    *profile = self->clock[side].profile;
    if ((enum hours)self->param[HOURS] == HOURS_OPENER)
        return;
    const struct world *world = self->run->world;
    const struct party *partner = &world->parties[self->party];
    time_us middle = world->from_us / 2 + world->until_us / 2;
    int32_t shift_h =
        (timezone_offset_s(host_zone, middle) - timezone_offset_s(&partner->timezone, middle)) /
        3600;
    *profile = self->clock[PARTNER_SIDE].profile;
    for (int i = 0; i < 168; i++)
        profile->weight[i] *= self->clock[HOST_SIDE].profile.weight[(i + shift_h + 168) % 168];
    rate_normalise(profile);
}

static int run_partner(struct channel *self, int host_party, double share, double most)
{
    const struct world *world = self->run->world;
    const double *param = self->param;
    const int parties[N_SIDES] = {host_party, self->party};
    for (int side = 0; side < N_SIDES; side++)
        working_clock_init(&self->clock[side], &world->parties[parties[side]].grid,
                           param[WORK_START], param[WORK_END], param[NIGHT], param[WEEKEND]);
    for (int side = 0; side < N_SIDES; side++)
        fill_openings(self, side, &world->parties[host_party].timezone);
    double base_per_s = param[OPENINGS_PER_DAY] * share / 86400.0 / N_SIDES;
    for (int side = 0; side < N_SIDES; side++)
        if (open_by_themselves(self, side, base_per_s) != STATUS_OK)
            return STATUS_RUN;
    if (react_to_events(self, param[EVENT_MESSAGES] * share) != STATUS_OK)
        return STATUS_RUN;
    return poll(self, share / most);
}

static int run(struct model_run *model_run)
{
    const struct world *world = model_run->world;
    const struct party_set *to = &model_run->instance->roles[TO];
    int host_party = model_run->instance->roles[FROM].party[0];
    struct channel *self = arena_array(model_run->arena, 1, sizeof *self);
    struct written *queue = arena_array(model_run->arena, MAX_CONVERSATION, sizeof *queue);
    if (self == NULL || queue == NULL)
        return STATUS_RUN;
    self->run = model_run;
    self->param = model_run->param;
    self->queue = queue;
    self->conversations = model_streams(model_run, "conversation");
    self->more_lookups = rng_poisson_law(self->param[MORE_LOOKUPS]);
    self->children = rng_poisson_law(self->param[BRANCHING]);
    self->host = world_host_of(world, host_party);
    self->question = world->hosts[self->host].address_question;
    if (activity_init(&self->activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    double shares[ROLE_MAX_PARTIES], most = 0.0;
    activity_shares(model_run, to, self->param[EVENNESS], shares);
    for (int i = 0; i < to->n; i++)
        most = fmax(most, shares[i]);
    for (int i = 0; i < to->n; i++) {
        self->party = to->party[i];
        self->partner = i;
        if (run_partner(self, host_party, shares[i], most) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

const struct model model_private_channel = {
    .name = "private-channel",
    .summary = "people at two ends in conversation: working hours of both, replies, reactions to "
               "events",
    .description =
        "Conversations open at random in working hours (of the side that opens, or of both at "
        "once). Every message sets off further messages, from the other side or the same one, "
        "after a log-normal delay on the writer's working clock: a Hawkes process in its cluster "
        "form (Hawkes and Oakes 1974) whose branching ratio below 1 keeps conversations finite; "
        "the mean length is 1/(1 - branching). Every message makes the far end's resolvers look "
        "the mail host up once or a few times within seconds. Dated events of the case may set "
        "off extra openings. Several partners hold separate conversations whose volumes may be "
        "very unequal, under one common course of activity. Code-like variants: messages at fixed "
        "slots, and a dead drop that the far end's program polls.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
