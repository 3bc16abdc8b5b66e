#include "analysis/report/report_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/escape.h"
#include "analysis/report/words.h"

#define PLUS_MINUS "\xC2\xB1"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\"/>\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
    "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
    "<style>\n"
    ":root{--ink:#1a1c1e;--paper:#fff;--soft:#5d6570;--line:#d5dae0;--box:#f3f6f9;--good:#0b6e4f;"
    "--bad:#b3400a}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e6e8ea;--paper:#15181b;--soft:#a2abb5;"
    "--line:#3a4149;--box:#1f2429;--good:#5fcba4;--bad:#ff9a5c}}\n"
    "body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:52rem;color:var(--ink);"
    "background:var(--paper);font:16px/1.55 system-ui,sans-serif}\n"
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 .2rem}h2{font-size:1.2rem;margin:2.4rem 0 "
    ".5rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:1.4rem 0 .3rem}\n"
    ".soft,figcaption,.small{color:var(--soft);font-size:.88rem}.bad{color:var(--bad)}"
    ".good{color:var(--good)}\n"
    ".verdict{background:var(--box);border-left:4px solid #0072b2;padding:.8rem 1.1rem;margin:1rem "
    "0}.verdict p{margin:.4rem 0}.verdict .sentence{font-size:1.2rem;line-height:1.4}\n"
    ".caution{border-left-color:#d55e00}\n"
    "table{border-collapse:collapse;width:100%;font-size:.88rem;margin:.6rem 0}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid "
    "var(--line);overflow-wrap:anywhere}th{color:var(--soft);font-weight:600}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal;"
    "white-space:nowrap}\n"
    ".wide{overflow-x:auto}figure{margin:1rem 0}.picture svg{width:100%;height:auto;"
    "color:var(--ink)}\n"
    "dl{margin:.4rem 0}dt{font-weight:600;margin-top:.5rem}dd{margin:0}"
    "pre{background:var(--box);padding:.7rem;overflow-x:auto;white-space:pre-wrap;"
    "overflow-wrap:anywhere}\n"
    "p,dd,li,h1,h3{overflow-wrap:anywhere}\n"
    "@media print{:root{--ink:#000;--paper:#fff;--soft:#444;--line:#bbb;--box:#fff;--good:#0b6e4f;"
    "--bad:#b3400a}body{max-width:none;padding:0;font-size:10pt}.picture svg{max-height:"
    "14cm}figure,tr,.verdict,"
    "h3+p+.wide{break-inside:avoid}h2,h3,h3+p,h2+p{break-after:avoid}"
    "thead{display:table-header-group}td,th{overflow-wrap:break-word}}\n"
    "</style>\n";

/* ---- small printers ---- */

/* A paragraph, cell or other element around escaped text; `open` is the tag with attributes. */
static void element(FILE *out, const char *open, const char *close, const char *text)
{
    fputs(open, out);
    print_html(out, text);
    fputs(close, out);
}

static void paragraph(FILE *out, const char *text)
{
    element(out, "<p>", "</p>\n", text);
}

static void cell(FILE *out, const char *text)
{
    element(out, "<td>", "</td>", text);
}

static void number_cell(FILE *out, const char *text)
{
    element(out, "<td class=\"n\">", "</td>", text);
}

static void section(FILE *out, const char *id, const char *heading)
{
    fprintf(out, "<h2 id=\"%s\">%s</h2>\n", id, heading);
}

static void term(FILE *out, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    fprintf(out, "<dt>%s</dt>", name);
    element(out, "<dd>", "</dd>\n", text);
}

static void picture(FILE *out, const struct report_plots *plots, int plot)
{
    if (plots->svg[plot] == NULL)
        return;
    fprintf(out, "<figure><div class=\"picture\" role=\"img\" aria-label=\"%s\">\n",
            plot_kinds[plot].name);
    report_plot_print_inline(out, plots->svg[plot]);
    element(out, "</div>\n<figcaption>", "</figcaption></figure>\n", plot_kinds[plot].caption);
}

/* ---- the verdict and how far to trust it ---- */

static void print_cautions(FILE *out, const struct verdict *verdict)
{
    char line[300];
    if (verdict->extrapolation)
        fputs("<p class=\"bad\"><strong>Caution:</strong> the evidence lies outside what was "
              "simulated, so the probabilities are guesses.</p>\n",
              out);
    if (verdict->certificate.tells_nothing)
        fputs("<p class=\"bad\"><strong>Caution:</strong> evidence of this kind tells next to "
              "nothing between these explanations.</p>\n",
              out);
    if (verdict->n_members > 1 && verdict->disagreement >= 0.1) {
        snprintf(line, sizeof line,
                 "The %zu classifiers disagree by up to %.0f points about a probability; the "
                 "answer shown "
                 "pools them.",
                 verdict->n_members, 100 * verdict->disagreement);
        element(out, "<p><strong>Caution:</strong> ", "</p>\n", line);
    }
}

static void print_verdict(FILE *out, const struct verdict *verdict)
{
    char words[1200], evidence[300], trials[40];
    fprintf(out, "<div class=\"verdict%s\">\n", verdict->none_rejected ? " caution" : "");
    element(out, "<p class=\"sentence\">", "</p>\n", verdict->sentence);
    element(out, "<p><strong>How far to trust it.</strong> ", "</p>\n", verdict->trust);
    words_calibration(words, sizeof words, verdict);
    element(out, "<p><strong>Its record.</strong> ", "</p>\n", words);
    print_cautions(out, verdict);
    fputs("</div>\n", out);
    words_evidence(evidence, sizeof evidence, verdict);
    words_count(trials, sizeof trials, (double)verdict->trials_per_scenario);
    snprintf(words, sizeof words,
             "Evidence: %s Weighed against %s simulated logs of each of %zu explanations. The "
             "program takes no side: it asks of each explanation how often it makes evidence like "
             "this.",
             evidence, trials, verdict->n_scenarios);
    element(out, "<p class=\"soft\">", "</p>\n", words);
}

/* ---- probabilities ---- */

static void print_scenario_row(FILE *out, const struct verdict *verdict, size_t i)
{
    const struct scenario_verdict *scenario = &verdict->scenarios[i];
    bool best = i == best_supported(verdict);
    char words[160];
    element(out, "<tr><td>", "", scenario->title != NULL ? scenario->title : scenario->name);
    element(out, "<br/><span class=\"small\">", "</span></td>", scenario->name);
    words_round_percent(words, sizeof words, scenario->prior);
    number_cell(out, words);
    words_probability(words, sizeof words, scenario->probability, scenario->probability_se,
                      PLUS_MINUS);
    number_cell(out, words);
    if (best)
        snprintf(words, sizeof words, "0");
    else
        snprintf(words, sizeof words, "%.2f " PLUS_MINUS " %.2f", scenario->log10_bayes_factor,
                 scenario->log10_bayes_factor_se);
    number_cell(out, words);
    bool undecided = scenario->words == NULL || strcmp(scenario->words, "no support") == 0;
    cell(out, best ? "best supported" : undecided ? "hardly less than the best" : scenario->words);

    words_p_value(words, sizeof words, scenario->fit_p_value);
    element(out, scenario->fits ? "<td class=\"n\">" : "<td class=\"n bad\">",
            scenario->fits ? "</td>" : "<br/>fails</td>", words);
    cell(out, scenario->in_set_90 ? "yes" : "no");
    fputs("</tr>\n", out);
}

static void print_none_row(FILE *out, const struct verdict *verdict)
{
    char p[32];
    words_p_value(p, sizeof p, verdict->none_p_value);
    fputs("<tr><td><strong>None of these</strong></td><td></td><td></td><td></td><td>", out);
    fputs(verdict->none_rejected ? "<span class=\"bad\">every explanation listed fails</span>"
                                 : "not called for",
          out);
    element(out, "</td><td class=\"n\">", "</td><td></td></tr>\n", p);
}

static void print_probabilities(FILE *out, const struct report_input *input,
                                const struct report_plots *plots)
{
    const struct verdict *verdict = input->verdict;
    section(out, "probabilities", "How probable each explanation is");
    picture(out, plots, PLOT_PROBABILITY);
    fputs("<div class=\"wide\"><table>\n<tr><th>explanation</th><th class=\"n\">before</th>"
          "<th class=\"n\">after</th><th class=\"n\">log10 Bayes factor</th><th>support for the "
          "best over it</th>"
          "<th class=\"n\">fit p</th><th>90 % set</th></tr>\n",
          out);
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        print_scenario_row(out, verdict, verdict->by_probability[i]);
    print_none_row(out, verdict);
    fputs("</table></div>\n", out);
    fputs("<p class=\"small\"><em>Before</em> is the prior: how much belief each explanation "
          "starts with. <em>After</em> is the posterior probability with the standard error of "
          "the simulation, in percentage points. The <em>Bayes factor</em> is how many times more "
          "probable the evidence is under one explanation than under the best supported one (\xE2"
          "\x88\x92"
          "1 means ten times less); it does not depend on the priors. <em>Fit p</em> is "
          "how often the explanation itself makes logs at least as unusual for it as the "
          "evidence. The <em>90 % set</em> holds the explanations that a choice right nine times "
          "in ten has to keep.</p>\n",
          out);
}

static void print_groups(FILE *out, const struct verdict *verdict)
{
    char words[160];
    if (verdict->n_groups == 0)
        return;
    section(out, "groups", "Groups of explanations");
    fputs("<div class=\"wide\"><table>\n<tr><th>group</th><th class=\"n\">before</th>"
          "<th class=\"n\">after</th><th class=\"n\">log10 Bayes factor</th>"
          "<th>the evidence, against all other explanations</th></tr>\n",
          out);
    for (size_t g = 0; g < verdict->n_groups; g++) {
        const struct group_verdict *group = &verdict->groups[g];
        fputs("<tr>", out);
        cell(out, group->name);
        words_round_percent(words, sizeof words, group->prior);
        number_cell(out, words);
        words_probability(words, sizeof words, group->probability, group->probability_se,
                          PLUS_MINUS);
        number_cell(out, words);
        snprintf(words, sizeof words, "%+.2f " PLUS_MINUS " %.2f", group->log10_bayes_factor,
                 group->log10_bayes_factor_se);
        number_cell(out, isfinite(group->log10_bayes_factor) ? words : "-");
        words_group(words, sizeof words, group);
        cell(out, words);
        fputs("</tr>\n", out);
    }
    fputs("</table></div>\n<p class=\"small\">The probability of a group is the sum over its "
          "explanations; its Bayes factor compares the average explanation inside with the average "
          "one outside, each weighted by its prior.</p>\n",
          out);
}

static void print_none(FILE *out, const struct verdict *verdict)
{
    char words[700];
    section(out, "none", "None of these?");
    words_none(words, sizeof words, verdict);
    element(out, verdict->none_rejected ? "<p class=\"bad\">" : "<p>", "</p>\n", words);
}

static void print_pairs(FILE *out, const struct verdict *verdict)
{
    size_t n_shown = verdict->n_pairs < PAIRS_SHOWN ? verdict->n_pairs : PAIRS_SHOWN;
    char words[2000];
    section(out, "pairs", "What this evidence cannot tell apart");
    words_pairs(words, sizeof words, verdict);
    paragraph(out, words);
    if (n_shown == 0)
        return;
    fputs("<ul>\n", out);
    for (size_t i = 0; i < n_shown; i++) {
        words_pair(words, sizeof words, verdict, i);
        element(out, "<li>", "</li>\n", words);
    }
    if (n_shown < verdict->n_pairs)
        fprintf(out, "<li>and %zu more pairs (all are in verdict.json)</li>\n",
                verdict->n_pairs - n_shown);
    fputs("</ul>\n", out);
}

/* ---- evidence ---- */

static void print_fact_row(FILE *out, const struct statistic_request *request,
                           const struct fact *fact)
{
    char value[120];
    const struct statistic *statistic = request->statistic;
    words_fact(value, sizeof value, fact, PLUS_MINUS);
    element(out, "<tr><td>", "", request->label);
    element(out, "<br/><span class=\"small\">", "</span></td>",
            statistic == NULL
                ? NULL
                : (statistic->summary != NULL ? statistic->summary : statistic->name));
    element(out, "<td class=\"n\">", "", value);
    element(out, "<br/><span class=\"small\">", "</span></td>",
            statistic != NULL ? statistic->unit : NULL);
    element(out, "<td>", "", fact->source);
    element(out, "<br/><span class=\"small\">", "</span></td></tr>\n", fact->note);
}

static void print_log_statistics(FILE *out, const struct evidence *evidence)
{
    fputs("<table>\n<tr><th>statistic</th><th class=\"n\">observed</th><th>unit</th></tr>\n", out);
    for (size_t i = 0; i < evidence->n; i++) {
        char value[40];
        if (evidence->facts != NULL && evidence->facts[i] != NULL)
            continue;
        words_number(value, sizeof value, evidence->observed[i]);
        const struct statistic *statistic = evidence->requests[i].statistic;
        element(out, "<tr><td>", "", evidence->requests[i].label);
        element(out, "<br/><span class=\"small\">", "</span></td>",
                statistic != NULL ? statistic->summary : NULL);
        number_cell(out, value);
        cell(out, statistic != NULL ? statistic->unit : NULL);
        fputs("</tr>\n", out);
    }
    fputs("</table>\n", out);
}

static void print_evidence(FILE *out, const struct verdict *verdict)
{
    const struct evidence *evidence = verdict->evidence;
    char words[300];
    section(out, "evidence", "What the evidence is");
    words_evidence(words, sizeof words, verdict);
    element(out, "<p>The evidence is ", "</p>\n", words);
    if (evidence->report[0] != '\0')
        element(out, "<pre>", "</pre>\n", evidence->report);
    if (verdict->evidence_kind == EVIDENCE_LOG) {
        print_log_statistics(out, evidence);
        return;
    }
    if (evidence->n == 0)
        return;
    fputs("<p class=\"small\">Each fact is the value of a statistic. Its uncertainty was added to "
          "every simulated value too; an interval asks only whether a simulated log lies "
          "inside.</p>\n<div class=\"wide\"><table>\n<tr><th>fact</th><th class=\"n\">published"
          "</th><th>source, and how words became numbers</th></tr>\n",
          out);
    for (size_t i = 0; i < evidence->n; i++)
        if (evidence->facts != NULL && evidence->facts[i] != NULL)
            print_fact_row(out, &evidence->requests[i], evidence->facts[i]);
    fputs("</table></div>\n", out);
}

/* ---- fit ---- */

static void print_miss_row(FILE *out, const struct miss *miss)
{
    char observed[80], median[32], low[32], high[32], band[80], p[32];
    words_observed(observed, sizeof observed, miss);
    words_short_number(median, sizeof median, miss->median);
    words_short_number(low, sizeof low, miss->low);
    words_short_number(high, sizeof high, miss->high);
    snprintf(band, sizeof band, "%s to %s", low, high);
    words_p_value(p, sizeof p, miss->tail_p);
    element(out, "<tr><td>", "", miss->name);
    element(out, " <span class=\"small\">", "</span></td>", miss->unit);
    number_cell(out, observed);
    number_cell(out, median);
    number_cell(out, band);
    number_cell(out, p);
    fputs("</tr>\n", out);
}

static void print_scenario_fit(FILE *out, const struct scenario_verdict *scenario)
{
    char p[160];
    words_p_interval(p, sizeof p, scenario->fit_p_value, scenario->fit_p_low, scenario->fit_p_high);
    element(out, "<h3>", "</h3>\n", scenario->name);
    element(out,
            scenario->fits ? "<p>It can produce evidence like this ("
                           : "<p class=\"bad\">It does not produce evidence like this (",
            "). What it has most trouble with:</p>\n", p);
    if (scenario->n_worst == 0) {
        fputs("<p class=\"soft\">Nothing stands out.</p>\n", out);
        return;
    }
    fputs("<div class=\"wide\"><table>\n<tr><th>statistic</th><th class=\"n\">observed</th>"
          "<th class=\"n\">simulated median</th><th class=\"n\">95 % band</th>"
          "<th class=\"n\">as far out</th></tr>\n",
          out);
    for (size_t i = 0; i < scenario->n_worst; i++)
        print_miss_row(out, &scenario->worst[i]);
    fputs("</table></div>\n", out);
}

static void print_fit(FILE *out, const struct report_input *input, const struct report_plots *plots)
{
    const struct verdict *verdict = input->verdict;
    section(out, "fit", "What each explanation can and cannot produce");
    picture(out, plots, PLOT_FIT);
    picture(out, plots, PLOT_DAYS);
    if (plots->svg[PLOT_DAYS] != NULL && input->examples->what != NULL)
        element(out, "<p class=\"small\">Daily counts are of ", ".</p>\n", input->examples->what);
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        print_scenario_fit(out, &verdict->scenarios[verdict->by_probability[i]]);
}

/* ---- certificate ---- */

static void score_row(FILE *out, const char *name, double value, double prior_value,
                      const char *meaning)
{
    char text[40];
    element(out, "<tr><td>", "</td>", name);
    words_short_number(text, sizeof text, value);
    number_cell(out, text);
    words_short_number(text, sizeof text, prior_value);
    number_cell(out, text);
    element(out, "<td>", "</td></tr>\n", meaning);
}

static void print_scores(FILE *out, const struct certificate *certificate)
{
    const struct scores *scores = &certificate->scores, *prior = &certificate->prior_scores;
    fputs("<div class=\"wide\"><table>\n<tr><th>score</th><th class=\"n\">this program</th>"
          "<th class=\"n\">knowing nothing</th><th>what it means</th></tr>\n",
          out);
    score_row(out, "error rate", scores->error, prior->error,
              "How often the explanation called most probable was not the true one.");
    score_row(out, "log score", scores->log_score, prior->log_score,
              "How surprised it was by the truth, on average; smaller is better, and confident "
              "mistakes cost most.");
    score_row(out, "Brier score", scores->brier, prior->brier,
              "Half the mean squared distance between the probabilities and the truth; 0 is "
              "perfect.");
    score_row(out, "calibration error", scores->calibration_error, prior->calibration_error,
              "How far, on average, what it said lies from how often it was so; 0.01 means one "
              "percentage point.");
    score_row(out, "bits learnt", certificate->gain_bits, 0,
              "What evidence of this kind tells on average; one bit halves the field.");
    score_row(out, "coverage of the 90 % sets", certificate->coverage_90, NAN,
              "How often the true explanation was in the set; 0.9 was promised.");
    score_row(out, "mean size of those sets", certificate->set_size_90, NAN,
              "How many explanations such a set keeps on average.");
    score_row(out, "miscalibration test, p", certificate->calibration.miscalibration_p, NAN,
              "Small values (below 0.01) say that the probabilities are not to be taken at their "
              "word.");
    score_row(out, "error near this answer", certificate->local_error, NAN,
              "How often it was wrong in the trials whose answers were most like this one.");
    fputs("</table></div>\n", out);
}

static void print_certificate(FILE *out, const struct report_input *input,
                              const struct report_plots *plots)
{
    const struct certificate *certificate = &input->verdict->certificate;
    char words[1200], n[40];
    section(out, "certificate", "The program's own record");
    if (certificate->n_rows == 0) {
        fputs("<p>No trials were held out: how far the probabilities can be trusted is not "
              "known.</p>\n",
              out);
        return;
    }
    words_count(n, sizeof n, (double)certificate->n_rows);
    snprintf(words, sizeof words,
             "Before it judged the evidence, the program was examined on %s simulated logs that it "
             "had not learnt from and whose true explanation is known.",
             n);
    paragraph(out, words);
    words_calibration(words, sizeof words, input->verdict);
    paragraph(out, words);
    picture(out, plots, PLOT_RELIABILITY);
    picture(out, plots, PLOT_CONFUSION);
    print_scores(out, certificate);
    fputs("<p class=\"small\">This record holds if one of the explanations, with its stated "
          "uncertainties, is the true one. It says nothing of explanations that nobody "
          "listed.</p>\n",
          out);
}

/* ---- explanations, what was left out, how to run it again ---- */

static const struct scenario *find_scenario(const struct case_file *case_file, const char *name)
{
    for (int i = 0; case_file != NULL && i < case_file->n_scenarios; i++)
        if (strcmp(case_file->scenarios[i].name, name) == 0)
            return &case_file->scenarios[i];
    return NULL;
}

static void print_explanations(FILE *out, const struct report_input *input)
{
    const struct verdict *verdict = input->verdict;
    section(out, "explanations", "The explanations");
    for (size_t i = 0; i < verdict->n_scenarios; i++) {
        const struct scenario_verdict *judged = &verdict->scenarios[i];
        const struct scenario *scenario = find_scenario(input->case_file, judged->name);
        element(out, "<h3>", "", judged->title != NULL ? judged->title : judged->name);
        element(out, " <span class=\"small\">", "</span></h3>\n<dl>\n", judged->name);
        term(out, "The claim", judged->claim);
        if (scenario != NULL) {
            term(out, "Proposed by", scenario->proposed_by);
            term(out, "Why these settings", scenario->reasons);
            term(out, "What would count against it", scenario->against);
        }
        fputs("</dl>\n", out);
    }
}

static void print_assumed(FILE *out, const struct verdict *verdict)
{
    if (verdict->n_assumed == 0)
        return;
    section(out, "assumed", "What the case leaves open, and what was taken");
    fputs("<ul>\n", out);
    for (int i = 0; i < verdict->n_assumed; i++) {
        fputs("<li>", out);
        print_html(out, verdict->assumed[i]);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

static void print_left_out(FILE *out, const struct evidence *evidence)
{
    section(out, "left-out", "What was left out, and why");
    if (evidence->n_left_out == 0) {
        fputs("<p>Nothing.</p>\n", out);
        return;
    }
    fputs("<table>\n<tr><th>statistic</th><th>reason</th></tr>\n", out);
    for (size_t i = 0; i < evidence->n_left_out; i++) {
        fputs("<tr>", out);
        cell(out, evidence->left_out[i].name);
        cell(out, evidence->left_out[i].reason);
        fputs("</tr>\n", out);
    }
    fputs("</table>\n", out);
}

/* The command that gives these numbers, where the caller did not name one; quoted for a shell. */
static void print_command(FILE *out, const struct verdict *verdict)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    const char *path = verdict->case_path != NULL ? verdict->case_path : "";
    bool quote = path[0] == '\0' || path[0] == '-' || path[strspn(path, plain)] != '\0';
    fprintf(out, "<pre>mxplain compare %s", quote ? "&#39;" : "");
    for (const char *part = path; quote && strchr(part, '\'') != NULL;) {
        size_t length = strcspn(part, "'");
        char *copy = strndup(part, length);
        print_html(out, copy);
        free(copy);
        fputs("&#39;\\&#39;&#39;", out);
        part += length + 1;
        path = part;
    }
    print_html(out, path);
    fprintf(out, "%s --trials %llu --seed %llu</pre>\n", quote ? "&#39;" : "",
            (unsigned long long)verdict->trials_per_scenario, (unsigned long long)verdict->seed);
}

static void print_again(FILE *out, const struct report_input *input, const char *plot_note)
{
    const struct verdict *verdict = input->verdict;
    char line[400];
    section(out, "again", "How to run it again");
    if (input->command != NULL)
        element(out, "<pre>", "</pre>\n", input->command);
    else
        print_command(out, verdict);
    snprintf(line, sizeof line,
             "mxplain %.40s, seed %llu, %llu trials per explanation. The same case, seed and "
             "version give the same numbers on any machine with any number of threads. The numbers "
             "of this page are in verdict.json, the facts in facts.csv, the pictures in plots/.",
             input->version != NULL ? input->version : "", (unsigned long long)verdict->seed,
             (unsigned long long)verdict->trials_per_scenario);
    paragraph(out, line);
    if (plot_note[0] != '\0')
        element(out, "<p class=\"bad\">", ".</p>\n", plot_note);
}

void report_html_print(FILE *out, const struct report_input *input,
                       const struct report_plots *plots, const char *plot_note)
{
    const struct verdict *verdict = input->verdict;
    const char *title = verdict->case_title != NULL ? verdict->case_title : verdict->case_path;
    fputs(head, out);
    element(out, "<title>", " - mxplain</title>\n</head>\n<body>\n", title);
    element(out, "<h1>", "</h1>\n", title);
    element(out, "<p class=\"soft\">", "</p>\n",
            input->case_file != NULL ? input->case_file->summary : NULL);
    print_verdict(out, verdict);
    print_probabilities(out, input, plots);
    print_none(out, verdict);
    print_groups(out, verdict);
    print_pairs(out, verdict);
    print_evidence(out, verdict);
    print_fit(out, input, plots);
    print_certificate(out, input, plots);
    print_explanations(out, input);
    print_left_out(out, verdict->evidence);
    print_assumed(out, verdict);
    print_again(out, input, plot_note);
    fputs("</body>\n</html>\n", out);
}
