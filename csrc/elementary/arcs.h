/* arcs.h - asin, acos, atan and atan2. */
#ifndef MG_ARCS_H
#define MG_ARCS_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"
#include "elementary/large_angles.h"
#include "elementary/masks.h"

#define MG_QUARTER_PI_HIGH 0.7853981633974483
#define MG_QUARTER_PI_LOW 3.061616997868383e-17
#define MG_TAN_OF_EIGHTH_PI 0.41421356237309503

/* --- atan and atan2. Largest error found: 0.71 ulp
 * ----------------------------------------- */

/* The angle of the point (x, y), for y >= 0 and x of any sign, not both 0; each is 0 or
 * from 2**-400 to 2**400. For x >= 0 it is one of
 *
 *     atan(y / x),  pi / 4 + atan((y - x) / (y + x)),  pi / 2 + atan(-x / y)
 *
 * where each atan is of a t up to tan(pi / 8); for x < 0 it is pi minus that of (-x, y).
 * t is a quotient n / d, with the rest of the division as a second double. */
MG_FAST_INLINE double mg_angle_of(double y, double x) {
    const double *c = MG_ATAN;
    uint64_t sign = mg_bits_of(x) & MG_SIGN, left = mg_is_negative(x);
    double b = fabs(x);
    uint64_t is_low = ~mg_is_negative(b * MG_TAN_OF_EIGHTH_PI - y);
    uint64_t is_high = mg_is_negative(b - y * MG_TAN_OF_EIGHTH_PI);
    uint64_t is_middle = ~(is_low | is_high);
    mg_pair difference = mg_two_sum(y, -b), sum = mg_two_sum(y, b);
    double n = mg_choose(is_low, y, mg_choose(is_high, -b, difference.high));
    double d = mg_choose(is_low, b, mg_choose(is_high, y, sum.high));
    double n_low = mg_or_zero(is_middle, difference.low);
    double d_low = mg_or_zero(is_middle, sum.low);

    double inverse = 1.0 / d, t = n * inverse;
    mg_pair back = mg_two_product(t, d);
    double rest = (((n - back.high) - back.low) + (n_low - t * d_low)) * inverse;
    double z = t * t, z2 = z * z, z4 = z2 * z2;
    double p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    double q = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    double r = (c[8] + c[9] * z) + c[10] * z2;
    /* atan(t + rest) is atan(t) + rest / (1 + z), which is about rest * (1 - z). */
    double low = (rest - rest * z) + t * z * (p + (q + r * z4) * z4);

    double base =
        mg_or_zero(~is_low, mg_choose(is_high, MG_HALF_PI_HIGH, MG_QUARTER_PI_HIGH));
    double base_low =
        mg_or_zero(~is_low, mg_choose(is_high, MG_HALF_PI_LOW, MG_QUARTER_PI_LOW));
    base = mg_or_zero(left, MG_PI_HIGH) + mg_signed(sign, base);
    base_low = mg_or_zero(left, MG_PI_LOW) + mg_signed(sign, base_low);
    mg_pair angle = mg_fast_two_sum(base, mg_signed(sign, t));
    return angle.high + (angle.low + (base_low + mg_signed(sign, low)));
}

static inline int mg_fast_range_atan(double x) { return fabs(x) < 0x1p+400; }

MG_FAST_INLINE double mg_fast_atan(double x) {
    return copysign(mg_angle_of(fabs(x), 1.0), x);
}

static inline double mg_jit_atan(double x) {
    if (mg_fast_range_atan(x))
        return mg_fast_atan(x);
    return x != x ? x : copysign(MG_HALF_PI_HIGH, x);
}

static inline int mg_fast_range_atan2(double y, double x) {
    double a = fabs(y), b = fabs(x), least = 0x1p-400, most = 0x1p+400;
    return (a < most) & (b < most) & ((a > least) | (a == 0.0)) &
           ((b > least) | (b == 0.0)) & (a + b > 0.0);
}

MG_FAST_INLINE double mg_fast_atan2(double y, double x) {
    return copysign(mg_angle_of(fabs(y), x), y);
}

static inline double mg_jit_atan2(double y, double x) {
    if (mg_fast_range_atan2(y, x))
        return mg_fast_atan2(y, x);
    if (x != x || y != y)
        return x + y;
    double a = fabs(y), b = fabs(x), axis = mg_bits_of(x) >> 63 ? MG_PI_HIGH : 0.0;
    if (a == INFINITY && b == INFINITY) /* a diagonal, says C99, annex F.9.1.4 */
        return copysign(mg_angle_of(1.0, copysign(1.0, x)), y);
    if (a == 0.0 || b == INFINITY || a < b * 0x1p-100)
        return copysign(axis != 0.0 || a == 0.0 ? axis : a / b, y); /* atan(t) is t */
    if (b < a * 0x1p-100)
        return copysign(MG_HALF_PI_HIGH, y);
    double scale = a > 1.0 ? 0x1p-700 : 0x1p+600;
    return copysign(mg_angle_of(a * scale, x * scale), y);
}

/* --- asin and acos. Largest error found: 0.67 ulp
 * ------------------------------------------- */

static inline int mg_fast_range_asin(double x) { return fabs(x) <= 1.0; }
static inline int mg_fast_range_acos(double x) { return fabs(x) <= 1.0; }

/* asin(a) for a <= 1/2, and else asin(sqrt((1 - a) / 2)), which is at most asin(1/2) too.
 * The first double of the pair is the sine; the second, of any size below, is the rest. */
MG_FAST_INLINE mg_pair mg_small_arc(double a, uint64_t is_big) {
    const double *c = MG_ASIN;
    double half = 0.5 * (1.0 - a), root = sqrt(half);
    mg_pair back = mg_two_product(root, root);
    /* the rest of the root; 1e-300 changes no quotient but 0 / 0 */
    double rest = ((half - back.high) - back.low) / (root + root + 1e-300);
    double x = mg_choose(is_big, root, a), z = mg_choose(is_big, half, a * a);
    double z2 = z * z, z4 = z2 * z2;
    double p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    double q = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    double r = (c[8] + c[9] * z) + (c[10] + c[11] * z) * z2;
    p = p + (q + (r + c[12] * z4) * z4) * z4;
    return (mg_pair){x, mg_or_zero(is_big, rest) + x * z * p};
}

/* asin(a) = pi / 2 - 2 asin(sqrt((1 - a) / 2)), for a > 1/2 */
MG_FAST_INLINE double mg_fast_asin(double x) {
    double a = fabs(x);
    uint64_t is_big = mg_is_negative(0.5 - a);
    mg_pair arc = mg_small_arc(a, is_big);
    double factor = mg_choose(is_big, -2.0, 1.0);
    mg_pair sum = mg_fast_two_sum(mg_or_zero(is_big, MG_HALF_PI_HIGH), factor * arc.high);
    double low = mg_or_zero(is_big, MG_HALF_PI_LOW) + factor * arc.low;
    return copysign(sum.high + (sum.low + low), x);
}

static inline double mg_jit_asin(double x) {
    return mg_fast_range_asin(x) ? mg_fast_asin(x) : (x - x) / (x - x);
}

/* acos(x) = pi / 2 - asin(x), and for |x| > 1/2 it is 2 asin(sqrt((1 - |x|) / 2)), or pi
 * minus that for a negative x. */
MG_FAST_INLINE double mg_fast_acos(double x) {
    double a = fabs(x);
    uint64_t sign = mg_bits_of(x) & MG_SIGN, is_big = mg_is_negative(0.5 - a);
    uint64_t is_left = is_big & mg_is_negative(x);
    mg_pair arc = mg_small_arc(a, is_big);
    double factor = mg_signed(sign, mg_choose(is_big, 2.0, -1.0));
    double base = mg_or_zero(~is_big, MG_HALF_PI_HIGH) + mg_or_zero(is_left, MG_PI_HIGH);
    double base_low = mg_or_zero(~is_big, MG_HALF_PI_LOW) + mg_or_zero(is_left, MG_PI_LOW);
    mg_pair sum = mg_fast_two_sum(base, factor * arc.high);
    return sum.high + (sum.low + (base_low + factor * arc.low));
}

static inline double mg_jit_acos(double x) {
    return mg_fast_range_acos(x) ? mg_fast_acos(x) : (x - x) / (x - x);
}

#endif
