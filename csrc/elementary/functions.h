/* functions.h - all elementary functions of jit's programs.
 *
 * A row of ops.h is computed with mg_jit_ functions for any operand, and with mg_fast_
 * functions where its range says so.
 */
#ifndef MG_FUNCTIONS_H
#define MG_FUNCTIONS_H

#include "elementary/exponentials.h" /* first */

#include "elementary/pending.h"

#include "elementary/fast_composites.h"

#define MG_M(name) mg_jit_##name
#include "graph/composites.h"
#undef MG_M

#endif
