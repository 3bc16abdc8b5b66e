/* help.c - `mxplain help` and `mxplain version`. */
#include <gsl/gsl_version.h>
#include <stdio.h>

#include "cli/command.h"

static int run_help(int argc, char **argv, struct message *message)
{
    if (argc > 1) {
        const struct command *command = command_find(argv[1]);
        if (command == NULL)
            return fail(message, STATUS_INPUT,
                        "unknown command \"%.40s\"; `mxplain help` lists the commands", argv[1]);
        command_help(command);
        return STATUS_OK;
    }
    puts("mxplain weighs explanations of a log of DNS look-ups: it simulates the mail and DNS "
         "traffic that each\n"
         "explanation would cause and says how well each accounts for what was observed, and how "
         "sure one may be.\n\n"
         "Usage: mxplain COMMAND [OPTION...]\n\nCommands:");
    for (size_t i = 0; commands[i] != NULL; i++)
        printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
    puts("\n`mxplain help COMMAND` or `mxplain COMMAND --help` tells more. Try: mxplain compare "
         "alfa-2016");
    return STATUS_OK;
}

static int run_version(int argc, char **argv, struct message *message)
{
    (void)argc, (void)argv, (void)message;
    printf("mxplain %s\nGSL %s\nLicence GPL-3.0-or-later: free software, without any warranty.\n",
           MXPLAIN_VERSION, gsl_version);
    return STATUS_OK;
}

const struct command command_usage = {"help", "help [COMMAND]",
                                      "Lists the commands, or explains one", "", run_help};
const struct command command_version = {"version", "version", "Prints the version", "",
                                        run_version};
