/* inverse_hyperbolics.h - asinh, acosh and atanh: logarithms of an argument that is a pair
 * of doubles, so that its error does not show in the result, even where the argument is
 * near 1. */
#ifndef MG_INVERSE_HYPERBOLICS_H
#define MG_INVERSE_HYPERBOLICS_H

#include "elementary/bits.h" /* first */

#include "elementary/logarithms.h"

/* Below 2**-28, asinh(x) and atanh(x) are x to within 2**-58 of it. */
#define MG_INVERSE_TINY 3.725290298461914e-09

/* a if it is tiny, and y if not: the sign of their difference, in all bits, chooses.
 * `a < MG_INVERSE_TINY ? a : y` would do, but gcc moves the work for y into a branch then,
 * and a loop with a branch does not become vectors. */
MG_FAST_INLINE double mg_inverse_or_tiny(double a, double y) {
    uint64_t is_tiny = 0 - (mg_bits_of(a - MG_INVERSE_TINY) >> 63);
    return mg_from_bits((mg_bits_of(a) & is_tiny) | (mg_bits_of(y) & ~is_tiny));
}

/* log(a + sqrt(square)) for a >= sqrt(square), or log(sqrt(square) + a) for a <=
 * sqrt(square): the caller says which of the two is `a_is_larger`. */
MG_FAST_INLINE double mg_log_with_root(double a, mg_pair square, int a_is_larger) {
    double root = sqrt(square.high);
    mg_pair back = mg_two_product(root, root);
    /* one step of Newton's method gives the root's second double; DBL_MIN is rounded away,
     * unless the root is 0 and all else, too */
    double root_low =
        (((square.high - back.high) - back.low) + square.low) / (root + root + DBL_MIN);
    mg_pair sum = a_is_larger ? mg_fast_two_sum(a, root) : mg_fast_two_sum(root, a);
    return mg_log_of_pair(sum.high, sum.low + root_low);
}

/* log(2 x), for a normal x */
static inline double mg_log_of_twice(double x) {
    mg_scaled parts = mg_scaled_of(x);
    return mg_log_of_parts(mg_log_parts_of(parts.exponent + 1.0, parts.mantissa - 1.0), 0.0);
}

/* --- asinh(x) = log(x + sqrt(x * x + 1)) for x >= 0. Error < 0.8 ulp ----------------- */

static inline int mg_fast_range_asinh(double x) { return fabs(x) < 1e150; }

MG_FAST_INLINE double mg_fast_asinh(double x) {
    double a = fabs(x);
    mg_pair square = mg_two_product(a, a), sum = mg_two_sum(1.0, square.high);
    double y = mg_log_with_root(a, (mg_pair){sum.high, sum.low + square.low}, 0);
    return copysign(mg_inverse_or_tiny(a, y), x);
}

static inline double mg_jit_asinh(double x) {
    if (mg_fast_range_asinh(x))
        return mg_fast_asinh(x);
    return fabs(x) < INFINITY ? copysign(mg_log_of_twice(fabs(x)), x) : x;
}

/* --- acosh(x) = log(x + sqrt(x * x - 1)). Error < 0.8 ulp ---------------------------- */

static inline int mg_fast_range_acosh(double x) { return (x >= 1.0) & (x < 1e150); }

MG_FAST_INLINE double mg_fast_acosh(double x) {
    mg_pair square = mg_two_product(x, x), sum = mg_fast_two_sum(square.high, -1.0);
    return mg_log_with_root(x, (mg_pair){sum.high, sum.low + square.low}, 1);
}

static inline double mg_jit_acosh(double x) {
    if (mg_fast_range_acosh(x))
        return mg_fast_acosh(x);
    if (x != x || x == INFINITY)
        return x;
    return x < 1.0 ? NAN : mg_log_of_twice(x);
}

/* --- atanh(x) = log((1 + x) / (1 - x)) / 2. Error < 0.8 ulp -------------------------- */

static inline int mg_fast_range_atanh(double x) { return fabs(x) < 1.0; }

MG_FAST_INLINE double mg_fast_atanh(double x) {
    double a = fabs(x);
    mg_pair above = mg_fast_two_sum(1.0, a), below = mg_fast_two_sum(1.0, -a);
    double ratio = above.high / below.high;
    mg_pair back = mg_two_product(ratio, below.high);
    double rest = (((above.high - back.high) - back.low) + above.low) - ratio * below.low;
    double y = 0.5 * mg_log_of_pair(ratio, rest / below.high);
    return copysign(mg_inverse_or_tiny(a, y), x);
}

static inline double mg_jit_atanh(double x) {
    if (mg_fast_range_atanh(x))
        return mg_fast_atanh(x);
    if (x != x)
        return x;
    return fabs(x) == 1.0 ? copysign(INFINITY, x) : NAN;
}

#endif
