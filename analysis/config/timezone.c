#include "analysis/config/timezone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool name_is_clean(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > 64 || name[0] == '/' || name[0] == '-')
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
              *c == '_' || *c == '-' || *c == '+' || *c == '/'))
            return false;
    return true;
}

static bool zone_exists(const char *name)
{
    const char *directory = getenv("TZDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory ? directory : "/usr/share/zoneinfo", name);
    return access(path, R_OK) == 0;
}

static int32_t offset_at(time_t t)
{
    struct tm local;
    return localtime_r(&t, &local) == NULL ? 0 : (int32_t)local.tm_gmtoff;
}

/* The first second in (low, high] with the offset of `high`, given that the offset changes once
 * between them. */
static time_t find_change(time_t low, time_t high)
{
    int32_t after = offset_at(high);
    while (high - low > 1) {
        time_t middle = low + (high - low) / 2;
        if (offset_at(middle) == after)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static int fill_table(struct timezone_table *table, time_t from, time_t until)
{
    *table = timezone_fixed(offset_at(from));
    for (time_t t = from; t < until; t += 86400) {
        time_t next = t + 86400;
        if (offset_at(next) == offset_at(t))
            continue;
        if (table->n == TIMEZONE_MAX_CHANGES)
            return STATUS_INPUT;
        table->from_us[table->n] = (time_us)find_change(t, next) * US_PER_S;
        table->offset_s[table->n++] = offset_at(next);
    }
    return STATUS_OK;
}

int timezone_load(struct timezone_table *table, const char *name, time_us from_us, time_us until_us,
                  struct message *message)
{
    *table = timezone_fixed(0);
    if (strcmp(name, "UTC") == 0)
        return STATUS_OK;
    if (!name_is_clean(name) || !zone_exists(name))
        return fail(message, STATUS_INPUT,
                    "unknown time zone \"%.64s\"; expected a name of the tz database such as "
                    "\"Europe/Moscow\" "
                    "(is the package tzdata installed?)",
                    name);
    const char *old = getenv("TZ");
    char *saved = old != NULL ? strdup(old) : NULL;
    setenv("TZ", name, 1);
    tzset();
    int status = fill_table(table, (time_t)(from_us / US_PER_S) - 86400,
                            (time_t)(until_us / US_PER_S) + 2 * 86400);
    if (saved != NULL)
        setenv("TZ", saved, 1);
    else
        unsetenv("TZ");
    free(saved);
    tzset();
    if (status != STATUS_OK)
        return fail(message, status,
                    "time zone %s changes more than %d times in this window; shorten it", name,
                    TIMEZONE_MAX_CHANGES);
    return STATUS_OK;
}
