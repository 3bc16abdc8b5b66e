#include "analysis/ingest/packet.h"

#include "analysis/ingest/dns_message.h"

enum { DNS_PORT = 53, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

/* libpcap's numbers of link types, as stored in files (https://www.tcpdump.org/linktypes.html). */
enum link_type {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW_BSD = 12,
    LINK_RAW_OPENBSD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_SLL2 = 276,
};

struct slice {
    const uint8_t *at;
    size_t n;
};

void packet_state_free(struct packet_state *self)
{
    fragments_free(self);
    tcp_streams_free(self);
}

static unsigned big_endian_16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

int packet_message(struct packet_state *self, struct reader *reader, const struct flow *flow,
                   const uint8_t *message, size_t n, time_us at)
{
    char client[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];
    struct reader_query query = {
        .stamp = {.is_epoch = true, .epoch_us = at},
        .client = address_from_wire(flow->source, flow->address_octets, client),
        .server = address_from_wire(flow->target, flow->address_octets, server),
    };
    self->reported = true;
    return dns_message_report(reader, message, n, &query);
}

static int transport(struct packet_state *self, struct reader *reader, struct flow *flow,
                     uint8_t protocol, struct slice payload, time_us at)
{
    if ((protocol != PROTOCOL_UDP && protocol != PROTOCOL_TCP) || payload.n < 8)
        return STATUS_OK;
    flow->source_port = (uint16_t)big_endian_16(payload.at);
    flow->target_port = (uint16_t)big_endian_16(payload.at + 2);
    if (flow->source_port != DNS_PORT && flow->target_port != DNS_PORT)
        return STATUS_OK;
    if (protocol == PROTOCOL_TCP)
        return tcp_segment(self, reader, flow, payload.at, payload.n, at);
    size_t length = big_endian_16(payload.at + 4);
    if (length >= 8 && length < payload.n)
        payload.n = length;
    return packet_message(self, reader, flow, payload.at + 8, payload.n - 8, at);
}

static int fragment(struct packet_state *self, struct reader *reader, struct flow *flow,
                    const struct fragment *piece, time_us at)
{
    struct slice whole;
    uint8_t protocol;
    if (fragment_add(self, piece, &whole.at, &whole.n, &protocol) != STATUS_OK)
        return fail(reader->message, STATUS_RUN, "out of memory");
    return whole.at != NULL ? transport(self, reader, flow, protocol, whole, at) : STATUS_OK;
}

static int ipv4(struct packet_state *self, struct reader *reader, struct slice packet, time_us at)
{
    if (packet.n < 20 || packet.at[0] >> 4 != 4)
        return STATUS_OK;
    size_t header = (size_t)(packet.at[0] & 15) * 4, total = big_endian_16(packet.at + 2);
    if (header < 20 || packet.n < header)
        return STATUS_OK;
    if (total >= header &&
        total < packet.n) /* Ethernet pads short packets; 0 with segmentation offload */
        packet.n = total;
    struct flow flow = {.address_octets = 4};
    memcpy(flow.source, packet.at + 12, 4);
    memcpy(flow.target, packet.at + 16, 4);
    struct slice payload = {packet.at + header, packet.n - header};
    unsigned fragment_field = big_endian_16(packet.at + 6);
    if ((fragment_field & 0x3fff) == 0)
        return transport(self, reader, &flow, packet.at[9], payload, at);
    struct fragment piece = {.flow = &flow,
                             .id = big_endian_16(packet.at + 4) | (uint32_t)packet.at[9] << 16,
                             .protocol = packet.at[9],
                             .offset = (size_t)(fragment_field & 0x1fff) * 8,
                             .more = (fragment_field & 0x2000) != 0,
                             .bytes = payload.at,
                             .n = payload.n};
    return fragment(self, reader, &flow, &piece, at);
}

/* Passes over the extension headers that may stand before the transport (RFC 8200 section 4). False
 * where there is no transport behind them. */
static bool skip_extensions(struct slice *packet, uint8_t *next)
{
    while (*next == 0 || *next == 43 || *next == 60) { /* hop-by-hop, routing, destination */
        if (packet->n < 8)
            return false;
        size_t length = ((size_t)packet->at[1] + 1) * 8;
        if (packet->n < length)
            return false;
        *next = packet->at[0];
        packet->at += length;
        packet->n -= length;
    }
    return true;
}

static int ipv6(struct packet_state *self, struct reader *reader, struct slice packet, time_us at)
{
    enum { HEADER = 40, FRAGMENT = 44 };
    if (packet.n < HEADER || packet.at[0] >> 4 != 6)
        return STATUS_OK;
    struct flow flow = {.address_octets = 16};
    memcpy(flow.source, packet.at + 8, 16);
    memcpy(flow.target, packet.at + 24, 16);
    size_t length = big_endian_16(packet.at + 4);
    uint8_t next = packet.at[6];
    struct slice rest = {packet.at + HEADER, packet.n - HEADER};
    if (length > 0 && length < rest.n)
        rest.n = length;
    if (!skip_extensions(&rest, &next))
        return STATUS_OK;
    if (next != FRAGMENT)
        return transport(self, reader, &flow, next, rest, at);
    if (rest.n < 8)
        return STATUS_OK;
    struct fragment piece = {.flow = &flow,
                             .id = (uint32_t)big_endian_16(rest.at + 4) << 16 |
                                   big_endian_16(rest.at + 6),
                             .protocol = rest.at[0],
                             .offset = big_endian_16(rest.at + 2) & 0xfff8u,
                             .more = (rest.at[3] & 1) != 0,
                             .bytes = rest.at + 8,
                             .n = rest.n - 8};
    return fragment(self, reader, &flow, &piece, at);
}

static int internet(struct packet_state *self, struct reader *reader, struct slice packet,
                    time_us at)
{
    if (packet.n == 0)
        return STATUS_OK;
    return packet.at[0] >> 4 == 6 ? ipv6(self, reader, packet, at) : ipv4(self, reader, packet, at);
}

/* Passes over n octets of a link header and its VLAN tags; the type of what follows stands in its
 * last two octets. */
static bool skip_header(struct slice *frame, size_t n)
{
    if (frame->n < n)
        return false;
    unsigned type = big_endian_16(frame->at + n - 2);
    while ((type == 0x8100 || type == 0x88a8 || type == 0x9100) && frame->n >= n + 4) {
        n += 4;
        type = big_endian_16(frame->at + n - 2);
    }
    frame->at += n;
    frame->n -= n;
    return type == 0x0800 || type == 0x86dd;
}

static bool skip_link(struct slice *frame, int link_type)
{
    switch (link_type) {
    case LINK_ETHERNET:
        return skip_header(frame, 14);
    case LINK_SLL:
        return skip_header(frame, 16);
    case LINK_NULL: /* the family in four octets; IPv4 and IPv6 tell themselves apart */
    case LINK_LOOP:
    case LINK_SLL2: {
        size_t n = link_type == LINK_SLL2 ? 20 : 4;
        if (frame->n < n)
            return false;
        frame->at += n;
        frame->n -= n;
        return true;
    }
    default:
        return true;
    }
}

bool packet_knows_link(int link_type)
{
    static const int known[] = {LINK_NULL, LINK_ETHERNET, LINK_RAW_BSD, LINK_RAW_OPENBSD,
                                LINK_RAW,  LINK_LOOP,     LINK_SLL,     LINK_IPV4,
                                LINK_IPV6, LINK_SLL2};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i] == link_type)
            return true;
    return false;
}

int packet_report(struct packet_state *self, struct reader *reader, int link_type,
                  const uint8_t *bytes, size_t n, time_us at)
{
    struct slice frame = {bytes, n};
    int status = STATUS_OK;
    self->reported = false;
    if (skip_link(&frame, link_type))
        status = internet(self, reader, frame, at);
    return status == STATUS_OK && !self->reported ? reader_other(reader) : status;
}

int packet_finish(struct packet_state *self, struct reader *reader)
{
    return tcp_streams_finish(self, reader);
}
