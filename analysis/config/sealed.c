#include "analysis/config/sealed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define HEAD "mxplain-sealed 1\n"
#define LINE 76
#define MAX_FILE (2u * SEALED_MAX_TEXT)

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Base64 with line breaks; `out` needs 4 bytes per 3, one more per line, and 8. */
static void encode(const unsigned char *bytes, size_t n, char *out)
{
    size_t column = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t word = (uint32_t)bytes[i] << 16;
        word |= i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0;
        word |= i + 2 < n ? bytes[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            *out++ = i + k > n ? '=' : digits[word >> (18 - 6 * k) & 63];
            if (++column % LINE == 0)
                *out++ = '\n';
        }
    }
    if (column % LINE != 0)
        *out++ = '\n';
    *out = '\0';
}

/* Number of bytes, or SIZE_MAX where the text is no base64. */
static size_t decode(const char *text, unsigned char *out)
{
    uint32_t word = 0;
    unsigned bits = 0;
    size_t n = 0;
    bool ended = false;
    for (; *text != '\0'; text++) {
        if (*text == '\n' || *text == '\r')
            continue;
        const char *digit = strchr(digits, *text);
        if (*text == '=') {
            ended = true;
            continue;
        }
        if (digit == NULL || ended)
            return SIZE_MAX;
        word = word << 6 | (uint32_t)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[n++] = (unsigned char)(word >> bits);
        }
    }
    return n;
}

static int read_file(const char *path, char **content, struct message *message)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(message, STATUS_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    char *text = malloc(MAX_FILE + 1);
    size_t n = text != NULL ? fread(text, 1, MAX_FILE, file) : 0;
    bool good = text != NULL && !ferror(file) && feof(file);
    fclose(file);
    if (!good) {
        free(text);
        return fail(message, STATUS_INPUT, "%s: cannot be read, or is longer than %u bytes", path,
                    MAX_FILE);
    }
    text[n] = '\0';
    *content = text;
    return STATUS_OK;
}

static int unpack(const char *path, const unsigned char *packed, size_t n, char **text,
                  struct message *message)
{
    uLongf length = n < 4 ? SEALED_MAX_TEXT + 1
                          : packed[0] | (uLongf)packed[1] << 8 | (uLongf)packed[2] << 16 |
                                (uLongf)packed[3] << 24;
    uLongf got = length;
    char *out = length <= SEALED_MAX_TEXT ? malloc(length + 1) : NULL;
    if (out == NULL || uncompress((Bytef *)out, &got, packed + 4, (uLong)(n - 4)) != Z_OK ||
        got != length) {
        free(out);
        return fail(message, STATUS_INPUT, "%s: the sealed text is damaged", path);
    }
    out[length] = '\0';
    *text = out;
    return STATUS_OK;
}

int sealed_open(const char *path, char **text, struct message *message)
{
    char *content = NULL;
    *text = NULL;
    int status = read_file(path, &content, message);
    if (status != STATUS_OK)
        return status;
    unsigned char *packed = malloc(strlen(content) + 1);
    size_t n = SIZE_MAX, head = strlen(HEAD);
    if (packed != NULL && strncmp(content, HEAD, head) == 0)
        n = decode(content + head, packed);
    if (n == SIZE_MAX)
        status = fail(message, STATUS_INPUT,
                      "%s: expected a sealed text whose first line is \"mxplain-sealed 1\"", path);
    else
        status = unpack(path, packed, n, text, message);
    free(packed);
    free(content);
    return status;
}

int sealed_make(const char *text, char **content, struct message *message)
{
    size_t length = strlen(text);
    *content = NULL;
    if (length > SEALED_MAX_TEXT)
        return fail(message, STATUS_INPUT, "the text is longer than %u bytes", SEALED_MAX_TEXT);
    uLongf room = compressBound((uLong)length);
    unsigned char *packed = malloc(room + 4);
    size_t encoded = (room + 6) / 3 * 4;
    char *out = malloc(strlen(HEAD) + encoded + encoded / LINE + 8);
    if (packed == NULL || out == NULL ||
        compress2(packed + 4, &room, (const Bytef *)text, (uLong)length, 9) != Z_OK) {
        free(packed);
        free(out);
        return fail(message, STATUS_RUN, "out of memory");
    }
    for (size_t k = 0; k < 4; k++)
        packed[k] = (unsigned char)(length >> (8 * k));
    memcpy(out, HEAD, sizeof HEAD);
    encode(packed, room + 4, out + strlen(HEAD));
    free(packed);
    *content = out;
    return STATUS_OK;
}
