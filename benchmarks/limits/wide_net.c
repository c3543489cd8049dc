/* wide_net.c - one hidden layer of relu, squared error, SGD: digits, and wider nets.
 *
 * Neurons lie side by side in vectors: weights are stored by input and padded to whole
 * vectors, so that forward, backward and update all multiply a number by a vector and never
 * sum across lanes. A tile of a few rows (or inputs) by four vectors stays in registers. Rows
 * are taken 32 at a time, so the activations stay in the cache for any batch.
 */
#include "vec.h"

#define WHOLE(n) (((n) + LANES - 1) / LANES * LANES)
enum { A = WHOLE(N_A), OUT = WHOLE(N_OUT), BLOCK = ROWS < 32 ? ROWS : 32 };

static double X[ROWS][N_IN], Y[ROWS][OUT];
static double w1[N_IN][A], b1[A], w2[N_A][OUT], b2[OUT], w2_turned[OUT][A];
static double d1[N_IN][A], e1[A], d2[N_A][OUT], e2[OUT]; /* sums of the moves of all blocks */
static double a[BLOCK][A], out[BLOCK][OUT], ga[BLOCK][A], gout[BLOCK][OUT];

/* to: (HEIGHT, WIDTH vectors), left: (HEIGHT, n), right: (n, WIDTH vectors); to += left @ right.
 * stride: from row to row of to and of right; row, col: from row to row and from column to
 * column of left. */
#define TILE(name, HEIGHT, WIDTH)                                                     \
    static inline void name(double *to, int stride, const double *left, int row,      \
                            int col, const double *right, int n) {                    \
        enum { H = HEIGHT, W = WIDTH };                                               \
        vec s[H * W], x[H], y[W];                                                     \
        UNROLL for (int t = 0; t < H * W; t++)                                        \
            s[t] = load(to + t / W * stride + t % W * LANES);                         \
        for (int k = 0; k < n; k++) {                                                 \
            UNROLL for (int h = 0; h < H; h++) x[h] = SPLAT(left[h * row + k * col]); \
            UNROLL for (int v = 0; v < W; v++) y[v] = load(right + k * stride + v * LANES); \
            UNROLL for (int t = 0; t < H * W; t++) s[t] = s[t] + x[t / W] * y[t % W]; \
        }                                                                             \
        UNROLL for (int t = 0; t < H * W; t++)                                        \
            store(to + t / W * stride + t % W * LANES, s[t]);                         \
    }
enum { TALL = LANES == 8 ? 4 : 2 }; /* as many rows as fit in the registers */
TILE(tall_and_wide, TALL, 4)
TILE(tall, TALL, 1)
TILE(wide, 1, 4)
TILE(single, 1, 1)

/* to: (height, width), left: (height, n), right: (n, width); to += left @ right.
 * width is a multiple of LANES. */
static inline void add_product(double *to, int height, int width, const double *left, int row,
                               int col, const double *right, int n) {
    int j = 0;
    for (; j + 4 * LANES <= width; j += 4 * LANES) {
        int h = 0;
        for (; h + TALL <= height; h += TALL)
            tall_and_wide(to + h * width + j, width, left + h * row, row, col, right + j, n);
        for (; h < height; h++)
            wide(to + h * width + j, width, left + h * row, row, col, right + j, n);
    }
    for (; j < width; j += LANES) {
        int h = 0;
        for (; h + TALL <= height; h += TALL)
            tall(to + h * width + j, width, left + h * row, row, col, right + j, n);
        for (; h < height; h++)
            single(to + h * width + j, width, left + h * row, row, col, right + j, n);
    }
}

/* Return the squared error of n rows from X[at] on. Writes to ga and gout the gradients of the
 * layers' outputs times -lr, so that they give the moves of the weights. */
static inline double block(int at, int n, double lr) {
    for (int r = 0; r < n; r++)
        memcpy(a[r], b1, sizeof b1);
    add_product(a[0], n, A, X[at], N_IN, 1, w1[0], N_IN);
    for (int r = 0; r < n; r++)
        for (int j = 0; j < A; j++)
            a[r][j] = a[r][j] > 0 ? a[r][j] : 0.0;
    for (int r = 0; r < n; r++)
        memcpy(out[r], b2, sizeof b2);
    add_product(out[0], n, OUT, a[0], A, 1, w2[0], N_A);

    double loss = 0.0;
    for (int r = 0; r < n; r++)
        for (int j = 0; j < N_OUT; j++) {
            double d = out[r][j] - Y[at + r][j];
            loss += d * d;
            gout[r][j] = d * (-2.0 * lr / (ROWS * N_OUT));
        }
    memset(ga, 0, sizeof ga);
    add_product(ga[0], n, A, gout[0], OUT, 1, w2_turned[0], N_OUT);
    for (int r = 0; r < n; r++)
        for (int j = 0; j < A; j++)
            ga[r][j] = a[r][j] > 0 ? ga[r][j] : 0.0;
    return loss;
}

/* Add a block's moves to these weights and biases, or to their sums of moves. */
static inline void add_moves(int at, int n, double *to1, double *to_b1, double *to2,
                             double *to_b2) {
    add_product(to1, N_IN, A, X[at], 1, N_IN, ga[0], n);
    add_product(to2, N_A, OUT, a[0], 1, A, gout[0], n);
    for (int r = 0; r < n; r++) {
        for (int j = 0; j < A; j++)
            to_b1[j] += ga[r][j];
        for (int j = 0; j < OUT; j++)
            to_b2[j] += gout[r][j];
    }
}

static void add(double *to, const double *from, int n) {
    for (int i = 0; i < n; i++)
        to[i] += from[i];
}

static double step(double lr) {
    for (int j = 0; j < OUT; j++)
        for (int i = 0; i < N_A; i++)
            w2_turned[j][i] = w2[i][j];
    double loss = 0.0;
    if (BLOCK == ROWS) { /* straight into the weights */
        loss = block(0, ROWS, lr);
        add_moves(0, ROWS, w1[0], b1, w2[0], b2);
        return loss / (ROWS * N_OUT);
    }
    memset(d1, 0, sizeof d1);
    memset(e1, 0, sizeof e1);
    memset(d2, 0, sizeof d2);
    memset(e2, 0, sizeof e2);
    for (int at = 0; at < ROWS; at += BLOCK) {
        int n = ROWS - at < BLOCK ? ROWS - at : BLOCK;
        loss += block(at, n, lr);
        add_moves(at, n, d1[0], e1, d2[0], e2);
    }
    add(w1[0], d1[0], N_IN * A);
    add(b1, e1, A);
    add(w2[0], d2[0], N_A * OUT);
    add(b2, e2, OUT);
    return loss / (ROWS * N_OUT);
}

/* --- what Python calls ------------------------------------------------------------- */

void set_rows(const double *rows, const double *targets) {
    memcpy(X, rows, sizeof X);
    for (int r = 0; r < ROWS; r++)
        memcpy(Y[r], targets + r * N_OUT, N_OUT * sizeof(double));
}

/* Copy all parameters, in micrograd's order, from p or into p. */
void copy_parameters(double *p, int into_p) {
    for (int j = 0; j < N_A; j++)
        for (int i = 0; i <= N_IN; i++, p++) {
            double *at = i < N_IN ? &w1[i][j] : &b1[j];
            *(into_p ? p : at) = *(into_p ? at : p);
        }
    for (int j = 0; j < N_OUT; j++)
        for (int i = 0; i <= N_A; i++, p++) {
            double *at = i < N_A ? &w2[i][j] : &b2[j];
            *(into_p ? p : at) = *(into_p ? at : p);
        }
}

#include "net_steps.h"
