/* Any bytes as a database file: a message or what is in it, never a crash. The last byte says
 * whether the second half stands beside it as its write-ahead log or its journal. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/support/use_database.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory where that is at hand: SQLite waits for the device. */
static char in_memory[] = "/dev/shm/mxplain-fuzz-store-XXXXXX";
static char on_disk[] = "/tmp/mxplain-fuzz-store-XXXXXX";
static char *folder;

static void write_beside(const char *suffix, const uint8_t *data, size_t size)
{
    char path[80];
    snprintf(path, sizeof path, "%s/x.db%s", folder, suffix);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, size, file) != size)
        abort();
    fclose(file);
}

static void remove_beside(const char *name)
{
    char path[80];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static void tidy(void)
{
    static const char *const names[] = {"x.db", "x.db-wal", "x.db-journal", "x.db-shm",
                                        "y.db", "y.db-wal", "y.db-journal", "y.db-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_beside(names[i]);
}

static void go(void)
{
    tidy();
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    char path[80], scratch[80];
    if (!ready) {
        folder = mkdtemp(in_memory) != NULL ? in_memory : mkdtemp(on_disk);
        if (folder == NULL || atexit(go) != 0)
            abort();
        ready = true;
    }
    tidy();
    unsigned mode = size > 0 ? data[size - 1] % 4 : 0;
    size_t half = mode == 0 || mode == 3 ? size : size / 2 / 512 * 512;
    write_beside("", data, half);
    if (mode == 1 || mode == 2)
        write_beside(mode == 1 ? "-wal" : "-journal", data + half, size - half);
    snprintf(path, sizeof path, "%s/x.db", folder);
    snprintf(scratch, sizeof scratch, "%s/y.db", folder);
    use_database(path, scratch);
    return 0;
}
