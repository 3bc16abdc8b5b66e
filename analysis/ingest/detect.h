/* detect.h - which format a file has, told from its first bytes. */
#ifndef INGEST_DETECT_H
#define INGEST_DETECT_H

#include "analysis/ingest/reader.h"

/* The format that understands most of the first bytes of the input, or NULL. `options` serve for
 * the columns of tables only. Takes nothing from the input. */
const struct log_format *detect_format(const struct input *input,
                                       const struct ingest_options *options);

#endif
