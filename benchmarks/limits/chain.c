/* chain.c - y = y * w + b, SIZE / 2 times, and the gradients of w, b and the first y. */

enum { TIMES = SIZE / 2 };

static double before[TIMES]; /* y before each time */

static double step(const double *inputs, double *gradients) {
    double w = inputs[0], b = inputs[1], y = inputs[2];
    for (int i = 0; i < TIMES; i++) {
        before[i] = y;
        y = y * w + b;
    }
    double gw = 0.0, gb = 0.0, gy = 1.0;
    for (int i = TIMES - 1; i >= 0; i--) {
        gb += gy;
        gw += gy * before[i];
        gy *= w;
    }
    gradients[0] = gw;
    gradients[1] = gb;
    gradients[2] = gy;
    return y;
}

#include "steps.h"
