/* logistic.h - sigmoid, silu, softplus. */
#ifndef MG_LOGISTIC_H
#define MG_LOGISTIC_H

#include "elementary/bits.h" /* first */

#include "elementary/exponentials.h"

/* A quotient as the sum of two: q has 7 bits, rest is a few percent of it. */
typedef struct {
    double q, rest;
} mg_quotient;

/* --- sigmoid --------------------------------------------------------------------------
 *
 * 1 / (1 + exp(-x)) = N / D with g = 2**-k,
 *
 *     N = 1 + v + r,    D = (1 + v) (1 + g) + r (1 - g).
 *
 * Error < 0.75 ulp. */

static inline int mg_fast_range_sigmoid(double x) { return fabs(x) < 690.0; }

static inline mg_quotient mg_sigmoid_quotient(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * x);
    double g = mg_power_of_two(-e.k), b = 1.0 + g;
    double over = 1.0 / ((b + (1.0 - g) * e.r) + b * e.v);
    /* N enlarged by 0.1 to 1.5 %, so that q is 1 where 1 - q would not be exact */
    double q = mg_truncate((1.012 + e.r) * over), gq = g * q;
    double rest = mg_combine(e, (1.0 - gq) - q, (1.0 + gq) - q);
    return (mg_quotient){q, rest * over};
}

static inline double mg_fast_sigmoid(double x) {
    mg_quotient s = mg_sigmoid_quotient(x);
    return s.q + s.rest;
}

static inline double mg_jit_sigmoid(double x) {
    if (mg_fast_range_sigmoid(x))
        return mg_fast_sigmoid(x);
    return x >= 690.0 ? 1.0 : mg_jit_exp(x);
}

/* --- silu -----------------------------------------------------------------------------
 *
 * x * sigmoid(x). Error < 0.7 ulp. */

static inline int mg_fast_range_silu(double x) { return fabs(x) < 690.0; }

/* x * (s.q + s.rest); the product of x's first 46 bits and s.q is exact */
static inline double mg_times_quotient(double x, mg_quotient s) {
    double t = 129.0 * x, high = t - (t - x);
    return high * s.q + ((x - high) * s.q + x * s.rest);
}

static inline double mg_fast_silu(double x) {
    return mg_or_sign(mg_times_quotient(x, mg_sigmoid_quotient(x)), x); /* -0 stays -0 */
}

static inline double mg_jit_silu(double x) {
    if (mg_fast_range_silu(x))
        return mg_fast_silu(x);
    if (x != x || x > 0.0)
        return x;
    if (x < -760.0)
        return -0.0; /* the limit at -inf */
    /* x exp(x), with exp(x) = 2**k (1 + v + r) / (1 + v - r) */
    mg_half_exp e = mg_halve_exp(0.5 * x);
    double over = 1.0 / ((1.0 + e.v) - e.r);
    double q = mg_truncate(((1.0 + e.v) + e.r) * over);
    mg_quotient s = {q, mg_combine(e, 1.0 - q, 1.0 + q) * over};
    return mg_scale(mg_times_quotient(x, s), e.k);
}

/* --- softplus -------------------------------------------------------------------------
 *
 * log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
 *
 * With y = exp(-|x|), log1p(y) = 2 atanh(s) where s = y / (2 + y) = N / D <= 1/3. With
 * g = 2**-k,
 *
 *     N = g (1 + v - r),    D = (1 + v) (2 + g) + r (2 - g).
 *
 * D without v is between 1.6 and 3.2, where 5/6 - D / 6 is 1 / D to 12 %.
 * Error < 0.75 ulp. */

static inline int mg_fast_range_softplus(double x) { return fabs(x) < 690.0; }

static inline double mg_fast_softplus(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * fabs(x));
    double g = mg_power_of_two(-e.k), b = 2.0 + g, d = b + (2.0 - g) * e.r;
    double q = mg_truncate((g - g * e.r) * (0.8333 - 0.1667 * d)), gq = g * q, two = q + q;
    double rest = mg_combine(e, (g - two) - gq, (gq - two) - g) / (d + b * e.v);
    /* 2 atanh(s) = 2s + s**3 * polynomial(s**2) */
    double s = q + rest, z = s * s, z2 = z * z, z4 = z2 * z2;
    const double *c = MG_ATANH;
    double p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    double p4 = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    double low = (s * z) * (p + (p4 + (c[8] + c[9] * z) * z4) * z4);
    mg_pair sum = mg_two_sum(x > 0.0 ? x : 0.0, two);
    return sum.high + (sum.low + ((rest + rest) + low));
}

static inline double mg_jit_softplus(double x) {
    if (mg_fast_range_softplus(x))
        return mg_fast_softplus(x);
    return x != x || x > 0.0 ? x : mg_jit_exp(x);
}

#endif
