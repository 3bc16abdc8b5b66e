/* A verdict as text, JSON, CSV, pictures and page. */
#include "tests/support/check.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/report/escape.h"
#include "analysis/report/gnuplot.h"
#include "analysis/report/plot_parts.h"
#include "analysis/report/report_html.h"
#include "analysis/report/report_json.h"
#include "analysis/report/report_text.h"
#include "analysis/report/words.h"
#include "analysis/report/write_file.h"
#include "tests/support/hostile.h"
#include "tests/support/make_verdict.h"

static struct made_verdict made;

struct buffer {
    char *bytes;
    size_t size;
    FILE *out;
};

static FILE *buffer_open(struct buffer *buffer)
{
    buffer->out = open_memstream(&buffer->bytes, &buffer->size);
    assert_non_null(buffer->out);
    return buffer->out;
}

static char *buffer_close(struct buffer *buffer)
{
    assert_false(ferror(buffer->out));
    fclose(buffer->out);
    return buffer->bytes;
}

static char *text_of(const struct made_verdict *verdict, struct text_style style)
{
    struct buffer buffer;
    report_text_print(buffer_open(&buffer), &verdict->verdict, "report/report.html", &style);
    return buffer_close(&buffer);
}

static char *json_of(const struct made_verdict *verdict)
{
    struct buffer buffer;
    struct message message;
    assert_int_equal(report_json_print(buffer_open(&buffer), &verdict->verdict, "0.1.0", &message),
                     STATUS_OK);
    return buffer_close(&buffer);
}

static char *page_of(const struct made_verdict *verdict, const struct report_plots *plots)
{
    struct buffer buffer;
    report_html_print(buffer_open(&buffer), &verdict->input, plots, "");
    return buffer_close(&buffer);
}

/* ---- text ---- */

static void assert_lines_fit(const char *text, const struct text_style *style)
{
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        char *copy = strndup(line, length);
        assert_true(text_columns(copy, true) <= style->width);
        free(copy);
        line += length + (line[length] == '\n');
    }
}

static void text_tells_all(void **state)
{
    (void)state;
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 4});
    char *text = text_of(&made, (struct text_style){.width = 100});
    assert_non_null(strstr(text, "none of these"));
    assert_non_null(strstr(text, "When it said 90 %, it was right in 90 % of 14,660 trials."));
    assert_non_null(strstr(text, "marketing-blast and spam-rejection-loop"));
    assert_non_null(strstr(text, made.scenarios[0].name));
    assert_non_null(strstr(text, "report/report.html"));
    assert_non_null(strstr(text, "< 0.001*"));
    assert_non_null(strstr(text, "0.35 to 0.992"));
    free(text);
    made_verdict_free(&made);
}

static void text_fits_and_is_clean(void **state)
{
    (void)state;
    static const unsigned widths[] = {80, 100, 120};
    for (int i = -1; i < N_HOSTILE; i++) {
        made_verdict_init(&made, &(struct made_options){.n_scenarios = 17,
                                                        .hostile = i < 0 ? NULL : hostile_names[i],
                                                        .none_rejected = i % 2 == 0});
        for (size_t w = 0; w < 6; w++) {
            struct text_style style = {.width = widths[w / 2], .utf8 = w % 2 == 1};
            char *text = text_of(&made, style);
            assert_lines_fit(text, &style);
            for (const unsigned char *c = (unsigned char *)text; *c != '\0'; c++)
                assert_true(*c == '\n' || (*c >= 0x20 && *c != 0x7f && (style.utf8 || *c < 0x80)));
            free(text);
        }
        made_verdict_free(&made);
    }
}

static void text_style_obeys_environment(void **state)
{
    (void)state;
    FILE *out = tmpfile();
    setenv("COLUMNS", "300", 1);
    setenv("LC_ALL", "C", 1);
    struct text_style style = text_style_for(out);
    assert_int_equal(style.width, TEXT_WIDTH_MAX);
    assert_false(style.utf8);
    assert_false(style.colour);
    setenv("COLUMNS", "20", 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    style = text_style_for(out);
    assert_int_equal(style.width, TEXT_WIDTH_MIN);
    assert_true(style.utf8);
    unsetenv("LC_ALL");
    unsetenv("COLUMNS");
    fclose(out);
}

/* ---- JSON and CSV ---- */

static void json_has_the_schema(void **state)
{
    (void)state;
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 3});
    char *text = json_of(&made), *again = json_of(&made);
    assert_string_equal(text, again);
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    json_t *scenarios, *calibration, *confusion, *worst, *used, *left_out;
    const char *case_path, *kind, *name, *sentence;
    json_int_t seed, trials;
    double prior, probability, se, factor, p, none_p, log_score, brier, ece, median, low, high;
    int rejected;
    assert_int_equal(
        json_unpack(root, "{s:s, s:I, s:I, s:{s:s, s:o, s:o}, s:o, s:{s:f, s:b}, s:o, s:s}", "case",
                    &case_path, "seed", &seed, "trials_per_scenario", &trials, "evidence", "kind",
                    &kind, "statistics_used", &used, "statistics_left_out", &left_out, "scenarios",
                    &scenarios, "none_of_these", "p_value", &none_p, "rejected", &rejected,
                    "calibration", &calibration, "sentence", &sentence),
        0);
    assert_int_equal(
        json_unpack(json_array_get(scenarios, 1), "{s:s, s:f, s:f, s:f, s:f, s:f, s:o}", "name",
                    &name, "prior", &prior, "probability", &probability, "probability_se", &se,
                    "log10_bayes_factor", &factor, "fit_p_value", &p, "worst_statistics", &worst),
        0);
    assert_int_equal(json_unpack(calibration, "{s:f, s:f, s:f, s:o}", "log_score", &log_score,
                                 "brier", &brier, "ece", &ece, "confusion", &confusion),
                     0);
    assert_int_equal(json_unpack(json_array_get(worst, 0), "{s:s, s:f, s:f, s:f}", "name", &name,
                                 "median", &median, "low", &low, "high", &high),
                     0);
    assert_int_equal(json_array_size(scenarios), 3);
    assert_int_equal(json_array_size(confusion), 3);
    assert_int_equal(json_array_size(used), MADE_FACTS);
    assert_int_equal(json_array_size(left_out), 2);
    assert_true(fabs(probability - made.scenario_verdicts[1].probability) < 1e-5);
    assert_true(fabs(none_p - 0.31) < 1e-12 && !rejected && seed == 20161031);
    assert_string_equal(sentence, made.verdict.sentence);
    json_decref(root);
    free(text);
    free(again);
    made_verdict_free(&made);
}

/* Undefined numbers are null, great seeds are kept, names come back as they were. */
static void json_at_the_edges(void **state)
{
    (void)state;
    for (int i = 0; i < N_HOSTILE; i++) {
        made_verdict_init(&made, &(struct made_options){
                                     .n_scenarios = 2, .hostile = hostile_names[i], .empty = true});
        made.verdict.seed = UINT64_MAX;
        char *text = json_of(&made), *name = valid_utf8_copy(hostile_names[i]);
        for (const char *c = text; *c != '\0'; c++)
            assert_true(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        json_t *first = json_array_get(json_object_get(root, "scenarios"), 0);
        assert_string_equal(json_string_value(json_object_get(first, "name")), name);
        assert_true(json_is_null(json_object_get(first, "probability")));
        assert_string_equal(json_string_value(json_object_get(root, "seed")),
                            "18446744073709551615");
        json_decref(root);
        free(text);
        free(name);
        made_verdict_free(&made);
    }
}

static void facts_are_no_formulas(void **state)
{
    (void)state;
    made_verdict_init(&made,
                      &(struct made_options){.n_scenarios = 2, .hostile = "=cmd|' /C calc'!A0"});
    struct buffer buffer;
    report_facts_csv_print(buffer_open(&buffer), &made.evidence);
    char *text = buffer_close(&buffer);
    assert_null(strstr(text, "\"="));
    assert_non_null(strstr(text, "\"'=cmd|' /C calc'!A0\",\"count\",\"queries\",2820,141,,,"));
    free(text);
    made_verdict_free(&made);
}

/* ---- pictures ---- */

/* Numbers in data blocks, foreign text in single quotes only: no back-quote, no line that a name
 * began. */
static void scripts_are_inert(void **state)
{
    (void)state;
    for (int i = 0; i < N_HOSTILE; i++) {
        made_verdict_init(&made,
                          &(struct made_options){.n_scenarios = 3, .hostile = hostile_names[i]});
        for (int p = 0; p < PLOT_COUNT; p++) {
            struct buffer buffer;
            struct message message;
            assert_true(plot_kinds[p].is_possible(&made.input));
            assert_int_equal(plot_kinds[p].print(buffer_open(&buffer), &made.input, &message),
                             STATUS_OK);
            char *script = buffer_close(&buffer);
            assert_null(strchr(script, '`'));
            assert_null(strstr(script, "\nsystem"));
            assert_null(strstr(script, "\n!"));
            for (const char *c = script; *c != '\0'; c++)
                assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
            free(script);
        }
        made_verdict_free(&made);
    }
}

static bool has_gnuplot(void)
{
    struct report_plots plots;
    struct message message;
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 2});
    int status = report_plots_draw(&plots, &made.input, &message);
    if (status != STATUS_OK)
        print_message("%s\n", message.text);
    report_plots_free(&plots);
    made_verdict_free(&made);
    return status == STATUS_OK;
}

/* ---- well-formed pages ---- */

/* Checks that tags are closed in the order in which they were opened; gives the number of elements.
 * Empty elements must end in "/>". */
static size_t assert_balanced(const char *page)
{
    enum { DEPTH = 64, NAME = 24 };
    char open[DEPTH][NAME];
    size_t depth = 0, n = 0;
    for (const char *c = strchr(page, '<'); c != NULL; c = strchr(c + 1, '<')) {
        bool closing = c[1] == '/';
        const char *name = c + 1 + closing, *end = c;
        if (c[1] == '!' || c[1] == '?')
            continue;
        for (char quote = 0; *end != '\0' && (quote != 0 || *end != '>'); end++)
            quote = quote != 0 ? (*end == quote ? 0 : quote)
                               : (*end == '"' || *end == '\'' ? *end : (char)0);
        assert_true(*end == '>');
        size_t length = strcspn(name, " \t\n/>");
        assert_in_range(length, 1, NAME - 1);
        if (closing) {
            assert_true(depth > 0);
            depth--;
            assert_int_equal(strlen(open[depth]), length);
            assert_memory_equal(open[depth], name, length);
        } else if (end[-1] != '/') {
            assert_true(depth < DEPTH);
            memcpy(open[depth], name, length);
            open[depth++][length] = '\0';
        }
        n += !closing;
        c = end;
    }
    assert_int_equal(depth, 0);
    return n;
}

/* A hostile name adds no element and no attribute to the page. */
static void page_is_well_formed(void **state)
{
    (void)state;
    struct report_plots none = {{NULL}};
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 3, .hostile = "tame"});
    char *page = page_of(&made, &none);
    size_t n_elements = assert_balanced(page);
    assert_true(n_elements > 300);
    assert_null(strstr(page, "http:"));
    assert_null(strstr(page, "https:"));
    free(page);
    made_verdict_free(&made);
    for (int i = 0; i < N_HOSTILE; i++) {
        made_verdict_init(&made,
                          &(struct made_options){.n_scenarios = 3, .hostile = hostile_names[i]});
        page = page_of(&made, &none);
        size_t fewer = hostile_names[i][0] == '\0' ? 9 : 0; /* empty terms are left out */
        assert_in_range(assert_balanced(page), n_elements - fewer, n_elements);
        assert_null(strstr(page, "<script"));
        assert_null(strstr(page, "onload=\""));
        assert_null(strchr(page, '`'));
        free(page);
        made_verdict_free(&made);
    }
}

static void page_tells_all(void **state)
{
    (void)state;
    struct report_plots none = {{NULL}};
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 3, .none_rejected = true});
    char *page = page_of(&made, &none);
    static const char *const wanted[] = {
        "id=\"probabilities\"",
        "id=\"none\"",
        "id=\"pairs\"",
        "id=\"evidence\"",
        "id=\"fit\"",
        "id=\"certificate\"",
        "id=\"left-out\"",
        "id=\"again\"",
        "id=\"explanations\"",
        "every explanation listed fails",
        "guesses",
        "F. Foer, Slate",
        "R. Graham (blog, 2016)",
        "no mail log was published",
        "--seed 20161031",
        "When it said 90 %",
        "2820 \xC2\xB1 141",
        "at most 0.5",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strstr(page, wanted[i]) == NULL)
            fail_msg("the page lacks %s", wanted[i]);
    free(page);
    made_verdict_free(&made);
}

/* A log as evidence: every statistic with its value, what the importer said, nothing about facts.
 */
static void page_about_a_log(void **state)
{
    (void)state;
    struct report_plots none = {{NULL}};
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 2, .hostile = "<b>"});
    made.verdict.evidence_kind = made.evidence.kind = EVIDENCE_LOG;
    made.evidence.facts = NULL;
    made.evidence.n_queries = 2725;
    strcpy(made.evidence.report, "2726 lines read, 1 <skipped>");
    char *page = page_of(&made, &none), *text = json_of(&made);
    assert_balanced(page);
    assert_non_null(strstr(page, "an observed log of 2,725 queries"));
    assert_non_null(strstr(page, "2726 lines read, 1 &lt;skipped&gt;"));
    assert_null(strstr(page, "<b>"));
    assert_null(strstr(page, "Each fact is"));
    json_t *root = json_loads(text, 0, NULL);
    json_t *evidence = json_object_get(root, "evidence");
    assert_string_equal(json_string_value(json_object_get(evidence, "kind")), "log");
    assert_int_equal(json_array_size(json_object_get(evidence, "facts")), 0);
    json_decref(root);
    free(text);
    free(page);
    made_verdict_free(&made);
}

/* Without a command line given, the page makes one that a shell reads as it was meant. */
static void page_names_the_command(void **state)
{
    (void)state;
    struct report_plots none = {{NULL}};
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 2});
    made.input.command = NULL;
    char *page = page_of(&made, &none);
    assert_non_null(strstr(page, "<pre>mxplain compare scenarios/cases/made.cfg --trials 10000 "
                                 "--seed 20161031</pre>"));
    free(page);
    made.verdict.case_path = "it's; rm x'";
    page = page_of(&made, &none);
    assert_non_null(
        strstr(page, "compare &#39;it&#39;\\&#39;&#39;s; rm x&#39;\\&#39;&#39;&#39; --trials"));
    free(page);
    made_verdict_free(&made);
}

/* ---- the whole report ---- */

static char *read_whole(const char *directory, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    char *bytes = calloc(1, 1 << 22);
    size_t length = fread(bytes, 1, (1 << 22) - 1, file);
    bytes[length] = '\0';
    fclose(file);
    return bytes;
}

static const char *const files[] = {
    "report.html",         "verdict.json",          "verdict.txt",           "facts.csv",
    "plots/fit.svg",       "plots/probability.svg", "plots/reliability.svg", "plots/days.svg",
    "plots/confusion.svg",
};
enum { N_FILES = sizeof files / sizeof *files, N_TEXT_FILES = 4 };

static void remove_report(const char *directory)
{
    char path[300];
    for (size_t i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/plots", directory);
    rmdir(path);
    rmdir(directory);
}

/* gnuplot itself, the page with its pictures, and every hostile name: nothing runs, all is well
 * formed. */
static void hostile_report(void **state)
{
    (void)state;
    if (!has_gnuplot())
        skip();
    char directory[] = "/tmp/test-report.XXXXXX";
    assert_non_null(mkdtemp(directory));
    unlink(HOSTILE_FILE);
    for (int i = 0; i < N_HOSTILE; i++) {
        struct report_outcome outcome;
        struct message message;
        made_verdict_init(&made,
                          &(struct made_options){.n_scenarios = 3, .hostile = hostile_names[i]});
        int status = report_write(&made.input, directory, &outcome, &message);
        made_verdict_free(&made);
        assert_int_equal(status, STATUS_OK);
        assert_true(outcome.has_plots);
        assert_int_equal(access(HOSTILE_FILE, F_OK), -1);
        for (size_t f = 0; f < N_FILES; f++) {
            char *bytes = read_whole(directory, files[f]);
            assert_non_null(bytes);
            if (strstr(files[f], ".svg") != NULL || strstr(files[f], ".html") != NULL) {
                assert_balanced(bytes);
                assert_null(strstr(bytes, "<script"));
            }
            assert_null(strchr(bytes, '\033'));
            free(bytes);
        }
    }
    remove_report(directory);
}

static void gnuplot_that_never_ends(void **state)
{
    (void)state;
    static const char program[] = "#!/bin/sh\nexec /bin/sleep 1000\n";
    char directory[] = "/tmp/test-gnuplot.XXXXXX", file[64], search[4200], *svg;
    struct message message;
    assert_non_null(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/gnuplot", directory);
    assert_int_equal(write_file(file, program, sizeof program - 1, &message), STATUS_OK);
    assert_int_equal(chmod(file, 0755), 0);
    char *path = strdup(getenv("PATH") != NULL ? getenv("PATH") : "/usr/bin:/bin");
    snprintf(search, sizeof search, "%s:%s", directory, path);
    setenv("PATH", search, 1);
    int status = gnuplot_run("plot x", 6, 0.2, &svg, &message);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(status, STATUS_RUN);
    assert_null(svg);
    assert_string_equal(message.text,
                        "no pictures: gnuplot had not finished after 0.2 s and was stopped");
    unlink(file);
    rmdir(directory);
}

/* The same verdict, the same bytes; without gnuplot a report without pictures that says so. */
static void report_without_gnuplot(void **state)
{
    (void)state;
    char directory[] = "/tmp/test-report.XXXXXX";
    assert_non_null(mkdtemp(directory));
    char *path = strdup(getenv("PATH") != NULL ? getenv("PATH") : "/usr/bin:/bin");
    struct report_outcome outcome;
    struct message message;
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 17});
    setenv("PATH", "/nonexistent", 1);
    int status = report_write(&made.input, directory, &outcome, &message);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(status, STATUS_OK);
    assert_false(outcome.has_plots);
    assert_non_null(strstr(outcome.plot_note, "gnuplot"));
    char *page = read_whole(directory, "report.html");
    assert_non_null(strstr(page, "no pictures: gnuplot"));
    free(page);
    assert_int_equal(report_write(&made.input, directory, &outcome, &message), STATUS_OK);
    char *once[N_FILES];
    for (size_t f = 0; f < N_FILES; f++)
        once[f] = read_whole(directory, files[f]);
    assert_int_equal(report_write(&made.input, directory, &outcome, &message), STATUS_OK);
    for (size_t f = 0; f < N_FILES; f++) {
        char *twice = read_whole(directory, files[f]);
        if (once[f] != NULL)
            assert_string_equal(once[f], twice);
        else
            assert_true(!outcome.has_plots && f >= N_TEXT_FILES);
        free(once[f]);
        free(twice);
    }
    made_verdict_free(&made);
    remove_report(directory);
}

static void report_into_nowhere(void **state)
{
    (void)state;
    struct message message;
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 2, .empty = true});
    assert_int_equal(report_write(&made.input, "/dev/null/x", NULL, &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "/dev/null"));
    made_verdict_free(&made);
}

static void place_is_checked(void **state)
{
    (void)state;
    char directory[] = "/tmp/test-report.XXXXXX";
    struct message message;
    assert_non_null(mkdtemp(directory));
    assert_int_equal(report_check_place(directory, &message), STATUS_OK);
    assert_int_equal(rmdir(directory), 0); /* nothing was left in it */
    assert_int_equal(report_check_place("/dev/null/x", &message), STATUS_INPUT);
    assert_non_null(strstr(message.text, "/dev/null"));
}

/* ---- words ---- */

static void words(void **state)
{
    (void)state;
    char out[1200];
    words_count(out, sizeof out, 1204);
    assert_string_equal(out, "1,204");
    words_short_number(out, sizeof out, -5.76e-19);
    assert_string_equal(out, "0");
    words_short_number(out, sizeof out, -5.76e-4);
    assert_string_equal(out, "-0.000576");
    words_count(out, sizeof out, 999);
    assert_string_equal(out, "999");
    words_count(out, sizeof out, 1234567);
    assert_string_equal(out, "1,234,567");
    words_percent(out, sizeof out, 0.0004);
    assert_string_equal(out, "< 0.1 %");
    words_percent(out, sizeof out, 0.99995);
    assert_string_equal(out, "> 99.9 %");
    words_percent(out, sizeof out, NAN);
    assert_string_equal(out, "-");
    words_p_value(out, sizeof out, 0.0002);
    assert_string_equal(out, "< 0.001");
    words_p_interval(out, sizeof out, 0.31, 0.27, 0.36);
    assert_string_equal(out, "p = 0.31; 0.27 to 0.36 with other simulated logs");
    words_p_interval(out, sizeof out, 0.31, 0.31, 0.31);
    assert_string_equal(out, "p = 0.31");
    words_p_interval(out, sizeof out, 0.31, 0, 0); /* not worked out */
    assert_string_equal(out, "p = 0.31");
    words_number(out, sizeof out, 123456);
    assert_string_equal(out, "123456");
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 2, .empty = true});
    words_calibration(out, sizeof out, &made.verdict);
    assert_string_equal(out, "No trials were held out, so its calibration is unknown.");
    made_verdict_free(&made);
}

static void pair_says(double a, double b, double error, const char *lean)
{
    struct scenario_verdict *scenarios = made.verdict.scenarios;
    char out[2000], expected[200];
    scenarios[0].log10_bayes_factor = a;
    scenarios[1].log10_bayes_factor = b;
    scenarios[0].log10_bayes_factor_se = 0;
    scenarios[1].log10_bayes_factor_se = error;
    words_pair(out, sizeof out, &made.verdict, 0);
    snprintf(expected, sizeof expected, ": %s; of simulated logs of either, ", lean);
    if (strstr(out, expected) == NULL)
        fail_msg("expected \"%s\" in: %s", expected, out);
}

/* Which of two the evidence leans to, and whether by more than twice the error. */
static void a_pair_leans_with_its_error(void **state)
{
    (void)state;
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 3});
    pair_says(0, -0.3, 0.1, "this evidence speaks 2.0 to 1 for the first");
    pair_says(-0.3, 0, 0.1, "this evidence speaks 2.0 to 1 for the second");
    pair_says(0, -0.3, 0.2,
              "this evidence speaks 2.0 to 1 for the first (less than twice the error of that)");
    pair_says(0, -2, 0.1, "this evidence speaks 100 to 1 for the first");
    pair_says(0, -INFINITY, 0.1, "this evidence speaks more than 1000 to 1 for the first");
    pair_says(-INFINITY, -INFINITY, 0.1, "neither produces anything like this evidence");
    made_verdict_free(&made);
}

/* Two classes: "10 % for the second" is "90 % for the first". */
static void track_record_folds(void **state)
{
    (void)state;
    made_verdict_init(&made, &(struct made_options){.n_scenarios = 2, .empty = true});
    struct reliability_bin *bins = made.verdict.certificate.reliability;
    bins[1] = (struct reliability_bin){.weight = 100, .said = 0.08, .happened = 0.1};
    bins[18] = (struct reliability_bin){.weight = 300, .said = 0.92, .happened = 0.8};
    struct track_record record = track_record_near(&made.verdict, 0.9);
    assert_true(fabs(record.n_trials - 400) < 1e-9);
    assert_true(fabs(record.said - 0.92) < 1e-9);
    assert_true(fabs(record.happened - 0.825) < 1e-9);
    made_verdict_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(a_pair_leans_with_its_error),
        cmocka_unit_test(track_record_folds),
        cmocka_unit_test(text_tells_all),
        cmocka_unit_test(text_fits_and_is_clean),
        cmocka_unit_test(text_style_obeys_environment),
        cmocka_unit_test(json_has_the_schema),
        cmocka_unit_test(json_at_the_edges),
        cmocka_unit_test(facts_are_no_formulas),
        cmocka_unit_test(scripts_are_inert),
        cmocka_unit_test(page_is_well_formed),
        cmocka_unit_test(page_tells_all),
        cmocka_unit_test(page_about_a_log),
        cmocka_unit_test(place_is_checked),
        cmocka_unit_test(page_names_the_command),
        cmocka_unit_test(hostile_report),
        cmocka_unit_test(report_without_gnuplot),
        cmocka_unit_test(gnuplot_that_never_ends),
        cmocka_unit_test(report_into_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
