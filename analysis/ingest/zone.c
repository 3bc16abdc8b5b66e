#include "analysis/ingest/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/ingest/timestamp.h"

/* The file format is that of RFC 8536; the C library's own functions know one zone per process
 * only, by a variable that all threads share. */
static const char database[] = "/usr/share/zoneinfo";

enum { MAX_FILE = 256 * 1024, HEADER = 44 };

/* Years of a rule without end that are written out as transitions. */
enum { LAST_RULE_YEAR = 2200 };

void zone_free(struct zone *self)
{
    free(self->at_s);
    free(self->offset_s);
    *self = (struct zone){0};
}

/* How many transitions there have been until then. */
static int transitions_until(const struct zone *self, time_us at)
{
    int64_t s = at / US_PER_S - (at % US_PER_S < 0);
    int low = 0, high = self->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (self->at_s[middle] <= s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int zone_offset_s(const struct zone *self, time_us at)
{
    int n = transitions_until(self, at);
    return n == 0 ? self->first_offset_s : self->offset_s[n - 1];
}

bool zone_is_steady(const struct zone *self, time_us from, time_us until)
{
    return transitions_until(self, from) == transitions_until(self, until);
}

enum zone_fold zone_to_utc(const struct zone *self, time_us local, time_us *first, time_us *second)
{
    int before = zone_offset_s(self, local - US_PER_DAY);
    int after = zone_offset_s(self, local + US_PER_DAY);
    time_us with_before = local - before * US_PER_S, with_after = local - after * US_PER_S;
    bool before_holds = zone_offset_s(self, with_before) == before;
    bool after_holds = zone_offset_s(self, with_after) == after;
    *first = *second = before_holds || !after_holds ? with_before : with_after;
    if (before == after)
        return ZONE_ONCE;
    if (before_holds && after_holds) {
        *second = with_after;
        return ZONE_TWICE;
    }
    return before_holds || after_holds ? ZONE_ONCE : ZONE_NEVER;
}

static int64_t big_endian(const unsigned char *at, int n)
{
    uint64_t value = (at[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | at[i];
    return (int64_t)value;
}

/* Where the second (64-bit) block of a file starts, and its counts. */
struct block {
    const unsigned char *data;
    int64_t leap_n, isstd_n, isut_n, time_n, type_n, char_n;
};

static int64_t block_size(const struct block *b, int time_width)
{
    return b->time_n * (time_width + 1) + b->type_n * 6 + b->char_n + b->leap_n * (time_width + 4) +
           b->isstd_n + b->isut_n;
}

static bool read_header(const unsigned char *file, size_t n, size_t at, struct block *b)
{
    if (n < at + HEADER || memcmp(file + at, "TZif", 4) != 0)
        return false;
    const unsigned char *counts = file + at + 20;
    b->isut_n = big_endian(counts, 4);
    b->isstd_n = big_endian(counts + 4, 4);
    b->leap_n = big_endian(counts + 8, 4);
    b->time_n = big_endian(counts + 12, 4);
    b->type_n = big_endian(counts + 16, 4);
    b->char_n = big_endian(counts + 20, 4);
    b->data = file + at + HEADER;
    return b->isut_n >= 0 && b->isstd_n >= 0 && b->leap_n >= 0 && b->time_n >= 0 &&
           b->time_n < 10000 && b->type_n > 0 && b->type_n < 256 && b->char_n >= 0;
}

static bool add(struct zone *self, int64_t at_s, int offset_s)
{
    if ((self->n & (self->n - 1)) == 0) {
        size_t wanted = self->n == 0 ? 1 : 2 * (size_t)self->n;
        int64_t *at = realloc(self->at_s, wanted * sizeof *at);
        if (at == NULL)
            return false;
        self->at_s = at;
        int *offset = realloc(self->offset_s, wanted * sizeof *offset);
        if (offset == NULL)
            return false;
        self->offset_s = offset;
    }
    self->at_s[self->n] = at_s;
    self->offset_s[self->n++] = offset_s;
    return true;
}

/* --- The rule after the table, as in `EST5EDT,M3.2.0,M11.1.0/2` (POSIX TZ) --- */

struct change {
    int month, week, weekday; /* week 5 = the last of the month */
    int second_of_day;
};

struct rule {
    int standard_s, summer_s;
    struct change to_summer, to_standard;
};

static bool skip_zone_name(struct text *rest)
{
    if (text_skip(rest, "<")) {
        text_take(rest, '>');
        return true;
    }
    size_t n = 0;
    while (n < rest->n && ((rest->at[n] | 0x20) >= 'a' && (rest->at[n] | 0x20) <= 'z'))
        n++;
    *rest = text_slice(rest->at + n, rest->n - n);
    return n >= 3;
}

static int take_small(struct text *rest)
{
    int value = 0;
    while (rest->n > 0 && rest->at[0] >= '0' && rest->at[0] <= '9' && value < 1000) {
        value = value * 10 + (rest->at[0] - '0');
        *rest = text_slice(rest->at + 1, rest->n - 1);
    }
    return value;
}

/* `5`, `-3:30`, `2:00:00` as seconds. */
static int take_hours(struct text *rest)
{
    int sign = text_skip(rest, "-") ? -1 : 1;
    text_skip(rest, "+");
    int s = take_small(rest) * 3600;
    if (text_skip(rest, ":"))
        s += take_small(rest) * 60;
    if (text_skip(rest, ":"))
        s += take_small(rest);
    return sign * s;
}

static bool take_change(struct text *rest, struct change *change)
{
    if (!text_skip(rest, ",M"))
        return false;
    change->month = take_small(rest);
    text_skip(rest, ".");
    change->week = take_small(rest);
    text_skip(rest, ".");
    change->weekday = take_small(rest);
    change->second_of_day = text_skip(rest, "/") ? take_hours(rest) : 2 * 3600;
    return change->month >= 1 && change->month <= 12 && change->week >= 1 && change->week <= 5 &&
           change->weekday <= 6;
}

/* False where there is no rule of summer time (or one by day numbers, which no current zone has).
 */
static bool read_rule(struct text footer, struct rule *rule)
{
    if (!skip_zone_name(&footer))
        return false;
    rule->standard_s = -take_hours(&footer);
    if (footer.n == 0 || !skip_zone_name(&footer))
        return false;
    rule->summer_s = rule->standard_s + 3600;
    if (footer.n > 0 && *footer.at != ',')
        rule->summer_s = -take_hours(&footer);
    return take_change(&footer, &rule->to_summer) && take_change(&footer, &rule->to_standard);
}

/* Seconds since the epoch of a change in a year, as local time. */
static int64_t change_local_s(const struct change *change, int year)
{
    int64_t first = timestamp_days(year, change->month, 1);
    int weekday_of_first = (int)((first + 4) % 7); /* 1970-01-01 was a Thursday */
    int day = 1 + (change->weekday - weekday_of_first + 7) % 7 + (change->week - 1) * 7;
    while (!timestamp_day_exists(year, change->month, day))
        day -= 7;
    return (first + day - 1) * 86400 + change->second_of_day;
}

static bool add_rule(struct zone *self, const struct rule *rule)
{
    int64_t last = self->n > 0 ? self->at_s[self->n - 1] : 0;
    for (int year = 1970; year <= LAST_RULE_YEAR; year++) {
        int64_t summer = change_local_s(&rule->to_summer, year) - rule->standard_s;
        int64_t standard = change_local_s(&rule->to_standard, year) - rule->summer_s;
        bool summer_first = summer < standard;
        int64_t at[2] = {summer_first ? summer : standard, summer_first ? standard : summer};
        int offset[2] = {summer_first ? rule->summer_s : rule->standard_s,
                         summer_first ? rule->standard_s : rule->summer_s};
        for (int i = 0; i < 2; i++)
            if (at[i] > last && !add(self, at[i], offset[i]))
                return false;
    }
    return true;
}

static bool parse(struct zone *self, const unsigned char *file, size_t n)
{
    struct block v1, v2;
    if (!read_header(file, n, 0, &v1) || file[4] < '2')
        return false;
    int64_t skip = block_size(&v1, 4);
    if (skip < 0 || skip > MAX_FILE || !read_header(file, n, HEADER + (size_t)skip, &v2))
        return false;
    int64_t size = block_size(&v2, 8);
    size_t room = n - (size_t)(v2.data - file);
    if (size < 0 || (size_t)size > room || v2.leap_n > 0) /* "right/": seconds of another count */
        return false;
    const unsigned char *index = v2.data + v2.time_n * 8, *types = index + v2.time_n;
    self->first_offset_s = (int)big_endian(types, 4);
    for (int64_t i = 0; i < v2.time_n; i++) {
        if (index[i] >= v2.type_n)
            return false;
        int offset = (int)big_endian(types + 6 * index[i], 4);
        if (!add(self, big_endian(v2.data + 8 * i, 8), offset))
            return false;
    }
    struct text footer = text_slice((const char *)v2.data + size, room - (size_t)size);
    struct rule rule;
    text_skip(&footer, "\n");
    return !read_rule(text_take(&footer, '\n'), &rule) || add_rule(self, &rule);
}

/* No way out of the database's folder. */
static bool name_is_clean(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t n = strlen(name);
    return n > 0 && n <= 64 && name[0] != '/' && name[0] != '-' && strspn(name, allowed) == n;
}

static bool load_file(struct zone *self, const char *name)
{
    char path[300];
    if (!name_is_clean(name))
        return false;
    const char *directory = getenv("TZDIR");
    if (snprintf(path, sizeof path, "%s/%s", directory != NULL ? directory : database, name) >=
        (int)sizeof path)
        return false;
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = malloc(MAX_FILE);
    bool good = false;
    if (file != NULL && bytes != NULL)
        good = parse(self, bytes, fread(bytes, 1, MAX_FILE, file));
    if (file != NULL)
        fclose(file);
    free(bytes);
    return good;
}

static bool read_offset(const char *name, int *offset_s)
{
    int sign = name[0] == '+' ? 1 : name[0] == '-' ? -1 : 0, hours, minutes = 0;
    struct text rest = text_of(name + (sign != 0));
    if (sign == 0 || !text_digits(&rest, 2, &hours))
        return false;
    text_skip(&rest, ":");
    if (rest.n > 0 && !text_digits(&rest, 2, &minutes))
        return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return rest.n == 0 && hours <= 15 && minutes <= 59;
}

int zone_load(struct zone *self, const char *name, struct message *message)
{
    *self = (struct zone){0};
    if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0 ||
        read_offset(name, &self->first_offset_s) || load_file(self, name))
        return STATUS_OK;
    zone_free(self);
    return fail(
        message, STATUS_INPUT,
        "time zone \"%.64s\" is not known; expected UTC, an offset such as +03:00, or a name such "
        "as Europe/Moscow (with the tz database installed)",
        name);
}
