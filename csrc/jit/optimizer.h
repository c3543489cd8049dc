/* optimizer.h - update rules over consecutive doubles. */
#ifndef MG_OPTIMIZER_H
#define MG_OPTIMIZER_H

#include "base/platform.h" /* first */

#include "micrograd.h"

/* Moves n parameters once, against their gradients, which it may change. state holds
 * the arrays of the optimizer's kind. step counts from 1. */
void mg_update(const mg_optimizer *optimizer, double step, double *data, double *grad,
               double *const state[3], size_t n);

#endif
