/* layers.h - which layers have the same weights, and which of those are one instruction.
 */
#ifndef MG_LAYERS_H
#define MG_LAYERS_H

#include "jit/program.h" /* first */

#include "jit/schedule.h"

/* Sets the schedule's list of weights, and the groups' places in it. Joins layers of one
 * stage that have the same weights and biases, so that they become one instruction over
 * several sets of inputs. Returns 0 if out of memory. O(weights of all layers). */
int mg_join_layers(mg_schedule *schedule, const mg_trace *trace, const mg_fused *fused);

/* Returns the node that is the weight of input i of a neuron, or its bias if i is the
 * number of its inputs. */
static inline uint32_t mg_weight_of(const mg_fused *fused, const mg_trace *trace,
                                    uint32_t neuron, uint32_t i) {
    int is_bias = i == fused->count[neuron];
    return mg_operand_node(fused, trace, neuron, is_bias ? 2 : 1, i);
}

#endif
