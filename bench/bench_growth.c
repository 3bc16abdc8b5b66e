/* bench_growth.c - how the cost of a trial grows with the window, the traffic, the parties and the
 * names, and that of a reference table with its rows.
 *
 *     build/bench/bench_growth
 *
 * CSV on stdout: "growth of AXIS,VALUE,median,low,high,unit,runs". Window, traffic and table: world
 * and statistics of the tests' tiny case, every default statistic. Parties and names: a case
 * written for the purpose, of `marketing-blast` and `scanners-only`, with counts alone as evidence,
 * so that the simulation is what is measured.
 */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/weigh/reference.h"
#include "tests/support/stopwatch.h"
#include "tests/support/tiny_case.h"

enum { RUNS = 5, LONG_TABLE = 100000, TABLE_COLUMNS = 20 };

static struct tiny_case tiny;

static void set_fixed(const char *path, double value)
{
    for (int i = 0; i < TINY_CASE_SCENARIOS; i++) {
        struct plan *plan = &tiny.scenarios[i].plan;
        uint32_t at = plan_find(plan, path);
        if (at == NO_INDEX)
            continue;
        plan->params[at].prior.kind = DIST_FIXED;
        plan->params[at].prior.p[0] = value;
    }
}

static void need(int status, const struct message *message)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", message->text);
    exit(status);
}

static double microseconds_per_trial(const struct case_file *file,
                                     const struct statistic_request *requests, size_t n,
                                     uint64_t trials)
{
    struct reference table;
    struct message message;
    struct reference_options options = {.seed = 1, .trials = trials, .threads = 1};
    double start = stopwatch_cpu_s();
    need(reference_fill(&table, file, requests, n, &options, &message), &message);
    double seconds = stopwatch_cpu_s() - start;
    reference_free(&table);
    return 1e6 * seconds / ((double)trials * file->n_scenarios);
}

static void measure(const char *axis, double value, const struct case_file *file,
                    const struct statistic_request *requests, size_t n, uint64_t trials)
{
    double us[RUNS];
    char name[80], what[40];
    int runs = trials < LONG_TABLE ? RUNS : 1;
    for (int i = 0; i < runs; i++)
        us[i] = microseconds_per_trial(file, requests, n, trials);
    snprintf(name, sizeof name, "growth of %s", axis);
    snprintf(what, sizeof what, "%g", value);
    stopwatch_line(name, what, us, (size_t)runs, "us per trial");
    fflush(stdout);
}

static void line(const char *axis, double value, uint64_t trials)
{
    measure(axis, value, &tiny.case_file, tiny.requests, tiny.n_requests, trials);
}

/* ---- cases of any size ---- */

static void write_names(FILE *out, int n)
{
    fputs("  names = ( { name = \"mail.sender.example\"; type = \"A\"; ttl = \"3600\"; }", out);
    for (int i = 1; i < n; i++)
        fprintf(out, ",\n    { name = \"x%d.sender.example\"; type = \"A\"; ttl = \"3600\"; }", i);
    fputs(" );\n  zones = ( { origin = \"sender.example\"; negative_ttl = \"900\"; } );\n", out);
}

static void write_parties(FILE *out, int n)
{
    fputs("  parties = ( { name = \"vendor\"; timezone = \"America/New_York\"; }", out);
    for (int i = 0; i < n; i++)
        fprintf(
            out,
            ",\n    { name = \"p%d\"; timezone = \"Europe/Moscow\"; gateway = \"postfix\";\n"
            "      resolvers = ( { address = \"198.51.%d.%d\"; software = \"unbound-1.17\"; } ); }",
            i, i / 250, 1 + i % 250);
    fputs(" );\n  hosts = ( { name = \"mail\"; party = \"vendor\"; hostname = "
          "\"mail.sender.example\"; } "
          ");\n  roles = { sender = [ \"vendor\" ]; recipient = [ \"p0\"",
          out);
    for (int i = 1; i < n; i++)
        fprintf(out, ", \"p%d\"", i);
    fputs(" ]; };\n", out);
}

static void write_case(const char *path, int parties, int names)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        exit(STATUS_RUN);
    fputs("case: {\n  title = \"Growth\";\n  window = { from = \"2016-05-04\"; until = "
          "\"2016-09-24\"; };\n",
          out);
    write_names(out, names);
    write_parties(out, parties);
    fputs("  sensors = ( { name = \"all\"; round = \"1 s\"; } );\n  scenarios = ( "
          "\"scenarios/marketing-blast.cfg\", \"scenarios/scanners-only.cfg\" );\n};\n",
          out);
    if (fclose(out) != 0)
        exit(STATUS_RUN);
}

static void measure_case(const char *axis, double value, int parties, int names)
{
    struct case_file file;
    struct statistic_request request;
    struct message message;
    char path[] = "/tmp/mxplain-bench-XXXXXX";
    int handle = mkstemp(path);
    if (handle < 0)
        exit(STATUS_RUN);
    close(handle);
    write_case(path, parties, names);
    need(case_load(&file, path, &message), &message);
    unlink(path);
    statistic_request_init(&request, statistic_find("count"), &file.world, 0);
    measure(axis, value, &file, &request, 1, 200);
    case_free(&file);
}

int main(void)
{
    const int32_t days[] = {5, 10, 20, 40, 80, 160, 320, 640};
    const double per_week[] = {0.1, 0.3, 1, 3, 10, 30};
    gsl_set_error_handler_off();
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        tiny_case_init(&tiny, days[i]);
        line("window in days", days[i], 200);
        tiny_case_free(&tiny);
    }
    for (size_t i = 0; i < sizeof per_week / sizeof *per_week; i++) {
        tiny_case_init(&tiny, 140);
        set_fixed("scanner.visitors_per_week", per_week[i]);
        set_fixed("campaign.sends_per_week", per_week[i]);
        line("sends per week", per_week[i], 100);
        tiny_case_free(&tiny);
    }
    for (int parties = 1; parties <= 32; parties *= 2) /* the most that one role may have */
        measure_case("parties", parties, parties, 1);
    for (int names = 1; names <= 4096; names *= 4)
        measure_case("names", names, 2, names);
    tiny_case_init(&tiny, 20);
    tiny.n_requests = TABLE_COLUMNS; /* a million rows fit into a small machine */
    for (uint64_t trials = 500; trials <= 500000; trials *= 10)
        line("table in rows", (double)trials * TINY_CASE_SCENARIOS, trials);
    tiny_case_free(&tiny);
    return 0;
}
