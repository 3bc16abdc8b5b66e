#include "analysis/ingest/wrapper_json.h"

/* json-file of docker, `{"log":"...\n","stream":"stdout","time":"..."}`; Fluent Bit and fluentd
 * pass it on with `date` or `@timestamp` for the time. */

static enum wrapped docker_open(void **state, struct text line, struct wrapped_line *inside)
{
    const json_t *object = wrapper_object(state, line);
    const json_t *log = json_object_get(object, "log");
    const json_t *time = json_object_get(object, "time");
    if (!json_is_string(log))
        return WRAPPED_NOT;
    inside->message = json_text(object, "log");
    if (time == NULL)
        time = json_object_get(object, "@timestamp");
    wrapper_time(time != NULL ? time : json_object_get(object, "date"), inside->time);
    return WRAPPED_LINE;
}

const struct log_wrapper wrapper_docker = {
    .name = "docker",
    .title = "JSON lines of docker (json-file), also of Fluent Bit",
    .expected = "not a line of docker: expected {\"log\":\"...\",\"time\":\"...\"}",
    .has_time_of_writing = true,
    .open = docker_open,
    .close = wrapper_object_free,
};
