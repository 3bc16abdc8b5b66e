/* classify_print.c - the answers of `mxplain classify` as text and as JSON. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/classify.h"

/* Probabilities are clipped to [0.001, 0.999] before every score, as in the published comparisons.
 */
static const double CLIP = 0.001;

/* k < n_members: that member; else the combination. */
static const double *probabilities(const struct classify_answers *a, size_t k)
{
    return k < a->n_members ? a->member_probability[k] : a->probability;
}

static const char *answerer(const struct classify_answers *a, size_t k)
{
    return k < a->n_members ? a->member_name[k] : "combination";
}

static void score(const struct classify_answers *a, size_t k, struct scores *out)
{
    struct answers answers = {.n_rows = a->n,
                              .n_classes = a->n_classes,
                              .probability = probabilities(a, k),
                              .label = a->truth};
    scores_compute(out, &answers, CLIP);
}

/* Root mean squared difference from the exact probabilities that are given. */
static double rmse_exact(const struct classify_answers *a, size_t k)
{
    const double *p = probabilities(a, k);
    double sum = 0, n = 0;
    for (size_t i = 0; i < a->n * a->n_classes; i++) {
        if (isnan(a->exact[i]))
            continue;
        double d = fmin(fmax(p[i], CLIP), 1 - CLIP) - a->exact[i];
        sum += d * d;
        n += 1;
    }
    return n > 0 ? sqrt(sum / n) : NAN;
}

static void print_set(const struct classify_answers *a, const uint8_t *in_set)
{
    const char *between = "";
    for (size_t c = 0; c < a->n_classes; c++)
        if (in_set[c]) {
            printf("%s%s", between, a->class_name[c]);
            between = ",";
        }
    printf("%s", *between == '\0' ? "-" : "");
}

/* Every model fails: which of them is most probable means nothing. */
static int is_none(const struct classify_answers *a, size_t i)
{
    return a->none_p[i] <= 0.05;
}

static void print_observations(const struct classify_answers *a)
{
    printf("observation");
    for (size_t c = 0; c < a->n_classes; c++)
        printf("\tP(%s)", a->class_name[c]);
    puts("\tset_90\tset_95\tnone_of_these_p\tnote");
    for (size_t i = 0; i < a->n; i++) {
        printf("%zu", i + 1);
        for (size_t c = 0; c < a->n_classes; c++)
            printf("\t%.4f", a->probability[i * a->n_classes + c]);
        putchar('\t');
        print_set(a, a->in_set_90 + i * a->n_classes);
        putchar('\t');
        print_set(a, a->in_set_95 + i * a->n_classes);
        printf("\t%.4f\t%s%s%s\n", a->none_p[i], is_none(a, i) ? "none of these" : "",
               is_none(a, i) && a->is_extrapolation[i] ? ", " : "",
               a->is_extrapolation[i] ? "extrapolation" : "");
    }
}

static void print_scores(const struct classify_answers *a)
{
    if (a->truth == NULL && a->exact == NULL)
        return;
    printf("\nby\terror\tlog_score\tbrier\tece\trmse_exact\n");
    for (size_t k = 0; k <= a->n_members; k++) {
        struct scores scores;
        printf("%s", answerer(a, k));
        if (a->truth != NULL) {
            score(a, k, &scores);
            printf("\t%.4f\t%.4f\t%.4f\t%.4f", scores.error, scores.log_score, scores.brier,
                   scores.calibration_error);
        } else {
            printf("\t-\t-\t-\t-");
        }
        if (a->exact != NULL)
            printf("\t%.4f\n", rmse_exact(a, k));
        else
            puts("\t-");
    }
}

int classify_print_text(const struct classify_answers *a, struct message *message)
{
    print_observations(a);
    print_scores(a);
    printf("\nheld out: %zu rows, error %.4f, log_score %.4f, ece %.4f\n", a->n_held_out,
           a->held_out_error, a->held_out_log_score, a->held_out_ece);
    if (a->n_unused > 0)
        printf("%zu rows of the table were left out to save time\n", a->n_unused);
    printf("seconds_fit %.2f seconds_predict %.2f\n", a->seconds_fit, a->seconds_predict);
    if (fflush(stdout) != 0)
        return fail(message, STATUS_RUN, "classify: the output could not be written");
    return STATUS_OK;
}

static json_t *numbers(const double *value, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, isfinite(value[i]) ? json_real(value[i]) : json_null());
    return list;
}

static json_t *set_names(const struct classify_answers *a, const uint8_t *in_set)
{
    json_t *list = json_array();
    for (size_t c = 0; c < a->n_classes; c++)
        if (in_set[c])
            json_array_append_new(list, json_string(a->class_name[c]));
    return list;
}

static json_t *observation_json(const struct classify_answers *a, size_t i)
{
    size_t at = i * a->n_classes;
    json_t *out = json_object(), *by_member = json_object();
    json_object_set_new(out, "probability", numbers(a->probability + at, a->n_classes));
    json_object_set_new(out, "probability_error", numbers(a->probability_error + at, a->n_classes));
    json_object_set_new(out, "set_90", set_names(a, a->in_set_90 + at));
    json_object_set_new(out, "set_95", set_names(a, a->in_set_95 + at));
    json_object_set_new(out, "none_of_these_p", json_real(a->none_p[i]));
    json_object_set_new(out, "none_of_these", json_boolean(is_none(a, i)));
    json_object_set_new(out, "extrapolation", json_boolean(a->is_extrapolation[i]));
    for (size_t k = 0; k < a->n_members; k++)
        json_object_set_new(by_member, a->member_name[k],
                            numbers(a->member_probability[k] + at, a->n_classes));
    json_object_set_new(out, "members", by_member);
    return out;
}

static json_t *scores_json(const struct classify_answers *a)
{
    json_t *all = json_object();
    for (size_t k = 0; k <= a->n_members; k++) {
        struct scores scores;
        json_t *one = json_object();
        if (a->truth != NULL) {
            score(a, k, &scores);
            json_object_set_new(one, "error", json_real(scores.error));
            json_object_set_new(one, "log_score", json_real(scores.log_score));
            json_object_set_new(one, "brier", json_real(scores.brier));
            json_object_set_new(one, "ece", json_real(scores.calibration_error));
        }
        if (a->exact != NULL) {
            double rmse = rmse_exact(a, k);
            json_object_set_new(one, "rmse_exact", isfinite(rmse) ? json_real(rmse) : json_null());
        }
        json_object_set_new(all, answerer(a, k), one);
    }
    return all;
}

int classify_print_json(const struct classify_answers *a, struct message *message)
{
    json_t *out = json_object(), *classes = json_array(), *list = json_array();
    json_t *held_out = json_object();
    for (size_t c = 0; c < a->n_classes; c++)
        json_array_append_new(classes, json_string(a->class_name[c]));
    for (size_t i = 0; i < a->n; i++)
        json_array_append_new(list, observation_json(a, i));
    json_object_set_new(out, "models", classes);
    json_object_set_new(out, "observations", list);
    if (a->truth != NULL || a->exact != NULL)
        json_object_set_new(out, "scores", scores_json(a));
    json_object_set_new(held_out, "rows", json_integer((json_int_t)a->n_held_out));
    json_object_set_new(held_out, "error", json_real(a->held_out_error));
    json_object_set_new(held_out, "log_score", json_real(a->held_out_log_score));
    json_object_set_new(held_out, "ece", json_real(a->held_out_ece));
    json_object_set_new(out, "held_out", held_out);
    json_object_set_new(out, "rows_left_out", json_integer((json_int_t)a->n_unused));
    json_object_set_new(out, "seconds_fit", json_real(a->seconds_fit));
    json_object_set_new(out, "seconds_predict", json_real(a->seconds_predict));
    int failed =
        json_dumpf(out, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(8));
    json_decref(out);
    puts("");
    return failed || fflush(stdout) != 0
               ? fail(message, STATUS_RUN, "classify: the output could not be written")
               : STATUS_OK;
}
