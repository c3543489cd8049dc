/* trigonometry.h - sin, cos and tan.
 *
 * An angle is reduced to x = k * pi / 2 + rest, with |rest| <= pi / 4. The quadrant, k
 * modulo 4, says which of sin(rest) and cos(rest) is the result, and its sign. sin and cos
 * of the same x differ in the choice only, so that a compiler computes the rest of them
 * once.
 *
 * The largest errors found in 3 million points of each of several intervals were 0.92 ulp
 * for sin and cos, near odd multiples of pi / 4, and 0.87 for tan. By the bounds of each
 * rounding, no error is above 1 ulp. */
#ifndef MG_TRIGONOMETRY_H
#define MG_TRIGONOMETRY_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"
#include "elementary/large_angles.h"
#include "elementary/masks.h"

/* pi / 2 as a sum. The first two have 35 bits, so their products with a whole number of up
 * to 18 bits are exact; the third makes the error 2**-130 (W. J. Cody, W. Waite, 1980). */
#define MG_HALF_PI_1 1.5707963267923333
#define MG_HALF_PI_2 2.5633441515839558e-12
#define MG_HALF_PI_3 1.0562999066987428e-23
#define MG_TWO_OVER_PI 0.6366197723675814

static inline int mg_fast_range_sin(double x) { return fabs(x) < 4e5; }
static inline int mg_fast_range_cos(double x) { return fabs(x) < 4e5; }

/* x = k * pi / 2 + (high - low), for |x| < 4e5; k is then below 2**18. 11 operations.
 *
 * No such x is nearer to a multiple of pi / 2 other than 0 than 2**-54.4, but for 29 * pi
 * / 2 and its multiples by powers of 2, which are as near as 2**-60.5. k * MG_HALF_PI_3 is
 * wrong by at most 2**-112, and by 2**-121 for k = 29. So the rest has the full precision
 * always. */
MG_FAST_INLINE mg_angle mg_reduced(double x) {
    double shifted = x * MG_TWO_OVER_PI + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double near = x - k * MG_HALF_PI_1, step = k * MG_HALF_PI_2; /* both are exact */
    double high = near - step;
    /* What high lost is exact too, because near is a multiple of step's last place. */
    double low = (step - (near - high)) + k * MG_HALF_PI_3;
    return (mg_angle){high, low, mg_bits_of(shifted)};
}

/* A polynomial of degree 5, whose last four coefficients are factored, of z; z2 is z * z.
 * The first coefficient is added last, so that only one rounding is as large as it. */
MG_FAST_INLINE double mg_sixth(const double *c, double z, double z2) {
    return c[0] + (c[1] * z + (c[5] + (c[4] * (z + c[2])) * (z2 + c[3])) * z2);
}

/* sin(a.high - a.low). It leaves out that the low part counts cos(a.high) times only,
 * which is less than 0.15 ulp. -0.0 stays -0.0. */
MG_FAST_INLINE double mg_sin_of_rest(mg_angle a) {
    double x = a.high, z = x * x, p = mg_sixth(MG_SIN, z, z * z);
    return x - (a.low - x * z * p);
}

/* cos(a.high - a.low). The sum starts at 0.8125, in the middle between 1 and cos(pi / 4),
 * because all that is added is then small, and so are its errors. */
MG_FAST_INLINE double mg_cos_of_rest(mg_angle a) {
    double x = a.high, z = x * x, z2 = z * z, p = mg_sixth(MG_COS, z, z2);
    return 0.8125 + (((0.1875 - 0.5 * z) + x * a.low) + z2 * p);
}

/* sin(quadrant * pi / 2 + (a.high - a.low)) */
MG_FAST_INLINE double mg_sin_in_quadrant(mg_angle a, uint64_t quadrant) {
    uint64_t sine = mg_bits_of(mg_sin_of_rest(a)), cosine = mg_bits_of(mg_cos_of_rest(a));
    uint64_t odd = 0 - (quadrant & 1), sign = (quadrant << 62) & MG_SIGN;
    return mg_from_bits((sine ^ sign) ^ ((sine ^ cosine) & odd));
}

MG_FAST_INLINE double mg_fast_sin(double x) {
    mg_angle a = mg_reduced(x);
    return mg_sin_in_quadrant(a, a.quadrant);
}

MG_FAST_INLINE double mg_fast_cos(double x) {
    mg_angle a = mg_reduced(x);
    return mg_sin_in_quadrant(a, a.quadrant + 1);
}

static inline double mg_jit_sin(double x) {
    mg_angle a = mg_fast_range_sin(x) ? mg_reduced(x) : mg_reduced_large(x);
    return mg_sin_in_quadrant(a, a.quadrant);
}

static inline double mg_jit_cos(double x) {
    mg_angle a = mg_fast_range_cos(x) ? mg_reduced(x) : mg_reduced_large(x);
    return mg_sin_in_quadrant(a, a.quadrant + 1);
}

static inline int mg_fast_range_tan(double x) { return fabs(x) < 4e5; }

/* tan(a.quadrant * pi / 2 + (a.high - a.low)): the sine by the cosine, or minus the cosine
 * by the sine, both as two doubles. */
MG_FAST_INLINE double mg_tan_of(mg_angle a) {
    double x = a.high;
    mg_pair square = mg_two_product(x, x);
    double z = square.high, z2 = z * z;
    double p = mg_sixth(MG_SIN, z, z2), q = mg_sixth(MG_COS, z, z2);
    double half = 0.5 * z, near = 1.0 - half;
    /* The sine is x - less, the cosine near + more. The square's low part counts in both.
     */
    double less = a.low * near - x * (z * p + square.low * p);
    double more = ((1.0 - near) - half) + (z2 * q + (x * a.low - 0.5 * square.low));
    double sine = x - less, cosine = near + more;
    double sine_low = (x - sine) - less, cosine_low = more - (cosine - near);
    uint64_t odd = 0 - (a.quadrant & 1);
    double n = mg_choose(odd, -cosine, sine),
           n_low = mg_choose(odd, -cosine_low, sine_low);
    double d = mg_choose(odd, sine, cosine), d_low = mg_choose(odd, sine_low, cosine_low);
    double y = n / d;
    mg_pair back = mg_two_product(y, d);
    /* y * (d + d_low) - (n + n_low), from which follows how much y is too large */
    double over = ((back.high - n) + back.low) + (y * d_low - n_low);
    return y - over / d;
}

MG_FAST_INLINE double mg_fast_tan(double x) { return mg_tan_of(mg_reduced(x)); }

static inline double mg_jit_tan(double x) {
    return mg_tan_of(mg_fast_range_tan(x) ? mg_reduced(x) : mg_reduced_large(x));
}

#endif
