/* exponentials.h - exp, exp2, expm1, and exp as a quotient for other headers. */
#ifndef MG_EXPONENTIALS_H
#define MG_EXPONENTIALS_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"

/* ln 2 = MG_LN2_HIGH + MG_LN2_LOW. The first has 33 bits, so its product with a whole
 * number of up to 20 bits is exact (W. J. Cody, W. Waite, 1980). */
#define MG_LN2_HIGH 0.6931471803691238
#define MG_LN2_LOW 1.9082149292705877e-10
#define MG_LN2 0.6931471805599453
#define MG_LOG2_E 1.4426950408889634

/* 1.5 * 2**26: (x + MG_ROUNDER_26) - MG_ROUNDER_26 is x, |x| < 2**25, rounded to a
 * multiple of 2**-26. */
#define MG_ROUNDER_26 100663296.0

/* --- exp ------------------------------------------------------------------------------
 *
 * x = k ln 2 + r with |r| <= ln 2 / 2, and exp(x) = 2**k * exp(r). Error < 0.75 ulp. */

static inline int mg_fast_range_exp(double x) { return fabs(x) < 708.0; }

/* exp(high - low), for |high - low| <= ln 2 / 2 and a small low. 1 + high is exact as a
 * pair, so that its rounding is no error: those left are the last addition's and a third
 * of it. */
static inline double mg_exp_of_rest(double high, double low) {
    const double *c = MG_EXP;
    double r = high - low, r2 = r * r, r4 = r2 * r2;
    double p = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2;
    double p4 = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2;
    double sum = 1.0 + high, rest = high - (sum - 1.0);
    return sum + (rest + (r2 * (p + (p4 + (c[8] + c[9] * r) * r4) * r4) - low));
}

/* x = k ln 2 + high - low, with k in the low bits of `shifted` */
typedef struct {
    double shifted, high, low;
} mg_exp_parts;

static inline mg_exp_parts mg_exp_parts_of(double x) {
    double shifted = x * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    return (mg_exp_parts){shifted, x - k * MG_LN2_HIGH, k * MG_LN2_LOW};
}

static inline double mg_exp_of_parts(mg_exp_parts x) {
    double y = mg_exp_of_rest(x.high, x.low);
    return mg_from_bits(mg_bits_of(y) + (mg_bits_of(x.shifted) << 52));
}

static inline double mg_fast_exp(double x) { return mg_exp_of_parts(mg_exp_parts_of(x)); }

/* y * 2**k, in two steps: 2**k, or the result, may be no normal number. */
static inline double mg_scale(double y, double k) {
    double half = k < 0.0 ? -537.0 : 512.0;
    return y * mg_power_of_two(k - half) * mg_power_of_two(half);
}

static inline double mg_jit_exp(double x) {
    if (mg_fast_range_exp(x))
        return mg_fast_exp(x);
    if (x != x || x > 709.79)
        return x * INFINITY; /* NaN stays NaN */
    if (x < -745.14)
        return 0.0;
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    return mg_scale(mg_exp_of_rest(x - k * MG_LN2_HIGH, k * MG_LN2_LOW), k);
}

/* --- exp2 -----------------------------------------------------------------------------
 *
 * x = k + f with |f| <= 1/2, and 2**x = 2**k * exp(f ln 2). Error < 0.7 ulp. */

static inline int mg_fast_range_exp2(double x) { return fabs(x) < 1021.0; }

/* ln 2 to 27 bits, and the rest of it */
#define MG_LN2_27 0.6931471824645996
#define MG_LN2_27_REST -1.904654299957768e-09

/* 2**f, for |f| <= 1/2. The product of f's first 25 bits and MG_LN2_27 is exact. */
static inline double mg_exp2_of_rest(double f) {
    double high = (f + MG_ROUNDER_26) - MG_ROUNDER_26;
    double low = (high - f) * MG_LN2 - high * MG_LN2_27_REST;
    return mg_exp_of_rest(high * MG_LN2_27, low);
}

static inline double mg_fast_exp2(double x) {
    double shifted = x + MG_ROUNDER;
    double y = mg_exp2_of_rest(x - (shifted - MG_ROUNDER));
    return mg_from_bits(mg_bits_of(y) + (mg_bits_of(shifted) << 52));
}

static inline double mg_jit_exp2(double x) {
    if (mg_fast_range_exp2(x))
        return mg_fast_exp2(x);
    if (x != x || x >= 1024.0)
        return x * INFINITY;
    if (x < -1075.0)
        return 0.0;
    double k = (x + MG_ROUNDER) - MG_ROUNDER;
    return mg_scale(mg_exp2_of_rest(x - k), k);
}

/* --- exp as a quotient ----------------------------------------------------------------
 *
 * With h = k ln 2 / 2 + r, |r| <= ln 2 / 4:  exp(2h) = 2**k * (1 + v + r) / (1 + v - r),
 * where 1 + v = r coth(r) is even and nearly 1: v = r**2 / 3 - ..., 0 <= v < 0.01.
 *
 * So tanh, 1 / (1 + exp(-x)) and others are one quotient N / D of sums of 1 + v and r,
 * both multiplied by powers of 2. It is computed as q + (N - q D) / D. q is N / D roughly,
 * to a few percent, and has 7 bits, so that its products are exact. N - q D is
 *
 *     (1 + v) a + r b,    for some a and b made of q and 2**k,
 *
 * where high * b is exact if b has 27 bits. It is a few percent of N, and so are the
 * rounding errors of its sums, those of D, and that of the division. */

/* The first bits of x's significand; fewer if x is not normal. bits: from 1 to 53 */
static inline double mg_truncate(double x, int bits) {
    return mg_from_bits(mg_bits_of(x) & ~(((uint64_t)1 << (53 - bits)) - 1));
}

typedef struct {
    double k, g; /* g is 2**-k */
    double r, v;
    double high, rest; /* r = high + rest; high has 26 bits */
} mg_half_exp;

static inline mg_half_exp mg_halve_exp(double h) {
    double k = (h * (2.0 * MG_LOG2_E) + MG_ROUNDER) - MG_ROUNDER;
    double first = h - k * (0.5 * MG_LN2_HIGH), low = k * (0.5 * MG_LN2_LOW);
    double high = mg_truncate(first, 26);
    double r = first - low, z = r * r, z2 = z * z;
    const double *c = MG_COTH;
    double v = z * ((c[0] + c[1] * z) + z2 * ((c[2] + c[3] * z) + z2 * c[4]));
    return (mg_half_exp){k, mg_power_of_two(-k), r, v, high, (first - high) - low};
}

/* (1 + v) a + r b */
static inline double mg_combine(mg_half_exp e, double a, double b) {
    return (a + e.high * b) + (e.rest * b + e.v * a);
}

/* x with the sign of y, for an x that is positive, or has that sign, or is 0. */
static inline double mg_or_sign(double x, double y) {
    return mg_from_bits(mg_bits_of(x) | (mg_bits_of(y) & (uint64_t)1 << 63));
}

/* --- expm1 ----------------------------------------------------------------------------
 *
 * With G = 2**k, N = (1 + v) (G - 1) + r (G + 1) and D = 1 + v - r. Error < 0.7 ulp. */

static inline int mg_fast_range_expm1(double x) {
    return (fabs(x) < 700.0) & ((fabs(x) > 1e-300) | (x == 0.0));
}

static inline double mg_fast_expm1(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * x);
    double g = mg_power_of_two(e.k), a = g - 1.0, b = g + 1.0;
    double over = 1.0 / ((1.0 + e.v) - e.r);
    double q = mg_truncate((a + b * e.r) * over, 7);
    double lost = (g - a) - 1.0; /* from a, where G is large */
    double first = (((a - q) + e.high * b) + e.high * q) + e.rest * b;
    double y = q + (first + (e.rest * q + e.v * (a - q) + lost)) * over;
    return mg_or_sign(y, x); /* expm1(-0) is -0 */
}

static inline double mg_jit_expm1(double x) {
    if (mg_fast_range_expm1(x))
        return mg_fast_expm1(x);
    if (fabs(x) < 1.0)
        return x;
    return x < 0.0 ? -1.0 : mg_jit_exp(x);
}

#endif
