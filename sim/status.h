/* status.h - return codes and the one error message that travels with them.
 *
 * Every function that can fail returns a `status` and, on failure, leaves one finished sentence in
 * the caller's `struct message`. The codes are the program's exit codes, so nothing has to be
 * translated.
 */
#ifndef SIM_STATUS_H
#define SIM_STATUS_H

enum status {
    STATUS_OK = 0,    /* done */
    STATUS_RUN = 1,   /* a run failed: memory, disk, a numerical failure */
    STATUS_INPUT = 2, /* the user's input is wrong: usage, config, log, table */
};

/* One error sentence: where, what was found, what was expected, what to do. Printable ASCII or
 * UTF-8. */
struct message {
    char text[1024];
};

/* Formats the sentence into *message (which may be NULL) and returns `code`, so that a caller can
 * write `return fail(message, STATUS_INPUT, ...)`. Control bytes in the result are replaced by '?'.
 */
int fail(struct message *message, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
