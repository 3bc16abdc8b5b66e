/* test_teaching.c - every case for teaching, once: does the class find what the envelope holds? */
#include "tests/support/teaching.h"

static void the_truth_is_found_or_called_beyond_telling(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TEACHING_CASES; i++)
        teach(&teaching_cases[i], 500, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_is_found_or_called_beyond_telling),
    };
    return cmocka_run_group_tests(tests, scene_set, NULL);
}
