/* packet.h - from captured packets to DNS messages: link layers, IPv4, IPv6, fragments, UDP and
 * TCP. */
#ifndef INGEST_PACKET_H
#define INGEST_PACKET_H

#include "analysis/ingest/reader.h"

/* Addresses and ports of one packet. */
struct flow {
    uint8_t source[16];
    uint8_t target[16];
    uint8_t address_octets; /* 4 or 16 */
    uint16_t source_port;
    uint16_t target_port;
};

struct datagram;
struct tcp_stream;

enum { MAX_DATAGRAMS = 64, MAX_STREAMS = 1024 };

/* What must be remembered between packets. Bounded: the oldest go first. */
struct packet_state {
    struct datagram *datagram[MAX_DATAGRAMS]; /* whose fragments are still coming */
    unsigned next_datagram;
    struct tcp_stream *stream[MAX_STREAMS];
    unsigned next_stream;
    bool reported; /* something was reported for the packet at hand */
};

void packet_state_free(struct packet_state *self);

/* Reports what one packet holds; exactly one heading for packets without a DNS message. `link_type`
 * is one of libpcap's DLT_ values. */
int packet_report(struct packet_state *self, struct reader *reader, int link_type,
                  const uint8_t *bytes, size_t n, time_us at);

/* After the last packet: reports what segments out of order still hold. */
int packet_finish(struct packet_state *self, struct reader *reader);

/* True for the link types that packet_report can take apart. */
bool packet_knows_link(int link_type);

/* --- within the packet reader --- */

/* One complete DNS message. */
int packet_message(struct packet_state *self, struct reader *reader, const struct flow *flow,
                   const uint8_t *message, size_t n, time_us at);

/* A TCP segment (header and data) of a flow to or from port 53. */
int tcp_segment(struct packet_state *self, struct reader *reader, struct flow *flow,
                const uint8_t *segment, size_t n, time_us at);
int tcp_streams_finish(struct packet_state *self, struct reader *reader);
void tcp_streams_free(struct packet_state *self);

/* A fragment. Where it completes a datagram, gives its payload in *whole and *n (good until the
 * next call). STATUS_RUN when memory runs out. */
struct fragment {
    const struct flow *flow; /* addresses only */
    uint32_t id;
    uint8_t protocol;
    size_t offset; /* octets */
    bool more;
    const uint8_t *bytes;
    size_t n;
};
int fragment_add(struct packet_state *self, const struct fragment *fragment, const uint8_t **whole,
                 size_t *n, uint8_t *protocol);
void fragments_free(struct packet_state *self);

#endif
