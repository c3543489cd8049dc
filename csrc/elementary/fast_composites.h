/* fast_composites.h - elementary/composites.h without branches, for the usual operands.
 *
 * The same bits as with MG_M(name) mg_jit_##name, where the range function of the operator is
 * true.
 */
#ifndef MG_FAST_COMPOSITES_H
#define MG_FAST_COMPOSITES_H

#include "elementary/bits.h" /* first */

static inline double mg_fast_dsilu(double x, double out, double g) {
    double s = mg_fast_sigmoid(x), positive = s * (1.0 - mg_fast_silu(-x));
    double negative = s + out * mg_fast_sigmoid(-x);
    return (x > 0.0 ? positive : negative) * g;
}

static inline int mg_fast_range_gelu(double x) { return mg_fast_range_normal_cdf(x); }

static inline double mg_fast_gelu(double x) { return x * mg_fast_normal_cdf(x); }

static inline double mg_fast_dgelu(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = mg_fast_normal_cdf(x);
    return (below + x * (mg_fast_exp(x * x * -0.5) * inverse_sqrt_2_pi)) * g;
}

/* x is not so large that 1 / x is no normal number. */
static inline int mg_fast_range_dlog(double x) { return mg_fast_range_log(x) & (x < 4e307); }

static inline double mg_fast_dlog(double x, double g) { return 1.0 / x * g; }

static inline int mg_fast_range_datan(double x) {
    return mg_fast_range_atan(x) & (fabs(x) < 1e150);
}

static inline double mg_fast_datan(double x, double g) { return 1.0 / (1.0 + x * x) * g; }

static inline int mg_fast_range_datan2(double x, double y) {
    double square = x * x + y * y;
    return mg_fast_range_atan2(x, y) & (square > 1e-280) & (square < 1e300);
}

static inline double mg_fast_datan2(double a, double x, double y, double g) {
    return a / (x * x + y * y) * g;
}

static inline int mg_fast_range_dhypot(double x, double y) {
    return mg_fast_range_hypot(x, y) & (fabs(x) + fabs(y) > 1e-280);
}

static inline double mg_fast_dhypot(double a, double x, double y, double out, double g) {
    (void)x, (void)y;
    return a / out * g;
}

/* The power and that of the exponent y - 1 are both normal numbers; y is not 0, 1 or 2, for
 * which dpow_base has other formulas. */
static inline int mg_fast_range_dpow(double x, double y) {
    return mg_fast_range_pow(x, y) & mg_fast_range_pow(x, y - 1.0);
}

static inline double mg_fast_dpow_base(double x, double y, double g) {
    return (y * mg_fast_pow(x, y - 1.0)) * g;
}

static inline double mg_fast_dpow_k(double x, double k, double out, double g) {
    return k == -1.0 ? -(out * out) * g : mg_fast_dpow_base(x, k, g);
}

static inline double mg_fast_dpow_exponent(double x, double y, double out, double g) {
    (void)y;
    return (out * mg_fast_log(x)) * g;
}

/* These have no vectors, so nothing calls them; the kernels' template names them. */
static inline double mg_fast_lgamma(double x) { return mg_jit_lgamma(x); }
static inline double mg_fast_digamma(double x) { return mg_jit_digamma(x); }
static inline double mg_fast_polygamma(double n, double x) { return mg_jit_polygamma(n, x); }

#endif
