#include "analysis/ingest/decompress.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif

enum { CHUNK = 64 * 1024 };

/* More than any writer of logs needs; a hostile file may ask for gigabytes. */
#define XZ_MEMORY_LIMIT (UINT64_C(128) * 1024 * 1024)

enum step { STEP_GOON, STEP_END, STEP_DAMAGED };

struct decompressor {
    enum compression compression;
    decompress_source *source;
    void *context;
    unsigned char in[CHUNK];
    size_t in_at, in_end;
    bool source_ended, ended, between_members;
    z_stream gzip;
#ifdef HAVE_ZSTD
    ZSTD_DStream *zstd;
#endif
#ifdef HAVE_LZMA
    lzma_stream xz;
#endif
};

enum compression compression_of(const unsigned char *first, size_t n)
{
    if (n >= 3 && memcmp(first, "\x1f\x8b\x08", 3) == 0)
        return COMPRESSION_GZIP;
    if (n >= 4 && memcmp(first, "\x28\xb5\x2f\xfd", 4) == 0)
        return COMPRESSION_ZSTD;
    if (n >= 6 && memcmp(first,
                         "\xfd"
                         "7zXZ\0",
                         6) == 0)
        return COMPRESSION_XZ;
    return COMPRESSION_NONE;
}

static const char *library_name(enum compression compression)
{
    return compression == COMPRESSION_GZIP   ? "gzip"
           : compression == COMPRESSION_ZSTD ? "zstd"
                                             : "xz";
}

static bool start(struct decompressor *self)
{
    switch (self->compression) {
    case COMPRESSION_GZIP:
        return inflateInit2(&self->gzip, 15 + 16) == Z_OK;
#ifdef HAVE_ZSTD
    case COMPRESSION_ZSTD:
        self->zstd = ZSTD_createDStream();
        return self->zstd != NULL &&
               !ZSTD_isError(ZSTD_DCtx_setParameter(self->zstd, ZSTD_d_windowLogMax, 27));
#endif
#ifdef HAVE_LZMA
    case COMPRESSION_XZ:
        self->xz = (lzma_stream)LZMA_STREAM_INIT;
        return lzma_stream_decoder(&self->xz, XZ_MEMORY_LIMIT, LZMA_CONCATENATED) == LZMA_OK;
#endif
    default:
        return false;
    }
}

static bool is_built_in(enum compression compression)
{
#ifndef HAVE_ZSTD
    if (compression == COMPRESSION_ZSTD)
        return false;
#endif
#ifndef HAVE_LZMA
    if (compression == COMPRESSION_XZ)
        return false;
#endif
    return compression != COMPRESSION_NONE;
}

int decompressor_new(struct decompressor **self, enum compression compression,
                     const unsigned char *first, size_t n, decompress_source *source, void *context,
                     struct message *message)
{
    if (!is_built_in(compression))
        return fail(
            message, STATUS_INPUT,
            "the file is compressed with %s, which this build cannot read: decompress it first",
            library_name(compression));
    struct decompressor *made = n <= CHUNK ? calloc(1, sizeof *made) : NULL;
    if (made == NULL)
        return fail(message, STATUS_RUN, "out of memory");
    made->compression = compression;
    made->source = source;
    made->context = context;
    memcpy(made->in, first, n);
    made->in_end = n;
    if (!start(made)) {
        decompressor_free(made);
        return fail(message, STATUS_RUN, "cannot start the %s library: out of memory",
                    library_name(compression));
    }
    *self = made;
    return STATUS_OK;
}

void decompressor_free(struct decompressor *self)
{
    if (self == NULL)
        return;
    if (self->compression == COMPRESSION_GZIP)
        inflateEnd(&self->gzip);
#ifdef HAVE_ZSTD
    ZSTD_freeDStream(self->zstd);
#endif
#ifdef HAVE_LZMA
    if (self->compression == COMPRESSION_XZ)
        lzma_end(&self->xz);
#endif
    free(self);
}

static void refill(struct decompressor *self)
{
    if (self->in_at < self->in_end || self->source_ended)
        return;
    self->in_at = 0;
    self->in_end = self->source(self->context, self->in, sizeof self->in);
    self->source_ended = self->in_end == 0;
}

static enum step step_gzip(struct decompressor *self, unsigned char *out, size_t n, size_t *got)
{
    /* A gzip file may hold several members one after the other; zeros behind the last are padding.
     */
    if (self->between_members) {
        if (self->in_at == self->in_end || self->in[self->in_at] != 0x1f)
            return STEP_END;
        inflateReset(&self->gzip);
        self->between_members = false;
    }
    self->gzip.next_in = self->in + self->in_at;
    self->gzip.avail_in = (uInt)(self->in_end - self->in_at);
    self->gzip.next_out = out;
    self->gzip.avail_out = (uInt)n;
    int code = inflate(&self->gzip, Z_NO_FLUSH);
    self->in_at = self->in_end - self->gzip.avail_in;
    *got = n - self->gzip.avail_out;
    if (code == Z_STREAM_END)
        self->between_members = true;
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR ? STEP_GOON : STEP_DAMAGED;
}

#ifdef HAVE_ZSTD
static enum step step_zstd(struct decompressor *self, unsigned char *out, size_t n, size_t *got)
{
    if (self->between_members && self->in_at == self->in_end)
        return STEP_END;
    ZSTD_inBuffer in = {self->in, self->in_end, self->in_at};
    ZSTD_outBuffer made = {out, n, 0};
    size_t code = ZSTD_decompressStream(self->zstd, &made, &in);
    self->in_at = in.pos;
    *got = made.pos;
    self->between_members = code == 0;
    return ZSTD_isError(code) ? STEP_DAMAGED : STEP_GOON;
}
#endif

#ifdef HAVE_LZMA
static enum step step_xz(struct decompressor *self, unsigned char *out, size_t n, size_t *got)
{
    self->xz.next_in = self->in + self->in_at;
    self->xz.avail_in = self->in_end - self->in_at;
    self->xz.next_out = out;
    self->xz.avail_out = n;
    lzma_ret code = lzma_code(&self->xz, self->source_ended ? LZMA_FINISH : LZMA_RUN);
    self->in_at = self->in_end - self->xz.avail_in;
    *got = n - self->xz.avail_out;
    if (code == LZMA_STREAM_END)
        return STEP_END;
    return code == LZMA_OK || code == LZMA_BUF_ERROR ? STEP_GOON : STEP_DAMAGED;
}
#endif

static enum step step(struct decompressor *self, unsigned char *out, size_t n, size_t *got)
{
    switch (self->compression) {
    case COMPRESSION_GZIP:
        return step_gzip(self, out, n, got);
#ifdef HAVE_ZSTD
    case COMPRESSION_ZSTD:
        return step_zstd(self, out, n, got);
#endif
#ifdef HAVE_LZMA
    case COMPRESSION_XZ:
        return step_xz(self, out, n, got);
#endif
    default:
        return STEP_DAMAGED;
    }
}

int decompressor_read(struct decompressor *self, unsigned char *out, size_t n, size_t *got,
                      struct message *message)
{
    *got = 0;
    while (!self->ended && *got == 0) {
        refill(self);
        size_t in_before = self->in_at;
        enum step result = step(self, out, n, got);
        bool stuck = result == STEP_GOON && *got == 0 && self->in_at == in_before &&
                     self->source_ended && !self->between_members;
        self->ended = result != STEP_GOON || stuck;
        if (result == STEP_DAMAGED || stuck)
            return fail(message, STATUS_INPUT, "the %s data %s", library_name(self->compression),
                        stuck ? "end too early: the file is cut off"
                              : "are damaged, or need more than 128 MiB of memory");
    }
    return STATUS_OK;
}
