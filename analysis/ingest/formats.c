#include "analysis/ingest/format.h"

extern const struct log_format format_bind, format_pipe, format_pipe_summary, format_csv;

const struct log_format *const log_formats[] = {
    &format_bind, &format_pipe, &format_pipe_summary, &format_csv, NULL,
};

const struct log_format *log_format_find(const char *name)
{
    for (size_t i = 0; log_formats[i] != NULL; i++)
        if (strcmp(log_formats[i]->name, name) == 0)
            return log_formats[i];
    return NULL;
}
