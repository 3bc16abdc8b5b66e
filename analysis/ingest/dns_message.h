/* dns_message.h - header and first question of a DNS message on the wire (RFC 1035 section 4.1). */
#ifndef INGEST_DNS_MESSAGE_H
#define INGEST_DNS_MESSAGE_H

#include "analysis/ingest/name.h"
#include "analysis/ingest/reader.h"

/* Reports a message as a query, an answer, another record (no question) or not understood. `query`
 * holds everything but name and type. */
int dns_message_report(struct reader *reader, const uint8_t *message, size_t n,
                       struct reader_query *query);

#endif
