/* case.h - a case file with everything that it names, read and checked: world, evidence, competing
 * scenarios.
 *
 * The loader is in rooms of its own: case.c (the file as a whole), case_world.c (names, parties,
 * hosts, sensors), case_evidence.c (facts), case_scenario.c (scenario files become plans).
 */
#ifndef ANALYSIS_CONFIG_CASE_H
#define ANALYSIS_CONFIG_CASE_H

#include "analysis/config/reader.h"
#include "analysis/statistics/statistic.h"
#include "sim/plan.h"

#define CASE_MAX_ROLES 32
#define CASE_MAX_SCENARIOS 64
#define CASE_MAX_ASSUMED 64

/* A growing list of parameters: those of the world, and in a plan those of the models behind them.
 */
struct param_list {
    struct plan_param *items;
    uint32_t n, capacity;
};

struct role {
    const char *name;
    struct party_set parties;
};

enum fact_kind {
    FACT_VALUE,    /* a value with a standard deviation, in the statistic's unit */
    FACT_INTERVAL, /* somewhere in [low, high]; "at least" and "at most" leave one end open */
};

/* One published fact: the value of a statistic, with its uncertainty. */
struct fact {
    struct statistic_request request; /* request.label names the fact */
    enum fact_kind kind;
    double value, sd;   /* FACT_VALUE */
    double low, high;   /* FACT_INTERVAL; -INFINITY or INFINITY where open */
    const char *source; /* who published it, where */
    const char *note;   /* how words became numbers; NULL: none */
    bool optional;      /* only used where it is asked for: case_use_optional */
};

struct scenario {
    const char *name, *path;
    const char *title, *claim, *proposed_by, *reasons, *against; /* NULL where the file has none */
    double weight; /* prior weight, not normalised; above 0 */
    struct plan plan;
};

/* Scenarios that are also weighed together, against all others. Groups may overlap. */
struct scenario_group {
    const char *name;
    bool is_member[CASE_MAX_SCENARIOS]; /* by the number of the scenario */
};

enum evidence_kind { EVIDENCE_NONE, EVIDENCE_FACTS, EVIDENCE_LOG };

/* `evidence = { log = ...; }`: what the importer needs. */
struct log_evidence {
    const char *path, *format, *timezone, *date_order, *columns; /* NULL: not given */
    int year;                                                    /* 0: not given */
    uint32_t sensor;                                             /* whose log it is */
};

struct case_file {
    struct arena memory; /* every text and small table below */
    const char *path, *title, *summary;
    const char *elicited; /* file with evidence outside the log, beside the case; NULL: none */
    const char
        *sealed; /* file with the truth of a made-up case, beside the case file; NULL: none */
    const char *assumed[CASE_MAX_ASSUMED]; /* sentences: what the case leaves open and the program
                                              took from its documented defaults */
    int n_assumed;
    struct world world;
    struct param_list world_params;
    struct role roles[CASE_MAX_ROLES];
    int n_roles;
    enum evidence_kind evidence;
    struct fact *facts; /* with log evidence: the numbers to compare, without values */
    size_t n_facts;
    size_t n_optional; /* optional facts, behind facts[n_facts - 1] until case_use_optional */
    struct log_evidence log;
    struct scenario *scenarios;
    int n_scenarios;
    struct scenario_group *groups; /* scenarios added later belong to none */
    size_t n_groups;
};

/* Reads a case. `path` is a file; a bare word is also looked up as scenarios/cases/WORD.cfg here
 * and in the installed data. Needs GSL's error handler off. case_free is safe after a failure.
 * STATUS_INPUT with file and line. */
int case_load(struct case_file *self, const char *path, struct message *message);
void case_free(struct case_file *self);

/* Reads a scenario into a case already loaded, besides those that it names: for scenarios given on
 * the command line. "NAME+OBSERVATION" is the scenario NAME seen through
 * observations/OBSERVATION.cfg.
 */
int case_add_scenario(struct case_file *self, const char *name, double weight,
                      const config_setting_t *at, struct message *message);

/* Takes the case's optional facts into its evidence. Without effect where there are none. */
void case_use_optional(struct case_file *self);

/* The scenario of a name, or NULL; and the names of all, NULL-terminated, for suggestions (valid
 * with the case). */
struct scenario *case_find_scenario(struct case_file *self, const char *name);
const char *const *case_scenario_names(struct case_file *self, struct message *message);

/* Sets the prior of the parameter `path` in one plan to `text` (whatif --set). STATUS_INPUT with
 * the nearest path where it does not exist. */
int plan_override(struct plan *plan, const char *path, const char *text, struct message *message);

/* Where scenario and case files are installed; "scenarios" beside the working directory is looked
 * at first. */
const char *case_data_directory(void);

/* ---- for the rooms of the loader ---- */

/* A copy of a text in the case's memory; NULL for NULL. Sets *status to STATUS_RUN when memory runs
 * out. */
const char *case_keep(struct case_file *self, const char *text, int *status);

/* Notes that a documented default was taken; the report says so. Beyond CASE_MAX_ASSUMED notes are
 * dropped, but for the last, which says that there are more. */
int case_assume(struct case_file *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends a parameter (row and path borrowed from static or case memory) and gives its index. */
int param_list_add(struct param_list *list, const char *path, const struct param_row *row,
                   const struct dist *prior, uint32_t *index);

int case_load_world(struct case_file *self, const config_setting_t *group, struct message *message);
/* One entry of the list "zones"; then, when all questions stand, the negative TTL of each: that of
 * its zone, or the default where it lies in none. */
int case_load_zone(struct case_file *self, const config_setting_t *group, struct message *message);
int case_set_negative_ttls(struct case_file *self, struct message *message);

/* A party's gateway: a profile by name, or its own list of look-ups; and its block lists. */
int case_load_gateway(struct case_file *self, const config_setting_t *group, struct party *party,
                      struct message *message);

/* The id of a name in world.names: lower case, without a trailing dot. */
int case_intern_name(struct case_file *self, const char *text, uint32_t *id);

/* Applies the observation file NAME (observations/NAME.cfg) to a loaded scenario: the priors that
 * it sets on every sensor that reads the traffic itself, and its texts. */
int case_apply_observation(struct case_file *self, struct scenario *scenario, const char *name,
                           const config_setting_t *at, struct message *message);

/* The list "groups", after the scenarios. */
int case_load_groups(struct case_file *self, const config_setting_t *group,
                     struct message *message);
/* The list "lists" (public block lists), after the hosts and before the sensors. */
int case_load_block_lists(struct case_file *self, const config_setting_t *group,
                          struct message *message);

/* The group "reported" of a scenario: how people and traps report its mail. Sets the parameters of
 * all hosts; in a case without lists it is checked and has no effect. */
int case_apply_reported(const struct case_file *self, struct plan *plan,
                        const config_setting_t *group, struct message *message);

int case_load_sensors(struct case_file *self, const config_setting_t *group,
                      struct message *message);
int case_load_evidence(struct case_file *self, const config_setting_t *group,
                       struct message *message);

/* Reads a parameter of the world under the key row->name, with path "PREFIX.KEY". */
int case_world_param(struct case_file *self, const config_setting_t *group, const char *prefix,
                     const struct param_row *row, uint32_t *index, struct message *message);

int case_find_party(const struct case_file *self, const char *name);
const char *const *case_party_names(struct case_file *self);

#endif
