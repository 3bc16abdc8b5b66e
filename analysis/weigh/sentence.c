#include "analysis/weigh/sentence.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends to a text of the given size; what does not fit is cut. */
static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
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

/* "300 times", rounded to one digit: more is not known. */
static void say_factor(char *text, size_t size, double log10_factor)
{
    double factor = pow(10.0, fmin(log10_factor, 4.0));
    double step = pow(10.0, floor(log10(factor)));
    if (log10_factor > 4.0)
        add(text, size, "more than 10,000 times");
    else if (factor < 9.5)
        add(text, size, "%.1f times", factor);
    else
        add(text, size, "about %.0f times", step * floor(factor / step + 0.5));
}

static const char *evidence_words(const struct verdict *v)
{
    return v->evidence_kind == EVIDENCE_LOG ? "the observed log" : "the published facts";
}

static void say_none(struct verdict *v)
{
    add(v->sentence, sizeof v->sentence,
        "None of the %zu explanations tried produces %s (p = %.3g): the best of them ranks first "
        "only among "
        "explanations that fail, so none of these is supported.",
        v->n_scenarios, evidence_words(v), v->none_p_value);
}

static void say_list(struct verdict *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct scenario_verdict *s = &v->scenarios[v->by_probability[i]];
        add(v->sentence, sizeof v->sentence, "%s\"%s\" (",
            i == 0       ? ""
            : i + 1 == n ? " and "
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
    say_list(v, n < 5 ? n : 5);
    if (n > 5)
        add(v->sentence, sizeof v->sentence, " and %zu more", n - 5);
    add(v->sentence, sizeof v->sentence, ".");
}

static void say_leader(struct verdict *v)
{
    const struct scenario_verdict *best = &v->scenarios[v->by_probability[0]];
    const struct scenario_verdict *next =
        &v->scenarios[v->by_probability[v->n_scenarios > 1 ? 1 : 0]];
    add(v->sentence, sizeof v->sentence,
        "Of the %zu explanations tried, \"%s\" accounts best for %s: probability ", v->n_scenarios,
        best->name, evidence_words(v));
    say_percent(v->sentence, sizeof v->sentence, best->probability);
    if (v->n_scenarios > 1) {
        add(v->sentence, sizeof v->sentence, " from a prior of ");
        say_percent(v->sentence, sizeof v->sentence, best->prior);
        add(v->sentence, sizeof v->sentence, "; the evidence is ");
        say_factor(v->sentence, sizeof v->sentence,
                   best->log10_bayes_factor - next->log10_bayes_factor);
        add(v->sentence, sizeof v->sentence, " as probable under it as under \"%s\"", next->name);
    }
    add(v->sentence, sizeof v->sentence,
        ". This ranks the explanations tried; it does not exclude others.");
}

static void say_unfit_leader(struct verdict *v)
{
    const struct scenario_verdict *best = &v->scenarios[v->by_probability[0]];
    if (!v->none_rejected && !best->fits)
        add(v->sentence, sizeof v->sentence,
            " But \"%s\" itself hardly produces %s (fit p = %.2g).", best->name, evidence_words(v),
            best->fit_p_value);
}

static void say_trust(struct verdict *v)
{
    const struct certificate *c = &v->certificate;
    char *text = v->trust;
    size_t size = sizeof v->trust;
    if (c->tells_nothing) {
        add(text, size,
            "On simulated logs whose explanation is known, this evidence told nothing: the "
            "probabilities are "
            "the prior ones.");
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

void verdict_sentences(struct verdict *v)
{
    size_t possible = count_possible(v);
    v->sentence[0] = v->trust[0] = '\0';
    if (v->evidence->n == 0)
        add(v->sentence, sizeof v->sentence,
            "No evidence was given, so each explanation keeps the probability that it had before.");
    else if (v->none_rejected)
        say_none(v);
    else if (possible > 1)
        say_tie(v, possible);
    else
        say_leader(v);
    if (v->evidence->n > 0)
        say_unfit_leader(v);
    say_trust(v);
}
