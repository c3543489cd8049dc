/* logarithms.h - log, log2, log10, log1p, and the logarithm as a pair of doubles for pow.
 *
 * x = 2**k * m with m from sqrt(1/2) to sqrt(2). With f = m - 1 and s = f / (2 + f),
 * log(m) = 2 atanh(s), a series in s of odd powers. Written as
 *
 *     f - f * f / 2 + s * (f * f / 2 + R(s * s))
 *
 * only the first term, which is exact, is of the result's size (fdlibm, Sun Microsystems, 1993).
 */
#ifndef MG_LOGARITHMS_H
#define MG_LOGARITHMS_H

#include "elementary/bits.h" /* first */

#include <float.h>

#include "elementary/coefficients.h"
#include "elementary/exponentials.h"

/* x = 2**exponent * mantissa, with mantissa from sqrt(1/2) to sqrt(2) */
typedef struct {
    double exponent, mantissa;
} mg_scaled;

#define MG_SQRT_HALF_BITS 0x3fe6a09e667f3bcdULL
#define MG_ONE_BITS 0x3ff0000000000000ULL

/* The parts of x, a positive normal number. The bits above the lowest 52 are the exponent
 * + 1023; as the low bits of 2**52 they become a double without a conversion. */
static inline mg_scaled mg_scaled_of(double x) {
    uint64_t above = mg_bits_of(x) - MG_SQRT_HALF_BITS;
    uint64_t biased = (above + MG_ONE_BITS) >> 52;
    double k = mg_from_bits(biased | 0x4330000000000000ULL) - (4503599627370496.0 + 1023.0);
    double m = mg_from_bits((above & 0x000fffffffffffffULL) + MG_SQRT_HALF_BITS);
    return (mg_scaled){k, m};
}

/* The same for a positive number that need not be normal */
static inline mg_scaled mg_scaled_of_any(double x) {
    if (x >= DBL_MIN)
        return mg_scaled_of(x);
    mg_scaled parts = mg_scaled_of(x * 18014398509481984.0); /* 2**54 */
    parts.exponent -= 54.0;
    return parts;
}

/* x rounded to 26 bits: the product of two such numbers is exact. T. J. Dekker, 1971. */
static inline double mg_upper_half(double x) {
    double t = 134217729.0 * x; /* 2**27 + 1 */
    return t - (t - x);
}

/* --- The core ------------------------------------------------------------------------- */

/* log(1 + f) - (f - f * f / 2), for sqrt(1/2) <= 1 + f <= sqrt(2); `half` is f * f / 2 */
static inline double mg_log_rest(double f, double half) {
    const double *c = MG_LOG;
    double s = f / (2.0 + f), w = s * s, w2 = w * w;
    double p = (c[0] + c[1] * w) + ((c[2] + c[3] * w) + ((c[4] + c[5] * w) + c[6] * w2) * w2) * w2;
    return s * (half + w * p);
}

/* log(2**k * (1 + f)) + low, for sqrt(1/2) <= 1 + f <= sqrt(2) and |low| <= 2**-52 */
static inline double mg_log_of_parts(double k, double f, double low) {
    mg_pair sum = mg_fast_two_sum(k * MG_LN2_HIGH, f);
    double half = 0.5 * f * f, rest = mg_log_rest(f, half);
    return sum.high + (sum.low - (half - (rest + (k * MG_LN2_LOW + low))));
}

/* log(high + low), for a positive normal `high` below 2**1022 and a `low` that is at most one
 * unit in its last place, and no more than high - 1 if that is not 0. The relative error is
 * small for high + low near 1, too. */
static inline double mg_log_of_pair(double high, double low) {
    mg_scaled x = mg_scaled_of(high);
    mg_pair f = mg_fast_two_sum(x.mantissa - 1.0, low * mg_power_of_two(-x.exponent));
    return mg_log_of_parts(x.exponent, f.high, f.low - f.low * f.high); /* low / (1 + f) */
}

/* --- log. Error < 0.6 ulp -------------------------------------------------------------- */

static inline int mg_fast_range_log(double x) { return (x >= DBL_MIN) & (x < INFINITY); }

static inline double mg_fast_log(double x) {
    mg_scaled parts = mg_scaled_of(x);
    return mg_log_of_parts(parts.exponent, parts.mantissa - 1.0, 0.0);
}

/* A logarithm in any base, for an x that is not positive and finite */
static inline double mg_log_of_special(double x) {
    if (x != x || x == INFINITY)
        return x;
    return x == 0.0 ? -INFINITY : NAN;
}

static inline double mg_jit_log(double x) {
    if (mg_fast_range_log(x))
        return mg_fast_log(x);
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    mg_scaled parts = mg_scaled_of_any(x);
    return mg_log_of_parts(parts.exponent, parts.mantissa - 1.0, 0.0);
}

/* --- log2 and log10. Error < 0.6 ulp ---------------------------------------------------- */

/* log(2**k * (1 + f)) in a base b, where `inverse` is 1 / log(b) and `two` log(2) / log(b), in
 * two parts each: the first of `inverse` has 26 bits, the first of `two` 40, so that their
 * products with log(1 + f)'s upper half and with k are exact. */
static inline double mg_log_to_base(double k, double f, mg_pair inverse, mg_pair two) {
    double half = 0.5 * f * f, high = mg_upper_half(f - half);
    double low = ((f - high) - half) + mg_log_rest(f, half);
    mg_pair sum = mg_fast_two_sum(k * two.high, high * inverse.high);
    double rest = low * inverse.high + (low + high) * inverse.low;
    return sum.high + (sum.low + (k * two.low + rest));
}

static inline double mg_log2_of_scaled(mg_scaled x) {
    const mg_pair inverse = {1.4426950514316559, -1.0542692476429138e-08}, two = {1.0, 0.0};
    return mg_log_to_base(x.exponent, x.mantissa - 1.0, inverse, two);
}

static inline double mg_log10_of_scaled(mg_scaled x) {
    const mg_pair inverse = {0.4342944845557213, -2.6524694553078553e-09};
    const mg_pair two = {0.3010299956640665, -8.532344317057107e-14};
    return mg_log_to_base(x.exponent, x.mantissa - 1.0, inverse, two);
}

static inline int mg_fast_range_log2(double x) { return (x >= DBL_MIN) & (x < INFINITY); }

static inline double mg_fast_log2(double x) { return mg_log2_of_scaled(mg_scaled_of(x)); }

static inline double mg_jit_log2(double x) {
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    return mg_log2_of_scaled(mg_scaled_of_any(x));
}

static inline int mg_fast_range_log10(double x) { return (x >= DBL_MIN) & (x < INFINITY); }

static inline double mg_fast_log10(double x) { return mg_log10_of_scaled(mg_scaled_of(x)); }

static inline double mg_jit_log10(double x) {
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    return mg_log10_of_scaled(mg_scaled_of_any(x));
}

/* --- log1p: 1 + x is a pair of doubles, exactly. Error < 0.6 ulp -------------------------- */

static inline int mg_fast_range_log1p(double x) { return (x > -1.0) & (x < 1e300); }

static inline double mg_fast_log1p(double x) {
    mg_pair sum = mg_two_sum(1.0, x);
    return copysign(mg_log_of_pair(sum.high, sum.low), x); /* -0.0 gives -0.0 */
}

static inline double mg_jit_log1p(double x) {
    if (mg_fast_range_log1p(x))
        return mg_fast_log1p(x);
    if (x >= 1e300 && x < INFINITY)
        return mg_fast_log(x);
    return x == -1.0 ? -INFINITY : mg_log_of_special(x);
}

/* --- log as a pair, for pow. Relative error < 2**-64 --------------------------------------- */

/* 1.5 * 2**28: adding it rounds to a multiple of 2**-24 */
#define MG_ROUNDER_24 402653184.0

/* log(2**k * m) as a pair, of which `high` has no more than 26 bits and `low` the others.
 *
 * log(m) = 2 / 3 * s * (3 + w + w * w * p(w)), with w = s * s; p is so small a part of it
 * that a double is enough. Each factor is split into an upper part, whose products are exact,
 * and a lower part. The steps wait for each other as little as possible: a processor that has
 * to wait takes twice as long. */
static inline mg_pair mg_log_pair(double k, double m) {
    const double *c = MG_LOG_PAIR;
    double f = m - 1.0;

    /* t = t_high + t_low = 2 / 3 * s = f / (3 + 1.5 * f) */
    double d = 1.5 * m + 1.5, inverse = 1.0 / d, t = f * inverse;
    double shifted = 536870913.0 * t, t_high = shifted - (shifted - t); /* 24 bits, of 2**29 + 1 */
    double d_high = (d + MG_ROUNDER_24) - MG_ROUNDER_24, d_low = f - ((d_high - 3.0) - 0.5 * f);
    double t_low = ((f - t_high * d_high) - t_high * d_low) * inverse;

    /* w = w_high + w_low; a rough w is good enough for p */
    double s = 1.5 * t, rough = s * s, rough2 = rough * rough;
    double p_begin = c[0] + c[1] * rough, p = p_begin + (c[2] + c[3] * rough) * rough2;
    p = p + ((c[4] + c[5] * rough) + (c[6] + c[7] * rough) * rough2) * (rough2 * rough2);
    double s_high = 1.5 * t_high, s_low = 1.5 * t_low;
    double w_high = s_high * s_high, w_low = s_low * ((s_high + s_high) + s_low);
    double w = w_high + w_low;

    /* q = q_high + q_low = 3 + w + w * w * p */
    double q_high = ((w_high + rough2 * p_begin) + MG_ROUNDER_24) - (MG_ROUNDER_24 - 3.0);
    double q_low = (w_high - (q_high - 3.0)) + (w_low + w * w * p);

    /* log(x) = k * log(2) + t * q */
    double of_k = k * MG_LN2_HIGH, product = t_high * q_high;
    double high = mg_upper_half(of_k + product);
    double rest = k * MG_LN2_LOW + (t_low * q_high + q_low * t);
    return (mg_pair){high, (product - (high - of_k)) + rest};
}

#endif
