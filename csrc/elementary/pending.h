/* pending.h - functions that are still the C library's. */
#include "graph/libm.h"
#define OF_ONE(name) static inline int mg_fast_range_##name(double x) { (void)x; return 0; } \
    static inline double mg_jit_##name(double x) { return mg_libm_##name(x); } \
    static inline double mg_fast_##name(double x) { return x; }
#define OF_TWO(name) static inline int mg_fast_range_##name(double x, double y) { (void)x, (void)y; return 0; } \
    static inline double mg_jit_##name(double x, double y) { return mg_libm_##name(x, y); } \
    static inline double mg_fast_##name(double x, double y) { (void)y; return x; }
OF_ONE(exp2) OF_ONE(expm1) OF_ONE(sinh) OF_ONE(cosh) OF_ONE(tanh) OF_ONE(sigmoid) OF_ONE(softplus)
OF_ONE(log) OF_ONE(log2) OF_ONE(log10) OF_ONE(log1p) OF_ONE(asinh) OF_ONE(acosh) OF_ONE(atanh) OF_TWO(pow) OF_TWO(hypot)
OF_ONE(sin) OF_ONE(cos) OF_ONE(tan) OF_ONE(asin) OF_ONE(acos) OF_ONE(atan) OF_TWO(atan2)
OF_ONE(erf) OF_ONE(erfc)
OF_ONE(lgamma) OF_ONE(digamma) OF_TWO(polygamma)
