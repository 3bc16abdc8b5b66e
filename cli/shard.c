/* shard.c - `mxplain shard` and `mxplain merge`: one comparison on many machines.
 *
 * Trials depend only on their number, so machine K of N computes every N-th block into a database
 * of its own, and merging puts the blocks together; `compare --db` then finds them all.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/keep.h"
#include "cli/progress.h"
#include "cli/ranks.h"
#include "cli/shard.h"

struct settings {
    struct comparison what;
    const char *output;
    uint64_t of, index;
    bool has_index;
};

static int read_settings(struct settings *self, int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"of", required_argument, NULL, 'N'},
                                            {"index", required_argument, NULL, 'K'},
                                            {"output", required_argument, NULL, 'o'},
                                            COMPARISON_OPTIONS,
                                            {NULL, 0, NULL, 0}};
    int status = STATUS_OK;
    memset(self, 0, sizeof *self);
    comparison_init(&self->what, default_threads());
    for (int c; status == STATUS_OK && (c = getopt_long(argc, argv, "qo:", options, NULL)) != -1;) {
        self->has_index = self->has_index || c == 'K';
        if (c == 'N')
            status = option_u64("of", optarg, 1, 1000000, &self->of, message);
        else if (c == 'K')
            status = option_u64("index", optarg, 0, 999999, &self->index, message);
        else if (c == 'o')
            self->output = optarg;
        else
            status = comparison_option_take(&self->what, "shard", c, argv, message);
    }
    if (status != STATUS_OK)
        return status;
    if (self->of == 0 || !self->has_index || self->output == NULL)
        return fail(message, STATUS_INPUT, "shard: --of N, --index K and -o FILE are needed");
    if (self->index >= self->of)
        return fail(message, STATUS_INPUT,
                    "shard: --index %" PRIu64 " is not below --of %" PRIu64 ": count from 0",
                    self->index, self->of);
    return option_operand("shard", "case", argc, argv, &self->what.case_name, message);
}

int part_compute(const struct part *part, const struct case_file *case_file,
                 const struct evidence *evidence, struct message *message)
{
    struct keeper keeper = {0};
    struct reference reference = {0};
    struct progress_bar bar;
    int status =
        keeper_open(&keeper, part->output, case_file, evidence, part->seed, part->trials, message);
    if (status == STATUS_OK) {
        struct reference_options options = {.seed = part->seed,
                                            .trials = part->trials,
                                            .threads = (unsigned)part->threads,
                                            .shards = (uint32_t)part->of,
                                            .shard = (uint32_t)part->index,
                                            .store = keeper_blocks(&keeper),
                                            .progress = &bar.progress};
        progress_bar_start(&bar, "simulating", part->quiet);
        status = reference_fill(&reference, case_file, evidence->requests, evidence->n, &options,
                                message);
        progress_bar_end(&bar);
    }
    if (status == STATUS_OK && !part->quiet)
        fprintf(stderr, "%s: %" PRIu64 " blocks computed, %" PRIu64 " were there already\n",
                part->output, keeper.blocks.saved, keeper.blocks.loaded);
    reference_free(&reference);
    keeper_close(&keeper, status);
    return status;
}

static void tell(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "mxplain: %s\n", text);
}

static const struct store_notice notice = {NULL, tell};

static void rank_file(const char *db, int rank, const char *suffix, char *path, size_t size)
{
    snprintf(path, size, "%s.rank-%d%s", db, rank, suffix);
}

/* Files of a rank that did nothing more than this. */
static void remove_ranks(const char *db, int n)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char path[4200];
    for (int i = 0; i < 3 * n; i++) {
        rank_file(db, i / 3, suffixes[i % 3], path, sizeof path);
        unlink(path);
    }
}

static int gather(const char *db, int n, struct message *message)
{
    struct store into;
    char path[4200];
    int status = store_open(&into, db, STORE_WRITE, &notice, message);
    for (int i = 0; i < n && status == STATUS_OK; i++) {
        rank_file(db, i, "", path, sizeof path);
        status = store_merge(&into, path, NULL, message);
    }
    store_close(&into);
    if (status == STATUS_OK)
        remove_ranks(db, n);
    return status;
}

int part_compute_by_ranks(const struct part *whole, const struct case_file *case_file,
                          const struct evidence *evidence, struct message *message)
{
    char path[4200];
    struct part part = *whole;
    int n = ranks_count(), status;
    part.of = (uint64_t)n;
    part.index = (uint64_t)ranks_number();
    part.output = path;
    part.quiet = whole->quiet || ranks_number() > 0;
    if (whole->output == NULL) {
        status = fail(message, STATUS_INPUT,
                      "several processes need --db FILE to put their trials together");
    } else {
        rank_file(whole->output, ranks_number(), "", path, sizeof path);
        status = part_compute(&part, case_file, evidence, message);
    }
    int worst = ranks_worst(status);
    if (status == STATUS_OK && worst != STATUS_OK)
        return fail(message, worst, "another process failed");
    if (status == STATUS_OK && ranks_number() == 0)
        status = gather(whole->output, n, message);
    return status;
}

static int run_shard(int argc, char **argv, struct message *message)
{
    struct settings settings;
    struct case_file case_file = {0};
    struct evidence evidence = {0};
    int status = read_settings(&settings, argc, argv, message);
    if (status != STATUS_OK)
        return status;
    struct part part = {.output = settings.output,
                        .of = settings.of,
                        .index = settings.index,
                        .trials = settings.what.trials,
                        .seed = settings.what.seed,
                        .threads = settings.what.threads,
                        .quiet = settings.what.quiet};
    status = comparison_load(&settings.what, &case_file, &evidence, message);
    if (status == STATUS_OK)
        status = part_compute(&part, &case_file, &evidence, message);
    evidence_free(&evidence);
    case_free(&case_file);
    return status;
}

static int merge_all(const char *output, char **shards, int n, struct message *message)
{
    struct store into;
    struct merge_count count = {0};
    int status = store_open(&into, output, STORE_WRITE, &notice, message);
    for (int i = 0; i < n && status == STATUS_OK; i++)
        status = store_merge(&into, shards[i], &count, message);
    store_close(&into);
    if (status == STATUS_OK)
        printf("%s: %" PRIu64 " blocks taken over, %" PRIu64 " were there already, %" PRIu64
               " damaged and left out\n",
               output, count.copied, count.present, count.damaged);
    return status;
}

static int run_merge(int argc, char **argv, struct message *message)
{
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    const char *output = NULL;
    for (int c; (c = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
        if (c != 'o')
            return option_unknown("merge", argv, message);
        output = optarg;
    }
    if (output == NULL)
        return fail(message, STATUS_INPUT, "merge: -o FILE is needed: where the blocks go");
    if (optind == argc)
        return fail(message, STATUS_INPUT, "merge: name the databases of the shards");
    return merge_all(output, argv + optind, argc - optind, message);
}

const struct command command_shard = {
    "shard", "shard CASE --of N --index K -o FILE [OPTION...]",
    "Computes one part of a comparison's trials, for many machines",
    "  Part K (from 0) of N goes into the SQLite database FILE; a part that was interrupted goes "
    "on\n"
    "  there. `mxplain merge` puts the parts together, and `mxplain compare --db` uses them: "
    "case,\n"
    "  log, seed, scenarios and program must be the same everywhere.\n\n"
    "      --of N              number of parts\n"
    "      --index K           which part, from 0 to N - 1\n"
    "  -o, --output FILE       database of this part\n"
    "      --trials N          simulated logs per scenario, of all parts together (2000)\n"
    "      --seed S            random seed (1)\n"
    "      --threads T         worker threads (all processors)\n" COMPARISON_HELP_SCENARIO
    "      --elicited, --ledger, --weight NAME=W  as for compare: they do not change the trials\n"
    "  -q, --quiet             no progress\n",
    run_shard};

const struct command command_merge = {
    "merge", "merge -o FILE SHARD...", "Puts the databases of shards together",
    "  Copies the finished trials of every SHARD into the SQLite database FILE, which is made "
    "where\n"
    "  it does not exist. Damaged blocks are left out, and computed again by `mxplain compare`.\n\n"
    "  -o, --output FILE       where the trials go\n",
    run_merge};
