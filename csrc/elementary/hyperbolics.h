/* hyperbolics.h - sinh, cosh, tanh. */
#ifndef MG_HYPERBOLICS_H
#define MG_HYPERBOLICS_H

#include "elementary/bits.h" /* first */

#include "elementary/exponentials.h"

/* --- tanh -----------------------------------------------------------------------------
 *
 * Of |x|: with g = 2**-k,
 *
 *     N = (1 + v) (1 - g) + r (1 + g),    D = (1 + v) (1 + g) + r (1 - g).
 *
 * D without v is between 0.8 and 2.1, where (3 - D) / 2 is 1 / D to 12 %, and so is ready
 * before the division. Error < 0.75 ulp. */

static inline int mg_fast_range_tanh(double x) { return (void)x, 1; }

/* e: mg_halve_exp(fabs(x)), which is of no use beyond 350, where tanh is 1 */
static inline double mg_tanh_of_half_exp(mg_half_exp e, double x) {
    double g = e.g, a = 1.0 - g, b = 1.0 + g, d = b + a * e.r;
    double rough = mg_truncate((a + b * e.r) * (1.5 - 0.5 * d), 7);
    /* 1 - q and 1 + q are exact: a rough q below 2**-46 loses bits */
    double plus = 1.0 + rough, q = plus - 1.0, minus = 1.0 - q, scaled = g * plus;
    double y = q + mg_combine(e, minus - scaled, minus + scaled) / (d + b * e.v);
    return mg_or_sign(fabs(x) > 350.0 ? 1.0 : y, x);
}

static inline double mg_fast_tanh(double x) {
    return mg_tanh_of_half_exp(mg_halve_exp(fabs(x)), x);
}

static inline double mg_jit_tanh(double x) { return mg_fast_tanh(x); }

/* --- sinh and cosh --------------------------------------------------------------------
 *
 * |x| = k ln 2 + r, and
 *
 *     sinh(|x|) = 2**(k-1) * ((1 - g) cosh(r) + (1 + g) sinh(r))    with g = 4**-k
 *     cosh(x)   = 2**(k-1) * ((1 + g) cosh(r) + (1 - g) sinh(r))
 *
 * from the polynomials c = cosh(r) - 1 and s = sinh(r) - r. Error < 0.75 ulp. */

typedef struct {
    double k, g, c, s;
    double high, rest; /* r = high + rest; high is a multiple of 2**-26 */
} mg_hyperbolic;

static inline mg_hyperbolic mg_reduce_hyperbolic(double x) {
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    double first = x - k * MG_LN2_HIGH, low = k * MG_LN2_LOW;
    double high = (first + MG_ROUNDER_26) - MG_ROUNDER_26;
    double r = first - low, z = r * r, z2 = z * z;
    const double *p = MG_COSH, *q = MG_SINH;
    double c = z * ((p[0] + p[1] * z) + z2 * ((p[2] + p[3] * z) + z2 * (p[4] + p[5] * z)));
    double s = (r * z) * ((q[0] + q[1] * z) + z2 * ((q[2] + q[3] * z) + z2 * q[4]));
    double root = mg_power_of_two(-k);
    return (mg_hyperbolic){k, root * root, c, s, high, (first - high) - low};
}

static inline int mg_fast_range_sinh(double x) { return fabs(x) < 709.0; }
static inline int mg_fast_range_cosh(double x) { return fabs(x) < 709.0; }

static inline double mg_sinh_of_parts(mg_hyperbolic h) {
    mg_pair p = mg_fast_two_sum(1.0 + h.high, h.g * (h.high - 1.0));
    double a = 1.0 - h.g, b = 1.0 + h.g;
    return p.high + (p.low + (h.rest * b + a * h.c + b * h.s));
}

static inline double mg_cosh_of_parts(mg_hyperbolic h) {
    mg_pair p = mg_fast_two_sum(1.0 + h.high, h.g * (1.0 - h.high));
    double a = 1.0 - h.g, b = 1.0 + h.g;
    return p.high + (p.low + (h.rest * a + a * h.s + b * h.c));
}

static inline double mg_fast_sinh(double x) {
    mg_hyperbolic h = mg_reduce_hyperbolic(fabs(x));
    return copysign(mg_sinh_of_parts(h) * mg_power_of_two(h.k - 1.0), x);
}

static inline double mg_fast_cosh(double x) {
    mg_hyperbolic h = mg_reduce_hyperbolic(fabs(x));
    return mg_cosh_of_parts(h) * mg_power_of_two(h.k - 1.0);
}

/* exp(x) / 2, for x up to 710.5, where sinh and cosh may be finite though exp is not */
static inline double mg_half_of_exp(double x) {
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    return mg_scale(mg_exp_of_rest(x - k * MG_LN2_HIGH, k * MG_LN2_LOW), k - 1.0);
}

static inline double mg_jit_sinh(double x) {
    if (mg_fast_range_sinh(x))
        return mg_fast_sinh(x);
    return fabs(x) < 710.5 ? copysign(mg_half_of_exp(fabs(x)), x) : x * INFINITY;
}

static inline double mg_jit_cosh(double x) {
    if (mg_fast_range_cosh(x))
        return mg_fast_cosh(x);
    return fabs(x) < 710.5 ? mg_half_of_exp(fabs(x)) : fabs(x) * INFINITY;
}

#endif
