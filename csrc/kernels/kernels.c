/* kernels.c - compiles the kernels for each instruction set and chooses among them.
 *
 * All of them do the same additions and multiplications in the same order and fuse none,
 * so that a program's results do not depend on the machine.
 */
#include "kernels/kernels.h" /* first */

#include <string.h>

#include "elementary/functions.h"
#include "elementary/two_steps.h"
#include "kernels/elementwise_runs.h"
#include "kernels/lanes.h"
#include "kernels/simd.h"

/* MG_UNROLL is for loops over vectors, which then stay in registers. MG_ROLLED is for
 * loops over lanes: gcc makes vectors of a loop only if it is not unrolled, and must be
 * told that no lane of a result is an operand of another lane. */
#if defined(__clang__)
/* Not every loop over lanes can become vectors. */
#pragma clang diagnostic ignored "-Wpass-failed"
#define MG_UNROLL _Pragma("clang loop unroll(full)")
#define MG_ROLLED _Pragma("clang loop vectorize(assume_safety) unroll(disable)")
#elif defined(__GNUC__)
#define MG_UNROLL _Pragma("GCC unroll 4")
#define MG_ROLLED _Pragma("GCC ivdep") _Pragma("GCC unroll 1")
#else
#define MG_UNROLL
#define MG_ROLLED
#endif

/* The exponents of ** that programs mostly have: X(exponent, where fast, value, d/dx). The
 * values have the bits of the row of pow_k; d/dx has them where fast. */
#define MG_FIXED_POWERS(X)                                                                \
    X(2.0, 1, MG_M(pow_2)(x), (2.0 * x) * g)                                              \
    X(-1.0, MG_IN(pow_minus_2)(x), MG_M(pow_minus_1)(x), -(out * out) * g)                \
    X(0.5, MG_IN(pow_minus_half)(x), MG_M(pow_half)(x),                                   \
      (0.5 * MG_M(pow_minus_half)(x)) * g)                                                \
    X(3.0, MG_IN(pow_3)(x), MG_M(pow_3)(x), (3.0 * MG_M(pow_2)(x)) * g)                   \
    X(4.0, MG_IN(pow_4)(x) & MG_IN(pow_3)(x), MG_M(pow_4)(x), (4.0 * MG_M(pow_3)(x)) * g) \
    X(1.5, MG_IN(pow)(x, 1.5), MG_M(pow)(x, 1.5), (1.5 * MG_M(pow_half)(x)) * g)          \
    X(-2.0, MG_IN(pow_minus_2)(x) & MG_IN(pow)(x, -3.0), MG_M(pow_minus_2)(x),            \
      (-2.0 * MG_M(pow)(x, -3.0)) * g)                                                    \
    X(-0.5, MG_IN(pow_minus_half)(x) & MG_IN(pow)(x, -1.5), MG_M(pow_minus_half)(x),      \
      (-0.5 * MG_M(pow)(x, -1.5)) * g)

/* What computes the rows of a block one by one. */
static const mg_lane_functions *lane_functions(const mg_block *block) {
    return block->others != NULL ? block->others : &mg_jit_lanes;
}

#define MG_IN(name) mg_fast_range_##name

/* How many inputs a layer's loops take at a time: 16 rows of 64 inputs are 8 KiB. */
#define MG_NEAR ((size_t)64)

/* How many sets of inputs layer_sets.h computes side by side when some are left: 16 lanes pay
 * from 13 of them on, 8 lanes from 5 on and 4 lanes from 3 on. */
#define MG_SETS_SIDE_BY_SIDE(left)                                                        \
    ((left) >= 16 ? 16 : (left) >= 13 ? (left) : (left) >= 8 ? 8 : (left) >= 3 ? (left) : 1)

/* How many results one_row.h computes side by side: 16 lanes pay from 8 of them on, and 4 lanes
 * from 3 on. */
#define MG_SIDE_BY_SIDE(left) ((left) >= 16 ? 16 : (left) >= 8 ? (left) : (left) >= 4 ? 4 \
                               : (left) == 3 ? 3 : 1)

/* MG_PORTABLE_ONLY is for analyzers, which take minutes for all sets of kernels. */
#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__)) && \
    !defined(MG_PORTABLE_ONLY)
#define MG_IS_X86 1
#else
#define MG_IS_X86 0
#endif

#define KERNELS(text, suffix)                                                             \
    {                                                                                     \
        text, {forward_16_##suffix, forward_4_##suffix, forward_1_##suffix},              \
            {backward_16_##suffix, backward_4_##suffix, backward_1_##suffix},             \
            descend_1_##suffix, adapt_1_##suffix, load_columns_1_##suffix,                \
    }

/* MG_TILE is how many sums over 16 rows the loops of layer.h keep in registers, MG_TILE_8
 * over eight. MG_WIDE is a vector of MG_WIDE_LANES rows in layer.h, or of as many outputs in
 * layer_one_row.h. */
#define MG_TILE 2
#define MG_TILE_8 4
#define MG_WIDE mg_v4
#define MG_WIDE_LANES 4
#define MG_WIDE_SPLAT V4_SPLAT

#define MG_TARGET
#define MG_SUFFIX portable
#include "kernels/instantiate.h"
#undef MG_TARGET
#undef MG_SUFFIX

#if defined(__aarch64__)
#define MG_PORTABLE_NAME "neon"
#elif defined(__x86_64__) || defined(_M_X64)
#define MG_PORTABLE_NAME "sse2"
#else
#define MG_PORTABLE_NAME "portable"
#endif

static const mg_kernels portable = KERNELS(MG_PORTABLE_NAME, portable);

#if MG_IS_X86
#define MG_TARGET __attribute__((target("avx2")))
#define MG_SUFFIX avx2
#include "kernels/instantiate.h"
#undef MG_TARGET
#undef MG_SUFFIX

static const mg_kernels avx2 = KERNELS("avx2", avx2);
#undef MG_TILE
#undef MG_TILE_8
#undef MG_WIDE
#undef MG_WIDE_LANES
#undef MG_WIDE_SPLAT

/* AVX-512 has twice as many registers, of twice the size. */
#define MG_TILE 4
#define MG_TILE_8 8
#define MG_WIDE mg_v8
#define MG_WIDE_LANES 8
#define MG_WIDE_SPLAT V8_SPLAT
#define MG_TARGET __attribute__((target("avx512f,avx512vl,avx512dq")))
#define MG_SUFFIX avx512
#include "kernels/instantiate.h"
#undef MG_TARGET
#undef MG_SUFFIX

static const mg_kernels avx512 = KERNELS("avx512", avx512);
#endif

static const mg_kernels *forced;

/* Returns the kernels with this name, or the best ones if name is NULL. NULL: this machine
 * cannot run such kernels. */
static const mg_kernels *find(const char *name) {
#if MG_IS_X86
    __builtin_cpu_init();
    int has_avx512 = __builtin_cpu_supports("avx512f") &&
                     __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("avx512dq");
    if (has_avx512 && (name == NULL || strcmp(name, "avx512") == 0))
        return &avx512;
    if (__builtin_cpu_supports("avx2") && (name == NULL || strcmp(name, "avx2") == 0))
        return &avx2;
#endif
    if (name == NULL || strcmp(name, "portable") == 0 || strcmp(name, portable.name) == 0)
        return &portable;
    return NULL;
}

const mg_kernels *mg_best_kernels(void) { return forced != NULL ? forced : find(NULL); }

int mg_use_kernels(const char *name) {
    forced = name == NULL ? NULL : find(name);
    return name == NULL || forced != NULL;
}
