#include "analysis/infer/workers.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS_MAX = 256 };

struct crew {
    worker_task *task;
    void *context;
    size_t n;
    atomic_size_t next;
    pthread_mutex_t lock;
    size_t failed_index;
    int code;
    struct message message;
};

static void note_failure(struct crew *crew, size_t index, int code, const struct message *message)
{
    pthread_mutex_lock(&crew->lock);
    if (crew->code == STATUS_OK || index < crew->failed_index) {
        crew->code = code;
        crew->failed_index = index;
        crew->message = *message;
    }
    pthread_mutex_unlock(&crew->lock);
}

static void *work(void *argument)
{
    struct crew *crew = argument;
    for (;;) {
        size_t index = atomic_fetch_add(&crew->next, 1);
        if (index >= crew->n)
            return NULL;
        struct message message = {""};
        int code = crew->task(crew->context, index, &message);
        if (code != STATUS_OK)
            note_failure(crew, index, code, &message);
    }
}

int workers_run(unsigned threads, size_t n, worker_task *task, void *context,
                struct message *message)
{
    struct crew crew = {.task = task, .context = context, .n = n, .code = STATUS_OK};
    pthread_t helper[THREADS_MAX];
    unsigned started = 0;
    atomic_init(&crew.next, 0);
    if (pthread_mutex_init(&crew.lock, NULL) != 0)
        return fail(message, STATUS_RUN, "cannot create a lock: the system is out of resources");
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    /* A thread that cannot be started is no failure: the others do its share. */
    while (started + 1 < threads && started + 1 < n &&
           pthread_create(&helper[started], NULL, work, &crew) == 0)
        started++;
    work(&crew);
    for (unsigned i = 0; i < started; i++)
        pthread_join(helper[i], NULL);
    pthread_mutex_destroy(&crew.lock);
    if (crew.code != STATUS_OK)
        return fail(message, crew.code, "%s", crew.message.text);
    return STATUS_OK;
}
