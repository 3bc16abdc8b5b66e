/* sealed.h - the sealed truth that comes with a case for teaching: an envelope, not a safe.
 *
 * A text file: the line "mxplain-sealed 1", then base64 (RFC 4648) of four bytes with the text's
 * length, low byte first, and the text compressed by zlib. It keeps a reader from seeing the answer
 * by accident; anybody may open it.
 */
#ifndef ANALYSIS_CONFIG_SEALED_H
#define ANALYSIS_CONFIG_SEALED_H

#include <stddef.h>

#include "sim/status.h"

/* Longest text that can be sealed, in bytes. */
#define SEALED_MAX_TEXT (1u << 20)

/* Opens the file at `path` and gives its text, NUL-terminated; the caller frees it. STATUS_INPUT
 * for a missing or damaged file. */
int sealed_open(const char *path, char **text, struct message *message);

/* Seals a text and gives the file's content, NUL-terminated; the caller frees it. STATUS_INPUT
 * where it is too long. */
int sealed_make(const char *text, char **content, struct message *message);

#endif
