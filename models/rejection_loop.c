/* rejection_loop.c - a gateway that defers, rejects or holds; a sender that tries again; an
 * appliance that asks again while an item is held. */
#include <math.h>

#include "models/lookup.h"
#include "sim/mail_queue.h"

enum {
    MESSAGES_PER_WEEK,
    EVENNESS,
    NIGHT,
    WEEKEND,
    DEFERRED,
    RELEASED,
    QUEUE,
    HELD,
    HOLD_TIME,
    RECHECK,
    RECHECK_JITTER,
    MORE_LOOKUPS,
    LOOKUP_GAP,
    N_OWN
};

static const struct param_row params[] = {
    [MESSAGES_PER_WEEK] = {"messages_per_week", UNIT_PER_WEEK, 0, 200,
                           "lognormal(median=4, sigma=1)",
                           "new messages to all bound parties together", NULL},
    [EVENNESS] = EVENNESS_ROW,
    [NIGHT] = {"night", UNIT_FRACTION, 0, 1, "uniform(0, 1)",
               "sending outside 8 to 18 h of the sender's day, relative to inside", NULL},
    [WEEKEND] = {"weekend", UNIT_FRACTION, 0, 1, "uniform(0.1, 1)",
                 "sending on a weekend day or holiday relative to a working day", NULL},
    [DEFERRED] = {"deferred", UNIT_FRACTION, 0, 1, "beta(a=2, b=2)",
                  "share of messages that the gateway answers with a temporary error; the others "
                  "are rejected at once",
                  NULL},
    [RELEASED] = {"released", UNIT_FRACTION, 0, 1, "beta(a=1, b=12)",
                  "probability that a retry is taken after all", NULL},
    [QUEUE] = {"queue", UNIT_WORD, 0, 11,
               "choice(postfix: 3, exim: 1, exchange: 1, bulk: 2, bulk-backoff: 2, bulk-hosted: 1)",
               "retry schedule of the sender, by software", mail_queue_words},
    [HELD] = {"held", UNIT_FRACTION, 0, 1, "beta(a=2, b=2)",
              "share of messages that leave an item in the receiver's quarantine or sandbox", NULL},
    [HOLD_TIME] = {"hold_time", UNIT_DAY, 0, 400, "lognormal(median=2, sigma=1)",
                   "median time that an item stays there (log-normal, sigma 1)", NULL},
    [RECHECK] = {"recheck", UNIT_SECOND, 60, 604800, "lognormal(median=1 h, sigma=0.3)",
                 "time between two checks of a held sender", NULL},
    [RECHECK_JITTER] = {"recheck_jitter", UNIT_FRACTION, 0, 0.5, "loguniform(0.0005, 0.1)",
                        "standard deviation of that time, as a share of it", NULL},
    [MORE_LOOKUPS] = MORE_LOOKUPS_ROW,
    [LOOKUP_GAP] = LOOKUP_GAP_ROW,
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { FROM, TO };

static const struct role_row roles[] = {
    [FROM] = {"from", true, true, false, "who sends the unwanted mail"},
    [TO] = {"to", true, false, true, "who defers, rejects or holds it"},
    {NULL, false, false, false, NULL},
};

struct loop {
    const struct model_run *run;
    const double *param;
    int host;
    struct activity activity;
    struct rate_profile sending;
    const struct mail_queue_profile *queue;
    time_us scan_us;
    struct rng_family messages;
};

static int retry(const struct loop *self, int party, time_us sent, struct rng *rng)
{
    struct queued_message mail;
    enum mail_status status = MAIL_DEFERRED;
    int (*attempt)(struct traffic *, time_us, int, int, enum mail_status) = traffic_mail;
    mail_queue_accept(&mail, self->queue, MAIL_ORDINARY, sent, self->scan_us);
    do {
        if (attempt(self->run->traffic, mail.attempt_us, self->host, party, status) != STATUS_OK)
            return STATUS_RUN;
        attempt = traffic_mail_again;
        if (status == MAIL_ACCEPTED || !mail_queue_defer(&mail))
            return STATUS_OK;
        if (rng_uniform(rng) < self->param[RELEASED])
            status = MAIL_ACCEPTED;
    } while (mail.attempt_us < self->run->world->until_us);
    return STATUS_OK;
}

/* The appliance checks senders, not items: overlapping holds share one clock. */
static int recheck(const struct loop *self, int party, time_us from, time_us until, struct rng *rng)
{
    const struct world *world = self->run->world;
    const struct burst burst = burst_of(self->param[MORE_LOOKUPS], self->param[LOOKUP_GAP]);
    double every_s = self->param[RECHECK], jitter_s = every_s * self->param[RECHECK_JITTER];
    if (until > world->until_us)
        until = world->until_us;
    time_us t = from;
    for (;;) {
        t = time_after(t, fmax(every_s + jitter_s * rng_normal(rng), every_s * 0.1));
        if (t >= until)
            return STATUS_OK;
        time_us at = t;
        do
            if (lookup_address(self->run, at, party, self->host) != STATUS_OK)
                return STATUS_RUN;
        while (burst_next(&burst, rng, &at));
    }
}

/* What one message leaves behind: returns the time until which it is held (its arrival: not held).
 */
static int receive(const struct loop *self, int i, uint64_t number, time_us t, time_us *held_until)
{
    int party = self->run->instance->roles[TO].party[i];
    struct rng rng;
    rng_start(&rng, &self->messages, number * ROLE_MAX_PARTIES + (uint64_t)i);
    bool deferred = rng_uniform(&rng) < self->param[DEFERRED];
    bool held = rng_uniform(&rng) < self->param[HELD];
    double hold_s = self->param[HOLD_TIME] * 86400.0 * exp(rng_normal(&rng));
    *held_until = held ? time_after(t, hold_s) : t;
    if (deferred)
        return retry(self, party, t, &rng);
    return traffic_mail(self->run->traffic, t, self->host, party, MAIL_REJECTED);
}

static int run_party(const struct loop *self, int i, double base_per_s)
{
    int party = self->run->instance->roles[TO].party[i];
    time_us hold_from = self->run->world->start_us, hold_until = hold_from;
    struct arrivals arrivals;
    struct rng checks;
    arrivals_init(&arrivals, self->run, "arrivals", (uint64_t)i, &self->activity, &self->sending,
                  base_per_s, self->run->world->start_us);
    model_stream(self->run, "checks", (uint64_t)i, &checks);
    for (uint64_t number = 0;; number++) {
        time_us t = arrivals_next(&arrivals);
        bool over = t >= self->run->world->until_us;
        if (over || t >= hold_until) {
            if (recheck(self, party, hold_from, hold_until, &checks) != STATUS_OK)
                return STATUS_RUN;
            hold_from = hold_until = t;
        }
        if (over)
            return STATUS_OK;
        time_us held_until;
        if (receive(self, i, number, t, &held_until) != STATUS_OK)
            return STATUS_RUN;
        if (held_until > hold_until)
            hold_until = held_until;
    }
}

static void prepare(struct loop *self, const struct model_run *run)
{
    const struct world *world = run->world;
    int sender = run->instance->roles[FROM].party[0];
    struct rng rng;
    self->run = run;
    self->param = run->param;
    self->messages = model_streams(run, "message");
    self->host = world_host_of(world, sender);
    rate_working_hours(&self->sending, &world->parties[sender].grid, 8, 18, run->param[NIGHT],
                       run->param[WEEKEND]);
    self->queue = &mail_queue_profiles[(size_t)run->param[QUEUE]];
    model_stream(run, "queue", 0, &rng);
    self->scan_us = mail_queue_scan(self->queue, world->start_us, &rng);
}

static int run(struct model_run *model_run)
{
    const struct party_set *to = &model_run->instance->roles[TO];
    struct loop self;
    double shares[ROLE_MAX_PARTIES];
    prepare(&self, model_run);
    activity_shares(model_run, to, self.param[EVENNESS], shares);
    if (activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    for (int i = 0; i < to->n; i++) {
        double base_per_s = self.param[MESSAGES_PER_WEEK] * shares[i] / 604800.0;
        if (run_party(&self, i, base_per_s) != STATUS_OK)
            return STATUS_RUN;
    }
    return STATUS_OK;
}

const struct model model_rejection_loop = {
    .name = "rejection-loop",
    .summary = "deferred, rejected or held mail: retries on a schedule, hourly checks of the held "
               "sender",
    .description =
        "Unwanted mail arrives at a gateway. Part of it is answered with a temporary error and "
        "comes again on the retry schedule of the sender's software (mail_queue.h), part is "
        "rejected; each attempt makes the gateway look the sending host up. A "
        "share leaves an item in a quarantine or sandbox, and while any item is held the appliance "
        "asks for the sender again at a fixed interval with a little jitter. Overlapping holds "
        "share one clock: the appliance checks senders, not items. That vendors re-check so is "
        "claimed for the 2016 case (anti-spam software of Trend Micro, CNN March 2017), not "
        "documented by the vendor; the interval is therefore a parameter.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
