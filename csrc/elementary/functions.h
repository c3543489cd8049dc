/* functions.h - all elementary functions of jit's programs.
 *
 * A row of ops.h is computed with mg_jit_ functions for any operand, and with mg_fast_
 * functions where its range says so.
 */
#ifndef MG_FUNCTIONS_H
#define MG_FUNCTIONS_H

#include "elementary/arcs.h" /* first */

#include "elementary/error_function.h"
#include "elementary/exponentials.h"
#include "elementary/gamma_functions.h"
#include "elementary/hyperbolics.h"
#include "elementary/inverse_hyperbolics.h"
#include "elementary/logarithms.h"
#include "elementary/logistic.h"
#include "elementary/powers.h"
#include "elementary/trigonometry.h"

#define MG_M(name) mg_jit_##name
#include "elementary/composites.h"
#undef MG_M

/* g times the derivative of out = x**k. That of 1 / x is -out * out, without another
 * division; if the square is no normal number, its product with g may still be one. */
static inline double mg_jit_dpow_k(double x, double k, double out, double g) {
    if (k != -1.0)
        return mg_jit_dpow_base(x, k, g);
    double square = out * out;
    return MG_LIKELY(isnormal(square)) ? -square * g : -out * g * out;
}

#include "elementary/fast_composites.h"

#endif
