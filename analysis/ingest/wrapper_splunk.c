#include "analysis/ingest/wrapper_json.h"

/* Splunk, export of a search as JSON: `{"preview":false,"result":{"_raw":"...","_time":"..."}}`, or
 * the inner object alone. */

static enum wrapped splunk_open(void **state, struct text line, struct wrapped_line *inside)
{
    const json_t *object = wrapper_object(state, line);
    const json_t *result = json_object_get(object, "result");
    object = result != NULL ? result : object;
    if (!json_is_string(json_object_get(object, "_raw")))
        return WRAPPED_NOT;
    inside->message = json_text(object, "_raw");
    wrapper_time(json_object_get(object, "_time"), inside->time);
    return WRAPPED_LINE;
}

const struct log_wrapper wrapper_splunk = {
    .name = "splunk",
    .title = "JSON lines of a Splunk export",
    .expected = "not a line of a Splunk export: expected {\"result\":{\"_raw\":\"...\"}}",
    .open = splunk_open,
    .close = wrapper_object_free,
};
