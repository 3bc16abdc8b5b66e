/* reader.h - the one way in which configuration files are read: libconfig behind a strict schema
 * walker.
 *
 * libconfig 1.5 accepts misspelt keys, turns a number of the wrong kind into 0 and lets integers
 * overflow, all in silence. Here every key is looked up in a table, every number is read strictly,
 * and every complaint names file, line, key, what was found and what was expected.
 */
#ifndef ANALYSIS_CONFIG_READER_H
#define ANALYSIS_CONFIG_READER_H

#include <libconfig.h>
#include <stdbool.h>

#include "sim/arena.h"
#include "sim/dist.h"
#include "sim/log.h"
#include "sim/schema.h"

struct config_file {
    config_t config;
    bool opened;
};

/* One key that a group may have. A table ends with a NULL name. */
struct key_row {
    const char *name;
    bool required;
    const char *meaning; /* one line, for messages and the manual */
};

/* Reads and parses a file (at most 4 MiB, no NUL bytes, no @include, integers that fit).
 * STATUS_INPUT with file and line. config_file_close is safe after a failure. */
int config_file_open(struct config_file *self, const char *path, struct message *message);
void config_file_close(struct config_file *self);

/* Formats "FILE:LINE: " and the sentence. Returns STATUS_INPUT. */
int config_complain(const config_setting_t *at, struct message *message, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The top-level group of a name. Any other top-level key is an error. */
int config_top(struct config_file *self, const char *path, const char *name,
               config_setting_t **group, struct message *message);

/* Checks that `group` is a group, has only keys of `keys` (and of `params`, where not NULL) and all
 * required ones. */
int config_check_keys(const config_setting_t *group, const struct key_row *keys,
                      const struct param_row *params, struct message *message);

/* Text of a key, NULL where the key is absent. The text lives as long as the file; duplicate it to
 * keep it. */
int config_text(const config_setting_t *group, const char *key, const char **text,
                struct message *message);

/* A yes-or-no key; `*value` is left alone where the key is absent. */
int config_flag(const config_setting_t *group, const char *key, bool *value,
                struct message *message);

/* A key whose value is a number or a prior by the rules of *row. Absent: the row's default, and
 * where that is NULL an error. */
int config_prior(const config_setting_t *group, const struct param_row *row, struct dist *dist,
                 struct message *message);

/* A key whose value must be one number by the rules of *row (its unit and range). Absent: the row's
 * default. */
int config_number(const config_setting_t *group, const struct param_row *row, double *value,
                  struct message *message);

/* A date or date and time, ISO 8601, UTC where no offset is given; `*t` is left alone where the key
 * is absent. */
int config_time(const config_setting_t *group, const char *key, time_us *t,
                struct message *message);

/* The items of a key that is a text or a list of texts: item i in [0, config_n_items) by
 * config_item (NULL and a complaint where it is no text). An absent key has 0 items. */
int config_n_items(const config_setting_t *group, const char *key);
const char *config_item(const config_setting_t *group, const char *key, int i,
                        struct message *message);

/* The members of a key that is a list of groups; an absent key has none. STATUS_INPUT where it is
 * something else. */
int config_groups(const config_setting_t *group, const char *key, const config_setting_t **list,
                  int *n, struct message *message);

/* Number of a word in a NULL-terminated list; a complaint with the known words and a suggestion
 * otherwise. */
int config_word(const config_setting_t *at, const char *what, const char *text,
                const char *const *words, int *number, struct message *message);

#endif
