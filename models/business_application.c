/* business_application.c - meetings arranged through a vendor's mail: invitations, reminders,
 * changes, replies. */
#include <math.h>

#include "models/lookup.h"

enum {
    MEETINGS_PER_WEEK,
    RECURRING,
    EVENNESS,
    INVITED,
    LEAD,
    UPDATES,
    REMINDERS,
    REPLIES,
    REPLY_DELAY,
    SYNC,
    WORK_START,
    WORK_END,
    N_OWN
};

static const struct param_row params[] = {
    [MEETINGS_PER_WEEK] = {"meetings_per_week", UNIT_PER_WEEK, 0, 200,
                           "lognormal(median=5, sigma=1)", "single meetings, all bound parties",
                           NULL},
    [RECURRING] = {"recurring", UNIT_COUNT, 0, 100, "poisson(mean=2)",
                   "meetings that come every week at the same local time", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [INVITED] = {"invited", UNIT_COUNT, 0, 100, "lognormal(median=3, sigma=0.7)",
                 "people invited to one meeting, mean (at least one)", NULL},
    [LEAD] = {"lead", UNIT_DAY, 0, 100, "lognormal(median=4, sigma=0.7)",
              "mean time between invitation and meeting (exponential)", NULL},
    [UPDATES] = {"updates", UNIT_COUNT, 0, 20, "exponential(mean=0.4)",
                 "changes to one meeting, mean (Poisson), each mailed to everybody invited", NULL},
    [REMINDERS] = {"reminders", UNIT_COUNT, 0, 3, "choice(0, 1, 2, 3)",
                   "reminders to everybody: one hour, one day, 15 minutes before, in that order",
                   NULL},
    [REPLIES] = {"replies", UNIT_FRACTION, 0, 1, "beta(a=3, b=2)",
                 "share of messages to which the receiver's program answers or acts", NULL},
    [REPLY_DELAY] = {"reply_delay", UNIT_SECOND, 1, 864000, "lognormal(median=1 h, sigma=1)",
                     "median time to that, in working hours (log-normal, sigma 1.2)", NULL},
    [SYNC] = {"sync", UNIT_SECOND, 0, 864000, "choice(0: 2, 3600: 1, 14400: 1)",
              "the client program looks for news this often in working hours; 0: never", NULL},
    [WORK_START] = {"work_start", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=9, sd=0.7)",
                    "start of the receivers' working day, local time", NULL},
    [WORK_END] = {"work_end", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=18, sd=1)",
                  "end of the receivers' working day, local time", NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { FROM, TO };

static const struct role_row roles[] = {
    [FROM] = {"from", true, true, false, "whose host serves the application"},
    [TO] = {"to", true, false, true, "whose people meet"},
    {NULL, false, false, false, NULL},
};

struct office {
    const struct model_run *run;
    const double *param;
    int host, party;
    struct activity activity;
    struct working_clock clock;
    struct rng_family meetings;
};

/* Mail to everybody invited: one connection each within a minute, some answered later. */
static int tell_all(const struct office *self, time_us t, uint64_t invited, struct rng *rng)
{
    const double *param = self->param;
    for (uint64_t k = 0; k < invited; k++) {
        time_us sent = time_after(t, rng_uniform(rng) * 60.0);
        if (traffic_mail(self->run->traffic, sent, self->host, self->party, MAIL_ACCEPTED) !=
            STATUS_OK)
            return STATUS_RUN;
        if (rng_uniform(rng) >= param[REPLIES])
            continue;
        double delay_s = param[REPLY_DELAY] * exp(1.2 * rng_normal(rng));
        if (lookup_address(self->run, working_clock_after(&self->clock, sent, delay_s), self->party,
                           self->host) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

/* Reminders that would fall before the invitation are not sent. */
static int remind(const struct office *self, time_us arranged, time_us meeting, uint64_t invited,
                  struct rng *rng)
{
    static const double before_s[] = {3600.0, 86400.0, 900.0};
    for (int k = 0; k < (int)(self->param[REMINDERS] + 0.5) && k < 3; k++) {
        time_us t = meeting - (time_us)(before_s[k] * 1e6);
        if (t > arranged && tell_all(self, t, invited, rng) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

static uint64_t draw_invited(const struct office *self, struct rng *rng)
{
    return 1 + rng_poisson(rng, fmax(self->param[INVITED] - 1.0, 0.0));
}

/* What falls into a night or weekend happens in the first hours of the next working day. */
static time_us into_office(const struct office *self, time_us t, struct rng *rng)
{
    double late_s = 1200.0 + 6000.0 * rng_uniform(rng);
    bool open = working_clock_open(&self->clock, t) > 0.5;
    return open ? t : working_clock_after(&self->clock, t, late_s);
}

/* A meeting arranged at t: invitation, changes on the way, reminders. */
static int arrange(const struct office *self, uint64_t number, time_us t)
{
    const double *param = self->param;
    struct rng rng;
    rng_start(&rng, &self->meetings, number);
    uint64_t invited = draw_invited(self, &rng);
    double lead_s = rng_exponential(&rng) * param[LEAD] * 86400.0;
    time_us meeting = time_after(t, lead_s);
    meeting = into_office(self, meeting, &rng);
    if (tell_all(self, t, invited, &rng) != STATUS_OK)
        return STATUS_RUN;
    uint64_t updates = rng_poisson(&rng, param[UPDATES]);
    for (uint64_t k = 0; k < updates; k++) {
        time_us change = time_after(t, rng_uniform(&rng) * lead_s);
        change = into_office(self, change, &rng);
        if (tell_all(self, change, invited, &rng) != STATUS_OK)
            return STATUS_RUN;
    }
    return meeting == INT64_MAX ? STATUS_OK : remind(self, t, meeting, invited, &rng);
}

static int single_meetings(const struct office *self, int i, double base_per_s)
{
    struct arrivals arrivals;
    arrivals_init(&arrivals, self->run, "arrivals", (uint64_t)i, &self->activity,
                  &self->clock.profile, base_per_s, self->run->world->start_us);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= self->run->world->until_us)
            return STATUS_OK;
        if (arrange(self, number * ROLE_MAX_PARTIES + (uint64_t)i, t) != STATUS_OK)
            return STATUS_RUN;
    }
}

/* The same local hour every week; off on holidays and in pauses. */
static int recurring_meeting(const struct office *self, uint64_t number)
{
    const struct world *world = self->run->world;
    const struct party *party = &world->parties[self->party];
    struct rng rng;
    model_stream(self->run, "recurring", number, &rng);
    double hour =
        self->param[WORK_START] + floor(rng_uniform(&rng) * 8.0 * 2.0) / 2.0; /* on the half hour */
    uint64_t invited = draw_invited(self, &rng);
    time_us t = next_local_hour(party, world->start_us, hour);
    for (uint64_t day = rng_below(&rng, 5); day > 0; day--)
        t = next_local_hour(party, t, hour);
    while (t < world->until_us) {
        bool open = working_clock_open(&self->clock, t) > 0.5;
        if (open && activity_at(&self->activity, t) > 0.0 &&
            remind(self, INT64_MIN, t, invited, &rng) != STATUS_OK)
            return STATUS_RUN;
        t = next_local_hour(party, t + 6 * US_PER_DAY, hour);
    }
    return STATUS_OK;
}

/* The program asks for news at its interval, as long as the office is open. */
static int look_for_news(const struct office *self, int i, double share)
{
    const struct world *world = self->run->world;
    double every_s = self->param[SYNC];
    struct rng rng;
    model_stream(self->run, "sync", (uint64_t)i, &rng);
    time_us t = time_after(world->start_us, rng_uniform(&rng) * every_s);
    while (every_s >= 1.0 && t < world->until_us) {
        double level = activity_at(&self->activity, t);
        bool open = working_clock_open(&self->clock, t) > 0.5;
        if (open && rng_uniform(&rng) < share * level &&
            lookup_address(self->run, t, self->party, self->host) != STATUS_OK)
            return STATUS_RUN;
        t = time_after(t, every_s + rng_uniform(&rng));
    }
    return STATUS_OK;
}

static int run_party(struct office *self, int i, double share, double most)
{
    const struct world *world = self->run->world;
    const double *param = self->param;
    self->party = self->run->instance->roles[TO].party[i];
    working_clock_init(&self->clock, &world->parties[self->party].grid, param[WORK_START],
                       param[WORK_END], 0.01, 0.02);
    int status = single_meetings(self, i, param[MEETINGS_PER_WEEK] * share / 604800.0);
    uint64_t n = (uint64_t)(param[RECURRING] * share / most + 0.5);
    for (uint64_t k = 0; status == STATUS_OK && k < n; k++)
        status = recurring_meeting(self, k * ROLE_MAX_PARTIES + (uint64_t)i);
    return status == STATUS_OK ? look_for_news(self, i, share / most) : status;
}

static int run(struct model_run *model_run)
{
    const struct party_set *to = &model_run->instance->roles[TO];
    struct office self = {.run = model_run,
                          .param = model_run->param,
                          .meetings = model_streams(model_run, "meeting")};
    double shares[ROLE_MAX_PARTIES], most = 0.0;
    self.host = world_host_of(model_run->world, model_run->instance->roles[FROM].party[0]);
    if (activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    activity_shares(model_run, to, self.param[EVENNESS], shares);
    for (int i = 0; i < to->n; i++)
        most = fmax(most, shares[i]);
    for (int i = 0; i < to->n; i++)
        if (run_party(&self, i, shares[i], most) != STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

const struct model model_business_application = {
    .name = "business-application",
    .summary = "meetings arranged through a vendor's host: invitations, changes, reminders, "
               "replies",
    .description =
        "Single meetings are arranged in the receivers' working hours; each brings an invitation "
        "to everybody, now and then a change, and reminders before it; other meetings come every "
        "week at the same local time. Every mail makes the gateway look the host up, and a share "
        "of receivers answers or clicks later, which looks it up again. A client program may "
        "look for news at a fixed interval while the office is open. Nights, weekends and "
        "holidays are nearly silent. Such an application (\"Metron\") was offered as an "
        "explanation of the 2016 look-ups by the vendor (Slate, November 2016).",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
