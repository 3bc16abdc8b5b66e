/* merge.c - `mxplain merge`: the databases of shards put together. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analysis/store/blocks.h"
#include "analysis/store/parts.h"
#include "cli/command.h"
#include "cli/shard.h"

/* The first part that says which table it belongs to; the others are held against it. */
struct first {
    const char *path;
    struct table_parts parts;
};

static void compare_with_first(struct first *first, const char *path,
                               const struct table_parts *parts)
{
    if (first->path == NULL)
        *first = (struct first){path, *parts};
    else if (memcmp(first->parts.digest, parts->digest, DIGEST_BYTES) != 0)
        fprintf(stderr,
                "mxplain: %s belongs to another comparison than %s (case, log, seed, scenarios or "
                "program differ): both are kept, and do not mix\n",
                path, first->path);
    else if (first->parts.trials != parts->trials)
        fprintf(stderr,
                "mxplain: %s was made with --trials %" PRIu64 ", %s with --trials %" PRIu64 "\n",
                path, parts->trials, first->path, first->parts.trials);
}

static int merge_one(struct store *into, const char *path, struct first *first,
                     struct merge_count *count, struct message *message)
{
    struct table_parts parts;
    bool found = false;
    int status = store_merge(into, path, count, message);
    if (status == STATUS_OK)
        status = store_merge_parts(into, path, &parts, &found, message);
    if (status == STATUS_OK && found)
        compare_with_first(first, path, &parts);
    return status;
}

static int merge_all(const char *output, char **shards, int n, struct message *message)
{
    struct store into;
    struct first first = {0};
    struct merge_count count = {0};
    uint64_t missing = 0;
    int status = store_open(&into, output, STORE_WRITE, &notice_on_error, message);
    for (int i = 0; i < n && status == STATUS_OK; i++)
        status = merge_one(&into, shards[i], &first, &count, message);
    if (status == STATUS_OK)
        status = store_tell_missing(&into, &missing, message);
    store_close(&into);
    if (status == STATUS_OK)
        printf("%s: %" PRIu64 " blocks taken over, %" PRIu64 " were there already, %" PRIu64
               " damaged and left out%s\n",
               output, count.copied, count.present, count.damaged,
               missing > 0 ? "; compare will compute what is missing" : "");
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

const struct command command_merge = {
    "merge", "merge -o FILE SHARD...", "Puts the databases of shards together",
    "  Copies the finished trials of every SHARD into the SQLite database FILE, which is made "
    "where\n"
    "  it does not exist. Damaged blocks are left out. Says which parts are missing or not "
    "finished;\n"
    "  `mxplain compare` computes what is not there.\n\n"
    "  -o, --output FILE       where the trials go\n",
    run_merge};
