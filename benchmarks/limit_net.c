/* limit_net.c - one training step of a net of two or three layers, written by hand.
 *
 * What a traced program is measured against: everything is a constant, rows lie side by
 * side in AVX registers, and nothing is interpreted. No fused multiply-add, as in
 * csrc/. Sums of gradients are kept apart by lane and added up once a step.
 *
 *     gcc -O3 -mavx2 -ffp-contract=off -DDEMO benchmarks/limit_net.c -o limit && ./limit
 *
 * -DDEMO: 2-16-16-1, 100 rows, hinge and L2. Without: 64-32-10, 32 rows, squared error.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef double v4 __attribute__((vector_size(32)));
#define SPLAT(x) ((v4){(x), (x), (x), (x)})
#define UNROLL _Pragma("GCC unroll 16")

#ifdef DEMO
enum { N_IN = 2, N_A = 16, N_B = 16, N_OUT = 1, ROWS = 100 };
#else
enum { N_IN = 64, N_A = 32, N_B = 0, N_OUT = 10, ROWS = 32 };
#endif
enum { VECS = ROWS / 4, N_LAST = N_B ? N_B : N_A };

static double x[N_IN][ROWS], y[N_OUT][ROWS];
static double w1[N_A][N_IN], b1[N_A], w2[N_B + 1][N_A], b2[N_B + 1], w3[N_OUT][N_LAST], b3[N_OUT];
static double a1[N_A][ROWS], a2[N_B + 1][ROWS], out[N_OUT][ROWS];
static double g1[N_A][ROWS], g2[N_B + 1][ROWS], g3[N_OUT][ROWS];

static v4 load(const double *p) {
    v4 v;
    memcpy(&v, p, sizeof v);
    return v;
}
static void store(double *p, v4 v) { memcpy(p, &v, sizeof v); }
static double sum(v4 v) { return (v[0] + v[2]) + (v[1] + v[3]); }
static v4 relu(v4 v) { return (v4)((v > 0) & (__typeof__(v > 0))v); }

/* n outputs of m inputs, rows in fives of vectors (or fours). */
#define TILE (VECS % 5 == 0 ? 5 : 4)
#define FORWARD(n, m, in, w, b, to, last)                                             \
    for (int j = 0; j < (n); j++)                                                     \
        for (int r = 0; r < VECS; r += TILE) {                                        \
            v4 s[TILE];                                                               \
            UNROLL for (int t = 0; t < TILE; t++) s[t] = SPLAT(b[j]);                 \
            for (int i = 0; i < (m); i++) {                                           \
                v4 weight = SPLAT(w[j][i]);                                           \
                UNROLL for (int t = 0; t < TILE; t++)                                 \
                    s[t] = s[t] + weight * load(&in[i][4 * (r + t)]);                 \
            }                                                                         \
            UNROLL for (int t = 0; t < TILE; t++)                                     \
                store(&to[j][4 * (r + t)], last ? s[t] : relu(s[t]));                 \
        }

#define BACK(n, m, w, g, a, to)                                                       \
    for (int i = 0; i < (m); i++)                                                     \
        for (int r = 0; r < VECS; r += TILE) {                                        \
            v4 s[TILE];                                                               \
            UNROLL for (int t = 0; t < TILE; t++) s[t] = SPLAT(0.0);                  \
            for (int j = 0; j < (n); j++) {                                           \
                v4 weight = SPLAT(w[j][i]);                                           \
                UNROLL for (int t = 0; t < TILE; t++)                                 \
                    s[t] = s[t] + weight * load(&g[j][4 * (r + t)]);                  \
            }                                                                         \
            UNROLL for (int t = 0; t < TILE; t++) {                                   \
                v4 value = load(&a[i][4 * (r + t)]);                                  \
                store(&to[i][4 * (r + t)],                                            \
                      (v4)((value > 0) & (__typeof__(value > 0))s[t]));               \
            }                                                                         \
        }

/* A step of SGD for a layer; the gradient adds decay * the weight. */
#define UPDATE(n, m, in, w, b, g, lr, decay)                                          \
    for (int j = 0; j < (n); j++) {                                                   \
        int i = 0;                                                                    \
        v4 bias = SPLAT(0.0);                                                         \
        for (int r = 0; r < VECS; r++)                                                \
            bias += load(&g[j][4 * r]);                                               \
        for (; i + 4 <= (m); i += 4) {                                                \
            v4 s[4] = {SPLAT(0.0), SPLAT(0.0), SPLAT(0.0), SPLAT(0.0)};               \
            for (int r = 0; r < VECS; r++) {                                          \
                v4 at = load(&g[j][4 * r]);                                           \
                UNROLL for (int t = 0; t < 4; t++)                                    \
                    s[t] = s[t] + at * load(&in[i + t][4 * r]);                       \
            }                                                                         \
            UNROLL for (int t = 0; t < 4; t++)                                        \
                w[j][i + t] -= (lr) * (sum(s[t]) + (decay) * w[j][i + t]);            \
        }                                                                             \
        for (; i < (m); i++) {                                                        \
            v4 s = SPLAT(0.0);                                                        \
            for (int r = 0; r < VECS; r++)                                            \
                s = s + load(&g[j][4 * r]) * load(&in[i][4 * r]);                     \
            w[j][i] -= (lr) * (sum(s) + (decay) * w[j][i]);                           \
        }                                                                             \
        b[j] -= (lr) * (sum(bias) + (decay) * b[j]);                                  \
    }

static double squares(const double *w, int n) {
    v4 s = SPLAT(0.0);
    double rest = 0.0;
    int i = 0;
    for (; i + 4 <= n; i += 4)
        s += load(w + i) * load(w + i);
    for (; i < n; i++)
        rest += w[i] * w[i];
    return sum(s) + rest;
}

static double step(double lr) {
    v4 loss = SPLAT(0.0);
    FORWARD(N_A, N_IN, x, w1, b1, a1, 0)
#ifdef DEMO
    const double decay = 2e-4;
    FORWARD(N_B, N_A, a1, w2, b2, a2, 0)
    FORWARD(N_OUT, N_B, a2, w3, b3, out, 1)
    for (int r = 0; r < VECS; r++) {
        v4 sign = load(&y[0][4 * r]), margin = SPLAT(1.0) - sign * load(&out[0][4 * r]);
        loss += relu(margin);
        v4 g = (v4)((margin > 0) & (__typeof__(margin > 0))(sign * SPLAT(-1.0 / ROWS)));
        store(&g3[0][4 * r], g);
    }
    double l2 = squares(&w1[0][0], N_A * N_IN) + squares(b1, N_A) + squares(&w2[0][0], N_B * N_A) +
                squares(b2, N_B) + squares(&w3[0][0], N_OUT * N_B) + squares(b3, N_OUT);
    BACK(N_OUT, N_B, w3, g3, a2, g2)
    BACK(N_B, N_A, w2, g2, a1, g1)
    UPDATE(N_OUT, N_B, a2, w3, b3, g3, lr, decay)
    UPDATE(N_B, N_A, a1, w2, b2, g2, lr, decay)
#else
    const double decay = 0.0, l2 = 0.0;
    FORWARD(N_OUT, N_A, a1, w3, b3, out, 1)
    for (int j = 0; j < N_OUT; j++)
        for (int r = 0; r < VECS; r++) {
            v4 d = load(&out[j][4 * r]) - load(&y[j][4 * r]);
            loss += d * d;
            store(&g3[j][4 * r], d * SPLAT(2.0 / ROWS));
        }
    BACK(N_OUT, N_A, w3, g3, a1, g1)
    UPDATE(N_OUT, N_A, a1, w3, b3, g3, lr, decay)
    (void)squares, (void)a2, (void)g2, (void)w2, (void)b2;
#endif
    UPDATE(N_A, N_IN, x, w1, b1, g1, lr, decay)
    return sum(loss) / ROWS + 1e-4 * l2;
}

static unsigned seed = 1;
static void fill(void *p, size_t size, double scale) {
    double *d = p;
    for (size_t i = 0; i < size / sizeof *d; i++) {
        seed = seed * 1664525u + 1013904223u;
        d[i] = scale * ((double)(seed >> 8) / (1 << 23) - 1.0);
    }
}

int main(void) {
    enum { STEPS = 2000, ROUNDS = 21 };
    double times[ROUNDS], last = 0.0;
    fill(x, sizeof x, 1.0), fill(y, sizeof y, 1.0), fill(w1, sizeof w1, 0.3);
    fill(w2, sizeof w2, 0.3), fill(w3, sizeof w3, 0.3);
    for (int i = 0; i < ROUNDS; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        for (int j = 0; j < STEPS; j++)
            last = step(1e-3);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        times[i] = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / STEPS;
    }
    for (int i = 1; i < ROUNDS; i++) /* sort */
        for (int j = i; j > 0 && times[j] < times[j - 1]; j--) {
            double t = times[j];
            times[j] = times[j - 1], times[j - 1] = t;
        }
    printf("%.0f ns min, %.0f ns median a step; loss %g\n", times[0], times[ROUNDS / 2], last);
    return 0;
}
