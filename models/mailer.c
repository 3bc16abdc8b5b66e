#include "models/mailer.h"

#include <math.h>

void mailer_init(struct mailer *self, const struct model_run *run, int host, double queue,
                 double deferred)
{
    struct rng rng;
    model_stream(run, "queue", 0, &rng);
    self->run = run;
    self->host = host;
    self->queue = &mail_queue_profiles[(size_t)queue];
    self->scan_us = mail_queue_scan(self->queue, run->world->start_us, &rng);
    self->deferred = deferred;
}

/* The further attempts at a message that was deferred at t. */
static int send_again(const struct mailer *self, int party, time_us t, struct rng *rng,
                      time_us *taken)
{
    struct queued_message mail;
    mail_queue_accept(&mail, self->queue, MAIL_ORDINARY, t, self->scan_us);
    while (mail_queue_defer(&mail) && mail.attempt_us < self->run->world->until_us) {
        bool deferred = rng_uniform(rng) < self->deferred;
        if (traffic_mail_again(self->run->traffic, mail.attempt_us, self->host, party,
                               deferred ? MAIL_DEFERRED : MAIL_ACCEPTED) != STATUS_OK)
            return STATUS_RUN;
        if (deferred)
            continue;
        *taken = mail.attempt_us;
        break;
    }
    return STATUS_OK;
}

int mailer_send(const struct mailer *self, int party, time_us t, struct rng *rng, time_us *taken)
{
    *taken = INT64_MAX;
    if (t >= self->run->world->until_us)
        return STATUS_OK;
    bool deferred = rng_uniform(rng) < self->deferred;
    if (traffic_mail(self->run->traffic, t, self->host, party,
                     deferred ? MAIL_DEFERRED : MAIL_ACCEPTED) != STATUS_OK)
        return STATUS_RUN;
    if (deferred)
        return send_again(self, party, t, rng, taken);
    *taken = t;
    return STATUS_OK;
}

void mailer_calendar(struct rate_profile *profile, const struct civil_grid *grid, double hour,
                     double spread_h, double weekend)
{
    double day[24];
    rate_flat(profile, grid);
    profile->holiday_factor = weekend;
    for (int i = 0; i < 24; i++) {
        double off = fabs(i + 0.5 - hour);
        double z = fmin(off, 24.0 - off) / spread_h;
        day[i] = exp(-0.5 * z * z);
    }
    for (int i = 0; i < 168; i++)
        profile->weight[i] = day[i % 24] * (i >= 120 ? weekend : 1.0);
    rate_normalise(profile);
}
