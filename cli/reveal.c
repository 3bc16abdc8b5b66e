/* reveal.c - `mxplain reveal CASE`: what really made the log of a case for teaching. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/config/case.h"
#include "analysis/config/sealed.h"
#include "analysis/report/escape.h"
#include "cli/command.h"

static int reveal(const char *name, struct message *message)
{
    struct case_file case_file;
    char path[2048], *text = NULL;
    int status = case_load(&case_file, name, message);
    if (status == STATUS_OK && case_file.sealed == NULL)
        status = fail(message, STATUS_INPUT, "%s: this case has no sealed truth: nobody knows it",
                      case_file.path);
    if (status == STATUS_OK) {
        const char *slash = strrchr(case_file.path, '/');
        int length = slash != NULL ? (int)(slash - case_file.path) + 1 : 0;
        snprintf(path, sizeof path, "%.*s%.900s", length, case_file.path, case_file.sealed);
        status = sealed_open(path, &text, message);
    }
    for (char *line = text, *next; status == STATUS_OK && line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        print_clean(stdout, line, true);
        if (next != NULL)
            putchar('\n');
    }
    free(text);
    case_free(&case_file);
    return status;
}

static int seal(const char *path, struct message *message)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, SEALED_MAX_TEXT + 2), *content = NULL;
    if (file == NULL || text == NULL) {
        free(text);
        if (file != NULL)
            fclose(file);
        return fail(message, STATUS_INPUT, "%s: cannot be read", path);
    }
    size_t n = fread(text, 1, SEALED_MAX_TEXT + 1, file);
    text[n] = '\0';
    fclose(file);
    int status = sealed_make(text, &content, message);
    if (status == STATUS_OK)
        fputs(content, stdout);
    free(content);
    free(text);
    return status;
}

static int run_reveal(int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"seal", required_argument, NULL, 's'},
                                            {NULL, 0, NULL, 0}};
    const char *name, *to_seal = NULL;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 's')
            return option_unknown("reveal", argv, message);
        to_seal = optarg;
    }
    if (to_seal != NULL && optind == argc)
        return seal(to_seal, message);
    int status = option_operand("reveal", "case", argc, argv, &name, message);
    return status == STATUS_OK ? reveal(name, message) : status;
}

const struct command command_reveal = {
    "reveal", "reveal CASE | --seal FILE",
    "Opens the sealed truth of a case for teaching: what really made its log",
    "      --seal FILE         print the text of FILE sealed, for a case of your own\n",
    run_reveal};
