#include "sim/event_queue.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 4

void event_queue_init(struct event_queue *self)
{
    memset(self, 0, sizeof *self);
}

void event_queue_free(struct event_queue *self)
{
    free(self->heap);
    event_queue_init(self);
}

void event_queue_reset(struct event_queue *self)
{
    self->n = 0;
    self->sequence = 0;
}

/* Signed time to unsigned order: the sign bit turned over. */
static event_key make_key(struct event_queue *self, time_us t)
{
    return (event_key)((uint64_t)t ^ (UINT64_C(1) << 63)) << 64 | self->sequence++;
}

static int grow(struct event_queue *self)
{
    size_t wanted = self->capacity == 0 ? 64 : self->capacity * 2;
    struct event *heap =
        wanted <= SIZE_MAX / sizeof *heap ? realloc(self->heap, wanted * sizeof *heap) : NULL;
    if (heap == NULL)
        return STATUS_RUN;
    self->heap = heap;
    self->capacity = wanted;
    return STATUS_OK;
}

int event_queue_push(struct event_queue *self, time_us t, uint32_t kind, uint32_t subject,
                     uint64_t data)
{
    if (self->n == self->capacity && grow(self) != STATUS_OK)
        return STATUS_RUN;
    struct event *heap = self->heap;
    event_key key = make_key(self, t);
    size_t hole = self->n++;
    while (hole > 0 && key < heap[(hole - 1) / WAYS].key) {
        heap[hole] = heap[(hole - 1) / WAYS];
        hole = (hole - 1) / WAYS;
    }
    heap[hole].key = key;
    heap[hole].kind = kind;
    heap[hole].subject = subject;
    heap[hole].data = data;
    return STATUS_OK;
}

/* The earliest of up to four children from `first` on. */
static size_t earliest(const struct event *heap, size_t first, size_t n)
{
    if (first + WAYS <= n) { /* conditional moves, no jumps */
        size_t a = heap[first + 1].key < heap[first].key ? first + 1 : first;
        size_t b = heap[first + 3].key < heap[first + 2].key ? first + 3 : first + 2;
        return heap[b].key < heap[a].key ? b : a;
    }
    size_t best = first;
    for (size_t i = first + 1; i < n; i++)
        best = heap[i].key < heap[best].key ? i : best;
    return best;
}

/* Lets the hole at the top sink until `key` may stand there; n events are in the heap. */
static size_t sink(struct event *heap, size_t n, event_key key)
{
    size_t hole = 0;
    for (size_t first = 1; first < n; first = hole * WAYS + 1) {
        size_t best = earliest(heap, first, n);
        if (key < heap[best].key)
            break;
        heap[hole] = heap[best];
        hole = best;
    }
    return hole;
}

bool event_queue_pop(struct event_queue *self, struct event *next)
{
    if (self->n == 0)
        return false;
    *next = self->heap[0];
    struct event last = self->heap[--self->n];
    if (self->n > 0)
        self->heap[sink(self->heap, self->n, last.key)] = last;
    return true;
}

void event_queue_replace(struct event_queue *self, time_us t, uint32_t kind, uint32_t subject,
                         uint64_t data)
{
    event_key key = make_key(self, t);
    struct event *event = &self->heap[sink(self->heap, self->n, key)];
    event->key = key;
    event->kind = kind;
    event->subject = subject;
    event->data = data;
}
