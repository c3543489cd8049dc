/* limit_net.c - training steps of a net of two or three layers, written by hand.
 *
 * What a traced program is measured against: sizes are constants of the compiler, rows lie
 * side by side in vector registers, and nothing is interpreted. No fused multiply-add, as
 * in csrc/. Sums of gradients are kept apart by lane and added up once a step.
 *
 * peers/c_by_hand.py compiles it as a shared library for one net, with -D: N_IN, N_A, N_B
 * (0 where there is one hidden layer), N_OUT, ROWS, ALPHA, and HINGE in place of squared
 * error. It is written for nets up to 64 wide: wider ones would want blocks that fit a cache.
 */
#include <string.h>

#ifdef __AVX512F__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
typedef double vec __attribute__((vector_size(8 * LANES)));
#define SPLAT(x) ((x) - (vec){0})
#define UNROLL _Pragma("GCC unroll 16")

enum { VECS = (ROWS + LANES - 1) / LANES, PADDED = LANES * VECS, N_LAST = N_B ? N_B : N_A };

static double x[N_IN][PADDED], y[N_OUT][PADDED];
static double w1[N_A][N_IN], b1[N_A], w2[N_B + 1][N_A], b2[N_B + 1], w3[N_OUT][N_LAST], b3[N_OUT];
static double a1[N_A][PADDED], out[N_OUT][PADDED];
static double g1[N_A][PADDED], g3[N_OUT][PADDED];
#if N_B
static double a2[N_B][PADDED], g2[N_B][PADDED];
#endif

static vec load(const double *p) {
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}
static void store(double *p, vec v) { memcpy(p, &v, sizeof v); }
static double sum(vec v) {
    double s = 0.0;
    UNROLL for (int i = 0; i < LANES; i++) s += v[i];
    return s;
}
/* v where the condition's lanes are true, 0 elsewhere. */
#define WHERE(condition, v) ((vec)((condition) & (__typeof__(condition))(v)))
static vec relu(vec v) { return WHERE(v > 0, v); }

/* n outputs of m inputs; TILE vectors of rows at a time stay in registers. */
#define TILE (VECS % 13 == 0 ? 13 : VECS % 5 == 0 ? 5 : VECS % 4 == 0 ? 4 : 1)
#define FORWARD(n, m, in, w, b, to, last)                                             \
    for (int j = 0; j < (n); j++)                                                     \
        for (int r = 0; r < VECS; r += TILE) {                                        \
            vec s[TILE];                                                              \
            UNROLL for (int t = 0; t < TILE; t++) s[t] = SPLAT(b[j]);                 \
            for (int i = 0; i < (m); i++) {                                           \
                vec weight = SPLAT(w[j][i]);                                          \
                UNROLL for (int t = 0; t < TILE; t++)                                 \
                    s[t] = s[t] + weight * load(&in[i][LANES * (r + t)]);             \
            }                                                                         \
            UNROLL for (int t = 0; t < TILE; t++)                                     \
                store(&to[j][LANES * (r + t)], last ? s[t] : relu(s[t]));             \
        }

#define BACK(n, m, w, g, a, to)                                                       \
    for (int i = 0; i < (m); i++)                                                     \
        for (int r = 0; r < VECS; r += TILE) {                                        \
            vec s[TILE];                                                              \
            UNROLL for (int t = 0; t < TILE; t++) s[t] = SPLAT(0.0);                  \
            for (int j = 0; j < (n); j++) {                                           \
                vec weight = SPLAT(w[j][i]);                                          \
                UNROLL for (int t = 0; t < TILE; t++)                                 \
                    s[t] = s[t] + weight * load(&g[j][LANES * (r + t)]);              \
            }                                                                         \
            UNROLL for (int t = 0; t < TILE; t++)                                     \
                store(&to[i][LANES * (r + t)],                                        \
                      WHERE(load(&a[i][LANES * (r + t)]) > 0, s[t]));                 \
        }

/* A step of SGD for a layer; the gradient of ALPHA * the squares is in it. */
#define UPDATE(n, m, in, w, b, g, lr)                                                 \
    for (int j = 0; j < (n); j++) {                                                   \
        int i = 0;                                                                    \
        vec bias = SPLAT(0.0);                                                        \
        for (int r = 0; r < VECS; r++)                                                \
            bias += load(&g[j][LANES * r]);                                           \
        for (; i + 4 <= (m); i += 4) {                                                \
            vec s[4] = {SPLAT(0.0), SPLAT(0.0), SPLAT(0.0), SPLAT(0.0)};              \
            for (int r = 0; r < VECS; r++) {                                          \
                vec at = load(&g[j][LANES * r]);                                      \
                UNROLL for (int t = 0; t < 4; t++)                                    \
                    s[t] = s[t] + at * load(&in[i + t][LANES * r]);                   \
            }                                                                         \
            UNROLL for (int t = 0; t < 4; t++)                                        \
                w[j][i + t] -= (lr) * (sum(s[t]) + 2 * ALPHA * w[j][i + t]);          \
        }                                                                             \
        for (; i < (m); i++) {                                                        \
            vec s = SPLAT(0.0);                                                       \
            for (int r = 0; r < VECS; r++)                                            \
                s = s + load(&g[j][LANES * r]) * load(&in[i][LANES * r]);             \
            w[j][i] -= (lr) * (sum(s) + 2 * ALPHA * w[j][i]);                         \
        }                                                                             \
        b[j] -= (lr) * (sum(bias) + 2 * ALPHA * b[j]);                                \
    }

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
           squares(b2, N_B) + squares(&w3[0][0], N_OUT * N_LAST) + squares(b3, N_OUT);
}

/* The loss, and its derivatives by the outputs into g3. */
static double loss_of_outputs(void) {
    vec loss = SPLAT(0.0);
    for (int j = 0; j < N_OUT; j++)
        for (int r = 0; r < VECS; r++) {
            vec target = load(&y[j][LANES * r]), o = load(&out[j][LANES * r]);
#ifdef HINGE
            vec margin = SPLAT(1.0) - target * o;
            loss += relu(margin);
            store(&g3[j][LANES * r], WHERE(margin > 0, target * SPLAT(-1.0 / (ROWS * N_OUT))));
#else
            _Static_assert(ROWS == PADDED, "whole vectors, or what pads them has a loss");
            vec d = o - target;
            loss += d * d;
            store(&g3[j][LANES * r], d * SPLAT(2.0 / (ROWS * N_OUT)));
#endif
        }
    /* A row of padding has the target 0: a hinge loss of 1, without a gradient. */
    return (sum(loss) - (PADDED - ROWS) * N_OUT) / (ROWS * N_OUT);
}

static double step(double lr) {
    FORWARD(N_A, N_IN, x, w1, b1, a1, 0)
#if N_B
    FORWARD(N_B, N_A, a1, w2, b2, a2, 0)
    FORWARD(N_OUT, N_B, a2, w3, b3, out, 1)
#else
    FORWARD(N_OUT, N_A, a1, w3, b3, out, 1)
#endif
    double loss = loss_of_outputs();
    if (ALPHA != 0.0)
        loss += ALPHA * all_squares();
#if N_B
    BACK(N_OUT, N_B, w3, g3, a2, g2)
    BACK(N_B, N_A, w2, g2, a1, g1)
    UPDATE(N_OUT, N_B, a2, w3, b3, g3, lr)
    UPDATE(N_B, N_A, a1, w2, b2, g2, lr)
#else
    BACK(N_OUT, N_A, w3, g3, a1, g1)
    UPDATE(N_OUT, N_A, a1, w3, b3, g3, lr)
#endif
    UPDATE(N_A, N_IN, x, w1, b1, g1, lr)
    return loss;
}

/* --- what Python calls ------------------------------------------------------------- */

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT
#endif

/* Rows one after the other, as Python has them, go side by side. */
EXPORT void set_rows(const double *X, const double *Y) {
    for (int r = 0; r < ROWS; r++) {
        for (int i = 0; i < N_IN; i++)
            x[i][r] = X[r * N_IN + i];
        for (int j = 0; j < N_OUT; j++)
            y[j][r] = Y[r * N_OUT + j];
    }
}

static double *copy_layer(double *p, int n, int m, double *w, double *b, int into_p) {
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < m; i++, p++)
            *(into_p ? p : &w[j * m + i]) = *(into_p ? &w[j * m + i] : p);
        *(into_p ? p : &b[j]) = *(into_p ? &b[j] : p);
        p++;
    }
    return p;
}

/* All parameters in micrograd's order: out of p, or into it. */
EXPORT void copy_parameters(double *p, int into_p) {
    p = copy_layer(p, N_A, N_IN, &w1[0][0], b1, into_p);
    if (N_B)
        p = copy_layer(p, N_B, N_A, &w2[0][0], b2, into_p);
    copy_layer(p, N_OUT, N_LAST, &w3[0][0], b3, into_p);
}

/* The last step's loss. */
EXPORT double steps(int n, double lr) {
    double loss = 0.0;
    for (int i = 0; i < n; i++)
        loss = step(lr);
    return loss;
}
