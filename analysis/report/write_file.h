/* write_file.h - files that are either whole or not there.
 *
 * Everything that the program leaves on disk for people goes through here: a temporary file beside
 * the target, written, synchronised, then renamed. After a failure the target is as it was before
 * and the temporary file is gone.
 */
#ifndef ANALYSIS_REPORT_WRITE_FILE_H
#define ANALYSIS_REPORT_WRITE_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "sim/status.h"

/* Writes `size` bytes to `path`, replacing what is there. A path that is a device or pipe
 * (/dev/stdout) is written straight. STATUS_INPUT where the place is wrong (no such directory, no
 * permission, read-only, a directory), STATUS_RUN where writing fails (disk full). */
int write_file(const char *path, const void *bytes, size_t size, struct message *message);

/* The same with a function that prints the content into a stream; nothing reaches the disk before
 * it has returned STATUS_OK and the stream is without error. */
typedef int content_printer(FILE *out, const void *context, struct message *message);
int write_printed_file(const char *path, content_printer *print, const void *context,
                       struct message *message);

/* Makes a directory and those above it; one that exists is fine. */
int make_directory(const char *path, struct message *message);

#endif
