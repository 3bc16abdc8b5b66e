/* models.c - `mxplain models [show NAME]`: the mechanisms and their parameters, from the same
 * tables that check scenario files. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "models/models.h"

static json_t *param_json(const struct param_row *row)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:s?, s:s}", "name", row->name, "unit",
                     unit_name(row->unit), "min", row->min, "max", row->max, "prior", row->prior,
                     "meaning", row->meaning);
}

static json_t *model_json(const struct model *model)
{
    json_t *params = json_array(), *roles = json_array();
    for (const struct param_row *row = model->params; row->name != NULL; row++)
        json_array_append_new(params, param_json(row));
    for (const struct role_row *row = model->roles; row->key != NULL; row++)
        json_array_append_new(roles, json_pack("{s:s, s:b, s:s}", "key", row->key, "required",
                                               row->required, "meaning", row->meaning));
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", model->name, "summary", model->summary,
                     "description", model->description, "roles", roles, "parameters", params);
}

static int print_json(const char *only, struct message *message)
{
    json_t *list = json_array();
    for (size_t i = 0; models[i] != NULL; i++)
        if (only == NULL || strcmp(models[i]->name, only) == 0)
            json_array_append_new(list, model_json(models[i]));
    int failed = json_dumpf(list, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(list);
    puts("");
    return failed ? fail(message, STATUS_RUN, "models: the output could not be written")
                  : STATUS_OK;
}

static void show(const struct model *model)
{
    printf("%s: %s\n\n%s\n\nRoles:\n", model->name, model->summary, model->description);
    for (const struct role_row *row = model->roles; row->key != NULL; row++)
        printf("  %-18s %s%s\n", row->key, row->meaning, row->required ? "" : " (optional)");
    puts("\nParameters (default prior; range; unit):");
    for (const struct param_row *row = model->params; row->name != NULL; row++)
        printf("  %-18s %s\n  %-18s   %s; %g to %g%s%s\n", row->name, row->meaning, "",
               row->prior ? row->prior : "required", row->min, row->max,
               *unit_name(row->unit) ? " " : "", unit_name(row->unit));
}

static int run_models(int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    bool json = false;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 'j')
            return option_unknown("models", argv, message);
        json = true;
    }
    const char *name = NULL;
    if (optind < argc && strcmp(argv[optind], "show") == 0)
        optind++;
    if (optind < argc &&
        option_operand("models", "name of a model", argc, argv, &name, message) != STATUS_OK)
        return STATUS_INPUT;
    const struct model *model = name != NULL ? model_find(name) : NULL;
    if (name != NULL && model == NULL)
        return fail(message, STATUS_INPUT,
                    "there is no model \"%.40s\"; `mxplain models` lists them", name);
    if (json)
        return print_json(name, message);
    if (model != NULL)
        show(model);
    for (size_t i = 0; model == NULL && models[i] != NULL; i++)
        printf("%-22s %s\n", models[i]->name, models[i]->summary);
    return STATUS_OK;
}

const struct command command_models = {
    "models", "models [show NAME] [--json]",
    "Lists the mechanisms that scenarios are made of, or shows one with its parameters",
    "      --json              as JSON on standard output\n", run_models};
