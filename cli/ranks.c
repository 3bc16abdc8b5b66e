#include "cli/ranks.h"

#if defined(HAVE_MPI)
#include <mpi.h>

void ranks_start(int *argc, char ***argv)
{
    int given;
    /* only the main thread of each process speaks to the others */
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &given);
}

void ranks_end(int status)
{
    if (status != STATUS_OK && ranks_count() > 1)
        MPI_Abort(MPI_COMM_WORLD, status);
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

int ranks_worst(int status)
{
    int worst = status;
    MPI_Allreduce(&status, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return worst;
}

#else

void ranks_start(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

void ranks_end(int status)
{
    (void)status;
}

int ranks_count(void)
{
    return 1;
}

int ranks_number(void)
{
    return 0;
}

int ranks_worst(int status)
{
    return status;
}

#endif
