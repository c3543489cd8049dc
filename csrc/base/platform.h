/* platform.h - all that depends on the compiler or the operating system.
 * To be included first: it says which POSIX the system's headers should show. */
#ifndef MG_PLATFORM_H
#define MG_PLATFORM_H

#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include "base/checks.h"

#if defined(__GNUC__) || defined(__clang__)
#define MG_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define MG_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define MG_PREFETCH(address) __builtin_prefetch((address), 1)
#else
#define MG_LIKELY(condition) (condition)
#define MG_UNLIKELY(condition) (condition)
#define MG_PREFETCH(address) ((void)0)
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#define MG_THREAD_LOCAL __declspec(thread)
#else
#define MG_THREAD_LOCAL _Thread_local
#endif

/* No fused multiply-add: a * b + c rounds twice, on every machine. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#endif /* gcc knows no pragma for it: setup passes -ffp-contract=off */

/* A lock that costs one atomic exchange when nobody else wants it, because it is
 * taken for every operator. A waiter spins a little, then sleeps: backward may
 * hold the lock for as long as the graph is big. */
#if defined(_MSC_VER) && !defined(__clang__)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
typedef volatile long mg_lock_t;
static inline int mg_lock_try(mg_lock_t *lock) { return !_InterlockedExchange(lock, 1); }
static inline void mg_unlock(mg_lock_t *lock) { _InterlockedExchange(lock, 0); }
#else
#include <stdatomic.h>
typedef atomic_int mg_lock_t;
static inline int mg_lock_try(mg_lock_t *lock) {
    return !atomic_exchange_explicit(lock, 1, memory_order_acquire);
}
static inline void mg_unlock(mg_lock_t *lock) {
    atomic_store_explicit(lock, 0, memory_order_release);
}
#endif

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
static inline void mg_pause(int rounds) { Sleep(rounds < 64 ? 0 : 1); }
#else
#include <sched.h>
#include <time.h>
static inline void mg_pause(int rounds) {
    if (rounds < 64) {
        sched_yield();
    } else {
        struct timespec a_while = {0, 100000};
        nanosleep(&a_while, NULL);
    }
}
#endif

/* Has two functions called around every fork, in the parent before and in both
 * after, so that no lock is copied while another thread holds it. Windows has no
 * fork. Returns 0 when there is no memory for it. */
#if defined(_WIN32)
static inline int mg_around_fork(void (*before)(void), void (*after)(void)) {
    (void)before, (void)after;
    return 1;
}
#else
#include <pthread.h>
static inline int mg_around_fork(void (*before)(void), void (*after)(void)) {
    return pthread_atfork(before, after, after) == 0;
}
#endif

static inline void mg_lock(mg_lock_t *lock) {
    for (int rounds = 0; MG_UNLIKELY(!mg_lock_try(lock)); rounds++)
        mg_pause(rounds);
}

#endif
