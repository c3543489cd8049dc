/* fuse.h - which nodes of a trace are fused into one result of an instruction. */
#ifndef MG_FUSE_H
#define MG_FUSE_H

#include "jit/program.h" /* first */

#include "jit/trace.h"

/* A node is either a leaf, or a *result*, which an instruction writes to a slot, or
 * *inside* a result: an instruction computes it on the way and does not store it. All
 * arrays are by node; init, first and count are set for results whose code is MULADD, DOT,
 * SUM, LAYER or TAKE. */
typedef struct {
    uint16_t *code;       /* the result's instruction; MG_OP_leaf if the node is no result.
                             LAYER: the node is a neuron's sum, or the relu of that sum */
    uint32_t *init;       /* the node that the terms are added to: operand c.
                             TAKE: the index */
    uint32_t *first;      /* the result's first term, in terms */
    uint32_t *count;      /* how many terms it has */
    uint32_t (*terms)[2]; /* the factors of each term, operands a and b: the input and the
                             weight of a LAYER, a row value first in a MULADD over rows.
                             SUM: both are the summand. TAKE: the index and an entry */
    uint32_t n_terms;
} mg_fused;

/* Finds sums of products, other sums, and neurons, whose terms are added up one after the
 * other in the order of the graph. Makes results of takes, too. Returns 0 if out of
 * memory; fused is to be freed in any case. O(nodes). */
int mg_fuse(mg_fused *fused, const mg_trace *trace);

void mg_fused_free(mg_fused *fused);

/* Returns the node that is operand j (0 is a, 1 is b, 2 is c) of a result, or of its term
 * i if the operand is one of several terms. */
static inline uint32_t mg_operand_node(const mg_fused *fused, const mg_trace *trace,
                                       uint32_t result, int j, uint32_t i) {
    if (fused->code[result] < MG_OP_COUNT)
        return j == 0 ? trace->a[result] : trace->b[result];
    return j == 2 ? fused->init[result] : fused->terms[fused->first[result] + i][j];
}

#endif
