/* simd.h - vectors of four or eight doubles, and the operations on them that kernels use.
 *
 * With gcc and clang the types are the compilers' vector extension: a vector of four becomes
 * one AVX register, or two of SSE2 or NEON, depending on the instruction set that the
 * function around it is compiled for. Elsewhere it is a struct of four doubles. Each lane is
 * rounded by itself, so results are the same bits everywhere.
 */
#ifndef MG_SIMD_H
#define MG_SIMD_H

#include "base/platform.h" /* first */

#include <string.h>

#if defined(__GNUC__) || defined(__clang__)

typedef double mg_v4 __attribute__((vector_size(32)));
typedef long long mg_i4 __attribute__((vector_size(32)));
typedef long long mg_i8 __attribute__((vector_size(64)));

/* Eight, for functions that are compiled for AVX-512: one register there. */
typedef double mg_v8 __attribute__((vector_size(64)));
#define V8_SPLAT(x) ((mg_v8){(x), (x), (x), (x), (x), (x), (x), (x)})
#define V8_LOAD(v, p) memcpy(&(v), (p), sizeof(mg_v8))
#define V8_STORE(p, v) memcpy((p), &(v), sizeof(mg_v8))

#define MG_INLINE static inline __attribute__((always_inline))
#define MG_NOINLINE static __attribute__((noinline))
#define MG_RESTRICT __restrict__
#define V4_ADD(a, b) ((a) + (b))
#define V4_SUB(a, b) ((a) - (b))
#define V4_MUL(a, b) ((a) * (b))
#define V4_SPLAT(x) ((mg_v4){(x), (x), (x), (x)})
#define V4_LANE(v, i) ((v)[i])
#define V4_AND(v, mask) ((mg_v4)((mg_i4)(v) & (mask)))
#if defined(__clang__)
#define V4_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define V8_SHUFFLE V4_SHUFFLE
#else
#define V4_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (mg_i4){__VA_ARGS__})
#define V8_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (mg_i8){__VA_ARGS__})
#endif

#else

typedef struct {
    double lane[4];
} mg_v4;
typedef struct {
    long long lane[4];
} mg_i4;

#define MG_INLINE static __inline
#define MG_NOINLINE static __declspec(noinline)
#define MG_RESTRICT __restrict
#define V4_ADD(a, b) v4_add(a, b)
#define V4_SUB(a, b) v4_sub(a, b)
#define V4_MUL(a, b) v4_mul(a, b)
#define V4_SPLAT(x) v4_of(x, x, x, x)
#define V4_LANE(v, i) ((v).lane[i])
#define V4_AND(v, mask) v4_and(v, mask)
#define V4_SHUFFLE(a, b, i, j, k, l) v4_shuffle(a, b, i, j, k, l)

MG_INLINE mg_v4 v4_of(double a, double b, double c, double d) {
    mg_v4 v = {{a, b, c, d}};
    return v;
}
MG_INLINE mg_v4 v4_add(mg_v4 a, mg_v4 b) {
    for (int l = 0; l < 4; l++)
        a.lane[l] += b.lane[l];
    return a;
}
MG_INLINE mg_v4 v4_sub(mg_v4 a, mg_v4 b) {
    for (int l = 0; l < 4; l++)
        a.lane[l] -= b.lane[l];
    return a;
}
MG_INLINE mg_v4 v4_mul(mg_v4 a, mg_v4 b) {
    for (int l = 0; l < 4; l++)
        a.lane[l] *= b.lane[l];
    return a;
}
MG_INLINE mg_v4 v4_and(mg_v4 v, mg_i4 mask) {
    for (int l = 0; l < 4; l++)
        v.lane[l] = mask.lane[l] != 0 ? v.lane[l] : 0.0;
    return v;
}
MG_INLINE mg_v4 v4_shuffle(mg_v4 a, mg_v4 b, int i, int j, int k, int l) {
    double both[8];
    memcpy(both, &a, sizeof a);
    memcpy(both + 4, &b, sizeof b);
    return v4_of(both[i], both[j], both[k], both[l]);
}

#endif

/* The masks of V4_KEEP are read from here: 16 lanes that stay, then 16 that become 0. */
static const long long mg_first_lanes[32] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                             -1, -1, -1, -1, -1, -1, -1, -1};

/* Neither needs alignment: a v4 starts at any double. These are macros, because the ABI of a
 * function that takes or returns a vector depends on the instruction set. */
#define V4_LOAD(v, p) memcpy(&(v), (p), sizeof(mg_v4))
#define V4_STORE(p, v) memcpy((p), &(v), sizeof(mg_v4))

/* v: (4,) = v where its lanes, which are lanes lane to lane + 4 of a block, are among the
 * block's first n; 0 elsewhere. v is evaluated twice. */
#define V4_KEEP(v, lane, n)                                                               \
    do {                                                                                  \
        mg_i4 mask;                                                                       \
        memcpy(&mask, mg_first_lanes + 16 - (n) + (lane), sizeof mask);                   \
        (v) = V4_AND(v, mask);                                                            \
    } while (0)
#define V8_KEEP(v, lane, n) /* the same for eight lanes */                                \
    do {                                                                                  \
        mg_i8 mask;                                                                       \
        memcpy(&mask, mg_first_lanes + 16 - (n) + (lane), sizeof mask);                   \
        (v) = (mg_v8)((mg_i8)(v)&mask);                                                   \
    } while (0)

/* Transposes the 4 x 4 matrix of the rows a, b, c and d: (4,) each. */
#define V4_TRANSPOSE(a, b, c, d)                                                          \
    do {                                                                                  \
        mg_v4 ab_even = V4_SHUFFLE(a, b, 0, 4, 2, 6), ab_odd = V4_SHUFFLE(a, b, 1, 5, 3, 7); \
        mg_v4 cd_even = V4_SHUFFLE(c, d, 0, 4, 2, 6), cd_odd = V4_SHUFFLE(c, d, 1, 5, 3, 7); \
        a = V4_SHUFFLE(ab_even, cd_even, 0, 1, 4, 5);                                     \
        b = V4_SHUFFLE(ab_odd, cd_odd, 0, 1, 4, 5);                                       \
        c = V4_SHUFFLE(ab_even, cd_even, 2, 3, 6, 7);                                     \
        d = V4_SHUFFLE(ab_odd, cd_odd, 2, 3, 6, 7);                                       \
    } while (0)

/* a, b, c, d: (4,) each = columns j to j + 4 of rows: (4, columns), which each have a pointer */
#define V4_LOAD_COLUMNS(a, b, c, d, rows, j)                                              \
    do {                                                                                  \
        V4_LOAD(a, (rows)[0] + (j));                                                      \
        V4_LOAD(b, (rows)[1] + (j));                                                      \
        V4_LOAD(c, (rows)[2] + (j));                                                      \
        V4_LOAD(d, (rows)[3] + (j));                                                      \
        V4_TRANSPOSE(a, b, c, d);                                                         \
    } while (0)

/* out: (4,) = the sums of the lanes of a, b, c and d: (4,) each, as (0 + 2) + (1 + 3) */
#define V4_SUMS(out, a, b, c, d)                                                          \
    do {                                                                                  \
        mg_v4 ac = V4_ADD(V4_SHUFFLE(a, c, 0, 1, 6, 7), V4_SHUFFLE(a, c, 2, 3, 4, 5));    \
        mg_v4 bd = V4_ADD(V4_SHUFFLE(b, d, 0, 1, 6, 7), V4_SHUFFLE(b, d, 2, 3, 4, 5));    \
        (out) = V4_ADD(V4_SHUFFLE(ac, bd, 0, 4, 2, 6), V4_SHUFFLE(ac, bd, 1, 5, 3, 7));   \
    } while (0)

/* The sum of the lanes of v: (4,), in the same order. v is evaluated four times. */
#define V4_SUM(v) ((V4_LANE(v, 0) + V4_LANE(v, 2)) + (V4_LANE(v, 1) + V4_LANE(v, 3)))

#endif
