/* hash.h - hashes of several numbers, for hash tables whose size is a power of two. */
#ifndef MG_HASH_H
#define MG_HASH_H

#include "base/platform.h" /* first */

#include <stdint.h>

/* Returns the hash of what hash stands for, followed by x. Its low bits depend on all bits
 * of both. */
static inline uint64_t mg_mix(uint64_t hash, uint64_t x) {
    hash = (hash ^ x) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

#endif
