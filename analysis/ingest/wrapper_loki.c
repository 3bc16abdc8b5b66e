#include "analysis/ingest/wrapper_json.h"

/* logcli -o jsonl: `{"labels":{...},"line":"...","timestamp":"..."}`. */

static enum wrapped loki_open(void **state, struct text line, struct wrapped_line *inside)
{
    const json_t *object = wrapper_object(state, line);
    if (!json_is_string(json_object_get(object, "line")) ||
        json_object_get(object, "timestamp") == NULL)
        return WRAPPED_NOT;
    inside->message = json_text(object, "line");
    wrapper_time(json_object_get(object, "timestamp"), inside->time);
    return WRAPPED_LINE;
}

const struct log_wrapper wrapper_loki = {
    .name = "loki",
    .title = "JSON lines of Loki (logcli -o jsonl)",
    .expected = "not a line of Loki: expected {\"line\":\"...\",\"timestamp\":\"...\"}",
    .open = loki_open,
    .close = wrapper_object_free,
};
