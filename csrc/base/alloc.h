/* alloc.h - every allocation of the library: counted, and made to fail by tests. */
#ifndef MG_ALLOC_H
#define MG_ALLOC_H

#include <stddef.h>

#include "base/platform.h"

/* Returns a block of count * size bytes, not cleared, which the caller frees with
 * mg_dealloc. NULL: out of memory, or the product does not fit a size_t. */
void *mg_alloc(size_t count, size_t size);

/* Guards the counters. Whoever holds it takes no other lock. */
extern mg_lock_t mg_alloc_lock;

/* Frees a block of mg_alloc; NULL is allowed. */
void mg_dealloc(void *block);

#endif
