/* kernels.c - the kernels, once for each instruction set, and which of them to use.
 *
 * All of them do the same additions and multiplications in the same order, none
 * fused, so that a program's results do not depend on the machine.
 */
#include "program.h" /* first */

#include <string.h>

#include "simd.h"

/* Loops over vectors are to be unrolled, so that these stay in registers. Loops over
 * lanes are not to be, because gcc turns only a loop into vectors; and it must be told
 * that a result's lanes are no other lane's operands. */
#if defined(__clang__)
#define MG_UNROLL _Pragma("clang loop unroll(full)")
#define MG_ROLLED
#elif defined(__GNUC__)
#define MG_UNROLL _Pragma("GCC unroll 4")
#define MG_ROLLED _Pragma("GCC ivdep") _Pragma("GCC unroll 1")
#else
#define MG_UNROLL
#define MG_ROLLED
#endif

#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#define MG_HAS_AVX2 1
#else
#define MG_HAS_AVX2 0
#endif

#define KERNELS(text, suffix)                                                             \
    {                                                                                     \
        text, {forward_16_##suffix, forward_4_##suffix, forward_1_##suffix},              \
            {backward_16_##suffix, backward_4_##suffix, backward_1_##suffix},             \
            descend_1_##suffix, load_columns_1_##suffix,                                  \
    }

#define MG_TARGET
#define MG_SUFFIX portable
#include "kernels_widths.h"
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

#if MG_HAS_AVX2
#define MG_TARGET __attribute__((target("avx2")))
#define MG_SUFFIX avx2
#include "kernels_widths.h"
#undef MG_TARGET
#undef MG_SUFFIX

static const mg_kernels avx2 = KERNELS("avx2", avx2);
#endif

static const mg_kernels *forced;

const mg_kernels *mg_best_kernels(void) {
    if (forced != NULL)
        return forced;
#if MG_HAS_AVX2
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2"))
        return &avx2;
#endif
    return &portable;
}

int mg_use_kernels(const char *name) {
    forced = NULL;
    if (name != NULL && strcmp(name, "portable") == 0)
        forced = &portable;
    return name == NULL || forced != NULL || strcmp(name, mg_best_kernels()->name) == 0;
}
