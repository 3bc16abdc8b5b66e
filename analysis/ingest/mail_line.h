/* mail_line.h - what the readers of mail logs share. */
#ifndef INGEST_MAIL_LINE_H
#define INGEST_MAIL_LINE_H

#include "analysis/ingest/reader.h"

/* The value behind `key` (with its `=`), which stands at the start or behind a blank or comma:
 * without its angle brackets, or up to the next comma or the end. Empty where there is none. */
struct text mail_value(struct text line, const char *key);

/* The address in `host[192.0.2.1]:25`, `host [192.0.2.1]` or `host [IPv6:2001:db8::1]`; the host
 * where there is none; empty for `none`. */
struct text mail_host(struct text relay);

#endif
