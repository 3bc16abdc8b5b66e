/* The lines through every wrapper, with and without the head, whatever they are. */
#include <stdlib.h>

#include "analysis/ingest/wrapper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every line inside; an empty message is an empty line. */
static void take_inside(struct unwrapper *unwrapper)
{
    struct text inside;
    size_t pieces = 0;
    bool no_memory = false;
    for (; unwrapper_next(unwrapper, &inside, &no_memory); pieces++)
        if ((inside.n > 0 && memchr(inside.at, '\n', inside.n) != NULL) ||
            unwrapper->rest.n > unwrapper->inside.message.n)
            abort();
    if (pieces == 0)
        abort();
}

static void open_lines(const struct log_wrapper *wrapper, struct text lines, bool with_head)
{
    struct unwrapper unwrapper;
    unwrapper_init(&unwrapper, wrapper, with_head);
    while (lines.n > 0) {
        struct text line = text_take(&lines, '\n');
        if (unwrapper_open(&unwrapper, line) == WRAPPED_LINE)
            take_inside(&unwrapper);
    }
    if (unwrapper_end(&unwrapper) == WRAPPED_LINE)
        take_inside(&unwrapper);
    unwrapper_free(&unwrapper);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text lines = text_slice((const char *)data, size);
    for (size_t i = 0; log_wrappers[i] != NULL; i++) {
        open_lines(log_wrappers[i], lines, false);
        open_lines(log_wrappers[i], lines, true);
    }
    return 0;
}
