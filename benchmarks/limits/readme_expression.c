/* readme_expression.c - the expression of micrograd's README, and its two derivatives. */

static double relu(double x) { return x > 0 ? x : 0.0; }
static double relu_slope(double x) { return x > 0 ? 1.0 : 0.0; }

static double step(const double *inputs, double *gradients) {
    double a = inputs[0], b = inputs[1];
    double c0 = a + b;
    double c = 2 * c0 + 1;           /* c += c + 1 */
    c = 2 * c + 1 - a;               /* c += 1 + c + (-a) */
    double d0 = a * b + b * b * b;
    double d1 = 3 * d0 + relu(b + a); /* d += d * 2 + (b + a).relu() */
    double d = 4 * d1 + relu(b - a);  /* d += 3 * d + (b - a).relu() */
    double e = c - d;
    double f = e * e;
    double g = f / 2.0 + 10.0 / f;

    double ge = (0.5 - 10.0 / (f * f)) * 2 * e;
    double plus = 4 * relu_slope(b + a), minus = relu_slope(b - a);
    gradients[0] = ge * (3 - 12 * b - plus + minus);
    gradients[1] = ge * (4 - 12 * (a + 3 * b * b) - plus - minus);
    return g;
}

#include "steps.h"
