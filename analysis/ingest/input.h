/* input.h - bytes of a log file, decompressed on the way, in constant memory.
 *
 * gzip (zlib), zstd and xz are told by their first bytes, not by the file's name. "-" is standard
 * input. A byte order mark at the start of a text is passed over.
 */
#ifndef INGEST_INPUT_H
#define INGEST_INPUT_H

#include <stdio.h>

#include "analysis/ingest/text.h"
#include "sim/log.h"

enum {
    INPUT_BUFFER_SIZE = 256 * 1024,
    INPUT_LINE_MAX =
        INPUT_BUFFER_SIZE - 1, /* a longer line is passed over and said to be too long */
};

struct decompressor;

struct input {
    const char *path; /* as given; the caller's */
    FILE *file;
    bool owns_file;
    bool is_memory; /* reads from memory (tests and fuzzing) */
    const unsigned char *memory;
    size_t memory_left;
    struct decompressor *decompressor; /* NULL for plain bytes */
    char *buffer;
    size_t start; /* buffer[start..end) is read and not yet taken */
    size_t end;
    bool at_end;         /* the source has no more bytes */
    time_us modified_us; /* of the file; 0 where unknown (standard input, memory) */
    char line_end;       /* LF; CR of texts that have no LF */
    uint64_t lines;      /* lines given out so far */
    bool gives_fronts;   /* of lines that are too long */
    bool in_line;        /* behind a front */
    struct message *message;
    int status; /* first failure of reading or decompressing */
};

enum input_line { INPUT_LINE, INPUT_LINE_FRONT, INPUT_LINE_TOO_LONG, INPUT_END };

/* Opens `path` and fills the buffer. STATUS_INPUT with a message where it cannot be opened, is a
 * directory, or is compressed in a way that this build cannot read; nothing is then left open.
 * `message` is kept for later failures. */
int input_open(struct input *self, const char *path, struct message *message);

/* The same for n bytes in memory, which must outlive the input. */
int input_open_memory(struct input *self, const char *name, const void *bytes, size_t n,
                      struct message *message);

void input_close(struct input *self);

/* The bytes that wait in the buffer (up to INPUT_BUFFER_SIZE), without taking them. */
struct text input_peek(const struct input *self);

/* Takes the next line without its LF, CR LF, or CR where the first buffer has no LF. The slice is
 * good until the next call. A line of more than INPUT_LINE_MAX bytes is passed over and given as
 * empty; where `gives_fronts` is set it is given in parts, all but the last as INPUT_LINE_FRONT. A
 * failure of the source ends the input: see status. */
enum input_line input_next_line(struct input *self, struct text *line);

/* Takes up to n bytes into `out`; fewer only at the end or after a failure. */
size_t input_read(struct input *self, void *out, size_t n);

/* A stdio stream of the remaining bytes, for libraries that want one. Closing it leaves the input
 * open. NULL when memory runs out. */
FILE *input_stream(struct input *self);

#endif
