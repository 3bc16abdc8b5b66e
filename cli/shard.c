/* shard.c - `mxplain shard`: one part of a comparison, for many machines.
 *
 * Trials depend only on their number, so machine K of N computes every N-th block into a database
 * of its own, and merging puts the blocks together; `compare --db` then finds them all.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/store/parts.h"
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/keep.h"
#include "cli/progress.h"
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

static int note_parts(const struct part *part, const struct case_file *case_file,
                      struct keeper *keeper, struct message *message)
{
    struct table_parts parts = {.trials = part->what->trials,
                                .of = part->of,
                                .scenarios = (uint64_t)case_file->n_scenarios};
    memcpy(parts.digest, keeper->blocks.digest, sizeof parts.digest);
    return store_note_parts(&keeper->store, &parts, message);
}

int part_compute(const struct part *part, const struct case_file *case_file,
                 const struct evidence *evidence, struct message *message)
{
    const struct comparison *what = part->what;
    struct keeper keeper = {0};
    struct reference reference = {0};
    struct progress_bar bar;
    int status =
        keeper_open(&keeper, part->output, case_file, evidence, what->seed, what->trials, message);
    if (status == STATUS_OK && part->of > 0)
        status = note_parts(part, case_file, &keeper, message);
    if (status == STATUS_OK) {
        struct reference_options options = {.seed = what->seed,
                                            .trials = what->trials,
                                            .threads = (unsigned)what->threads,
                                            .wanted = part->wanted,
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

const struct store_notice notice_on_error = {NULL, tell};

/* Every N-th block, from number K on. */
static int compute_part(const struct settings *settings, const struct case_file *case_file,
                        const struct evidence *evidence, struct message *message)
{
    uint64_t n = reference_blocks(case_file, settings->what.trials);
    uint8_t *wanted = calloc(n + 1, 1);
    if (wanted == NULL)
        return fail(message, STATUS_RUN, "out of memory for %" PRIu64 " blocks", n);
    for (uint64_t i = settings->index; i < n; i += settings->of)
        wanted[i] = 1;
    struct part part = {.what = &settings->what,
                        .output = settings->output,
                        .wanted = wanted,
                        .of = settings->of,
                        .quiet = settings->what.quiet};
    int status = part_compute(&part, case_file, evidence, message);
    free(wanted);
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
    status = comparison_load(&settings.what, &case_file, &evidence, message);
    if (status == STATUS_OK)
        status = compute_part(&settings, &case_file, &evidence, message);
    evidence_free(&evidence);
    case_free(&case_file);
    return status;
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
