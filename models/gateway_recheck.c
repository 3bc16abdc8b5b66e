/* gateway_recheck.c - appliances that ask again for senders they know: scans of stored mail on a
 * schedule, log analysis, lists that are refreshed. */
#include <math.h>

#include "models/lookup.h"

enum {
    EVERY,
    START_HOUR,
    START_JITTER,
    SKIPPED,
    ITEMS,
    ITEM_GROWTH,
    EVENNESS,
    PACE,
    REFRESH,
    REFRESH_SHARE,
    REFRESH_JITTER,
    BY_ADDRESS,
    MORE_LOOKUPS,
    LOOKUP_GAP,
    N_OWN
};

static const char *const answer_words[] = {"no", "yes", NULL};

static const struct param_row params[] = {
    [EVERY] = {"every", UNIT_HOUR, 0, 2000, "choice(1: 1, 6: 1, 12: 1, 24: 4, 168: 2)",
               "time between two scans; 0: no scans", NULL},
    [START_HOUR] = {"start_hour", UNIT_CLOCK_HOUR, 0, 24, "uniform(0, 24)",
                    "local hour at which the first scan of a day starts", NULL},
    [START_JITTER] = {"start_jitter", UNIT_SECOND, 0, 86400, "lognormal(median=60, sigma=1.5)",
                      "mean delay of a scan after its time (exponential)", NULL},
    [SKIPPED] = {"skipped", UNIT_FRACTION, 0, 1, "beta(a=1, b=10)",
                 "probability that a scan does not run", NULL},
    [ITEMS] = {"items", UNIT_COUNT, 0, 2000, "lognormal(median=3, sigma=0.9)",
               "stored items of the sender at the window's start, all bound parties", NULL},
    [ITEM_GROWTH] = {"item_growth", UNIT_PER_WEEK, 0, 500, "exponential(mean=0.2)", "items added",
                     NULL},
    [EVENNESS] = EVENNESS_ROW,
    [PACE] = {"pace", UNIT_SECOND, 0.001, 86400, "lognormal(median=10, sigma=2)",
              "mean time between two items in a scan (exponential)", NULL},
    [REFRESH] = {"refresh", UNIT_SECOND, 60, 2592000, "lognormal(median=1 h, sigma=0.5)",
                 "interval at which a list of known senders is refreshed", NULL},
    [REFRESH_SHARE] = {"refresh_share", UNIT_FRACTION, 0, 1, "0",
                       "share of the time in which the sender is on that list", NULL},
    [REFRESH_JITTER] = {"refresh_jitter", UNIT_FRACTION, 0, 0.5, "loguniform(0.0005, 0.1)",
                        "standard deviation of the interval, as a share of it", NULL},
    [BY_ADDRESS] = {"by_address", UNIT_WORD, 0, 1, "no",
                    "starts from the IP address: PTR, then A of the name that it gives",
                    answer_words},
    [MORE_LOOKUPS] = MORE_LOOKUPS_ROW,
    [LOOKUP_GAP] = LOOKUP_GAP_ROW,
    ACTIVITY_ROWS(N_OWN),
    [N_OWN + ACTIVITY_N_PARAMS] = {NULL, UNIT_NONE, 0, 0, NULL, NULL, NULL},
};

enum { TO, FROM };

static const struct role_row roles[] = {
    [TO] = {"to", true, true, false, "whose host is asked for"},
    [FROM] = {"from", true, false, false, "whose appliance asks"},
    {NULL, false, false, false, NULL},
};

#define LIST_DAYS 3.0 /* mean stay on and off the list are a few days */

struct recheck {
    const struct model_run *run;
    const double *param;
    int host;
    struct activity activity;
    struct rng_family scans;
};

static int ask(const struct recheck *self, int party, time_us t)
{
    if (self->param[BY_ADDRESS] > 0.5)
        return lookup_confirm(self->run, t, party, self->host, 0.002);
    return lookup_address(self->run, t, party, self->host);
}

/* One scan: every stored item makes one question, at the scan's pace. */
static int scan(const struct recheck *self, int i, uint64_t number, time_us t, double share)
{
    const double *param = self->param;
    const struct world *world = self->run->world;
    struct rng rng;
    rng_start(&rng, &self->scans, number * ROLE_MAX_PARTIES + (uint64_t)i);
    double weeks = fmax((double)(t - world->from_us) / (7.0 * (double)US_PER_DAY), 0.0);
    double items =
        (param[ITEMS] + param[ITEM_GROWTH] * weeks) * share * activity_at(&self->activity, t);
    if (rng_uniform(&rng) < param[SKIPPED])
        return STATUS_OK;
    t = time_after(t, rng_exponential(&rng) * param[START_JITTER]);
    /* a fraction of an item is an item in that share of the scans */
    double n = floor(items + rng_uniform(&rng));
    for (double k = 0.0; k < n && t < world->until_us; k += 1.0) {
        if (ask(self, self->run->instance->roles[FROM].party[i], t) != STATUS_OK)
            return STATUS_RUN;
        t = time_after(t, rng_exponential(&rng) * param[PACE]);
    }
    return STATUS_OK;
}

/* Scans start at the same local hour; those more often than daily follow at fixed steps. */
static int scans(const struct recheck *self, int i, double share)
{
    const struct world *world = self->run->world;
    double every_h = self->param[EVERY];
    const struct party *party = &world->parties[self->run->instance->roles[FROM].party[i]];
    struct rng rng;
    model_stream(self->run, "phase", (uint64_t)i, &rng);
    double phase = floor(rng_uniform(&rng) * fmax(every_h / 24.0, 1.0));
    time_us t = next_local_hour(party, world->start_us - US_PER_DAY, self->param[START_HOUR]);
    t = time_after(t, phase * 86400.0);
    for (uint64_t number = 0; every_h > 0.0 && t < world->until_us; number++) {
        if (scan(self, i, number, t, share) != STATUS_OK)
            return STATUS_RUN;
        t = time_after(t, every_h * 3600.0);
        if (every_h >= 24.0) /* keeps the local hour through changes of the clock */
            t = next_local_hour(party, t - US_PER_DAY / 2, self->param[START_HOUR]);
    }
    return STATUS_OK;
}

/* On and off the list by turns, both for exponential times; on it, asked for at the interval. */
static int refreshes(const struct recheck *self, int i, double share)
{
    const double *param = self->param;
    const struct world *world = self->run->world;
    int party = self->run->instance->roles[FROM].party[i];
    const struct burst burst = burst_of(param[MORE_LOOKUPS], param[LOOKUP_GAP]);
    struct rng rng;
    model_stream(self->run, "refresh", (uint64_t)i, &rng);
    time_us t = world->start_us, change = world->start_us;
    bool listed = rng_uniform(&rng) >= share;
    while (share > 0.0 && t < world->until_us) {
        if (t >= change) {
            listed = !listed;
            double now = fmin(share * activity_at(&self->activity, t), 1.0);
            double mean_days = LIST_DAYS * (listed ? now : 1.02 - now);
            change = time_after(change, rng_exponential(&rng) * mean_days * 86400.0);
            continue;
        }
        if (!listed) {
            t = change;
            continue;
        }
        time_us at = t;
        do
            if (ask(self, party, at) != STATUS_OK)
                return STATUS_RUN;
        while (burst_next(&burst, &rng, &at));
        double gap_s = param[REFRESH] * (1.0 + param[REFRESH_JITTER] * rng_normal(&rng));
        t = time_after(t, fmax(gap_s, 0.1 * param[REFRESH]));
    }
    return STATUS_OK;
}

static int run(struct model_run *model_run)
{
    const struct party_set *from = &model_run->instance->roles[FROM];
    struct recheck self = {
        .run = model_run, .param = model_run->param, .scans = model_streams(model_run, "scan")};
    double shares[ROLE_MAX_PARTIES], most = 0.0;
    self.host = world_host_of(model_run->world, model_run->instance->roles[TO].party[0]);
    if (activity_init(&self.activity, model_run, N_OWN) != STATUS_OK)
        return STATUS_RUN;
    activity_shares(model_run, from, self.param[EVENNESS], shares);
    for (int i = 0; i < from->n; i++)
        most = fmax(most, shares[i]);
    for (int i = 0; i < from->n; i++)
        if (scans(&self, i, shares[i]) != STATUS_OK ||
            refreshes(&self, i, self.param[REFRESH_SHARE] * shares[i] / most) != STATUS_OK)
            return STATUS_RUN;
    return STATUS_OK;
}

const struct model model_gateway_recheck = {
    .name = "gateway-recheck",
    .summary = "appliances that ask again for senders they know: scans of stored mail, refreshed "
               "lists",
    .description =
        "No new mail is needed. A scanner goes through stored mail on a schedule (hourly, nightly, "
        "weekly) and asks for the sender of every item, at a pace of its own; the archive may "
        "grow. Or an appliance keeps a list of senders and refreshes it at a fixed interval while "
        "the sender is on it, which it is for some days at a time. With by_address the software "
        "starts from an IP address found in stored logs and confirms it: PTR, then A of the name "
        "that the PTR gives, so that a renamed PTR leads it to the new name.",
    .params = params,
    .roles = roles,
    .check = check_single_actor,
    .run = run,
};
