/* schedule.h - which results each instruction computes, and the order of instructions. */
#ifndef MG_SCHEDULE_H
#define MG_SCHEDULE_H

#include "jit/program.h" /* first */

#include "jit/trace.h"
#include "jit/fuse.h"

/* The weights, or the biases, of one or several layers. Of n neurons these are the weights
 * of inputs first to end, where the number of inputs stands for the bias. */
typedef struct {
    uint32_t neuron;        /* the first of n neurons of the first layer that has them */
    uint32_t n, first, end; /* see mg_weight_of */
    uint32_t uses;   /* how many sets of inputs they are applied to, in all layers */
    uint32_t last;   /* the last group that has gradients of them, or UINT32_MAX */
    uint32_t slot;   /* the first of their slots */
    uint8_t gathers; /* true: a GATHER fills the slots; false: parameters are there */
} mg_layer_weights;

/* Results with the same code and flags that don't depend on each other: one instruction.
 * The results of a DOT or SUM have the same number of terms. Those of a LAYER are n
 * neurons for each of its sets of inputs, set by set; the neurons of a set share their
 * inputs. */
typedef struct {
    uint32_t stage; /* instructions run in the order of their stages, from 0 on */
    uint16_t code, flags;
    uint32_t n, m;        /* those of the instruction */
    uint32_t first, last; /* the results, linked by next, in the order of the trace */
    double k;
    uint32_t sets;            /* sets of inputs of a LAYER; otherwise 1 */
    uint32_t weights, biases; /* of a LAYER: places in the schedule's list of weights */
} mg_group;

typedef struct {
    mg_group *list; /* sorted by stage: first n_uniform groups of uniform results, then the
                       rest */
    uint32_t n, n_uniform;
    uint32_t *next; /* by node: the next result of the same group; 0 ends */
    mg_layer_weights *weights;
    uint32_t n_weights;
} mg_schedule;

/* Returns 0 if out of memory; the schedule is to be freed in any case. May swap operands
 * in the trace where that changes no bit of a result. O(nodes). */
int mg_make_schedule(mg_schedule *schedule, mg_trace *trace, const mg_fused *fused);

void mg_schedule_free(mg_schedule *schedule);

#endif
