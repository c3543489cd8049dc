/* exponentials.h - exp and the functions made of it. */
#ifndef MG_EXPONENTIALS_H
#define MG_EXPONENTIALS_H

#include "elementary/bits.h" /* first */

#include "elementary/coefficients.h"

/* ln 2 = MG_LN2_HIGH + MG_LN2_LOW. The first has 33 bits, so its product with a whole number
 * of up to 20 bits is exact (W. J. Cody, W. Waite, 1980). */
#define MG_LN2_HIGH 0.6931471803691238
#define MG_LN2_LOW 1.9082149292705877e-10
#define MG_LOG2_E 1.4426950408889634

/* --- exp: x = k ln 2 + r with |r| <= ln 2 / 2, exp(x) = 2**k * exp(r). Error < 0.8 ulp ----- */

static inline int mg_fast_range_exp(double x) { return fabs(x) < 708.0; }

/* exp(r), for |r| <= ln 2 / 2 */
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
        return x * INFINITY; /* NaN stays NaN */
    if (x < -745.14)
        return 0.0;
    /* 2**k, or the result, may be no normal number: so 2**k is multiplied in two parts. */
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    double y = mg_exp_of_rest((x - k * MG_LN2_HIGH) - k * MG_LN2_LOW);
    double half = x < 0.0 ? -537.0 : 512.0;
    return y * mg_power_of_two(k - half) * mg_power_of_two(half);
}

#endif
