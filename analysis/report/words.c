#include "analysis/report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ENOUGH_TRIALS 50

void words_percent(char *out, size_t size, double share)
{
    if (!isfinite(share))
        snprintf(out, size, "-");
    else if (share > 0 && share < 0.001)
        snprintf(out, size, "< 0.1 %%");
    else if (share < 1 && share > 0.999)
        snprintf(out, size, "> 99.9 %%");
    else
        snprintf(out, size, "%.1f %%", 100 * share);
}

void words_round_percent(char *out, size_t size, double share)
{
    if (isfinite(share) && share >= 0.01 && share <= 0.99)
        snprintf(out, size, "%.0f %%", 100 * share);
    else
        words_percent(out, size, share);
}

void words_number(char *out, size_t size, double x)
{
    double magnitude = fabs(x);
    if (!isfinite(x))
        snprintf(out, size, "-");
    else if (magnitude < 1e-12) /* rounding of a sum that is zero */
        snprintf(out, size, "0");
    else if (magnitude >= 1000 && magnitude < 1e7)
        snprintf(out, size, "%.0f", x);
    else
        snprintf(out, size, "%.4g", x);
}

void words_short_number(char *out, size_t size, double x)
{
    if (isfinite(x) && fabs(x) >= 1e-12 && fabs(x) < 1000)
        snprintf(out, size, "%.3g", x);
    else
        words_number(out, size, x);
}

void words_count(char *out, size_t size, double n)
{
    char digits[40];
    if (!(n >= 0 && n < 1e15)) {
        words_number(out, size, n);
        return;
    }
    snprintf(digits, sizeof digits, "%.0f", n);
    size_t length = strlen(digits), used = 0;
    for (size_t i = 0; i < length && used + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

void words_p_value(char *out, size_t size, double p)
{
    if (!isfinite(p))
        snprintf(out, size, "-");
    else if (p < 0.001)
        snprintf(out, size, "< 0.001");
    else
        snprintf(out, size, p < 0.0995 ? "%.3f" : "%.2f", p);
}

void words_p_statement(char *out, size_t size, double p)
{
    char value[32];
    words_p_value(value, sizeof value, p);
    snprintf(out, size, value[0] == '<' ? "p %s" : "p = %s", value);
}

void words_p_interval(char *out, size_t size, double p, double low, double high)
{
    char statement[32], from[32], to[32];
    words_p_statement(statement, sizeof statement, p);
    words_p_value(from, sizeof from, low);
    words_p_value(to, sizeof to, high);
    if (low <= p && p <= high && low < high)
        snprintf(out, size, "%s; %s to %s with other simulated logs", statement, from, to);
    else
        snprintf(out, size, "%s", statement);
}

void words_probability(char *out, size_t size, double probability, double se,
                       const char *plus_minus)
{
    char share[32];
    words_percent(share, sizeof share, probability);
    if (isfinite(se) && se >= 0.0005)
        snprintf(out, size, "%s %s %.1f", share, plus_minus, 100 * se);
    else
        snprintf(out, size, "%s", share);
}

static void words_interval(char *out, size_t size, double low, double high)
{
    char from[32], to[32];
    words_number(from, sizeof from, low);
    words_number(to, sizeof to, high);
    if (isfinite(low) && isfinite(high))
        snprintf(out, size, "%s to %s", from, to);
    else if (isfinite(low))
        snprintf(out, size, "at least %s", from);
    else if (isfinite(high))
        snprintf(out, size, "at most %s", to);
    else
        snprintf(out, size, "-");
}

void words_observed(char *out, size_t size, const struct miss *miss)
{
    if (miss->is_interval)
        words_interval(out, size, miss->observed_low, miss->observed_high);
    else if (isnan(miss->observed))
        snprintf(out, size, "undefined");
    else
        words_number(out, size, miss->observed);
}

void words_fact(char *out, size_t size, const struct fact *fact, const char *plus_minus)
{
    char value[32], sd[32];
    if (fact->kind == FACT_INTERVAL) {
        words_interval(out, size, fact->low, fact->high);
        return;
    }
    words_number(value, sizeof value, fact->value);
    words_number(sd, sizeof sd, fact->sd);
    if (fact->sd > 0)
        snprintf(out, size, "%s %s %s", value, plus_minus, sd);
    else
        snprintf(out, size, "%s", value);
}

void words_evidence(char *out, size_t size, const struct verdict *verdict)
{
    const struct evidence *evidence = verdict->evidence;
    char queries[40], left_out[80] = "";
    words_count(queries, sizeof queries, (double)evidence->n_queries);
    if (evidence->n_left_out > 0)
        snprintf(left_out, sizeof left_out, "; %zu %s left out", evidence->n_left_out,
                 evidence->n_left_out == 1 ? "statistic was" : "statistics were");
    if (verdict->evidence_kind == EVIDENCE_FACTS)
        snprintf(out, size, "%zu published %s, each with its uncertainty%s.", evidence->n,
                 evidence->n == 1 ? "fact" : "facts", left_out);
    else if (verdict->evidence_kind == EVIDENCE_LOG)
        snprintf(out, size, "an observed log of %s %s, measured by %zu statistics%s.", queries,
                 evidence->n_queries == 1 ? "query" : "queries", evidence->n, left_out);
    else
        snprintf(out, size, "none: the probabilities are the prior ones.");
}

/* Adds a bin that lies within `reach` of `said`, folded where there are two classes. */
static void add_bin(struct track_record *record, const struct reliability_bin *bin, bool fold,
                    double said, double reach)
{
    bool other = fold && bin->said < 0.5;
    double bin_said = other ? 1 - bin->said : bin->said;
    double bin_happened = other ? 1 - bin->happened : bin->happened;
    if (!(bin->weight > 0) || fabs(bin_said - said) > reach)
        return;
    record->said += bin->weight * bin_said;
    record->happened += bin->weight * bin_happened;
    record->n_trials += bin->weight;
}

struct track_record track_record_near(const struct verdict *verdict, double said)
{
    const struct certificate *certificate = &verdict->certificate;
    struct track_record record = {0, 0, 0};
    for (double reach = 0.05; reach < 1.05 && record.n_trials < ENOUGH_TRIALS; reach += 0.05) {
        record = (struct track_record){0, 0, 0};
        for (size_t i = 0; i < RELIABILITY_BINS; i++)
            add_bin(&record, &certificate->reliability[i], certificate->n_classes == 2, said,
                    reach);
    }
    if (record.n_trials > 0) {
        record.said /= record.n_trials;
        record.happened /= record.n_trials;
    }
    return record;
}

static int words_track_record(char *out, size_t size, struct track_record record)
{
    char said[32], happened[32], n[40];
    words_round_percent(said, sizeof said, record.said);
    words_round_percent(happened, sizeof happened, record.happened);
    words_count(n, sizeof n, record.n_trials);
    return snprintf(out, size, "When it said %s, it was right in %s of %s trials.", said, happened,
                    n);
}

void words_calibration(char *out, size_t size, const struct verdict *verdict)
{
    struct track_record high = track_record_near(verdict, 0.9);
    if (!(high.n_trials > 0) || verdict->n_scenarios == 0) {
        snprintf(out, size, "No trials were held out, so its calibration is unknown.");
        return;
    }
    double best = verdict->scenarios[verdict->by_probability[0]].probability;
    struct track_record here = track_record_near(verdict, best < 0.5 ? 0.5 : best);
    if (best < 0.5 && verdict->n_scenarios > 2)
        here = track_record_near(verdict, best);
    char first[160], second[160];
    words_track_record(first, sizeof first, high);
    words_track_record(second, sizeof second, here);
    if (strcmp(first, second) == 0)
        snprintf(out, size, "%s This verdict lies there.", first);
    else
        snprintf(out, size, "%s Near this verdict's own greatest probability: w%s", first,
                 second + 1);
}

void words_none(char *out, size_t size, const struct verdict *verdict)
{
    char p[160];
    words_p_interval(p, sizeof p, verdict->none_p_value, verdict->none_p_low, verdict->none_p_high);
    if (verdict->none_rejected)
        snprintf(out, size,
                 "None of these explains the evidence (%s): it lies outside what any of them "
                 "produces. The probabilities only compare explanations that all fail.",
                 p);
    else
        snprintf(out, size,
                 "At least one of the explanations can produce evidence like this (%s), so "
                 "\"none of these\" is not called for. An explanation that nobody listed may still "
                 "be the true one.",
                 p);
}

size_t best_supported(const struct verdict *verdict)
{
    size_t best = 0;
    for (size_t i = 1; i < verdict->n_scenarios; i++)
        if (verdict->scenarios[i].log10_bayes_factor > verdict->scenarios[best].log10_bayes_factor)
            best = i;
    return best;
}

void words_factor(char *out, size_t size, const struct verdict *verdict, size_t scenario)
{
    size_t best = best_supported(verdict);
    const char *words = verdict->scenarios[scenario].words;
    if (scenario == best)
        snprintf(out, size, "best supported by the evidence");
    else if (words != NULL && strcmp(words, "no support") == 0)
        snprintf(out, size, "the evidence hardly prefers %.80s to it",
                 verdict->scenarios[best].name);
    else
        snprintf(out, size, "%s for %.80s over it", words != NULL ? words : "support",
                 verdict->scenarios[best].name);
}

static bool is_paired(const struct verdict *verdict, size_t scenario)
{
    for (size_t i = 0; i < verdict->n_pairs; i++)
        if (verdict->pairs[i].a == scenario || verdict->pairs[i].b == scenario)
            return true;
    return false;
}

void words_pairs(char *out, size_t size, const struct verdict *verdict)
{
    size_t n = 0, seen = 0, used = 0;
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        n += is_paired(verdict, i);
    if (n == 0) {
        snprintf(out, size,
                 "No two explanations have to be kept by a rule that is right 9 times in 10.");
        return;
    }
    out[0] = '\0';
    for (size_t i = 0; i < verdict->n_scenarios && used + 1 < size; i++) {
        size_t scenario = verdict->by_probability[i];
        if (!is_paired(verdict, scenario))
            continue;
        const char *before = seen == 0 ? "" : seen + 1 == n ? " and " : ", ";
        int length =
            snprintf(out + used, size - used, "%s%.80s", before, verdict->scenarios[scenario].name);
        used += length > 0 ? (size_t)length : 0;
        seen++;
    }
    if (used + 1 < size && n == 2)
        snprintf(out + used, size - used, " cannot be told apart.");
    else if (used + 1 < size)
        snprintf(out + used, size - used,
                 verdict->n_pairs == n * (n - 1) / 2
                     ? ": no two of these %zu can be told apart."
                     : " (%zu in all): some pairs of them cannot be told apart.",
                 n);
}

/* Which way the evidence leans between two, by how much, and whether that is more than chance: the
 * errors of both against the best are taken as independent. */
static void words_lean(char *out, size_t size, const struct scenario_verdict *a,
                       const struct scenario_verdict *b)
{
    double log10_odds = a->log10_bayes_factor - b->log10_bayes_factor, lean = fabs(log10_odds);
    double error = hypot(a->log10_bayes_factor_se, b->log10_bayes_factor_se);
    char odds[48] = "more than 1000";
    if (isnan(log10_odds)) {
        snprintf(out, size, "neither produces anything like this evidence");
        return;
    }
    if (lean <= 3)
        snprintf(odds, sizeof odds, "%.*f", lean < 1 ? 1 : 0, pow(10, lean));
    snprintf(out, size, "this evidence speaks %s to 1 for %s%s", odds,
             log10_odds < 0 ? "the second" : "the first",
             lean <= 2 * error ? " (less than twice the error of that)" : "");
}

void words_pair(char *out, size_t size, const struct verdict *verdict, size_t pair)
{
    const struct scenario_verdict *a = &verdict->scenarios[verdict->pairs[pair].a];
    const struct scenario_verdict *b = &verdict->scenarios[verdict->pairs[pair].b];
    char share[32], lean[160];
    words_round_percent(share, sizeof share, verdict->pairs[pair].error);
    words_lean(lean, sizeof lean, a, b);
    snprintf(out, size,
             "%.100s and %.100s: %s; of simulated logs of either, %s are taken for the other",
             a->name, b->name, lean, share);
}

void words_group(char *out, size_t size, const struct group_verdict *group)
{
    if (!isfinite(group->log10_bayes_factor))
        snprintf(out, size, "nothing stands against it");
    else if (strcmp(group->words, "no support") == 0)
        snprintf(out, size, "the evidence hardly prefers either side");
    else
        snprintf(out, size, "%s %s the others", group->words,
                 group->log10_bayes_factor > 0 ? "for it against" : "against it, for");
}
