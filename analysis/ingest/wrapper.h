/* wrapper.h - what collectors put around the lines of a program: `{"log":"...","time":"..."}` of
 * docker, the entries of the journal, and the like. A text format's reader gets the line inside,
 * behind the time and the program's name that stand around it.
 *
 * A wrapper is one file wrapper_NAME.c with one constant descriptor, and one row in wrapper.c.
 */
#ifndef INGEST_WRAPPER_H
#define INGEST_WRAPPER_H

#include "analysis/ingest/text.h"
#include "sim/log.h"

enum { WRAPPER_HEAD_SIZE = 320 };

/* One opened wrapper: the parts of the line inside. All may be empty; the slices are good until the
 * next line is opened. */
struct wrapped_line {
    struct text message; /* what the program wrote; may be of several lines */
    char time[40];       /* in ISO 8601 with a zone */
    struct text host;
    struct text program; /* as syslog names it */
    struct text process;
    bool line_goes_on; /* given: what is opened is only the front of a line, or a middle part */
};

/* What a line is: one with a line inside; a part of an entry that goes over several lines, whose
 * last part is WRAPPED_LINE; none of this wrapper. */
enum wrapped { WRAPPED_LINE, WRAPPED_PART, WRAPPED_NOT, WRAPPED_NO_MEMORY };

struct log_wrapper {
    const char *name;
    const char *title;    /* what people call it */
    const char *expected; /* said of a line that cannot be opened */
    /* Whether its time is that of the line's writing. Otherwise it may be that of its collection:
     * lines that are understood without it are read without it. */
    bool has_time_of_writing;
    bool takes_fronts; /* opens lines that are too long to be given at once in parts */
    /* Opens one line. *state is NULL at the start of a file; `close` ends its life. */
    enum wrapped (*open)(void **state, struct text line, struct wrapped_line *inside);
    /* What is still open after the last line of a file: WRAPPED_LINE with it, WRAPPED_NOT where it
     * is cut off, WRAPPED_PART where there is nothing. May be NULL: there never is. */
    enum wrapped (*end)(void *state, struct wrapped_line *inside);
    void (*close)(void *state);
};

/* All of them, ended by NULL. */
extern const struct log_wrapper *const log_wrappers[];

/* Opens the lines of one file. */
struct unwrapper {
    const struct log_wrapper *wrapper; /* NULL: lines stand as they are */
    bool with_head;    /* put time, host and program before each line, as syslog would */
    bool line_goes_on; /* set before unwrapper_open: the line is given in parts; not its last */
    void *state;       /* of the wrapper */
    struct wrapped_line inside;
    struct text rest; /* lines of the message that are still to come */
    char *buffer;     /* of the line given out */
    size_t size;
};

/* `wrapper` may be NULL. unwrapper_free is safe on an initialised or already freed one. */
void unwrapper_init(struct unwrapper *self, const struct log_wrapper *wrapper, bool with_head);
void unwrapper_free(struct unwrapper *self);

static inline bool unwrapper_takes_fronts(const struct unwrapper *self)
{
    return self->wrapper != NULL && self->wrapper->takes_fronts;
}

/* Opens a line of the file: after WRAPPED_LINE, unwrapper_next gives what is inside. */
enum wrapped unwrapper_open(struct unwrapper *self, struct text line);

/* The same for the end of the file. */
enum wrapped unwrapper_end(struct unwrapper *self);

/* The next line inside, good until the next call; false after the last (the first of an empty
 * message is an empty line). *no_memory is set where memory runs out. */
bool unwrapper_next(struct unwrapper *self, struct text *line, bool *no_memory);

#endif
