/* trace.h - the graph below some outputs as flat arrays, for compile to read. */
#ifndef MG_TRACE_H
#define MG_TRACE_H

#include "graph/graph.h" /* first */

/* MG_BINARY and so on, by operator. */
extern const uint8_t mg_kind[MG_OP_COUNT];

/* What is known of a traced node. An argument's value differs by row, and so does
 * what is computed from it; all else is uniform. */
enum {
    MG_IS_ARG = 1,
    MG_IS_PARAMETER = 2,
    MG_IS_CONSTANT = 4,
    MG_IS_ROW = 8,
    MG_WANTS_GRAD = 16, /* a parameter gets its gradient through it */
    MG_IS_REACHED = 32  /* by the gradient of the first output */
};

/* Node i is computed from nodes before it; the arguments come first. The last node
 * is the constant -0.0, for sums that start from nothing: -0.0 + x is x for any x. */
typedef struct {
    uint32_t n, n_args;
    uint8_t *op;
    uint8_t *is;
    uint32_t *a, *b; /* operands; b of an operator of one is its a */
    double *k;       /* the operator's parameter; a constant's value */
    uint32_t *uses;  /* by other nodes, and as an output */
    mg_index *id;    /* of parameters */
    uint32_t *outputs;
    uint32_t n_outputs;
    int has_other; /* an argument of another trace */
} mg_trace;

/* Reads the graph. Constants are folded: a node of constants alone is a constant.
 * Fails as mg_compile does. The trace is to be freed in any case. Wants the graph's
 * lock. */
mg_status mg_trace_read(mg_trace *trace, const mg_id *args, size_t n_args,
                        const mg_id *outputs, size_t n_outputs);

void mg_trace_free(mg_trace *trace);

#endif
