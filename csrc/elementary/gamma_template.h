/* gamma_template.h - lgamma, digamma and polygamma, made of other elementary functions.
 *
 * A file that includes this one defines two macros before: MG_GAMMA(name) names the
 * functions that are made, and MG_MATH(name) the log, log1p, sin, tan and pow that they
 * call. So graph/gamma.c has them with the C library's functions, and
 * elementary/gamma_functions.c with our own. python_ref/elementary/gamma_template.py has
 * the same operations in the same order and says where the formulas are from. Once per
 * file.
 */
#ifndef MG_GAMMA_TEMPLATE_H
#define MG_GAMMA_TEMPLATE_H

#include "base/platform.h" /* first */

#include <math.h>
#include <stddef.h>

static const double pi = 3.141592653589793;
static const double one_minus_euler = 0.42278433509846713;
static const double half_log_2_pi_minus_half = 0.4189385332046727;
static const double series[] = {
    -6.4229645638381e-11,   1.330476437424449e-10,   -2.7595228851242334e-10,
    5.731367241678862e-10,  -1.1921401405860912e-09, 2.4836745438024785e-09,
    -5.183475041970047e-09, 1.0838659214896955e-08,  -2.2711094608943164e-08,
    4.7698101693639804e-08, -1.0043224823968099e-07, 2.1207184805554665e-07,
    -4.492469198764566e-07, 9.55141213040742e-07,    -2.039215753801366e-06,
    4.374866789907488e-06,  -9.439488275268397e-06,  2.050721277567069e-05,
    -4.492623673813314e-05, 9.945751278180853e-05,   -0.00022315475845357939,
    0.0005096695247430425,  -0.001192753911703261,   0.0028905103307415234,
    -0.007385551028673986,  0.020580808427784546,    -0.0673523010531981,
    0.3224670334241132};
static const double stirling[] = {
    0.17964437236883057,    -0.029550653594771242, 0.00641025641025641,
    -0.0019175269175269176, 0.0008417508417508417, -0.0005952380952380953,
    0.0007936507936507937,  -0.002777777777777778, 0.08333333333333333};
static const double digamma_terms[] = {
    3.0539543302701198,    -0.4432598039215686,   0.08333333333333333,
    -0.021092796092796094, 0.007575757575757576,  -0.004166666666666667,
    0.003968253968253968,  -0.008333333333333333, 0.08333333333333333};
static const double euler_maclaurin[] = {
    0.08333333333333333,    -0.001388888888888889,   3.306878306878307e-05,
    -8.267195767195768e-07, 2.08767569878681e-08,    -5.284190138687493e-10,
    1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
    -2.174868698558062e-16, 5.5090028283602295e-18,  -1.3954464685812522e-19};

#define POLYNOMIAL(coefficients, x)                                                       \
    polynomial(coefficients, sizeof coefficients / sizeof *coefficients, x)

static double polynomial(const double *coefficients, size_t n, double x) {
    double out = 0.0;
    for (size_t i = 0; i < n; i++)
        out = out * x + coefficients[i];
    return out;
}

/* Returns the distance of x from the next integer, with its sign, in [-0.5, 0.5]. */
static double from_integer(double x) {
    double rest = fmod(x, 1.0);
    return rest > 0.5 ? rest - 1.0 : rest < -0.5 ? rest + 1.0 : rest;
}

/* For fabs(t) <= 0.5. */
static double lgamma_of_1_plus(double t) {
    return t * (one_minus_euler + t * POLYNOMIAL(series, t)) - MG_MATH(log1p)(t);
}

/* For x >= -0.5. */
static double lgamma_of_positive(double x) {
    if (x < 0.5)
        return lgamma_of_1_plus(x) - MG_MATH(log)(fabs(x));
    if (x <= 1.5)
        return lgamma_of_1_plus(x - 1.0);
    if (x < 10.0) {
        double product = 1.0;
        while (x > 2.5) {
            x -= 1.0;
            product *= x;
        }
        double t = x - 2.0;
        double near_2 = t * (one_minus_euler + t * POLYNOMIAL(series, t));
        return MG_MATH(log)(product) + near_2;
    }
    double inverse = 1.0 / x;
    double rest = inverse * POLYNOMIAL(stirling, inverse * inverse);
    return (x - 0.5) * (MG_MATH(log)(x) - 1.0) + (half_log_2_pi_minus_half + rest);
}

double MG_GAMMA(lgamma)(double x) {
    if (!isfinite(x))
        return x * x; /* inf or NaN */
    if (x == 0.0)
        return HUGE_VAL;
    if (x < -0.5) {
        double distance = fabs(from_integer(x));
        if (distance == 0.0)
            return HUGE_VAL;
        return MG_MATH(log)(pi / (-x * MG_MATH(sin)(pi * distance))) -
               lgamma_of_positive(-x);
    }
    return lgamma_of_positive(x);
}

static double digamma_of_positive(double x) {
    double below = 0.0;
    while (x < 10.0) {
        below += 1.0 / x;
        x += 1.0;
    }
    double inverse = 1.0 / x;
    double square = inverse * inverse;
    return MG_MATH(log)(x) - 0.5 * inverse - square * POLYNOMIAL(digamma_terms, square) -
           below;
}

double MG_GAMMA(digamma)(double x) {
    if (x == 0.0)
        return -copysign(HUGE_VAL, x);
    if (!(x > 0.0)) {
        double distance = x > -HUGE_VAL ? from_integer(x) : 0.0;
        if (distance == 0.0)
            return NAN;
        return digamma_of_positive(1.0 - x) - pi / MG_MATH(tan)(pi * distance);
    }
    return digamma_of_positive(x);
}

/* The sum of pow(x + k, -s) over k = 0, 1, ...; for s >= 2 and x > 0. */
static double zeta(double s, double x) {
    double out = 0.0;
    while (x < s + 10.0) {
        out += MG_MATH(pow)(x, -s);
        x += 1.0;
    }
    double last = MG_MATH(pow)(x, -s);
    out += MG_MATH(pow)(x, 1.0 - s) / (s - 1.0) + 0.5 * last;
    double rising = s * last / x; /* s (s + 1) ... (s + 2j - 2) x ** -(s + 2j - 1) */
    double square = x * x;
    for (size_t j = 0; j < sizeof euler_maclaurin / sizeof *euler_maclaurin; j++) {
        out += euler_maclaurin[j] * rising;
        rising = rising * (s + 1.0) * (s + 2.0) / square;
        s += 2.0;
    }
    return out;
}

double MG_GAMMA(polygamma)(double n, double x) {
    if (!(n >= 1.0 && n <= 170.0) || n != floor(n) || x != x || x == -HUGE_VAL)
        return NAN;
    double s = n + 1.0;
    int is_even = fmod(s, 2.0) == 0.0;
    double factor = is_even ? 1.0 : -1.0;
    for (int i = 2; i <= (int)n; i++)
        factor *= i;
    if (x > 0.0)
        return factor * zeta(s, x);
    double distance = from_integer(x);
    if (distance == 0.0 && x != 0.0)
        return is_even ? HUGE_VAL : NAN;
    /* The sum of pow(x + k, -s) over all integers k, less that over the negative ones. */
    double left = zeta(s, 1.0 - distance), right = zeta(s, 1.0 + distance);
    double beyond = zeta(s, 1.0 - x);
    double around = MG_MATH(pow)(distance, -s) + right;
    return factor * (is_even ? around + (left - beyond) : around - (left - beyond));
}

#undef POLYNOMIAL

#endif
