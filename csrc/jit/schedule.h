/* schedule.h - units that run as one instruction, in the order they run in. */
#ifndef MG_SCHEDULE_H
#define MG_SCHEDULE_H

#include "jit/program.h" /* first */

#include "jit/trace.h"
#include "jit/fuse.h"

/* Units with the same code and flags that don't depend on each other. A DOT or SUM
 * is alone; a LAYER's units share their inputs. */
typedef struct {
    uint32_t stage; /* 0 up: first the uniform ones, then the rows' */
    uint16_t code, flags;
    uint32_t n, m;
    uint32_t first, last; /* its units, linked by next, in the order of the trace */
    double k;
    uint32_t weights, biases;            /* a layer's uniform slots, */
    uint8_t packs_weights, packs_biases; /* filled by a MG_PACK */
} mg_group;

typedef struct {
    mg_group *list; /* sorted by stage */
    uint32_t n, n_uniform;
    uint32_t *next; /* by node; 0 ends */
} mg_groups;

/* 0: out of memory. May swap operands where that changes no bit. */
int mg_groups_find(mg_groups *groups, mg_trace *trace, const mg_units *units);

void mg_groups_free(mg_groups *groups);

#endif
