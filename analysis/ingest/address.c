#include "analysis/ingest/address.h"

#include <arpa/inet.h>
#include <stdlib.h>

bool address_is_plain_ipv4(struct text source)
{
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        size_t start = i;
        int value = 0;
        size_t end = source.n < start + 3 ? source.n : start + 3;
        while (i < end && source.at[i] >= '0' && source.at[i] <= '9')
            value = value * 10 + (source.at[i++] - '0');
        if (i == start || value > 255 || (source.at[start] == '0' && i > start + 1))
            return false;
        if (part < 3 && (i >= source.n || source.at[i++] != '.'))
            return false;
    }
    return i == source.n;
}

/* The 16 octets of an address, IPv4 as ::ffff:a.b.c.d. */
static bool to_octets(struct text source, uint8_t octets[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char copy[ADDRESS_TEXT_SIZE];
    if (source.n == 0 || source.n >= sizeof copy || memchr(source.at, '\0', source.n) != NULL)
        return false;
    memcpy(copy, source.at, source.n);
    copy[source.n] = '\0';
    if (inet_pton(AF_INET6, copy, octets) == 1)
        return true;
    memcpy(octets, mapped, sizeof mapped);
    return inet_pton(AF_INET, copy, octets + 12) == 1;
}

struct text address_from_wire(const uint8_t *octets, size_t n,
                              char buffer[static ADDRESS_TEXT_SIZE])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (n == 16 && memcmp(octets, mapped, 12) == 0) {
        octets += 12;
        n = 4;
    }
    if (n != 4 && n != 16)
        return text_slice("", 0);
    inet_ntop(n == 4 ? AF_INET : AF_INET6, octets, buffer, ADDRESS_TEXT_SIZE);
    return text_of(buffer);
}

struct text address_canonical(struct text source, char buffer[static ADDRESS_TEXT_SIZE])
{
    uint8_t octets[16];
    if (address_is_plain_ipv4(source) || memchr(source.at, ':', source.n) == NULL ||
        !to_octets(source, octets))
        return source;
    return address_from_wire(octets, 16, buffer);
}

bool address_is_numeric(struct text source)
{
    uint8_t octets[16];
    return address_is_plain_ipv4(source) || to_octets(source, octets);
}

static int read_port(struct text source)
{
    uint64_t port;
    return text_number(source, 65535, &port) ? (int)port : -1;
}

void address_split_port(struct text source, struct text *address, int *port)
{
    *port = -1;
    *address = source;
    if (text_skip(&source, "[")) {
        *address = text_take(&source, ']');
        if (text_skip(&source, ":"))
            *port = read_port(source);
        return;
    }
    const char *first = source.n > 0 ? memchr(source.at, ':', source.n) : NULL;
    const char *last = source.n > 0 ? memrchr(source.at, ':', source.n) : NULL;
    if (first != NULL && first == last) {
        *address = text_slice(source.at, (size_t)(first - source.at));
        *port = read_port(text_from(source, first + 1));
    }
}

bool address_block_read(struct address_block *self, const char *source)
{
    struct text rest = text_of(source);
    bool has_bits = strchr(source, '/') != NULL;
    struct text address = text_take(&rest, '/');
    if (!to_octets(address, self->octets))
        return false;
    unsigned width = memchr(address.at, ':', address.n) == NULL ? 32 : 128;
    uint64_t bits = width;
    if (has_bits && !text_number(rest, width, &bits))
        return false;
    self->bits = (unsigned)bits + 128 - width;
    return true;
}

bool address_block_has(const struct address_block *self, struct text address)
{
    uint8_t octets[16];
    if (!to_octets(address, octets))
        return false;
    unsigned whole = self->bits / 8, left = self->bits % 8;
    if (memcmp(octets, self->octets, whole) != 0)
        return false;
    return left == 0 || (octets[whole] ^ self->octets[whole]) >> (8 - left) == 0;
}
