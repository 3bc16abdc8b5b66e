/* bench_trial.c - what one trial of a case costs, all in, and what stands around it.
 *
 *     build/bench/bench_trial [CASE.cfg [TRIALS [trials]]]
 *
 * CSV on stdout: median over trials of the CPU time from the draw of the parameters to the row of
 * statistics (low and high: 5 % and 95 % of trials), its parts; and, without the word `trials`, the
 * cost of the reference table above them, and two threads against one. That cost is small beside
 * the noise of whole trials: rows and blocks are measured where a trial is short (the tests' tiny
 * case, whole blocks), storing by the time inside the store.
 */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/config/case.h"
#include "analysis/store/blocks.h"
#include "analysis/weigh/evidence.h"
#include "sim/trial.h"
#include "tests/support/stopwatch.h"
#include "tests/support/tiny_case.h"

enum { RUNS = 7, MAX_REQUESTS = 2000, SHORT_TRIALS = 5000 };

struct bench {
    struct case_file file;
    struct evidence evidence;
    struct statistic_request *requests;
    size_t n_requests;
    struct client_sets *sets;
    size_t n_trials;
    struct message message;
};

static void need(const struct bench *self, int status)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", self->message.text);
    exit(status);
}

/* The case's own requests, or every default statistic where it has no evidence. */
static void prepare(struct bench *self, const char *path)
{
    need(self, case_load(&self->file, path, &self->message));
    if (self->file.evidence != EVIDENCE_NONE) {
        need(self, evidence_load(&self->evidence, &self->file, &self->message));
        self->requests = self->evidence.requests;
        self->n_requests = self->evidence.n;
    } else {
        const struct statistic *left_out[64];
        size_t n_left_out = 0;
        self->requests = calloc(MAX_REQUESTS, sizeof *self->requests);
        if (self->requests == NULL)
            exit(STATUS_RUN);
        need(self, default_requests(&self->file.world, 0, 31, US_PER_S, self->requests,
                                    MAX_REQUESTS, &self->n_requests, &self->sets, left_out,
                                    &n_left_out, &self->message));
    }
}

static void print_part(const char *scenario, const char *part, double *us, size_t n)
{
    char what[160];
    snprintf(what, sizeof what, "%s %s", scenario, part);
    double median = stopwatch_quantile(us, n, 0.5);
    printf("trial,%s,%.4g,%.4g,%.4g,us,%zu\n", what, median, us[n / 20], us[n - 1 - n / 20], n);
}

/* A trial records what the panel reads, as in the reference table. */
static void want(const struct panel *panel, struct trial *trial)
{
    uint8_t wanted[UINT8_MAX] = {0};
    if (trial->world->n_sensors > sizeof wanted)
        exit(STATUS_RUN);
    panel_wanted(panel, wanted);
    trial_want(trial, wanted);
}

struct times {
    double *world, *statistics, *all;
};

/* The times of n trials of one scenario are written from position `at` on. */
static void measure_scenario(struct bench *self, const struct scenario *scenario,
                             const struct panel *panel, struct panel_space *space,
                             struct times times, size_t at)
{
    struct trial trial;
    double *row = calloc(self->n_requests + 1, sizeof *row);
    need(self, row != NULL ? trial_init(&trial, &self->file.world) : STATUS_RUN);
    want(panel, &trial);
    for (size_t i = 0; i < 50 + self->n_trials; i++) {
        size_t to = at + (i < 50 ? 0 : i - 50); /* the first 50 warm up */
        double start = stopwatch_cpu_s();
        need(self, trial_run(&trial, &scenario->plan, 1, i, &self->message));
        double middle = stopwatch_cpu_s();
        need(self, panel_compute_wanted(panel, space, trial.logs, trial.tallies, row));
        double end = stopwatch_cpu_s();
        times.world[to] = 1e6 * (middle - start);
        times.statistics[to] = 1e6 * (end - middle);
        times.all[to] = 1e6 * (end - start);
    }
    free(row);
    trial_free(&trial);
}

static void measure_trials(struct bench *self)
{
    struct panel *panel;
    struct panel_space *space;
    size_t n = self->n_trials, n_all = n * (size_t)self->file.n_scenarios;
    double *memory = calloc(3 * n_all, sizeof *memory);
    if (memory == NULL)
        exit(STATUS_RUN);
    struct times times = {memory, memory + n_all, memory + 2 * n_all};
    need(self,
         panel_create(&panel, &self->file.world, self->requests, self->n_requests, &self->message));
    need(self, panel_space_create(&space, panel));
    for (int i = 0; i < self->file.n_scenarios; i++) {
        size_t at = (size_t)i * n;
        const struct scenario *scenario = &self->file.scenarios[i];
        measure_scenario(self, scenario, panel, space, times, at);
        print_part(scenario->name, "world", times.world + at, n);
        print_part(scenario->name, "statistics", times.statistics + at, n);
        print_part(scenario->name, "all", times.all + at, n);
    }
    print_part("every scenario", "world", times.world, n_all);
    print_part("every scenario", "statistics", times.statistics, n_all);
    print_part("every scenario", "all", times.all, n_all);
    panel_space_free(space);
    panel_free(panel);
    free(memory);
}

/* One whole table; CPU seconds of this thread, or wall seconds where there are several. */
static double fill(struct bench *self, unsigned threads, const struct block_store *store)
{
    struct reference table;
    struct reference_options options = {
        .seed = 1, .trials = self->n_trials, .threads = threads, .store = store};
    double cpu = stopwatch_cpu_s(), wall = stopwatch_wall_s();
    need(self, reference_fill(&table, &self->file, self->requests, self->n_requests, &options,
                              &self->message));
    cpu = stopwatch_cpu_s() - cpu;
    wall = stopwatch_wall_s() - wall;
    reference_free(&table);
    return threads == 1 ? cpu : wall;
}

/* Model and statistics alone, the same trials: what the table's cost is measured against. */
static double bare(struct bench *self)
{
    struct trial trial;
    struct panel *panel;
    struct panel_space *space;
    double *row = calloc(self->n_requests + 1, sizeof *row);
    need(self, row != NULL ? trial_init(&trial, &self->file.world) : STATUS_RUN);
    need(self,
         panel_create(&panel, &self->file.world, self->requests, self->n_requests, &self->message));
    need(self, panel_space_create(&space, panel));
    want(panel, &trial);
    double start = stopwatch_cpu_s();
    for (int s = 0; s < self->file.n_scenarios; s++)
        for (size_t i = 0; i < self->n_trials; i++) {
            need(self, trial_run(&trial, &self->file.scenarios[s].plan, 1, i, &self->message));
            need(self, panel_compute_wanted(panel, space, trial.logs, trial.tallies, row));
        }
    double end = stopwatch_cpu_s();
    panel_space_free(space);
    panel_free(panel);
    trial_free(&trial);
    free(row);
    return end - start;
}

/* A store that adds up the CPU time of its saves. */
struct timed_store {
    struct block_store inner;
    double saving_s;
};

static int timed_save(void *context, uint32_t scenario, uint64_t first_trial, size_t n_rows,
                      size_t n_columns, const double *rows, struct message *message)
{
    struct timed_store *self = context;
    double start = stopwatch_cpu_s();
    int status = self->inner.save(self->inner.context, scenario, first_trial, n_rows, n_columns,
                                  rows, message);
    self->saving_s += stopwatch_cpu_s() - start;
    return status;
}

static int pass_load(void *context, uint32_t scenario, uint64_t first_trial, size_t n_rows,
                     size_t n_columns, double *rows, bool *found, struct message *message)
{
    struct timed_store *self = context;
    return self->inner.load(self->inner.context, scenario, first_trial, n_rows, n_columns, rows,
                            found, message);
}

/* CPU seconds spent in saving; with `again`, of a second table that is only loaded. */
static double fill_stored(struct bench *self, bool again)
{
    static const uint8_t key[DIGEST_BYTES];
    struct store store;
    struct store_blocks blocks;
    char path[] = "/tmp/mxplain-bench-XXXXXX";
    if (mkdtemp(path) == NULL)
        exit(STATUS_RUN);
    char file[64], command[64];
    snprintf(file, sizeof file, "%s/run.db", path);
    need(self, store_open(&store, file, STORE_WRITE, NULL, &self->message));
    need(self, store_blocks_open(&blocks, &store, key, &self->message));
    struct timed_store timed = {.inner = store_blocks_interface(&blocks)};
    struct block_store face = {.context = &timed, .load = pass_load, .save = timed_save};
    double seconds = fill(self, 1, &face);
    seconds = again ? fill(self, 1, &face) : timed.saving_s;
    store_blocks_close(&blocks);
    store_close(&store);
    snprintf(command, sizeof command, "rm -rf %s", path);
    if (system(command) != 0)
        exit(STATUS_RUN);
    return seconds;
}

/* Pairs of runs, one after the other, so that a change of clock speed hits both. */
static void measure_table(struct bench *self)
{
    double trials = (double)self->n_trials * self->file.n_scenarios;
    double short_trials = (double)SHORT_TRIALS * TINY_CASE_SCENARIOS;
    static struct tiny_case tiny;
    tiny_case_init(&tiny, 5);
    struct bench small = {.file = tiny.case_file,
                          .requests = tiny.requests,
                          .n_requests = tiny.n_requests,
                          .n_trials = SHORT_TRIALS};
    double table[RUNS], stored[RUNS], loaded[RUNS], threads[RUNS], whole[RUNS];
    for (int i = 0; i < RUNS; i++) {
        double alone = bare(self);
        double short_alone = bare(&small);
        double short_table = fill(&small, 1, NULL);
        double wall = stopwatch_wall_s();
        fill(self, 1, NULL);
        wall = stopwatch_wall_s() - wall;
        whole[i] = 1e6 * alone / trials;
        table[i] = 1e6 * (short_table - short_alone) / short_trials;
        stored[i] = 1e6 * fill_stored(&small, false) / short_trials;
        loaded[i] = 1e6 * fill_stored(self, true) / trials;
        threads[i] = wall / fill(self, 2, NULL);
    }
    stopwatch_line("table", "model and statistics; mean per trial", whole, RUNS, "us");
    stopwatch_line("table", "rows and blocks above that; per trial", table, RUNS, "us");
    stopwatch_line("table", "storing in SQLite above that; per trial", stored, RUNS, "us");
    stopwatch_line("table", "loading from SQLite instead; per trial", loaded, RUNS, "us");
    stopwatch_line("table", "one thread against two (wall)", threads, RUNS, "times");
    tiny_case_free(&tiny);
}

int main(int argc, char **argv)
{
    static struct bench self;
    gsl_set_error_handler_off();
    self.n_trials = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    if (self.n_trials < 20)
        self.n_trials = 20;
    prepare(&self, argc > 1 ? argv[1] : "scenarios/cases/alfa-2016.cfg");
    fprintf(stderr, "%d scenarios, %zu statistics\n", self.file.n_scenarios, self.n_requests);
    measure_trials(&self);
    if (argc < 4)
        measure_table(&self);
    if (self.evidence.requests == NULL)
        free(self.requests);
    evidence_free(&self.evidence);
    client_sets_free(self.sets);
    case_free(&self.file);
    return 0;
}
