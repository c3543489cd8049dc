/* operators.h - the operators and elementary functions of csrc/, in one text.
 *
 * Written by docs/make_native.py. micrograd_c/jit/native/operators.py reads it.
 */
#define MG_LIKELY(condition) (condition)
#define MG_UNLIKELY(condition) (condition)
static inline uint64_t mg_bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
static inline double mg_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
#define MG_ROUNDER 6755399441055744.0
static inline double mg_power_of_two(double k) {
    return mg_from_bits(mg_bits_of(k + (MG_ROUNDER + 1023.0)) << 52);
}
typedef struct {
    double high, low;
} mg_pair;
static inline mg_pair mg_fast_two_sum(double a, double b) {
    double high = a + b;
    return (mg_pair){high, b - (high - a)};
}
static inline mg_pair mg_two_sum(double a, double b) {
    double high = a + b, of_b = high - a;
    return (mg_pair){high, (a - (high - of_b)) + (b - of_b)};
}
static inline mg_pair mg_two_product(double a, double b) {
    const double splitter = 134217729.0;
    double ta = splitter * a, tb = splitter * b;
    double a_high = ta - (ta - a), b_high = tb - (tb - b);
    double a_low = a - a_high, b_low = b - b_high, high = a * b;
    double low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return (mg_pair){high, low};
}
static const double MG_EXP[] = {
    0x1.0000000000001p-1,
    0x1.5555555555558p-3,
    0x1.5555555553d66p-5,
    0x1.111111110f808p-7,
    0x1.6c16c1788a5adp-10,
    0x1.a01a01b009b94p-13,
    0x1.a019b913338d2p-16,
    0x1.71ddf6badec7dp-19,
    0x1.28917dfef2598p-22,
    0x1.af631dc77317bp-26,
};
static const double MG_LOG[] = {
    0x1.5555555555572p-1,
    0x1.9999999988984p-2,
    0x1.2492493b416a7p-2,
    0x1.c71c56e31d074p-3,
    0x1.746556c60db56p-3,
    0x1.39b75b49b731fp-3,
    0x1.2e39d0229e887p-3,
};
static const double MG_LOG_PAIR[] = {
    0x1.3333333333333p-1,
    0x1.b6db6db6db7b5p-2,
    0x1.555555552f982p-2,
    0x1.1745d19c3f35cp-2,
    0x1.d89d607e23c30p-3,
    0x1.99a537f8c3ee6p-3,
    0x1.679c649802f19p-3,
    0x1.682eac38519d5p-3,
};
static const double MG_EXP_OF_PAIR[] = {
    0x1.555555555555bp-3,
    0x1.5555555553547p-5,
    0x1.111111110ebc7p-7,
    0x1.6c16c17bd999bp-10,
    0x1.a01a01b48d308p-13,
    0x1.a019adc83658cp-16,
    0x1.71ddec57b353fp-19,
    0x1.289d26597f754p-22,
    0x1.af73a0585e4ddp-26,
};
#define MG_LN2_HIGH 0.6931471803691238
#define MG_LN2_LOW 1.9082149292705877e-10
#define MG_LOG2_E 1.4426950408889634
static inline int mg_fast_range_exp(double x) { return fabs(x) < 708.0; }
static inline double mg_exp_of_rest(double r) {
    const double *c = MG_EXP;
    double r2 = r * r, r4 = r2 * r2;
    double low = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2;
    double high = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2;
    double p = low + (high + (c[8] + c[9] * r) * r4) * r4;
    return 1.0 + (r + r2 * p);
}
static inline double mg_fast_exp(double x) {
    double shifted = x * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double y = mg_exp_of_rest((x - k * MG_LN2_HIGH) - k * MG_LN2_LOW);
    return mg_from_bits(mg_bits_of(y) + (mg_bits_of(shifted) << 52));
}
static inline double mg_jit_exp(double x) {
    if (mg_fast_range_exp(x))
        return mg_fast_exp(x);
    if (x != x || x > 709.79)
        return x * INFINITY;
    if (x < -745.14)
        return 0.0;
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    double y = mg_exp_of_rest((x - k * MG_LN2_HIGH) - k * MG_LN2_LOW);
    double half = x < 0.0 ? -537.0 : 512.0;
    return y * mg_power_of_two(k - half) * mg_power_of_two(half);
}
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
#define POLYNOMIAL(coefficients, x)                                                            polynomial(coefficients, sizeof coefficients / sizeof *coefficients, x)
static double polynomial(const double *coefficients, size_t n, double x) {
    double out = 0.0;
    for (size_t i = 0; i < n; i++)
        out = out * x + coefficients[i];
    return out;
}
static double from_integer(double x) {
    double rest = fmod(x, 1.0);
    return rest > 0.5 ? rest - 1.0 : rest < -0.5 ? rest + 1.0 : rest;
}
static double lgamma_of_1_plus(double t) {
    return t * (one_minus_euler + t * POLYNOMIAL(series, t)) - log1p(t);
}
static double lgamma_of_positive(double x) {
    if (x < 0.5)
        return lgamma_of_1_plus(x) - log(fabs(x));
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
        return log(product) + near_2;
    }
    double inverse = 1.0 / x;
    double rest = inverse * POLYNOMIAL(stirling, inverse * inverse);
    return (x - 0.5) * (log(x) - 1.0) + (half_log_2_pi_minus_half + rest);
}
static double mg_lgamma(double x) {
    if (!isfinite(x))
        return x * x;
    if (x == 0.0)
        return HUGE_VAL;
    if (x < -0.5) {
        double distance = fabs(from_integer(x));
        if (distance == 0.0)
            return HUGE_VAL;
        return log(pi / (-x * sin(pi * distance))) - lgamma_of_positive(-x);
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
    return log(x) - 0.5 * inverse - square * POLYNOMIAL(digamma_terms, square) - below;
}
static double mg_digamma(double x) {
    if (x == 0.0)
        return -copysign(HUGE_VAL, x);
    if (!(x > 0.0)) {
        double distance = x > -HUGE_VAL ? from_integer(x) : 0.0;
        if (distance == 0.0)
            return NAN;
        return digamma_of_positive(1.0 - x) - pi / tan(pi * distance);
    }
    return digamma_of_positive(x);
}
static double zeta(double s, double x) {
    double out = 0.0;
    while (x < s + 10.0) {
        out += pow(x, -s);
        x += 1.0;
    }
    double last = pow(x, -s);
    out += pow(x, 1.0 - s) / (s - 1.0) + 0.5 * last;
    double rising = s * last / x;
    double square = x * x;
    for (size_t j = 0; j < sizeof euler_maclaurin / sizeof *euler_maclaurin; j++) {
        out += euler_maclaurin[j] * rising;
        rising = rising * (s + 1.0) * (s + 2.0) / square;
        s += 2.0;
    }
    return out;
}
static double mg_polygamma(double n, double x) {
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
    double left = zeta(s, 1.0 - distance), right = zeta(s, 1.0 + distance);
    double beyond = zeta(s, 1.0 - x);
    double around = pow(distance, -s) + right;
    return factor * (is_even ? around + (left - beyond) : around - (left - beyond));
}
static inline double mg_libm_exp(double x) { return exp(x); }
static inline double mg_libm_expm1(double x) { return expm1(x); }
static inline double mg_libm_log(double x) { return log(x); }
static inline double mg_libm_log2(double x) { return log2(x); }
static inline double mg_libm_log10(double x) { return log10(x); }
static inline double mg_libm_log1p(double x) { return log1p(x); }
static inline double mg_libm_sin(double x) { return sin(x); }
static inline double mg_libm_cos(double x) { return cos(x); }
static inline double mg_libm_tan(double x) { return tan(x); }
static inline double mg_libm_asin(double x) { return asin(x); }
static inline double mg_libm_acos(double x) { return acos(x); }
static inline double mg_libm_atan(double x) { return atan(x); }
static inline double mg_libm_sinh(double x) { return sinh(x); }
static inline double mg_libm_cosh(double x) { return cosh(x); }
static inline double mg_libm_tanh(double x) { return tanh(x); }
static inline double mg_libm_asinh(double x) { return asinh(x); }
static inline double mg_libm_acosh(double x) { return acosh(x); }
static inline double mg_libm_atanh(double x) { return atanh(x); }
static inline double mg_libm_erf(double x) { return erf(x); }
static inline double mg_libm_erfc(double x) { return erfc(x); }
static inline double mg_libm_pow(double x, double y) { return pow(x, y); }
static inline double mg_libm_atan2(double x, double y) { return atan2(x, y); }
static inline double mg_libm_hypot(double x, double y) { return hypot(x, y); }
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
static inline double mg_libm_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}
static inline double mg_libm_lgamma(double x) { return mg_lgamma(x); }
static inline double mg_libm_digamma(double x) { return mg_digamma(x); }
static inline double mg_libm_polygamma(double n, double x) { return mg_polygamma(n, x); }
static inline double mg_libm_silu(double x) {
    return x < -800.0 ? -0.0 : x * mg_libm_sigmoid(x);
}
static inline double mg_libm_dsilu(double x, double out, double g) {
    double s = mg_libm_sigmoid(x);
    return (x > 0.0 ? s * (1.0 - mg_libm_silu(-x)) : s + out * mg_libm_sigmoid(-x)) * g;
}
static inline double mg_libm_normal_cdf(double x) {
    const double sqrt_half = 0.7071067811865476;
    return 0.5 * mg_libm_erfc(x * -sqrt_half);
}
static inline double mg_libm_gelu(double x) {
    return x < -40.0 ? -0.0 : x * mg_libm_normal_cdf(x);
}
static inline double mg_libm_dgelu(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = mg_libm_normal_cdf(x);
    if (fabs(x) <= 40.0)
        below += x * (mg_libm_exp(x * x * -0.5) * inverse_sqrt_2_pi);
    return below * g;
}
static inline double mg_libm_dhypot(double a, double x, double y, double out, double g) {
    const double scale = 4.149515568880993e180;
    if (out == 0.0)
        return 0.0;
    if (out < 1e-290)
        return a * scale / mg_libm_hypot(x * scale, y * scale) * g;
    return a / out * g;
}
static inline double mg_libm_dpow_base(double x, double y, double g) {
    if (y == 0.0 || y == 1.0)
        return y * g;
    if (y == 2.0)
        return (y * x) * g;
    double power = mg_libm_pow(x, y - 1.0);
    if (MG_UNLIKELY(!isnormal(power)) && power == power && x != 0.0 && isfinite(x)) {
        double root = mg_libm_pow(fabs(x), 0.5 * (y - 1.0));
        return copysign(root, power) * y * g * root;
    }
    return (y * power) * g;
}
static inline double mg_libm_dpow_exponent(double x, double y, double out, double g) {
    return x == 0.0 && y >= 0.0 ? 0.0 : (out * mg_libm_log(x)) * g;
}
static inline double mg_libm_datan2(double a, double x, double y, double g) {
    double square = x * x + y * y;
    double larger = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    if (MG_LIKELY(square > 1e-280 && square < 1e300) ||
        !(larger > 0.0 && isfinite(larger)))
        return a / square * g;
    x /= larger;
    y /= larger;
    return a / larger / (x * x + y * y) * g / larger;
}
static inline double mg_libm_datan(double x, double g) {
    double square = x * x;
    return square > 1e300 && isfinite(x) ? g / x / x : 1.0 / (1.0 + square) * g;
}
static inline double mg_libm_dlog(double x, double g) {
    double inverse = 1.0 / x;
    return isnormal(inverse) ? inverse * g : g / x;
}
static inline int mg_fast_range_exp2(double x) { (void)x; return 0; }
static inline double mg_jit_exp2(double x) { return mg_libm_exp2(x); }
static inline double mg_fast_exp2(double x) { return x; }
static inline int mg_fast_range_expm1(double x) { (void)x; return 0; }
static inline double mg_jit_expm1(double x) { return mg_libm_expm1(x); }
static inline double mg_fast_expm1(double x) { return x; }
static inline int mg_fast_range_sinh(double x) { (void)x; return 0; }
static inline double mg_jit_sinh(double x) { return mg_libm_sinh(x); }
static inline double mg_fast_sinh(double x) { return x; }
static inline int mg_fast_range_cosh(double x) { (void)x; return 0; }
static inline double mg_jit_cosh(double x) { return mg_libm_cosh(x); }
static inline double mg_fast_cosh(double x) { return x; }
static inline int mg_fast_range_tanh(double x) { (void)x; return 0; }
static inline double mg_jit_tanh(double x) { return mg_libm_tanh(x); }
static inline double mg_fast_tanh(double x) { return x; }
static inline int mg_fast_range_sigmoid(double x) { (void)x; return 0; }
static inline double mg_jit_sigmoid(double x) { return mg_libm_sigmoid(x); }
static inline double mg_fast_sigmoid(double x) { return x; }
static inline int mg_fast_range_softplus(double x) { (void)x; return 0; }
static inline double mg_jit_softplus(double x) { return mg_libm_softplus(x); }
static inline double mg_fast_softplus(double x) { return x; }
static inline int mg_fast_range_log(double x) { (void)x; return 0; }
static inline double mg_jit_log(double x) { return mg_libm_log(x); }
static inline double mg_fast_log(double x) { return x; }
static inline int mg_fast_range_log2(double x) { (void)x; return 0; }
static inline double mg_jit_log2(double x) { return mg_libm_log2(x); }
static inline double mg_fast_log2(double x) { return x; }
static inline int mg_fast_range_log10(double x) { (void)x; return 0; }
static inline double mg_jit_log10(double x) { return mg_libm_log10(x); }
static inline double mg_fast_log10(double x) { return x; }
static inline int mg_fast_range_log1p(double x) { (void)x; return 0; }
static inline double mg_jit_log1p(double x) { return mg_libm_log1p(x); }
static inline double mg_fast_log1p(double x) { return x; }
static inline int mg_fast_range_asinh(double x) { (void)x; return 0; }
static inline double mg_jit_asinh(double x) { return mg_libm_asinh(x); }
static inline double mg_fast_asinh(double x) { return x; }
static inline int mg_fast_range_acosh(double x) { (void)x; return 0; }
static inline double mg_jit_acosh(double x) { return mg_libm_acosh(x); }
static inline double mg_fast_acosh(double x) { return x; }
static inline int mg_fast_range_atanh(double x) { (void)x; return 0; }
static inline double mg_jit_atanh(double x) { return mg_libm_atanh(x); }
static inline double mg_fast_atanh(double x) { return x; }
static inline int mg_fast_range_pow(double x, double y) { (void)x, (void)y; return 0; }
static inline double mg_jit_pow(double x, double y) { return mg_libm_pow(x, y); }
static inline double mg_fast_pow(double x, double y) { (void)y; return x; }
static inline int mg_fast_range_hypot(double x, double y) { (void)x, (void)y; return 0; }
static inline double mg_jit_hypot(double x, double y) { return mg_libm_hypot(x, y); }
static inline double mg_fast_hypot(double x, double y) { (void)y; return x; }
static inline int mg_fast_range_sin(double x) { (void)x; return 0; }
static inline double mg_jit_sin(double x) { return mg_libm_sin(x); }
static inline double mg_fast_sin(double x) { return x; }
static inline int mg_fast_range_cos(double x) { (void)x; return 0; }
static inline double mg_jit_cos(double x) { return mg_libm_cos(x); }
static inline double mg_fast_cos(double x) { return x; }
static inline int mg_fast_range_tan(double x) { (void)x; return 0; }
static inline double mg_jit_tan(double x) { return mg_libm_tan(x); }
static inline double mg_fast_tan(double x) { return x; }
static inline int mg_fast_range_asin(double x) { (void)x; return 0; }
static inline double mg_jit_asin(double x) { return mg_libm_asin(x); }
static inline double mg_fast_asin(double x) { return x; }
static inline int mg_fast_range_acos(double x) { (void)x; return 0; }
static inline double mg_jit_acos(double x) { return mg_libm_acos(x); }
static inline double mg_fast_acos(double x) { return x; }
static inline int mg_fast_range_atan(double x) { (void)x; return 0; }
static inline double mg_jit_atan(double x) { return mg_libm_atan(x); }
static inline double mg_fast_atan(double x) { return x; }
static inline int mg_fast_range_atan2(double x, double y) { (void)x, (void)y; return 0; }
static inline double mg_jit_atan2(double x, double y) { return mg_libm_atan2(x, y); }
static inline double mg_fast_atan2(double x, double y) { (void)y; return x; }
static inline int mg_fast_range_erf(double x) { (void)x; return 0; }
static inline double mg_jit_erf(double x) { return mg_libm_erf(x); }
static inline double mg_fast_erf(double x) { return x; }
static inline int mg_fast_range_erfc(double x) { (void)x; return 0; }
static inline double mg_jit_erfc(double x) { return mg_libm_erfc(x); }
static inline double mg_fast_erfc(double x) { return x; }
static inline int mg_fast_range_lgamma(double x) { (void)x; return 0; }
static inline double mg_jit_lgamma(double x) { return mg_libm_lgamma(x); }
static inline double mg_fast_lgamma(double x) { return x; }
static inline int mg_fast_range_digamma(double x) { (void)x; return 0; }
static inline double mg_jit_digamma(double x) { return mg_libm_digamma(x); }
static inline double mg_fast_digamma(double x) { return x; }
static inline int mg_fast_range_polygamma(double x, double y) { (void)x, (void)y; return 0; }
static inline double mg_jit_polygamma(double x, double y) { return mg_libm_polygamma(x, y); }
static inline double mg_fast_polygamma(double x, double y) { (void)y; return x; }
static inline int mg_fast_range_silu(double x) { return mg_fast_range_sigmoid(x); }
static inline double mg_fast_silu(double x) { return x * mg_fast_sigmoid(x); }
static inline double mg_fast_dsilu(double x, double out, double g) {
    double s = mg_fast_sigmoid(x), other = mg_fast_sigmoid(-x);
    double positive = s * (1.0 - -x * other), negative = s + out * other;
    return (x > 0.0 ? positive : negative) * g;
}
static inline double mg_fast_normal_cdf(double x) {
    const double sqrt_half = 0.7071067811865476;
    return 0.5 * mg_fast_erfc(x * -sqrt_half);
}
static inline int mg_fast_range_gelu(double x) {
    return mg_fast_range_erfc(x) & (fabs(x) < 37.0);
}
static inline double mg_fast_gelu(double x) { return x * mg_fast_normal_cdf(x); }
static inline double mg_fast_dgelu(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = mg_fast_normal_cdf(x);
    return (below + x * (mg_fast_exp(x * x * -0.5) * inverse_sqrt_2_pi)) * g;
}
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
static inline int mg_fast_range_dpow(double x, double y) {
    return mg_fast_range_pow(x, y) & mg_fast_range_pow(x, y - 1.0);
}
static inline double mg_fast_dpow_base(double x, double y, double g) {
    double power = (y * mg_fast_pow(x, y - 1.0)) * g;
    power = y == 2.0 ? (y * x) * g : power;
    return (y == 0.0) | (y == 1.0) ? y * g : power;
}
static inline double mg_fast_dpow_exponent(double x, double y, double out, double g) {
    (void)y;
    return (out * mg_fast_log(x)) * g;
}
static inline double mg_jit_silu(double x) {
    return x < -800.0 ? -0.0 : x * mg_jit_sigmoid(x);
}
static inline double mg_jit_dsilu(double x, double out, double g) {
    double s = mg_jit_sigmoid(x);
    return (x > 0.0 ? s * (1.0 - mg_jit_silu(-x)) : s + out * mg_jit_sigmoid(-x)) * g;
}
static inline double mg_jit_normal_cdf(double x) {
    const double sqrt_half = 0.7071067811865476;
    return 0.5 * mg_jit_erfc(x * -sqrt_half);
}
static inline double mg_jit_gelu(double x) {
    return x < -40.0 ? -0.0 : x * mg_jit_normal_cdf(x);
}
static inline double mg_jit_dgelu(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = mg_jit_normal_cdf(x);
    if (fabs(x) <= 40.0)
        below += x * (mg_jit_exp(x * x * -0.5) * inverse_sqrt_2_pi);
    return below * g;
}
static inline double mg_jit_dhypot(double a, double x, double y, double out, double g) {
    const double scale = 4.149515568880993e180;
    if (out == 0.0)
        return 0.0;
    if (out < 1e-290)
        return a * scale / mg_jit_hypot(x * scale, y * scale) * g;
    return a / out * g;
}
static inline double mg_jit_dpow_base(double x, double y, double g) {
    if (y == 0.0 || y == 1.0)
        return y * g;
    if (y == 2.0)
        return (y * x) * g;
    double power = mg_jit_pow(x, y - 1.0);
    if (MG_UNLIKELY(!isnormal(power)) && power == power && x != 0.0 && isfinite(x)) {
        double root = mg_jit_pow(fabs(x), 0.5 * (y - 1.0));
        return copysign(root, power) * y * g * root;
    }
    return (y * power) * g;
}
static inline double mg_jit_dpow_exponent(double x, double y, double out, double g) {
    return x == 0.0 && y >= 0.0 ? 0.0 : (out * mg_jit_log(x)) * g;
}
static inline double mg_jit_datan2(double a, double x, double y, double g) {
    double square = x * x + y * y;
    double larger = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    if (MG_LIKELY(square > 1e-280 && square < 1e300) ||
        !(larger > 0.0 && isfinite(larger)))
        return a / square * g;
    x /= larger;
    y /= larger;
    return a / larger / (x * x + y * y) * g / larger;
}
static inline double mg_jit_datan(double x, double g) {
    double square = x * x;
    return square > 1e300 && isfinite(x) ? g / x / x : 1.0 / (1.0 + square) * g;
}
static inline double mg_jit_dlog(double x, double g) {
    double inverse = 1.0 / x;
    return isnormal(inverse) ? inverse * g : g / x;
}
#define MG_TWO_OVER_SQRT_PI 1.1283791670955126
#define MG_LOG2_E 1.4426950408889634
#define MG_LOG10_E 0.4342944819032518
#define MG_LOG_2 0.6931471805599453
static inline double mg_sign(double x) {
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
}
static inline double mg_dabs(double x, double g) {
    return x > 0.0 ? g : x < 0.0 ? -g : 0.0 * x;
}
static inline double mg_one_minus_square(double x) {
    double square = x * x;
    return square > 0.5 ? (1.0 - x) * (1.0 + x) : 1.0 - square;
}
#define MG_OPS(X) \
    X(add, MG_BINARY, "+", 0, 1, x + y, g, g) \
    X(mul, MG_BINARY, "*", 0, 1, x *y, y *g, x *g) \
    X(pow, MG_BINARY, "**", 1, MG_IN(dpow)(x, y), MG_M(pow)(x, y), MG_M(dpow_base)(x, y, g), MG_M(dpow_exponent)(x, y, out, g)) \
    X(pow_k, MG_UNARY_K, "**", 1, MG_IN(dpow)(x, y), MG_M(pow)(x, y), MG_M(dpow_base)(x, y, g), 0.0) \
    X(leaky_relu, MG_UNARY_K, "leaky_relu", 0, 1, x < 0.0 ? y * x : x, x > 0.0 ? g : y * g, 0.0) \
    X(abs, MG_UNARY, "abs", 0, 1, fabs(x), mg_dabs(x, g), 0.0) \
    X(relu, MG_UNARY, "ReLU", 0, 1, x < 0.0 ? 0.0 : x, out > 0.0 ? g : 0.0, 0.0) \
    X(tanh, MG_UNARY, "tanh", 1, MG_IN(tanh)(x), MG_M(tanh)(x), (1.0 - out * out) * g, 0.0) \
    X(sigmoid, MG_UNARY, "sigmoid", 1, MG_IN(sigmoid)(x), MG_M(sigmoid)(x), (out * (1.0 - out)) * g, 0.0) \
    X(softplus, MG_UNARY, "softplus", 1, MG_IN(softplus)(x), MG_M(softplus)(x), MG_M(sigmoid)(x) * g, 0.0) \
    X(silu, MG_UNARY, "silu", 1, MG_IN(silu)(x), MG_M(silu)(x), MG_M(dsilu)(x, out, g), 0.0) \
    X(gelu, MG_UNARY, "gelu", 1, MG_IN(gelu)(x), MG_M(gelu)(x), MG_M(dgelu)(x, g), 0.0) \
    X(exp, MG_UNARY, "exp", 1, MG_IN(exp)(x), MG_M(exp)(x), out *g, 0.0) \
    X(exp2, MG_UNARY, "exp2", 1, MG_IN(exp2)(x), MG_M(exp2)(x), (out * MG_LOG_2) * g, 0.0) \
    X(expm1, MG_UNARY, "expm1", 1, MG_IN(expm1)(x), MG_M(expm1)(x), (out + 1.0) * g, 0.0) \
    X(log, MG_UNARY, "log", 1, MG_IN(dlog)(x), MG_M(log)(x), MG_M(dlog)(x, g), 0.0) \
    X(log2, MG_UNARY, "log2", 1, MG_IN(dlog)(x), MG_M(log2)(x), MG_M(dlog)(x, g) * MG_LOG2_E, 0.0) \
    X(log10, MG_UNARY, "log10", 1, MG_IN(dlog)(x), MG_M(log10)(x), MG_M(dlog)(x, g) * MG_LOG10_E, 0.0) \
    X(log1p, MG_UNARY, "log1p", 1, MG_IN(log1p)(x), MG_M(log1p)(x), 1.0 / (1.0 + x) * g, 0.0) \
    X(sqrt, MG_UNARY, "sqrt", 1, 1, sqrt(x), 0.5 / out * g, 0.0) \
    X(sin, MG_UNARY, "sin", 1, MG_IN(sin)(x), MG_M(sin)(x), MG_M(cos)(x) * g, 0.0) \
    X(cos, MG_UNARY, "cos", 1, MG_IN(cos)(x), MG_M(cos)(x), -MG_M(sin)(x) * g, 0.0) \
    X(tan, MG_UNARY, "tan", 1, MG_IN(tan)(x), MG_M(tan)(x), (1.0 + out * out) * g, 0.0) \
    X(asin, MG_UNARY, "asin", 1, MG_IN(asin)(x), MG_M(asin)(x), 1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0) \
    X(acos, MG_UNARY, "acos", 1, MG_IN(acos)(x), MG_M(acos)(x), -1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0) \
    X(atan, MG_UNARY, "atan", 1, MG_IN(datan)(x), MG_M(atan)(x), MG_M(datan)(x, g), 0.0) \
    X(sinh, MG_UNARY, "sinh", 1, MG_IN(sinh)(x), MG_M(sinh)(x), MG_M(cosh)(x) * g, 0.0) \
    X(cosh, MG_UNARY, "cosh", 1, MG_IN(cosh)(x), MG_M(cosh)(x), MG_M(sinh)(x) * g, 0.0) \
    X(asinh, MG_UNARY, "asinh", 1, MG_IN(asinh)(x) & MG_IN(hypot)(x, 1.0), MG_M(asinh)(x), 1.0 / MG_M(hypot)(x, 1.0) * g, 0.0) \
    X(acosh, MG_UNARY, "acosh", 1, MG_IN(acosh)(x), MG_M(acosh)(x), 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)) * g, 0.0) \
    X(atanh, MG_UNARY, "atanh", 1, MG_IN(atanh)(x), MG_M(atanh)(x), 1.0 / mg_one_minus_square(x) * g, 0.0) \
    X(erf, MG_UNARY, "erf", 1, MG_IN(erf)(x), MG_M(erf)(x), MG_TWO_OVER_SQRT_PI *MG_M(exp)(-(x * x)) * g, 0.0) \
    X(erfc, MG_UNARY, "erfc", 1, MG_IN(erfc)(x), MG_M(erfc)(x), -MG_TWO_OVER_SQRT_PI *MG_M(exp)(-(x * x)) * g, 0.0) \
    X(lgamma, MG_UNARY, "lgamma", 1, 0, MG_M(lgamma)(x), MG_M(digamma)(x) * g, 0.0) \
    X(digamma, MG_UNARY, "digamma", 1, 0, MG_M(digamma)(x), MG_M(polygamma)(1.0, x) * g, 0.0) \
    X(floor, MG_UNARY, "floor", 0, 1, floor(x), 0.0, 0.0) \
    X(ceil, MG_UNARY, "ceil", 0, 1, ceil(x), 0.0, 0.0) \
    X(sign, MG_UNARY, "sign", 0, 1, mg_sign(x), 0.0, 0.0) \
    X(atan2, MG_BINARY, "atan2", 1, MG_IN(datan2)(x, y), MG_M(atan2)(x, y), MG_M(datan2)(y, x, y, g), MG_M(datan2)(-x, x, y, g)) \
    X(hypot, MG_BINARY, "hypot", 1, MG_IN(dhypot)(x, y), MG_M(hypot)(x, y), MG_M(dhypot)(x, x, y, out, g), MG_M(dhypot)(y, x, y, out, g)) \
    X(maximum, MG_BINARY, "maximum", 0, 1, x >= y || x != x ? x : y, x >= y || x != x ? g : 0.0, x >= y || x != x ? 0.0 : g) \
    X(minimum, MG_BINARY, "minimum", 0, 1, x <= y || x != x ? x : y, x <= y || x != x ? g : 0.0, x <= y || x != x ? 0.0 : g) \
    X(if_positive, MG_BINARY, "if>0", 0, 1, x > 0.0 ? y : -0.0, 0.0, x > 0.0 ? g : 0.0) \
    X(if_not_positive, MG_BINARY, "if<=0", 0, 1, x > 0.0 ? -0.0 : y, 0.0, x > 0.0 ? 0.0 : g) \
    X(less, MG_BINARY, "<", 0, 1, x < y ? 1.0 : 0.0, 0.0, 0.0) \
    X(less_equal, MG_BINARY, "<=", 0, 1, x <= y ? 1.0 : 0.0, 0.0, 0.0) \
    X(divide, MG_BINARY, "/", 1, 1, x / y, g / y, -out / y *g) \
    X(scale, MG_BINARY, "*", 1, 1, y == 0.0 ? 0.0 : x * y, y * g, x * g) \
    X(polygamma, MG_UNARY_K, "polygamma", 1, 0, MG_M(polygamma)(y, x), MG_M(polygamma)(y + 1.0, x) * g, 0.0) \
    X(detach, MG_UNARY, "detach", 0, 1, x, 0.0, 0.0)
