/* fuse.h - which nodes of a trace become one instruction's result. */
#ifndef MG_FUSE_H
#define MG_FUSE_H

#include "jit/program.h" /* first */

#include "jit/trace.h"

/* By node: what computes it, and for MULADD, DOT, SUM and LAYER its terms. */
typedef struct {
    uint16_t *code;          /* 0: nothing does, it is a leaf or inside of another unit.
                                LAYER: the node is the neuron's sum, or that sum's relu */
    uint32_t *init;          /* the node that the terms are added to */
    uint32_t *first, *count; /* its terms */
    uint32_t (*terms)[2];    /* the factors; of a SUM only the first counts. Of a
                                LAYER: weight, input. Of a MULADD the first is a row
                                if the node is. */
    uint32_t n_terms;
} mg_units;

/* Finds sums of products and other sums that are added up in one order, term by
 * term, and neurons among them. 0: out of memory. */
int mg_units_find(mg_units *units, const mg_trace *trace);

void mg_units_free(mg_units *units);

#endif
