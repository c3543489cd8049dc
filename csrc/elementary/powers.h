/* powers.h - pow, pow with the exponents that programs mostly have, and hypot. */
#ifndef MG_POWERS_H
#define MG_POWERS_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"
#include "elementary/logarithms.h"
#include "elementary/power_tables.h"

/* --- Fixed exponents -----------------------------------------------------------------
 *
 * mg_jit_pow has the same bits for these exponents. Products, quotients and roots that
 * follow each other are corrected by what rounding took from the first. */

static inline int mg_fast_range_pow_2(double x) { return (void)x, 1; }

static inline double mg_fast_pow_2(double x) { return x * x; }

static inline double mg_jit_pow_2(double x) { return x * x; }

static inline int mg_fast_range_pow_minus_1(double x) { return (void)x, 1; }

static inline double mg_fast_pow_minus_1(double x) { return 1.0 / x; }

static inline double mg_jit_pow_minus_1(double x) { return 1.0 / x; }

/* C99 has sqrt(-0.0) = -0.0 and sqrt(-INFINITY) = NaN, but pow(-0.0, 0.5) = 0.0 and
 * pow(-INFINITY, 0.5) = INFINITY. */
static inline int mg_fast_range_pow_half(double x) { return x != -INFINITY; }

static inline double mg_fast_pow_half(double x) { return sqrt(x) + 0.0; }

static inline double mg_jit_pow_half(double x) {
    return mg_fast_range_pow_half(x) ? mg_fast_pow_half(x) : INFINITY;
}

/* x * x * x. Error < 0.51 ulp, and < 0.8 where the result is denormal */
static inline int mg_fast_range_pow_3(double x) {
    return (fabs(x) < 1e100) & ((fabs(x) > 1e-90) | (x == 0.0));
}

MG_FAST_INLINE double mg_fast_pow_3(double x) {
    mg_pair square = mg_two_product(x, x), cube = mg_two_product(square.high, x);
    return copysign(cube.high + (cube.low + square.low * x), x); /* -0.0 gives -0.0 */
}

static inline double mg_jit_pow_3(double x) {
    double a = fabs(x);
    if (mg_fast_range_pow_3(x))
        return mg_fast_pow_3(x);
    if (!(a > 1e-109 && a < 1e103))
        return x * x * x;                        /* 0, infinite or NaN */
    double scale = a < 1.0 ? 0x1p-256 : 0x1p256; /* of x; the result's is scale**3 */
    return mg_fast_pow_3(x / scale) * scale * scale * scale;
}

/* (x * x) * (x * x); for other x, mg_jit_pow computes it as any power. Error < 0.51 ulp */
static inline int mg_fast_range_pow_4(double x) {
    return (fabs(x) < 1e70) & ((fabs(x) > 1e-70) | (x == 0.0));
}

MG_FAST_INLINE double mg_fast_pow_4(double x) {
    mg_pair square = mg_two_product(x, x);
    mg_pair power = mg_two_product(square.high, square.high);
    return power.high + (power.low + 2.0 * square.high * square.low);
}

/* 1 / (x * x). Error < 0.51 ulp, and < 0.8 where the result is denormal */
static inline int mg_fast_range_pow_minus_2(double x) {
    return (fabs(x) < 1e140) & (fabs(x) > 1e-140);
}

MG_FAST_INLINE double mg_fast_pow_minus_2(double x) {
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
static inline int mg_fast_range_pow_minus_half(double x) {
    return (x > 1e-280) & (x < 1e300);
}

MG_FAST_INLINE double mg_fast_pow_minus_half(double x) {
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

/* --- pow(x, y) = 2**(y * log2(x)) for usual operands. Error < 0.75 ulp ---------------
 *
 * A product y * log2(x) of at most 960 has an error below 2**-56 if that of log2(x) is
 * below 2**-66, even where log2(x) is small. So the largest terms of log2(x), which are
 * exact, have few digits after the point, and doubles are enough for the others. */

/* 1 / ln 2 to 30 bits after the point */
#define MG_LOG2_E_30 1.4426950411871076

/* log2(x) for a positive normal x. `high` has 30 bits after the point; `low` has the rest,
 * which is below 2**-17.
 *
 * x = 2**k * m with m from 1 to 2. For each of 256 intervals of m, a table has a q of 10
 * bits, so that R = m * q - MG_LOG2_E_30 is below 2**-8, and log2(MG_LOG2_E_30 / q):
 *
 *     log2(m) = log2(MG_LOG2_E_30 / q) + R + R * polynomial(R)
 *
 * m * q is exact for m's first 20 bits, and for the others. */
MG_FAST_INLINE mg_pair mg_log2_pair(double x) {
    const double *p = MG_POW_LOG2_REST;
    uint64_t bits = mg_bits_of(x), i = (bits >> 44) & 255;
    double k = mg_from_bits((bits >> 52) | 0x4330000000000000ULL);
    double m = mg_from_bits((bits & 0x000fffffffffffffULL) | MG_ONE_BITS);
    double m_high = mg_from_bits(mg_bits_of(m) & 0xffffffff00000000ULL);
    double q = MG_POW_FACTOR[i];
    double r_high = m_high * q - MG_LOG2_E_30, r_low = (m - m_high) * q;
    double r = r_high + r_low, r2 = r * r;
    double rest = (p[0] + p[1] * r) + ((p[2] + p[3] * r) + (p[4] + p[5] * r) * r2) * r2;
    double high = ((k - (4503599627370496.0 + 1023.0)) + MG_POW_LOG2[i]) + r_high;
    return (mg_pair){high, r_low + (MG_POW_LOG2_LOW[i] + r * rest)};
}

/* 1.5 * 2**45: adding it rounds to a multiple of 2**-7 */
#define MG_ROUNDER_7 52776558133248.0

/* 2**(y * (log.high + log.low)). The product of y's first 13 bits and log.high is exact;
 * 2**z is a polynomial for the z that is left when a multiple of 1/128 is taken off. */
MG_FAST_INLINE double mg_fast_pow_of_log2(mg_pair log, double y) {
    const double *p = MG_POW_EXP2_REST;
    double y_high = mg_from_bits(mg_bits_of(y) & 0xffffff0000000000ULL);
    double shifted = y * log.high + MG_ROUNDER_7, product = y_high * log.high;
    double low = (y - y_high) * log.high + y * log.low;
    double z = (product - (shifted - MG_ROUNDER_7)) + low, z2 = z * z;
    uint64_t bits = mg_bits_of(shifted), i = bits & 127;
    double power = mg_from_bits((bits << 45) + MG_POW_EXP2[i]);
    double rest = (p[0] + p[1] * z) + ((p[2] + p[3] * z) + p[4] * z2) * z2;
    return power + power * (MG_POW_EXP2_LOW[i] + z * rest);
}

/* A positive normal x = 2**k * m with m from 1 to 2, and a y for which |k| says that the
 * result is above 2**-960: so no bit is lost of a product that is added to it last. The
 * exponents for which mg_jit_pow has a shorter way are left to it. */
static inline int mg_fast_range_pow(double x, double y) {
    double k = mg_from_bits((mg_bits_of(x) >> 52) | 0x4330000000000000ULL);
    /* at least 1023 if x is negative or not normal */
    double size = fabs(k - (4503599627370496.0 + 1023.0)), a = fabs(y);
    return (size < 1022.5) & (a * (size + 1.0) < 960.0) & (a != 0.5) & (a != 1.0) &
           (a != 2.0) & (y != 3.0) & (y != 4.0);
}

MG_FAST_INLINE double mg_fast_pow(double x, double y) {
    return mg_fast_pow_of_log2(mg_log2_pair(x), y);
}

/* --- pow(x, y) = exp(y * log(x)) for others, the product as a pair. Error < 0.8 ulp -- */

/* exp(high + low) / 2**k, for a k whose ln 2 is near it: at most 0.356 from it, and `low`
 * no more than 0.009 */
MG_FAST_INLINE double mg_exp_of_pair(mg_pair x, double k) {
    const double *c = MG_EXP_OF_PAIR;
    double r_high = x.high - k * MG_LN2_HIGH, r_low = x.low - k * MG_LN2_LOW,
           r = r_high + r_low;
    double r2 = r * r, r4 = r2 * r2;
    double p = ((c[4] + c[5] * r) + (c[6] + c[7] * r) * r2) + (c[8] + c[9] * r) * r4;
    p = ((c[0] + c[1] * r) + (c[2] + c[3] * r) * r2) + p * r4;
    mg_pair sum = mg_fast_two_sum(1.0, r_high);
    return sum.high + ((sum.low + r_low) + r2 * p);
}

/* log(x) * y, for an mg_log_pair: an exact product, and the rest */
MG_FAST_INLINE mg_pair mg_log_times(mg_pair log_x, double y) {
    double y_high = mg_upper_half(y);
    return (mg_pair){y_high * log_x.high, (y - y_high) * log_x.high + y * log_x.low};
}

/* The absolute value of pow(x, y), for finite x > 0 and y that is not 0 */
static inline double mg_pow_of_positive(double x, double y) {
    if (mg_fast_range_pow(x, y))
        return mg_fast_pow(x, y);
    if (x == 1.0)
        return 1.0;
    if (fabs(y) > 1e22) /* |log(x)| is at least 2**-53 */
        return (x > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    int tiny = x < DBL_MIN;
    mg_pair log_x = mg_log_pair(tiny ? x * 18014398509481984.0 : x, tiny ? 54.0 : 0.0);
    mg_pair product = mg_log_times(log_x, y);
    if (product.high > 710.0)
        return INFINITY;
    if (product.high < -746.0)
        return 0.0;
    double k = (log_x.high * (y * MG_LOG2_E) + MG_ROUNDER) - MG_ROUNDER;
    double power = mg_exp_of_pair(product, k);
    /* 2**k, or the result, may be no normal number: so 2**k is multiplied in two parts. */
    double half = k < 0.0 ? -537.0 : 512.0;
    return power * mg_power_of_two(k - half) * mg_power_of_two(half);
}

static inline double mg_jit_pow(double x, double y) {
    /* The exponents of most programs come first, so that nothing is tested in vain. */
    if (y == 2.0)
        return mg_jit_pow_2(x);
    if (y == -1.0)
        return mg_jit_pow_minus_1(x);
    if (y == -2.0)
        return mg_jit_pow_minus_2(x);
    if (mg_fast_range_pow(x, y))
        return mg_fast_pow(x, y);
    if (y == 0.0 || x == 1.0)
        return 1.0; /* even if the other is NaN */
    if (y == 1.0)
        return x;
    if (y == 3.0)
        return mg_jit_pow_3(x);
    if (y == 4.0 && mg_fast_range_pow_4(x))
        return mg_fast_pow_4(x);
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

static inline double mg_jit_pow_4(double x) { return mg_jit_pow(x, 4.0); }

/* --- hypot: the sum of squares is rounded once. Error < 0.86 ulp ---------------------
 *
 * A sum off by half a unit moves the root by at most 0.36, and the root is rounded: 0.5.
 */

static inline int mg_fast_range_hypot(double x, double y) {
    double a = fabs(x), b = fabs(y);
    return (a < 1e150) & (b < 1e150) &
           ((a > 1e-130) | (b > 1e-130) | ((a == 0.0) & (b == 0.0)));
}

MG_FAST_INLINE double mg_fast_hypot(double x, double y) {
    mg_pair a = mg_two_product(x, x), b = mg_two_product(y, y),
            sum = mg_two_sum(a.high, b.high);
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
