#include "cli/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/report_json.h"
#include "analysis/store/fingerprint.h"

static void tell(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "mxplain: %s\n", text);
}

int keeper_open(struct keeper *self, const char *path, const struct case_file *case_file,
                const struct evidence *evidence, uint64_t seed, uint64_t trials,
                struct message *message)
{
    static const struct store_notice notice = {NULL, tell};
    memset(self, 0, sizeof *self);
    if (path == NULL)
        return STATUS_OK;
    struct store_run_info info = {.case_path = case_file->path,
                                  .case_title = case_file->title,
                                  .seed = seed,
                                  .trials = trials};
    self->active = true;
    int status = store_open(&self->store, path, STORE_WRITE, &notice, message);
    if (status == STATUS_OK)
        status = fingerprint_table(case_file, evidence->requests, evidence->n, seed, info.digest,
                                   message);
    if (status == STATUS_OK)
        status = store_blocks_open(&self->blocks, &self->store, info.digest, message);
    if (status == STATUS_OK)
        status = store_begin_run(&self->store, &info, &self->run, message);
    if (status == STATUS_OK)
        self->interface = store_blocks_interface(&self->blocks);
    return status;
}

void keeper_close(struct keeper *self, int outcome)
{
    struct message ignored; /* the outcome itself has been told */
    if (!self->active)
        return;
    if (self->run > 0)
        store_finish_run(&self->store, self->run, outcome, &ignored);
    store_blocks_close(&self->blocks);
    store_close(&self->store);
    self->active = false;
}

const struct block_store *keeper_blocks(const struct keeper *self)
{
    return self->active ? &self->interface : NULL;
}

int keeper_verdict(struct keeper *self, const struct verdict *verdict, struct message *message)
{
    if (!self->active)
        return STATUS_OK;
    char *json = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&json, &size);
    if (memory == NULL)
        return fail(message, STATUS_RUN, "out of memory for the verdict");
    int status = report_json_print(memory, verdict, MXPLAIN_VERSION, message);
    if (fclose(memory) != 0 && status == STATUS_OK)
        status = fail(message, STATUS_RUN, "out of memory for the verdict");
    if (status == STATUS_OK)
        status = store_save_verdict(&self->store, self->run, json, verdict->sentence, message);
    free(json);
    return status;
}
