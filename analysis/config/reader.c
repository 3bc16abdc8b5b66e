#include "analysis/config/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/config/time_text.h"

#define MAX_FILE (4u << 20)

/* ---- the file ---- */

static int read_whole(const char *path, char **text, struct message *message)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail(message, STATUS_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    int status = STATUS_OK;
    size_t length = 0;
    *text = NULL;
    if (fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode))
        status = fail(message, STATUS_INPUT, "%s: is not a regular file", path);
    else if (info.st_size > (off_t)MAX_FILE)
        status =
            fail(message, STATUS_INPUT,
                 "%s: larger than 4 MiB; is it a log? give it as evidence = { log = ... }", path);
    else if ((*text = malloc(MAX_FILE + 1u)) == NULL)
        status = fail(message, STATUS_RUN, "%s: out of memory", path);
    else
        length = fread(*text, 1, MAX_FILE, file);
    if (status == STATUS_OK && ferror(file))
        status = fail(message, STATUS_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    fclose(file);
    if (status != STATUS_OK)
        return status;
    (*text)[length] = '\0';
    if (memchr(*text, '\0', length) != NULL)
        return fail(message, STATUS_INPUT,
                    "%s: holds NUL bytes: a binary file, not a configuration", path);
    return STATUS_OK;
}

/* Where a quoted text, a comment or a word ends: what is skipped while looking for integers. */
static const char *skip_token(const char *at, int *line)
{
    const char *end = NULL;
    if (*at == '"') {
        for (at++; *at != '\0' && *at != '"'; at++) {
            *line += *at == '\n';
            at += at[0] == '\\' && at[1] != '\0';
        }
        return *at == '"' ? at + 1 : at;
    }
    if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
        end = strchr(at, '\n');
        return end != NULL ? end : at + strlen(at);
    }
    if (at[0] == '/' && at[1] == '*') {
        end = strstr(at + 2, "*/");
        end = end != NULL ? end + 2 : at + strlen(at);
        for (; at < end; at++)
            *line += *at == '\n';
        return end;
    }
    *line += *at == '\n';
    return at + 1;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '*' || c == '-' || c == '+';
}

/* Integers that libconfig would silently wrap, and @include, which would hide where a value comes
 * from. */
static int check_text(const char *path, const char *text, struct message *message)
{
    int line = 1;
    for (const char *at = text; *at != '\0';) {
        if (*at == '@')
            return fail(message, STATUS_INPUT,
                        "%s:%d: @include is not used here; name the file by its key", path, line);
        if (!is_word(*at)) {
            bool quoted = *at == '"';
            int first_line = line;
            at = skip_token(at, &line);
            if (quoted && *at == '\0' && at[-1] != '"')
                return fail(message, STATUS_INPUT,
                            "%s:%d: quotes do not match: the text that begins here never ends; a "
                            "quote may be missing further up",
                            path, first_line);
            continue;
        }
        size_t length = 0;
        while (is_word(at[length]))
            length++;
        errno = 0;
        char *end;
        long long value = strtoll(at, &end, 0);
        bool whole = end == at + length;
        if (whole && (errno == ERANGE || value > INT32_MAX || value < INT32_MIN))
            return fail(message, STATUS_INPUT,
                        "%s:%d: the integer %.*s does not fit in 32 bits; write it as a text in "
                        "quotes or with a point",
                        path, line, (int)(length > 40 ? 40 : length), at);
        at += length;
    }
    return STATUS_OK;
}

int config_file_open(struct config_file *self, const char *path, struct message *message)
{
    char *text = NULL;
    config_init(&self->config);
    self->opened = true;
    int status = read_whole(path, &text, message);
    if (status == STATUS_OK)
        status = check_text(path, text, message);
    if (status == STATUS_OK && config_read_file(&self->config, path) != CONFIG_TRUE)
        status = fail(message, STATUS_INPUT, "%s:%d: %s; expected libconfig syntax: key = value;",
                      path, config_error_line(&self->config), config_error_text(&self->config));
    free(text);
    return status;
}

void config_file_close(struct config_file *self)
{
    if (self->opened)
        config_destroy(&self->config);
    self->opened = false;
}

int config_complain(const config_setting_t *at, struct message *message, const char *format, ...)
{
    char sentence[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const char *file = config_setting_source_file(at);
    return fail(message, STATUS_INPUT, "%s:%d: %s", file ? file : "?",
                (int)config_setting_source_line(at), sentence);
}

int config_top(struct config_file *self, const char *path, const char *name,
               config_setting_t **group, struct message *message)
{
    config_setting_t *root = config_root_setting(&self->config);
    for (int i = 0; i < config_setting_length(root); i++) {
        config_setting_t *item = config_setting_get_elem(root, (unsigned)i);
        if (strcmp(config_setting_name(item), name) != 0)
            return config_complain(item, message,
                                   "unexpected \"%.60s\"; expected only the group \"%s\"",
                                   config_setting_name(item), name);
    }
    *group = config_setting_get_member(root, name);
    if (*group == NULL)
        return fail(message, STATUS_INPUT, "%s: has no group \"%s\"; expected %s: { ... };", path,
                    name, name);
    return STATUS_OK;
}

/* ---- keys ---- */

#define MAX_KEYS 128

static size_t collect_names(const struct key_row *keys, const struct param_row *params,
                            const char *names[MAX_KEYS])
{
    size_t n = 0;
    for (; keys != NULL && keys->name != NULL && n + 1 < MAX_KEYS; keys++)
        names[n++] = keys->name;
    for (; params != NULL && params->name != NULL && n + 1 < MAX_KEYS; params++)
        names[n++] = params->name;
    names[n] = NULL;
    return n;
}

/* Puts one more word behind the known ones; where they are too many, "..." ends them. */
static void add_known(char *known, size_t size, const char *word)
{
    size_t used = strlen(known);
    if (used + strlen(word) + 8 < size)
        snprintf(known + used, size - used, "%s%s", used == 0 ? "" : ", ", word);
    else if (used < 3 || strcmp(known + used - 3, "...") != 0)
        snprintf(known + used, size - used, ", ...");
}

static int complain_unknown(const config_setting_t *item, const char *const names[MAX_KEYS],
                            size_t n, struct message *message)
{
    char known[600] = "";
    for (size_t i = 0; i < n; i++)
        add_known(known, sizeof known, names[i]);
    const char *wrong = config_setting_name(item), *near = nearest_word(wrong, names);
    if (near != NULL)
        return config_complain(item, message,
                               "unknown key \"%.60s\" (did you mean \"%s\"?); known: %s", wrong,
                               near, known);
    return config_complain(item, message, "unknown key \"%.60s\"; known: %s", wrong, known);
}

int config_check_keys(const config_setting_t *group, const struct key_row *keys,
                      const struct param_row *params, struct message *message)
{
    const char *names[MAX_KEYS];
    size_t n = collect_names(keys, params, names);
    if (!config_setting_is_group(group))
        return config_complain(group, message, "expected a group { key = value; ... }");
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *item = config_setting_get_elem(group, (unsigned)i);
        size_t at = 0;
        while (at < n && strcmp(names[at], config_setting_name(item)) != 0)
            at++;
        if (at == n)
            return complain_unknown(item, names, n, message);
    }
    for (; keys != NULL && keys->name != NULL; keys++)
        if (keys->required && config_setting_get_member(group, keys->name) == NULL)
            return config_complain(group, message, "the key \"%s\" is missing (%s)", keys->name,
                                   keys->meaning);
    return STATUS_OK;
}

int config_text(const config_setting_t *group, const char *key, const char **text,
                struct message *message)
{
    const config_setting_t *item = config_setting_get_member(group, key);
    *text = NULL;
    if (item == NULL)
        return STATUS_OK;
    if (config_setting_type(item) != CONFIG_TYPE_STRING)
        return config_complain(item, message, "%s: expected a text in quotes", key);
    *text = config_setting_get_string(item);
    return STATUS_OK;
}

int config_flag(const config_setting_t *group, const char *key, bool *value,
                struct message *message)
{
    const config_setting_t *item = config_setting_get_member(group, key);
    if (item == NULL)
        return STATUS_OK;
    if (config_setting_type(item) != CONFIG_TYPE_BOOL)
        return config_complain(item, message, "%s: expected true or false", key);
    *value = config_setting_get_bool(item) != 0;
    return STATUS_OK;
}

/* The value of a setting as text in the language of dist.h; false where it is a list or group. */
static bool scalar_text(const config_setting_t *item, char *buffer, size_t size, const char **text)
{
    *text = buffer;
    switch (config_setting_type(item)) {
    case CONFIG_TYPE_STRING:
        *text = config_setting_get_string(item);
        return true;
    case CONFIG_TYPE_INT:
        snprintf(buffer, size, "%d", config_setting_get_int(item));
        return true;
    case CONFIG_TYPE_INT64:
        snprintf(buffer, size, "%lld", config_setting_get_int64(item));
        return true;
    case CONFIG_TYPE_FLOAT:
        snprintf(buffer, size, "%.15g", config_setting_get_float(item));
        if (strtod(buffer, NULL) != config_setting_get_float(item)) /* 15 digits are not enough */
            snprintf(buffer, size, "%.17g", config_setting_get_float(item));
        return true;
    default:
        return false;
    }
}

int config_prior(const config_setting_t *group, const struct param_row *row, struct dist *dist,
                 struct message *message)
{
    const config_setting_t *item = config_setting_get_member(group, row->name);
    char number[64];
    const char *text = row->prior;
    struct message inner;
    if (item == NULL && text == NULL)
        return config_complain(group, message, "the key \"%s\" is missing (%s)", row->name,
                               row->meaning);
    if (item != NULL && !scalar_text(item, number, sizeof number, &text))
        return config_complain(item, message, "%s: expected a number or a prior in quotes",
                               row->name);
    if (dist_parse(dist, text, row, &inner) == STATUS_OK)
        return STATUS_OK;
    return config_complain(item ? item : group, message, "%s: %.700s", row->name, inner.text);
}

int config_number(const config_setting_t *group, const struct param_row *row, double *value,
                  struct message *message)
{
    struct dist dist;
    int status = config_prior(group, row, &dist, message);
    if (status != STATUS_OK)
        return status;
    const config_setting_t *item = config_setting_get_member(group, row->name);
    if (dist.kind != DIST_FIXED)
        return config_complain(item, message, "%s: expected one number here, not a distribution",
                               row->name);
    *value = dist.p[0];
    return STATUS_OK;
}

int config_time(const config_setting_t *group, const char *key, time_us *t, struct message *message)
{
    const char *text;
    int status = config_text(group, key, &text, message);
    if (status != STATUS_OK || text == NULL)
        return status;
    if (!time_parse(text, t))
        return config_complain(
            config_setting_get_member(group, key), message,
            "%s: \"%.60s\" is no date; expected \"2016-09-23\" or \"2016-09-23T13:55:00Z\"", key,
            text);
    return STATUS_OK;
}

int config_n_items(const config_setting_t *group, const char *key)
{
    const config_setting_t *item = config_setting_get_member(group, key);
    if (item == NULL)
        return 0;
    return config_setting_type(item) == CONFIG_TYPE_STRING ? 1 : config_setting_length(item);
}

const char *config_item(const config_setting_t *group, const char *key, int i,
                        struct message *message)
{
    const config_setting_t *item = config_setting_get_member(group, key);
    if (config_setting_type(item) == CONFIG_TYPE_STRING)
        return config_setting_get_string(item);
    const config_setting_t *element = config_setting_get_elem(item, (unsigned)i);
    if (element != NULL && config_setting_type(element) == CONFIG_TYPE_STRING)
        return config_setting_get_string(element);
    config_complain(item, message, "%s: expected a text or a list of texts", key);
    return NULL;
}

int config_groups(const config_setting_t *group, const char *key, const config_setting_t **list,
                  int *n, struct message *message)
{
    *list = config_setting_get_member(group, key);
    *n = 0;
    if (*list == NULL)
        return STATUS_OK;
    if (!config_setting_is_list(*list))
        return config_complain(*list, message, "%s: expected a list ( { ... }, { ... } )", key);
    *n = config_setting_length(*list);
    return STATUS_OK;
}

int config_word(const config_setting_t *at, const char *what, const char *text,
                const char *const *words, int *number, struct message *message)
{
    char known[500] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            *number = i;
            return STATUS_OK;
        }
        add_known(known, sizeof known, words[i]);
    }
    const char *near = nearest_word(text, words);
    if (near != NULL)
        return config_complain(at, message,
                               "unknown %s \"%.60s\" (did you mean \"%s\"?); known: %s", what, text,
                               near, known);
    return config_complain(at, message, "unknown %s \"%.60s\"; known: %s", what, text, known);
}
