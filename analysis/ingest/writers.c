#include "analysis/ingest/writer.h"

#include <errno.h>
#include <string.h>

extern const struct log_writer writer_csv, writer_pipe, writer_bind, writer_zeek, writer_jsonl;

const struct log_writer *const log_writers[] = {
    &writer_csv, &writer_pipe, &writer_bind, &writer_zeek, &writer_jsonl, NULL,
};

const struct log_writer *log_writer_find(const char *name)
{
    for (size_t i = 0; log_writers[i] != NULL; i++)
        if (strcmp(log_writers[i]->name, name) == 0)
            return log_writers[i];
    return NULL;
}

void write_escaped(FILE *out, const char *text, const char *special, const char *first)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        bool escape = byte < 0x20 || byte == 0x7f || strchr(special, *at) != NULL ||
                      (at == text && strchr(first, *at) != NULL);
        if (escape)
            fprintf(out, "\\%03u", byte);
        else
            putc(byte, out);
    }
}

int log_write(FILE *out, const struct query_log *log, const struct log_writer *writer,
              struct message *message)
{
    if (writer->header != NULL)
        writer->header(out, log);
    for (size_t i = 0; i < log->queries.n; i++) {
        const struct query *query = &log->queries.q[i];
        if (writer->row(out, log, query) != WRITE_DONE)
            return fail(
                message, STATUS_INPUT,
                "client \"%s\" or server \"%s\" cannot be written as %s; expected addresses",
                intern_text(&log->clients, query->client),
                intern_text(&log->servers, query->server), writer->name);
    }
    if (fflush(out) != 0 || ferror(out))
        return fail(message, STATUS_RUN, "the log cannot be written: %s", strerror(errno));
    return STATUS_OK;
}
