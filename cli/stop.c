#include "cli/stop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sim/status.h"

/* A signal handler can reach nothing else. */
static volatile int asked, gentle, on_terminal;

static void on_signal(int number)
{
    static const char text[] =
        "\nmxplain: stopped by a signal; what a database has is kept: the same command goes on\n";
    (void)number;
    if (gentle && !asked) {
        asked = 1;
        return;
    }
    size_t skip = on_terminal ? 0 : 1; /* the line of a progress bar ends here */
    if (write(STDERR_FILENO, text + skip, sizeof text - 1 - skip) < 0)
        _exit(STATUS_RUN); /* nobody listens */
    _exit(STATUS_RUN);
}

void stop_start(void)
{
    struct sigaction action, old;
    const int numbers[] = {SIGINT, SIGTERM};
    on_terminal = isatty(STDERR_FILENO);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    for (int i = 0; i < 2; i++)
        /* what runs in the background of a shell, or under nohup, ignores some signals on purpose
         */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
}

void stop_gently(bool gently)
{
    gentle = gently;
}

volatile const int *stop_asked(void)
{
    return &asked;
}
