#include "analysis/ingest/wrapper_json.h"

#include <math.h>

const json_t *wrapper_object(void **state, struct text line)
{
    json_decref(*state);
    json_t *object = json_line(line);
    *state = object;
    return object;
}

void wrapper_object_free(void *state)
{
    json_decref(state);
}

static bool read_time(const json_t *value, struct timestamp *stamp)
{
    struct text rest = text_slice(json_string_value(value), json_string_length(value));
    if (json_is_integer(value)) {
        char digits[24];
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
        rest = text_of(digits);
        return timestamp_epoch_any(&rest, stamp) && rest.n == 0;
    }
    if (!json_is_string(value))
        return json_time(value, stamp);
    return (timestamp_iso(&rest, stamp) || timestamp_epoch_any(&rest, stamp)) && rest.n == 0;
}

void wrapper_time(const json_t *value, char time[static 40])
{
    struct timestamp stamp;
    time[0] = '\0';
    if (value == NULL || !read_time(value, &stamp) || !(stamp.is_epoch || stamp.has_offset))
        return;
    time_us at = stamp.epoch_us;
    if (!stamp.is_epoch)
        at = timestamp_days(stamp.year, stamp.month, stamp.day) * US_PER_DAY +
             (stamp.second_of_day - stamp.offset_s) * US_PER_S + stamp.us;
    if (at >= 0)
        timestamp_write(at, 6, time);
}
