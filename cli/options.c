#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

int option_u64(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *value,
               struct message *message)
{
    char *end;
    errno = 0;
    unsigned long long parsed = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || parsed < min ||
        parsed > max)
        return fail(message, STATUS_INPUT,
                    "--%s: expected a whole number from %" PRIu64 " to %" PRIu64
                    ", found \"%.40s\"",
                    option, min, max, text);
    *value = parsed;
    return STATUS_OK;
}

int option_unknown(const char *command, char **argv, struct message *message)
{
    const char *text = optind > 0 && argv[optind - 1] != NULL ? argv[optind - 1] : "";
    return fail(
        message, STATUS_INPUT,
        "%s: option \"%.60s\" is unknown or lacks its value; `mxplain %s --help` lists the options",
        command, text, command);
}

int option_operand(const char *command, const char *what, int argc, char **argv,
                   const char **operand, struct message *message)
{
    if (optind >= argc)
        return fail(message, STATUS_INPUT, "%s: the %s is missing; `mxplain %s --help` shows how",
                    command, what, command);
    if (optind + 1 < argc)
        return fail(message, STATUS_INPUT, "%s: one %s is expected, found also \"%.60s\"", command,
                    what, argv[optind + 1]);
    *operand = argv[optind];
    return STATUS_OK;
}

unsigned default_threads(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? (unsigned)n : 1;
}
