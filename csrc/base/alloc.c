/* alloc.c - counts blocks of memory, and lets tests make an allocation fail. */
#include "base/platform.h" /* first */

#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

#include "micrograd.h"

mg_lock_t mg_alloc_lock;
static size_t live_blocks;
static long fail_at; /* 1: the next allocation fails, 2: the one after it; 0: none */
static int fail_forever;

static int must_fail(void) {
    if (fail_at == 0)
        return 0;
    if (fail_at > 1) {
        fail_at--;
        return 0;
    }
    if (!fail_forever)
        fail_at = 0;
    return 1;
}

void *mg_alloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    mg_lock(&mg_alloc_lock);
    void *block = must_fail() ? NULL : malloc(count * size + (size == 0 || count == 0));
    live_blocks += block != NULL;
    mg_unlock(&mg_alloc_lock);
    return block;
}

void mg_dealloc(void *block) {
    mg_lock(&mg_alloc_lock);
    live_blocks -= block != NULL;
    mg_unlock(&mg_alloc_lock);
    free(block);
}

size_t mg_live_blocks(void) {
    mg_lock(&mg_alloc_lock);
    size_t n = live_blocks;
    mg_unlock(&mg_alloc_lock);
    return n;
}

void mg_fail_allocation(long nth, int forever) {
    mg_lock(&mg_alloc_lock);
    fail_at = nth;
    fail_forever = forever;
    mg_unlock(&mg_alloc_lock);
}
