/* powers.h - pow, pow with the exponents that programs mostly have, and hypot. */
#ifndef MG_POWERS_H
#define MG_POWERS_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"
#include "elementary/logarithms.h"

/* --- Fixed exponents ------------------------------------------------------------------------
 *
 * mg_jit_pow has the same bits for these exponents. Products, quotients and roots that follow
 * each other are corrected by what rounding took from the first. */

static inline int mg_fast_range_pow_2(double x) { return (void)x, 1; }

static inline double mg_fast_pow_2(double x) { return x * x; }

static inline double mg_jit_pow_2(double x) { return x * x; }

static inline int mg_fast_range_pow_minus_1(double x) { return (void)x, 1; }

static inline double mg_fast_pow_minus_1(double x) { return 1.0 / x; }

static inline double mg_jit_pow_minus_1(double x) { return 1.0 / x; }

/* C99 wants sqrt(-0.0) = -0.0, but pow(-0.0, 0.5) = 0.0 and pow(-INFINITY, 0.5) = INFINITY. */
static inline int mg_fast_range_pow_half(double x) { return x != -INFINITY; }

static inline double mg_fast_pow_half(double x) { return sqrt(x) + 0.0; }

static inline double mg_jit_pow_half(double x) {
    return mg_fast_range_pow_half(x) ? mg_fast_pow_half(x) : INFINITY;
}

/* x * x * x. Error < 0.51 ulp */
static inline int mg_fast_range_pow_3(double x) {
    return (fabs(x) < 1e100) & ((fabs(x) > 1e-90) | (x == 0.0));
}

static inline double mg_fast_pow_3(double x) {
    mg_pair square = mg_two_product(x, x), cube = mg_two_product(square.high, x);
    return copysign(cube.high + (cube.low + square.low * x), x); /* -0.0 gives -0.0 */
}

static inline double mg_jit_pow_3(double x) {
    double a = fabs(x);
    if (mg_fast_range_pow_3(x))
        return mg_fast_pow_3(x);
    if (!(a > 1e-109 && a < 1e103)) /* so small or large that the result is 0 or infinite */
        return x * x * x;
    double scale = a < 1.0 ? 0x1p-256 : 0x1p256; /* of x; the result's is scale**3 */
    return mg_fast_pow_3(x / scale) * scale * scale * scale;
}

/* 1 / (x * x). Error < 0.51 ulp */
static inline int mg_fast_range_pow_minus_2(double x) {
    return (fabs(x) < 1e140) & (fabs(x) > 1e-140);
}

static inline double mg_fast_pow_minus_2(double x) {
    mg_pair square = mg_two_product(x, x);
    double y = 1.0 / square.high;
    mg_pair one = mg_two_product(y, square.high);
    return y + y * (((1.0 - one.high) - one.low) - y * square.low);
}

static inline double mg_jit_pow_minus_2(double x) {
    double a = fabs(x);
    if (mg_fast_range_pow_minus_2(x))
        return mg_fast_pow_minus_2(x);
    if (!(a > 1e-155 && a < 1e163))
        return 1.0 / (x * x);
    double scale = a < 1.0 ? 0x1p-256 : 0x1p256;
    return mg_fast_pow_minus_2(x / scale) / scale / scale;
}

/* 1 / sqrt(x). Error < 0.51 ulp */
static inline int mg_fast_range_pow_minus_half(double x) { return (x > 1e-280) & (x < 1e300); }

static inline double mg_fast_pow_minus_half(double x) {
    double root = sqrt(x), y = 1.0 / root;
    mg_pair back = mg_two_product(root, root), one = mg_two_product(y, root);
    double of_root = ((x - back.high) - back.low) * (0.5 * y); /* sqrt(x) - root */
    return y + y * (((1.0 - one.high) - one.low) - of_root * y);
}

static inline double mg_jit_pow_minus_half(double x) {
    if (mg_fast_range_pow_minus_half(x))
        return mg_fast_pow_minus_half(x);
    if (x == 0.0)
        return INFINITY;
    if (!(x > 0.0 && x < INFINITY))
        return x == -INFINITY ? 0.0 : 1.0 / mg_fast_pow_half(x);
    double scale = x < 1.0 ? 0x1p-128 : 0x1p128;
    return mg_fast_pow_minus_half(x / (scale * scale)) / scale;
}

/* --- pow(x, y) = exp(y * log(x)), with the product as a pair. Error < 0.75 ulp ------------- */

/* exp(high + low) = 2**exponent * mantissa, with mantissa from sqrt(1/2) to sqrt(2), for
 * |high| < 1100 and |low| < 2**-12. */
static inline mg_scaled mg_exp_of_pair(mg_pair x) {
    const double *c = MG_EXP_OF_PAIR;
    double k = (x.high * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    mg_pair r = mg_fast_two_sum(x.high - k * MG_LN2_HIGH, x.low - k * MG_LN2_LOW);
    double r2 = r.high * r.high, r3 = r2 * r.high, r4 = r2 * r2;
    double p = (c[0] + c[1] * r.high) + (c[2] + c[3] * r.high) * r2;
    p = p + ((c[4] + c[5] * r.high) + ((c[6] + c[7] * r.high) + c[8] * r2) * r2) * r4;
    mg_pair sum = mg_fast_two_sum(1.0, r.high);
    double rest = (0.5 * r2 + r3 * p) + (r.low + r.low * r.high);
    return (mg_scaled){k, sum.high + (sum.low + rest)};
}

/* y * log(x), for x with the parts `x` */
static inline mg_pair mg_exponent_of_power(mg_scaled x, double y) {
    mg_pair log_x = mg_log_pair(x.exponent, x.mantissa);
    double y_high = mg_upper_half(y), y_low = y - y_high;
    return (mg_pair){y_high * log_x.high, y_low * log_x.high + y * log_x.low};
}

/* A positive normal x, and a y for which a bound of y * log2(x) says that the result is normal.
 * The exponents for which mg_jit_pow has a shorter way are left to it. */
static inline int mg_fast_range_pow(double x, double y) {
    double k = mg_from_bits((mg_bits_of(x) >> 52) | 0x4330000000000000ULL);
    double middle = k - (4503599627370496.0 + 1023.0) + 0.5; /* at most 0.5 from log2(x) */
    double twice = y + y, whole = (twice + MG_ROUNDER) - MG_ROUNDER;
    return (x >= DBL_MIN) & (x < INFINITY) & (fabs(y) * (fabs(middle) + 0.5) < 1021.0) &
           ((fabs(y) > 3.0) | (twice != whole) | (fabs(y) == 1.5) | (fabs(y) == 2.5) | (y == -3.0));
}

static inline double mg_fast_pow(double x, double y) {
    mg_scaled power = mg_exp_of_pair(mg_exponent_of_power(mg_scaled_of(x), y));
    return power.mantissa * mg_power_of_two(power.exponent);
}

/* The absolute value of pow(x, y), for finite x > 0 and y that is not 0 */
static inline double mg_pow_of_positive(double x, double y) {
    if (x == 1.0)
        return 1.0;
    if (fabs(y) > 1e22) /* |log(x)| is at least 2**-53 */
        return (x > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    mg_pair product = mg_exponent_of_power(mg_scaled_of_any(x), y);
    if (product.high > 709.79)
        return INFINITY;
    if (product.high < -745.14)
        return 0.0;
    mg_scaled power = mg_exp_of_pair(product);
    /* 2**k, or the result, may be no normal number: so 2**k is multiplied in two parts. */
    double half = power.exponent < 0.0 ? -537.0 : 512.0;
    return power.mantissa * mg_power_of_two(power.exponent - half) * mg_power_of_two(half);
}

static inline double mg_jit_pow(double x, double y) {
    if (mg_fast_range_pow(x, y))
        return mg_fast_pow(x, y);
    if (y == 0.0 || x == 1.0)
        return 1.0; /* even if the other is NaN */
    if (y == 1.0)
        return x;
    if (y == 2.0)
        return mg_jit_pow_2(x);
    if (y == 3.0)
        return mg_jit_pow_3(x);
    if (y == -1.0)
        return mg_jit_pow_minus_1(x);
    if (y == -2.0)
        return mg_jit_pow_minus_2(x);
    if (y == 0.5)
        return mg_jit_pow_half(x);
    if (y == -0.5)
        return mg_jit_pow_minus_half(x);
    if (x != x || y != y)
        return x + y;
    double a = fabs(x);
    if (y == INFINITY || y == -INFINITY) {
        if (a == 1.0)
            return 1.0;
        return (a > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    }
    int whole = floor(y) == y, odd = whole && floor(0.5 * y) != 0.5 * y;
    if (x < 0.0 && x > -INFINITY && !whole)
        return NAN;
    double power;
    if (a == 0.0 || a == INFINITY)
        power = (a == 0.0) == (y > 0.0) ? 0.0 : INFINITY;
    else
        power = mg_pow_of_positive(a, y);
    return odd ? copysign(power, x) : power;
}

/* --- hypot: sqrt of the sum of squares, which is rounded once. Error < 0.86 ulp -------------
 *
 * A sum off by half a unit moves the root by at most 0.36, and the root is rounded: 0.5. */

static inline int mg_fast_range_hypot(double x, double y) {
    double a = fabs(x), b = fabs(y);
    return (a < 1e150) & (b < 1e150) & ((a > 1e-130) | (b > 1e-130) | ((a == 0.0) & (b == 0.0)));
}

static inline double mg_fast_hypot(double x, double y) {
    mg_pair a = mg_two_product(x, x), b = mg_two_product(y, y), sum = mg_two_sum(a.high, b.high);
    return sqrt(sum.high + (sum.low + (a.low + b.low)));
}

static inline double mg_jit_hypot(double x, double y) {
    if (mg_fast_range_hypot(x, y))
        return mg_fast_hypot(x, y);
    double a = fabs(x), b = fabs(y);
    if (a == INFINITY || b == INFINITY)
        return INFINITY; /* even if the other is NaN */
    if (x != x || y != y)
        return x + y;
    double scale = a > 1.0 || b > 1.0 ? 0x1p600 : 0x1p-600;
    return mg_fast_hypot(a / scale, b / scale) * scale;
}

#endif
