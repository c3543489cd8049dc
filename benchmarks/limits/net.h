/* net.h - rows side by side in vectors, and a layer on them: forward, backward and SGD.
 *
 * For layers up to 64 wide. All sizes are compile-time constants. A neuron has PADDED doubles
 * in VECS vectors, which hold ROWS rows. A layer has m inputs and n outputs.
 */
#include "vec.h"

enum { VECS = (ROWS + LANES - 1) / LANES, PADDED = LANES * VECS };

static double x[N_IN][PADDED], y[PADDED];

/* X: (ROWS, N_IN), one row after the other, as Python has them; stored side by side. */
void set_rows(const double *X, const double *Y) {
    for (int r = 0; r < ROWS; r++) {
        for (int i = 0; i < N_IN; i++)
            x[i][r] = X[r * N_IN + i];
        y[r] = Y[r];
    }
}

static inline vec linear(vec v) { return v; }

/* TILE vectors of rows at a time stay in registers. */
#define TILE (VECS % 13 == 0 ? 13 : VECS % 5 == 0 ? 5 : VECS % 4 == 0 ? 4 : 1)
#define FORWARD(n, m, in, w, b, to, activation)                                       \
    for (int j = 0; j < (n); j++)                                                     \
        for (int r = 0; r < VECS; r += TILE) {                                        \
            vec s[TILE];                                                              \
            UNROLL for (int t = 0; t < TILE; t++) s[t] = SPLAT((b)[j]);               \
            for (int i = 0; i < (m); i++) {                                           \
                vec weight = SPLAT((w)[j][i]);                                        \
                UNROLL for (int t = 0; t < TILE; t++)                                 \
                    s[t] = s[t] + weight * load(&(in)[i][LANES * (r + t)]);           \
            }                                                                         \
            UNROLL for (int t = 0; t < TILE; t++)                                     \
                store(&(to)[j][LANES * (r + t)], activation(s[t]));                   \
        }

/* slope(output, gradient): the gradient of what the activation was given. */
#define BACK(n, m, w, g, a, to, slope)                                                \
    for (int i = 0; i < (m); i++)                                                     \
        for (int r = 0; r < VECS; r += TILE) {                                        \
            vec s[TILE];                                                              \
            UNROLL for (int t = 0; t < TILE; t++) s[t] = SPLAT(0.0);                  \
            for (int j = 0; j < (n); j++) {                                           \
                vec weight = SPLAT((w)[j][i]);                                        \
                UNROLL for (int t = 0; t < TILE; t++)                                 \
                    s[t] = s[t] + weight * load(&(g)[j][LANES * (r + t)]);            \
            }                                                                         \
            UNROLL for (int t = 0; t < TILE; t++)                                     \
                store(&(to)[i][LANES * (r + t)],                                      \
                      slope(load(&(a)[i][LANES * (r + t)]), s[t]));                   \
        }

/* A step of SGD; the gradient of ALPHA * the squares is in it. Sums over rows are kept
 * apart by lane and added up once. */
#define UPDATE(n, m, in, w, b, g, lr)                                                 \
    for (int j = 0; j < (n); j++) {                                                   \
        int i = 0;                                                                    \
        vec bias = SPLAT(0.0);                                                        \
        for (int r = 0; r < VECS; r++)                                                \
            bias += load(&(g)[j][LANES * r]);                                         \
        for (; i + 4 <= (m); i += 4) {                                                \
            vec s[4] = {SPLAT(0.0), SPLAT(0.0), SPLAT(0.0), SPLAT(0.0)};              \
            for (int r = 0; r < VECS; r++) {                                          \
                vec at = load(&(g)[j][LANES * r]);                                    \
                UNROLL for (int t = 0; t < 4; t++)                                    \
                    s[t] = s[t] + at * load(&(in)[i + t][LANES * r]);                 \
            }                                                                         \
            UNROLL for (int t = 0; t < 4; t++)                                        \
                (w)[j][i + t] -= (lr) * (sum(s[t]) + 2 * ALPHA * (w)[j][i + t]);      \
        }                                                                             \
        for (; i < (m); i++) {                                                        \
            vec s = SPLAT(0.0);                                                       \
            for (int r = 0; r < VECS; r++)                                            \
                s = s + load(&(g)[j][LANES * r]) * load(&(in)[i][LANES * r]);         \
            (w)[j][i] -= (lr) * (sum(s) + 2 * ALPHA * (w)[j][i]);                     \
        }                                                                             \
        (b)[j] -= (lr) * (sum(bias) + 2 * ALPHA * (b)[j]);                            \
    }

/* Copy n * m weights and n biases, in micrograd's order, from p or into p.
 * Returns a pointer to what comes after them. */
static double *copy_layer(double *p, int n, int m, double *w, double *b, int into_p) {
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++, p++)
            *(into_p ? p : &w[j * m + i]) = *(into_p ? &w[j * m + i] : p);
        *(into_p ? p : &b[j]) = *(into_p ? &b[j] : p);
        p++;
    }
    return p;
}
