#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/stop.h"

#define REDRAW_S 0.1
#define LINE_S 10.0
#define WIDTH 30

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void show_bar(const struct progress_bar *self, double done, double rate, double left_s)
{
    char bar[WIDTH + 1];
    int full = (int)(done * WIDTH);
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < full ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %3.0f %%  %.0f trials/s  %.0f s left \033[K", self->what, bar,
            100 * done, rate, left_s);
}

static void advance(void *context, uint64_t trials_done, uint64_t trials_all)
{
    struct progress_bar *self = context;
    double now = now_s(), elapsed = now - self->started_s;
    double interval = self->terminal ? REDRAW_S : LINE_S;
    if (self->quiet || now - self->shown_s < interval)
        return;
    self->shown_s = now;
    double done = (double)trials_done / (double)trials_all;
    double rate = elapsed > 0 ? (double)trials_done / elapsed : 0;
    double left_s = rate > 0 ? (double)(trials_all - trials_done) / rate : 0;
    if (self->terminal)
        show_bar(self, done, rate, left_s);
    else
        fprintf(stderr, "%s: %llu of %llu trials, %.0f per second, %.0f s left\n", self->what,
                (unsigned long long)trials_done, (unsigned long long)trials_all, rate, left_s);
}

void progress_bar_start(struct progress_bar *self, const char *what, bool quiet)
{
    memset(self, 0, sizeof *self);
    self->what = what;
    self->quiet = quiet;
    self->terminal = isatty(STDERR_FILENO);
    self->started_s = self->shown_s = now_s();
    self->progress = (struct progress){.context = self, .advance = advance, .stop = stop_asked()};
    stop_gently(true);
}

void progress_bar_end(struct progress_bar *self)
{
    if (self->terminal && !self->quiet)
        fputs("\r\033[K", stderr);
    stop_gently(false);
}
