#include "cli/ranks.h"

#if defined(HAVE_MPI)
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "analysis/store/digest.h"

#define NAP_MS 2

void ranks_start(int *argc, char ***argv)
{
    int given;
    /* only the main thread of each process speaks to the others */
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &given);
}

/* MPI's own waits keep a processor busy that another process or thread may need. */
static void wait_asleep(MPI_Request *request)
{
    int done = 0;
    while (MPI_Test(request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done)
        nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000L}, NULL);
}

void ranks_end(void)
{
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    wait_asleep(&request);
    MPI_Finalize();
}

int ranks_count(void)
{
    int n = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &n);
    return n;
}

int ranks_number(void)
{
    int number = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &number);
    return number;
}

static int greatest(int value)
{
    int result = value;
    MPI_Request request;
    MPI_Iallreduce(&value, &result, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &request);
    wait_asleep(&request);
    return result;
}

int ranks_agree(int status, struct message *message)
{
    int n = ranks_count(), me = ranks_number();
    if (n == 1)
        return status;
    int worst = greatest(status);
    int first = n - greatest(status == STATUS_OK ? 0 : n - me);
    if (status != STATUS_OK && me == first && me > 0)
        fprintf(stderr, "mxplain: process %d of %d: %s\n", me + 1, n, message->text);
    if (status == STATUS_OK && worst != STATUS_OK)
        fail(message, worst,
             "process %d of %d failed; what was finished is kept: the same command goes on",
             first + 1, n);
    return worst;
}

void ranks_share(void *bytes, size_t n)
{
    MPI_Bcast(bytes, (int)n, MPI_BYTE, 0, MPI_COMM_WORLD);
}

bool ranks_same(const void *bytes, size_t n)
{
    uint8_t own[DIGEST_BYTES], first[DIGEST_BYTES];
    struct digest digest;
    digest_init(&digest);
    digest_raw(&digest, bytes, n);
    digest_end(&digest, own);
    memcpy(first, own, sizeof first);
    ranks_share(first, sizeof first);
    return greatest(memcmp(own, first, sizeof own) != 0) == 0;
}

/* mpirun binds every process to its own processors. */
static void use_processors_of_all(MPI_Comm machine)
{
    cpu_set_t own, all;
    if (sched_getaffinity(0, sizeof own, &own) != 0)
        CPU_ZERO(&own);
    MPI_Allreduce(&own, &all, sizeof own, MPI_BYTE, MPI_BOR, machine);
    if (ranks_number() == 0)
        sched_setaffinity(0, sizeof all, &all);
}

unsigned ranks_lend_threads(unsigned threads)
{
    MPI_Comm machine;
    unsigned sum = threads;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
    MPI_Allreduce(&threads, &sum, 1, MPI_UNSIGNED, MPI_SUM, machine);
    use_processors_of_all(machine);
    MPI_Comm_free(&machine);
    return ranks_number() == 0 ? sum : threads;
}

#else

void ranks_start(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

void ranks_end(void)
{
}

int ranks_count(void)
{
    return 1;
}

int ranks_number(void)
{
    return 0;
}

int ranks_agree(int status, struct message *message)
{
    (void)message;
    return status;
}

void ranks_share(void *bytes, size_t n)
{
    (void)bytes;
    (void)n;
}

bool ranks_same(const void *bytes, size_t n)
{
    (void)bytes;
    (void)n;
    return true;
}

unsigned ranks_lend_threads(unsigned threads)
{
    return threads;
}

#endif
