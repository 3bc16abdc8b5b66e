#include "analysis/store/digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t word, int by)
{
    return word >> by | word << (32 - by);
}

static uint32_t read_word(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_long(uint64_t word, uint8_t *at)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(word >> (56 - 8 * i));
}

static void fill_schedule(const uint8_t block[64], uint32_t w[64])
{
    for (int i = 0; i < 16; i++)
        w[i] = read_word(block + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

/* FIPS 180-4, 6.2.2; s[0..7] are its working variables a to h. */
static void take_block(uint32_t state[8], const uint8_t block[64])
{
    uint32_t w[64], s[8];
    fill_schedule(block, w);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t sum1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        uint32_t t1 = s[7] + sum1 + choice + round_constant[i] + w[i];
        uint32_t sum0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t1;
        s[0] = t1 + sum0 + majority;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

void digest_init(struct digest *self)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memset(self, 0, sizeof *self);
    memcpy(self->state, start, sizeof start);
}

void digest_raw(struct digest *self, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    size_t held = (size_t)(self->length % 64);
    self->length += n;
    while (n > 0) {
        size_t part = n < 64 - held ? n : 64 - held;
        memcpy(self->block + held, at, part);
        held += part;
        at += part;
        n -= part;
        if (held == 64) {
            take_block(self->state, self->block);
            held = 0;
        }
    }
}

void digest_add(struct digest *self, const void *bytes, size_t n)
{
    digest_number(self, n);
    if (n > 0)
        digest_raw(self, bytes, n);
}

void digest_text(struct digest *self, const char *text)
{
    if (text == NULL)
        digest_number(self, UINT64_MAX);
    else
        digest_add(self, text, strlen(text));
}

void digest_number(struct digest *self, uint64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> 8 * i);
    digest_raw(self, bytes, sizeof bytes);
}

void digest_real(struct digest *self, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    digest_number(self, bits);
}

/* The bytes come first and their number last: a pipe's length is not known before. */
int digest_file(struct digest *self, const char *path, struct message *message)
{
    uint8_t buffer[16384];
    uint64_t length = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(message, STATUS_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) {
        digest_raw(self, buffer, n);
        length += n;
    }
    int failed = ferror(file);
    fclose(file);
    if (failed)
        return fail(message, STATUS_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    digest_number(self, length);
    return STATUS_OK;
}

void digest_end(struct digest *self, uint8_t out[DIGEST_BYTES])
{
    static const uint8_t padding[64] = {0x80};
    uint8_t bits[8];
    write_long(self->length * 8, bits);
    size_t held = (size_t)(self->length % 64);
    digest_raw(self, padding, held < 56 ? 56 - held : 120 - held);
    digest_raw(self, bits, sizeof bits);
    for (int i = 0; i < DIGEST_BYTES; i++)
        out[i] = (uint8_t)(self->state[i / 4] >> (24 - 8 * (i % 4)));
}

void digest_hex(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < DIGEST_BYTES; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[DIGEST_TEXT - 1] = '\0';
}
