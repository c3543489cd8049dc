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

#include "elementary/fast_composites.h"

#endif
