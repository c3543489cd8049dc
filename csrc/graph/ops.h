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
#include "graph/libm.h"

#define MG_TWO_OVER_SQRT_PI 1.1283791670955126
#define MG_LOG2_E 1.4426950408889634
#define MG_LOG10_E 0.4342944819032518
#define MG_LOG_2 0.6931471805599453

static inline double mg_sign(double x) {
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; /* zeros and NaN pass through */
}

static inline double mg_dabs(double x, double g) {
    return x > 0.0 ? g : x < 0.0 ? -g : 0.0 * x;
}

/* Near 1 and -1 the factors are nearly exact, but 1 - x * x loses up to half the digits. */
static inline double mg_one_minus_square(double x) {
    double square = x * x;
    return square > 0.5 ? (1.0 - x) * (1.0 + x) : 1.0 - square;
}

/* The kinds of operators: of two nodes, of one, or of one and a number k, which is no node. */
enum { MG_BINARY, MG_UNARY, MG_UNARY_K };

/* Rows: X(name, kind, label, may raise, where fast, value, d/dx, d/dy)
 *
 *     label       the _op that Python shows of a node
 *     may raise   1 if Python's math raises for some operands; the derivatives of such an
 *                 operator can be infinite, see mg_passed
 *     where fast  true for operands for which the value and the derivatives may be computed
 *                 with the mg_fast_ functions, see elementary/bits.h; 1 if they call none
 *     d/dx        what is added to the gradient of x: the derivative times g
 *
 * MG_M(exp) is mg_libm_exp in eager operators, mg_jit_exp or mg_fast_exp in programs, and
 * MG_IN(exp) is mg_fast_range_exp: whoever expands the table defines both. */
#define MG_OPS(X)                                                                         \
    X(add, MG_BINARY, "+", 0, 1, x + y, g, g)                                             \
    X(mul, MG_BINARY, "*", 0, 1, x *y, y *g, x *g)                                        \
    X(pow, MG_BINARY, "**", 1, MG_IN(dpow)(x, y), MG_M(pow)(x, y),                        \
      MG_M(dpow_base)(x, y, g), MG_M(dpow_exponent)(x, y, out, g))                        \
    X(pow_k, MG_UNARY_K, "**", 1, MG_IN(dpow)(x, y), MG_M(pow)(x, y),                     \
      MG_M(dpow_k)(x, y, out, g), 0.0)                                                    \
    X(leaky_relu, MG_UNARY_K, "leaky_relu", 0, 1, x < 0.0 ? y * x : x,                    \
      x > 0.0 ? g : y * g, 0.0)                                                           \
    X(abs, MG_UNARY, "abs", 0, 1, fabs(x), mg_dabs(x, g), 0.0)                            \
    X(relu, MG_UNARY, "ReLU", 0, 1, x < 0.0 ? 0.0 : x, out > 0.0 ? g : 0.0, 0.0)          \
    X(tanh, MG_UNARY, "tanh", 1, MG_IN(tanh)(x), MG_M(tanh)(x), (1.0 - out * out) * g,    \
      0.0)                                                                                \
    X(sigmoid, MG_UNARY, "sigmoid", 1, MG_IN(sigmoid)(x), MG_M(sigmoid)(x),               \
      (out * (1.0 - out)) * g, 0.0)                                                       \
    X(softplus, MG_UNARY, "softplus", 1, MG_IN(softplus)(x), MG_M(softplus)(x),           \
      MG_M(sigmoid)(x) * g, 0.0)                                                          \
    X(silu, MG_UNARY, "silu", 1, MG_IN(silu)(x), MG_M(silu)(x), MG_M(dsilu)(x, out, g),   \
      0.0)                                                                                \
    X(gelu, MG_UNARY, "gelu", 1, MG_IN(gelu)(x), MG_M(gelu)(x), MG_M(dgelu)(x, g), 0.0)   \
    X(exp, MG_UNARY, "exp", 1, MG_IN(exp)(x), MG_M(exp)(x), out *g, 0.0)                  \
    X(exp2, MG_UNARY, "exp2", 1, MG_IN(exp2)(x), MG_M(exp2)(x), (out * MG_LOG_2) * g,     \
      0.0)                                                                                \
    X(expm1, MG_UNARY, "expm1", 1, MG_IN(expm1)(x), MG_M(expm1)(x), (out + 1.0) * g,      \
      0.0)                                                                                \
    X(log, MG_UNARY, "log", 1, MG_IN(dlog)(x), MG_M(log)(x), MG_M(dlog)(x, g), 0.0)       \
    X(log2, MG_UNARY, "log2", 1, MG_IN(dlog)(x), MG_M(log2)(x),                           \
      MG_M(dlog)(x, g) * MG_LOG2_E, 0.0)                                                  \
    X(log10, MG_UNARY, "log10", 1, MG_IN(dlog)(x), MG_M(log10)(x),                        \
      MG_M(dlog)(x, g) * MG_LOG10_E, 0.0)                                                 \
    X(log1p, MG_UNARY, "log1p", 1, MG_IN(log1p)(x), MG_M(log1p)(x), 1.0 / (1.0 + x) * g,  \
      0.0)                                                                                \
    X(sqrt, MG_UNARY, "sqrt", 1, 1, sqrt(x), 0.5 / out * g, 0.0)                          \
    X(sin, MG_UNARY, "sin", 1, MG_IN(sin)(x), MG_M(sin)(x), MG_M(cos)(x) * g, 0.0)        \
    X(cos, MG_UNARY, "cos", 1, MG_IN(cos)(x), MG_M(cos)(x), -MG_M(sin)(x) * g, 0.0)       \
    X(tan, MG_UNARY, "tan", 1, MG_IN(tan)(x), MG_M(tan)(x), (1.0 + out * out) * g, 0.0)   \
    X(asin, MG_UNARY, "asin", 1, MG_IN(asin)(x), MG_M(asin)(x),                           \
      1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0)                                        \
    X(acos, MG_UNARY, "acos", 1, MG_IN(acos)(x), MG_M(acos)(x),                           \
      -1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0)                                       \
    X(atan, MG_UNARY, "atan", 1, MG_IN(datan)(x), MG_M(atan)(x), MG_M(datan)(x, g), 0.0)  \
    X(sinh, MG_UNARY, "sinh", 1, MG_IN(sinh)(x), MG_M(sinh)(x), MG_M(cosh)(x) * g, 0.0)   \
    X(cosh, MG_UNARY, "cosh", 1, MG_IN(cosh)(x), MG_M(cosh)(x), MG_M(sinh)(x) * g, 0.0)   \
    X(asinh, MG_UNARY, "asinh", 1, MG_IN(asinh)(x) & MG_IN(hypot)(x, 1.0), MG_M(asinh)(x),\
      1.0 / MG_M(hypot)(x, 1.0) * g, 0.0)                                                 \
    X(acosh, MG_UNARY, "acosh", 1, MG_IN(acosh)(x), MG_M(acosh)(x),                       \
      1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)) * g, 0.0)                                     \
    X(atanh, MG_UNARY, "atanh", 1, MG_IN(atanh)(x), MG_M(atanh)(x),                       \
      1.0 / mg_one_minus_square(x) * g, 0.0)                                              \
    X(erf, MG_UNARY, "erf", 1, MG_IN(erf)(x) & MG_IN(exp)(-(x * x)), MG_M(erf)(x),        \
      MG_TWO_OVER_SQRT_PI *MG_M(exp)(-(x * x)) * g, 0.0)                                  \
    X(erfc, MG_UNARY, "erfc", 1, MG_IN(erfc)(x) & MG_IN(exp)(-(x * x)), MG_M(erfc)(x),    \
      -MG_TWO_OVER_SQRT_PI *MG_M(exp)(-(x * x)) * g, 0.0)                                 \
    X(lgamma, MG_UNARY, "lgamma", 1, 0, MG_M(lgamma)(x), MG_M(digamma)(x) * g, 0.0)       \
    X(digamma, MG_UNARY, "digamma", 1, 0, MG_M(digamma)(x), MG_M(polygamma)(1.0, x) * g,  \
      0.0)                                                                                \
    X(floor, MG_UNARY, "floor", 0, 1, floor(x), 0.0, 0.0)                                 \
    X(ceil, MG_UNARY, "ceil", 0, 1, ceil(x), 0.0, 0.0)                                    \
    X(sign, MG_UNARY, "sign", 0, 1, mg_sign(x), 0.0, 0.0)                                 \
    X(atan2, MG_BINARY, "atan2", 1, MG_IN(datan2)(x, y), MG_M(atan2)(x, y),               \
      MG_M(datan2)(y, x, y, g), MG_M(datan2)(-x, x, y, g))                                \
    X(hypot, MG_BINARY, "hypot", 1, MG_IN(dhypot)(x, y), MG_M(hypot)(x, y),               \
      MG_M(dhypot)(x, x, y, out, g), MG_M(dhypot)(y, x, y, out, g))                       \
    X(maximum, MG_BINARY, "maximum", 0, 1, x >= y || x != x ? x : y,                      \
      x >= y || x != x ? g : 0.0, x >= y || x != x ? 0.0 : g)                             \
    X(minimum, MG_BINARY, "minimum", 0, 1, x <= y || x != x ? x : y,                      \
      x <= y || x != x ? g : 0.0, x <= y || x != x ? 0.0 : g)                             \
    X(if_positive, MG_BINARY, "if>0", 0, 1, x > 0.0 ? y : -0.0, 0.0, x > 0.0 ? g : 0.0)   \
    X(if_not_positive, MG_BINARY, "if<=0", 0, 1, x > 0.0 ? -0.0 : y, 0.0,                 \
      x > 0.0 ? 0.0 : g)                                                                  \
    X(less, MG_BINARY, "<", 0, 1, x < y ? 1.0 : 0.0, 0.0, 0.0)                            \
    X(less_equal, MG_BINARY, "<=", 0, 1, x <= y ? 1.0 : 0.0, 0.0, 0.0)                    \
    X(divide, MG_BINARY, "/", 1, 1, x / y, g / y, -out / y *g)                            \
    X(scale, MG_BINARY, "*", 1, 1, y == 0.0 ? 0.0 : x * y, y * g, x * g)                  \
    X(polygamma, MG_UNARY_K, "polygamma", 1, 0, MG_M(polygamma)(y, x),                    \
      MG_M(polygamma)(y + 1.0, x) * g, 0.0)                                               \
    X(detach, MG_UNARY, "detach", 0, 1, x, 0.0, 0.0)

/* MG_OP_leaf, MG_OP_custom, MG_OP_add, ... Users never see those for nets and for
 * mg_linear: mg_expand replaces them. A take node, of jit's traces alone, has an index and then the values that it
 * takes one of as its operands. MG_OP_table is no node's: see jit/trace.h. */
enum {
    MG_OP_leaf,
    MG_OP_custom,
    MG_OP_take,
    MG_OP_net,
    MG_OP_net_output,
    MG_OP_linear_weights,
    MG_OP_linear,
    MG_OP_linear_output,
    MG_OP_table,
#define X(name, kind, label, raises, fast, value, dx, dy) MG_OP_##name,
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
#define MG_M(name) mg_libm_##name
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
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
#undef MG_M

/* True if Python's math raises for x and y, where C returns out: a NaN from operands that are
 * none, or an infinity from finite operands. */
static inline int mg_raises(double x, double y, double out) {
    if (MG_LIKELY(isfinite(out)))
        return 0;
    return (isfinite(x) && isfinite(y)) || (isnan(out) && !isnan(x) && !isnan(y));
}

#endif
