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

/* A block has 10,000 queries by default, some 20 items each with its tables. libcbor takes about 80
 * bytes for an item of one byte: a small file could otherwise take all memory. */
enum { MAX_FILE = 256 * 1024 * 1024, MAX_ITEMS = 4 * 1024 * 1024, MAX_DEPTH = 64, MAX_KEYS = 256 };

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
enum {
    TABLE_ADDRESSES = 0,
    TABLE_CLASS_TYPES = 1,
    TABLE_NAMES = 2,
    TABLE_SIGNATURES = 3,
    N_TABLES
};

/* --- Reading the tree that libcbor makes; every function takes NULL and gives NULL --- */

static const cbor_item_t *map_get(const cbor_item_t *map, uint64_t key)
{
    if (map == NULL || !cbor_isa_map(map))
        return NULL;
    const struct cbor_pair *pairs = cbor_map_handle(map);
    for (size_t i = 0; i < cbor_map_size(map) && i < MAX_KEYS; i++)
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
static const cbor_item_t *entry(const cbor_item_t *table, const cbor_item_t *from, uint64_t key,
                                uint64_t base)
{
    uint64_t index;
    if (!number(map_get(from, key), &index) || index < base)
        return NULL;
    return array_at(table, index - base);
}

/* --- Queries --- */

struct block {
    const struct cdns_version *version;
    const cbor_item_t *table[N_TABLES];
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
        entry(block->table[TABLE_SIGNATURES], item, v->signature, v->base);
    const cbor_item_t *class_type =
        entry(block->table[TABLE_CLASS_TYPES], signature, v->class_type, v->base);
    struct text wire = bytes_of(entry(block->table[TABLE_NAMES], item, v->name, v->base));
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
    query.client = address(entry(block->table[TABLE_ADDRESSES], item, v->client, v->base), client);
    query.server =
        address(entry(block->table[TABLE_ADDRESSES], signature, KEY_SERVER, v->base), server);
    if (query.client.n == 0)
        query.client = text_of("unknown");
    query.type = (uint16_t)type;
    query.name = &name;
    return reader_query(reader, &query);
}

static int read_block(struct reader *reader, const cbor_item_t *preamble,
                      const struct cdns_version *version, const cbor_item_t *item)
{
    struct block block = {.version = version, .ticks_per_second = 1000000};
    const cbor_item_t *tables = map_get(item, KEY_TABLES);
    const cbor_item_t *head = map_get(item, KEY_PREAMBLE), *queries = map_get(item, KEY_QUERIES);
    const cbor_item_t *earliest = map_get(head, version->earliest_time);
    uint64_t parameters = 0;
    for (uint64_t i = 0; i < N_TABLES; i++)
        block.table[i] = map_get(tables, i);
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

/* --- Taking the data apart, one item after the other --- */

/* How far one item reaches. Each open container has the items that it still waits for. */
struct walk {
    uint64_t open[MAX_DEPTH];
    int depth; /* -1: done */
    uint64_t items;
    bool is_damaged;
};

enum { UNTIL_BREAK = 0 };

/* Closes the containers that the item just ended has filled. */
static void close_full(struct walk *self)
{
    while (self->depth > 0 && self->open[self->depth] != UNTIL_BREAK &&
           --self->open[self->depth] == 0)
        self->depth--;
    if (self->depth == 0)
        self->depth = -1;
}

static void one_item(struct walk *self)
{
    self->items++;
    close_full(self);
}

static void open_container(struct walk *self, uint64_t n)
{
    self->items++;
    /* More items than bytes follow only in a damaged file; libcbor makes room for what is claimed.
     */
    if (self->depth + 1 >= MAX_DEPTH || n > MAX_ITEMS)
        self->is_damaged = true;
    else
        self->open[++self->depth] = n;
}

static void on_u8(void *walk, uint8_t value)
{
    (void)value;
    one_item(walk);
}
static void on_u16(void *walk, uint16_t value)
{
    (void)value;
    one_item(walk);
}
static void on_u32(void *walk, uint32_t value)
{
    (void)value;
    one_item(walk);
}
static void on_u64(void *walk, uint64_t value)
{
    (void)value;
    one_item(walk);
}
static void on_float(void *walk, float value)
{
    (void)value;
    one_item(walk);
}
static void on_double(void *walk, double value)
{
    (void)value;
    one_item(walk);
}
static void on_bool(void *walk, bool value)
{
    (void)value;
    one_item(walk);
}
static void on_simple(void *walk)
{
    one_item(walk);
}
static void on_string(void *walk, cbor_data bytes, size_t n)
{
    (void)bytes;
    (void)n;
    one_item(walk);
}
static void on_indefinite(void *walk)
{
    open_container(walk, UNTIL_BREAK);
}

static void on_collection(void *walk, size_t n)
{
    if (n == 0)
        one_item(walk);
    else
        open_container(walk, n);
}

static void on_map(void *walk, size_t pairs)
{
    on_collection(walk, pairs > MAX_ITEMS ? pairs : 2 * pairs);
}

static void on_tag(void *walk, uint64_t value)
{
    (void)value;
    ((struct walk *)walk)->items++; /* the item that it stands before follows */
}

static void on_break(void *context)
{
    struct walk *self = context;
    if (self->depth < 1 || self->open[self->depth] != UNTIL_BREAK) {
        self->is_damaged = true;
        return;
    }
    self->depth--;
    close_full(self);
}

static const struct cbor_callbacks walk_callbacks = {
    .uint8 = on_u8,
    .uint16 = on_u16,
    .uint32 = on_u32,
    .uint64 = on_u64,
    .negint8 = on_u8,
    .negint16 = on_u16,
    .negint32 = on_u32,
    .negint64 = on_u64,
    .byte_string_start = on_indefinite,
    .byte_string = on_string,
    .string_start = on_indefinite,
    .string = on_string,
    .indef_array_start = on_indefinite,
    .array_start = on_collection,
    .indef_map_start = on_indefinite,
    .map_start = on_map,
    .tag = on_tag,
    .float2 = on_float,
    .float4 = on_float,
    .float8 = on_double,
    .undefined = on_simple,
    .null = on_simple,
    .boolean = on_bool,
    .indef_break = on_break,
};

/* The length of the first item, 0 where it is damaged, cut off or larger than a block may be. */
static size_t length_of_item(const unsigned char *bytes, size_t n)
{
    struct walk walk = {.depth = 0};
    for (size_t at = 0; at < n;) {
        struct cbor_decoder_result result =
            cbor_stream_decode(bytes + at, n - at, &walk_callbacks, &walk);
        if (result.status != CBOR_DECODER_FINISHED || result.read == 0 || walk.is_damaged ||
            walk.items > MAX_ITEMS)
            return 0;
        at += result.read;
        if (walk.depth < 0)
            return at;
    }
    return 0;
}

/* What is left of the data. */
struct rest {
    const unsigned char *at;
    size_t n;
};

/* Takes the next item; the caller gives it back with cbor_decref. NULL where it cannot be read. */
static cbor_item_t *take_item(struct rest *rest)
{
    struct cbor_load_result result;
    size_t length = length_of_item(rest->at, rest->n);
    cbor_item_t *item = length > 0 ? cbor_load(rest->at, length, &result) : NULL;
    rest->at += length;
    rest->n -= length;
    return item;
}

/* Takes the head of the array of blocks; *n is UINT64_MAX where a break ends it. */
static bool take_array_head(struct rest *rest, uint64_t *n)
{
    struct walk walk = {.depth = 0};
    if (rest->n == 0 || (*rest->at & 0xe0) != 0x80)
        return false;
    struct cbor_decoder_result result =
        cbor_stream_decode(rest->at, rest->n, &walk_callbacks, &walk);
    if (result.status != CBOR_DECODER_FINISHED || walk.is_damaged)
        return false;
    *n = walk.depth < 0 ? 0 : walk.open[walk.depth] == UNTIL_BREAK ? UINT64_MAX : walk.open[1];
    rest->at += result.read;
    rest->n -= result.read;
    return true;
}

static int damaged(struct reader *reader)
{
    return fail(reader->message, STATUS_INPUT,
                "%s: the CBOR data are damaged or cut off, or a block has more than %d items",
                reader->file, MAX_ITEMS);
}

static int read_blocks(struct reader *reader, const cbor_item_t *preamble, struct rest rest)
{
    uint64_t major = UINT64_MAX, minor = 0, n;
    number(map_get(preamble, 0), &major);
    number(map_get(preamble, 1), &minor);
    const struct cdns_version *version = major == 1                 ? &version_1
                                         : major == 0 && minor == 5 ? &draft_5
                                                                    : NULL;
    if (version == NULL)
        return fail(reader->message, STATUS_INPUT,
                    "%s: C-DNS of an unknown version; expected 1.x (RFC 8618) or draft 0.5",
                    reader->file);
    if (!take_array_head(&rest, &n))
        return damaged(reader);
    for (uint64_t i = 0; i < n && !(n == UINT64_MAX && rest.n > 0 && *rest.at == 0xff); i++) {
        cbor_item_t *block = take_item(&rest);
        bool is_block = block != NULL && cbor_isa_map(block);
        if (!is_block && block != NULL)
            cbor_decref(&block);
        if (!is_block && i == 0)
            return damaged(reader);
        if (!is_block) {
            ingest_report_note(reader->report,
                               "%s: the data are damaged or cut off after block %llu", reader->file,
                               (unsigned long long)i);
            return STATUS_OK;
        }
        int status = read_block(reader, preamble, version, block);
        cbor_decref(&block);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* --- Loading --- */

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
    cbor_item_t *type = NULL, *preamble = NULL;
    int status = slurp(reader, &bytes, &n);
    if (status != STATUS_OK)
        goto out;
    struct rest rest = {bytes + (n > 0), n - (n > 0)}; /* behind the head of the array of three */
    type = take_item(&rest);
    preamble = type != NULL ? take_item(&rest) : NULL;
    status = preamble != NULL ? read_blocks(reader, preamble, rest) : damaged(reader);
out:
    if (type != NULL)
        cbor_decref(&type);
    if (preamble != NULL)
        cbor_decref(&preamble);
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
