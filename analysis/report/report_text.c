#include "analysis/report/report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analysis/report/escape.h"
#include "analysis/report/report_balance.h"
#include "analysis/report/words.h"

#define WORD_BYTES 512
#define FULL_MISSES                                                                                \
    4 /* explanations whose worst statistics are all shown; of the others only one */

struct text_out {
    FILE *out;
    const struct text_style *style;
};

/* ---- style ---- */

static unsigned stream_width(FILE *out)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    long width = columns != NULL ? strtol(columns, NULL, 10) : 0;
    if (width <= 0 && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        width = 100;
    if (width < TEXT_WIDTH_MIN)
        width = TEXT_WIDTH_MIN;
    return width > TEXT_WIDTH_MAX ? TEXT_WIDTH_MAX : (unsigned)width;
}

static bool environment_says_utf8(void)
{
    static const char *const keys[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = getenv(keys[i]);
        if (value != NULL && value[0] != '\0')
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL ||
                   strstr(value, "utf-8") != NULL || strstr(value, "UTF8") != NULL;
    }
    return false;
}

struct text_style text_style_for(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    struct text_style style;
    style.width = stream_width(out);
    style.utf8 = environment_says_utf8();
    style.colour = isatty(fileno(out)) && (no_colour == NULL || no_colour[0] == '\0') &&
                   terminal != NULL && strcmp(terminal, "dumb") != 0;
    return style;
}

struct text_style text_style_file(void)
{
    return (struct text_style){.width = 100, .utf8 = true, .colour = false};
}

/* ---- small printers ---- */

enum ink { INK_PLAIN, INK_BOLD, INK_FAINT, INK_GOOD, INK_BAD, INK_BAR };

static void set_ink(const struct text_out *text, enum ink ink)
{
    static const char *const codes[] = {"0", "1", "2", "32", "31", "34"};
    if (text->style->colour)
        fprintf(text->out, "\033[%sm", codes[ink]);
}

static void print_spaces(const struct text_out *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fputc(' ', text->out);
}

/* Cleaned, cut or padded to exactly `columns`, which leave a space at the end. */
static void print_padded(const struct text_out *text, const char *s, size_t columns)
{
    char *copy = clean_copy(s, text->style->utf8, columns - 1);
    size_t used = text_columns(copy, text->style->utf8);
    fputs(copy != NULL ? copy : "", text->out);
    print_spaces(text, used < columns ? columns - used : 0);
    free(copy);
}

/* Right-aligned in `columns`. The text is the program's own: a number in words. */
static void print_right(const struct text_out *text, const char *s, size_t columns)
{
    size_t used = text_columns(s, true);
    print_spaces(text, used < columns ? columns - used : 0);
    fputs(s, text->out);
}

/* Takes the next word of a text, cleaned; false at the end. One that is longer than `most` columns
 * is cut there and goes on as the next word. */
static bool next_word(const char **s, bool utf8, size_t most, char word[WORD_BYTES])
{
    size_t length = 0, columns = 0;
    word[0] = '\0';
    for (;;) {
        const char *before = *s;
        char bytes[CLEAN_CHARACTER_BYTES];
        uint32_t code = clean_character(s, utf8, bytes);
        bool joins_percent = code == ' ' && **s == '%'; /* "90 %" stays on one line */
        if (code == 0 || (code == ' ' && length > 0 && !joins_percent))
            return length > 0;
        if (code == ' ' && length == 0)
            continue;
        columns += character_columns(code);
        if (length + CLEAN_CHARACTER_BYTES >= WORD_BYTES || columns > most) {
            *s = before;
            return true;
        }
        memcpy(word + length, bytes, strlen(bytes) + 1);
        length += strlen(bytes);
    }
}

/* A paragraph: words wrapped at the width, further lines indented. `used` columns of the first line
 * are taken already. */
static void print_wrapped(const struct text_out *text, const char *s, size_t used, size_t indent)
{
    char word[WORD_BYTES];
    bool utf8 = text->style->utf8, first = true;
    size_t width = text->style->width, column = used;
    while (s != NULL && next_word(&s, utf8, width - indent, word)) {
        size_t length = text_columns(word, utf8);
        if (!first && column + 1 + length > width) {
            fputc('\n', text->out);
            print_spaces(text, indent);
            column = indent;
            first = true;
        }
        if (!first)
            fputc(' ', text->out);
        fputs(word, text->out);
        column += length + (first ? 0 : 1);
        first = false;
    }
    fputc('\n', text->out);
}

static void print_heading(const struct text_out *text, const char *heading)
{
    fputc('\n', text->out);
    set_ink(text, INK_BOLD);
    fputs(heading, text->out);
    set_ink(text, INK_PLAIN);
    fputc('\n', text->out);
}

/* A labelled paragraph: the label, then the text with further lines under its start. */
static void print_labelled(const struct text_out *text, const char *label, const char *s)
{
    enum { INDENT = 14 };
    set_ink(text, INK_BOLD);
    fprintf(text->out, "%-*s", INDENT, label);
    set_ink(text, INK_PLAIN);
    print_wrapped(text, s, INDENT, INDENT);
}

static const char *plus_minus(const struct text_out *text)
{
    return text->style->utf8 ? "\xC2\xB1" : "+-";
}

/* ---- the table of scenarios ---- */

enum {
    PRIOR_COLUMNS = 6,
    PROBABILITY_COLUMNS = 16,
    FACTOR_COLUMNS = 14,
    FIT_COLUMNS = 9,
    SET_COLUMNS = 6
};

struct table_layout {
    size_t name, bar;
};

/* Names get what they need of what the numbers leave, the bar the rest, which is held within
 * bounds. */
static struct table_layout table_layout(const struct text_out *text, const struct verdict *verdict)
{
    enum { BAR_MAX = 24 };
    size_t left = text->style->width - PRIOR_COLUMNS - PROBABILITY_COLUMNS - FACTOR_COLUMNS -
                  FIT_COLUMNS - SET_COLUMNS - 3;
    struct table_layout layout = {.name = sizeof "explanation"};
    for (size_t i = 0; i < verdict->n_scenarios; i++) {
        size_t columns = text_columns(verdict->scenarios[i].name, text->style->utf8) + 1;
        if (columns > layout.name)
            layout.name = columns;
    }
    if (layout.name > left - left / 4)
        layout.name = left - left / 4;
    layout.bar = left - layout.name > BAR_MAX ? BAR_MAX : left - layout.name;
    return layout;
}

static void print_bar(const struct text_out *text, double share, size_t columns)
{
    size_t filled = isfinite(share) ? (size_t)lround(share * (double)columns) : 0;
    fputs("  ", text->out);
    set_ink(text, INK_BAR);
    for (size_t i = 0; i < columns; i++)
        fputs(i < filled ? (text->style->utf8 ? "\xE2\x96\x88" : "#")
                         : (text->style->utf8 ? "\xC2\xB7" : "."),
              text->out);
    set_ink(text, INK_PLAIN);
}

static void print_table_head(const struct text_out *text, struct table_layout layout)
{
    fputc('\n', text->out);
    set_ink(text, INK_BOLD);
    print_padded(text, "explanation", layout.name);
    print_right(text, "prior", PRIOR_COLUMNS);
    print_right(text, "probability", PROBABILITY_COLUMNS);
    fputs("  ", text->out);
    print_spaces(text, layout.bar);
    print_right(text, "log10 Bayes f.", FACTOR_COLUMNS + 1);
    print_right(text, "fit p", FIT_COLUMNS);
    print_right(text, "90 %", SET_COLUMNS);
    set_ink(text, INK_PLAIN);
    fputc('\n', text->out);
}

static void print_scenario_row(const struct text_out *text, const struct verdict *verdict, size_t i,
                               struct table_layout layout)
{
    const struct scenario_verdict *scenario = &verdict->scenarios[i];
    char cell[160];
    print_padded(text, scenario->name, layout.name);
    words_round_percent(cell, sizeof cell, scenario->prior);
    print_right(text, cell, PRIOR_COLUMNS);
    words_probability(cell, sizeof cell, scenario->probability, scenario->probability_se,
                      plus_minus(text));
    print_right(text, cell, PROBABILITY_COLUMNS);
    print_bar(text, scenario->probability, layout.bar);
    if (i == best_supported(verdict))
        snprintf(cell, sizeof cell, "0 (best)");
    else
        snprintf(cell, sizeof cell, "%.2f %s %.2f", scenario->log10_bayes_factor, plus_minus(text),
                 scenario->log10_bayes_factor_se);
    print_right(text, cell, FACTOR_COLUMNS + 1);
    words_p_value(cell, sizeof cell, scenario->fit_p_value);
    set_ink(text, scenario->fits ? INK_PLAIN : INK_BAD);
    print_right(text, cell, FIT_COLUMNS - 1);
    fputc(scenario->fits ? ' ' : '*', text->out);
    set_ink(text, INK_PLAIN);
    print_right(text, scenario->in_set_90 ? "yes" : "-", SET_COLUMNS);
    fputc('\n', text->out);
    words_factor(cell, sizeof cell, verdict, i);
    set_ink(text, INK_FAINT);
    fputs("    ", text->out);
    print_wrapped(text, cell, 4, 4);
    set_ink(text, INK_PLAIN);
}

/* The last line of the table, never left out. */
static void print_none_row(const struct text_out *text, const struct verdict *verdict,
                           struct table_layout layout)
{
    char p[32], words[700];
    size_t before_fit =
        layout.name + PRIOR_COLUMNS + PROBABILITY_COLUMNS + 2 + layout.bar + FACTOR_COLUMNS + 1;
    words_p_value(p, sizeof p, verdict->none_p_value);
    set_ink(text, verdict->none_rejected ? INK_BAD : INK_BOLD);
    print_padded(text, "none of these", before_fit);
    print_right(text, p, FIT_COLUMNS - 1);
    fputs(verdict->none_rejected ? "*\n" : "\n", text->out);
    set_ink(text, INK_PLAIN);
    words_none(words, sizeof words, verdict);
    fputs("    ", text->out);
    print_wrapped(text, words, 4, 4);
}

static void print_table(const struct text_out *text, const struct verdict *verdict)
{
    struct table_layout layout = table_layout(text, verdict);
    print_table_head(text, layout);
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        print_scenario_row(text, verdict, verdict->by_probability[i], layout);
    print_none_row(text, verdict, layout);
    set_ink(text, INK_FAINT);
    print_wrapped(text,
                  "fit p: how often the explanation itself makes logs at least as unusual for it "
                  "as the evidence; * it cannot have made it (5 %, corrected for their number). "
                  "90 %: the explanations that a set right 9 times in 10 must keep.",
                  0, 0);
    set_ink(text, INK_PLAIN);
}

/* ---- the sections below ---- */

static void print_groups(const struct text_out *text, const struct verdict *verdict)
{
    char cell[160];
    size_t width = text->style->width - PRIOR_COLUMNS - PROBABILITY_COLUMNS - FACTOR_COLUMNS - 5;
    if (verdict->n_groups == 0)
        return;
    print_heading(text, "Groups of explanations, each against all others");
    for (size_t g = 0; g < verdict->n_groups; g++) {
        const struct group_verdict *group = &verdict->groups[g];
        fputs("  ", text->out);
        print_padded(text, group->name, width);
        words_round_percent(cell, sizeof cell, group->prior);
        print_right(text, cell, PRIOR_COLUMNS);
        words_probability(cell, sizeof cell, group->probability, group->probability_se,
                          plus_minus(text));
        print_right(text, cell, PROBABILITY_COLUMNS);
        snprintf(cell, sizeof cell, "%+.2f %s %.2f", group->log10_bayes_factor, plus_minus(text),
                 group->log10_bayes_factor_se);
        print_right(text, isfinite(group->log10_bayes_factor) ? cell : "-", FACTOR_COLUMNS + 1);
        fputc('\n', text->out);
        words_group(cell, sizeof cell, group);
        set_ink(text, INK_FAINT);
        fputs("    ", text->out);
        print_wrapped(text, cell, 4, 4);
        set_ink(text, INK_PLAIN);
    }
}

static void print_pairs(const struct text_out *text, const struct verdict *verdict)
{
    size_t n_shown = verdict->n_pairs < PAIRS_SHOWN ? verdict->n_pairs : PAIRS_SHOWN;
    char words[2000];
    print_heading(text, "Cannot be told apart with this evidence");
    words_pairs(words, sizeof words, verdict);
    fputs("  ", text->out);
    print_wrapped(text, words, 2, 2);
    for (size_t i = 0; i < n_shown; i++) {
        words_pair(words, sizeof words, verdict, i);
        fputs("    ", text->out);
        print_wrapped(text, words, 4, 6);
    }
    if (n_shown < verdict->n_pairs) {
        snprintf(words, sizeof words, "and %zu more pairs", verdict->n_pairs - n_shown);
        fputs("    ", text->out);
        print_wrapped(text, words, 4, 4);
    }
}

/* The worst of a scenario's statistics, at most `most`. */
static void print_misses(const struct text_out *text, const struct scenario_verdict *scenario,
                         size_t most)
{
    enum { OBSERVED = 20, SIMULATED = 30 };
    size_t name = text->style->width - OBSERVED - SIMULATED - 4;
    fputs("  ", text->out);
    print_wrapped(text, scenario->name, 2, 4);
    if (scenario->n_worst == 0)
        fputs("    nothing stands out\n", text->out);
    for (size_t i = 0; i < scenario->n_worst && i < most; i++) {
        const struct miss *miss = &scenario->worst[i];
        char observed[80], median[32], low[32], high[32], simulated[120];
        words_observed(observed, sizeof observed, miss);
        words_short_number(median, sizeof median, miss->median);
        words_short_number(low, sizeof low, miss->low);
        words_short_number(high, sizeof high, miss->high);
        snprintf(simulated, sizeof simulated, "%s (%s to %s)", median, low, high);
        fputs("    ", text->out);
        print_padded(text, miss->name, name);
        print_right(text, observed, OBSERVED);
        print_right(text, simulated, SIMULATED);
        fputc('\n', text->out);
    }
}

static void print_fit(const struct text_out *text, const struct verdict *verdict)
{
    size_t width = text->style->width;
    print_heading(text, "What each explanation has most trouble with");
    set_ink(text, INK_FAINT);
    print_spaces(text, width - 50 - 7);
    fputs("               observed     simulated: median (95 % band)\n", text->out);
    set_ink(text, INK_PLAIN);
    for (size_t i = 0; i < verdict->n_scenarios; i++)
        print_misses(text, &verdict->scenarios[verdict->by_probability[i]],
                     i < FULL_MISSES || verdict->n_scenarios <= FULL_MISSES ? VERDICT_WORST : 1);
}

static void print_caveats(const struct text_out *text, const struct verdict *verdict)
{
    char line[240];
    if (verdict->extrapolation)
        print_labelled(text, "Caution",
                       "the evidence lies outside what was simulated; the probabilities are "
                       "guesses.");
    if (verdict->n_members > 1 && verdict->disagreement >= 0.1) {
        snprintf(line, sizeof line,
                 "the %zu classifiers disagree by up to %.0f points about a probability; the "
                 "pooled answer "
                 "is shown.",
                 verdict->n_members, 100 * verdict->disagreement);
        print_labelled(text, "Caution", line);
    }
    if (verdict->certificate.tells_nothing)
        print_labelled(text, "Caution", "this evidence tells next to nothing between them.");
}

void report_text_print(FILE *out, const struct verdict *verdict, const char *report_path,
                       const struct text_style *style)
{
    struct text_out text = {.out = out, .style = style};
    char words[1200], trials[40];
    set_ink(&text, INK_BOLD);
    print_wrapped(&text, verdict->case_title != NULL ? verdict->case_title : verdict->case_path, 0,
                  0);
    set_ink(&text, INK_PLAIN);
    fputc('\n', out);
    words_evidence(words, sizeof words, verdict);
    print_labelled(&text, "Evidence", words);
    words_count(trials, sizeof trials, (double)verdict->trials_per_scenario);
    snprintf(words, sizeof words, "%s simulated logs for each of %zu explanations, seed %llu.",
             trials, verdict->n_scenarios, (unsigned long long)verdict->seed);
    print_labelled(&text, "Weighed by", words);
    for (int i = 0; i < verdict->n_assumed; i++)
        print_labelled(&text, i == 0 ? "Assumed" : "", verdict->assumed[i]);
    print_table(&text, verdict);
    print_groups(&text, verdict);
    print_pairs(&text, verdict);
    print_fit(&text, verdict);
    report_balance_print(out, verdict, style);
    print_heading(&text, "Verdict");
    print_wrapped(&text, verdict->sentence, 0, 0);
    fputc('\n', out);
    words_calibration(words, sizeof words, verdict);
    print_labelled(&text, "Calibration", words);
    print_labelled(&text, "Trust", verdict->trust);
    print_caveats(&text, verdict);
    if (report_path != NULL)
        print_labelled(&text, "Report", report_path);
}
