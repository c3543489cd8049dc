/* logarithms.h - log, log2, log10, log1p, and the logarithm as a pair of doubles for pow.
 *
 * x = 2**k * m with m from sqrt(1/2) to sqrt(2). With f = m - 1 and s = f / (2 + f),
 * log(m) = 2 atanh(s), a series in s of odd powers. Written as
 *
 *     f - f * f / 2 + s * (f * f / 2 + R(s * s))
 *
 * only the first term, which is exact, is of the result's size (fdlibm, Sun Microsystems,
 * 1993).
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
MG_FAST_INLINE mg_scaled mg_scaled_of(double x) {
    uint64_t above = mg_bits_of(x) + (MG_ONE_BITS - MG_SQRT_HALF_BITS);
    double k = mg_from_bits((above >> 52) | 0x4330000000000000ULL) -
               (4503599627370496.0 + 1023.0);
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
MG_FAST_INLINE double mg_upper_half(double x) {
    double t = 134217729.0 * x; /* 2**27 + 1 */
    return t - (t - x);
}

/* --- The core ------------------------------------------------------------------------ */

/* log(1 + f) - (f - f * f / 2), for sqrt(1/2) <= 1 + f <= sqrt(2); s is f / (2 + f), and
 * `half` is f * f / 2 */
MG_FAST_INLINE double mg_log_rest(double s, double half) {
    const double *c = MG_LOG;
    double w = s * s, w2 = w * w;
    double p = (c[0] + c[1] * w) +
               ((c[2] + c[3] * w) + ((c[4] + c[5] * w) + c[6] * w2) * w2) * w2;
    return s * (half + w * p);
}

/* 2**k * (1 + f), with sqrt(1/2) <= 1 + f <= sqrt(2); s is f / (2 + f) */
typedef struct {
    double k, f, s;
} mg_log_parts;

MG_FAST_INLINE mg_log_parts mg_log_parts_of(double k, double f) {
    return (mg_log_parts){k, f, f / (2.0 + f)};
}

/* log(2**k * (1 + f)) + low, for |low| <= 2**-52 */
MG_FAST_INLINE double mg_log_of_parts(mg_log_parts x, double low) {
    mg_pair sum = mg_fast_two_sum(x.k * MG_LN2_HIGH, x.f);
    double half = 0.5 * x.f * x.f, rest = mg_log_rest(x.s, half);
    mg_pair less = mg_fast_two_sum(sum.high, -half);
    return less.high + (less.low + (sum.low + (rest + (x.k * MG_LN2_LOW + low))));
}

/* log(high + low), for a positive normal `high` below 2**1022 and a `low` that is at most
 * one unit in its last place, and no more than high - 1 if that is not 0. The relative
 * error is small for high + low near 1, too. */
MG_FAST_INLINE double mg_log_of_pair(double high, double low) {
    mg_scaled x = mg_scaled_of(high);
    mg_pair f = mg_fast_two_sum(x.mantissa - 1.0, low * mg_power_of_two(-x.exponent));
    mg_log_parts parts = mg_log_parts_of(x.exponent, f.high);
    return mg_log_of_parts(parts, f.low - f.low * f.high); /* low / (1 + f) */
}

/* --- log. Error < 0.75 ulp ----------------------------------------------------------- */

static inline int mg_fast_range_log(double x) { return (x >= DBL_MIN) & (x < INFINITY); }

MG_FAST_INLINE mg_log_parts mg_log_parts_of_scaled(mg_scaled x) {
    return mg_log_parts_of(x.exponent, x.mantissa - 1.0);
}

MG_FAST_INLINE double mg_fast_log(double x) {
    return mg_log_of_parts(mg_log_parts_of_scaled(mg_scaled_of(x)), 0.0);
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
    return mg_log_of_parts(mg_log_parts_of_scaled(mg_scaled_of_any(x)), 0.0);
}

/* --- log2 and log10. Error < 0.8 ulp ------------------------------------------------- */

/* log(2**k * (1 + f)) in a base b, where `inverse` is 1 / log(b) and `two` log(2) /
 * log(b), in two parts each: the first of `inverse` has 26 bits, the first of `two` 40, so
 * that their products with log(1 + f)'s upper half and with k are exact. */
MG_FAST_INLINE double mg_log_to_base(double k, double f, mg_pair inverse, mg_pair two) {
    double half = 0.5 * f * f, high = mg_upper_half(f - half);
    double low = ((f - high) - half) + mg_log_rest(f / (2.0 + f), half);
    mg_pair sum = mg_fast_two_sum(k * two.high, high * inverse.high);
    double rest = low * inverse.high + (low + high) * inverse.low;
    return sum.high + (sum.low + (k * two.low + rest));
}

MG_FAST_INLINE double mg_log2_of_scaled(mg_scaled x) {
    const mg_pair inverse = {1.4426950514316559, -1.0542692476429138e-08},
                  two = {1.0, 0.0};
    return mg_log_to_base(x.exponent, x.mantissa - 1.0, inverse, two);
}

MG_FAST_INLINE double mg_log10_of_scaled(mg_scaled x) {
    const mg_pair inverse = {0.4342944845557213, -2.6524694553078553e-09};
    const mg_pair two = {0.3010299956640665, -8.532344317057107e-14};
    return mg_log_to_base(x.exponent, x.mantissa - 1.0, inverse, two);
}

static inline int mg_fast_range_log2(double x) { return (x >= DBL_MIN) & (x < INFINITY); }

MG_FAST_INLINE double mg_fast_log2(double x) { return mg_log2_of_scaled(mg_scaled_of(x)); }

static inline double mg_jit_log2(double x) {
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    return mg_log2_of_scaled(mg_scaled_of_any(x));
}

static inline int mg_fast_range_log10(double x) { return (x >= DBL_MIN) & (x < INFINITY); }

MG_FAST_INLINE double mg_fast_log10(double x) {
    return mg_log10_of_scaled(mg_scaled_of(x));
}

static inline double mg_jit_log10(double x) {
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    return mg_log10_of_scaled(mg_scaled_of_any(x));
}

/* --- log1p: 1 + x is a pair of doubles, exactly. Error < 0.75 ulp -------------------- */

static inline int mg_fast_range_log1p(double x) { return (x > -1.0) & (x < 1e300); }

MG_FAST_INLINE double mg_fast_log1p(double x) {
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

/* --- log as a pair, for pow. Relative error < 2**-65 --------------------------------- */

/* 1.5 * 2**28: adding it rounds to a multiple of 2**-24 */
#define MG_ROUNDER_24 402653184.0

#define MG_LOG_PAIR_LOWEST 0x3feaf1a9fbe76c8bULL /* 0.842 */
#define MG_LOG_PAIR_CENTRE 1.41015625
/* log(MG_LOG_PAIR_CENTRE), the first a multiple of 2**-40 */
#define MG_LOG_PAIR_CENTRE_HIGH 0.3437005138530367
#define MG_LOG_PAIR_CENTRE_LOW 2.817625587422227e-13

/* log(x / 2**scale), for a positive normal x. `high` has no more than 26 bits, `low` the
 * others.
 *
 * x = 2**k * m with m from 0.842 to 1.684. A centre c, 1 or 1.41, is near m, so that
 * s = (m - c) / (m + c) is small: log(m) = log(c) + 2 / 3 * s * (3 + w + w * w * p(w)),
 * with w = s * s. p is so small a part of it that a double is enough. Each other factor is
 * split into an upper part, whose products are exact, and a lower part. The order of the
 * steps is one in which few have to wait for the last. */
MG_FAST_INLINE mg_pair mg_log_pair(double x, double scale) {
    const double *p = MG_LOG_PAIR;
    uint64_t above = mg_bits_of(x) + (MG_ONE_BITS - MG_LOG_PAIR_LOWEST);
    double k = mg_from_bits((above >> 52) | 0x4330000000000000ULL);
    k = k - (4503599627370496.0 + 1023.0 + scale);
    double m = mg_from_bits((above & 0x000fffffffffffffULL) + MG_LOG_PAIR_LOWEST);
    /* The centre is 1.41 for the upper half of the m's, which are m >= 1.184. */
    uint64_t upper = 0 - ((above >> 51) & 1);
    double c = mg_from_bits(MG_ONE_BITS + (upper & 0x6900000000000ULL));
    double log_c = mg_from_bits(upper & mg_bits_of(MG_LOG_PAIR_CENTRE_HIGH));
    double log_c_low = mg_from_bits(upper & mg_bits_of(MG_LOG_PAIR_CENTRE_LOW));

    /* t = t_high + t_low = 2 / 3 * s */
    double f = m - c, sum = m + c, inverse = 0.6666666666666666 / sum, t = f * inverse;
    double shifted = 536870913.0 * t; /* 2**29 + 1: t_high has 24 bits */
    double t_high = shifted - (shifted - t);
    double sum_high = (sum + MG_ROUNDER_24) - MG_ROUNDER_24, sum_low = m - (sum_high - c);
    double s_high = 1.5 * t_high;
    double t_low = ((f - s_high * sum_high) - s_high * sum_low) * inverse;

    /* q_high + q_low = 3 + w + w * w * p, where w is of t_high alone, but p of t */
    double part = 2.25 * t, w = part * t, w2 = w * w;
    double rest = (p[0] + p[1] * w) + ((p[2] + p[3] * w) + (p[4] + p[5] * w) * w2) * w2;
    double q_high = (w + MG_ROUNDER_24) - (MG_ROUNDER_24 - 3.0);
    double q_low = (s_high * s_high - (q_high - 3.0)) + w2 * rest;
    /* what t_low is multiplied with: q, and the w that t_high lacks */
    double of_low = q_high + part * (t_high + t);

    /* log(x) = k * log(2) + log(c) + t * q */
    double known = k * MG_LN2_HIGH + log_c, product = t_high * q_high;
    double high = mg_upper_half(known + product);
    double low = (product - (high - known)) + ((k * MG_LN2_LOW + log_c_low) + q_low * t);
    return (mg_pair){high, low + t_low * of_low};
}

#endif
