/* Any bytes as a table of numbers: read or refused, never a crash. */
#include "analysis/ingest/numeric_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct message message;
    int file = memfd_create("table", 0);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    for (int choice = LABEL_NONE; choice <= LABEL_IF_PRESENT; choice++) {
        struct numeric_csv table;
        int code = numeric_csv_read(&table, path, choice, "model", &message);
        if (code == STATUS_OK)
            numeric_csv_sort_labels(&table);
        for (size_t i = 0; code == STATUS_OK && table.label != NULL && i < table.n_rows; i++)
            if (table.label[i] >= table.n_labels)
                abort();
        numeric_csv_free(&table);
    }
    close(file);
    return 0;
}
