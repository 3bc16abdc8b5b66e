#include "analysis/report/report_json.h"

#include "analysis/report/report_elicited.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/escape.h"
#include "analysis/report/report_balance.h"

#define DIGITS 6

/* jansson's _new functions take ownership and pass on a NULL as an error, so that one check at the
 * end sees every failure. `broken` keeps it. */
struct writer {
    bool broken;
};

static void put(struct writer *writer, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        writer->broken = true;
}

static void append(struct writer *writer, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        writer->broken = true;
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x == 0 ? 0 : x) : json_null();
}

static json_t *text(const char *s)
{
    if (s == NULL)
        return json_null();
    char *valid = valid_utf8_copy(s);
    json_t *value = valid != NULL ? json_string(valid) : NULL;
    free(valid);
    return value;
}

static json_t *whole(uint64_t n)
{
    char digits[24];
    if (n <= INT64_MAX)
        return json_integer((json_int_t)n);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    return json_string(digits);
}

static json_t *numbers(struct writer *writer, const double *x, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; x != NULL && i < n; i++)
        append(writer, array, number(x[i]));
    return array;
}

static json_t *fact_json(struct writer *writer, const struct evidence *evidence, size_t column)
{
    const struct fact *fact = evidence->facts[column];
    const struct statistic_request *request = &evidence->requests[column];
    bool is_value = fact->kind == FACT_VALUE;
    json_t *object = json_object();
    put(writer, object, "name", text(request->label));
    put(writer, object, "statistic",
        text(request->statistic != NULL ? request->statistic->name : NULL));
    put(writer, object, "unit", text(request->statistic != NULL ? request->statistic->unit : NULL));
    put(writer, object, "value", number(is_value ? fact->value : NAN));
    put(writer, object, "sd", number(is_value ? fact->sd : NAN));
    put(writer, object, "low", number(is_value ? NAN : fact->low));
    put(writer, object, "high", number(is_value ? NAN : fact->high));
    put(writer, object, "source", text(fact->source));
    put(writer, object, "note", text(fact->note));
    return object;
}

static json_t *evidence_json(struct writer *writer, const struct verdict *verdict)
{
    static const char *const kinds[] = {"none", "facts", "log"};
    const struct evidence *evidence = verdict->evidence;
    json_t *object = json_object(), *used = json_array(), *left_out = json_array();
    json_t *facts = json_array(), *undefined = json_array();
    for (size_t i = 0; i < evidence->n; i++) {
        append(writer, used, text(evidence->requests[i].label));
        if (evidence->facts != NULL && evidence->facts[i] != NULL)
            append(writer, facts, fact_json(writer, evidence, i));
        else if (isnan(evidence->observed[i]))
            append(writer, undefined, text(evidence->requests[i].label));
    }
    for (size_t i = 0; i < evidence->n_left_out; i++) {
        json_t *item = json_object();
        put(writer, item, "name", text(evidence->left_out[i].name));
        put(writer, item, "reason", text(evidence->left_out[i].reason));
        append(writer, left_out, item);
    }
    put(writer, object, "kind", text(kinds[verdict->evidence_kind]));
    put(writer, object, "statistics_used", used);
    put(writer, object, "statistics_undefined", undefined);
    put(writer, object, "statistics_left_out", left_out);
    put(writer, object, "facts", facts);
    put(writer, object, "queries", whole(evidence->n_queries));
    return object;
}

static json_t *assumed_json(struct writer *writer, const struct verdict *verdict)
{
    json_t *array = json_array();
    for (int i = 0; i < verdict->n_assumed; i++)
        append(writer, array, text(verdict->assumed[i]));
    return array;
}

static json_t *misses_json(struct writer *writer, const struct scenario_verdict *scenario)
{
    json_t *array = json_array();
    for (size_t i = 0; i < scenario->n_worst; i++) {
        const struct miss *miss = &scenario->worst[i];
        json_t *object = json_object();
        put(writer, object, "name", text(miss->name));
        put(writer, object, "unit", text(miss->unit));
        put(writer, object, "observed", number(miss->is_interval ? NAN : miss->observed));
        put(writer, object, "observed_low", number(miss->is_interval ? miss->observed_low : NAN));
        put(writer, object, "observed_high", number(miss->is_interval ? miss->observed_high : NAN));
        put(writer, object, "median", number(miss->median));
        put(writer, object, "low", number(miss->low));
        put(writer, object, "high", number(miss->high));
        put(writer, object, "tail_p", number(miss->tail_p));
        append(writer, array, object);
    }
    return array;
}

static json_t *scenario_json(struct writer *writer, const struct verdict *verdict, size_t i)
{
    const struct scenario_verdict *scenario = &verdict->scenarios[i];
    json_t *object = json_object(), *members_object = json_object();
    for (size_t m = 0; m < verdict->n_members; m++)
        put(writer, members_object, verdict->member_name[m],
            number(scenario->member_probability[m]));
    put(writer, object, "name", text(scenario->name));
    put(writer, object, "title", text(scenario->title));
    put(writer, object, "claim", text(scenario->claim));
    put(writer, object, "prior", number(scenario->prior));
    put(writer, object, "probability", number(scenario->probability));
    put(writer, object, "probability_se", number(scenario->probability_se));
    put(writer, object, "log10_bayes_factor", number(scenario->log10_bayes_factor));
    put(writer, object, "log10_bayes_factor_se", number(scenario->log10_bayes_factor_se));
    put(writer, object, "words", text(scenario->words));
    put(writer, object, "fit_p_value", number(scenario->fit_p_value));
    put(writer, object, "fit_p_low", number(scenario->fit_p_low));
    put(writer, object, "fit_p_high", number(scenario->fit_p_high));
    put(writer, object, "fits", json_boolean(scenario->fits));
    put(writer, object, "in_set_90", json_boolean(scenario->in_set_90));
    put(writer, object, "in_set_95", json_boolean(scenario->in_set_95));
    put(writer, object, "members", members_object);
    put(writer, object, "worst_statistics", misses_json(writer, scenario));
    return object;
}

static json_t *pairs_json(struct writer *writer, const struct verdict *verdict)
{
    json_t *array = json_array();
    for (size_t i = 0; i < verdict->n_pairs; i++) {
        json_t *object = json_object();
        put(writer, object, "a", text(verdict->scenarios[verdict->pairs[i].a].name));
        put(writer, object, "b", text(verdict->scenarios[verdict->pairs[i].b].name));
        put(writer, object, "error", number(verdict->pairs[i].error));
        append(writer, array, object);
    }
    return array;
}

static json_t *groups_json(struct writer *writer, const struct verdict *verdict)
{
    json_t *array = json_array();
    for (size_t g = 0; g < verdict->n_groups; g++) {
        const struct group_verdict *group = &verdict->groups[g];
        json_t *object = json_object(), *names = json_array();
        for (size_t i = 0; i < verdict->n_scenarios; i++)
            if (group->is_member[i])
                append(writer, names, text(verdict->scenarios[i].name));
        put(writer, object, "name", text(group->name));
        put(writer, object, "scenarios", names);
        put(writer, object, "prior", number(group->prior));
        put(writer, object, "probability", number(group->probability));
        put(writer, object, "probability_se", number(group->probability_se));
        put(writer, object, "log10_bayes_factor", number(group->log10_bayes_factor));
        put(writer, object, "log10_bayes_factor_se", number(group->log10_bayes_factor_se));
        put(writer, object, "words", text(group->words));
        append(writer, array, object);
    }
    return array;
}

static json_t *reliability_json(struct writer *writer, const struct certificate *certificate)
{
    json_t *array = json_array();
    for (size_t i = 0; i < RELIABILITY_BINS; i++) {
        const struct reliability_bin *bin = &certificate->reliability[i];
        json_t *object = json_object();
        bool filled = bin->weight > 0;
        put(writer, object, "said", number(filled ? bin->said : NAN));
        put(writer, object, "happened", number(filled ? bin->happened : NAN));
        put(writer, object, "trials", number(bin->weight));
        append(writer, array, object);
    }
    return array;
}

static void put_confusion(struct writer *writer, json_t *object, const struct verdict *verdict)
{
    const struct certificate *certificate = &verdict->certificate;
    size_t n = certificate->n_classes;
    json_t *rows = json_array(), *classes = json_array();
    for (size_t i = 0; certificate->confusion != NULL && i < n; i++)
        append(writer, rows, numbers(writer, certificate->confusion + i * n, n));
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        append(writer, classes, text(verdict->scenarios[i].name));
    put(writer, object, "confusion", rows);
    put(writer, object, "classes", classes);
}

static json_t *calibration_json(struct writer *writer, const struct verdict *verdict)
{
    const struct certificate *certificate = &verdict->certificate;
    json_t *object = json_object();
    put(writer, object, "trials", whole(certificate->n_rows));
    put(writer, object, "error", number(certificate->scores.error));
    put(writer, object, "log_score", number(certificate->scores.log_score));
    put(writer, object, "brier", number(certificate->scores.brier));
    put(writer, object, "ece", number(certificate->scores.calibration_error));
    put(writer, object, "prior_log_score", number(certificate->prior_scores.log_score));
    put(writer, object, "prior_brier", number(certificate->prior_scores.brier));
    put_confusion(writer, object, verdict);
    put(writer, object, "reliability", reliability_json(writer, certificate));
    put(writer, object, "miscalibration_p", number(certificate->calibration.miscalibration_p));
    put(writer, object, "mean_probability",
        numbers(writer, certificate->mean_probability, certificate->n_classes));
    put(writer, object, "expected_error_here", number(certificate->expected_error_here));
    put(writer, object, "local_error", number(certificate->local_error));
    put(writer, object, "coverage_90", number(certificate->coverage_90));
    put(writer, object, "coverage_95", number(certificate->coverage_95));
    put(writer, object, "gain_bits", number(certificate->gain_bits));
    put(writer, object, "gain_bits_se", number(certificate->gain_bits_error));
    put(writer, object, "tells_nothing", json_boolean(certificate->tells_nothing));
    return object;
}

static json_t *verdict_json(struct writer *writer, const struct verdict *verdict,
                            const char *version)
{
    json_t *root = json_object(), *scenarios = json_array(), *none = json_object();
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        append(writer, scenarios, scenario_json(writer, verdict, i));
    put(writer, none, "p_value", number(verdict->none_p_value));
    put(writer, none, "p_low", number(verdict->none_p_low));
    put(writer, none, "p_high", number(verdict->none_p_high));
    put(writer, none, "rejected", json_boolean(verdict->none_rejected));
    put(writer, root, "program", text("mxplain"));
    put(writer, root, "version", text(version));
    put(writer, root, "case", text(verdict->case_path));
    put(writer, root, "case_title", text(verdict->case_title));
    put(writer, root, "seed", whole(verdict->seed));
    put(writer, root, "trials_per_scenario", whole(verdict->trials_per_scenario));
    put(writer, root, "evidence", evidence_json(writer, verdict));
    put(writer, root, "assumed", assumed_json(writer, verdict));
    put(writer, root, "scenarios", scenarios);
    put(writer, root, "groups", groups_json(writer, verdict));
    put(writer, root, "none_of_these", none);
    put(writer, root, "extrapolation", json_boolean(verdict->extrapolation));
    put(writer, root, "disagreement", number(verdict->disagreement));
    put(writer, root, "indistinguishable_pairs", pairs_json(writer, verdict));
    put(writer, root, "ledger", report_balance_json(verdict));
    put(writer, root, "calibration", calibration_json(writer, verdict));
    put(writer, root, "sentence", text(verdict->sentence));
    put(writer, root, "trust", text(verdict->trust));
    return root;
}

int report_json_print(FILE *out, const struct verdict *verdict, const char *version,
                      struct message *message)
{
    return report_json_print_elicited(out, verdict, NULL, version, message);
}

int report_json_print_elicited(FILE *out, const struct verdict *verdict,
                               const struct elicited *elicited, const char *version,
                               struct message *message)
{
    struct writer writer = {.broken = false};
    json_t *root = verdict_json(&writer, verdict, version);
    if (elicited != NULL)
        put(&writer, root, "elicited", report_elicited_json(elicited, verdict));
    char *bytes = NULL;
    if (!writer.broken)
        bytes = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII |
                                     JSON_REAL_PRECISION(DIGITS));
    json_decref(root);
    if (bytes == NULL)
        return fail(message, STATUS_RUN, "out of memory while writing the verdict as JSON");
    for (const char *c = bytes; *c != '\0'; c++) {
        if (*c == 0x7f) /* the one control character that jansson leaves as it is */
            fputs("\\u007f", out);
        else
            fputc(*c, out);
    }
    fputc('\n', out);
    bool written = fflush(out) == 0 && !ferror(out);
    free(bytes);
    return written ? STATUS_OK : fail(message, STATUS_RUN, "cannot write the verdict as JSON");
}
