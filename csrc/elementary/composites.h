/* composites.h - values and derivatives that are made of several elementary functions.
 *
 * A template: included with MG_M(name) defined, which names a family of elementary functions,
 * as in MG_M(exp)(x), and gives each function below its name in that family.
 */

static inline double MG_M(dsilu)(double x, double out, double g) {
    double s = MG_M(sigmoid)(x);
    return (x > 0.0 ? s * (1.0 - MG_M(silu)(-x)) : s + out * MG_M(sigmoid)(-x)) * g;
}

static inline double MG_M(gelu)(double x) {
    return x < -40.0 ? -0.0 : x * MG_M(normal_cdf)(x); /* the limit at -inf */
}

static inline double MG_M(dgelu)(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = MG_M(normal_cdf)(x);
    if (fabs(x) <= 40.0) /* beyond, the density is 0 */
        below += x * (MG_M(exp)(x * x * -0.5) * inverse_sqrt_2_pi);
    return below * g;
}

/* Returns g * a / out, where a is x or y; 0 where both are 0. */
static inline double MG_M(dhypot)(double a, double x, double y, double out, double g) {
    const double scale = 4.149515568880993e180; /* 2**600 */
    if (out == 0.0)
        return 0.0;
    if (out < 1e-290) /* it may have fewer digits */
        return a * scale / MG_M(hypot)(x * scale, y * scale) * g;
    return a / out * g;
}

static inline double MG_M(dpow_base)(double x, double y, double g) {
    if (y == 0.0 || y == 1.0)
        return y * g; /* finite at x = 0 */
    if (y == 2.0)
        return (y * x) * g; /* squares are common, and pow is slow */
    double power = MG_M(pow)(x, y - 1.0);
    if (MG_UNLIKELY(!isnormal(power)) && power == power && x != 0.0 && isfinite(x)) {
        double root = MG_M(pow)(fabs(x), 0.5 * (y - 1.0)); /* power * y * g may be finite */
        return copysign(root, power) * y * g * root;
    }
    return (y * power) * g;
}

static inline double MG_M(dpow_exponent)(double x, double y, double out, double g) {
    return x == 0.0 && y >= 0.0 ? 0.0 : (out * MG_M(log)(x)) * g;
}

/* Returns g * a / (x * x + y * y), also if the sum of squares overflows or underflows. */
static inline double MG_M(datan2)(double a, double x, double y, double g) {
    double square = x * x + y * y;
    double larger = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    if (MG_LIKELY(square > 1e-280 && square < 1e300) ||
        !(larger > 0.0 && isfinite(larger)))
        return a / square * g;
    x /= larger;
    y /= larger;
    return a / larger / (x * x + y * y) * g / larger;
}

static inline double MG_M(datan)(double x, double g) {
    double square = x * x;
    return square > 1e300 && isfinite(x) ? g / x / x : 1.0 / (1.0 + square) * g;
}

static inline double MG_M(dlog)(double x, double g) {
    double inverse = 1.0 / x;
    return isnormal(inverse) ? inverse * g : g / x;
}
