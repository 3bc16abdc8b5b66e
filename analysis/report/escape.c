#include "analysis/report/escape.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xFFFDu

/* Length of the sequence that a first byte announces, 0 for a byte that cannot begin one. */
static unsigned sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/* Reads one character (RFC 3629); a malformed byte counts as one REPLACEMENT. */
static uint32_t decode(const char **text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)*text;
    unsigned length = sequence_length(bytes[0]);
    if (length <= 1) {
        *text += 1;
        return length == 1 ? bytes[0] : REPLACEMENT;
    }
    uint32_t code = bytes[0] & (0x7Fu >> length);
    for (unsigned i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            *text += 1;
            return REPLACEMENT;
        }
        code = code << 6 | (bytes[i] & 0x3Fu);
    }
    bool valid = code >= least[length] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    *text += valid ? length : 1;
    return valid ? code : REPLACEMENT;
}

static void encode(uint32_t code, char out[CLEAN_CHARACTER_BYTES])
{
    unsigned char *bytes = (unsigned char *)out;
    memset(out, 0, CLEAN_CHARACTER_BYTES);
    if (code < 0x80) {
        bytes[0] = (unsigned char)code;
    } else if (code < 0x800) {
        bytes[0] = (unsigned char)(0xC0 | code >> 6);
        bytes[1] = (unsigned char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        bytes[0] = (unsigned char)(0xE0 | code >> 12);
        bytes[1] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (unsigned char)(0x80 | (code & 0x3F));
    } else {
        bytes[0] = (unsigned char)(0xF0 | code >> 18);
        bytes[1] = (unsigned char)(0x80 | (code >> 12 & 0x3F));
        bytes[2] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
        bytes[3] = (unsigned char)(0x80 | (code & 0x3F));
    }
}

struct code_range {
    uint32_t first, last;
};

static bool is_in(uint32_t code, const struct code_range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Controls, directional marks, invisible characters, noncharacters, private use. */
static bool is_unsafe(uint32_t code)
{
    static const struct code_range unsafe[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},       {0xAD, 0xAD},        {0x061C, 0x061C},
        {0x115F, 0x1160}, {0x180B, 0x180F},   {0x200B, 0x200F},    {0x2028, 0x202E},
        {0x2060, 0x206F}, {0x3164, 0x3164},   {0xE000, 0xF8FF},    {0xFDD0, 0xFDEF},
        {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFC},   {0xFFFE, 0xFFFF},    {0xFE00, 0xFE0F},
        {0xFFA0, 0xFFA0}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF},
    };
    return is_in(code, unsafe, sizeof unsafe / sizeof *unsafe) || (code & 0xFFFE) == 0xFFFE;
}

static bool is_space(uint32_t code)
{
    return (code >= 0x09 && code <= 0x0D) || code == 0xA0 || code == 0x2028 || code == 0x2029;
}

uint32_t clean_character(const char **text, bool utf8, char out[CLEAN_CHARACTER_BYTES])
{
    if (**text == '\0') {
        out[0] = '\0';
        return 0;
    }
    uint32_t code = decode(text);
    if (is_space(code))
        code = ' ';
    else if (is_unsafe(code))
        code = REPLACEMENT;
    if (!utf8 && code >= 0x80)
        code = '?';
    encode(code, out);
    return code;
}

unsigned character_columns(uint32_t code)
{
    static const struct code_range combining[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
        {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE20, 0xFE2F},
    };
    static const struct code_range wide[] = {
        {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0xA4CF},
        {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD},
    };
    if (is_in(code, combining, sizeof combining / sizeof *combining))
        return 0;
    return is_in(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

size_t text_columns(const char *text, bool utf8)
{
    char bytes[CLEAN_CHARACTER_BYTES];
    size_t columns = 0;
    uint32_t code;
    while (text != NULL && (code = clean_character(&text, utf8, bytes)) != 0)
        columns += character_columns(code);
    return columns;
}

char *clean_copy(const char *text, bool utf8, size_t columns)
{
    const char *source = text == NULL ? "" : text;
    const char *ellipsis = utf8 ? "\xE2\x80\xA6" : "...";
    char bytes[CLEAN_CHARACTER_BYTES];
    bool fits = text_columns(source, utf8) <= columns;
    size_t room = fits ? columns : columns - (utf8 ? 1 : 3), used = 0, length = 0;
    /* The longest growth is one malformed byte to the three bytes of U+FFFD. */
    char *copy = malloc(3 * strlen(source) + 8);
    if (copy == NULL)
        return NULL;
    for (uint32_t code; (code = clean_character(&source, utf8, bytes)) != 0;) {
        used += character_columns(code);
        if (used > room)
            break;
        memcpy(copy + length, bytes, strlen(bytes));
        length += strlen(bytes);
    }
    strcpy(copy + length, fits ? "" : ellipsis);
    return copy;
}

void print_clean(FILE *out, const char *text, bool utf8)
{
    char bytes[CLEAN_CHARACTER_BYTES];
    while (text != NULL && clean_character(&text, utf8, bytes) != 0)
        fputs(bytes, out);
}

static const char *html_reference(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '`':
        return "&#96;";
    default:
        return NULL;
    }
}

void print_html(FILE *out, const char *text)
{
    char bytes[CLEAN_CHARACTER_BYTES];
    for (uint32_t code; text != NULL && (code = clean_character(&text, true, bytes)) != 0;) {
        const char *reference = html_reference(code);
        fputs(reference != NULL ? reference : bytes, out);
    }
}

void print_gnuplot(FILE *out, const char *text)
{
    char bytes[CLEAN_CHARACTER_BYTES];
    fputc('\'', out);
    for (uint32_t code; text != NULL && (code = clean_character(&text, true, bytes)) != 0;)
        fputs(code == '\'' ? "\xE2\x80\x99" : code == '`' ? "\xCB\x8B" : bytes, out);
    fputc('\'', out);
}

void print_csv(FILE *out, const char *text)
{
    char bytes[CLEAN_CHARACTER_BYTES];
    const char *begin = text;
    while (begin != NULL && *begin == ' ')
        begin++;
    fputc('"', out);
    if (begin != NULL && *begin != '\0' && strchr("=+-@\t\r\n|", *begin) != NULL)
        fputc('\'', out);
    for (uint32_t code; text != NULL && (code = clean_character(&text, true, bytes)) != 0;)
        fputs(code == '"' ? "\"\"" : bytes, out);
    fputc('"', out);
}

char *valid_utf8_copy(const char *text)
{
    char *copy = malloc(3 * strlen(text) + 1);
    char *end = copy;
    if (copy == NULL)
        return NULL;
    while (*text != '\0') {
        char bytes[CLEAN_CHARACTER_BYTES];
        encode(decode(&text), bytes);
        memcpy(end, bytes, strlen(bytes));
        end += strlen(bytes);
    }
    *end = '\0';
    return copy;
}
