/* platform.h - all that depends on the compiler or the operating system.
 * Include it first: it says which POSIX version the system's headers should show. */
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

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <pthread.h>
#include <sched.h>
#include <time.h>
#endif

/* A lock costs one atomic exchange when no other thread wants it, because it is taken for
 * every operator. A thread that waits for it spins a little, then sleeps: backward may
 * hold the lock for as long as the graph is big.
 *
 * In a build with MG_CHECKS, a lock that is held contains a number of the thread that
 * holds it, for mg_holds. Otherwise it contains 1. It contains 0 when nobody holds it. */
#ifdef MG_CHECKS
static inline long mg_this_thread(void) {
#if defined(_WIN32)
    return (long)GetCurrentThreadId();
#else
    return (long)pthread_self();
#endif
}
#endif

#if defined(_MSC_VER) && !defined(__clang__)
typedef volatile long mg_lock_t;
/* Takes the lock if it is free. Returns whether it did. */
static inline int mg_lock_try(mg_lock_t *lock) {
#ifdef MG_CHECKS
    return _InterlockedCompareExchange(lock, mg_this_thread(), 0) == 0;
#else
    return !_InterlockedExchange(lock, 1);
#endif
}
static inline void mg_lock_clear(mg_lock_t *lock) { _InterlockedExchange(lock, 0); }
#else
#include <stdatomic.h>
typedef atomic_long mg_lock_t;
/* Takes the lock if it is free. Returns whether it did. */
static inline int mg_lock_try(mg_lock_t *lock) {
#ifdef MG_CHECKS
    long nobody = 0;
    return atomic_compare_exchange_strong(lock, &nobody, mg_this_thread());
#else
    return !atomic_exchange_explicit(lock, 1, memory_order_acquire);
#endif
}
static inline void mg_lock_clear(mg_lock_t *lock) {
    atomic_store_explicit(lock, 0, memory_order_release);
}
#endif

#ifdef MG_CHECKS
/* True if the calling thread holds the lock. */
static inline int mg_holds(mg_lock_t *lock) { return *lock == mg_this_thread(); }
#endif

/* Lets other threads run: the longer, the more rounds the caller has waited already. */
static inline void mg_pause(int rounds) {
#if defined(_WIN32)
    Sleep(rounds < 64 ? 0 : 1);
#else
    if (rounds < 64) {
        sched_yield();
    } else {
        struct timespec a_while = {0, 100000};
        nanosleep(&a_while, NULL);
    }
#endif
}

/* A thread must not take a lock that it holds: it would wait for ever. */
static inline void mg_lock(mg_lock_t *lock) {
    MG_ASSERT(!mg_holds(lock));
    for (int rounds = 0; MG_UNLIKELY(!mg_lock_try(lock)); rounds++)
        mg_pause(rounds);
}

static inline void mg_unlock(mg_lock_t *lock) {
    MG_ASSERT(mg_holds(lock));
    mg_lock_clear(lock);
}

/* Has two functions called around every fork, in the parent before and in both processes
 * after, so that no lock is copied while another thread holds it. Windows has no fork.
 * Returns 0 if there is no memory for it. */
static inline int mg_around_fork(void (*before)(void), void (*after)(void)) {
#if defined(_WIN32)
    (void)before, (void)after;
    return 1;
#else
    return pthread_atfork(before, after, after) == 0;
#endif
}

#endif
