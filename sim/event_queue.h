/* event_queue.h - what happens next: events in order of time, equal times in order of scheduling.
 *
 * A 4-ary heap. The key is one unsigned number of 128 bits, time above sequence number: it is
 * compared without a branch that could be guessed wrongly, and ties are first in, first out on
 * every machine. For mechanisms whose parts interact; a stream of independent arrivals needs no
 * queue (rate.h).
 */
#ifndef SIM_EVENT_QUEUE_H
#define SIM_EVENT_QUEUE_H

#include <stdbool.h>

#include "sim/log.h"

__extension__ typedef unsigned __int128 event_key;

struct event {
    event_key key;
    uint32_t kind;    /* the caller's: what it is */
    uint32_t subject; /* the caller's: whom it concerns */
    uint64_t data;    /* the caller's */
};

struct event_queue {
    struct event *heap; /* heap[0] is the next one */
    size_t n, capacity;
    uint64_t sequence; /* of the next event to be scheduled */
};

/* Makes an empty queue; allocates nothing. */
void event_queue_init(struct event_queue *self);
void event_queue_free(struct event_queue *self);

/* Takes everything out and starts the sequence anew; keeps the memory. */
void event_queue_reset(struct event_queue *self);

/* When an event happens. */
static inline time_us event_time(const struct event *event)
{
    return (time_us)((uint64_t)(event->key >> 64) ^ (UINT64_C(1) << 63));
}

/* Schedules an event. STATUS_RUN when memory runs out, queue unchanged. */
int event_queue_push(struct event_queue *self, time_us t, uint32_t kind, uint32_t subject,
                     uint64_t data);

/* Takes the next event out. False where there is none. */
bool event_queue_pop(struct event_queue *self, struct event *next);

/* Schedules an event in the place of the next one, which is taken out: a pop and a push in one
 * step. The queue must not be empty. */
void event_queue_replace(struct event_queue *self, time_us t, uint32_t kind, uint32_t subject,
                         uint64_t data);

#endif
