/* gamma.c - lgamma, digamma and polygamma of eager operators: with the C library's
 * functions.
 */
#include "graph/gamma.h"

#define MG_GAMMA(name) mg_##name
#define MG_MATH(name) name
#include "elementary/gamma_template.h"
