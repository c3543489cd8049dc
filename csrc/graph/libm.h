/* libm.h - the elementary functions of eager operators and nets: the C library's.
 *
 * Their names have the prefix mg_libm_, as those of csrc/elementary have mg_jit_ and
 * mg_fast_: a row of ops.h is computed with any of them.
 */
#ifndef MG_LIBM_H
#define MG_LIBM_H

#include "base/platform.h" /* first */

#include <math.h>

#include "graph/gamma.h"

#define OF_ONE(name)                                                                      \
    static inline double mg_libm_##name(double x) { return name(x); }
#define OF_TWO(name)                                                                      \
    static inline double mg_libm_##name(double x, double y) { return name(x, y); }
OF_ONE(exp)
OF_ONE(expm1)
OF_ONE(log)
OF_ONE(log2)
OF_ONE(log10)
OF_ONE(log1p)
OF_ONE(sin)
OF_ONE(cos)
OF_ONE(tan)
OF_ONE(asin)
OF_ONE(acos)
OF_ONE(atan)
OF_ONE(sinh)
OF_ONE(cosh)
OF_ONE(tanh)
OF_ONE(asinh)
OF_ONE(acosh)
OF_ONE(atanh)
OF_ONE(erf)
OF_ONE(erfc)
OF_TWO(pow)
OF_TWO(atan2)
OF_TWO(hypot)
#undef OF_ONE
#undef OF_TWO

/* Python computes 2.0 ** x by pow. clang would replace pow(2.0, x) by exp2(x), whose last
 * bit can differ, if it could see the 2. */
static inline double mg_libm_exp2(double x) {
    const volatile double two = 2.0;
    return pow(two, x);
}

static inline double mg_libm_sigmoid(double x) {
    if (x >= 0.0)
        return 1.0 / (1.0 + exp(-x));
    double e = exp(x);
    return e / (1.0 + e);
}

static inline double mg_libm_silu(double x) {
    return x < -800.0 ? -0.0 : x * mg_libm_sigmoid(x); /* the limit at -inf */
}

static inline double mg_libm_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}

/* The probability that a standard normal variable is below x. */
static inline double mg_libm_normal_cdf(double x) {
    const double sqrt_half = 0.7071067811865476;
    return 0.5 * erfc(x * -sqrt_half);
}

static inline double mg_libm_lgamma(double x) { return mg_lgamma(x); }
static inline double mg_libm_digamma(double x) { return mg_digamma(x); }
static inline double mg_libm_polygamma(double n, double x) { return mg_polygamma(n, x); }

#define MG_M(name) mg_libm_##name
#include "elementary/composites.h"
#undef MG_M

/* g times the derivative of out = x**k: micrograd's formula for every exponent. */
static inline double mg_libm_dpow_k(double x, double k, double out, double g) {
    (void)out;
    return mg_libm_dpow_base(x, k, g);
}

#endif
