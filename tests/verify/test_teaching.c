/* test_teaching.c - every case for teaching under other seeds and with more trials: what a class
 * learns must not hang on the seed. */
#include "tests/support/teaching.h"

static void the_answer_does_not_hang_on_the_seed(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TEACHING_CASES; i++)
        for (int seed = 2; seed <= 5; seed++)
            teach(&teaching_cases[i], 2000, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answer_does_not_hang_on_the_seed),
    };
    return cmocka_run_group_tests(tests, scene_set, NULL);
}
