#include "analysis/ingest/field.h"

void field_write(FILE *out, struct text text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        bool breaks = byte < 0x20 || byte == 0x7f || strchr("\\,;\"", byte) != NULL;
        bool at_end = i == 0 || i + 1 == text.n; /* blanks there are trimmed by whoever reads it */
        if (breaks || (at_end && byte == ' ') || (i == 0 && strchr("=+-@", byte) != NULL))
            fprintf(out, "\\%03u", byte);
        else
            putc(byte, out);
    }
}

bool field_read(struct text field, char buffer[static FIELD_SIZE], struct text *text)
{
    size_t n = 0;
    *text = field;
    if (field.n > FIELD_SIZE)
        return false;
    if (field.n == 0 || memchr(field.at, '\\', field.n) == NULL)
        return true;
    for (size_t i = 0; i < field.n; n++) {
        int value;
        struct text code = text_from(field, field.at + i + 1);
        if (field.at[i] == '\\' && text_digits(&code, 3, &value) && value < 256) {
            buffer[n] = (char)value;
            i += 4;
        } else {
            buffer[n] = field.at[i++];
        }
    }
    *text = text_slice(buffer, n);
    return true;
}
