#include "cli/comparison.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/with_case.h"

void comparison_init(struct comparison *self, unsigned threads)
{
    *self = (struct comparison){.trials = 2000, .seed = 1, .threads = threads};
}

static int add_text(const char *list[CASE_MAX_SCENARIOS], int *n, const char *option,
                    const char *text, struct message *message)
{
    if (*n == CASE_MAX_SCENARIOS)
        return fail(message, STATUS_INPUT, "--%s is given more than %d times", option,
                    CASE_MAX_SCENARIOS);
    list[(*n)++] = text;
    return STATUS_OK;
}

/* The options that take a text, or nothing. False: it is another one. */
static bool take_plain(struct comparison *self, int option)
{
    switch (option) {
    case COMPARISON_LOG:
        self->log = optarg;
        return true;
    case COMPARISON_FORMAT:
        self->format = optarg;
        return true;
    case COMPARISON_SENSOR:
        self->sensor = optarg;
        return true;
    case COMPARISON_TIMEZONE:
        self->timezone = optarg;
        return true;
    case COMPARISON_DATE_ORDER:
        self->date_order = optarg;
        return true;
    case COMPARISON_COLUMNS:
        self->columns = optarg;
        return true;
    case COMPARISON_ELICITED:
        self->elicited = true;
        return true;
    case COMPARISON_LEDGER:
        self->ledger = true;
        return true;
    case COMPARISON_OPTIONAL:
        self->optional = true;
        return true;
    case 'q':
        self->quiet = true;
        return true;
    default:
        return false;
    }
}

int comparison_option_take(struct comparison *self, const char *command, int option, char **argv,
                           struct message *message)
{
    switch (option) {
    case COMPARISON_TRIALS:
        return option_u64("trials", optarg, 100, 100000000, &self->trials, message);
    case COMPARISON_SEED:
        return option_u64("seed", optarg, 0, UINT64_MAX, &self->seed, message);
    case COMPARISON_THREADS:
        return option_u64("threads", optarg, 1, 1024, &self->threads, message);
    case COMPARISON_YEAR:
        return option_u64("year", optarg, 1970, 2199, &self->year, message);
    case COMPARISON_SCENARIO:
        return add_text(self->scenarios, &self->n_scenarios, "scenario", optarg, message);
    case COMPARISON_WEIGHT:
        return add_text(self->weights, &self->n_weights, "weight", optarg, message);
    default:
        return take_plain(self, option) ? STATUS_OK : option_unknown(command, argv, message);
    }
}

/* --weight NAME=W: other prior weights, by the trials that are there. */
static int change_weight(const char *text, struct case_file *case_file, struct message *message)
{
    static const struct param_row row = {"weight", UNIT_NONE,      1e-9, 1e9,
                                         NULL,     "prior weight", NULL};
    char name[256];
    struct dist weight;
    struct message inner;
    const char *equals = strchr(text, '=');
    snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - text) : 0, text);
    struct scenario *scenario = case_find_scenario(case_file, name);
    if (equals == NULL || scenario == NULL)
        return fail(
            message, STATUS_INPUT,
            "--weight \"%.80s\": expected NAME=NUMBER with the name of a scenario of the case",
            text);
    if (dist_parse(&weight, equals + 1, &row, &inner) != STATUS_OK || weight.kind != DIST_FIXED)
        return fail(message, STATUS_INPUT, "--weight \"%.80s\": expected a number from 1e-9 to 1e9",
                    text);
    scenario->weight = weight.p[0];
    return STATUS_OK;
}

/* --log FILE: this log is the evidence, as the named sensor (the first by default) would have seen
 * it. Published facts are of other sensors and carry values of their own; the log is measured by
 * the default statistics of its sensor. */
static int replace_evidence(const struct comparison *self, struct case_file *case_file,
                            struct message *message)
{
    uint32_t sensor;
    if (self->log == NULL)
        return self->sensor == NULL && self->format == NULL && self->timezone == NULL &&
                       self->date_order == NULL && self->columns == NULL && self->year == 0
                   ? STATUS_OK
                   : fail(message, STATUS_INPUT,
                          "--format, --sensor, --columns, --timezone, --date-order and --year "
                          "belong "
                          "to --log FILE");
    int status = find_sensor(&case_file->world, self->sensor, &sensor, message);
    if (status != STATUS_OK)
        return status;
    if (case_file->evidence != EVIDENCE_LOG)
        case_file->n_facts = 0;
    case_file->evidence = EVIDENCE_LOG;
    case_file->log = (struct log_evidence){.path = self->log,
                                           .format = self->format,
                                           .sensor = sensor,
                                           .timezone = self->timezone,
                                           .date_order = self->date_order,
                                           .columns = self->columns,
                                           .year = (int)self->year};
    return STATUS_OK;
}

int comparison_load(const struct comparison *self, struct case_file *case_file,
                    struct evidence *evidence, struct message *message)
{
    int status = case_load(case_file, self->case_name, message);
    for (int i = 0; status == STATUS_OK && i < self->n_scenarios; i++)
        status = case_add_scenario(case_file, self->scenarios[i], 1.0, NULL, message);
    for (int i = 0; status == STATUS_OK && i < self->n_weights; i++)
        status = change_weight(self->weights[i], case_file, message);
    if (status == STATUS_OK && self->optional)
        case_use_optional(case_file);
    if (status == STATUS_OK)
        status = replace_evidence(self, case_file, message);
    return status == STATUS_OK ? evidence_load(evidence, case_file, message) : status;
}
