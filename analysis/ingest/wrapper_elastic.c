#include "analysis/ingest/wrapper_json.h"

/* Filebeat and Logstash (Elastic Common Schema): `{"@timestamp":"...","message":"..."}`; the line
 * as it was may stand in `event.original`. Dumps of an index put it all into `_source`. */

static struct text name_in(const json_t *object, const char *outer, const char *inner)
{
    const json_t *value = json_object_get(object, outer);
    return json_is_string(value) ? json_text(object, outer) : json_text(value, inner);
}

static struct text process_in(const json_t *object, char digits[static 24])
{
    const json_t *process = json_object_get(json_object_get(object, "process"), "pid");
    if (!json_is_integer(process))
        return text_slice("", 0);
    snprintf(digits, 24, "%lld", (long long)json_integer_value(process));
    return text_of(digits);
}

struct elastic {
    void *object;
    char process[24];
};

static enum wrapped elastic_open(void **state, struct text line, struct wrapped_line *inside)
{
    if (*state == NULL && (*state = calloc(1, sizeof(struct elastic))) == NULL)
        return WRAPPED_NO_MEMORY;
    struct elastic *self = *state;
    const json_t *object = wrapper_object(&self->object, line);
    const json_t *source = json_object_get(object, "_source");
    object = source != NULL ? source : object;
    struct text original = json_text(json_object_get(object, "event"), "original");
    inside->message = original.n > 0 ? original : json_text(object, "message");
    if (json_object_get(object, "@timestamp") == NULL || inside->message.n == 0)
        return WRAPPED_NOT;
    wrapper_time(json_object_get(object, "@timestamp"), inside->time);
    inside->host = name_in(object, "host", "name");
    inside->program = json_text(json_object_get(object, "process"), "name");
    inside->process = process_in(object, self->process);
    return WRAPPED_LINE;
}

static void elastic_close(void *state)
{
    struct elastic *self = state;
    wrapper_object_free(self->object);
    free(self);
}

const struct log_wrapper wrapper_elastic = {
    .name = "elastic",
    .title = "JSON lines of Filebeat, Logstash and dumps of Elasticsearch",
    .expected = "not a line of Filebeat: expected {\"@timestamp\":\"...\",\"message\":\"...\"}",
    .open = elastic_open,
    .close = elastic_close,
};
