/* field.h - texts of any bytes as fields of a CSV table, and back. */
#ifndef INGEST_FIELD_H
#define INGEST_FIELD_H

#include <stdio.h>

#include "analysis/ingest/text.h"

enum { FIELD_SIZE = 65536 };

/* Writes a field: the backslash, every byte that would break the table, every control byte and a
 * first byte that a spreadsheet takes for a formula as \DDD (decimal). */
void field_write(FILE *out, struct text text);

/* The text of such a field, in `buffer` or in the field itself. False where it is too long. */
bool field_read(struct text field, char buffer[static FIELD_SIZE], struct text *text);

#endif
