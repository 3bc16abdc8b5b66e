#include <stdlib.h>

#include "analysis/ingest/packet.h"

/* Reassembly as in RFC 791 section 3.2: octets by offset, complete when the last is known and none
 * is missing. */

enum { MAX_OCTETS = 65536, BLOCK = 8, BLOCKS = MAX_OCTETS / BLOCK };

struct datagram {
    struct flow flow;
    uint32_t id;
    uint8_t protocol;
    size_t length; /* 0 until the last fragment came */
    size_t blocks; /* distinct blocks of eight octets that came */
    uint8_t have[BLOCKS];
    uint8_t bytes[MAX_OCTETS];
};

void fragments_free(struct packet_state *self)
{
    for (unsigned i = 0; i < MAX_DATAGRAMS; i++) {
        free(self->datagram[i]);
        self->datagram[i] = NULL;
    }
}

static bool belongs(const struct datagram *self, const struct fragment *fragment)
{
    return self->id == fragment->id &&
           self->flow.address_octets == fragment->flow->address_octets &&
           memcmp(self->flow.source, fragment->flow->source, 16) == 0 &&
           memcmp(self->flow.target, fragment->flow->target, 16) == 0;
}

static struct datagram **find(struct packet_state *self, const struct fragment *fragment)
{
    for (unsigned i = 0; i < MAX_DATAGRAMS; i++)
        if (self->datagram[i] != NULL && belongs(self->datagram[i], fragment))
            return &self->datagram[i];
    struct datagram **slot = &self->datagram[self->next_datagram];
    self->next_datagram = (self->next_datagram + 1) % MAX_DATAGRAMS;
    free(*slot);
    *slot = calloc(1, sizeof **slot);
    if (*slot != NULL) {
        (*slot)->flow = *fragment->flow;
        (*slot)->id = fragment->id;
        (*slot)->protocol = fragment->protocol;
    }
    return slot;
}

static void put(struct datagram *self, const struct fragment *fragment)
{
    memcpy(self->bytes + fragment->offset, fragment->bytes, fragment->n);
    if (fragment->offset == 0)
        self->protocol = fragment->protocol;
    if (!fragment->more)
        self->length = fragment->offset + fragment->n;
    for (size_t block = fragment->offset / BLOCK; block * BLOCK < fragment->offset + fragment->n;
         block++) {
        self->blocks += self->have[block] == 0;
        self->have[block] = 1;
    }
}

int fragment_add(struct packet_state *self, const struct fragment *fragment, const uint8_t **whole,
                 size_t *n, uint8_t *protocol)
{
    *whole = NULL;
    if (fragment->offset + fragment->n > MAX_OCTETS)
        return STATUS_OK; /* no honest datagram is that long */
    struct datagram **slot = find(self, fragment);
    if (*slot == NULL)
        return STATUS_RUN;
    struct datagram *datagram = *slot;
    put(datagram, fragment);
    if (datagram->length == 0 || datagram->blocks * BLOCK < datagram->length)
        return STATUS_OK;
    *whole = datagram->bytes;
    *n = datagram->length;
    *protocol = datagram->protocol;
    datagram->id = UINT32_MAX; /* done: matches no more, and goes when its place is needed */
    memset(datagram->flow.source, 0xff, sizeof datagram->flow.source);
    return STATUS_OK;
}
