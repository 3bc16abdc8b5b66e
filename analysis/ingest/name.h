/* name.h - DNS names in one written form, from whatever form a log has.
 *
 * The written form is that of RFC 1035 section 5.1: labels joined by dots, no trailing dot, the
 * root as ".". A byte from 0x21 to 0x7e stands for itself, except that a dot inside a label is `\.`
 * and a backslash `\\`; every other byte is `\DDD` (decimal). Case is kept. A name has at most 255
 * octets on the wire, a label 1 to 63.
 */
#ifndef INGEST_NAME_H
#define INGEST_NAME_H

#include <stdint.h>

#include "analysis/ingest/text.h"

enum { NAME_TEXT_SIZE = 1024 }; /* enough for 255 octets, all escaped */

/* A name in the written form. `text` points into `buffer` or, where nothing had to change, into the
 * source. */
struct name {
    struct text text;
    bool lossy; /* the source cannot have told the labels and bytes apart for certain */
    char buffer[NAME_TEXT_SIZE];
};

/* From RFC 1035 text with `\DDD` and `\X` escapes and an optional trailing dot. Bytes that should
 * have been escaped are taken as they are. NULL on success, otherwise why not. */
const char *name_from_text(struct name *self, struct text source);

/* From text without escapes, as tcpdump, tshark and Zeek print it: each dot separates labels. A
 * name with bytes that host names do not have is marked lossy. NULL on success, otherwise why not.
 */
const char *name_from_raw(struct name *self, struct text source);

/* From the wire: `message` is a whole DNS message of n bytes, *at the place of the name in it.
 * Follows compression pointers (RFC 1035 section 4.1.4), each to a place before the one where it
 * stands. On success *at is moved past the name and NULL given; otherwise why not. */
const char *name_from_wire(struct name *self, const uint8_t *message, size_t n, size_t *at);

#endif
