#include "sim/status.h"

#include <stdarg.h>
#include <stdio.h>

int fail(struct message *message, int code, const char *format, ...)
{
    if (message == NULL)
        return code;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message->text, sizeof message->text, format, arguments);
    va_end(arguments);
    /* The text may quote a hostile file: no escape sequence may reach the terminal. */
    for (unsigned char *c = (unsigned char *)message->text; *c != '\0'; c++)
        if ((*c < 0x20 && *c != '\n') || *c == 0x7f)
            *c = '?';
    return code;
}
