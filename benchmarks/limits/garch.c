/* garch.c - the likelihood of a GARCH(1, 1) model and its gradient, in one pass.
 *
 * The derivatives of the variance by omega, alpha and beta follow it from day to day.
 * Logarithms do not wait for each other, so they are taken afterwards, a vector at a time.
 */
#include "vec.h"

enum { PADDED = (DAYS + LANES - 1) / LANES * LANES };

static double squares[DAYS], variances[PADDED];

VECTOR_FUNCTION(log)

static double step(const double *inputs, double *gradients) {
    double omega = inputs[0], alpha = inputs[1], beta = inputs[2];
    double variance = 1.0, total = 0.0;
    double by_omega = 0.0, by_alpha = 0.0, by_beta = 0.0; /* of the variance */
    double gomega = 0.0, galpha = 0.0, gbeta = 0.0;       /* of the loss */
    for (int i = 0; i < DAYS; i++) {
        double ratio = squares[i] / variance, slope = (1.0 - ratio) / variance;
        variances[i] = variance;
        total += ratio;
        gomega += slope * by_omega;
        galpha += slope * by_alpha;
        gbeta += slope * by_beta;
        by_omega = 1.0 + beta * by_omega;
        by_alpha = squares[i] + beta * by_alpha;
        by_beta = variance + beta * by_beta;
        variance = omega + alpha * squares[i] + beta * variance;
    }
    vec logs = SPLAT(0.0);
    for (int i = 0; i < PADDED; i += LANES)
        logs += vlog(load(&variances[i]));
    double scale = 0.5 / DAYS;
    gradients[0] = gomega * scale;
    gradients[1] = galpha * scale;
    gradients[2] = gbeta * scale;
    return (total + sum(logs)) * scale;
}

/* --- what Python calls ------------------------------------------------------------- */

void set_constants(const double *returns) {
    for (int i = 0; i < DAYS; i++)
        squares[i] = returns[i] * returns[i];
    for (int i = DAYS; i < PADDED; i++)
        variances[i] = 1.0;
}

#include "steps.h"
