#include <inttypes.h>
#include <stdarg.h>

#include "analysis/ingest/format.h"
#include "analysis/ingest/ingest.h"
#include "analysis/ingest/timestamp.h"

void ingest_report_note(struct ingest_report *report, const char *format, ...)
{
    char text[INGEST_NOTE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (unsigned i = 0; i < report->n_notes; i++)
        if (strcmp(report->note[i], text) == 0)
            return;
    if (report->n_notes < INGEST_NOTES)
        memcpy(report->note[report->n_notes++], text, sizeof text);
}

void ingest_report_no_servers(struct ingest_report *report)
{
    report->columns &= ~(unsigned)COLUMN_SERVER;
    ingest_report_note(report, "the log names more than %d servers: they are left out", UINT16_MAX);
}

static void print_count(FILE *out, const char *what, uint64_t n)
{
    if (n > 0)
        fprintf(out, "  %-18s %" PRIu64 "\n", what, n);
}

static void print_times(const struct ingest_report *report, FILE *out)
{
    char first[TIMESTAMP_TEXT_SIZE], last[TIMESTAMP_TEXT_SIZE];
    if (report->kept == 0)
        return;
    fprintf(out, "  %-18s %s to %s\n", "from, to", timestamp_write(report->first_us, 6, first),
            timestamp_write(report->last_us, 6, last));
    if (report->backwards > 0)
        fprintf(out, "  %-18s %" PRIu64 " (by up to %.3f s)\n", "back in time", report->backwards,
                (double)report->largest_step_back_us / (double)US_PER_S);
}

static void print_words(const struct ingest_report *report, FILE *out)
{
    static const struct {
        unsigned column;
        const char *name;
    } mail[] = {{MAIL_FROM, "from"},
                {MAIL_TO, "to"},
                {MAIL_QUEUE_ID, "queue id"},
                {MAIL_RELAY, "relay"}},
      facts[] = {{COLUMN_TIME, "first and last time"},
                 {COLUMN_CLIENT, "client"},
                 {COLUMN_NAME, "name"},
                 {COLUMN_TYPE, "type"}};
    if (report->mail_events > 0)
        fprintf(out, "  %-18s time, status", "mail columns");
    for (size_t i = 0; report->mail_events > 0 && i < 4; i++)
        fprintf(out, (report->mail_columns & mail[i].column) != 0 ? ", %s" : " (no %s)",
                mail[i].name);
    if (report->aggregates > 0)
        fprintf(out, "%s  %-18s count", report->mail_events > 0 ? "\n" : "", "aggregates have");
    for (size_t i = 0; report->aggregates > 0 && i < 4; i++)
        fprintf(out, (report->aggregate_columns & facts[i].column) != 0 ? ", %s" : " (no %s)",
                facts[i].name);
    if (report->mail_events + report->aggregates > 0)
        putc('\n', out);
}

static void print_columns(const struct ingest_report *report, FILE *out)
{
    static const struct {
        unsigned column;
        const char *name;
    } names[] = {{COLUMN_TIME, "time"},
                 {COLUMN_CLIENT, "client"},
                 {COLUMN_NAME, "name"},
                 {COLUMN_TYPE, "type"},
                 {COLUMN_SERVER, "server"}};
    if (report->kept == 0)
        return;
    fprintf(out, "  %-18s", "columns");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((report->columns & names[i].column) != 0)
            fprintf(out, " %s", names[i].name);
    fprintf(out, "; times to %s\n",
            report->resolution_us >= US_PER_S ? "1 s"
            : report->resolution_us >= 1000   ? "1 ms"
                                              : "1 us");
}

/* Foreign text may hold control bytes: none may reach the terminal. */
static void print_safe(const char *text, FILE *out)
{
    for (; *text != '\0'; text++)
        putc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, out);
}

void ingest_report_print(const struct ingest_report *report, FILE *out)
{
    if (report->format != NULL)
        fprintf(out, "format: %s (%s)\n", report->format->name, report->format->title);
    fprintf(out, "  %-18s %" PRIu64 "\n", "lines or records", report->lines);
    fprintf(out, "  %-18s %" PRIu64 "\n", "queries kept", report->kept);
    print_count(out, "aggregates", report->aggregates);
    print_count(out, "mail events", report->mail_events);
    print_count(out, "answers skipped", report->answers);
    print_count(out, "server's own", report->upstream);
    print_count(out, "other records", report->others);
    print_count(out, "out of window", report->out_of_window);
    print_count(out, "not asked for", report->filtered);
    fprintf(out, "  %-18s %" PRIu64 "%s\n", "duplicates, kept", report->duplicates,
            report->duplicates_exact ? "" : " or more");
    print_count(out, "lossy names", report->lossy_names);
    fprintf(out, "  %-18s %" PRIu64 "\n", "not understood", report->not_understood);
    for (unsigned i = 0; i < report->n_complaints; i++) {
        fputs("    ", out);
        print_safe(report->complaint[i].file, out);
        fprintf(out, ":%" PRIu64 ": ", report->complaint[i].line);
        print_safe(report->complaint[i].reason, out);
        putc('\n', out);
    }
    print_times(report, out);
    print_columns(report, out);
    print_words(report, out);
    for (unsigned i = 0; i < report->n_notes; i++) {
        fputs("  note: ", out);
        print_safe(report->note[i], out);
        putc('\n', out);
    }
}
