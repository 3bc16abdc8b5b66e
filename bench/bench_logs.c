/* bench_logs.c - what a row of a log costs, by the number of rows: to be read, and in the
 * statistics.
 *
 *     build/bench/bench_logs [MOST]        # rows; 1e7 unless said; 1e8 needs 4.3 GiB of memory
 *
 * CSV on stdout: "growth of log AXIS,ROWS,median,low,high,ns per row,runs". Reading: a CSV table
 * on disk, in files of a million rows, every row counted and its fields checked. Statistics: every
 * default statistic of a log in memory, 143 days, three resolvers and one stranger.
 */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analysis/ingest/ingest.h"
#include "tests/support/stopwatch.h"
#include "tests/support/tiny_case.h"

enum { MAX_RUNS = 5, DAYS = 143, PIECE = 1000000, MAX_PIECES = 1000 };

static struct tiny_case tiny;
static struct message message;

static void need(int status)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", message.text);
    exit(status);
}

static size_t runs_of(size_t rows)
{
    return rows <= 100000 ? MAX_RUNS : rows <= PIECE ? 3 : 1;
}

static void line(const char *axis, size_t rows, double *ns_per_row, size_t runs)
{
    char name[80], what[40];
    snprintf(name, sizeof name, "growth of log %s", axis);
    snprintf(what, sizeof what, "%zu", rows);
    stopwatch_line(name, what, ns_per_row, runs, "ns per row");
    fflush(stdout);
}

/* Row i of n: spread over the window with some jitter, sorted. */
static struct query make_row(struct rng *rng, size_t i, size_t n)
{
    const struct world *world = &tiny.case_file.world;
    double step_us = (double)(world->until_us - world->from_us) / (double)n;
    double u = rng_uniform(rng);
    uint32_t who = u < 0.4 ? 0 : u < 0.795 ? 1 : 2;
    struct query q = {.time_us =
                          world->from_us + (time_us)(((double)i + rng_uniform(rng)) * step_us),
                      .client = u < 0.998 ? world->resolvers[who].client : world->clients.count,
                      .type = TYPE_A};
    return q;
}

/* ---- statistics ---- */

static void fill_log(struct query_array *log, size_t rows)
{
    struct rng rng;
    rng_init(&rng, (struct rng_key){1, rows}, 1);
    need(query_array_reserve(log, rows));
    log->n = 0;
    for (size_t i = 0; i < rows; i++)
        log->q[log->n++] = make_row(&rng, i, rows);
}

static void measure_statistics(size_t rows)
{
    struct panel *panel;
    struct panel_space *space;
    struct query_array log = {0};
    double ns[MAX_RUNS], out[TINY_CASE_REQUESTS];
    size_t runs = runs_of(rows), repeats = rows < 100000 ? 100000 / rows : 1;
    fill_log(&log, rows);
    need(panel_create(&panel, &tiny.case_file.world, tiny.requests, tiny.n_requests, &message));
    need(panel_space_create(&space, panel));
    for (size_t r = 0; r < runs; r++) {
        double start = stopwatch_cpu_s();
        for (size_t k = 0; k < repeats; k++)
            need(panel_compute(panel, space, &log, out));
        ns[r] = 1e9 * (stopwatch_cpu_s() - start) / (double)(rows * repeats);
    }
    panel_space_free(space);
    panel_free(panel);
    query_array_free(&log);
    line("statistics", rows, ns, runs);
}

/* ---- reading ---- */

static void write_piece(const char *path, size_t rows)
{
    struct rng rng;
    const struct world *world = &tiny.case_file.world;
    FILE *out = fopen(path, "wb");
    if (out == NULL)
        exit(STATUS_RUN);
    rng_init(&rng, (struct rng_key){1, rows}, 1);
    fputs("time,client,name,type\n", out);
    for (size_t i = 0; i < rows; i++) {
        struct query q = make_row(&rng, i, rows);
        fprintf(out, "%lld.%06d,192.0.2.%u,%s,A\n", (long long)(q.time_us / US_PER_S),
                (int)(q.time_us % US_PER_S), (unsigned)q.client,
                intern_text(&world->names, q.name));
    }
    if (fclose(out) != 0)
        exit(STATUS_RUN);
}

static void measure_reading(const char *path, size_t rows)
{
    static const char *files[MAX_PIECES];
    double ns[MAX_RUNS];
    size_t piece = rows < PIECE ? rows : PIECE, runs = runs_of(rows);
    size_t repeats = rows < 100000 ? 100000 / rows : 1;
    struct ingest_options options = {.files = files, .n_files = rows / piece};
    write_piece(path, piece);
    for (size_t i = 0; i < options.n_files; i++)
        files[i] = path;
    for (size_t r = 0; r < runs; r++) {
        double start = stopwatch_cpu_s();
        for (size_t k = 0; k < repeats; k++) {
            struct ingest_report report;
            struct ingest_sink counted = {0};
            need(ingest_stream(&options, &counted, &report, &message));
            if (report.kept != rows) {
                fprintf(stderr, "%llu of %zu rows read\n", (unsigned long long)report.kept, rows);
                exit(STATUS_RUN);
            }
        }
        ns[r] = 1e9 * (stopwatch_cpu_s() - start) / (double)(rows * repeats);
    }
    line("reading", rows, ns, runs);
}

int main(int argc, char **argv)
{
    size_t most = argc > 1 ? (size_t)strtod(argv[1], NULL) : 10000000;
    char folder[] = "/tmp/mxplain-bench-XXXXXX", path[64];
    gsl_set_error_handler_off();
    if (most > (size_t)PIECE * MAX_PIECES || mkdtemp(folder) == NULL)
        return STATUS_INPUT;
    snprintf(path, sizeof path, "%s/rows.csv", folder);
    tiny_case_init(&tiny, DAYS);
    for (size_t rows = 1000; rows <= most; rows *= 10)
        measure_reading(path, rows);
    unlink(path);
    rmdir(folder);
    for (size_t rows = 1000; rows <= most; rows *= 10)
        measure_statistics(rows);
    tiny_case_free(&tiny);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "largest memory: %ld MiB\n", usage.ru_maxrss / 1024);
    return 0;
}
