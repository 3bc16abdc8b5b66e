/* mail_queue.h - when a mail server tries again: retry schedules, throttles, greylisting, by
 * software and as data rows.
 *
 * A model takes a profile, puts a message into the queue and asks for one attempt after the other:
 *
 *     struct queued_message mail;
 *     mail_queue_accept(&mail, &mail_queue_profiles[POSTFIX], MAIL_ORDINARY, arrival_us, scan_us);
 *     do {
 *         ... the attempt happens at mail.attempt_us ...
 *     } while (refused for now && mail_queue_defer(&mail));
 *
 * Rules and sources: docs/mechanisms.md, section "Mail queues".
 */
#ifndef SIM_MAIL_QUEUE_H
#define SIM_MAIL_QUEUE_H

#include <stdbool.h>

#include "sim/log.h"
#include "sim/rng.h"

/* How long a server waits after a temporary failure. */
enum retry_wait {
    WAIT_END,     /* closes a list of phases */
    WAIT_FIXED,   /* least_s */
    WAIT_GROWING, /* least_s at first, then factor times the last wait, at most most_s */
    WAIT_AGE,     /* as long as the message is old, clamped to [least_s, most_s] */
};

/* A phase holds while the message is younger than until_s (0: for ever) and for at most `retries`
 * waits (0: any number); then the next phase follows. */
struct retry_phase {
    enum retry_wait wait;
    int32_t retries;
    int32_t until_s;
    int32_t least_s, most_s;
    double factor;
};

#define MAIL_QUEUE_MAX_PHASES 6

struct mail_queue_profile {
    const char *name;                                 /* in a scenario file */
    const char *summary;                              /* software, version, source of the rule */
    struct retry_phase phases[MAIL_QUEUE_MAX_PHASES]; /* the last one must hold for ever; ends with
                                                         WAIT_END unless all are used */
    double scan_s;      /* the queue is looked through this often; 0: tried when the wait is over */
    int32_t early_s;    /* a scan also takes what is due within this many seconds */
    int32_t lifetime_s; /* a failure at this age or later ends in a bounce */
    int32_t bounce_lifetime_s;       /* the same for a message that is a bounce itself: dropped */
    int32_t messages_per_hour;       /* to one destination; 0: as fast as they come */
    int32_t messages_per_connection; /* at least 1: a gateway's look-ups are made once each */
    bool suppresses; /* keeps a list: after a hard bounce the address gets no more mail */
};

/* The registry, in the order shown to people; ends with a row whose name is NULL. */
extern const struct mail_queue_profile mail_queue_profiles[];

/* The names of the rows above in the same order, NULL-terminated: for word parameters. */
extern const char *const mail_queue_words[];

/* The profile of a name, or NULL. */
const struct mail_queue_profile *mail_queue_profile_find(const char *name);

enum mail_kind { MAIL_ORDINARY, MAIL_BOUNCE };

/* A message in a queue. Read attempt_us and n_attempts, leave the rest. */
struct queued_message {
    const struct mail_queue_profile *profile; /* borrowed */
    time_us arrival_us;
    time_us attempt_us; /* the present attempt; after the last one: when the message was given up */
    uint32_t n_attempts; /* including the present one */
    enum mail_kind kind;
    time_us scan_us; /* any instant at which the queue is scanned */
    int64_t wait_s;  /* the last wait */
    int phase;
    int32_t retries_in_phase;
};

/* Puts a message into a queue: the first attempt follows at once, at arrival_us. `scan_us` is any
 * instant at which this server scans its queue: all messages of one server share it, which brings
 * them onto the same scan (mail_queue_scan draws one). */
void mail_queue_accept(struct queued_message *self, const struct mail_queue_profile *profile,
                       enum mail_kind kind, time_us arrival_us, time_us scan_us);

/* The present attempt failed for now: moves on to the next one and returns true; or returns false
 * where the message is too old and is given up (attempt_us stays). */
bool mail_queue_defer(struct queued_message *self);

/* An instant, drawn evenly from one scan interval after from_us, at which a server scans its queue;
 * from_us where the profile has no scans. Draws one number in either case. */
time_us mail_queue_scan(const struct mail_queue_profile *profile, time_us from_us, struct rng *rng);

/* All attempts before until_us of an ordinary message that is never accepted, the one at the
 * arrival included: writes at most `capacity` of them to times[] and returns how many there are. */
size_t mail_queue_attempts(const struct mail_queue_profile *profile, time_us arrival_us,
                           time_us scan_us, time_us until_us, time_us *times, size_t capacity);

/* When message number `index` (from 0) of a batch released at released_us for one destination is
 * first tried: messages of one connection go together, connections keep to messages_per_hour. */
time_us mail_queue_release(const struct mail_queue_profile *profile, time_us released_us,
                           uint64_t index);

/* Whether that message opens a new connection, and so makes the gateway look up its peer. */
bool mail_queue_connects(const struct mail_queue_profile *profile, uint64_t index);

/* Greylisting: a receiver refuses for now what it sees for the first time. */
struct greylist_profile {
    const char *name;
    const char *summary;
    int32_t delay_s;    /* refused until this long after the first try */
    int32_t window_s;   /* a retry later than this counts as a first try */
    int32_t remember_s; /* once passed, accepted at once as long as the last mail is younger */
};

/* The registry; ends with a row whose name is NULL. Words: the names, NULL-terminated. */
extern const struct greylist_profile greylist_profiles[];
extern const char *const greylist_words[];

/* What a receiver remembers of one (client, sender, recipient). All zero: never seen. */
struct greylist_entry {
    time_us first_us, last_us;
    bool seen, passed;
};

/* A delivery attempt at t: true where it is accepted, false where it gets a temporary refusal.
 * Calls for one entry come in order of time. */
bool greylist_check(const struct greylist_profile *profile, struct greylist_entry *entry,
                    time_us t);

#endif
