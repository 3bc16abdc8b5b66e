/* report.c - `mxplain report DB`: a verdict kept in a database, once more. */
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/report/escape.h"
#include "analysis/store/runs.h"
#include "cli/command.h"

/* The stored verdict in a few lines: sentence, trust, probabilities. */
static int print_short(const char *text, struct message *message)
{
    json_t *root = json_loads(text, 0, NULL);
    const char *sentence = json_string_value(json_object_get(root, "sentence"));
    const char *trust = json_string_value(json_object_get(root, "trust"));
    json_t *scenarios = json_object_get(root, "scenarios"), *item;
    size_t i;
    if (sentence == NULL || trust == NULL || !json_is_array(scenarios)) {
        json_decref(root);
        return fail(message, STATUS_INPUT,
                    "the stored verdict is damaged: it is no JSON of this program");
    }
    json_array_foreach(scenarios, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        print_clean(stdout, name ? name : "?", false);
        printf(": %.1f %% (prior %.1f %%)\n",
               100 * json_number_value(json_object_get(item, "probability")),
               100 * json_number_value(json_object_get(item, "prior")));
    }
    puts("");
    print_clean(stdout, sentence, false);
    puts("\n");
    print_clean(stdout, trust, false);
    puts("");
    json_decref(root);
    return STATUS_OK;
}

/* What may be shown as it is: JSON, and no byte that a terminal would obey. */
static bool is_harmless_json(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if ((*c < 0x20 && *c != '\n') || *c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0))
            return false;
    json_t *root = json_loads(text, 0, NULL);
    bool is_object = json_is_object(root);
    json_decref(root);
    return is_object;
}

static int show(const char *path, uint64_t run, bool json, struct message *message)
{
    struct store store;
    char *text = NULL;
    int status = store_open(&store, path, STORE_READ, NULL, message);
    if (status == STATUS_OK)
        status = store_load_verdict(&store, (int64_t)run, &text, message);
    if (status == STATUS_OK && json && !is_harmless_json(text))
        status = fail(message, STATUS_INPUT,
                      "the stored verdict is damaged: it is no JSON of this program");
    else if (status == STATUS_OK && json)
        fputs(text, stdout);
    else if (status == STATUS_OK)
        status = print_short(text, message);
    free(text);
    store_close(&store);
    return status;
}

static int run_report(int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"run", required_argument, NULL, 'r'},
                                            {"json", no_argument, NULL, 'j'},
                                            {NULL, 0, NULL, 0}};
    uint64_t run = 0;
    bool json = false;
    int status = STATUS_OK;
    const char *path;
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'r')
            status = option_u64("run", optarg, 1, INT64_MAX, &run, message);
        else if (c == 'j')
            json = true;
        else
            status = option_unknown("report", argv, message);
    }
    if (status == STATUS_OK)
        status = option_operand("report", "database", argc, argv, &path, message);
    return status == STATUS_OK ? show(path, run, json, message) : status;
}

const struct command command_report = {
    "report", "report DB [--run N] [--json]", "Prints a verdict that `compare --db DB` has kept",
    "      --run N             the verdict of this run (the latest)\n"
    "      --json              as JSON on standard output\n\n"
    "  The pages and pictures are made by `mxplain compare CASE --db DB --report DIR`: with the "
    "same case, seed and\n"
    "  program nothing is simulated again.\n",
    run_report};
