#include "analysis/ingest/json.h"

#include <math.h>

json_t *json_line(struct text line)
{
    line = text_trim(line);
    if (line.n > 2 && line.at[line.n - 1] == ',') /* of an array with an object a line */
        line.n--;
    if (line.n < 2 || line.at[0] != '{' || line.at[line.n - 1] != '}')
        return NULL;
    json_error_t error;
    json_t *value = json_loadb(line.at, line.n, 0, &error);
    if (value != NULL && !json_is_object(value)) {
        json_decref(value);
        value = NULL;
    }
    return value;
}

struct text json_text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? text_slice(json_string_value(value), json_string_length(value))
                                 : text_slice("", 0);
}

bool json_time(const json_t *value, struct timestamp *stamp)
{
    if (json_is_string(value)) {
        struct text rest = text_slice(json_string_value(value), json_string_length(value));
        return (timestamp_iso(&rest, stamp) || timestamp_epoch(&rest, stamp)) && rest.n == 0;
    }
    if (!json_is_number(value))
        return false;
    double seconds = json_number_value(value);
    if (!(seconds >= 0 && seconds < 7258118400.0)) /* 2200-01-01; also refuses NaN */
        return false;
    *stamp = (struct timestamp){.is_epoch = true, .epoch_us = llround(seconds * 1e6)};
    return true;
}

bool json_record_type(const json_t *value, uint16_t *type)
{
    if (json_is_string(value))
        return record_type_read(text_slice(json_string_value(value), json_string_length(value)),
                                type);
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > UINT16_MAX)
        return false;
    *type = (uint16_t)json_integer_value(value);
    return true;
}
