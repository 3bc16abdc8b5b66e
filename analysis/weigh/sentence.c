#include "analysis/weigh/sentence.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define UNFIT 0.05 /* a leader whose fit p-value is not above this is named with a warning */

/* Appends to a text of the given size; what does not fit is cut at a word. */
static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
    if (wanted < 0 || (size_t)wanted < size - used)
        return;
    char *space = strrchr(text, ' '); /* cut: back to the last whole word */
    if (space != NULL && (size_t)(space - text) + 4 < size)
        memcpy(space, "...", 4);
}

/* A probability as people say it; never a certainty that was not verified. */
static void say_percent(char *text, size_t size, double p)
{
    if (p > 0.99)
        add(text, size, "more than 99 %%");
    else if (p < 0.01)
        add(text, size, "less than 1 %%");
    else
        add(text, size, "%.0f %%", 100.0 * p);
}

/* A factor with one digit: more is not known. */
static void say_rounded(char *text, size_t size, double log10_factor)
{
    double factor = pow(10.0, log10_factor);
    double step = pow(10.0, floor(log10_factor));
    if (factor < 9.5)
        add(text, size, "%.1f", factor);
    else
        add(text, size, "%.0f", step * floor(factor / step + 0.5));
}

/* log10 of the greatest factor that is put in figures: as many simulated logs as checked the
 * answers bear out, and at most 10,000. */
static double greatest_said(const struct verdict *v)
{
    double n = (double)v->certificate.n_rows;
    return n > 10.0 ? fmin(log10(n), 4.0) : 1.0;
}

/* "about 30 times (10 to 90)": the second pair is two Monte Carlo standard errors either way. */
static void say_factor(struct verdict *v, double log10_factor, double error)
{
    char *text = v->sentence;
    size_t size = sizeof v->sentence;
    double most = greatest_said(v), low = log10_factor - 2.0 * error;
    double high = log10_factor + 2.0 * error;
    add(text, size, log10_factor > most ? "more than " : "about ");
    say_rounded(text, size, log10_factor > most ? fmin(low, most) : log10_factor);
    add(text, size, " times");
    if (log10_factor > most || !(error > 0.02))
        return;
    add(text, size, " (");
    say_rounded(text, size, low);
    add(text, size, high > most ? " to more than " : " to ");
    say_rounded(text, size, fmin(high, most));
    add(text, size, ")");
}

static const char *evidence_words(const struct verdict *v)
{
    return v->evidence_kind == EVIDENCE_LOG ? "the observed log" : "the published facts";
}

static bool is_prior_equal(const struct verdict *v)
{
    for (size_t i = 1; i < v->n_scenarios; i++)
        if (fabs(v->scenarios[i].prior - v->scenarios[0].prior) > 1e-9)
            return false;
    return true;
}

static void say_none(struct verdict *v)
{
    add(v->sentence, sizeof v->sentence,
        "None of the %zu explanations tried produces evidence like %s (p = %.2g): none of them is "
        "supported, and which of them ranks first means nothing.",
        v->n_scenarios, evidence_words(v), v->none_p_value);
}

/* The level falls inside the Monte Carlo interval of the p-value: other simulated logs could decide
 * otherwise. */
static void say_close_call(struct verdict *v)
{
    double low = v->none_p_low, high = v->none_p_high;
    if (!(low <= UNFIT && UNFIT < high && low <= v->none_p_value && v->none_p_value <= high))
        return;
    add(v->sentence, sizeof v->sentence,
        v->none_rejected ? " This is a close call: other simulated logs could give p = %.2g to "
                           "%.2g, and above %.2g one of them would fit."
                         : " This is a close call: other simulated logs could give p = %.2g to "
                           "%.2g for the test of fit, and at %.2g or below none would fit.",
        low, high, UNFIT);
}

static void say_only_one(struct verdict *v)
{
    add(v->sentence, sizeof v->sentence,
        "Only one explanation, \"%s\", was tried, so nothing was compared; it can produce evidence "
        "like %s (fit p = %.2g), which does not make it true.",
        v->scenarios[0].name, evidence_words(v), v->scenarios[0].fit_p_value);
}

static void say_nothing_told(struct verdict *v)
{
    add(v->sentence, sizeof v->sentence,
        "%s cannot tell the %zu explanations tried apart: on simulated logs they "
        "add nothing to what was assumed beforehand.",
        v->evidence_kind == EVIDENCE_LOG ? "The statistics of the observed log"
                                         : "The published facts",
        v->n_scenarios);
}

/* The first n, of which more follow. */
static void say_list(struct verdict *v, size_t n, size_t more)
{
    for (size_t i = 0; i < n; i++) {
        const struct scenario_verdict *s = &v->scenarios[v->by_probability[i]];
        add(v->sentence, sizeof v->sentence, "%s\"%s\" (",
            i == 0                    ? ""
            : i + 1 == n && more == 0 ? " and "
                                      : ", ",
            s->name);
        say_percent(v->sentence, sizeof v->sentence, s->probability);
        add(v->sentence, sizeof v->sentence, ")");
    }
}

/* The scenarios that stay possible: those in the 90 % set, most probable first. */
static size_t count_possible(const struct verdict *v)
{
    size_t n = 0;
    while (n < v->n_scenarios && v->scenarios[v->by_probability[n]].in_set_90)
        n++;
    return n;
}

static void say_tie(struct verdict *v, size_t n)
{
    if (n == v->n_scenarios)
        add(v->sentence, sizeof v->sentence,
            "With this evidence the %zu explanations tried cannot be told apart: ", n);
    else
        add(v->sentence, sizeof v->sentence,
            "With this evidence %zu of the %zu explanations tried cannot be told apart: ", n,
            v->n_scenarios);
    say_list(v, n < 5 ? n : 5, n < 5 ? 0 : n - 5);
    if (n > 5)
        add(v->sentence, sizeof v->sentence, ", and %zu more", n - 5);
    add(v->sentence, sizeof v->sentence, "; none of them should be named alone.");
    if (!is_prior_equal(v))
        add(v->sentence, sizeof v->sentence,
            " The percentages rest on unequal prior weights as well as on the evidence.");
}

/* The scenario that the evidence itself prefers, whatever the prior weights. */
static const struct scenario_verdict *best_by_evidence(const struct verdict *v)
{
    const struct scenario_verdict *best = &v->scenarios[v->by_probability[0]];
    for (size_t i = 0; i < v->n_scenarios; i++)
        if (v->scenarios[i].log10_bayes_factor > best->log10_bayes_factor)
            best = &v->scenarios[i];
    return best;
}

/* The most probable one owes its place to the prior weights. */
static void say_favoured_leader(struct verdict *v, const struct scenario_verdict *best,
                                const struct scenario_verdict *preferred)
{
    add(v->sentence, sizeof v->sentence,
        "Of the %zu explanations tried, \"%s\" ends as the most probable (", v->n_scenarios,
        best->name);
    say_percent(v->sentence, sizeof v->sentence, best->probability);
    add(v->sentence, sizeof v->sentence, ") only because it began with a prior of ");
    say_percent(v->sentence, sizeof v->sentence, best->prior);
    add(v->sentence, sizeof v->sentence, "; the evidence itself is ");
    say_factor(v, -best->log10_bayes_factor, best->log10_bayes_factor_se);
    add(v->sentence, sizeof v->sentence, " as probable under \"%s\".", preferred->name);
}

/* The rival against which the factor is given: the next by evidence, so that the factor is the
 * least that can be claimed. */
static const struct scenario_verdict *rival_of(const struct verdict *v,
                                               const struct scenario_verdict *best)
{
    const struct scenario_verdict *rival = NULL;
    for (size_t i = 0; i < v->n_scenarios; i++) {
        const struct scenario_verdict *s = &v->scenarios[v->by_probability[i]];
        if (s != best && (rival == NULL || s->log10_bayes_factor > rival->log10_bayes_factor))
            rival = s;
    }
    return rival;
}

static void say_leader(struct verdict *v)
{
    const struct scenario_verdict *best = &v->scenarios[v->by_probability[0]];
    const struct scenario_verdict *preferred = best_by_evidence(v);
    if (preferred != best) {
        say_favoured_leader(v, best, preferred);
        return;
    }
    const struct scenario_verdict *rival = rival_of(v, best);
    add(v->sentence, sizeof v->sentence,
        "Of the %zu explanations tried, \"%s\" accounts best for %s: probability ", v->n_scenarios,
        best->name, evidence_words(v));
    say_percent(v->sentence, sizeof v->sentence, best->probability);
    add(v->sentence, sizeof v->sentence, " from a prior of ");
    say_percent(v->sentence, sizeof v->sentence, best->prior);
    add(v->sentence, sizeof v->sentence, "; the evidence is ");
    say_factor(v, -rival->log10_bayes_factor, rival->log10_bayes_factor_se);
    add(v->sentence, sizeof v->sentence,
        " as probable under it as under \"%s\". This ranks the explanations tried; it does not "
        "exclude others.",
        rival->name);
}

/* A ranking may put first what fails by itself. No correction for the number of explanations: one
 * is looked at, and caution is wanted. */
static void say_unfit_leader(struct verdict *v)
{
    const struct scenario_verdict *best = &v->scenarios[v->by_probability[0]];
    if (best->fit_p_value <= UNFIT)
        add(v->sentence, sizeof v->sentence,
            " But \"%s\" itself seldom or never produces such evidence (fit p = %.2g): it is only "
            "the best of what was tried, and another explanation may be needed.",
            best->name, best->fit_p_value);
}

static void say_extrapolation(struct verdict *v)
{
    if (v->extrapolation)
        add(v->sentence, sizeof v->sentence,
            " The evidence lies at the edge of what was simulated, so the figures are guesses.");
}

static void say_trust(struct verdict *v)
{
    const struct certificate *c = &v->certificate;
    char *text = v->trust;
    size_t size = sizeof v->trust;
    if (c->tells_nothing) {
        add(text, size,
            "On simulated logs whose explanation is known, this evidence told nothing "
            "that can be shown: the probabilities stay near the prior ones.");
        return;
    }
    add(text, size,
        "Tested on %zu simulated logs whose explanation is known and which it had not seen, the "
        "program named the right one "
        "in %.0f %% (guessing: %.0f %%); what it called p %% probable was so in p %% within %.1f "
        "points on average.",
        c->n_rows, 100.0 * (1.0 - c->scores.error), 100.0 * (1.0 - c->prior_scores.error),
        100.0 * c->scores.calibration_error);
    if (isfinite(c->local_error))
        add(text, size, " Among logs with answers like this one it erred in %.0f %%.",
            100.0 * c->local_error);
    if (v->extrapolation)
        add(text, size,
            " This evidence lies at the edge of what was simulated: take the probabilities as "
            "guesses.");
    if (v->disagreement > 0.2)
        add(text, size, " The single classifiers disagree by up to %.0f points.",
            100.0 * v->disagreement);
}

static void say_comparison(struct verdict *v)
{
    size_t possible = count_possible(v);
    if (v->certificate.tells_nothing)
        say_nothing_told(v);
    else if (possible > 1)
        say_tie(v, possible);
    else
        say_leader(v);
    say_unfit_leader(v);
    say_extrapolation(v);
}

void verdict_sentences(struct verdict *v)
{
    v->sentence[0] = v->trust[0] = '\0';
    if (v->evidence->n == 0)
        add(v->sentence, sizeof v->sentence,
            "No evidence was given, so each explanation keeps the probability that it had before.");
    else if (v->none_rejected)
        say_none(v);
    else if (v->n_scenarios == 1)
        say_only_one(v);
    else
        say_comparison(v);
    if (v->evidence->n > 0)
        say_close_call(v);
    say_trust(v);
}
