#include <stdio.h>
#include <string.h>

#include "cli/command.h"

extern const struct command command_compare, command_simulate, command_statistics, command_whatif,
    command_models, command_scenarios, command_version, command_usage, command_check,
    command_replay;

extern const struct command command_classify, command_selftest, command_report;

extern const struct command command_import, command_export, command_formats, command_reveal,
    command_logs;

extern const struct command command_shard, command_merge;

const struct command *const commands[] = {
    &command_compare,  &command_simulate,   &command_whatif,
    &command_check,    &command_statistics, &command_models,
    &command_classify, &command_selftest,   &command_scenarios,
    &command_replay,   &command_import,     &command_export,
    &command_logs,     &command_formats,    &command_report,
    &command_shard,    &command_merge,      &command_reveal,
    &command_version,  &command_usage,      NULL,
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

void command_help(const struct command *command)
{
    printf("Usage: mxplain %s\n%s.\n\n%s", command->usage, command->summary, command->help);
    puts("  -h, --help              show this text\n\nExit codes: 0 done, 1 a run failed, 2 wrong "
         "usage or input.");
}
