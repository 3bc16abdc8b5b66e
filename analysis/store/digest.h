/* digest.h - SHA-256 of a growing sequence of items: the name under which a table's blocks are
 * kept.
 *
 * Items are framed by their length, so that ("ab", "c") and ("a", "bc") differ. The bytes of a
 * number are little-endian whatever the machine.
 *
 * Source: FIPS PUB 180-4, "Secure Hash Standard", sections 4.1.2, 4.2.2, 5 and 6.2.
 */
#ifndef ANALYSIS_STORE_DIGEST_H
#define ANALYSIS_STORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

#define DIGEST_BYTES 32
#define DIGEST_TEXT 65 /* as hexadecimal text, with the closing NUL */

struct digest {
    uint32_t state[8];
    uint64_t length; /* bytes taken in so far */
    uint8_t block[64];
};

void digest_init(struct digest *self);

/* Takes in raw bytes, unframed: the plain SHA-256 of what is given. */
void digest_raw(struct digest *self, const void *bytes, size_t n);

/* Takes in one framed item: its length, then its bytes. `bytes` may be NULL where n is 0. */
void digest_add(struct digest *self, const void *bytes, size_t n);
void digest_text(struct digest *self, const char *text); /* NULL counts as a text of its own */
void digest_number(struct digest *self, uint64_t number);
void digest_real(struct digest *self, double number); /* by its 64 bits */

/* Takes in a file's bytes as one item. STATUS_INPUT where it cannot be read. */
int digest_file(struct digest *self, const char *path, struct message *message);

/* Ends the sequence; *self must be initialised again before further use. */
void digest_end(struct digest *self, uint8_t out[DIGEST_BYTES]);

/* Lower-case hexadecimal text of a digest. */
void digest_hex(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT]);

#endif
