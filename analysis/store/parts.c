#include "analysis/store/parts.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/weigh/reference.h"

#define MAX_PARTS UINT64_C(1000000)
#define MAX_TRIALS UINT64_C(100000000)
#define MAX_LINES 20
#define MAX_NOTES 100 /* tables in one database; more are left out */

int store_note_parts(struct store *store, const struct table_parts *parts, struct message *message)
{
    struct sqlite3_stmt *statement;
    char hex[DIGEST_TEXT], key[160];
    digest_hex(parts->digest, hex);
    snprintf(key, sizeof key, "part %s %" PRIu64 " %" PRIu64, hex, parts->trials, parts->of);
    int status =
        store_prepare(store, "INSERT OR REPLACE INTO meta VALUES(?, ?)", &statement, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, (int64_t)parts->scenarios);
    status = store_begin(store, message);
    if (status == STATUS_OK) {
        status = store_run(store, statement, "noting a part", message);
        status = store_end(store, status, message);
    }
    sqlite3_finalize(statement);
    return status;
}

static bool from_hex(const char *text, uint8_t out[DIGEST_BYTES])
{
    for (int i = 0; i < DIGEST_BYTES; i++) {
        unsigned byte;
        if (strspn(text + 2 * i, "0123456789abcdef") < 2 || sscanf(text + 2 * i, "%2x", &byte) != 1)
            return false;
        out[i] = (uint8_t)byte;
    }
    return true;
}

/* A row (key, value) of meta as parts; false where it makes no sense: files come from anywhere. */
static bool read_note(struct sqlite3_stmt *row, struct table_parts *parts)
{
    const char *key = (const char *)sqlite3_column_text(row, 0);
    int64_t scenarios = sqlite3_column_int64(row, 1);
    size_t head = 5 + 2 * DIGEST_BYTES;
    char end;
    if (key == NULL || strlen(key) < head + 4 || strlen(key) > 150 ||
        !from_hex(key + 5, parts->digest) ||
        sscanf(key + head, " %9" SCNu64 " %7" SCNu64 "%c", &parts->trials, &parts->of, &end) != 2)
        return false;
    parts->scenarios = (uint64_t)scenarios;
    return parts->trials >= 1 && parts->trials <= MAX_TRIALS && parts->of >= 1 &&
           parts->of <= MAX_PARTS && scenarios >= 1 && scenarios <= CASE_MAX_SCENARIOS;
}

/* One table stands once in the list, with its most trials and parts. */
struct notes {
    struct table_parts *list;
    size_t n;
};

static int add_note(struct notes *notes, const struct table_parts *parts)
{
    size_t i = 0;
    while (i < notes->n && memcmp(notes->list[i].digest, parts->digest, DIGEST_BYTES) != 0)
        i++;
    if (i == MAX_NOTES)
        return STATUS_OK;
    if (i == notes->n) {
        struct table_parts *list = realloc(notes->list, (notes->n + 1) * sizeof *list);
        if (list == NULL)
            return STATUS_RUN;
        notes->list = list;
        notes->list[notes->n++] = *parts;
    }
    struct table_parts *old = &notes->list[i];
    if (parts->trials > old->trials || (parts->trials == old->trials && parts->of > old->of))
        *old = *parts;
    return STATUS_OK;
}

static int read_notes(struct store *store, struct notes *notes, struct message *message)
{
    struct sqlite3_stmt *row;
    struct table_parts parts;
    *notes = (struct notes){NULL, 0};
    int status = store_prepare(
        store, "SELECT key, value FROM meta WHERE key GLOB 'part *' ORDER BY key", &row, message);
    int code = SQLITE_DONE;
    while (status == STATUS_OK && (code = sqlite3_step(row)) == SQLITE_ROW)
        if (read_note(row, &parts) && add_note(notes, &parts) != STATUS_OK)
            status = fail(message, STATUS_RUN, "%s: out of memory for its parts", store->path);
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = store_fail(store, "reading what parts it has", message);
    sqlite3_finalize(row);
    return status;
}

int store_merge_parts(struct store *into, const char *path, struct table_parts *parts, bool *found,
                      struct message *message)
{
    struct store from;
    struct notes notes = {NULL, 0};
    *found = false;
    int status = store_open(&from, path, STORE_READ, &into->notice, message);
    if (status == STATUS_OK)
        status = read_notes(&from, &notes, message);
    for (size_t i = 0; status == STATUS_OK && i < notes.n; i++)
        status = store_note_parts(into, &notes.list[i], message);
    if (status == STATUS_OK && notes.n > 0) {
        *parts = notes.list[0];
        *found = true;
    }
    free(notes.list);
    store_close(&from);
    return status;
}

/* Strikes the blocks that are there off the list: here[number] becomes 1. */
static int find_blocks(struct store *store, const struct table_parts *parts, uint8_t *here,
                       struct message *message)
{
    struct sqlite3_stmt *row;
    uint64_t each = reference_blocks_per_scenario(parts->trials);
    int status = store_prepare(
        store, "SELECT scenario, first_trial, n_rows FROM blocks WHERE digest = ?", &row, message);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_blob(row, 1, parts->digest, DIGEST_BYTES, SQLITE_STATIC);
    int code;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        uint64_t scenario = (uint64_t)sqlite3_column_int64(row, 0);
        uint64_t first = (uint64_t)sqlite3_column_int64(row, 1);
        if (scenario >= parts->scenarios || first >= parts->trials || first % BLOCK_TRIALS != 0)
            continue;
        uint64_t left = parts->trials - first;
        uint64_t rows = (uint64_t)sqlite3_column_int64(row, 2);
        if (rows >= (left < BLOCK_TRIALS ? left : BLOCK_TRIALS))
            here[scenario * each + first / BLOCK_TRIALS] = 1;
    }
    if (code != SQLITE_DONE)
        status = store_fail(store, "counting its blocks", message);
    sqlite3_finalize(row);
    return status;
}

static void tell_part(const struct store *store, const struct table_parts *parts, uint64_t index,
                      uint64_t missing, uint64_t all)
{
    store_tell(store,
               "part %" PRIu64 " of %" PRIu64 " (--index %" PRIu64 "): %" PRIu64 " of %" PRIu64
               " blocks are missing",
               index + 1, parts->of, index, missing, all);
}

static void tell_table(const struct store *store, const struct table_parts *parts,
                       const uint8_t *here, uint64_t *missing)
{
    uint64_t n = parts->scenarios * reference_blocks_per_scenario(parts->trials), broken = 0;
    for (uint64_t part = 0; part < parts->of && part < n; part++) {
        uint64_t lacks = 0, all = 0;
        for (uint64_t i = part; i < n; i += parts->of, all++)
            lacks += !here[i];
        broken += lacks > 0;
        *missing += lacks;
        if (lacks > 0 && broken <= MAX_LINES)
            tell_part(store, parts, part, lacks, all);
    }
    if (broken > MAX_LINES)
        store_tell(store, "... and %" PRIu64 " more parts", broken - MAX_LINES);
}

int store_tell_missing(struct store *store, uint64_t *missing, struct message *message)
{
    struct notes notes;
    int status = read_notes(store, &notes, message);
    *missing = 0;
    for (size_t i = 0; status == STATUS_OK && i < notes.n; i++) {
        const struct table_parts *parts = &notes.list[i];
        uint8_t *here =
            calloc(parts->scenarios * reference_blocks_per_scenario(parts->trials) + 1, 1);
        if (here == NULL)
            status = fail(message, STATUS_RUN, "%s: out of memory for its parts", store->path);
        else
            status = find_blocks(store, parts, here, message);
        if (status == STATUS_OK)
            tell_table(store, parts, here, missing);
        free(here);
    }
    free(notes.list);
    return status;
}
