/* optimizer.h - the update rules of optimizers. */
#ifndef MG_OPTIMIZER_H
#define MG_OPTIMIZER_H

#include "base/platform.h" /* first */

#include "micrograd.h"

/* data: (n,) -= the update of the optimizer's rule for grad: (n,), which may be changed.
 * state are the arrays of the optimizer's kind, (n,) each. step counts from 1. */
void mg_update(const mg_optimizer *optimizer, double step, double *data, double *grad,
               double *const state[3], size_t n);

#endif
