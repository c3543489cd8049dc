/* ode.c - Lotka-Volterra by Runge-Kutta, and the adjoint method by hand.
 *
 * Forward stores x and y before each time step. Backward computes from them the points of the
 * four slopes again, and goes through the formulas of a step from the last to the first.
 */

static const double H = 0.02, TARGET_X = 1.5, TARGET_Y = 0.7;

typedef struct {
    double x, y;
} point;

static point starts[STEPS];
static double alpha, beta, gam, delta;     /* gamma is a function of math.h */
static double galpha, gbeta, ggamma, gdelta;

static inline point slope(point p) {
    double xy = p.x * p.y;
    return (point){alpha * p.x - beta * xy, delta * xy - gam * p.y};
}

/* p + h * k */
static inline point moved(point p, point k, double h) {
    return (point){p.x + h * k.x, p.y + h * k.y};
}

/* g: the gradient of slope(p). Returns the gradient of p; adds those of the parameters. */
static inline point slope_back(point p, point g) {
    double xy = p.x * p.y, gxy = delta * g.y - beta * g.x;
    galpha += g.x * p.x;
    gbeta -= g.x * xy;
    gdelta += g.y * xy;
    ggamma -= g.y * p.y;
    return (point){alpha * g.x + gxy * p.y, gxy * p.x - gam * g.y};
}

static double step(const double *inputs, double *gradients) {
    alpha = inputs[0], beta = inputs[1], gam = inputs[2], delta = inputs[3];
    point p = {inputs[4], inputs[5]};
    for (int i = 0; i < STEPS; i++) {
        starts[i] = p;
        point k1 = slope(p);
        point k2 = slope(moved(p, k1, H / 2));
        point k3 = slope(moved(p, k2, H / 2));
        point k4 = slope(moved(p, k3, H));
        p.x += (k1.x + k2.x * 2.0 + k3.x * 2.0 + k4.x) * (H / 6);
        p.y += (k1.y + k2.y * 2.0 + k3.y * 2.0 + k4.y) * (H / 6);
    }
    double dx = p.x - TARGET_X, dy = p.y - TARGET_Y;

    galpha = gbeta = ggamma = gdelta = 0.0;
    point g = {2 * dx, 2 * dy}; /* of the point after time step i, then of the point before it */
    for (int i = STEPS - 1; i >= 0; i--) {
        point p1 = starts[i];
        point p2 = moved(p1, slope(p1), H / 2);
        point p3 = moved(p1, slope(p2), H / 2);
        point p4 = moved(p1, slope(p3), H);
        point sixth = {g.x * (H / 6), g.y * (H / 6)}, third = {g.x * (H / 3), g.y * (H / 3)};
        point g4 = slope_back(p4, sixth);
        point g3 = slope_back(p3, moved(third, g4, H));
        point g2 = slope_back(p2, moved(third, g3, H / 2));
        point g1 = slope_back(p1, moved(sixth, g2, H / 2));
        g.x += g1.x + g2.x + g3.x + g4.x;
        g.y += g1.y + g2.y + g3.y + g4.y;
    }
    gradients[0] = galpha, gradients[1] = gbeta, gradients[2] = ggamma, gradients[3] = gdelta;
    gradients[4] = g.x, gradients[5] = g.y;
    return dx * dx + dy * dy;
}

#include "steps.h"
