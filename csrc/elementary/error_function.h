/* error_function.h - erf, erfc, and the distribution function of a normal variable. */
#ifndef MG_ERROR_FUNCTION_H
#define MG_ERROR_FUNCTION_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"
#include "elementary/exponentials.h"

/* condition ? a : b. With ?: gcc moves the work for a or b into a branch, and a loop with
 * a branch does not become vectors. */
static inline double mg_erf_pick(int condition, double a, double b) {
    uint64_t mask = 0 - (uint64_t)condition;
    return mg_from_bits((mg_bits_of(a) & mask) | (mg_bits_of(b) & ~mask));
}

/* --- erf --------------------------------------------------------------------------------
 * *
 *
 * Below 1, x + x * p(x * x). From 1 on, 1 - exp(-q(|x| - 1)): a polynomial for the
 * logarithm of erfc needs a smaller degree than one for erf, as its error counts for ever
 * less. From 6 on, erf is 1. 90 operations, error < 0.8 ulp. */

static inline int mg_fast_range_erf(double x) { return x == x; }

/* erf(x) / x - 1, for w = x * x <= 1 */
static inline double mg_erf_slope(double w) {
    const double *c = MG_ERF;
    double w2 = w * w, w4 = w2 * w2;
    double p0 = (c[0] + c[1] * w) + (c[2] + c[3] * w) * w2;
    double p4 = (c[4] + c[5] * w) + (c[6] + c[7] * w) * w2;
    double p8 = (c[8] + c[9] * w) + (c[10] + c[11] * w) * w2;
    return p0 + (p4 + p8 * w4) * w4;
}

static inline double mg_fast_erf(double x) {
    const double *c = MG_ERF_LOG;
    double near = x + x * mg_erf_slope(x * x);
    double size = fabs(x), s = mg_erf_pick(size < 6.0, size, 6.0) - 1.0;
    double s2 = s * s, s4 = s2 * s2, s8 = s4 * s4;
    double q0 = (c[0] + c[1] * s) + (c[2] + c[3] * s) * s2;
    double q4 = (c[4] + c[5] * s) + (c[6] + c[7] * s) * s2;
    double q8 = (c[8] + c[9] * s) + (c[10] + c[11] * s) * s2;
    double q12 = (c[12] + c[13] * s) + (c[14] + c[15] * s) * s2;
    double q16 = c[16] + c[17] * s;
    double q = (q0 + q4 * s4) + (q8 + (q12 + q16 * s4) * s4) * s8;
    /* -log(erfc) = 1.849609375 + q. The constant is added to a multiple of the long part
     * of ln 2, which is exact. */
    double shifted = (q + 1.849609375) * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double y = mg_exp_of_rest((k * MG_LN2_HIGH - 1.849609375) - (q - k * MG_LN2_LOW));
    double far = 1.0 - mg_from_bits(mg_bits_of(y) - (mg_bits_of(shifted) << 52));
    return copysign(mg_erf_pick(size < 1.0, near, far), x);
}

static inline double mg_jit_erf(double x) {
    return mg_fast_range_erf(x) ? mg_fast_erf(x) : x;
}

/* --- erfc
 * --------------------------------------------------------------------------------- *
 *
 * For |x| < 0.46875, 1 - erf(x). Beyond, exp(-x * x) * u * (0.5 + 2.3125 * u + p(u)),
 * where u = 1 / (|x| + 2) (compare M. M. Shepherd, J. G. Laframboise, 1981), and 2 - that
 * for negative x. Rounded to a few binary digits, x * x, u, and exp's argument give a
 * product that is exact, to which a sum of all that was left out is added. 150 operations,
 * error < 0.8 ulp.
 *
 * The functions take x as x + low: normal_cdf's argument has more digits than a double. */

/* ln 2 = MG_LN2_SHORT + MG_LN2_REST, where the first has 20 digits after the point */
#define MG_LN2_SHORT 0.6931467056274414
#define MG_LN2_REST 4.7493250390316726e-07

/* erfc(a + low) for a >= 0.46: its value is high * 2**-k, where low is k + MG_ROUNDER. */
static inline mg_pair mg_erfc_far(double a, double low) {
    const double *c = MG_ERFC, *e = MG_ERFC_EXP;
    const double round_to_10 = 6597069766656.0; /* MG_ROUNDER / 2**10 */
    const double round_to_12 = 1649267441664.0;

    double short_a = (a + round_to_10) - round_to_10;
    double rest_a = (a - short_a) + low;
    double u = 1.0 / (a + 2.0);
    double short_u = (u + round_to_12) - round_to_12;
    double rest_u = u * ((1.0 - short_u * (short_a + 2.0)) - short_u * rest_a);

    mg_pair sum = mg_fast_two_sum(short_u - 0.21875, rest_u);
    double v =
        sum.high; /* the polynomial is 4.2 v**2 and less, so its derivative is 8.4 v */
    double v2 = v * v, v4 = v2 * v2, v8 = v4 * v4;
    double p0 = (c[0] + c[1] * v) + (c[2] + c[3] * v) * v2;
    double p4 = (c[4] + c[5] * v) + (c[6] + c[7] * v) * v2;
    double p8 = (c[8] + c[9] * v) + (c[10] + c[11] * v) * v2;
    double p12 = (c[12] + c[13] * v) + (c[14] + c[15] * v) * v2;
    double p16 = (c[16] + c[17] * v) + (c[18] + c[19] * v) * v2;
    double p20 = (c[20] + c[21] * v) + c[22] * v2;
    double p = (p0 + p4 * v4) + ((p8 + p12 * v4) + (p16 + p20 * v4) * v8) * v8;
    double line = 0.5 + 2.3125 * short_u; /* exact, as is `most` */
    double most = short_u * line;
    double more = rest_u * line + u * ((2.3125 * rest_u + 8.4 * v * sum.low) + p);

    /* exp(-(a + low)**2) = 2**-k * (1 + r + ...), where r = short_r + rest_r */
    double square = short_a * short_a, rest_square = rest_a * (a + short_a);
    double shifted = (square + rest_square) * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double short_r = k * MG_LN2_SHORT - square;
    double rest_r = k * MG_LN2_REST - rest_square;
    double r = short_r + rest_r, r2 = r * r, r4 = r2 * r2;
    double e0 = (e[0] + e[1] * r) + (e[2] + e[3] * r) * r2;
    double e4 = (e[4] + e[5] * r) + (e[6] + e[7] * r) * r2;
    double e8 = (e[8] + e[9] * r) + e[10] * r2;
    double rest_exp = rest_r + r2 * (e0 + (e4 + e8 * r4) * r4);
    double short_exp = 1.0 + short_r;

    double y = short_exp * most + (short_exp * more + rest_exp * (most + more));
    return (mg_pair){y, shifted};
}

/* erfc(x + low) for x < 26 */
static inline double mg_fast_erfc_of(double x, double low) {
    double a = fabs(x), a_low = copysign(1.0, x) * low;
    mg_pair one = mg_fast_two_sum(1.0, -x);
    double near = one.high + ((one.low - low) - x * mg_erf_slope(x * x));
    mg_pair far = mg_erfc_far(mg_erf_pick(a < 26.0, a, 26.0), a_low);
    double y = mg_from_bits(mg_bits_of(far.high) - (mg_bits_of(far.low) << 52));
    return mg_erf_pick(a < 0.46875, near, mg_erf_pick(x < 0.0, 2.0 - y, y));
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

/* --- normal_cdf: the probability that a standard normal variable is below x
 * ---------------- *
 *
 * 0.5 * erfc(-x * sqrt(1 / 2)), where erfc's argument is a pair: erfc multiplies the
 * relative error of a large argument by the argument's square. 160 operations, error < 0.9
 * ulp. */

/* -x * sqrt(1 / 2), for |x| < 1e300 */
static inline mg_pair mg_erfc_argument(double x) {
    const double round_to_10 = 6597069766656.0;
    double short_x = (x + round_to_10) - round_to_10, rest_x = x - short_x;
    /* sqrt(1 / 2) = 0.7071067811921239 - 5.576365522251341e-12, the first with 30 digits
     */
    return mg_fast_two_sum(short_x * -0.7071067811921239,
                           short_x * 5.576365522251341e-12 - rest_x * 0.7071067811865476);
}

static inline int mg_fast_range_normal_cdf(double x) { return fabs(x) < 36.0; }

static inline double mg_fast_normal_cdf(double x) {
    mg_pair z = mg_erfc_argument(x);
    return 0.5 * mg_fast_erfc_of(z.high, z.low);
}

static inline double mg_jit_normal_cdf(double x) {
    if (mg_fast_range_normal_cdf(x))
        return mg_fast_normal_cdf(x);
    if (!(x < -36.0))
        return x != x ? x : 1.0;
    if (x < -39.0)
        return 0.0;
    mg_pair z = mg_erfc_argument(x);
    return mg_erfc_beyond(z.high, z.low, 0.5);
}

#endif
