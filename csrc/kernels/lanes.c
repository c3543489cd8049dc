/* lanes.c - see lanes.h. */
#include "kernels/lanes.h" /* first */

#include "elementary/functions.h"
#include "graph/ops.h"

#define MG_M(name) mg_jit_##name
#include "kernels/lanes_template.h"
#undef MG_M

#define MG_M(name) mg_libm_##name
#include "kernels/lanes_template.h"
#undef MG_M

const mg_lane_functions mg_jit_lanes = {mg_jit_values, mg_jit_derivatives};
const mg_lane_functions mg_libm_lanes = {mg_libm_values, mg_libm_derivatives};

double mg_lane_value(const mg_lane_functions *functions, int op, double x, double y) {
    const mg_lanes lanes = {.x = &x, .y = &y, .k = y, .n = 1};
    double out;
    functions->values(op, &lanes, &out);
    return out;
}
