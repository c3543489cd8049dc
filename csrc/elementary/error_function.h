/* error_function.h - erf, erfc, and the distribution function of a normal variable. */
#ifndef MG_ERROR_FUNCTION_H
#define MG_ERROR_FUNCTION_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"
#include "elementary/exponentials.h"
#include "elementary/masks.h"

/* --- erf. Error < 0.85 ulp, 90 operations ----------------------------------------------
 *
 * Below 0.875, x + x * p(x * x). From there on, 1 - exp(-q(|x| - 0.875)): a polynomial for
 * the logarithm of erfc needs a smaller degree than one for erf, as its error counts for
 * ever less. From 6 on, erf is 1. */

static inline int mg_fast_range_erf(double x) { return x == x; }

/* erf(x) / x - 1, for w = x * x < 0.77. It is 0 where w is 0.38, and is computed as a
 * multiple of the distance from there, so that its terms are small. */
static inline double mg_erf_slope(double w) {
    const double *c = MG_ERF;
    double z = w - 0.3812406484863818, z2 = z * z, z4 = z2 * z2;
    double p1 = (c[1] + c[2] * z) + (c[3] + c[4] * z) * z2;
    double p5 = (c[5] + c[6] * z) + (c[7] + c[8] * z) * z2;
    double p9 = c[9] + c[10] * z;
    return z * (c[0] + z * (p1 + (p5 + p9 * z4) * z4));
}

static inline double mg_fast_erf(double x) {
    const double *c = MG_ERF_LOG;
    double near = x + x * mg_erf_slope(x * x);
    double size = fabs(x), s = mg_choose(mg_mask(size < 6.0), size, 6.0) - 0.875;
    double s2 = s * s, s4 = s2 * s2, s8 = s4 * s4;
    double q1 = c[1] * s, q2 = (c[2] + c[3] * s) * s2;
    double q4 = (c[4] + c[5] * s) + (c[6] + c[7] * s) * s2;
    double q8 = (c[8] + c[9] * s) + (c[10] + c[11] * s) * s2;
    double q12 = (c[12] + c[13] * s) + (c[14] + c[15] * s) * s2;
    double q16 = (c[16] + c[17] * s) + c[18] * s2;
    double rest = c[0] + ((q2 + q4 * s4) + (q8 + (q12 + q16 * s4) * s4) * s8);
    /* -log(erfc) = 1.5322265625 + q1 + rest. From the constant, a multiple of the long
     * part of ln 2 is taken, which is exact. */
    double shifted = ((q1 + rest) + 1.5322265625) * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double r = ((k * MG_LN2_HIGH - 1.5322265625) - q1) - (rest - k * MG_LN2_LOW);
    double y = mg_exp_of_rest(r, 0.0);
    double far = 1.0 - mg_from_bits(mg_bits_of(y) - (mg_bits_of(shifted) << 52));
    return copysign(mg_choose(mg_mask(size < 0.875), near, far), x);
}

static inline double mg_jit_erf(double x) {
    return mg_fast_range_erf(x) ? mg_fast_erf(x) : x;
}

/* --- erfc. Error < 0.95 ulp, 140 operations --------------------------------------------
 *
 * exp(-x * x) * u * (q(u) + p(u)) with u = 1 / (|x| + 2), and 2 - that for negative x
 * (compare M. M. Shepherd, J. G. Laframboise, 1981). q is quadratic and has short
 * coefficients; p is less than 2 % of it. The first binary digits of x, u and exp's
 * argument are taken apart: their product is exact, and a sum of all that they leave out
 * is added to it.
 *
 * The functions take x as x + low: normal_cdf's argument has more digits than a double. */

/* ln 2 = MG_LN2_20 + MG_LN2_20_REST, where the first has 20 digits after the point */
#define MG_LN2_20 0.6931467056274414
#define MG_LN2_20_REST 4.7493250390316726e-07

/* erfc(a + low) for a >= 0: its value is high * 2**-k, where low is k + MG_ROUNDER. */
static inline mg_pair mg_erfc_far(double a, double low) {
    const double *c = MG_ERFC, *e = MG_ERFC_EXP;
    const double round_to_11 = MG_ROUNDER / 2048.0, round_to_9 = MG_ROUNDER / 512.0;

    double short_a = (a + round_to_11) - round_to_11;
    double rest_a = (a - short_a) + low;
    double u = 1.0 / (a + 2.0);
    double short_u = (u + round_to_9) - round_to_9;
    double rest_u = u * ((1.0 - short_u * (short_a + 2.0)) - short_u * rest_a);

    double v = u - 0.234375;
    double v2 = v * v, v4 = v2 * v2, v8 = v4 * v4;
    double p0 = (c[0] + c[1] * v) + (c[2] + c[3] * v) * v2;
    double p4 = (c[4] + c[5] * v) + (c[6] + c[7] * v) * v2;
    double p8 = (c[8] + c[9] * v) + (c[10] + c[11] * v) * v2;
    double p12 = (c[12] + c[13] * v) + (c[14] + c[15] * v) * v2;
    double p16 = (c[16] + c[17] * v) + (c[18] + c[19] * v) * v2;
    double p20 = (c[20] + c[21] * v) + (c[22] + c[23] * v) * v2;
    double p24 = c[24] + c[25] * v;
    double high = (p8 + p12 * v4) + (p16 + (p20 + p24 * v4) * v4) * v8;
    double p = (p0 + p4 * v4) + high * v8;
    double q = 0.5625 + short_u * (0.9375 + short_u * 3.8125); /* exact, as is `most` */
    double rest_q = rest_u * (0.9375 + (short_u + u) * 3.8125);
    double most = short_u * q, more = rest_u * q + u * (rest_q + p);

    /* exp(-(a + low)**2) = 2**-k * exp(r), where r = short_r + rest_r */
    double square = short_a * short_a, rest_square = rest_a * (a + short_a);
    double shifted = (square + rest_square) * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double short_r = k * MG_LN2_20 - square;
    double rest_r = k * MG_LN2_20_REST - rest_square;
    double r = short_r + rest_r, r2 = r * r, r4 = r2 * r2;
    double e0 = (e[0] + e[1] * r) + (e[2] + e[3] * r) * r2;
    double e4 = (e[4] + e[5] * r) + (e[6] + e[7] * r) * r2;
    double e8 = (e[8] + e[9] * r) + e[10] * r2;
    double short_exp = 1.0 + short_r;
    double rest_exp = rest_r + r2 * (e0 + (e4 + e8 * r4) * r4);

    double y = short_exp * most + (short_exp * more + rest_exp * (most + more));
    return (mg_pair){y, shifted};
}

/* erfc(x + low) for x < 26 */
static inline double mg_fast_erfc_of(double x, double low) {
    double a = fabs(x), up_to_26 = mg_choose(mg_mask(a < 26.0), a, 26.0);
    mg_pair far = mg_erfc_far(up_to_26, copysign(1.0, x) * low);
    double y = mg_from_bits(mg_bits_of(far.high) - (mg_bits_of(far.low) << 52));
    return mg_choose(mg_mask(x < 0.0), 2.0 - y, y);
}

/* scale * erfc(x + low) for x >= 26, where scale is 1 or 0.5 */
static inline double mg_erfc_beyond(double x, double low, double scale) {
    if (x > 28.0)
        return 0.0;
    mg_pair far = mg_erfc_far(x, low);
    double k = far.low - MG_ROUNDER; /* 2**-k may be no normal number */
    return scale * far.high * mg_power_of_two(500.0 - k) * mg_power_of_two(-500.0);
}

static inline int mg_fast_range_erfc(double x) { return x < 26.0; }

static inline double mg_fast_erfc(double x) { return mg_fast_erfc_of(x, 0.0); }

static inline double mg_jit_erfc(double x) {
    if (mg_fast_range_erfc(x))
        return mg_fast_erfc(x);
    return x != x ? x : mg_erfc_beyond(x, 0.0, 1.0);
}

/* --- normal_cdf: the probability that a normal variable is below x. Error < 0.9 ulp -----
 *
 * 0.5 * erfc(-x * sqrt(1 / 2)), where erfc's argument is a pair of doubles: erfc
 * multiplies a relative error of its argument by twice the argument's square. 150
 * operations. */

/* -x * sqrt(1 / 2), for |x| < 2**40 */
static inline mg_pair mg_erfc_argument(double x) {
    const double round_to_10 = MG_ROUNDER / 1024.0;
    double short_x = (x + round_to_10) - round_to_10, rest_x = x - short_x;
    /* sqrt(1 / 2) = 0.7071067811921239 - 5.576365522251341e-12, the first with 30 digits
     */
    double low = short_x * 5.576365522251341e-12 - rest_x * 0.7071067811865476;
    return mg_fast_two_sum(short_x * -0.7071067811921239, low);
}

static inline int mg_fast_range_normal_cdf(double x) { return fabs(x) < 36.0; }

static inline double mg_fast_normal_cdf(double x) {
    mg_pair z = mg_erfc_argument(x);
    return 0.5 * mg_fast_erfc_of(z.high, z.low);
}

static inline double mg_jit_normal_cdf(double x) {
    if (mg_fast_range_normal_cdf(x))
        return mg_fast_normal_cdf(x);
    if (!(x < 0.0))
        return x != x ? x : 1.0;
    if (x <= -39.0)
        return 0.0;
    mg_pair z = mg_erfc_argument(x);
    return mg_erfc_beyond(z.high, z.low, 0.5);
}

#endif
