/* schedule.h - which results each instruction computes, and the order of instructions. */
#ifndef MG_SCHEDULE_H
#define MG_SCHEDULE_H

#include "jit/program.h" /* first */

#include "jit/trace.h"
#include "jit/fuse.h"

/* Results with the same code and flags that don't depend on each other: one instruction.
 * The results of a DOT or SUM have the same number of terms. Those of a LAYER share their
 * inputs. */
typedef struct {
    uint32_t stage; /* instructions run in the order of their stages, from 0 on */
    uint16_t code, flags;
    uint32_t n, m;        /* those of the instruction */
    uint32_t first, last; /* the results, linked by next, in the order of the trace */
    double k;
    /* Of a LAYER: the first slots of its weights and biases. True: a GATHER fills them. */
    uint32_t weights, biases;
    uint8_t gathers_weights, gathers_biases;
} mg_group;

typedef struct {
    mg_group *list; /* sorted by stage: first n_uniform groups of uniform results, then the
                       rest */
    uint32_t n, n_uniform;
    uint32_t *next; /* by node: the next result of the same group; 0 ends */
} mg_schedule;

/* Returns 0 if out of memory; the schedule is to be freed in any case. May swap operands
 * in the trace where that changes no bit of a result. O(nodes). */
int mg_make_schedule(mg_schedule *schedule, mg_trace *trace, const mg_fused *fused);

void mg_schedule_free(mg_schedule *schedule);

#endif
