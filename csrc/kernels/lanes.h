/* lanes.h - operators of one value after the other, where vectors cannot be used.
 *
 * The elementary functions of vectors are right for the usual operands only, and programs may
 * ask for the C library's functions, which have no vectors.
 */
#ifndef MG_LANES_H
#define MG_LANES_H

#include "base/platform.h" /* first */

/* The operands of an operator: n numbers each, or one for all of them if the step is 0. */
typedef struct {
    const double *x, *y; /* y: of a MG_BINARY operator only */
    int x_step, y_step;
    double k; /* the parameter of a MG_UNARY_K operator */
    int n;
} mg_lanes;

/* Operators computed with one family of elementary functions. */
typedef struct {
    /* out: (n,) = op(x, y) */
    void (*values)(int op, const mg_lanes *lanes, double *out);
    /* to: (n,) = what the gradient of operand 0 or 1 increases by; out and g: (n,) */
    void (*derivatives)(int op, int operand, const mg_lanes *lanes, const double *out,
                        const double *g, double *to);
} mg_lane_functions;

/* Those of csrc/elementary, and the C library's. */
extern const mg_lane_functions mg_jit_lanes, mg_libm_lanes;

/* Returns op(x, y); y is the parameter of an operator that has one. */
double mg_lane_value(const mg_lane_functions *functions, int op, double x, double y);

#endif
