#include "analysis/ingest/dns_message.h"

enum { HEADER_OCTETS = 12, RESPONSE_BIT = 0x80 };

static unsigned big_endian_16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

int dns_message_report(struct reader *reader, const uint8_t *message, size_t n,
                       struct reader_query *query)
{
    struct name name;
    size_t at = HEADER_OCTETS;
    if (n < HEADER_OCTETS)
        return reader_bad(reader, "the DNS message is shorter than its header");
    if ((message[2] & RESPONSE_BIT) != 0)
        return reader_answer(reader);
    if (big_endian_16(message + 4) == 0)
        return reader_other(reader); /* no question: a stateful operation or a probe */
    const char *wrong = name_from_wire(&name, message, n, &at);
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    if (at + 4 > n)
        return reader_bad(reader, "the DNS message ends within its question");
    query->type = (uint16_t)big_endian_16(message + at);
    query->name = &name;
    return reader_query(reader, query);
}
