/* Any bytes as a case file: a message or a case, never a crash. The file is /proc/self/fd/N: seeds
 * name the files beside it from "../cwd/" on, the working directory, so that they load whole. */
#include "tests/fuzz/config_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct message message;
    struct case_file case_file;
    int descriptor = memory_file(data, size, path);
    case_load(&case_file, path, &message);
    case_free(&case_file);
    close(descriptor);
    return 0;
}
