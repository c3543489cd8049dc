/* trace.h - the graph below some outputs as flat arrays, for compile to read. */
#ifndef MG_TRACE_H
#define MG_TRACE_H

#include "graph/graph.h" /* first */

#include "kernels/lanes.h"

/* By operator: MG_BINARY, MG_UNARY or MG_UNARY_K. */
extern const uint8_t mg_kind[MG_OP_COUNT];

/* What is known of a traced node. The values of row arguments differ from row to row, and
 * so do those of nodes that are computed from them; all other values are uniform. */
enum {
    MG_IS_ARG = 1, /* also of a shared input */
    MG_IS_PARAMETER = 2,
    MG_IS_CONSTANT = 4,
    MG_IS_ROW = 8,
    MG_WANTS_GRAD = 16, /* a parameter gets a gradient through the node */
    MG_IS_REACHED = 32  /* the gradient of the first output reaches the node */
};

/* MG_OP_take: the first operand is the index, an argument; the second is the table that it
 * takes an entry of, the last of a chain of nodes with the operator MG_OP_table. Each of
 * these has the one before it as the first operand, and an entry as the second. The first
 * of the chain has its entry as both. So no node of a trace has more than two operands. k
 * of MG_OP_take is the number of entries. */

/* The number of operands of a traced node. */
static inline int mg_trace_arity(int op) { return op == MG_OP_take ? 2 : mg_arity[op]; }

/* Nodes are numbered so that operands come before what is computed from them, and
 * arguments come first. The last node is the constant -0.0, for sums that start from
 * nothing: -0.0 + x is x for any x. All arrays but outputs are by node, in one block from
 * k on; the trace owns them. */
typedef struct {
    uint32_t n, n_args, n_row_args; /* the row arguments come first */
    uint8_t *op;
    uint8_t *is;     /* MG_IS_ARG and so on */
    uint32_t *a, *b; /* operands; if there is only one, both are that one */
    double *k;       /* the operator's parameter, or the value of a constant */
    uint32_t
        *uses; /* how often nodes use the node as an operand, and outputs as an output */
    mg_index *id; /* the graph's node, of a leaf */
    uint32_t *outputs;
    uint32_t n_outputs;
    const mg_lane_functions *functions; /* what computes constants */
    int has_other; /* true: there is an argument of another trace */
} mg_trace;

/* Reads the graph below the outputs. Folds constants: a node whose operands are all
 * constants becomes one, computed by these functions. Returns MG_OK or an error of mg_compile; the trace is to be freed
 * in any case. The caller holds the graph's lock. O(nodes). */
mg_status mg_trace_read(mg_trace *trace, const mg_id *args, size_t n_args,
                        size_t n_row_args, const mg_id *outputs, size_t n_outputs,
                        const mg_lane_functions *functions);

void mg_trace_free(mg_trace *trace);

#endif
