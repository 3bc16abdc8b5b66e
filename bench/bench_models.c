/* bench_models.c - cost of one trial of each model under its default priors: 140 days, two
 * receiving parties, TTL 3600 s.
 *
 * Prints processor microseconds per trial, client queries and visible queries per trial.
 */
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <time.h>

#include "models/models.h"
#include "tests/support/tiny_world.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void measure(const char *name, uint64_t n)
{
    struct tiny_entry entry = {name, "it", NULL};
    struct tiny_world tiny;
    struct trial trial;
    struct message message;
    tiny_world_init(&tiny, (struct tiny_options){.ttl_s = 3600, .software = "bind-9.18"}, &entry,
                    1);
    double asked = 0, seen = 0, models_s = 0;
    if (trial_init(&trial, &tiny.world) != STATUS_OK)
        return;
    trial_run(&trial, &tiny.plan, 1, 0, &message);
    double start = now_s();
    for (uint64_t i = 0; i < n; i++) {
        if (trial_run(&trial, &tiny.plan, 1, i, &message) != STATUS_OK) {
            printf("%s\n", message.text);
            break;
        }
        asked += (double)trial_count_asked(&trial);
        seen += (double)trial.logs[0].n;
    }
    models_s = now_s() - start;
    printf("%-24s %8.1f us/trial %10.0f asked %8.0f seen\n", name, models_s / (double)n * 1e6,
           asked / (double)n, seen / (double)n);
    trial_free(&trial);
    tiny_world_free(&tiny);
}

int main(void)
{
    gsl_set_error_handler_off();
    for (const struct model *const *model = models; *model != NULL; model++)
        measure((*model)->name, 2000);
    return 0;
}
