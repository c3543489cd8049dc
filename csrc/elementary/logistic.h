/* logistic.h - sigmoid, silu, softplus. */
#ifndef MG_LOGISTIC_H
#define MG_LOGISTIC_H

#include "elementary/bits.h" /* first */

#include "elementary/exponentials.h"

/* A quotient as the sum of two: q of 5 bits, and a correction of at most 5 % of it. */
typedef struct {
    double q, correction, plain; /* plain: q + correction, less exact and sooner ready */
} mg_quotient;

/* exp(2h) / (exp(2h) + c) for c = 1 or 2, with g = c * 2**-k:
 * N = 1 + v + r, D = (1 + v) (1 + g) + r (1 - g) */
static inline mg_quotient mg_share(mg_half_exp e, double g) {
    double over = 1.0 / (((1.0 + g) + (1.0 - g) * e.r) + (1.0 + g) * e.v);
    double plain = ((1.0 + e.r) + e.v) * over;
    double q = mg_round_to_5_bits(plain), gq = g * q;
    double rest = mg_combine(e, (1.0 - gq) - q, (1.0 + gq) - q);
    return (mg_quotient){q, rest * over, plain};
}

/* --- sigmoid: 1 / (1 + exp(-x)) = exp(x) / (exp(x) + 1) ------------------------------------ */

static inline int mg_fast_range_sigmoid(double x) { return fabs(x) < 690.0; }

static inline double mg_fast_sigmoid(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * x);
    mg_quotient s = mg_share(e, mg_power_of_two(-e.k));
    return s.q + s.correction;
}

static inline double mg_jit_sigmoid(double x) {
    if (mg_fast_range_sigmoid(x))
        return mg_fast_sigmoid(x);
    return x >= 690.0 ? 1.0 : mg_jit_exp(x);
}

/* --- silu: x * sigmoid(x) ------------------------------------------------------------------- */

static inline int mg_fast_range_silu(double x) { return fabs(x) < 690.0; }

static inline double mg_fast_silu(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * x);
    mg_quotient s = mg_share(e, mg_power_of_two(-e.k));
    double t = 33.0 * x, high = t - (t - x); /* 48 bits, so that high * q is exact */
    return high * s.q + ((x - high) * s.q + x * s.correction);
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
    double q = mg_round_to_5_bits(((1.0 + e.v) + e.r) * over);
    double correction = mg_combine(e, 1.0 - q, 1.0 + q) * over;
    double t = 33.0 * x, high = t - (t - x);
    return mg_scale(high * q + ((x - high) * q + x * correction), e.k);
}

/* --- softplus: log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)) -------------------------------
 *
 * log1p(y) = 2 atanh(s), with s = y / (y + 2) <= 1/3: 2s + s**3 * polynomial(s**2). */

static inline int mg_fast_range_softplus(double x) { return fabs(x) < 690.0; }

static inline double mg_fast_softplus(double x) {
    mg_half_exp e = mg_halve_exp(-0.5 * fabs(x));
    mg_quotient s = mg_share(e, mg_power_of_two(1.0 - e.k));
    double z = s.plain * s.plain, z2 = z * z, z4 = z2 * z2;
    const double *c = MG_ATANH;
    double p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    double p4 = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    double low = (s.plain * z) * (p + (p4 + (c[8] + c[9] * z) * z4) * z4);
    /* first + two is not exact; where x is the smaller, first + (sum - two) is */
    double first = x > 0.0 ? x : 0.0, two = s.q + s.q, sum = first + two;
    return sum + ((first - (sum - two)) + ((s.correction + s.correction) + low));
}

static inline double mg_jit_softplus(double x) {
    if (mg_fast_range_softplus(x))
        return mg_fast_softplus(x);
    return x != x || x > 0.0 ? x : mg_jit_exp(x);
}

#endif
