/* ingest_target.h - the body of the fuzz targets of the log readers: one target per format.
 *
 * Whatever the bytes are: no crash, no hang, counts that add up, rows in their written form.
 */
#ifndef TESTS_FUZZ_INGEST_TARGET_H
#define TESTS_FUZZ_INGEST_TARGET_H

#include <stdint.h>
#include <stdlib.h>

#include "analysis/ingest/format.h"
#include "analysis/ingest/name.h"

static inline void require(bool holds)
{
    if (!holds)
        abort();
}

static inline int check_query(void *context, const struct ingest_query *query)
{
    struct name again;
    (void)context;
    require(query->client.n > 0 && query->client.n <= 255);
    require(query->time_us >= -US_PER_DAY && query->time_us < INT64_C(7300000000) * US_PER_S);
    /* The written form of a name is its own written form. */
    require(name_from_text(&again, query->name) == NULL);
    require(again.text.n == query->name.n &&
            memcmp(again.text.at, query->name.at, again.text.n) == 0);
    return STATUS_OK;
}

static inline int check_aggregate(void *context, const struct ingest_aggregate *aggregate)
{
    (void)context;
    require(aggregate->first_us <= aggregate->last_us);
    return STATUS_OK;
}

static inline int check_mail(void *context, const struct ingest_mail *mail)
{
    (void)context;
    require(mail->status <= MAIL_BOUNCED);
    return STATUS_OK;
}

static inline int fuzz_format(const char *format, const uint8_t *data, size_t size)
{
    static const char *const files[] = {"fuzz"};
    struct ingest_options options = {.files = files,
                                     .n_files = 1,
                                     .format = format,
                                     .year = 2026,
                                     .date = "2026-11-21T12:00:00Z",
                                     .timezone = "-03:30"};
    struct ingest_sink sink = {
        .query = check_query, .aggregate = check_aggregate, .mail = check_mail};
    struct ingest_report report;
    struct message message = {""};
    int status = ingest_bytes(&options, data, size, &sink, &report, &message);
    require(status == STATUS_OK || status == STATUS_INPUT);
    require(status == STATUS_OK || message.text[0] != '\0');
    require(report.kept + report.answers + report.others + report.upstream + report.aggregates + report.mail_events +
                report.out_of_window + report.filtered + report.not_understood ==
            report.lines + report.extra_queries);
    return 0;
}

/* `TARGET("bind")` makes the entry point that libFuzzer calls. */
#define TARGET(format)                                                                             \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                  \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                                   \
    {                                                                                              \
        return fuzz_format(format, data, size);                                                    \
    }

#endif
