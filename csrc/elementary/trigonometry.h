/* trigonometry.h - sin, cos and tan. */
#ifndef MG_TRIGONOMETRY_H
#define MG_TRIGONOMETRY_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"
#include "elementary/large_angles.h"
#include "elementary/masks.h"

/* pi / 2 as a sum. The first two have 35 bits, so their products with a whole number of up to
 * 18 bits are exact; the third makes the error 2**-132 (W. J. Cody, W. Waite, 1980). */
#define MG_HALF_PI_1 1.5707963267923333
#define MG_HALF_PI_2 2.5633441515839558e-12
#define MG_HALF_PI_3 1.0562999066987428e-23
#define MG_TWO_OVER_PI 0.6366197723675814

static inline int mg_fast_range_sin(double x) { return fabs(x) < 4e5; }
static inline int mg_fast_range_cos(double x) { return fabs(x) < 4e5; }

/* x = k pi / 2 + (high - low). No x < 4e5 is nearer to k pi / 2 than 2**-60.5, unless k is 0,
 * and k * MG_HALF_PI_3 has an error of at most 2**-112. 11 operations. */
static inline mg_angle mg_reduced(double x) {
    double shifted = x * MG_TWO_OVER_PI + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double near = x - k * MG_HALF_PI_1; /* exact, as is the next line */
    double step = k * MG_HALF_PI_2;
    double high = near - step;
    /* A difference exact in two doubles: near is a multiple of step's last place. */
    double low = (step - (near - high)) + k * MG_HALF_PI_3;
    return (mg_angle){high, low, mg_bits_of(shifted)};
}

/* sin(a.high - a.low). No zero loses its sign. */
static inline double mg_sin_of_rest(mg_angle a) {
    const double *c = MG_SIN;
    double x = a.high, z = x * x, z2 = z * z;
    double p = (c[0] + c[1] * z) + ((c[2] + c[3] * z) + (c[4] + c[5] * z) * z2) * z2;
    return x - (a.low - x * z * p);
}

/* cos(a.high - a.low) */
static inline double mg_cos_of_rest(mg_angle a) {
    const double *c = MG_COS;
    double x = a.high, z = x * x, z2 = z * z;
    double p = (c[0] + c[1] * z) + ((c[2] + c[3] * z) + (c[4] + c[5] * z) * z2) * z2;
    return 0.8125 + (((0.1875 - 0.5 * z) + z2 * p) + x * a.low);
}

/* The sine of quadrant * pi / 2 + (a.high - a.low) */
static inline double mg_sin_in_quadrant(mg_angle a, uint64_t quadrant) {
    uint64_t sine = mg_bits_of(mg_sin_of_rest(a)), cosine = mg_bits_of(mg_cos_of_rest(a));
    uint64_t odd = 0 - (quadrant & 1), sign = (quadrant & 2) << 62;
    return mg_from_bits((sine ^ ((sine ^ cosine) & odd)) ^ sign);
}

static inline double mg_fast_sin(double x) {
    mg_angle a = mg_reduced(x);
    return mg_sin_in_quadrant(a, a.quadrant);
}

static inline double mg_fast_cos(double x) {
    mg_angle a = mg_reduced(x);
    return mg_sin_in_quadrant(a, a.quadrant + 1);
}

static inline double mg_jit_sin(double x) {
    if (mg_fast_range_sin(x))
        return mg_fast_sin(x);
    mg_angle a = mg_reduced_large(x);
    return mg_sin_in_quadrant(a, a.quadrant);
}

static inline double mg_jit_cos(double x) {
    if (mg_fast_range_cos(x))
        return mg_fast_cos(x);
    mg_angle a = mg_reduced_large(x);
    return mg_sin_in_quadrant(a, a.quadrant + 1);
}

static inline int mg_fast_range_tan(double x) { return fabs(x) < 4e5; }

/* tan(quadrant * pi / 2 + (a.high - a.low)): the sine by the cosine, or minus the cosine by the
 * sine, both as two doubles. */
static inline double mg_tan_of(mg_angle a) {
    const double *s = MG_SIN, *c = MG_COS;
    double x = a.high;
    mg_pair square = mg_two_product(x, x);
    double z = square.high, z2 = z * z;
    double p = (s[0] + s[1] * z) + ((s[2] + s[3] * z) + (s[4] + s[5] * z) * z2) * z2;
    double q = (c[0] + c[1] * z) + ((c[2] + c[3] * z) + (c[4] + c[5] * z) * z2) * z2;
    double half = 0.5 * z, near = 1.0 - half;
    /* The sine is x - less, and the cosine near + more. */
    double less = a.low * near - x * z * p;
    double more = ((1.0 - near) - half) + (z2 * q + (x * a.low - 0.5 * square.low));
    double sine = x - less, cosine = near + more;
    double sine_low = (x - sine) - less, cosine_low = more - (cosine - near);
    uint64_t odd = 0 - (a.quadrant & 1);
    double n = mg_choose(odd, -cosine, sine), n_low = mg_choose(odd, -cosine_low, sine_low);
    double d = mg_choose(odd, sine, cosine), d_low = mg_choose(odd, sine_low, cosine_low);
    double y = n / d;
    mg_pair back = mg_two_product(y, d);
    double over = ((back.high - n) + back.low) + (y * d_low - n_low);
    return y - over / d;
}

static inline double mg_fast_tan(double x) { return mg_tan_of(mg_reduced(x)); }

static inline double mg_jit_tan(double x) {
    return mg_tan_of(mg_fast_range_tan(x) ? mg_reduced(x) : mg_reduced_large(x));
}

#endif
