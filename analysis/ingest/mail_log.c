#include "analysis/ingest/mail_log.h"

#include <stdlib.h>

void mail_log_free(struct mail_log *self)
{
    free(self->events);
    intern_free(&self->addresses);
    intern_free(&self->queue_ids);
    intern_free(&self->relays);
    *self = (struct mail_log){0};
}

struct collector {
    struct mail_log *log;
    struct message *message;
};

static bool add_text(struct intern *table, struct text text, uint32_t *id)
{
    return intern_add(table, text.n > 0 ? text.at : "", text.n, id) == STATUS_OK;
}

static int collect(void *context, const struct ingest_mail *mail)
{
    struct collector *self = context;
    struct mail_log *log = self->log;
    struct mail_record event = {.time_us = mail->time_us, .status = mail->status};
    if (log->n == log->capacity) {
        size_t capacity = log->capacity == 0 ? 64 : log->capacity * 2;
        struct mail_record *events = realloc(log->events, capacity * sizeof *events);
        if (events == NULL)
            return fail(self->message, STATUS_RUN,
                        "out of memory: the mail log is too large to hold");
        log->events = events;
        log->capacity = capacity;
    }
    if (!add_text(&log->addresses, mail->from, &event.from) ||
        !add_text(&log->addresses, mail->to, &event.to) ||
        !add_text(&log->queue_ids, mail->queue_id, &event.queue_id) ||
        !add_text(&log->relays, mail->relay, &event.relay))
        return fail(self->message, STATUS_RUN, "out of memory: the mail log is too large to hold");
    log->events[log->n++] = event;
    return STATUS_OK;
}

/* Merge sort keeps the order of equal times. */
static void sort(struct mail_record *events, struct mail_record *scratch, size_t n)
{
    if (n < 2)
        return;
    size_t half = n / 2, left = 0, right = half, out = 0;
    sort(events, scratch, half);
    sort(events + half, scratch, n - half);
    memcpy(scratch, events, half * sizeof *events);
    while (left < half && right < n)
        events[out++] =
            events[right].time_us < scratch[left].time_us ? events[right++] : scratch[left++];
    memcpy(events + out, scratch + left, (half - left) * sizeof *events);
}

static int finish(struct mail_log *log, const struct ingest_options *options,
                  struct message *message)
{
    if (log->n == 0)
        return fail(message, STATUS_INPUT, "%s: holds no mail event", options->files[0]);
    struct mail_record *scratch = malloc(log->n * sizeof *scratch);
    if (scratch == NULL)
        return fail(message, STATUS_RUN, "out of memory: the mail log is too large to hold");
    sort(log->events, scratch, log->n);
    free(scratch);
    return STATUS_OK;
}

int mail_log_read(const struct ingest_options *options, struct mail_log *out,
                  struct ingest_report *report, struct message *message)
{
    struct collector collector = {out, message};
    struct ingest_sink sink = {.context = &collector, .mail = collect};
    uint32_t empty;
    *out = (struct mail_log){0};
    *report = (struct ingest_report){0};
    int status = STATUS_OK;
    if (!add_text(&out->addresses, text_of(""), &empty) ||
        !add_text(&out->queue_ids, text_of(""), &empty) ||
        !add_text(&out->relays, text_of(""), &empty))
        status = fail(message, STATUS_RUN, "out of memory");
    if (status == STATUS_OK)
        status = ingest_stream(options, &sink, report, message);
    if (status == STATUS_OK)
        status = finish(out, options, message);
    if (status != STATUS_OK)
        mail_log_free(out);
    return status;
}

int mail_log_each(const struct mail_log *self,
                  int (*visit)(void *context, const struct ingest_mail *mail), void *context)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < self->n; i++) {
        const struct mail_record *event = &self->events[i];
        struct ingest_mail mail = {
            .time_us = event->time_us,
            .status = event->status,
            .from = text_of(intern_text(&self->addresses, event->from)),
            .to = text_of(intern_text(&self->addresses, event->to)),
            .queue_id = text_of(intern_text(&self->queue_ids, event->queue_id)),
            .relay = text_of(intern_text(&self->relays, event->relay)),
        };
        status = visit(context, &mail);
    }
    return status;
}
