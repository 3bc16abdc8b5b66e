/* campaign.c - bulk mail: mailings on a calendar, single triggered messages, deferrals, later
 * openings. */
#include <gsl/gsl_randist.h>
#include <math.h>

#include "models/mailer.h"

enum {
    SENDS_PER_WEEK,
    REGULARITY,
    SEND_HOUR,
    SEND_SPREAD,
    WEEKEND,
    LIST_SIZE,
    EVENNESS,
    DELIVERY,
    TRIGGERED,
    DEFERRED,
    QUEUE,
    OPENS,
    OPEN_DELAY,
    OPEN_SIGMA,
    N_OWN
};

static const struct param_row params[] = {
    [SENDS_PER_WEEK] = {"sends_per_week", UNIT_PER_WEEK, 0, 100, "gamma(shape=2, scale=1.5)",
                        "mailings that reach members at the bound parties", NULL},
    [REGULARITY] = {"regularity", UNIT_NONE, 0.1, 1000, "loguniform(0.5, 20)",
                    "shape of the gamma law of the gaps between mailings; 1: Poisson, large: a "
                    "fixed calendar",
                    NULL},
    [SEND_HOUR] = {"send_hour", UNIT_CLOCK_HOUR, 0, 24, "normal(mean=10, sd=2)",
                   "preferred hour of mailings, the sender's local time", NULL},
    [SEND_SPREAD] = {"send_spread", UNIT_HOUR, 0.25, 24, "lognormal(median=1.5, sigma=0.5)",
                     "standard deviation of the hour of mailings", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "beta(a=2, b=3)",
                 "mailings on a weekend day or holiday relative to a working day", NULL},
    [LIST_SIZE] = {"list_size", UNIT_COUNT, 0, 1000, "lognormal(median=30, sigma=1)",
                   "members of the list at all bound parties together", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [DELIVERY] = DELIVERY_ROW,
    [TRIGGERED] = {"triggered", UNIT_PER_DAY, 0, 400, "exponential(mean=2)",
                   "single messages to the bound parties set off by bookings, stays, birthdays",
                   NULL},
    [DEFERRED] = DEFERRED_ROW,
    [QUEUE] = QUEUE_ROW,
    [OPENS] = {"opens", UNIT_COUNT, 0, 20, "gamma(shape=1, scale=0.3)",
               "later openings and clicks per message that look the host up again, mean", NULL},
    [OPEN_DELAY] = {"open_delay", UNIT_HOUR, 0.01, 1000, "lognormal(median=3, sigma=0.7)",
                    "median delay of an opening, counted in the receiver's waking hours", NULL},
    [OPEN_SIGMA] = {"open_sigma", UNIT_NONE, 0, 4, "uniform(0.8, 1.8)",
                    "standard deviation of the logarithm of that delay", NULL},
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { FROM, TO };

static const struct role_row roles[] = {
    [FROM] = {"from", true, true, false, "who sends the mail"},
    [TO] = {"to", true, false, true, "who receives it"},
    {NULL, false, false, false, NULL},
};

struct campaign {
    const struct model_run *run;
    const double *param;
    struct mailer mailer;
    struct activity activity;
    struct rate_profile sending, triggering;
    struct working_clock waking[ROLE_MAX_PARTIES];
    double shares[ROLE_MAX_PARTIES];
    struct rng_family mailings, messages;
    struct rng_poisson_law opens;
};

static int open_later(const struct campaign *self, int i, time_us delivered, struct rng *rng)
{
    const double *param = self->param;
    const struct world *world = self->run->world;
    uint32_t question = world->hosts[self->mailer.host].address_question;
    uint64_t n = rng_poisson_draw(rng, &self->opens);
    for (uint64_t k = 0; k < n; k++) {
        double delay_s = param[OPEN_DELAY] * 3600.0 * exp(param[OPEN_SIGMA] * rng_normal(rng));
        time_us t = working_clock_after(&self->waking[i], delivered, delay_s);
        if (t == INT64_MAX)
            continue;
        if (traffic_query(self->run->traffic, t, self->run->instance->roles[TO].party[i],
                          question) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

/* One message to party i of the role: attempts until the gateway takes it, then its openings. */
static int deliver(const struct campaign *self, int i, time_us t, struct rng *rng)
{
    time_us taken;
    int party = self->run->instance->roles[TO].party[i];
    if (mailer_send(&self->mailer, party, t, rng, &taken) != STATUS_OK)
        return STATUS_RUN;
    return taken == INT64_MAX ? STATUS_OK : open_later(self, i, taken, rng);
}

/* One mailing: every party has a stream of its own, so that a change at one leaves the others. */
static int send_mailing(const struct campaign *self, uint64_t number, time_us start)
{
    const struct party_set *to = &self->run->instance->roles[TO];
    for (int i = 0; i < to->n; i++) {
        struct rng rng;
        rng_start(&rng, &self->mailings, number * ROLE_MAX_PARTIES + (uint64_t)i);
        uint64_t n = rng_poisson(&rng, self->param[LIST_SIZE] * self->shares[i]);
        for (uint64_t k = 0; k < n; k++) {
            time_us t = time_after(start, rng_uniform(&rng) * self->param[DELIVERY] * 3600.0);
            if (deliver(self, i, t, &rng) != STATUS_OK)
                return STATUS_RUN;
        }
    }
    return STATUS_OK;
}

static int send_mailings(const struct campaign *self)
{
    double base_per_s = self->param[SENDS_PER_WEEK] / 604800.0;
    double shape = self->param[REGULARITY];
    time_us t = self->run->world->start_us;
    for (uint64_t number = 0; base_per_s > 0.0; number++) {
        struct rng rng;
        model_stream(self->run, "calendar", number, &rng);
        gsl_rng generator = rng_gsl(&rng);
        double gap = gsl_ran_gamma(&generator, shape, 1.0 / shape);
        if (number == 0)
            gap *= rng_uniform(&rng); /* the calendar did not begin with the window */
        t = activity_advance(&self->activity, &self->sending, t, gap / base_per_s);
        if (t >= self->run->world->until_us)
            break;
        if (send_mailing(self, number, t) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

static int send_triggered(const struct campaign *self, int i)
{
    double base_per_s = self->param[TRIGGERED] * self->shares[i] / 86400.0;
    struct arrivals arrivals;
    arrivals_init(&arrivals, self->run, "triggered arrivals", (uint64_t)i, &self->activity,
                  &self->triggering, base_per_s, self->run->world->start_us);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        if (t >= self->run->world->until_us)
            return STATUS_OK;
        struct rng rng;
        rng_start(&rng, &self->messages, number * ROLE_MAX_PARTIES + (uint64_t)i);
        if (deliver(self, i, t, &rng) != STATUS_OK)
            return STATUS_RUN;
    }
}

static int prepare(struct campaign *self, const struct model_run *run)
{
    const struct world *world = run->world;
    const struct party_set *to = &run->instance->roles[TO];
    int sender = run->instance->roles[FROM].party[0];
    self->run = run;
    self->param = run->param;
    self->mailings = model_streams(run, "mailing");
    self->messages = model_streams(run, "triggered");
    self->opens = rng_poisson_law(run->param[OPENS]);
    mailer_init(&self->mailer, run, world_host_of(world, sender), run->param[QUEUE],
                run->param[DEFERRED]);
    mailer_calendar(&self->sending, &world->parties[sender].grid, run->param[SEND_HOUR],
                    run->param[SEND_SPREAD], run->param[WEEKEND]);
    rate_working_hours(&self->triggering, &world->parties[sender].grid, 7, 23, 0.2, 1);
    activity_shares(run, to, run->param[EVENNESS], self->shares);
    for (int i = 0; i < to->n; i++)
        working_clock_init(&self->waking[i], &world->parties[to->party[i]].grid, 7, 24, 0.05, 1);
    return activity_init(&self->activity, run, N_OWN);
}

static int run(struct model_run *model_run)
{
    struct campaign *self = arena_array(model_run->arena, 1, sizeof *self);
    if (self == NULL || prepare(self, model_run) != STATUS_OK)
        return STATUS_RUN;
    int status = send_mailings(self);
    for (int i = 0; status == STATUS_OK && i < model_run->instance->roles[TO].n; i++)
        status = send_triggered(self, i);
    return status;
}

const struct model model_campaign = {
    .name = "campaign",
    .summary = "bulk mail: mailings on a calendar, triggered messages, deferrals, later openings",
    .description =
        "A sender mails a list. Mailings follow a calendar (gamma gaps on a clock that runs at the "
        "preferred hours of the week); a throttle spreads each over some hours; members sit "
        "unequally behind the bound parties. Every delivery attempt makes the receiving gateway "
        "look the sending host up; deferred messages come again; messages that are opened or "
        "clicked look the host up once more after a log-normal delay in waking hours. Single "
        "messages triggered by a customer's own acts come besides. Sending hours and weekdays: "
        "published statistics of bulk mailers (MailerMailer 2012, Sendinblue 2017: mornings, "
        "Tuesday to Thursday, opens mostly within hours, a tail of two weeks); retry schedules by "
        "software (mail_queue.h).",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
