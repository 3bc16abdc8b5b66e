#include <stdlib.h>

#include "analysis/ingest/packet.h"

/* DNS over TCP: each message behind its length in two octets (RFC 1035 section 4.2.2), several to a
 * segment or over segments. Each direction is a stream of its own. */

enum { MAX_WAITING = 16, TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4 };

/* What one segment carries. */
struct data {
    uint32_t sequence;
    size_t n;
    const uint8_t *bytes;
    time_us at;
};

/* A segment that came before its turn. */
struct waiting {
    uint32_t sequence;
    size_t n;
    uint8_t *bytes;
    time_us at;
};

struct tcp_stream {
    struct flow flow;
    uint32_t next; /* sequence number that comes next */
    time_us at;    /* of what came last: a message is whole when its last piece is there */
    size_t n;      /* octets of the open message */
    size_t size;
    uint8_t *bytes;
    struct waiting waiting[MAX_WAITING];
    unsigned n_waiting;
};

static void drop_waiting(struct tcp_stream *self, unsigned i)
{
    free(self->waiting[i].bytes);
    self->waiting[i] = self->waiting[--self->n_waiting];
}

static void stream_free(struct tcp_stream *self)
{
    if (self == NULL)
        return;
    while (self->n_waiting > 0)
        drop_waiting(self, self->n_waiting - 1);
    free(self->bytes);
    free(self);
}

void tcp_streams_free(struct packet_state *self)
{
    for (unsigned i = 0; i < MAX_STREAMS; i++) {
        stream_free(self->stream[i]);
        self->stream[i] = NULL;
    }
}

static bool same_flow(const struct flow *a, const struct flow *b)
{
    return a->source_port == b->source_port && a->target_port == b->target_port &&
           a->address_octets == b->address_octets && memcmp(a->source, b->source, 16) == 0 &&
           memcmp(a->target, b->target, 16) == 0;
}

static struct tcp_stream **find(struct packet_state *self, const struct flow *flow)
{
    for (unsigned i = 0; i < MAX_STREAMS; i++)
        if (self->stream[i] != NULL && same_flow(&self->stream[i]->flow, flow))
            return &self->stream[i];
    return NULL;
}

/* Hands out the messages that are complete. */
static int hand_out(struct packet_state *self, struct reader *reader, struct tcp_stream *stream,
                    time_us at)
{
    size_t done = 0;
    int status = STATUS_OK;
    while (status == STATUS_OK && stream->n - done >= 2) {
        size_t length = (size_t)stream->bytes[done] << 8 | stream->bytes[done + 1];
        if (stream->n - done - 2 < length)
            break;
        if (length > 0)
            status =
                packet_message(self, reader, &stream->flow, stream->bytes + done + 2, length, at);
        done += 2 + length;
    }
    memmove(stream->bytes, stream->bytes + done, stream->n - done);
    stream->n -= done;
    return status;
}

static int append(struct packet_state *self, struct reader *reader, struct tcp_stream *stream,
                  const uint8_t *bytes, size_t n, time_us at)
{
    if (stream->n + n > stream->size) {
        /* What waits is less than a message; a segment adds at most 64 KiB. */
        size_t size = (stream->n + n) * 2;
        uint8_t *bigger = realloc(stream->bytes, size);
        if (bigger == NULL)
            return fail(reader->message, STATUS_RUN, "out of memory");
        stream->bytes = bigger;
        stream->size = size;
    }
    memcpy(stream->bytes + stream->n, bytes, n);
    stream->n += n;
    stream->next += (uint32_t)n;
    stream->at = at > stream->at ? at : stream->at;
    return hand_out(self, reader, stream, stream->at);
}

/* Appends the part of a segment that is new. False where it lies ahead of its turn. */
static bool take_in_turn(struct tcp_stream *stream, uint32_t sequence, const uint8_t **bytes,
                         size_t *n)
{
    int32_t ahead = (int32_t)(sequence - stream->next);
    if (ahead > 0)
        return false;
    size_t old = (size_t)(-(int64_t)ahead);
    size_t skip = old < *n ? old : *n;
    *bytes += skip;
    *n -= skip;
    return true;
}

/* Takes in what waited and is in turn now. */
static int drain(struct packet_state *self, struct reader *reader, struct tcp_stream *stream)
{
    for (unsigned i = 0; i < stream->n_waiting;) {
        const uint8_t *bytes = stream->waiting[i].bytes;
        size_t n = stream->waiting[i].n;
        if (!take_in_turn(stream, stream->waiting[i].sequence, &bytes, &n)) {
            i++;
            continue;
        }
        int status = append(self, reader, stream, bytes, n, stream->waiting[i].at);
        drop_waiting(stream, i);
        if (status != STATUS_OK)
            return status;
        i = 0;
    }
    return STATUS_OK;
}

/* Gives up what is missing: the stream goes on with the earliest segment that waits, as if a
 * message began there. */
static int skip_gap(struct packet_state *self, struct reader *reader, struct tcp_stream *stream)
{
    int status = STATUS_OK;
    while (status == STATUS_OK && stream->n_waiting > 0) {
        uint32_t earliest = stream->waiting[0].sequence;
        for (unsigned i = 1; i < stream->n_waiting; i++)
            if ((int32_t)(stream->waiting[i].sequence - earliest) < 0)
                earliest = stream->waiting[i].sequence;
        stream->next = earliest;
        stream->n = 0;
        status = drain(self, reader, stream);
    }
    return status;
}

int tcp_streams_finish(struct packet_state *self, struct reader *reader)
{
    int status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < MAX_STREAMS; i++)
        if (self->stream[i] != NULL)
            status = skip_gap(self, reader, self->stream[i]);
    return status;
}

/* Keeps a segment that came early. When too many wait, what is missing has been lost. */
static int hold(struct packet_state *self, struct reader *reader, struct tcp_stream *stream,
                const struct data *early)
{
    struct waiting *slot = &stream->waiting[stream->n_waiting];
    *slot = (struct waiting){early->sequence, early->n, malloc(early->n), early->at};
    if (slot->bytes == NULL)
        return fail(reader->message, STATUS_RUN, "out of memory");
    memcpy(slot->bytes, early->bytes, early->n);
    return ++stream->n_waiting < MAX_WAITING ? STATUS_OK : skip_gap(self, reader, stream);
}

/* A new connection, or the first segment of one that began before the capture. In the place of the
 * same flow or of the oldest; what waited there is handed out first. */
static int start(struct packet_state *self, struct reader *reader, const struct flow *flow,
                 uint32_t next, struct tcp_stream **stream)
{
    struct tcp_stream **slot = find(self, flow);
    if (slot == NULL) {
        slot = &self->stream[self->next_stream];
        self->next_stream = (self->next_stream + 1) % MAX_STREAMS;
    }
    int status = *slot != NULL ? skip_gap(self, reader, *slot) : STATUS_OK;
    stream_free(*slot);
    *stream = *slot = calloc(1, sizeof **slot);
    if (*slot == NULL)
        return fail(reader->message, STATUS_RUN, "out of memory");
    (*slot)->flow = *flow;
    (*slot)->next = next;
    return status;
}

static uint32_t big_endian_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int take_data(struct packet_state *self, struct reader *reader, struct tcp_stream *stream,
                     const struct data *data)
{
    const uint8_t *bytes = data->bytes;
    size_t n = data->n;
    if (!take_in_turn(stream, data->sequence, &bytes, &n))
        return hold(self, reader, stream, data);
    int status = n > 0 ? append(self, reader, stream, bytes, n, data->at) : STATUS_OK;
    return status == STATUS_OK ? drain(self, reader, stream) : status;
}

int tcp_segment(struct packet_state *self, struct reader *reader, struct flow *flow,
                const uint8_t *segment, size_t n, time_us at)
{
    if (n < 20 || (size_t)(segment[12] >> 4) * 4 < 20 || (size_t)(segment[12] >> 4) * 4 > n)
        return STATUS_OK;
    uint32_t sequence = big_endian_32(segment + 4);
    uint8_t flags = segment[13];
    size_t header = (size_t)(segment[12] >> 4) * 4;
    const uint8_t *bytes = segment + header;
    n -= header;
    struct tcp_stream **slot = find(self, flow), *stream = slot != NULL ? *slot : NULL;
    int status = STATUS_OK;
    if ((flags & TCP_SYN) != 0)
        return start(self, reader, flow, sequence + 1, &stream);
    if (n > 0 && stream == NULL)
        status = start(self, reader, flow, sequence, &stream);
    if (status == STATUS_OK && n > 0 && (flags & TCP_RST) == 0)
        status = take_data(self, reader, stream, &(struct data){sequence, n, bytes, at});
    if (status == STATUS_OK && stream != NULL && (flags & (TCP_FIN | TCP_RST)) != 0)
        status = skip_gap(self, reader, stream);
    return status;
}
