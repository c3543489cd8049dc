/* libmvec.c - glibc's vector functions of four doubles, over an array: benchmarks/elementary.py.
 *
 * For information: their bits differ between instruction sets, so programs have none of them.
 */
#include <stddef.h>

typedef double vec __attribute__((vector_size(32)));
typedef double some __attribute__((vector_size(32), aligned(8))); /* anywhere in an array */

#define FUNCTION(name)                                                                    \
    vec _ZGVdN4v_##name(vec);                                                             \
    void name##_of(double *out, const double *x, size_t n) {                              \
        for (size_t i = 0; i < n; i += 4) /* n is a multiple of 4 */                      \
            *(some *)(out + i) = _ZGVdN4v_##name(*(const some *)(x + i));                   \
    }

FUNCTION(exp)
FUNCTION(log)
FUNCTION(tanh)
FUNCTION(sin)
FUNCTION(cos)
FUNCTION(erf)
