#include "analysis/ingest/input.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "analysis/ingest/decompress.h"

static size_t read_source(void *context, unsigned char *out, size_t n)
{
    struct input *self = context;
    if (self->is_memory) {
        size_t take = n < self->memory_left ? n : self->memory_left;
        memcpy(out, self->memory, take);
        self->memory += take;
        self->memory_left -= take;
        return take;
    }
    size_t got = fread(out, 1, n, self->file);
    if (got == 0 && ferror(self->file) && self->status == STATUS_OK)
        self->status = fail(self->message, STATUS_INPUT, "%s: cannot be read: %s", self->path,
                            strerror(errno));
    return got;
}

static size_t read_some(struct input *self, char *out, size_t n)
{
    if (self->status != STATUS_OK)
        return 0;
    if (self->decompressor == NULL)
        return read_source(self, (unsigned char *)out, n);
    size_t got = 0;
    struct message why;
    int status = decompressor_read(self->decompressor, (unsigned char *)out, n, &got, &why);
    if (status != STATUS_OK && self->status == STATUS_OK)
        self->status = fail(self->message, status, "%s: %s", self->path, why.text);
    return got;
}

/* Moves what waits to the front of the buffer and reads until it is full or the source ends. */
static void fill(struct input *self)
{
    if (self->start > 0) {
        memmove(self->buffer, self->buffer + self->start, self->end - self->start);
        self->end -= self->start;
        self->start = 0;
    }
    while (!self->at_end && self->end < INPUT_BUFFER_SIZE) {
        size_t got = read_some(self, self->buffer + self->end, INPUT_BUFFER_SIZE - self->end);
        self->at_end = got == 0;
        self->end += got;
    }
}

static int start_decompressing(struct input *self)
{
    unsigned char first[6];
    size_t n = read_source(self, first, sizeof first);
    enum compression compression = compression_of(first, n);
    struct message why;
    if (compression != COMPRESSION_NONE) {
        int status =
            decompressor_new(&self->decompressor, compression, first, n, read_source, self, &why);
        return status == STATUS_OK ? STATUS_OK
                                   : fail(self->message, status, "%s: %s", self->path, why.text);
    }
    memcpy(self->buffer, first, n);
    self->end = n;
    return STATUS_OK;
}

static int start(struct input *self)
{
    self->buffer = malloc(INPUT_BUFFER_SIZE);
    if (self->buffer == NULL) {
        input_close(self);
        return fail(self->message, STATUS_RUN, "out of memory");
    }
    int status = start_decompressing(self);
    if (status != STATUS_OK) {
        input_close(self);
        return status;
    }
    fill(self);
    struct text first = input_peek(self);
    if (text_starts(first, "\xef\xbb\xbf")) /* byte order mark of a text */
        self->start = 3;
    bool has_only_cr = first.n > 0 && memchr(first.at, '\n', first.n) == NULL &&
                       memchr(first.at, '\r', first.n) != NULL;
    self->line_end = has_only_cr ? '\r' : '\n';
    return STATUS_OK;
}

static int open_file(struct input *self)
{
    if (strcmp(self->path, "-") == 0) {
        self->file = stdin;
        return STATUS_OK;
    }
    self->file = fopen(self->path, "rb");
    if (self->file == NULL)
        return fail(self->message, STATUS_INPUT, "%s: cannot be opened: %s", self->path,
                    strerror(errno));
    self->owns_file = true;
    struct stat info;
    if (fstat(fileno(self->file), &info) == 0) {
        if (S_ISDIR(info.st_mode))
            return fail(self->message, STATUS_INPUT,
                        "%s: is a directory; expected a log file: name the files in it",
                        self->path);
        if (S_ISREG(info.st_mode))
            self->modified_us = (time_us)info.st_mtime * US_PER_S;
    }
    return STATUS_OK;
}

int input_open(struct input *self, const char *path, struct message *message)
{
    *self = (struct input){.path = path, .message = message};
    int status = open_file(self);
    if (status != STATUS_OK) {
        input_close(self);
        return status;
    }
    return start(self);
}

int input_open_memory(struct input *self, const char *name, const void *bytes, size_t n,
                      struct message *message)
{
    *self = (struct input){
        .path = name, .message = message, .is_memory = true, .memory = bytes, .memory_left = n};
    return start(self);
}

void input_close(struct input *self)
{
    decompressor_free(self->decompressor);
    self->decompressor = NULL;
    if (self->owns_file)
        fclose(self->file);
    self->file = NULL;
    self->owns_file = false;
    free(self->buffer);
    self->buffer = NULL;
}

struct text input_peek(const struct input *self)
{
    return text_slice(self->buffer + self->start, self->end - self->start);
}

/* Passes over the rest of a line that is too long. */
static void skip_line(struct input *self)
{
    for (;;) {
        const char *from = self->buffer + self->start;
        const char *newline = memchr(from, self->line_end, self->end - self->start);
        if (newline != NULL) {
            self->start += (size_t)(newline - from) + 1;
            return;
        }
        self->start = self->end = 0;
        if (self->at_end)
            return;
        fill(self);
    }
}

enum input_line input_next_line(struct input *self, struct text *line)
{
    const char *from = self->buffer + self->start;
    const char *newline = memchr(from, self->line_end, self->end - self->start);
    if (newline == NULL && !self->at_end) {
        fill(self);
        from = self->buffer;
        newline = memchr(from, self->line_end, self->end);
    }
    if (self->start == self->end)
        return INPUT_END;
    self->lines += !self->in_line;
    self->in_line = false;
    size_t n = newline != NULL ? (size_t)(newline - from) : self->end - self->start;
    if (newline == NULL && n > INPUT_LINE_MAX) {
        *line = text_slice(from, self->gives_fronts ? n : 0);
        self->in_line = self->gives_fronts;
        if (self->gives_fronts) {
            self->start = self->end;
            return INPUT_LINE_FRONT;
        }
        skip_line(self);
        return INPUT_LINE_TOO_LONG;
    }
    self->start += n + (newline != NULL);
    if (n > 0 && from[n - 1] == '\r')
        n--;
    *line = text_slice(from, n);
    return INPUT_LINE;
}

size_t input_read(struct input *self, void *out, size_t n)
{
    size_t done = 0;
    while (done < n) {
        if (self->start == self->end) {
            if (self->at_end)
                break;
            self->start = self->end = 0;
            fill(self);
            continue;
        }
        size_t take = self->end - self->start < n - done ? self->end - self->start : n - done;
        memcpy((char *)out + done, self->buffer + self->start, take);
        self->start += take;
        done += take;
    }
    return done;
}

static ssize_t stream_read(void *cookie, char *out, size_t n)
{
    return (ssize_t)input_read(cookie, out, n);
}

FILE *input_stream(struct input *self)
{
    cookie_io_functions_t functions = {.read = stream_read};
    return fopencookie(self, "rb", functions);
}
