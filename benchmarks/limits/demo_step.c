/* demo_step.c - micrograd's demo step: two hidden layers of relu, hinge loss, L2, SGD. */
#include "net.h"

static double w1[N_A][N_IN], b1[N_A], w2[N_B][N_A], b2[N_B], w3[1][N_B], b3[1];
static double a1[N_A][PADDED], a2[N_B][PADDED], out[1][PADDED];
static double g1[N_A][PADDED], g2[N_B][PADDED], g3[1][PADDED];

static inline vec relu(vec v) { return WHERE(v > 0, v); }
static inline vec relu_slope(vec output, vec g) { return WHERE(output > 0, g); }

static double squares(const double *w, int n) {
    vec s = SPLAT(0.0);
    double rest = 0.0;
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        s += load(w + i) * load(w + i);
    for (; i < n; i++)
        rest += w[i] * w[i];
    return sum(s) + rest;
}

static double all_squares(void) {
    return squares(&w1[0][0], N_A * N_IN) + squares(b1, N_A) + squares(&w2[0][0], N_B * N_A) +
           squares(b2, N_B) + squares(&w3[0][0], N_B) + squares(b3, 1);
}

/* Return the hinge loss; write its gradients of the outputs to g3. */
static double loss_of_outputs(void) {
    vec loss = SPLAT(0.0);
    for (int r = 0; r < VECS; r++) {
        vec target = load(&y[LANES * r]);
        vec margin = SPLAT(1.0) - target * load(&out[0][LANES * r]);
        loss += relu(margin);
        store(&g3[0][LANES * r], WHERE(margin > 0, target * SPLAT(-1.0 / ROWS)));
    }
    /* A padding row has the target 0, hence a loss of 1 and no gradient. */
    return (sum(loss) - (PADDED - ROWS)) / ROWS;
}

static double step(double lr) {
    FORWARD(N_A, N_IN, x, w1, b1, a1, relu)
    FORWARD(N_B, N_A, a1, w2, b2, a2, relu)
    FORWARD(1, N_B, a2, w3, b3, out, linear)
    double loss = loss_of_outputs() + ALPHA * all_squares();
    BACK(1, N_B, w3, g3, a2, g2, relu_slope)
    BACK(N_B, N_A, w2, g2, a1, g1, relu_slope)
    UPDATE(1, N_B, a2, w3, b3, g3, lr)
    UPDATE(N_B, N_A, a1, w2, b2, g2, lr)
    UPDATE(N_A, N_IN, x, w1, b1, g1, lr)
    return loss;
}

/* --- what Python calls ------------------------------------------------------------- */

/* Copy all parameters, in micrograd's order, from p or into p. */
void copy_parameters(double *p, int into_p) {
    p = copy_layer(p, N_A, N_IN, &w1[0][0], b1, into_p);
    p = copy_layer(p, N_B, N_A, &w2[0][0], b2, into_p);
    copy_layer(p, 1, N_B, &w3[0][0], b3, into_p);
}

#include "net_steps.h"
