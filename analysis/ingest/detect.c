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

/* What a trial is about. */
struct trial {
    struct text first;
    bool is_whole; /* the file ends with it */
    char line_end;
    const char *columns;
    const struct log_format *given; /* NULL: any */
};

/* Takes the next whole line off the front: the last may be cut off by the end of the buffer, not by
 * the file's. Some wrappers can do with its front. */
static bool take_line(const struct trial *trial, struct unwrapper *unwrapper, struct text *first,
                      struct text *line)
{
    bool is_cut =
        !trial->is_whole && first->n > 0 && memchr(first->at, trial->line_end, first->n) == NULL;
    if (first->n == 0 || (is_cut && !unwrapper_takes_fronts(unwrapper)))
        return false;
    unwrapper->line_goes_on = is_cut;
    *line = text_take(first, trial->line_end);
    if (line->n > 0 && line->at[line->n - 1] == '\r')
        line->n--;
    return true;
}

static void try_lines(struct reader *reader, const struct trial *trial)
{
    struct text first = trial->first, line;
    for (int i = 0; i < TRIAL_LINES && take_line(trial, &reader->unwrapper, &first, &line); i++) {
        reader_next_record(reader);
        if (reader_line(reader, line) != STATUS_OK)
            return;
    }
}

static struct score try_format(const struct trial *trial, const struct detected *how)
{
    const struct log_format *format = how->format;
    struct ingest_options options = {.columns = trial->columns};
    struct ingest_report report = {0};
    struct ingest_sink sink = {0};
    struct message unused;
    const struct zone utc = {0};
    struct reader reader = {
        .format = format,
        .options = &options,
        .sink = &sink,
        .report = &report,
        .message = &unused,
        .file = "",
        .is_trial = true,
        .columns = format->columns,
        .clock = {.zone = &utc, .given_year = 2000, .has_given_day = true, .has_given_start = true},
    };
    if (format->state_size > 0 && (reader.state = calloc(1, format->state_size)) == NULL)
        return (struct score){0};
    unwrapper_init(&reader.unwrapper, how->wrapper, how->with_head);
    if (format->start == NULL || format->start(&reader) == STATUS_OK)
        try_lines(&reader, trial);
    if (format->free_state != NULL)
        format->free_state(reader.state);
    free(reader.state);
    unwrapper_free(&reader.unwrapper);
    return score_of(&report);
}

/* Whether one of the first lines can be opened. */
static bool opens(const struct trial *trial, const struct log_wrapper *wrapper)
{
    enum { LINES = 100 }; /* an entry of the journal may have so many fields */
    struct unwrapper unwrapper;
    struct text first = trial->first, line;
    bool is_open = false;
    unwrapper_init(&unwrapper, wrapper, false);
    for (int i = 0; i < LINES && !is_open && take_line(trial, &unwrapper, &first, &line); i++)
        is_open = unwrapper_open(&unwrapper, line) == WRAPPED_LINE;
    unwrapper_free(&unwrapper);
    return is_open;
}

struct best {
    struct detected how;
    struct score score;
};

static void try_all(const struct trial *trial, const struct log_wrapper *wrapper, bool with_head,
                    struct best *best)
{
    for (size_t i = 0; log_formats[i] != NULL; i++) {
        struct detected how = {log_formats[i], wrapper, with_head};
        if (how.format->line == NULL || (trial->given != NULL && trial->given != how.format))
            continue;
        struct score score = try_format(trial, &how);
        /* Notes alone make a log of that server only where they are most of it. */
        bool fits = score.records > 0 || score.others > score.bad;
        if (fits && (best->how.format == NULL || is_better(score, best->score)))
            *best = (struct best){how, score};
    }
}

static const struct log_format *by_first_bytes(struct text first)
{
    for (size_t i = 0; log_formats[i] != NULL; i++)
        if (log_formats[i]->detect != NULL && log_formats[i]->detect(first) > 50)
            return log_formats[i];
    return NULL;
}

struct detected detect_format(const struct input *input, const struct log_format *given,
                              const struct ingest_options *options)
{
    struct trial trial = {.first = input_peek(input),
                          .is_whole = input->at_end,
                          .line_end = input->line_end,
                          .columns = options->columns,
                          .given = given};
    struct best best = {.how = {.format = NULL}};
    const struct log_format *binary = given == NULL ? by_first_bytes(trial.first) : NULL;
    if (binary != NULL || (given != NULL && given->line == NULL))
        return (struct detected){.format = binary != NULL ? binary : given};
    bool may_be_wrapped = false;
    for (size_t i = 0; log_wrappers[i] != NULL; i++)
        may_be_wrapped = may_be_wrapped || opens(&trial, log_wrappers[i]);
    if (given == NULL || may_be_wrapped)
        try_all(&trial, NULL, false, &best);
    for (size_t i = 0; may_be_wrapped && log_wrappers[i] != NULL; i++) {
        if (!opens(&trial, log_wrappers[i]))
            continue;
        bool head_first = log_wrappers[i]->has_time_of_writing;
        try_all(&trial, log_wrappers[i], head_first, &best);
        try_all(&trial, log_wrappers[i], !head_first, &best);
    }
    if (best.how.format == NULL)
        best.how.format = given;
    return best.how;
}
