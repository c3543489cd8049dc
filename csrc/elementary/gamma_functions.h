/* gamma_functions.h - the logarithm of the gamma function and its derivatives.
 *
 * The same as the functions of graph/gamma.h, whose comments hold, but made of this
 * folder's elementary functions. They have no fast versions: their formulas need loops and
 * branches. Errors: as python_ref/elementary/gamma_template.py says. */
#ifndef MG_GAMMA_FUNCTIONS_H
#define MG_GAMMA_FUNCTIONS_H

#include "elementary/bits.h" /* first */

double mg_jit_lgamma(double x);

double mg_jit_digamma(double x);

double mg_jit_polygamma(double n, double x);

#endif
