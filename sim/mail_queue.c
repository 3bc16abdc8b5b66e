#include "sim/mail_queue.h"

#include <string.h>

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

const struct mail_queue_profile mail_queue_profiles[] = {
    {"postfix",
     "Postfix since 2.4: waits as long as the message is old (300 to 4000 s), scan every 300 s, 5 "
     "d",
     {{WAIT_AGE, 0, 0, 300, 4000, 0}},
     300,
     1,
     5 * DAY,
     5 * DAY,
     0,
     1,
     false},
    {"postfix-2.3",
     "Postfix before 2.4: 1000 s in place of 300 s",
     {{WAIT_AGE, 0, 0, 1000, 4000, 0}},
     1000,
     1,
     5 * DAY,
     5 * DAY,
     0,
     1,
     false},
    {"exim",
     "Exim's default rule F,2h,15m; G,16h,1h,1.5; F,4d,6h, tried as soon as it allows",
     {{WAIT_FIXED, 0, 2 * HOUR, 15 * MINUTE, 0, 0},
      {WAIT_GROWING, 0, 16 * HOUR, HOUR, DAY, 1.5},
      {WAIT_FIXED, 0, 0, 6 * HOUR, 0, 0}},
     0,
     0,
     4 * DAY,
     2 * DAY,
     0,
     1,
     false},
    {"exim-30min",
     "the same rule with a queue runner every 30 min, as packaged by Debian",
     {{WAIT_FIXED, 0, 2 * HOUR, 15 * MINUTE, 0, 0},
      {WAIT_GROWING, 0, 16 * HOUR, HOUR, DAY, 1.5},
      {WAIT_FIXED, 0, 0, 6 * HOUR, 0, 0}},
     30 * MINUTE,
     0,
     4 * DAY,
     2 * DAY,
     0,
     1,
     false},
    {"sendmail",
     "Sendmail: everything at every queue run, 30 min (-q30m), returned after 5 d",
     {{WAIT_FIXED, 0, 0, 0, 0, 0}},
     30 * MINUTE,
     0,
     5 * DAY,
     5 * DAY,
     0,
     1,
     false},
    {"sendmail-1h",
     "Sendmail with a queue run every hour (-q1h)",
     {{WAIT_FIXED, 0, 0, 0, 0, 0}},
     HOUR,
     0,
     5 * DAY,
     5 * DAY,
     0,
     1,
     false},
    {"exchange",
     "Exchange 2010 hub: 4 glitch retries of 1 min, 6 of 5 min, then every 10 min, 2 d",
     {{WAIT_FIXED, 4, 0, MINUTE, 0, 0},
      {WAIT_FIXED, 6, 0, 5 * MINUTE, 0, 0},
      {WAIT_FIXED, 0, 0, 10 * MINUTE, 0, 0}},
     0,
     0,
     2 * DAY,
     2 * DAY,
     0,
     20,
     false},
    {"bulk",
     "commercial bulk mailer: retry after 20 min, 2000 per hour, 20 per connection, 4 d 12 h",
     {{WAIT_FIXED, 0, 0, 20 * MINUTE, 0, 0}},
     0,
     0,
     4 * DAY + 12 * HOUR,
     DAY,
     2000,
     20,
     true},
    {"bulk-backoff",
     "the same in back-off mode: after 1 h, 3 h, 6 h, then every 12 h; 20 per hour",
     {{WAIT_FIXED, 1, 0, HOUR, 0, 0},
      {WAIT_FIXED, 1, 0, 3 * HOUR, 0, 0},
      {WAIT_FIXED, 1, 0, 6 * HOUR, 0, 0},
      {WAIT_FIXED, 0, 0, 12 * HOUR, 0, 0}},
     0,
     0,
     4 * DAY + 12 * HOUR,
     DAY,
     20,
     20,
     true},
    {"bulk-hosted",
     "hosted bulk mailer: 7 tries over 21 h, 1.5 times longer each, then suppressed",
     {{WAIT_GROWING, 0, 0, 3640, DAY, 1.5}},
     0,
     0,
     75000,
     DAY,
     2000,
     20,
     true},
    {"rfc-5321",
     "what the standard asks for: two tries in the first hour, then every 2 h, 5 d",
     {{WAIT_FIXED, 1, 0, 30 * MINUTE, 0, 0}, {WAIT_FIXED, 0, 0, 2 * HOUR, 0, 0}},
     0,
     0,
     5 * DAY,
     5 * DAY,
     0,
     1,
     false},
    {"none",
     "no queue: one attempt, whatever the answer",
     {{WAIT_FIXED, 0, 0, DAY, 0, 0}},
     0,
     0,
     0,
     0,
     0,
     1,
     false},
    {.name = NULL},
};

const char *const mail_queue_words[] = {
    "postfix", "postfix-2.3",  "exim",        "exim-30min", "sendmail", "sendmail-1h", "exchange",
    "bulk",    "bulk-backoff", "bulk-hosted", "rfc-5321",   "none",     NULL};

const struct mail_queue_profile *mail_queue_profile_find(const char *name)
{
    for (const struct mail_queue_profile *p = mail_queue_profiles; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

static int64_t whole_second(time_us t)
{
    return t / US_PER_S - (t % US_PER_S < 0);
}

void mail_queue_accept(struct queued_message *self, const struct mail_queue_profile *profile,
                       enum mail_kind kind, time_us arrival_us, time_us scan_us)
{
    memset(self, 0, sizeof *self);
    self->profile = profile;
    self->kind = kind;
    self->arrival_us = self->attempt_us = arrival_us;
    self->scan_us = scan_us;
    self->n_attempts = 1;
}

static bool phase_is_over(const struct queued_message *self, const struct retry_phase *phase,
                          int64_t age_s)
{
    return (phase->retries > 0 && self->retries_in_phase >= phase->retries) ||
           (phase->until_s > 0 && age_s >= phase->until_s);
}

static int64_t next_wait_s(const struct retry_phase *phase, int64_t last_s, int64_t age_s)
{
    int64_t wait_s = phase->least_s;
    if (phase->wait == WAIT_AGE)
        wait_s = age_s;
    if (phase->wait == WAIT_GROWING && last_s >= phase->least_s)
        wait_s = (int64_t)((double)last_s * phase->factor);
    if (phase->wait != WAIT_FIXED && wait_s > phase->most_s)
        wait_s = phase->most_s;
    return wait_s < phase->least_s ? phase->least_s : wait_s;
}

/* The first scan after `after` in whose second the message is due. */
static time_us first_scan(const struct queued_message *self, time_us after, int64_t due_s)
{
    time_us step = (time_us)(self->profile->scan_s * 1e6);
    time_us earliest = (due_s - self->profile->early_s) * US_PER_S;
    if (earliest <= after)
        earliest = after + 1;
    time_us past = (earliest - self->scan_us) % step;
    if (past < 0)
        past += step;
    return past == 0 ? earliest : earliest + step - past;
}

bool mail_queue_defer(struct queued_message *self)
{
    const struct mail_queue_profile *profile = self->profile;
    int64_t now_s = whole_second(self->attempt_us);
    int64_t age_s = now_s - whole_second(self->arrival_us);
    if (age_s >= (self->kind == MAIL_BOUNCE ? profile->bounce_lifetime_s : profile->lifetime_s))
        return false;
    while (self->phase + 1 < MAIL_QUEUE_MAX_PHASES &&
           profile->phases[self->phase + 1].wait != WAIT_END &&
           phase_is_over(self, &profile->phases[self->phase], age_s)) {
        self->phase++;
        self->retries_in_phase = 0;
    }
    self->wait_s = next_wait_s(&profile->phases[self->phase], self->wait_s, age_s);
    self->retries_in_phase++;
    self->n_attempts++;
    self->attempt_us = profile->scan_s > 0.0
                           ? first_scan(self, self->attempt_us, now_s + self->wait_s)
                           : self->attempt_us + self->wait_s * US_PER_S;
    return true;
}

time_us mail_queue_scan(const struct mail_queue_profile *profile, time_us from_us, struct rng *rng)
{
    return from_us + (time_us)(rng_uniform(rng) * profile->scan_s * 1e6);
}

size_t mail_queue_attempts(const struct mail_queue_profile *profile, time_us arrival_us,
                           time_us scan_us, time_us until_us, time_us *times, size_t capacity)
{
    struct queued_message mail;
    size_t n = 0;
    mail_queue_accept(&mail, profile, MAIL_ORDINARY, arrival_us, scan_us);
    while (mail.attempt_us < until_us) {
        if (n < capacity)
            times[n] = mail.attempt_us;
        n++;
        if (!mail_queue_defer(&mail))
            break;
    }
    return n;
}

time_us mail_queue_release(const struct mail_queue_profile *profile, time_us released_us,
                           uint64_t index)
{
    if (profile->messages_per_hour <= 0)
        return released_us;
    uint64_t per_connection = (uint64_t)profile->messages_per_connection;
    uint64_t before = index - index % per_connection;
    return released_us +
           (time_us)(before * (uint64_t)US_PER_HOUR / (uint64_t)profile->messages_per_hour);
}

bool mail_queue_connects(const struct mail_queue_profile *profile, uint64_t index)
{
    return index % (uint64_t)profile->messages_per_connection == 0;
}

const struct greylist_profile greylist_profiles[] = {
    {"none", "no greylisting", 0, 0, 0},
    {"postgrey", "postgrey: 300 s, retry within 2 d, remembered for 35 d", 300, 2 * DAY, 35 * DAY},
    {"rspamd", "rspamd: 5 min, forgotten after 1 d", 300, DAY, DAY},
    {"long", "a block of 4 h, as some hosting panels set it", 4 * HOUR, 2 * DAY, 30 * DAY},
    {.name = NULL},
};

const char *const greylist_words[] = {"none", "postgrey", "rspamd", "long", NULL};

bool greylist_check(const struct greylist_profile *profile, struct greylist_entry *entry, time_us t)
{
    if (profile->delay_s <= 0)
        return true;
    int64_t now_s = whole_second(t);
    bool forgotten = entry->passed ? now_s - whole_second(entry->last_us) >= profile->remember_s
                                   : now_s - whole_second(entry->first_us) > profile->window_s;
    if (!entry->seen || forgotten) {
        struct greylist_entry fresh = {.first_us = t, .seen = true};
        *entry = fresh;
    }
    entry->last_us = t;
    if (now_s - whole_second(entry->first_us) >= profile->delay_s)
        entry->passed = true;
    return entry->passed;
}
