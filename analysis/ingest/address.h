/* address.h - network addresses in logs: one written form, end points, and the --client filter. */
#ifndef INGEST_ADDRESS_H
#define INGEST_ADDRESS_H

#include <stdint.h>

#include "analysis/ingest/text.h"

enum { ADDRESS_TEXT_SIZE = 64, CLIENT_MAX = 255 };

/* True for a dotted quad without leading zeros: an address in its one written form. */
bool address_is_plain_ipv4(struct text source);

/* Puts an address into the form of RFC 5952 (an IPv4 address mapped into IPv6 as plain IPv4). Text
 * that is no address is a host name or label and stays as it is. Gives the result, in `buffer` or
 * in the source. */
struct text address_canonical(struct text source, char buffer[static ADDRESS_TEXT_SIZE]);

/* True for the text of an IPv4 or IPv6 address. */
bool address_is_numeric(struct text source);

/* The text of a binary address of 4 or 16 octets, in `buffer`. Empty for any other length. */
struct text address_from_wire(const uint8_t *octets, size_t n,
                              char buffer[static ADDRESS_TEXT_SIZE]);

/* Splits `127.0.0.1:53`, `[::1]:53`, `::1` or `127.0.0.1` into address and port (-1 where none is
 * written). */
void address_split_port(struct text source, struct text *address, int *port);

/* A block of addresses, `192.0.2.0/24` or `2001:db8::/32`, or one address. */
struct address_block {
    uint8_t octets[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;      /* 0 to 128 */
};

/* False for text that is no block. */
bool address_block_read(struct address_block *self, const char *source);

/* True where `address` is an address inside the block; host names never are. */
bool address_block_has(const struct address_block *self, struct text address);

#endif
