/* gpt.c - training steps of the GPT of benchmarks/tasks/gpt.py: loss, gradient and Adam.
 *
 * Names are computed one by one. The positions of a name are the lanes of vectors: slot f of an
 * activation holds feature f of all positions. So norms and softmaxes need no sums over lanes,
 * and a matrix product broadcasts a weight. The gradient of weights wants features side by side,
 * so the inputs of each matrix are transposed for it.
 *
 * Compiled with POSITIONS, ROWS (names a step) and EMBED.
 */
#include "vec.h"

#include <stdint.h>

enum { E = EMBED, T = POSITIONS, V = 27, BLOCK = 16, HEADS = 4, SIZE = E / HEADS };
enum { N_VEC = (T + LANES - 1) / LANES, P = N_VEC * LANES };
enum { TOKENS = 0, PLACES = TOKENS + V * E, QUERY = PLACES + BLOCK * E, KEY = QUERY + E * E };
enum { VALUE = KEY + E * E, OUT = VALUE + E * E, UP = OUT + E * E, DOWN = UP + 4 * E * E };
enum { SCORES = DOWN + 4 * E * E, N = SCORES + V * E };

typedef double activation[P] __attribute__((aligned(64)));
#define ALIGNED __attribute__((aligned(64)))
#define EACH UNROLL for (int v = 0; v < N_VEC; v++)
#define AT(x, f) load(&(x)[f][v * LANES])

VECTOR_FUNCTION(exp)
VECTOR_FUNCTION(log)

static int letters[ROWS][T + 1];
static double parameters[N] ALIGNED, slopes[N] ALIGNED, averages[N] ALIGNED, squares[N] ALIGNED;

/* --- matrices ---------------------------------------------------------------------- */

/* y: (n, P) = w: (n, m) @ x: (m, P), rows first to first + tile of it */
static inline __attribute__((always_inline)) void
product_tile(activation *y, const double *w, const activation *x, int first, int m, const int tile) {
    vec sums[8][N_VEC];
    UNROLL for (int t = 0; t < tile; t++) EACH sums[t][v] = SPLAT(0.0);
    for (int i = 0; i < m; i++) {
        UNROLL for (int t = 0; t < tile; t++) {
            const vec weight = SPLAT(w[(first + t) * m + i]);
            EACH sums[t][v] += weight * AT(x, i);
        }
    }
    UNROLL for (int t = 0; t < tile; t++) EACH store(&y[first + t][v * LANES], sums[t][v]);
}

static inline __attribute__((always_inline)) void
product(activation *y, const double *w, const activation *x, const int n, const int m) {
    int j = 0;
    for (; j + 8 <= n; j += 8)
        product_tile(y, w, x, j, m, 8);
    for (; j < n; j++)
        product_tile(y, w, x, j, m, 1);
}

/* x: (m, P) += w: (n, m).T @ y: (n, P), rows first to first + 8 of it */
static inline __attribute__((always_inline)) void
add_transposed(activation *x, const double *w, const activation *y, const int n, const int m) {
    for (int first = 0; first < m; first += 8) {
        vec sums[8][N_VEC];
        UNROLL for (int t = 0; t < 8; t++) EACH sums[t][v] = AT(x, first + t);
        for (int j = 0; j < n; j++) {
            UNROLL for (int t = 0; t < 8; t++) {
                const vec weight = SPLAT(w[j * m + first + t]);
                EACH sums[t][v] += weight * AT(y, j);
            }
        }
        UNROLL for (int t = 0; t < 8; t++) EACH store(&x[first + t][v * LANES], sums[t][v]);
    }
}

/* slope: (n, m) += y: (n, T) @ x: (m, T).T, where rows: (T, m) is the transpose of x */
static inline __attribute__((always_inline)) void
add_slopes(double *slope, const activation *y, const double *rows, const int n, const int m) {
    for (int i = 0; i < m; i += 2 * LANES)
        for (int j = 0; j < n; j += 4) {
            vec sums[4][2];
            const int some = n - j < 4 ? n - j : 4;
            UNROLL for (int t = 0; t < 4; t++) {
                const int at = (j + (t < some ? t : 0)) * m + i;
                sums[t][0] = load(&slope[at]);
                sums[t][1] = load(&slope[at + LANES]);
            }
            for (int p = 0; p < T; p++) {
                const vec low = load(&rows[p * m + i]), high = load(&rows[p * m + i + LANES]);
                UNROLL for (int t = 0; t < 4; t++) {
                    const vec g = SPLAT(y[j + (t < some ? t : 0)][p]);
                    sums[t][0] += g * low;
                    sums[t][1] += g * high;
                }
            }
            UNROLL for (int t = 0; t < 4; t++)
                if (t < some) {
                    store(&slope[(j + t) * m + i], sums[t][0]);
                    store(&slope[(j + t) * m + i + LANES], sums[t][1]);
                }
        }
}

/* rows: (T, m) = the transpose of x: (m, P) */
static inline void transpose(double *rows, const activation *x, const int m) {
    for (int i = 0; i < m; i += LANES)
        for (int p = 0; p < T; p++) {
            vec row;
            UNROLL for (int l = 0; l < LANES; l++) row[l] = x[i + l][p];
            store(&rows[p * m + i], row);
        }
}

/* --- norms --------------------------------------------------------------------------- */

/* y: (E, P) = x: (E, P) * scale: (P,), 1 / the root mean square of x over E */
static inline void normalize(activation *y, double *scale, const activation *x) {
    EACH {
        vec square = SPLAT(0.0);
        for (int i = 0; i < E; i++)
            square += AT(x, i) * AT(x, i);
        vec root = square * SPLAT(1.0 / E) + SPLAT(1e-5);
        UNROLL for (int l = 0; l < LANES; l++) root[l] = sqrt(root[l]);
        const vec inverse = SPLAT(1.0) / root;
        store(&scale[v * LANES], inverse);
        for (int i = 0; i < E; i++)
            store(&y[i][v * LANES], AT(x, i) * inverse);
    }
}

/* gx: (E, P) += the gradient of x, given those of y: (E, P) */
static inline void normalize_back(activation *gx, const activation *gy, const activation *y,
                                  const double *scale) {
    EACH {
        const vec inverse = load(&scale[v * LANES]);
        vec mean = SPLAT(0.0);
        for (int i = 0; i < E; i++)
            mean += AT(gy, i) * AT(y, i);
        mean *= SPLAT(1.0 / E);
        for (int i = 0; i < E; i++)
            store(&gx[i][v * LANES], AT(gx, i) + (AT(gy, i) - AT(y, i) * mean) * inverse);
    }
}

/* --- a name -------------------------------------------------------------------------- */

static activation embedded[E], x0[E], x1[E], qkv[3 * E], mixed[E], x2[E], x3[E], hidden[4 * E];
static activation x4[E], scores[V], chances[HEADS][T];
static activation g0[E], g1[E], gqkv[3 * E], gmixed[E], g2[E], g3[E], ghidden[4 * E], g4[E];
static double scale0[P] ALIGNED, scale1[P] ALIGNED, scale2[P] ALIGNED;
static double rows[T * 4 * E] ALIGNED;
static double lane_numbers[P] ALIGNED;

static inline vec largest(vec a, vec b) {
    vec c;
    UNROLL for (int l = 0; l < LANES; l++) c[l] = a[l] > b[l] ? a[l] : b[l];
    return c;
}

/* Key j is seen by positions from j on. */
#define SEES(j, a) WHERE(load(&lane_numbers[v * LANES]) >= SPLAT((double)(j)), a)

static void attend(void) {
    const vec factor = SPLAT(1.0 / sqrt((double)SIZE));
    for (int h = 0; h < HEADS; h++) {
        const activation *query = qkv + h * SIZE, *key = query + E, *value = key + E;
        activation *chance = chances[h];
        EACH {
            vec most = SPLAT(0.0), total = SPLAT(0.0), inverse;
            for (int j = 0; j < T && j < (v + 1) * LANES; j++) {
                vec s = SPLAT(0.0);
                for (int d = 0; d < SIZE; d++)
                    s += AT(query, d) * SPLAT(key[d][j]);
                s *= factor;
                store(&chance[j][v * LANES], s);
                most = j == 0 ? s : largest(most, SEES(j, s - most) + most);
            }
            for (int j = 0; j < T && j < (v + 1) * LANES; j++) {
                const vec e = SEES(j, vexp(AT(chance, j) - most));
                store(&chance[j][v * LANES], e);
                total += e;
            }
            inverse = SPLAT(1.0) / total;
            vec sums[SIZE];
            UNROLL for (int d = 0; d < SIZE; d++) sums[d] = SPLAT(0.0);
            for (int j = 0; j < T && j < (v + 1) * LANES; j++) {
                const vec p = AT(chance, j) * inverse;
                store(&chance[j][v * LANES], p);
                UNROLL for (int d = 0; d < SIZE; d++) sums[d] += p * SPLAT(value[d][j]);
            }
            UNROLL for (int d = 0; d < SIZE; d++) store(&mixed[h * SIZE + d][v * LANES], sums[d]);
        }
    }
}

static void attend_back(void) {
    const vec factor = SPLAT(1.0 / sqrt((double)SIZE));
    memset(gqkv, 0, sizeof gqkv);
    for (int h = 0; h < HEADS; h++) {
        const activation *query = qkv + h * SIZE, *key = query + E, *value = key + E;
        const activation *chance = chances[h], *g = gmixed + h * SIZE;
        activation *gquery = gqkv + h * SIZE, *gkey = gquery + E, *gvalue = gkey + E;
        EACH {
            vec mean = SPLAT(0.0), by_query[SIZE];
            vec by_chance[T];
            for (int j = 0; j < T && j < (v + 1) * LANES; j++) {
                vec s = SPLAT(0.0);
                UNROLL for (int d = 0; d < SIZE; d++) s += AT(g, d) * SPLAT(value[d][j]);
                by_chance[j] = s;
                mean += s * AT(chance, j);
            }
            UNROLL for (int d = 0; d < SIZE; d++) by_query[d] = SPLAT(0.0);
            for (int j = 0; j < T && j < (v + 1) * LANES; j++) {
                const vec p = AT(chance, j), by_score = p * (by_chance[j] - mean) * factor;
                UNROLL for (int d = 0; d < SIZE; d++) {
                    by_query[d] += by_score * SPLAT(key[d][j]);
                    gkey[d][j] += sum(by_score * AT(query, d));
                    gvalue[d][j] += sum(p * AT(g, d));
                }
            }
            UNROLL for (int d = 0; d < SIZE; d++) store(&gquery[d][v * LANES], by_query[d]);
        }
    }
}

/* Sets the gradient of the scores in their place. Returns the name's loss. */
static double entropy(const int *targets, double share) {
    vec total_loss = SPLAT(0.0);
    EACH {
        vec most = AT(scores, 0), total = SPLAT(0.0), chosen;
        for (int j = 1; j < V; j++)
            most = largest(most, AT(scores, j));
        UNROLL for (int l = 0; l < LANES; l++) {
            const int p = v * LANES + l;
            chosen[l] = p < T ? scores[targets[p]][p] : 0.0;
        }
        for (int j = 0; j < V; j++) {
            const vec e = vexp(AT(scores, j) - most);
            store(&scores[j][v * LANES], e);
            total += e;
        }
        const vec is_there = load(&lane_numbers[v * LANES]);
        const vec shares = WHERE(is_there < SPLAT((double)T), SPLAT(share));
        const vec inverse = shares / total;
        total_loss += (vlog(total) + most - chosen) * shares;
        for (int j = 0; j < V; j++)
            store(&scores[j][v * LANES], AT(scores, j) * inverse);
    }
    for (int p = 0; p < T; p++)
        scores[targets[p]][p] -= share;
    return sum(total_loss);
}

/* Adds the gradient of a name's loss, times share. Returns the loss, times share. */
static double name_step(const int *name, double share) {
    const double *w = parameters;
    double *g = slopes;
    for (int p = 0; p < T; p++)
        for (int i = 0; i < E; i++)
            embedded[i][p] = w[TOKENS + name[p] * E + i] + w[PLACES + p * E + i];
    normalize(x0, scale0, embedded);
    normalize(x1, scale1, x0);
    product(qkv, w + QUERY, x1, 3 * E, E);
    attend();
    product(x2, w + OUT, mixed, E, E);
    for (int i = 0; i < E; i++)
        EACH store(&x2[i][v * LANES], AT(x2, i) + AT(x0, i));
    normalize(x3, scale2, x2);
    product(hidden, w + UP, x3, 4 * E, E);
    for (int i = 0; i < 4 * E; i++)
        EACH store(&hidden[i][v * LANES], WHERE(AT(hidden, i) > SPLAT(0.0), AT(hidden, i)));
    product(x4, w + DOWN, hidden, E, 4 * E);
    for (int i = 0; i < E; i++)
        EACH store(&x4[i][v * LANES], AT(x4, i) + AT(x2, i));
    product(scores, w + SCORES, x4, V, E);
    const double loss = entropy(name + 1, share);

    memset(g4, 0, sizeof g4);
    memset(ghidden, 0, sizeof ghidden);
    memset(g3, 0, sizeof g3);
    memset(gmixed, 0, sizeof gmixed);
    memset(g1, 0, sizeof g1);
    transpose(rows, x4, E);
    add_slopes(g + SCORES, scores, rows, V, E);
    add_transposed(g4, w + SCORES, scores, V, E);
    transpose(rows, hidden, 4 * E);
    add_slopes(g + DOWN, g4, rows, E, 4 * E);
    add_transposed(ghidden, w + DOWN, g4, E, 4 * E);
    for (int i = 0; i < 4 * E; i++)
        EACH store(&ghidden[i][v * LANES], WHERE(AT(hidden, i) > SPLAT(0.0), AT(ghidden, i)));
    transpose(rows, x3, E);
    add_slopes(g + UP, ghidden, rows, 4 * E, E);
    add_transposed(g3, w + UP, ghidden, 4 * E, E);
    memcpy(g2, g4, sizeof g2);
    normalize_back(g2, g3, x3, scale2);
    transpose(rows, mixed, E);
    add_slopes(g + OUT, g2, rows, E, E);
    add_transposed(gmixed, w + OUT, g2, E, E);
    attend_back();
    transpose(rows, x1, E);
    add_slopes(g + QUERY, gqkv, rows, 3 * E, E);
    add_transposed(g1, w + QUERY, gqkv, 3 * E, E);
    normalize_back(g2, g1, x1, scale1);
    memset(g0, 0, sizeof g0);
    normalize_back(g0, g2, x0, scale0);
    for (int p = 0; p < T; p++)
        for (int i = 0; i < E; i++) {
            g[TOKENS + name[p] * E + i] += g0[i][p];
            g[PLACES + p * E + i] += g0[i][p];
        }
    return loss;
}

static double compute(void) {
    double loss = 0.0;
    for (int p = 0; p < P; p++)
        lane_numbers[p] = p;
    memset(slopes, 0, sizeof slopes);
    for (int row = 0; row < ROWS; row++)
        loss += name_step(letters[row], 1.0 / (T * (double)ROWS));
    return loss;
}

static double step(const double *inputs, double *gradients) {
    memcpy(parameters, inputs, sizeof parameters);
    const double loss = compute();
    memcpy(gradients, slopes, sizeof slopes);
    return loss;
}

/* --- what Python calls --------------------------------------------------------------- */

/* names: (ROWS, T + 1) */
void set_constants(const double *names) {
    for (int i = 0; i < ROWS * (T + 1); i++)
        letters[i / (T + 1)][i % (T + 1)] = (int)names[i];
}

/* Trains from data: (N,) on, which it changes, with Adam: a step for each of n batches of
 * names: (n, ROWS, T + 1). losses: (n,). */
void train(int n, double *data, const double *names, double lr, double beta1, double beta2,
           double eps, double *losses) {
    memcpy(parameters, data, sizeof parameters);
    memset(averages, 0, sizeof averages);
    memset(squares, 0, sizeof squares);
    double power1 = 1.0, power2 = 1.0;
    for (int k = 0; k < n; k++) {
        set_constants(names + (size_t)k * ROWS * (T + 1));
        losses[k] = compute();
        power1 *= beta1;
        power2 *= beta2;
        const double correction = sqrt(1.0 - power2), size = lr / (1.0 - power1) * correction;
        for (int i = 0; i < N; i++) {
            const double g = slopes[i], m = averages[i] + (1.0 - beta1) * (g - averages[i]);
            const double s = squares[i] * beta2 + (1.0 - beta2) * (g * g);
            averages[i] = m;
            squares[i] = s;
            parameters[i] -= size * (m / (sqrt(s) + eps * correction));
        }
    }
    memcpy(data, parameters, sizeof parameters);
}

#include "steps.h"
