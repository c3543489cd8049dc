/* bits.h - what the elementary functions of this folder are made of.
 *
 * jit's programs use these functions in place of the C library's, so that a program gives the
 * same bits with any C library and any instruction set. python_ref/elementary/ has the same
 * functions in Python: the same operations in the same order, and so the same bits.
 *
 * Each function f comes as three:
 *
 *     mg_jit_f(x)         the function for any x: infinities, NaN, results that underflow
 *     mg_fast_range_f(x)  true for the usual x
 *     mg_fast_f(x)        the same bits as mg_jit_f, for the usual x only
 *
 * mg_fast_f has no branch and no call, so that compilers make vectors of a loop over it: a
 * condition chooses between two numbers that were both computed before. A table is read at
 * an index made of bits, which is in the table for any x. All functions are correct in
 * round-to-nearest only, and need a compiler that neither fuses a multiplication with an
 * addition nor reorders sums.
 *
 * Cost is given in multiplications and additions, where both count the same.
 */
#ifndef MG_BITS_H
#define MG_BITS_H

#include "base/platform.h" /* first */

#include <math.h>
#include <stdint.h>
#include <string.h>

/* For fast functions of many steps: where a compiler leaves the call, it makes no vectors. */
#if defined(__GNUC__) || defined(__clang__)
#define MG_FAST_INLINE static inline __attribute__((always_inline))
#else
#define MG_FAST_INLINE static inline
#endif

static inline uint64_t mg_bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double mg_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 1.5 * 2**52. A double of this size has no digits after the point, so adding it rounds to a
 * whole number, which is then in the low bits: for |x| < 2**51,
 * (x + MG_ROUNDER) - MG_ROUNDER is x rounded to nearest, ties to even. */
#define MG_ROUNDER 6755399441055744.0

/* 2**k, for a whole k from -1022 to 1023 */
static inline double mg_power_of_two(double k) {
    return mg_from_bits(mg_bits_of(k + (MG_ROUNDER + 1023.0)) << 52);
}

/* Two doubles that stand for their sum: low is at most half a unit in high's last place. */
typedef struct {
    double high, low;
} mg_pair;

/* a + b, exactly, if |a| >= |b| or a is 0. 3 operations. T. J. Dekker, 1971. */
static inline mg_pair mg_fast_two_sum(double a, double b) {
    double high = a + b;
    return (mg_pair){high, b - (high - a)};
}

/* a + b, exactly. 6 operations. D. E. Knuth, The Art of Computer Programming, volume 2. */
static inline mg_pair mg_two_sum(double a, double b) {
    double high = a + b, of_b = high - a;
    return (mg_pair){high, (a - (high - of_b)) + (b - of_b)};
}

/* a * b, exactly, if neither overflows nor underflows. 17 operations: each factor is split
 * into halves of at most 26 bits. T. J. Dekker, 1971. */
static inline mg_pair mg_two_product(double a, double b) {
    const double splitter = 134217729.0; /* 2**27 + 1 */
    double ta = splitter * a, tb = splitter * b;
    double a_high = ta - (ta - a), b_high = tb - (tb - b);
    double a_low = a - a_high, b_low = b - b_high, high = a * b;
    double low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return (mg_pair){high, low};
}

#endif
