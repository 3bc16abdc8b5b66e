#include "analysis/ingest/wrapper.h"

#include <stdio.h>
#include <stdlib.h>

/* One row a wrapper: a new one is one line here and one in the list. */
/* clang-format off */
extern const struct log_wrapper
    wrapper_docker,
    wrapper_journal_json,
    wrapper_journal_export,
    wrapper_elastic,
    wrapper_loki,
    wrapper_splunk,
    wrapper_pretty;

const struct log_wrapper *const log_wrappers[] = {
    &wrapper_docker,
    &wrapper_journal_json,
    &wrapper_journal_export,
    &wrapper_elastic,
    &wrapper_loki,
    &wrapper_splunk,
    &wrapper_pretty,
    NULL,
};
/* clang-format on */

void unwrapper_init(struct unwrapper *self, const struct log_wrapper *wrapper, bool with_head)
{
    *self = (struct unwrapper){.wrapper = wrapper, .with_head = with_head};
}

void unwrapper_free(struct unwrapper *self)
{
    if (self->wrapper != NULL && self->state != NULL)
        self->wrapper->close(self->state);
    free(self->buffer);
    unwrapper_init(self, NULL, false);
}

/* Makes ready what was opened. */
static enum wrapped opened(struct unwrapper *self, enum wrapped what)
{
    if (what != WRAPPED_LINE)
        return what;
    self->rest = self->inside.message.n > 0 ? self->inside.message : text_of("");
    while (self->rest.n > 0 && strchr("\r\n", self->rest.at[self->rest.n - 1]) != NULL)
        self->rest.n--;
    return WRAPPED_LINE;
}

enum wrapped unwrapper_open(struct unwrapper *self, struct text line)
{
    self->inside = (struct wrapped_line){.time = "", .line_goes_on = self->line_goes_on};
    self->rest = text_slice(NULL, 0);
    if (line.n == 0 && self->state == NULL)
        return WRAPPED_NOT;
    return opened(self, self->wrapper->open(&self->state, line, &self->inside));
}

enum wrapped unwrapper_end(struct unwrapper *self)
{
    self->inside = (struct wrapped_line){.time = ""};
    self->rest = text_slice(NULL, 0);
    if (self->wrapper == NULL || self->wrapper->end == NULL || self->state == NULL)
        return WRAPPED_PART;
    return opened(self, self->wrapper->end(self->state, &self->inside));
}

/* `TIME HOST PROGRAM[PROCESS]: `, as syslog writes it, of what is known; a host only before a
 * program. Nothing before JSON, which has its own fields. */
static size_t write_head(const struct unwrapper *self, struct text line,
                         char head[static WRAPPER_HEAD_SIZE])
{
    enum { TEXT_MAX = 64 };
    const struct wrapped_line *in = &self->inside;
    const struct text *text[] = {&in->host, &in->program, &in->process};
    int n[3];
    for (int i = 0; i < 3; i++)
        n[i] = text[i]->n < TEXT_MAX ? (int)text[i]->n : TEXT_MAX;
    if (!self->with_head || (line.n > 0 && *line.at == '{'))
        return 0;
    int used = snprintf(head, WRAPPER_HEAD_SIZE, "%s%s", in->time, in->time[0] != '\0' ? " " : "");
    if (n[1] > 0)
        used += snprintf(head + used, (size_t)(WRAPPER_HEAD_SIZE - used),
                         "%.*s%s%.*s%s%.*s%s: ", n[0], n[0] > 0 ? in->host.at : "",
                         n[0] > 0 ? " " : "", n[1], in->program.at, n[2] > 0 ? "[" : "", n[2],
                         n[2] > 0 ? in->process.at : "", n[2] > 0 ? "]" : "");
    for (int i = 0; i < used; i++)
        if ((unsigned char)head[i] < 0x20) /* JSON may put any byte there */
            head[i] = '_';
    return (size_t)used;
}

bool unwrapper_next(struct unwrapper *self, struct text *line, bool *no_memory)
{
    char head[WRAPPER_HEAD_SIZE];
    if (self->rest.at == NULL)
        return false;
    bool is_last = self->rest.n == 0 || memchr(self->rest.at, '\n', self->rest.n) == NULL;
    struct text inner = text_take(&self->rest, '\n');
    if (is_last)
        self->rest = text_slice(NULL, 0);
    size_t used = write_head(self, inner, head);
    if (self->size < used + inner.n + 1) {
        char *grown = realloc(self->buffer, 2 * (used + inner.n + 1));
        *no_memory = grown == NULL;
        if (grown == NULL)
            return false;
        self->buffer = grown;
        self->size = 2 * (used + inner.n + 1);
    }
    memcpy(self->buffer, head, used);
    if (inner.n > 0)
        memcpy(self->buffer + used, inner.at, inner.n);
    *line = text_slice(self->buffer, used + inner.n);
    return true;
}
