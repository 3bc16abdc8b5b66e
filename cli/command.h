/* command.h - the commands of mxplain: one small file each, one row in commands.c. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

struct option;

struct command {
    const char *name;
    const char *usage;   /* "compare CASE [OPTION...]" */
    const char *summary; /* one line */
    const char *help;    /* options and examples, whole lines */
    int (*run)(int argc, char **argv, struct message *message); /* argv[0] is the command's name */
};

/* NULL-terminated, in the order shown by `mxplain help`. */
extern const struct command *const commands[];

const struct command *command_find(const char *name);

/* Prints usage, summary and options of one command to stdout. */
void command_help(const struct command *command);

/* Values of options, read strictly: the whole text must be a number in [min, max]. STATUS_INPUT
 * with a sentence. */
int option_u64(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *value,
               struct message *message);

/* The complaint after getopt_long returned '?' or ':'; names the option and the command. */
int option_unknown(const char *command, char **argv, struct message *message);

/* The one operand that a command wants (a case, a file): STATUS_INPUT where there is none or more
 * than one. */
int option_operand(const char *command, const char *what, int argc, char **argv,
                   const char **operand, struct message *message);

/* Number of processors that may be used. */
unsigned default_threads(void);

#endif
