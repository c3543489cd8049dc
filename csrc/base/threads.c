/* threads.c - a pool of threads that do the same job at the same time.
 *
 * A job takes microseconds, so a thread that waits for the next one first spins, and only
 * then sleeps.
 */
#include "base/platform.h" /* first */

#include "base/threads.h"

#include <string.h>

#include "base/alloc.h"

enum { SPINS_BEFORE_SLEEP = 20000, MAX_THREADS = 256 };

#if defined(_WIN32)
typedef HANDLE thread_t;
typedef CRITICAL_SECTION mutex_t;
typedef CONDITION_VARIABLE condition_t;
#define THREAD_RESULT DWORD WINAPI
#define THREAD_DONE 0
static int thread_start(thread_t *t, DWORD(WINAPI *f)(void *), void *x) {
    return (*t = CreateThread(NULL, 0, f, x, 0, NULL)) != NULL;
}
static void thread_join(thread_t t) {
    WaitForSingleObject(t, INFINITE);
    CloseHandle(t);
}
static void mutex_open(mutex_t *m) { InitializeCriticalSection(m); }
static void mutex_close(mutex_t *m) { DeleteCriticalSection(m); }
static void mutex_lock(mutex_t *m) { EnterCriticalSection(m); }
static void mutex_unlock(mutex_t *m) { LeaveCriticalSection(m); }
static void condition_open(condition_t *c) { InitializeConditionVariable(c); }
static void condition_close(condition_t *c) { (void)c; }
static void condition_wait(condition_t *c, mutex_t *m) {
    SleepConditionVariableCS(c, m, INFINITE);
}
static void condition_broadcast(condition_t *c) { WakeAllConditionVariable(c); }
#else
#include <pthread.h>
typedef pthread_t thread_t;
typedef pthread_mutex_t mutex_t;
typedef pthread_cond_t condition_t;
#define THREAD_RESULT void *
#define THREAD_DONE NULL
static int thread_start(thread_t *t, void *(*f)(void *), void *x) {
    return pthread_create(t, NULL, f, x) == 0;
}
static void thread_join(thread_t t) { pthread_join(t, NULL); }
static void mutex_open(mutex_t *m) { pthread_mutex_init(m, NULL); }
static void mutex_close(mutex_t *m) { pthread_mutex_destroy(m); }
static void mutex_lock(mutex_t *m) { pthread_mutex_lock(m); }
static void mutex_unlock(mutex_t *m) { pthread_mutex_unlock(m); }
static void condition_open(condition_t *c) { pthread_cond_init(c, NULL); }
static void condition_close(condition_t *c) { pthread_cond_destroy(c); }
static void condition_wait(condition_t *c, mutex_t *m) { pthread_cond_wait(c, m); }
static void condition_broadcast(condition_t *c) { pthread_cond_broadcast(c); }
#endif

#if defined(_MSC_VER) && !defined(__clang__)
typedef volatile long counter_t;
static long counter_get(counter_t *c) { return _InterlockedOr(c, 0); }
static long counter_add(counter_t *c, long x) { return _InterlockedExchangeAdd(c, x) + x; }
#else
typedef atomic_long counter_t;
static long counter_get(counter_t *c) {
    return atomic_load_explicit(c, memory_order_acquire);
}
static long counter_add(counter_t *c, long x) { return atomic_fetch_add(c, x) + x; }
#endif

typedef struct {
    mg_pool *pool;
    int number;
} worker;

struct mg_pool {
    int n;
    mutex_t mutex; /* held to add a job and to fall asleep, so that no job is missed */
    condition_t has_job; /* broadcast when a job is added */
    counter_t jobs;      /* jobs added so far */
    counter_t working;   /* threads that are not done with the last job */
    int is_stopping;     /* true: the next job is to end */
    mg_pool_job function;
    void *job;
    thread_t threads[MAX_THREADS];
    worker workers[MAX_THREADS];
};

static void wait_for_job(mg_pool *pool, long seen) {
    for (int i = 0; i < SPINS_BEFORE_SLEEP; i++)
        if (counter_get(&pool->jobs) != seen)
            return;
    mutex_lock(&pool->mutex);
    while (counter_get(&pool->jobs) == seen)
        condition_wait(&pool->has_job, &pool->mutex);
    mutex_unlock(&pool->mutex);
}

static THREAD_RESULT work(void *argument) {
    worker *me = argument;
    mg_pool *pool = me->pool;
    for (long seen = 0;; seen++) {
        wait_for_job(pool, seen);
        if (pool->is_stopping)
            return THREAD_DONE;
        pool->function(pool->job, me->number, pool->n);
        counter_add(&pool->working, -1);
    }
}

static void add_job(mg_pool *pool) {
    mutex_lock(&pool->mutex);
    counter_add(&pool->jobs, 1);
    condition_broadcast(&pool->has_job);
    mutex_unlock(&pool->mutex);
}

mg_pool *mg_pool_start(int n) {
    mg_pool *pool = mg_alloc(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    memset(pool, 0, sizeof *pool);
    mutex_open(&pool->mutex);
    condition_open(&pool->has_job);
    for (pool->n = 1; pool->n < n && pool->n < MAX_THREADS; pool->n++) {
        int i = pool->n;
        pool->workers[i].pool = pool;
        pool->workers[i].number = i;
        if (!thread_start(&pool->threads[i], work, &pool->workers[i])) {
            mg_pool_stop(pool);
            return NULL;
        }
    }
    return pool;
}

void mg_pool_run(mg_pool *pool, mg_pool_job function, void *job) {
    pool->function = function;
    pool->job = job;
    counter_add(&pool->working, pool->n - 1);
    add_job(pool);
    function(job, 0, pool->n);
    for (int i = 0; counter_get(&pool->working) != 0; i++)
        if (i >= SPINS_BEFORE_SLEEP)
            mg_pause(0);
}

void mg_pool_stop(mg_pool *pool) {
    if (pool == NULL)
        return;
    pool->is_stopping = 1;
    add_job(pool);
    for (int i = 1; i < pool->n; i++)
        thread_join(pool->threads[i]);
    mutex_close(&pool->mutex);
    condition_close(&pool->has_job);
    mg_dealloc(pool);
}
