#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "analysis/ingest/fact_writer.h"
#include "analysis/ingest/field.h"
#include "analysis/ingest/record_type.h"
#include "analysis/ingest/timestamp.h"

/* --- mail events --- */

static void put_time(FILE *out, time_us at)
{
    char text[TIMESTAMP_TEXT_SIZE];
    fputs(timestamp_write(at, 6, text), out);
}

static bool mail_csv(FILE *out, const struct ingest_mail *mail)
{
    const struct text texts[] = {mail->from, mail->to, mail->queue_id, mail->relay};
    put_time(out, mail->time_us);
    fprintf(out, ",%s", mail_status_words[mail->status]);
    for (int i = 0; i < 4; i++) {
        putc(',', out);
        field_write(out, texts[i]);
    }
    putc('\n', out);
    return true;
}

static const struct fact_writer writer_mail_csv = {
    .name = "mail-csv",
    .summary = "Mail events: time to the microsecond, status, from, to, queue id, relay.",
    .resolution_us = 1,
    .header = "time,status,from,to,queue_id,relay\n",
    .mail = mail_csv,
};

/* JSON holds Unicode only: a text of other bytes is written with \xNN for each of them, which does
 * not come back. Mail logs have such bytes in forged addresses alone. */
static json_t *json_of(struct text text)
{
    json_t *value = json_stringn(text.n > 0 ? text.at : "", text.n);
    if (value != NULL)
        return value;
    char *readable = malloc(4 * text.n + 1), *end = readable;
    if (readable == NULL)
        return NULL;
    for (size_t i = 0; i < text.n; i++)
        end += sprintf(end, (unsigned char)text.at[i] >= 0x80 ? "\\x%02x" : "%c",
                       (unsigned char)text.at[i]);
    value = json_stringn(readable, (size_t)(end - readable));
    free(readable);
    return value;
}

static void put_json(FILE *out, const char *key, struct text text)
{
    json_t *value = text.n > 0 ? json_of(text) : NULL;
    if (value == NULL)
        return;
    fprintf(out, ",\"%s\":", key);
    json_dumpf(value, out, JSON_ENCODE_ANY);
    json_decref(value);
}

static bool mail_jsonl(FILE *out, const struct ingest_mail *mail)
{
    fputs("{\"time\":\"", out);
    put_time(out, mail->time_us);
    fprintf(out, "\",\"status\":\"%s\"", mail_status_words[mail->status]);
    put_json(out, "from", mail->from);
    put_json(out, "to", mail->to);
    put_json(out, "queue_id", mail->queue_id);
    put_json(out, "relay", mail->relay);
    fputs("}\n", out);
    return true;
}

static const struct fact_writer writer_mail_jsonl = {
    .name = "mail-jsonl",
    .summary = "Mail events as JSON lines: time to the microsecond, status, from, to, queue_id, "
               "relay.",
    .resolution_us = 1,
    .mail = mail_jsonl,
};

/* --- counts --- */

static bool has_times(const struct ingest_aggregate *row)
{
    return row->first_us != 0 || row->last_us != 0;
}

static bool aggregate_csv(FILE *out, const struct ingest_aggregate *row)
{
    char type[RECORD_TYPE_TEXT_SIZE];
    if (has_times(row))
        put_time(out, row->first_us);
    putc(',', out);
    if (has_times(row))
        put_time(out, row->last_us);
    putc(',', out);
    if (row->count > 0)
        fprintf(out, "%" PRIu64, row->count);
    putc(',', out);
    field_write(out, row->client);
    putc(',', out);
    for (size_t i = 0; i < row->name.n; i++) { /* printable, and escaped by its own rules */
        bool formula = i == 0 && strchr("=+-@", row->name.at[i]) != NULL;
        if (formula || strchr(",;\"", row->name.at[i]) != NULL)
            fprintf(out, "\\%03u", (unsigned char)row->name.at[i]);
        else
            putc(row->name.at[i], out);
    }
    fprintf(out, ",%s,", row->type != TYPE_UNKNOWN ? record_type_write(row->type, type) : "");
    field_write(out, row->answer);
    putc('\n', out);
    return true;
}

static const struct fact_writer writer_aggregate_csv = {
    .name = "aggregate-csv",
    .summary = "Counts: first and last time to the microsecond, count, client, name, type, answer.",
    .resolution_us = 1,
    .header = "first,last,count,client,name,type,answer\n",
    .aggregate = aggregate_csv,
};

static void put_seconds(FILE *out, const char *key, time_us at)
{
    fprintf(out, ",\"%s\":%" PRId64, key, at / US_PER_S);
    if (at % US_PER_S >= 1000)
        fprintf(out, ",\"%s_ms\":%" PRId64, key, at / 1000);
}

/* An answer is JSON text, but for tables that somebody wrote by hand. */
static void put_answer(FILE *out, struct text answer)
{
    json_t *value = answer.n > 0 ? json_loadb(answer.at, answer.n, JSON_DECODE_ANY, NULL) : NULL;
    if (answer.n > 0 && value == NULL)
        value = json_of(answer);
    if (value == NULL)
        return;
    fputs(",\"rdata\":", out);
    json_dumpf(value, out, JSON_ENCODE_ANY | JSON_COMPACT);
    json_decref(value);
}

/* Keys and meaning: draft-dulaunoy-dnsop-passive-dns-cof, section 3. */
static bool cof(FILE *out, const struct ingest_aggregate *row)
{
    char type[RECORD_TYPE_TEXT_SIZE];
    if (row->name.n == 0 || row->type == TYPE_UNKNOWN || !has_times(row) || row->first_us < 0)
        return false;
    json_t *name = json_of(row->name);
    fputs("{\"rrname\":", out);
    json_dumpf(name, out, JSON_ENCODE_ANY);
    json_decref(name);
    fprintf(out, ",\"rrtype\":\"%s\"", record_type_write(row->type, type));
    put_answer(out, row->answer);
    put_seconds(out, "time_first", row->first_us);
    put_seconds(out, "time_last", row->last_us);
    if (row->count > 0)
        fprintf(out, ",\"count\":%" PRIu64, row->count);
    fputs("}\n", out);
    return true;
}

static const struct fact_writer writer_cof = {
    .name = "cof",
    .summary = "Counts in the Common Output Format: name, type, answer, count, first and last time "
               "to the millisecond; no clients.",
    .lacks = COLUMN_CLIENT,
    .resolution_us = 1000,
    .aggregate = cof,
};

const struct fact_writer *const fact_writers[] = {
    &writer_mail_csv, &writer_mail_jsonl, &writer_aggregate_csv, &writer_cof, NULL,
};

const struct fact_writer *fact_writer_find(const char *name)
{
    for (size_t i = 0; fact_writers[i] != NULL; i++)
        if (strcmp(fact_writers[i]->name, name) == 0)
            return fact_writers[i];
    return NULL;
}
