#include "analysis/ingest/detect.h"

#include <stdlib.h>

enum { TRIAL_LINES = 2000 };

/* What a trial of one format found. */
struct score {
    uint64_t records; /* queries, answers, aggregates, mail events */
    uint64_t others;
    uint64_t bad;
};

static struct score score_of(const struct ingest_report *report)
{
    return (struct score){
        .records = report->kept + report->answers + report->aggregates + report->mail_events,
        .others = report->others + report->upstream,
        .bad = report->not_understood,
    };
}

static bool is_better(struct score a, struct score b)
{
    if (a.records != b.records)
        return a.records > b.records;
    if (a.others != b.others)
        return a.others > b.others;
    return a.bad < b.bad;
}

static void try_lines(struct reader *reader, struct text first, bool is_whole)
{
    for (int i = 0; i < TRIAL_LINES && first.n > 0; i++) {
        if (!is_whole && memchr(first.at, '\n', first.n) == NULL)
            return; /* the last line is cut off by the end of the buffer, not by the file's */
        struct text line = text_take(&first, '\n');
        if (line.n > 0 && line.at[line.n - 1] == '\r')
            line.n--;
        reader_next_record(reader);
        if (reader->format->line(reader, line) != STATUS_OK)
            return;
    }
}

static struct score try_format(const struct log_format *format, struct text first, bool is_whole,
                               const struct ingest_options *given)
{
    struct ingest_options options = {.columns = given->columns};
    struct ingest_report report = {0};
    struct ingest_sink sink = {0};
    const struct zone utc = {0};
    struct reader reader = {
        .format = format,
        .options = &options,
        .sink = &sink,
        .report = &report,
        .file = "",
        .is_trial = true,
        .columns = format->columns,
        .clock = {.zone = &utc, .given_year = 2000, .has_given_day = true},
    };
    if (format->state_size > 0 && (reader.state = calloc(1, format->state_size)) == NULL)
        return (struct score){0};
    if (format->start == NULL || format->start(&reader) == STATUS_OK)
        try_lines(&reader, first, is_whole);
    if (format->free_state != NULL)
        format->free_state(reader.state);
    free(reader.state);
    return score_of(&report);
}

const struct log_format *detect_format(const struct input *input,
                                       const struct ingest_options *options)
{
    const struct log_format *best = NULL;
    struct score best_score = {0};
    struct text first = input_peek(input);
    for (size_t i = 0; log_formats[i] != NULL; i++) {
        const struct log_format *format = log_formats[i];
        if (format->detect != NULL) {
            if (format->detect(first) > 50)
                return format;
            continue;
        }
        struct score score = try_format(format, first, input->at_end, options);
        /* Notes alone make a log of that server only where they are most of it. */
        bool fits = score.records > 0 || score.others > score.bad;
        if (fits && (best == NULL || is_better(score, best_score))) {
            best = format;
            best_score = score;
        }
    }
    return best;
}
