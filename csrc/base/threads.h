/* threads.h - a pool of threads that do the same job at the same time. */
#ifndef MG_THREADS_H
#define MG_THREADS_H

typedef struct mg_pool mg_pool;

/* The job of each of n threads. Thread 0 is the one that called mg_pool_run. */
typedef void (*mg_pool_job)(void *job, int thread, int n);

/* Returns a pool of n threads, at most 256: the calling one and n - 1 new ones, which wait
 * for jobs. NULL: out of memory, or the system starts no more threads. */
mg_pool *mg_pool_start(int n);

/* Calls function(job, thread, n) in each thread; returns when all calls have returned. */
void mg_pool_run(mg_pool *pool, mg_pool_job function, void *job);

/* Ends the threads and frees the pool. NULL is allowed. */
void mg_pool_stop(mg_pool *pool);

#endif
