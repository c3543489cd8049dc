/* black_scholes.c - the price of N calls and each one's Greeks, by their formulas.
 *
 * Options lie side by side in vectors. The last vector is filled up with options of harmless
 * numbers, which are left out of the sum.
 */
#include "vec.h"

enum { PADDED = (N + LANES - 1) / LANES * LANES };

static double strikes[PADDED];
static double columns[4][PADDED], greeks[4][PADDED], prices[PADDED];

VECTOR_FUNCTION(log)
VECTOR_FUNCTION(exp)
VECTOR_FUNCTION(erf)
static inline vec vsqrt(vec x) {
    UNROLL for (int i = 0; i < LANES; i++) x[i] = sqrt(x[i]);
    return x;
}
static inline vec normal_cdf(vec x) { return (verf(x * SPLAT(M_SQRT1_2)) + 1.0) * 0.5; }

static double step(const double *inputs, double *gradients) {
    for (int c = 0; c < 4; c++)
        memcpy(columns[c], inputs + c * N, N * sizeof(double));
    for (int i = 0; i < PADDED; i += LANES) {
        vec spot = load(&columns[0][i]), rate = load(&columns[1][i]);
        vec volatility = load(&columns[2][i]), years = load(&columns[3][i]);
        vec strike = load(&strikes[i]), root = vsqrt(years), deviation = volatility * root;
        vec d1 = (vlog(spot / strike) + (rate + volatility * volatility * 0.5) * years) / deviation;
        vec cdf1 = normal_cdf(d1), cdf2 = normal_cdf(d1 - deviation);
        vec density = vexp(d1 * d1 * -0.5) * (0.5 * M_SQRT1_2 * M_2_SQRTPI);
        vec discounted = strike * vexp(-(rate * years)) * cdf2;
        store(&prices[i], spot * cdf1 - discounted);
        store(&greeks[0][i], cdf1);                  /* delta */
        store(&greeks[1][i], years * discounted);    /* rho */
        store(&greeks[2][i], spot * density * root); /* vega */
        store(&greeks[3][i], spot * density * volatility / (root * 2.0) + rate * discounted);
    }
    for (int c = 0; c < 4; c++)
        memcpy(gradients + c * N, greeks[c], N * sizeof(double));
    double loss = 0.0;
    for (int i = 0; i < N; i++)
        loss += prices[i];
    return loss;
}

/* --- what Python calls ------------------------------------------------------------- */

void set_constants(const double *given) {
    for (int i = 0; i < PADDED; i++) {
        strikes[i] = i < N ? given[i] : 1.0;
        for (int c = 0; c < 4; c++)
            columns[c][i] = 1.0;
    }
}

#include "steps.h"
