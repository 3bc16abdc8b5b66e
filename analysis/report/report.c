#include "analysis/report/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/report/examples.h"
#include "analysis/report/report_html.h"
#include "analysis/report/report_json.h"
#include "analysis/report/report_plot.h"
#include "analysis/report/report_text.h"
#include "analysis/report/write_file.h"

/* What the printers of single files need. */
struct content {
    const struct report_input *input;
    const struct report_plots *plots;
    const char *plot_note;
};

static int print_page(FILE *out, const void *context, struct message *message)
{
    const struct content *content = context;
    (void)message;
    report_html_print(out, content->input, content->plots, content->plot_note);
    return STATUS_OK;
}

static int print_json(FILE *out, const void *context, struct message *message)
{
    const struct content *content = context;
    return report_json_print(out, content->input->verdict, content->input->version, message);
}

static int print_text(FILE *out, const void *context, struct message *message)
{
    const struct content *content = context;
    const struct text_style style = text_style_file();
    (void)message;
    report_text_print(out, content->input->verdict, NULL, &style);
    return STATUS_OK;
}

static int print_facts(FILE *out, const void *context, struct message *message)
{
    const struct content *content = context;
    (void)message;
    report_facts_csv_print(out, content->input->verdict->evidence);
    return STATUS_OK;
}

static char *join(const char *directory, const char *name)
{
    size_t length = strlen(directory);
    size_t room = length + strlen(name) + 2;
    char *path = malloc(room);
    if (path != NULL)
        snprintf(path, room, "%s%s%s", directory,
                 length > 0 && directory[length - 1] == '/' ? "" : "/", name);
    return path;
}

static int write_one(const char *directory, const char *name, content_printer *print,
                     const struct content *content, struct message *message)
{
    char *path = join(directory, name);
    int status = path != NULL ? write_printed_file(path, print, content, message)
                              : fail(message, STATUS_RUN, "out of memory while writing a report");
    free(path);
    return status;
}

/* A picture that cannot be drawn this time must not stay from an earlier one. */
static int write_plot(const char *directory, int plot, const char *svg, struct message *message)
{
    char name[80];
    snprintf(name, sizeof name, "plots/%s.svg", plot_kinds[plot].name);
    char *path = join(directory, name);
    int status = STATUS_OK;
    if (path == NULL)
        return fail(message, STATUS_RUN, "out of memory while writing a report");
    if (svg != NULL)
        status = write_file(path, svg, strlen(svg), message);
    else
        unlink(path);
    free(path);
    return status;
}

static int write_plots(const char *directory, const struct report_plots *plots,
                       struct message *message)
{
    char *path = join(directory, "plots");
    int status = path != NULL ? make_directory(path, message)
                              : fail(message, STATUS_RUN, "out of memory while writing a report");
    free(path);
    for (int i = 0; status == STATUS_OK && i < PLOT_COUNT; i++)
        status = write_plot(directory, i, plots->svg[i], message);
    return status;
}

/* The page comes last: where it is, everything else is too. */
static int write_all(const char *directory, const struct content *content, struct message *message)
{
    static const struct {
        const char *name;
        content_printer *print;
    } files[] = {{"verdict.json", print_json},
                 {"verdict.txt", print_text},
                 {"facts.csv", print_facts},
                 {"report.html", print_page}};
    int status = make_directory(directory, message);
    if (status == STATUS_OK)
        status = write_plots(directory, content->plots, message);
    for (size_t i = 0; status == STATUS_OK && i < sizeof files / sizeof *files; i++)
        status = write_one(directory, files[i].name, files[i].print, content, message);
    return status;
}

static int draw(struct report_plots *plots, struct report_input *input, struct examples *examples,
                struct message *message)
{
    const struct verdict *verdict = input->verdict;
    int status = STATUS_OK;
    if (input->examples == NULL && input->case_file != NULL && input->reference != NULL) {
        status = examples_make(examples, input->case_file, verdict->evidence, input->reference,
                               verdict->seed, message);
        input->examples = &examples->days;
    }
    return status == STATUS_OK ? report_plots_draw(plots, input, message) : status;
}

int report_write(const struct report_input *input, const char *directory,
                 struct report_outcome *outcome, struct message *message)
{
    struct report_input all = *input;
    struct report_plots plots = {{NULL}};
    struct examples examples = {.trial = NULL};
    struct message note = {""};
    bool drawn = draw(&plots, &all, &examples, &note) == STATUS_OK;
    struct content content = {.input = &all, .plots = &plots, .plot_note = drawn ? "" : note.text};
    int status = write_all(directory, &content, message);
    if (outcome != NULL) {
        char *path = join(directory, "report.html");
        snprintf(outcome->html_path, sizeof outcome->html_path, "%s", path != NULL ? path : "");
        snprintf(outcome->plot_note, sizeof outcome->plot_note, "%.299s", content.plot_note);
        outcome->has_plots = drawn;
        free(path);
    }
    report_plots_free(&plots);
    examples_free(&examples);
    return status;
}

int report_check_place(const char *directory, struct message *message)
{
    char *path = join(directory, ".mxplain-was-here");
    int status = path != NULL ? make_directory(directory, message)
                              : fail(message, STATUS_RUN, "out of memory");
    if (status == STATUS_OK)
        status = write_file(path, "", 0, message);
    if (status == STATUS_OK)
        unlink(path);
    free(path);
    return status;
}
