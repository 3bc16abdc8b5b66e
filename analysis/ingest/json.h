/* json.h - the little that the readers of JSON lines need beyond jansson. */
#ifndef INGEST_JSON_H
#define INGEST_JSON_H

#include <jansson.h>

#include "analysis/ingest/reader.h"

/* Parses one line as an object. NULL for anything else; the caller gives it back with json_decref.
 */
json_t *json_line(struct text line);

/* The string of a key as a slice, good as long as the object. Empty where there is none. */
struct text json_text(const json_t *object, const char *key);

/* Reads a stamp: a number or a string of digits as seconds since 1970, another string as ISO 8601.
 */
bool json_time(const json_t *value, struct timestamp *stamp);

/* Reads a record type: a string or a number. */
bool json_record_type(const json_t *value, uint16_t *type);

#endif
