/* record_type.h - names and numbers of DNS record types (IANA registry "Resource Record (RR)
 * TYPEs"). */
#ifndef INGEST_RECORD_TYPE_H
#define INGEST_RECORD_TYPE_H

#include <stdint.h>

#include "analysis/ingest/text.h"

enum { RECORD_TYPE_TEXT_SIZE = 16 };

/* Reads a type: its name in any case, `TYPE65` (RFC 3597), `*` for ANY, or a plain number up to
 * 65535. False, and nothing written, for anything else. */
bool record_type_read(struct text source, uint16_t *type);

/* The name of a type, or `TYPEn` where it has none, in `text`; returns `text`. */
const char *record_type_write(uint16_t type, char text[static RECORD_TYPE_TEXT_SIZE]);

#endif
