/* deep_tanh.c - layers of N_A tanh neurons, DEPTH of them, one output, squared error, SGD. */
#define ALPHA 0.0
#include "net.h"

static double w_in[N_A][N_IN], w[DEPTH][N_A][N_A], b[DEPTH][N_A], w_out[1][N_A], b_out[1];
static double a[DEPTH][N_A][PADDED], out[1][PADDED]; /* w_in takes the place of w[0] */
static double g[DEPTH][N_A][PADDED], g_out[1][PADDED];

VECTOR_FUNCTION(tanh)
static inline vec tanh_slope(vec output, vec gradient) {
    return (SPLAT(1.0) - output * output) * gradient;
}

/* Return the mean squared error; write its gradients of the outputs to g_out. */
static double loss_of_outputs(void) {
    double loss = 0.0;
    for (int r = 0; r < ROWS; r++) {
        double d = out[0][r] - y[r];
        loss += d * d;
        g_out[0][r] = d * (2.0 / ROWS);
    }
    return loss / ROWS;
}

static double step(double lr) {
    FORWARD(N_A, N_IN, x, w_in, b[0], a[0], vtanh)
    for (int k = 1; k < DEPTH; k++)
        FORWARD(N_A, N_A, a[k - 1], w[k], b[k], a[k], vtanh)
    FORWARD(1, N_A, a[DEPTH - 1], w_out, b_out, out, linear)
    double loss = loss_of_outputs();
    BACK(1, N_A, w_out, g_out, a[DEPTH - 1], g[DEPTH - 1], tanh_slope)
    UPDATE(1, N_A, a[DEPTH - 1], w_out, b_out, g_out, lr)
    for (int k = DEPTH - 1; k > 0; k--) {
        BACK(N_A, N_A, w[k], g[k], a[k - 1], g[k - 1], tanh_slope)
        UPDATE(N_A, N_A, a[k - 1], w[k], b[k], g[k], lr)
    }
    UPDATE(N_A, N_IN, x, w_in, b[0], g[0], lr)
    return loss;
}

/* --- what Python calls ------------------------------------------------------------- */

void copy_parameters(double *p, int into_p) {
    p = copy_layer(p, N_A, N_IN, &w_in[0][0], b[0], into_p);
    for (int k = 1; k < DEPTH; k++)
        p = copy_layer(p, N_A, N_A, &w[k][0][0], b[k], into_p);
    copy_layer(p, 1, N_A, &w_out[0][0], b_out, into_p);
}

#include "net_steps.h"
