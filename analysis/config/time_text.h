/* time_text.h - instants as text: ISO 8601 in and out. */
#ifndef ANALYSIS_CONFIG_TIME_TEXT_H
#define ANALYSIS_CONFIG_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/log.h"

/* Reads "2016-05-04", "2016-09-23T13:55", "2016-09-23 13:55:29.123Z" or with "+02:00"; UTC where no
 * offset is given. False where the text is anything else, a field is out of range, or something
 * follows. */
bool time_parse(const char *text, time_us *t);

/* Writes "2016-09-23T13:55:29Z", with milli- or microseconds only where they are not zero. Returns
 * as snprintf. */
int time_print(time_us t, char *buffer, size_t size);

#endif
