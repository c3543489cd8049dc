/* ops.h - the table of operators: a row for each, with its value and its derivatives.
 *
 * python_ref/core/ops.py is the same table in Python, row for row. An expression may use
 *
 *     x, y   the operands' data; y is the parameter k of an operator that has one
 *     out    the result's data
 *     g      the result's gradient
 *
 * and has the same operations in the same order as in Python, so that both round alike.
 * Backward never fails: it accumulates infinities and NaNs like any number.
 */
#ifndef MG_OPS_H
#define MG_OPS_H

#include <math.h>

#include "base/platform.h"
#include "graph/gamma.h"

#define MG_TWO_OVER_SQRT_PI 1.1283791670955126
#define MG_SQRT_HALF 0.7071067811865476
#define MG_INVERSE_SQRT_2_PI 0.3989422804014327
#define MG_LOG2_E 1.4426950408889634
#define MG_LOG10_E 0.4342944819032518
#define MG_LOG_2 0.6931471805599453

static inline double mg_sigmoid(double x) {
    if (x >= 0.0)
        return 1.0 / (1.0 + exp(-x));
    double e = exp(x);
    return e / (1.0 + e);
}

static inline double mg_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}

static inline double mg_silu(double x) {
    return x < -800.0 ? -0.0 : x * mg_sigmoid(x); /* the limit at -inf */
}

static inline double mg_dsilu(double x, double out, double g) {
    double s = mg_sigmoid(x);
    return (x > 0.0 ? s * (1.0 - mg_silu(-x)) : s + out * mg_sigmoid(-x)) * g;
}

/* The probability that a standard normal variable is below x. */
static inline double mg_normal_cdf(double x) {
    return 0.5 * erfc(x * -MG_SQRT_HALF);
}

static inline double mg_gelu(double x) {
    return x < -40.0 ? -0.0 : x * mg_normal_cdf(x); /* the limit at -inf */
}

static inline double mg_dgelu(double x, double g) {
    double below = mg_normal_cdf(x);
    if (fabs(x) <= 40.0) /* beyond, the density is 0 */
        below += x * (exp(x * x * -0.5) * MG_INVERSE_SQRT_2_PI);
    return below * g;
}

static inline double mg_sign(double x) {
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; /* zeros and NaN pass through */
}

/* Python computes 2.0 ** x by pow. clang would replace pow(2.0, x) by exp2(x), whose last
 * bit can differ, if it could see the 2. */
static inline double mg_exp2(double x) {
    const volatile double two = 2.0;
    return pow(two, x);
}

/* Returns g * a / out, where a is x or y; 0 where both are 0. */
static inline double mg_dhypot(double a, double x, double y, double out, double g) {
    const double scale = 4.149515568880993e180; /* 2**600 */
    if (out == 0.0)
        return 0.0;
    if (out < 1e-290) /* it may have fewer digits */
        return a * scale / hypot(x * scale, y * scale) * g;
    return a / out * g;
}

static inline double mg_dpow_base(double x, double y, double g) {
    if (y == 0.0 || y == 1.0)
        return y * g; /* finite at x = 0 */
    if (y == 2.0)
        return (y * x) * g; /* squares are common, and pow is slow */
    double power = pow(x, y - 1.0);
    if (MG_UNLIKELY(!isnormal(power)) && power == power && x != 0.0 && isfinite(x)) {
        double root = pow(fabs(x), 0.5 * (y - 1.0)); /* power * y * g may be finite */
        return copysign(root, power) * y * g * root;
    }
    return (y * power) * g;
}

static inline double mg_dpow_exponent(double x, double y, double out, double g) {
    return x == 0.0 && y >= 0.0 ? 0.0 : (out * log(x)) * g;
}

static inline double mg_dabs(double x, double g) {
    return x > 0.0 ? g : x < 0.0 ? -g : 0.0 * x;
}

static inline double mg_dlog(double x, double g) {
    double inverse = 1.0 / x;
    return isnormal(inverse) ? inverse * g : g / x;
}

/* Near 1 and -1 the factors are nearly exact, but 1 - x * x loses up to half the digits. */
static inline double mg_one_minus_square(double x) {
    double square = x * x;
    return square > 0.5 ? (1.0 - x) * (1.0 + x) : 1.0 - square;
}

static inline double mg_datan(double x, double g) {
    double square = x * x;
    return square > 1e300 && isfinite(x) ? g / x / x : 1.0 / (1.0 + square) * g;
}

/* Returns g * a / (x * x + y * y), also if the sum of squares overflows or underflows. */
static inline double mg_datan2(double a, double x, double y, double g) {
    double square = x * x + y * y;
    double larger = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    if (MG_LIKELY(square > 1e-280 && square < 1e300) ||
        !(larger > 0.0 && isfinite(larger)))
        return a / square * g;
    x /= larger;
    y /= larger;
    return a / larger / (x * x + y * y) * g / larger;
}

/* The kinds of operators: of two nodes, of one, or of one and a number k, which is no node. */
enum { MG_BINARY, MG_UNARY, MG_UNARY_K };

/* Rows: X(name, kind, label, may raise, value, d/dx, d/dy)
 *
 *     label      the _op that Python shows of a node
 *     may raise  1 if Python's math raises for some operands; the derivatives of such an
 *                operator can be infinite, see mg_passed
 *     d/dx       what is added to the gradient of x: the derivative times g */
#define MG_OPS(X)                                                                         \
    X(add, MG_BINARY, "+", 0, x + y, g, g)                                                \
    X(mul, MG_BINARY, "*", 0, x *y, y *g, x *g)                                           \
    X(pow, MG_BINARY, "**", 1, pow(x, y), mg_dpow_base(x, y, g),                          \
      mg_dpow_exponent(x, y, out, g))                                                     \
    X(pow_k, MG_UNARY_K, "**", 1, pow(x, y), mg_dpow_base(x, y, g), 0.0)                  \
    X(leaky_relu, MG_UNARY_K, "leaky_relu", 0, x < 0.0 ? y * x : x, x > 0.0 ? g : y * g,  \
      0.0)                                                                                \
    X(abs, MG_UNARY, "abs", 0, fabs(x), mg_dabs(x, g), 0.0)                               \
    X(relu, MG_UNARY, "ReLU", 0, x < 0.0 ? 0.0 : x, out > 0.0 ? g : 0.0, 0.0)             \
    X(tanh, MG_UNARY, "tanh", 1, tanh(x), (1.0 - out * out) * g, 0.0)                     \
    X(sigmoid, MG_UNARY, "sigmoid", 1, mg_sigmoid(x), (out * (1.0 - out)) * g, 0.0)       \
    X(softplus, MG_UNARY, "softplus", 1, mg_softplus(x), mg_sigmoid(x) * g, 0.0)          \
    X(silu, MG_UNARY, "silu", 1, mg_silu(x), mg_dsilu(x, out, g), 0.0)                    \
    X(gelu, MG_UNARY, "gelu", 1, mg_gelu(x), mg_dgelu(x, g), 0.0)                         \
    X(exp, MG_UNARY, "exp", 1, exp(x), out *g, 0.0)                                       \
    X(exp2, MG_UNARY, "exp2", 1, mg_exp2(x), (out * MG_LOG_2) * g, 0.0)                  \
    X(expm1, MG_UNARY, "expm1", 1, expm1(x), (out + 1.0) * g, 0.0)                        \
    X(log, MG_UNARY, "log", 1, log(x), mg_dlog(x, g), 0.0)                                \
    X(log2, MG_UNARY, "log2", 1, log2(x), mg_dlog(x, g) * MG_LOG2_E, 0.0)                 \
    X(log10, MG_UNARY, "log10", 1, log10(x), mg_dlog(x, g) * MG_LOG10_E, 0.0)             \
    X(log1p, MG_UNARY, "log1p", 1, log1p(x), 1.0 / (1.0 + x) * g, 0.0)                    \
    X(sqrt, MG_UNARY, "sqrt", 1, sqrt(x), 0.5 / out * g, 0.0)                             \
    X(sin, MG_UNARY, "sin", 1, sin(x), cos(x) * g, 0.0)                                   \
    X(cos, MG_UNARY, "cos", 1, cos(x), -sin(x) * g, 0.0)                                  \
    X(tan, MG_UNARY, "tan", 1, tan(x), (1.0 + out * out) * g, 0.0)                        \
    X(asin, MG_UNARY, "asin", 1, asin(x), 1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0)    \
    X(acos, MG_UNARY, "acos", 1, acos(x), -1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0)   \
    X(atan, MG_UNARY, "atan", 1, atan(x), mg_datan(x, g), 0.0)                            \
    X(sinh, MG_UNARY, "sinh", 1, sinh(x), cosh(x) * g, 0.0)                               \
    X(cosh, MG_UNARY, "cosh", 1, cosh(x), sinh(x) * g, 0.0)                               \
    X(asinh, MG_UNARY, "asinh", 1, asinh(x), 1.0 / hypot(x, 1.0) * g, 0.0)                \
    X(acosh, MG_UNARY, "acosh", 1, acosh(x), 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)) * g,   \
      0.0)                                                                                \
    X(atanh, MG_UNARY, "atanh", 1, atanh(x), 1.0 / mg_one_minus_square(x) * g, 0.0)       \
    X(erf, MG_UNARY, "erf", 1, erf(x), MG_TWO_OVER_SQRT_PI *exp(-(x * x)) * g, 0.0)       \
    X(erfc, MG_UNARY, "erfc", 1, erfc(x), -MG_TWO_OVER_SQRT_PI *exp(-(x * x)) * g, 0.0)   \
    X(lgamma, MG_UNARY, "lgamma", 1, mg_lgamma(x), mg_digamma(x) * g, 0.0)                \
    X(digamma, MG_UNARY, "digamma", 1, mg_digamma(x), mg_polygamma(1.0, x) * g, 0.0)      \
    X(floor, MG_UNARY, "floor", 0, floor(x), 0.0, 0.0)                                    \
    X(ceil, MG_UNARY, "ceil", 0, ceil(x), 0.0, 0.0)                                       \
    X(sign, MG_UNARY, "sign", 0, mg_sign(x), 0.0, 0.0)                                    \
    X(atan2, MG_BINARY, "atan2", 1, atan2(x, y), mg_datan2(y, x, y, g),                   \
      mg_datan2(-x, x, y, g))                                                             \
    X(hypot, MG_BINARY, "hypot", 1, hypot(x, y), mg_dhypot(x, x, y, out, g),              \
      mg_dhypot(y, x, y, out, g))                                                         \
    X(maximum, MG_BINARY, "maximum", 0, x >= y || x != x ? x : y,                         \
      x >= y || x != x ? g : 0.0, x >= y || x != x ? 0.0 : g)                             \
    X(minimum, MG_BINARY, "minimum", 0, x <= y || x != x ? x : y,                         \
      x <= y || x != x ? g : 0.0, x <= y || x != x ? 0.0 : g)                             \
    X(if_positive, MG_BINARY, "if>0", 0, x > 0.0 ? y : -0.0, 0.0, x > 0.0 ? g : 0.0)      \
    X(if_not_positive, MG_BINARY, "if<=0", 0, x > 0.0 ? -0.0 : y, 0.0, x > 0.0 ? 0.0 : g) \
    X(less, MG_BINARY, "<", 0, x < y ? 1.0 : 0.0, 0.0, 0.0)                               \
    X(less_equal, MG_BINARY, "<=", 0, x <= y ? 1.0 : 0.0, 0.0, 0.0)                       \
    X(divide, MG_BINARY, "/", 1, x / y, g / y, -out / y *g)                                \
    X(scale, MG_BINARY, "*", 1, y == 0.0 ? 0.0 : x * y, y * g, x * g)                     \
    X(polygamma, MG_UNARY_K, "polygamma", 1, mg_polygamma(y, x),                          \
      mg_polygamma(y + 1.0, x) * g, 0.0)                                                  \
    X(detach, MG_UNARY, "detach", 0, x, 0.0, 0.0)

/* MG_OP_leaf, MG_OP_custom, MG_OP_add, ... Users never see the two for nets: mg_expand
 * replaces them. A take node, of jit's traces alone, has an index and then the values that it
 * takes one of as its operands. MG_OP_table is no node's: see jit/trace.h. */
enum {
    MG_OP_leaf,
    MG_OP_custom,
    MG_OP_take,
    MG_OP_net,
    MG_OP_net_output,
    MG_OP_table,
#define X(name, kind, label, raises, value, dx, dy) MG_OP_##name,
    MG_OPS(X)
#undef X
        MG_OP_COUNT
};

/* Returns the gradient that an operator passes on to an operand. The derivative of an
 * operator that may raise can be infinite. A gradient of 0 then passes on 0, and not the NaN
 * of 0 times infinity. */
static inline double mg_passed(int raises, double g, double derivative) {
    return raises && g == 0.0 ? 0.0 : derivative;
}

/* For each operator, two functions: mg_value_relu(x, y) returns its value, and
 * mg_dx_relu(x, y, out, g) the gradient that it passes on to its first operand. */
#define X(name, kind, label, raises, value, dx, dy)                                       \
    static inline double mg_value_##name(double x, double y) {                            \
        (void)x, (void)y;                                                                 \
        return value;                                                                     \
    }                                                                                     \
    static inline double mg_dx_##name(double x, double y, double out, double g) {         \
        (void)x, (void)y, (void)out;                                                      \
        return mg_passed(raises, g, dx);                                                  \
    }
MG_OPS(X)
#undef X

/* True if Python's math raises for x and y, where C returns out: a NaN from operands that are
 * none, or an infinity from finite operands. */
static inline int mg_raises(double x, double y, double out) {
    if (MG_LIKELY(isfinite(out)))
        return 0;
    return (isfinite(x) && isfinite(y)) || (isnan(out) && !isnan(x) && !isnan(y));
}

#endif
