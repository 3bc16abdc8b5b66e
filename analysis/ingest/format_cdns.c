#include <stdlib.h>

#include "analysis/ingest/reader.h"

/* C-DNS (RFC 8618), and its draft 0.5 as the compactor of dns-stats wrote it. A file is
 * ["C-DNS", preamble, [block ...]]; a block has tables, and queries that point into them. */

static int cdns_detect(struct text first)
{
    /* An array of three whose first item is the text "C-DNS". */
    return first.n > 7 && memcmp(first.at,
                                 "\x83\x65"
                                 "C-DNS",
                                 7) == 0
               ? 100
               : 0;
}

#ifdef HAVE_CBOR

#include <cbor.h>

enum { MAX_FILE = 256 * 1024 * 1024 };

/* Keys of the maps in one version of the format. Indices of draft 0.5 start at 1. */
struct cdns_version {
    uint64_t earliest_time;           /* of a block's preamble */
    uint64_t client, signature, name; /* of a query/response item */
    uint64_t flags, class_type;       /* of a signature */
    uint64_t base;                    /* of indices */
};

static const struct cdns_version version_1 = {0, 1, 4, 7, 4, 8, 0};
static const struct cdns_version draft_5 = {1, 2, 5, 9, 3, 7, 1};

enum { KEY_TIME_OFFSET = 0, KEY_SERVER = 0, KEY_TABLES = 2, KEY_QUERIES = 3, KEY_PREAMBLE = 0 };
enum { TABLE_ADDRESSES = 0, TABLE_CLASS_TYPES = 1, TABLE_NAMES = 2, TABLE_SIGNATURES = 3 };

/* --- Reading the tree that libcbor makes; every function takes NULL and gives NULL --- */

static const cbor_item_t *map_get(const cbor_item_t *map, uint64_t key)
{
    if (map == NULL || !cbor_isa_map(map))
        return NULL;
    const struct cbor_pair *pairs = cbor_map_handle(map);
    for (size_t i = 0; i < cbor_map_size(map); i++)
        if (cbor_isa_uint(pairs[i].key) && cbor_get_int(pairs[i].key) == key)
            return pairs[i].value;
    return NULL;
}

static size_t array_size(const cbor_item_t *array)
{
    return array != NULL && cbor_isa_array(array) ? cbor_array_size(array) : 0;
}

static const cbor_item_t *array_at(const cbor_item_t *array, uint64_t i)
{
    return i < array_size(array) ? cbor_array_handle(array)[i] : NULL;
}

static bool number(const cbor_item_t *item, uint64_t *value)
{
    if (item == NULL || !cbor_isa_uint(item))
        return false;
    *value = cbor_get_int(item);
    return true;
}

static struct text bytes_of(const cbor_item_t *item)
{
    if (item == NULL || !cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item))
        return text_slice("", 0);
    return text_slice((const char *)cbor_bytestring_handle(item), cbor_bytestring_length(item));
}

/* The entry of a table that the key of a map points to. */
static const cbor_item_t *entry(const cbor_item_t *tables, uint64_t table, const cbor_item_t *from,
                                uint64_t key, uint64_t base)
{
    uint64_t index;
    if (!number(map_get(from, key), &index) || index < base)
        return NULL;
    return array_at(map_get(tables, table), index - base);
}

/* --- Queries --- */

struct block {
    const struct cdns_version *version;
    const cbor_item_t *tables;
    uint64_t second, ticks, ticks_per_second;
};

/* A damaged file may hold any numbers: each step stays within 63 bits. */
static bool time_of(const struct block *block, const cbor_item_t *item, time_us *at)
{
    uint64_t offset, limit = UINT64_C(1) << 60;
    if (!number(map_get(item, KEY_TIME_OFFSET), &offset) || offset > limit)
        return false;
    uint64_t ticks = block->ticks + offset;
    uint64_t second = block->second + ticks / block->ticks_per_second;
    if (second > UINT64_C(7258118400)) /* 2200-01-01 */
        return false;
    uint64_t part = ticks % block->ticks_per_second;
    *at = (time_us)(second * 1000000 + part * 1000000 / block->ticks_per_second);
    return true;
}

static struct text address(const cbor_item_t *item, char buffer[static ADDRESS_TEXT_SIZE])
{
    struct text octets = bytes_of(item);
    uint8_t whole[16] = {0};
    if (octets.n == 0 || octets.n > 16)
        return text_slice("", 0);
    /* Where only a prefix was kept, the rest is zero. */
    memcpy(whole, octets.at, octets.n);
    return address_from_wire(whole, octets.n <= 4 ? 4 : 16, buffer);
}

static int query_item(struct reader *reader, const struct block *block, const cbor_item_t *item)
{
    enum { HAS_QUERY = 1 };
    const struct cdns_version *v = block->version;
    const cbor_item_t *signature =
        entry(block->tables, TABLE_SIGNATURES, item, v->signature, v->base);
    const cbor_item_t *class_type =
        entry(block->tables, TABLE_CLASS_TYPES, signature, v->class_type, v->base);
    struct text wire = bytes_of(entry(block->tables, TABLE_NAMES, item, v->name, v->base));
    char client[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];
    struct reader_query query = {.stamp = {.is_epoch = true}};
    struct name name;
    uint64_t flags = 0, type = 0;
    size_t end = 0;
    number(map_get(signature, v->flags), &flags);
    if (signature == NULL || (flags & HAS_QUERY) == 0)
        return signature == NULL ? reader_bad(reader, "an item without signature")
                                 : reader_answer(reader);
    if (wire.n == 0 || !number(map_get(class_type, 0), &type) || type > UINT16_MAX)
        return reader_other(reader); /* a query without a question */
    if (!time_of(block, item, &query.stamp.epoch_us))
        return reader_bad(reader, "an item without a sensible time");
    const char *wrong = name_from_wire(&name, (const uint8_t *)wire.at, wire.n, &end);
    if (wrong != NULL)
        return reader_bad(reader, wrong);
    query.client = address(entry(block->tables, TABLE_ADDRESSES, item, v->client, v->base), client);
    query.server =
        address(entry(block->tables, TABLE_ADDRESSES, signature, KEY_SERVER, v->base), server);
    if (query.client.n == 0)
        query.client = text_of("unknown");
    query.type = (uint16_t)type;
    query.name = &name;
    return reader_query(reader, &query);
}

static int read_block(struct reader *reader, const cbor_item_t *preamble,
                      const struct cdns_version *version, const cbor_item_t *item)
{
    struct block block = {
        .version = version, .tables = map_get(item, KEY_TABLES), .ticks_per_second = 1000000};
    const cbor_item_t *head = map_get(item, KEY_PREAMBLE), *queries = map_get(item, KEY_QUERIES);
    const cbor_item_t *earliest = map_get(head, version->earliest_time);
    uint64_t parameters = 0;
    number(map_get(head, 1), &parameters); /* which of the preamble's block parameters hold */
    if (version == &version_1)
        number(map_get(map_get(array_at(map_get(preamble, 3), parameters), 0), 0),
               &block.ticks_per_second);
    bool has_time = number(array_at(earliest, 0), &block.second) &&
                    number(array_at(earliest, 1), &block.ticks) &&
                    block.ticks < UINT64_C(1) << 60 && block.second < UINT64_C(1) << 60 &&
                    block.ticks_per_second > 0 && block.ticks_per_second <= 1000000000;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < array_size(queries); i++) {
        reader_next_record(reader);
        status = has_time ? query_item(reader, &block, array_at(queries, i))
                          : reader_bad(reader, "the block has no earliest time");
    }
    return status;
}

static int read_file(struct reader *reader, const cbor_item_t *root)
{
    const cbor_item_t *preamble = array_at(root, 1), *blocks = array_at(root, 2);
    uint64_t major = UINT64_MAX, minor = 0;
    int status = STATUS_OK;
    number(map_get(preamble, 0), &major);
    number(map_get(preamble, 1), &minor);
    const struct cdns_version *version = major == 1                 ? &version_1
                                         : major == 0 && minor == 5 ? &draft_5
                                                                    : NULL;
    if (version == NULL)
        return fail(reader->message, STATUS_INPUT,
                    "%s: C-DNS of an unknown version; expected 1.x (RFC 8618) or draft 0.5",
                    reader->file);
    for (size_t i = 0; status == STATUS_OK && i < array_size(blocks); i++)
        status = read_block(reader, preamble, version, array_at(blocks, i));
    return status;
}

/* --- Loading --- */

/* libcbor makes room for as many items as an array or map claims to have. All items of a file
 * together cannot be more than its bytes: a file that claims more is damaged, and is refused before
 * it costs memory. */
struct claims {
    size_t items;
    size_t limit;
};

static void claim(void *context, size_t items)
{
    struct claims *self = context;
    self->items = items > self->limit || self->items + items > self->limit ? self->limit + 1
                                                                           : self->items + items;
}

static void claim_pairs(void *context, size_t pairs)
{
    claim(context, pairs);
    claim(context, pairs);
}

static bool claims_are_honest(const unsigned char *bytes, size_t n)
{
    struct cbor_callbacks callbacks = cbor_empty_callbacks;
    struct claims claims = {0, n};
    callbacks.array_start = claim;
    callbacks.map_start = claim_pairs;
    for (size_t at = 0; at < n;) {
        struct cbor_decoder_result result =
            cbor_stream_decode(bytes + at, n - at, &callbacks, &claims);
        if (result.status != CBOR_DECODER_FINISHED || result.read == 0 || claims.items > n)
            return false;
        at += result.read;
    }
    return true;
}

/* Reads the rest of the input into memory; the caller frees *bytes. */
static int slurp(struct reader *reader, unsigned char **bytes, size_t *n)
{
    size_t size = 64 * 1024, got;
    *n = 0;
    *bytes = malloc(size);
    while (*bytes != NULL && (got = input_read(reader->input, *bytes + *n, size - *n)) > 0) {
        *n += got;
        if (*n > MAX_FILE)
            return fail(reader->message, STATUS_INPUT,
                        "%s: larger than 256 MiB; split the C-DNS file", reader->file);
        if (*n < size)
            continue;
        unsigned char *bigger = realloc(*bytes, size * 2);
        if (bigger == NULL)
            return fail(reader->message, STATUS_RUN, "out of memory");
        *bytes = bigger;
        size *= 2;
    }
    return *bytes != NULL ? STATUS_OK : fail(reader->message, STATUS_RUN, "out of memory");
}

static int cdns_stream(struct reader *reader)
{
    unsigned char *bytes = NULL;
    size_t n = 0;
    cbor_item_t *root = NULL;
    struct cbor_load_result result;
    int status = slurp(reader, &bytes, &n);
    if (status != STATUS_OK)
        goto out;
    if (claims_are_honest(bytes, n))
        root = cbor_load(bytes, n, &result);
    status = root != NULL ? read_file(reader, root)
                          : fail(reader->message, STATUS_INPUT,
                                 "%s: the CBOR data are damaged or cut off", reader->file);
out:
    if (root != NULL)
        cbor_decref(&root);
    free(bytes);
    return status;
}

#else

static int cdns_stream(struct reader *reader)
{
    return fail(reader->message, STATUS_INPUT, "%s: this build cannot read C-DNS", reader->file);
}

#endif

const struct log_format format_cdns = {
    .name = "cdns",
    .title = "C-DNS (RFC 8618), also draft 0.5",
    .summary = "Query and response pairs; addresses may be cut to a prefix.",
    .columns = COLUMN_TIME | COLUMN_CLIENT | COLUMN_NAME | COLUMN_TYPE | COLUMN_SERVER,
#ifndef HAVE_CBOR
    .missing = "libcbor",
#endif
    .detect = cdns_detect,
    .stream = cdns_stream,
};
