#include "analysis/store/fingerprint.h"

#include <gsl/gsl_version.h>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include "analysis/weigh/reference.h"

#ifndef MXPLAIN_SOURCES
#define MXPLAIN_SOURCES ""
#endif

const char *program_version(void)
{
    return MXPLAIN_VERSION;
}

void fingerprint_program(struct digest *digest)
{
    digest_text(digest, "mxplain " MXPLAIN_VERSION);
    digest_text(digest, MXPLAIN_SOURCES);
    digest_text(digest, gsl_version);
#if defined(__GLIBC__)
    digest_text(digest, gnu_get_libc_version());
#endif
}

static void add_set(struct digest *digest, const struct client_set *set)
{
    digest_add(digest, set->member, set->member != NULL ? set->n : 0);
    digest_number(digest, (set->member != NULL ? 1u : 0u) | (set->others ? 2u : 0u));
}

static void add_request(struct digest *digest, const struct statistic_request *request)
{
    digest_text(digest, request->statistic->name);
    digest_text(digest, request->label);
    digest_number(digest, request->sensor);
    add_set(digest, &request->who);
    add_set(digest, &request->other);
    digest_number(digest, (uint64_t)(int64_t)request->party);
    digest_number(digest, request->name);
    digest_number(digest, request->type);
    digest_number(digest, (uint64_t)request->from_us);
    digest_number(digest, (uint64_t)request->until_us);
    const struct param_row *row = request->statistic->params;
    for (int i = 0; row != NULL && row[i].name != NULL && i < STATISTIC_MAX_PARAMS; i++)
        digest_real(digest, request->param[i]);
}

/* The system's time zone rules are an input too: a newer tz database may move a working hour. */
static void add_timezone(struct digest *digest, const struct timezone_table *zone)
{
    digest_number(digest, (uint64_t)zone->n);
    for (int i = 0; i < zone->n; i++) {
        digest_number(digest, (uint64_t)zone->from_us[i]);
        digest_number(digest, (uint64_t)(int64_t)zone->offset_s[i]);
    }
}

static int add_files(struct digest *digest, const struct case_file *case_file,
                     struct message *message)
{
    int status = digest_file(digest, case_file->path, message);
    for (int i = 0; status == STATUS_OK && i < case_file->n_scenarios; i++) {
        digest_text(digest, case_file->scenarios[i].name);
        status = digest_file(digest, case_file->scenarios[i].path, message);
    }
    return status;
}

int fingerprint_table(const struct case_file *case_file, const struct statistic_request *requests,
                      size_t n, uint64_t seed, uint8_t out[DIGEST_BYTES], struct message *message)
{
    struct digest digest;
    digest_init(&digest);
    fingerprint_program(&digest);
    digest_number(&digest, BLOCK_TRIALS);
    digest_number(&digest, seed);
    int status = add_files(&digest, case_file, message);
    if (status != STATUS_OK)
        return status;
    const struct world *world = &case_file->world;
    for (uint32_t i = 0; i < world->n_parties; i++)
        add_timezone(&digest, &world->parties[i].timezone);
    digest_number(&digest, n);
    for (size_t i = 0; i < n; i++)
        add_request(&digest, &requests[i]);
    digest_end(&digest, out);
    return STATUS_OK;
}
