/* config_target.h - a configuration file that exists in memory only, for fuzzing the loaders. */
#ifndef TESTS_FUZZ_CONFIG_TARGET_H
#define TESTS_FUZZ_CONFIG_TARGET_H

#include <gsl/gsl_errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analysis/config/case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A descriptor of a file with this content; its path is written to `path`. */
static inline int memory_file(const uint8_t *data, size_t size, char path[64])
{
    int descriptor = memfd_create("input", 0);
    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        abort();
    snprintf(path, 64, "/proc/self/fd/%d", descriptor);
    gsl_set_error_handler_off();
    return descriptor;
}

#endif
