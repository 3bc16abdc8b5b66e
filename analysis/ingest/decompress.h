/* decompress.h - gzip, zstd and xz as a pull of bytes. */
#ifndef INGEST_DECOMPRESS_H
#define INGEST_DECOMPRESS_H

#include <stddef.h>

#include "sim/status.h"

struct decompressor;

/* Where compressed bytes come from: fills up to n bytes, 0 at the end. */
typedef size_t decompress_source(void *context, unsigned char *out, size_t n);

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSION_XZ };

/* Tells the compression by the first bytes. */
enum compression compression_of(const unsigned char *first, size_t n);

/* Makes a decompressor whose first `n` input bytes are `first` (copied). STATUS_INPUT where this
 * build lacks the library, STATUS_RUN where memory runs out. On success the caller frees it with
 * decompressor_free. */
int decompressor_new(struct decompressor **self, enum compression compression,
                     const unsigned char *first, size_t n, decompress_source *source, void *context,
                     struct message *message);

/* Gives up to n bytes in *got; *got == 0 means the end. STATUS_INPUT, with what is wrong, for
 * damaged or cut input: bytes given before that stay good. */
int decompressor_read(struct decompressor *self, unsigned char *out, size_t n, size_t *got,
                      struct message *message);

void decompressor_free(struct decompressor *self);

#endif
