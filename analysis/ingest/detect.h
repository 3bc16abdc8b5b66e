/* detect.h - which format a file has, told from its first bytes. */
#ifndef INGEST_DETECT_H
#define INGEST_DETECT_H

#include "analysis/ingest/reader.h"

/* How a file is to be read. */
struct detected {
    const struct log_format *format;   /* NULL: none that is known */
    const struct log_wrapper *wrapper; /* what its lines stand in; NULL: nothing is around them */
    bool with_head;                    /* of the unwrapper */
};

/* The format that understands most of the first bytes of the input. With `given`, that format in
 * any case, in the wrapper where it understands most. `options` serve for the columns of tables
 * only. Takes nothing from the input. */
struct detected detect_format(const struct input *input, const struct log_format *given,
                              const struct ingest_options *options);

#endif
