/* mailer.h - a bulk sender's machine, shared by models: attempts on a retry schedule, and the hours
 * at which mailings go out. */
#ifndef MODELS_MAILER_H
#define MODELS_MAILER_H

#include "models/activity.h"
#include "sim/mail_queue.h"

struct mailer {
    const struct model_run *run;
    int host; /* in world.hosts */
    const struct mail_queue_profile *queue;
    time_us scan_us;
    double deferred; /* probability that an attempt is refused for now */
};

/* `queue` is a number of mail_queue_words. Uses the stream ("queue", 0). */
void mailer_init(struct mailer *self, const struct model_run *run, int host, double queue,
                 double deferred);

/* Sends one message to a party at t: attempts until one is taken or the queue gives up. *taken is
 * the time of the accepted attempt, INT64_MAX where there is none before the window ends. Takes one
 * uniform per attempt. */
int mailer_send(const struct mailer *self, int party, time_us t, struct rng *rng, time_us *taken);

/* Hours at which mailings start: a normal law around `hour` wrapped around the clock, with weekends
 * and holidays times `weekend`; normalised. */
void mailer_calendar(struct rate_profile *profile, const struct civil_grid *grid, double hour,
                     double spread_h, double weekend);

/* Schema rows shared by the models with a mailer. */
#define QUEUE_ROW                                                                                  \
    {                                                                                              \
        "queue", UNIT_WORD, 0, 11, "choice(bulk: 3, bulk-backoff: 3, bulk-hosted: 2, postfix: 1)", \
            "retry schedule of the sender, by software", mail_queue_words                          \
    }
#define DEFERRED_ROW                                                                               \
    {                                                                                              \
        "deferred", UNIT_FRACTION, 0, 1, "beta(a=1, b=9)",                                         \
            "probability that a delivery attempt is deferred and tried again", NULL                \
    }
#define DELIVERY_ROW                                                                               \
    {                                                                                              \
        "delivery", UNIT_HOUR, 0, 168, "lognormal(median=1, sigma=1)",                             \
            "time over which the throttle spreads one mailing", NULL                               \
    }

#endif
