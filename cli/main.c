/* main.c - mxplain: given this log of DNS look-ups, which explanation deserves belief, and how sure
 * may one be? */
#include <errno.h>
#include <getopt.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/ranks.h"
#include "cli/stop.h"

static const char *const wanted_help[] = {"--help", "-h", "-?", NULL};

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        for (int k = 0; wanted_help[k] != NULL; k++)
            if (strcmp(argv[i], wanted_help[k]) == 0)
                return true;
    return false;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct message message = {""};
    if (asks_for_help(argc, argv)) {
        command_help(command);
        return STATUS_OK;
    }
    int status = command->run(argc, argv, &message);
    errno = 0;
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (!written && errno == EPIPE)
        return status; /* whoever read the output has seen enough */
    if (status == STATUS_OK && !written)
        status = fail(&message, STATUS_RUN, "the output could not be written; is the disk full?");
    if (status != STATUS_OK && ranks_number() == 0)
        fprintf(stderr, "mxplain: %s\n", message.text);
    return status;
}

/* Finds the command and runs it. Of several processes the first speaks for all. */
static int start(const char *name, int argc, char **argv)
{
    const struct command *command = command_find(name);
    if (command != NULL && (ranks_count() == 1 || strcmp(name, "compare") == 0))
        return run(command, argc, argv);
    if (ranks_number() == 0 && command == NULL)
        fprintf(stderr, "mxplain: unknown command \"%.40s\"; `mxplain help` lists the commands\n",
                name);
    else if (ranks_number() == 0)
        fprintf(stderr, "mxplain: %s: only compare shares its work among the processes of mpirun\n",
                name);
    return STATUS_INPUT;
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    opterr = 0; /* the commands word their own complaints */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
    ranks_start(&argc, &argv);
    stop_start();
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    int status = start(name, argc > 1 ? argc - 1 : argc, argc > 1 ? argv + 1 : argv);
    ranks_end();
    return status;
}
