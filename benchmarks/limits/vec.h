/* vec.h - vectors of four or eight doubles, and tanh, exp, log and erf of them.
 *
 * Since 2.35 glibc has these functions for vectors, in libmvec, with an error of up to 4 units
 * in the last place. Elsewhere libm's functions are called lane by lane.
 */
#include <math.h>
#include <string.h>

#ifdef __AVX512F__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
typedef double vec __attribute__((vector_size(8 * LANES)));
#define SPLAT(x) ((x) - (vec){0})
#define UNROLL _Pragma("GCC unroll 16")

static inline vec load(const double *p) {
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void store(double *p, vec v) { memcpy(p, &v, sizeof v); }
static inline double sum(vec v) {
    double s = 0.0;
    UNROLL for (int i = 0; i < LANES; i++) s += v[i];
    return s;
}
/* v where the condition's lanes are true, 0 elsewhere. */
#define WHERE(condition, v) ((vec)((condition) & (__typeof__(condition))(v)))

#if defined(__GLIBC__) && defined(__x86_64__) && defined(__AVX2__)
#if __GLIBC_PREREQ(2, 35)
#define HAS_LIBMVEC
#endif
#endif

#if defined(HAS_LIBMVEC) && defined(__AVX512F__)
#define VECTOR_FUNCTION(name)                                                         \
    vec _ZGVeN8v_##name(vec);                                                         \
    static inline vec v##name(vec x) { return _ZGVeN8v_##name(x); }
#elif defined(HAS_LIBMVEC)
#define VECTOR_FUNCTION(name)                                                         \
    vec _ZGVdN4v_##name(vec);                                                         \
    static inline vec v##name(vec x) { return _ZGVdN4v_##name(x); }
#else
#define VECTOR_FUNCTION(name)                                                         \
    static inline vec v##name(vec x) {                                                \
        UNROLL for (int i = 0; i < LANES; i++) x[i] = name(x[i]);                     \
        return x;                                                                     \
    }
#endif
