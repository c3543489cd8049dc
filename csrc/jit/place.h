/* place.h - the slots of a program's values. */
#ifndef MG_PLACE_H
#define MG_PLACE_H

#include "jit/program.h" /* first */

#include "jit/fuse.h"
#include "jit/schedule.h"
#include "jit/trace.h"

/* Gives each leaf and each result a slot, and sets the program's parameters, constants and
 * counts of slots, and where the schedule's layers find their weights and biases. slot:
 * by node, zeros; only what has a slot is set. The program's parameters, places and
 * constants must have room for all of the trace's. Returns 0 if out of memory. O(nodes).
 */
int mg_place(mg_program *program, uint32_t *slot, const mg_trace *trace,
             const mg_fused *fused, mg_schedule *schedule);

/* Returns the node that is the weight of input i of a neuron, or its bias if i is the
 * number of its inputs. */
static inline uint32_t mg_weight_of(const mg_fused *fused, const mg_trace *trace,
                                    uint32_t neuron, uint32_t i) {
    int is_bias = i == fused->count[neuron];
    return mg_operand_node(fused, trace, neuron, is_bias ? 2 : 1, i);
}

#endif
