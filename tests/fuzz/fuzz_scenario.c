/* Any bytes as a scenario file in a case that is good. */
#include "tests/fuzz/config_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct message message;
    struct case_file case_file;
    int descriptor = memory_file(data, size, path);
    if (case_load(&case_file, "scenarios/example-newsletter/case.cfg", &message) != STATUS_OK)
        abort();
    case_add_scenario(&case_file, path, 1.0, NULL, &message);
    case_free(&case_file);
    close(descriptor);
    return 0;
}
