/* pending.h - functions that are still the C library's. */
#include <math.h>
#define OF_ONE(name) static inline int mg_fast_range_##name(double x) { (void)x; return 0; } \
    static inline double mg_jit_##name(double x) { return name(x); } \
    static inline double mg_fast_##name(double x) { return x; }
OF_ONE(exp2) OF_ONE(expm1) OF_ONE(sinh) OF_ONE(cosh) OF_ONE(tanh)
static inline int mg_fast_range_sigmoid(double x) { (void)x; return 0; }
static inline int mg_fast_range_softplus(double x) { (void)x; return 0; }
static inline double mg_fast_sigmoid(double x) { return x; }
static inline double mg_fast_softplus(double x) { return x; }
static inline double mg_jit_sigmoid(double x) {
    if (x >= 0.0)
        return 1.0 / (1.0 + exp(-x));
    double e = exp(x);
    return e / (1.0 + e);
}
static inline double mg_jit_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}
