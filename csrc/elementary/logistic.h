/* logistic.h - sigmoid, silu, softplus. */
#ifndef MG_LOGISTIC_H
#define MG_LOGISTIC_H

#include "elementary/bits.h" /* first */

#include "elementary/exponentials.h"
#include "elementary/masks.h"
#include "elementary/softplus_table.h"

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

/* e: mg_halve_exp(0.5 * x) */
static inline mg_quotient mg_sigmoid_quotient(mg_half_exp e) {
    double g = e.g, sum = 1.0 + g;
    double over = 1.0 / ((sum + (1.0 - g) * e.r) + sum * e.v);
    /* N enlarged by 0.1 to 1.5 %, so that q is 1 where 1 - q would not be exact */
    double q = mg_truncate((1.012 + e.r) * over, 7), gq = g * q;
    /* mg_combine(e, a, b - q), but high * q apart: where x < -20, q is so small that b - q
     * is rounded, and high * (b - q) too */
    double a = (1.0 - gq) - q, b = 1.0 + gq;
    double rest = ((a + e.high * b) - e.high * q) + (e.rest * (b - q) + e.v * a);
    return (mg_quotient){q, rest * over};
}

static inline double mg_sigmoid_of_half_exp(mg_half_exp e) {
    mg_quotient s = mg_sigmoid_quotient(e);
    return s.q + s.rest;
}

static inline double mg_fast_sigmoid(double x) {
    return mg_sigmoid_of_half_exp(mg_halve_exp(0.5 * x));
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
    mg_quotient s = mg_sigmoid_quotient(mg_halve_exp(0.5 * x));
    return mg_or_sign(mg_times_quotient(x, s), x); /* -0 stays -0 */
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
    double q = mg_truncate(((1.0 + e.v) + e.r) * over, 7);
    mg_quotient s = {q, mg_combine(e, 1.0 - q, 1.0 + q) * over};
    return mg_scale(mg_times_quotient(x, s), e.k);
}

/* --- softplus -------------------------------------------------------------------------
 *
 * log(1 + exp(x)) = max(x, 0) + softplus(-|x|). A table has softplus(-c) and sigmoid(-c)
 * for a c near each tenth. With the c nearest to |x| and d = c - |x|,
 *
 *     softplus(-|x|) = softplus(-c) + log1p(u),    u = sigmoid(-c) * expm1(d).
 *
 * u is at most a twentieth of softplus(-c), and so are its errors. Error < 0.85 ulp. */

static inline int mg_fast_range_softplus(double x) { return x > -39.0; }

/* softplus(-c) and u */
MG_FAST_INLINE mg_pair mg_softplus_pair(double x) {
    const double *p = MG_SOFTPLUS_EXPM1;
    double a = fabs(x);
    uint64_t i = mg_bits_of(a * 10.0 + MG_ROUNDER) & 511;
    double d = MG_SOFTPLUS_AT[i] - a, d2 = d * d;
    double rest = (p[0] + p[1] * d) + ((p[2] + p[3] * d) + (p[4] + p[5] * d) * d2) * d2;
    return (mg_pair){MG_SOFTPLUS_VALUE[i], MG_SOFTPLUS_SLOPE[i] * (d + d2 * rest)};
}

/* softplus(x) from mg_softplus_pair(x). Beyond 39, it is x.
 *
 * The last addition should be the only one whose rounding counts: so the larger of x and
 * softplus(-c), which are equal at 0.48, is added last. */
MG_FAST_INLINE double mg_softplus_of_pair(mg_pair pair, double x) {
    const double *p = MG_SOFTPLUS_LOG1P;
    double u = pair.low, u2 = u * u;
    double rest = (p[0] + p[1] * u) +
                  ((p[2] + p[3] * u) + ((p[4] + p[5] * u) + p[6] * u2) * u2) * u2;
    double log = u + u2 * rest, positive = x > 0.0 ? x : 0.0;
    double larger = positive > pair.high ? positive : pair.high;
    double smaller = positive < pair.high ? positive : pair.high;
    double sum = larger + (log + smaller);
    return x > 39.0 ? x : sum;
}

MG_FAST_INLINE double mg_fast_softplus(double x) {
    return mg_softplus_of_pair(mg_softplus_pair(x), x);
}

/* mg_jit_softplus(x) for |x| < 690, where `near` is mg_fast_softplus(x) */
MG_FAST_INLINE double mg_fast_softplus_or_exp(double near, double x) {
    return mg_choose(mg_is_negative(-39.0 - x), near, mg_fast_exp(x));
}

static inline double mg_jit_softplus(double x) {
    if (mg_fast_range_softplus(x))
        return mg_fast_softplus(x);
    return x != x || x > 0.0 ? x : mg_jit_exp(x);
}

#endif
