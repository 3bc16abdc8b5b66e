/* wrapper_json.h - what the wrappers in JSON lines share. */
#ifndef INGEST_WRAPPER_JSON_H
#define INGEST_WRAPPER_JSON_H

#include "analysis/ingest/json.h"
#include "analysis/ingest/wrapper.h"

/* Parses a line and keeps the object in *state, where the slices of a wrapped line may point into
 * it until the next line; the one before is given back. NULL where it is no object. */
const json_t *wrapper_object(void **state, struct text line);

/* `close` of such wrappers. */
void wrapper_object_free(void *state);

/* Writes a time (ISO 8601 with a zone, seconds since 1970, as a number or in digits, also in
 * milli-, micro- or nanoseconds) into `time`; nothing where it is none. */
void wrapper_time(const json_t *value, char time[static 40]);

#endif
