/* alloc.h - every allocation of the library passes here. */
#ifndef MG_ALLOC_H
#define MG_ALLOC_H

#include <stddef.h>

#include "base/platform.h"

/* A block of count * size bytes, not cleared; NULL when there is no memory or the
 * product does not fit a size_t. Give it back with mg_dealloc. */
void *mg_alloc(size_t count, size_t size);

/* Guards the counters; taken last of all locks. */
extern mg_lock_t mg_alloc_lock;

/* Frees a block of mg_alloc; NULL is allowed. */
void mg_dealloc(void *block);

#endif
