/* gamma_functions.c - lgamma, digamma and polygamma of jit's programs: with our own
 * functions.
 */
#include "elementary/gamma_functions.h"

#include "elementary/logarithms.h"
#include "elementary/powers.h"
#include "elementary/trigonometry.h"

#define MG_GAMMA(name) mg_jit_##name
#define MG_MATH(name) mg_jit_##name
#include "elementary/gamma_template.h"
