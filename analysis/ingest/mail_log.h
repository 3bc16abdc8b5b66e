/* mail_log.h - a table of mail events, as ingest_read makes one of queries. */
#ifndef INGEST_MAIL_LOG_H
#define INGEST_MAIL_LOG_H

#include "analysis/ingest/ingest.h"

/* One event; the texts are ids of the table's own. */
struct mail_record {
    time_us time_us;
    enum mail_status status;
    uint32_t from; /* ids of addresses; 0 is "" */
    uint32_t to;
    uint32_t queue_id; /* id of queue_ids; 0 is "" */
    uint32_t relay;    /* id of relays; 0 is "" */
};

struct mail_log {
    struct mail_record *events;
    size_t n;
    size_t capacity;
    struct intern addresses;
    struct intern queue_ids;
    struct intern relays;
};

/* Reads mail logs, sorted by time (equal times in the order of the files). `out` must not be
 * initialised; on success the caller frees it with mail_log_free, on failure there is nothing to
 * free. STATUS_INPUT where the files hold no mail event. */
int mail_log_read(const struct ingest_options *options, struct mail_log *out,
                  struct ingest_report *report, struct message *message);

/* Calls `visit` for each event in order; another status than STATUS_OK ends the walk and is
 * returned. */
int mail_log_each(const struct mail_log *self,
                  int (*visit)(void *context, const struct ingest_mail *mail), void *context);
void mail_log_free(struct mail_log *self);

#endif
