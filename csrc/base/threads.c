/* threads.c - threads that do the same job at the same time.
 *
 * A job takes microseconds, so a thread that waits for the next one spins first, and only
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
static void mutex_init(mutex_t *m) { InitializeCriticalSection(m); }
static void mutex_destroy(mutex_t *m) { DeleteCriticalSection(m); }
static void mutex_lock(mutex_t *m) { EnterCriticalSection(m); }
static void mutex_unlock(mutex_t *m) { LeaveCriticalSection(m); }
static void condition_init(condition_t *c) { InitializeConditionVariable(c); }
static void condition_destroy(condition_t *c) { (void)c; }
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
static void mutex_init(mutex_t *m) { pthread_mutex_init(m, NULL); }
static void mutex_destroy(mutex_t *m) { pthread_mutex_destroy(m); }
static void mutex_lock(mutex_t *m) { pthread_mutex_lock(m); }
static void mutex_unlock(mutex_t *m) { pthread_mutex_unlock(m); }
static void condition_init(condition_t *c) { pthread_cond_init(c, NULL); }
static void condition_destroy(condition_t *c) { pthread_cond_destroy(c); }
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
    mg_team *team;
    int number;
} worker;

struct mg_team {
    int n;
    mutex_t mutex; /* held from a last look at jobs until the thread sleeps */
    condition_t new_job;
    counter_t jobs;    /* announced so far */
    counter_t working; /* threads that have not finished the last job */
    int stopping;
    mg_team_job function;
    void *job;
    thread_t threads[MAX_THREADS];
    worker workers[MAX_THREADS];
};

/* Returns when the number of jobs is no longer the one that the thread has seen. */
static void wait_for_job(mg_team *team, long seen) {
    for (int i = 0; i < SPINS_BEFORE_SLEEP; i++)
        if (counter_get(&team->jobs) != seen)
            return;
    mutex_lock(&team->mutex);
    while (counter_get(&team->jobs) == seen)
        condition_wait(&team->new_job, &team->mutex);
    mutex_unlock(&team->mutex);
}

static THREAD_RESULT work(void *argument) {
    worker *self = argument;
    mg_team *team = self->team;
    for (long seen = 0;; seen++) {
        wait_for_job(team, seen);
        if (team->stopping)
            return THREAD_DONE;
        team->function(team->job, self->number, team->n);
        counter_add(&team->working, -1);
    }
}

/* Starts a job, or the threads' end if team->stopping. */
static void announce(mg_team *team) {
    mutex_lock(&team->mutex);
    counter_add(&team->jobs, 1);
    condition_broadcast(&team->new_job);
    mutex_unlock(&team->mutex);
}

mg_team *mg_team_start(int n) {
    mg_team *team = mg_alloc(1, sizeof *team);
    if (team == NULL)
        return NULL;
    memset(team, 0, sizeof *team);
    mutex_init(&team->mutex);
    condition_init(&team->new_job);
    for (team->n = 1; team->n < n && team->n < MAX_THREADS; team->n++) {
        int i = team->n;
        team->workers[i].team = team;
        team->workers[i].number = i;
        if (!thread_start(&team->threads[i], work, &team->workers[i])) {
            mg_team_stop(team);
            return NULL;
        }
    }
    return team;
}

void mg_team_run(mg_team *team, mg_team_job function, void *job) {
    team->function = function;
    team->job = job;
    counter_add(&team->working, team->n - 1);
    announce(team);
    function(job, 0, team->n);
    for (int i = 0; counter_get(&team->working) != 0; i++)
        if (i >= SPINS_BEFORE_SLEEP)
            mg_pause(0);
}

void mg_team_stop(mg_team *team) {
    if (team == NULL)
        return;
    team->stopping = 1;
    announce(team);
    for (int i = 1; i < team->n; i++)
        thread_join(team->threads[i]);
    mutex_destroy(&team->mutex);
    condition_destroy(&team->new_job);
    mg_dealloc(team);
}
