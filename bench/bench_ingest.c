/* bench_ingest.c - speed of the log readers.
 *
 * Text: a BIND log and a CSV table of the same ROWS queries are counted and streamed into an SQLite
 * database; beside it the sqlite3 shell imports the CSV, in turns. Captures: the recording of run
 * A, repeated, against `tshark -T fields`. Prints seconds of processor time (the least of the
 * turns), millions of rows per second, and the ratios. Programs that are missing are left out with
 * a note.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "analysis/ingest/ingest.h"
#include "analysis/ingest/writer.h"
#include "analysis/store/log_writer.h"

enum { ROWS = 2000000, REPEATS = 100, TURNS = 3 };

static char folder[] = "/tmp/mxplain-bench-XXXXXX";
static struct message message;

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* Processor time of this process and of the programs that it has run: wall-clock time says little
 * where others compute too. */
static double now_s(void)
{
    struct rusage self, others;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &others);
    return seconds_of(self.ru_utime) + seconds_of(self.ru_stime) + seconds_of(others.ru_utime) +
           seconds_of(others.ru_stime);
}

static const char *path_of(const char *name)
{
    static char path[4][200];
    static int next;
    char *to = path[next++ % 4];
    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static void show(const char *what, double seconds, double rows)
{
    printf("%-44s %7.2f s %8.2f M rows/s\n", what, seconds, rows / seconds / 1e6);
}

/* A plain log: 500 clients, 2,000 names, a few types. */
static void make_log(struct query_log *log)
{
    uint64_t random = 88172645463325252u;
    query_log_init(log);
    for (size_t i = 0; i < ROWS; i++) {
        char client[32], name[64];
        random ^= random << 13, random ^= random >> 7, random ^= random << 17; /* xorshift64 */
        int n = snprintf(client, sizeof client, "192.0.%u.%u", (unsigned)(random % 2),
                         (unsigned)(random >> 8) % 250);
        int m = snprintf(name, sizeof name, "host%u.mail.example", (unsigned)(random >> 20) % 2000);
        struct query query = {.time_us = INT64_C(1469012133000000) + (time_us)i * 2000,
                              .type = (random >> 40) % 4 == 0 ? TYPE_PTR : TYPE_A};
        intern_add(&log->clients, client, (size_t)n, &query.client);
        intern_add(&log->names, name, (size_t)m, &query.name);
        query_array_add(&log->queries, query);
    }
}

static void write_as(const struct query_log *log, const char *writer, const char *name)
{
    FILE *out = fopen(path_of(name), "wb");
    if (out == NULL || log_write(out, log, log_writer_find(writer), &message) != STATUS_OK)
        exit(STATUS_RUN);
    fclose(out);
}

static double time_count(const char *path)
{
    struct ingest_report report;
    struct ingest_sink sink = {0};
    struct ingest_options options = {.files = &path, .n_files = 1, .timezone = "UTC"};
    double start = now_s();
    if (ingest_stream(&options, &sink, &report, &message) != STATUS_OK)
        printf("%s\n", message.text);
    return now_s() - start;
}

struct intake {
    struct store store;
    struct store_log_writer writer;
};

static int take(void *context, const struct ingest_query *query)
{
    struct intake *self = context;
    return store_log_query(&self->writer, query, &message);
}

static double time_database(const char *path, const char *database)
{
    struct ingest_report report;
    struct intake intake = {0};
    struct ingest_sink sink = {.context = &intake, .query = take};
    struct ingest_options options = {.files = &path, .n_files = 1, .timezone = "UTC"};
    struct store_log_info info = {"bench", path, NULL};
    double start = now_s();
    if (store_open(&intake.store, database, STORE_WRITE, NULL, &message) != STATUS_OK ||
        store_log_begin(&intake.writer, &intake.store, "bench", true, &message) != STATUS_OK) {
        puts(message.text);
        exit(STATUS_RUN);
    }
    int status = ingest_stream(&options, &sink, &report, &message);
    struct store_log_head head = {report.columns, report.resolution_us, 0, 0};
    if (store_log_finish(&intake.writer, status, &info, &head, &message) != STATUS_OK)
        puts(message.text);
    store_close(&intake.store);
    double seconds = now_s() - start;
    unlink(database);
    return seconds;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double time_command(const char *command)
{
    double start = now_s();
    return system(command) == 0 ? now_s() - start : -1;
}

static void bench_text(void)
{
    struct query_log log;
    char command[600];
    make_log(&log);
    write_as(&log, "bind", "bind.log");
    write_as(&log, "csv", "rows.csv");
    query_log_free(&log);
    show("BIND, counted", time_count(path_of("bind.log")), ROWS);
    show("CSV, counted", time_count(path_of("rows.csv")), ROWS);
    double bind = 1e9, csv = 1e9, shell = 1e9;
    snprintf(command, sizeof command,
             "sqlite3 %s/shell.db '.mode csv' '.import %s/rows.csv rows' >/dev/null 2>&1 && rm "
             "%s/shell.db",
             folder, folder, folder);
    for (int i = 0; i < TURNS; i++) {
        bind = least(bind, time_database(path_of("bind.log"), path_of("bind.db")));
        csv = least(csv, time_database(path_of("rows.csv"), path_of("csv.db")));
        shell = least(shell, time_command(command));
    }
    show("BIND to SQLite", bind, ROWS);
    show("CSV to SQLite", csv, ROWS);
    if (shell < 0) {
        puts("sqlite3 shell: not there, left out");
        return;
    }
    show("sqlite3 shell, .import of the CSV", shell, ROWS);
    printf("ratio shell / mxplain: BIND %.2f, CSV %.2f\n", shell / bind, shell / csv);
}

/* Writes the recording REPEATS times behind one header; returns the number of packets, or 0. */
static double make_capture(void)
{
    enum { HEADER = 24, PACKETS = 4638, SIZE = 4 * 1024 * 1024 };
    gzFile in = gzopen("tests/samples/logs/mail-run-A.pcap.gz", "rb");
    FILE *out = fopen(path_of("run.pcap"), "wb");
    char *bytes = malloc(SIZE);
    int n = in != NULL && bytes != NULL ? gzread(in, bytes, SIZE) : 0;
    if (n > HEADER && out != NULL) {
        fwrite(bytes, 1, HEADER, out);
        for (int i = 0; i < REPEATS; i++)
            fwrite(bytes + HEADER, 1, (size_t)n - HEADER, out);
    }
    gzclose(in);
    if (out != NULL)
        fclose(out);
    free(bytes);
    return n > HEADER ? (double)PACKETS * REPEATS : 0;
}

static void bench_capture(void)
{
    char command[600];
    double packets = make_capture();
    if (packets == 0)
        return;
    double own = time_count(path_of("run.pcap"));
    show("capture, counted (rows: packets)", own, packets);
    snprintf(
        command, sizeof command,
        "tshark -r %s/run.pcap -Y dns -T fields -e frame.time_epoch -e ip.src -e dns.qry.name -e "
        "dns.qry.type >/dev/null 2>&1",
        folder);
    double tshark = time_command(command);
    if (tshark < 0) {
        puts("tshark: not there, left out");
        return;
    }
    show("tshark -T fields", tshark, packets);
    printf("ratio tshark / mxplain: %.1f\n", tshark / own);
}

int main(void)
{
    char command[300];
    if (mkdtemp(folder) == NULL)
        return STATUS_RUN;
    bench_text();
    bench_capture();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("largest memory of this process: %ld MiB\n", usage.ru_maxrss / 1024);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? STATUS_OK : STATUS_RUN;
}
