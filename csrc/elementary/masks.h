/* masks.h - a choice between two doubles by the bits of a mask.
 *
 * Compilers make vectors of it where they might turn `condition ? a : b` into a branch. */
#ifndef MG_MASKS_H
#define MG_MASKS_H

#include "elementary/bits.h" /* first */

#define MG_SIGN ((uint64_t)1 << 63)

/* all bits 1 if condition, which compares doubles, else 0. gcc makes no SSE2 vectors of
 * it. */
static inline uint64_t mg_mask(int condition) { return condition ? ~(uint64_t)0 : 0; }

/* The same if x has the sign bit, as negative numbers and -0.0 have. SSE2 has vectors of
 * it. */
static inline uint64_t mg_is_negative(double x) { return 0 - (mg_bits_of(x) >> 63); }

/* a if mask is all ones, b if it is 0 */
static inline double mg_choose(uint64_t mask, double a, double b) {
    return mg_from_bits((mg_bits_of(a) & mask) | (mg_bits_of(b) & ~mask));
}

/* a if mask is all ones, 0.0 if it is 0 */
static inline double mg_or_zero(uint64_t mask, double a) {
    return mg_from_bits(mg_bits_of(a) & mask);
}

/* a, with its sign changed if the sign is negative: sign is 0 or MG_SIGN */
static inline double mg_signed(uint64_t sign, double a) {
    return mg_from_bits(mg_bits_of(a) ^ sign);
}

#endif
