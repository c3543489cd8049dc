/* trace.c - the graph below some outputs as flat arrays. */
#include "graph/graph.h" /* first */

#include "jit/trace.h"

#include <string.h>

#include "base/alloc.h"
#include "jit/simplify.h"

const uint8_t mg_kind[MG_OP_COUNT] = {
#define X(name, kind, label, raises, fast, value, dx, dy) [MG_OP_##name] = kind,
    MG_OPS(X)
#undef X
};

/* Gives a node its number in the trace, unless it has one. The node's link holds the
 * number. */
static void place(mg_index id, uint32_t mark, uint32_t *n) {
    mg_node_t *node = mg_at(id);
    if (node->mark == mark)
        return;
    node->mark = mark;
    node->link = (*n)++;
}

static void fill_leaf(mg_trace *trace, mg_index id) {
    const mg_node_t *node = mg_at(id);
    uint32_t i = node->link;
    trace->op[i] = MG_OP_leaf;
    trace->a[i] = trace->b[i] = i;
    trace->k[i] = node->data;
    trace->id[i] = id;
    if (i < trace->n_args)
        trace->is[i] = i < trace->n_row_args ? MG_IS_ARG | MG_IS_ROW : MG_IS_ARG;
    else if (node->flags & MG_OWNED &&
             (node->made_in == 0.0 || node->made_in != mg_tracing()))
        trace->is[i] = MG_IS_PARAMETER | MG_WANTS_GRAD;
    else
        trace->is[i] = MG_IS_CONSTANT;
    if (i >= trace->n_args && node->made_in < 0.0)
        trace->has_other = 1;
}

/* Counts the uses that a node, no leaf, makes of its operands. */
static void count_uses(mg_trace *trace, uint32_t i) {
    trace->uses[trace->a[i]]++;
    if (mg_trace_arity(trace->op[i]) == 2)
        trace->uses[trace->b[i]]++;
}

static void fill_operator(mg_trace *trace, mg_index id) {
    const mg_node_t *node = mg_at(id);
    uint32_t i = node->link, n = mg_arity[node->op];
    uint32_t a = mg_at(node->operand[0])->link;
    uint32_t b = n == 2 ? mg_at(node->operand[1])->link : a;
    trace->op[i] = node->op;
    trace->a[i] = a;
    trace->b[i] = b;
    trace->k[i] = node->k;
    trace->is[i] = (trace->is[a] | trace->is[b]) & (MG_IS_ROW | MG_WANTS_GRAD);
    if (node->op == MG_OP_detach)
        trace->is[i] &= MG_IS_ROW;
    if (trace->is[a] & trace->is[b] & MG_IS_CONSTANT) {
        int has_k = mg_kind[node->op] == MG_UNARY_K;
        trace->k[i] = mg_lane_value(trace->functions, node->op, trace->k[a],
                                    has_k ? node->k : trace->k[b]);
        trace->op[i] = MG_OP_leaf;
        trace->is[i] = MG_IS_CONSTANT;
        return;
    }
    count_uses(trace, i);
}

/* Fills node i: the operator op with the operands a and b, of which there may be one. */
static void fill_pair(mg_trace *trace, uint32_t i, int op, uint32_t a, uint32_t b) {
    trace->op[i] = (uint8_t)op;
    trace->a[i] = a;
    trace->b[i] = b;
    trace->k[i] = 0.0;
    trace->is[i] = (trace->is[a] | trace->is[b]) & (MG_IS_ROW | MG_WANTS_GRAD);
    count_uses(trace, i);
}

/* Fills a take node, and the table before it: the numbers just below the node's are kept
 * for that. */
static void fill_take(mg_trace *trace, mg_index id) {
    uint32_t i = mg_at(id)->link, n;
    const mg_index *operands = mg_operands_of(mg_at(id), &n);
    uint32_t first = i - (n - 1);
    for (uint32_t j = 1; j < n; j++) {
        uint32_t entry = mg_at(operands[j])->link, at = first + j - 1;
        fill_pair(trace, at, MG_OP_table, j == 1 ? entry : at - 1, entry);
    }
    fill_pair(trace, i, MG_OP_take, mg_at(operands[0])->link, i - 1);
    trace->k[i] = (double)(n - 1);
}

/* Clears MG_WANTS_GRAD where the gradient of the first output does not arrive. So no
 * gradient flows that changes no parameter's, nor into a node that only a detach() uses,
 * where 0 times infinity would be NaN. */
static void find_gradients(mg_trace *trace) {
    trace->is[trace->outputs[0]] |= MG_IS_REACHED;
    for (uint32_t i = trace->n; i-- > 0;) {
        if (!(trace->is[i] & MG_IS_REACHED))
            trace->is[i] &= (uint8_t)~MG_WANTS_GRAD;
        if (trace->op[i] != MG_OP_leaf && trace->is[i] & MG_WANTS_GRAD) {
            trace->is[trace->a[i]] |= MG_IS_REACHED;
            trace->is[trace->b[i]] |= MG_IS_REACHED;
        }
    }
}

/* Allocates all arrays by node as one block. It is the largest of a compilation, and the
 * allocator of many C libraries takes smaller ones than it has seen from memory that it
 * keeps: to get new pages from the system for each takes longer than to fill them. */
static int allocate(mg_trace *trace) {
    const size_t n = trace->n;
    trace->k = mg_alloc(n, sizeof *trace->k + 4 * sizeof(uint32_t) + 2);
    trace->outputs = mg_alloc(trace->n_outputs, sizeof *trace->outputs);
    if (trace->k == NULL || trace->outputs == NULL)
        return 0;
    trace->a = (uint32_t *)(trace->k + n);
    trace->b = trace->a + n;
    trace->uses = trace->b + n;
    trace->id = trace->uses + n;
    trace->op = (uint8_t *)(trace->id + n);
    trace->is = trace->op + n;
    memset(trace->is, 0, n * sizeof *trace->is);
    memset(trace->uses, 0, n * sizeof *trace->uses);
    return 1;
}

/* The order jumps about in memory. A node is prefetched this many turns before its own
 * turn, and its operands half as many: the node must be in the cache then, because it
 * names them. */
enum { AHEAD = 16 };

static void prefetch(const mg_index *order, size_t i) {
    if (i <= AHEAD)
        return;
    mg_prefetch(order[i - AHEAD]);
    const mg_node_t *node = mg_at(order[i - AHEAD / 2]);
    if (mg_arity[node->op] > 0)
        mg_prefetch(node->operand[0]);
    if (mg_arity[node->op] > 1)
        mg_prefetch(node->operand[1]);
}

/* order is what mg_sorted returned for a node above the outputs; that node comes first. */
static mg_status fill(mg_trace *trace, const mg_index *order, size_t count,
                      const mg_id *args, const mg_id *outputs) {
    uint32_t mark = mg_new_mark(), n = 0, n_operands;
    const mg_index *operands;
    for (uint32_t i = 0; i < trace->n_args; i++)
        place((mg_index)args[i], mark, &n);
    for (size_t i = count; i-- > 1;) {
        prefetch(order, i);
        const mg_node_t *node = mg_at(order[i]);
        if (node->op == MG_OP_custom || node->flags & MG_CUSTOM_BACKWARD)
            return MG_HAS_CUSTOM_BACKWARD;
        operands = mg_operands_at(node, &n_operands);
        for (uint32_t j = 0; j < n_operands; j++)
            place(operands[j], mark, &n);
        if (node->op == MG_OP_take)
            n += n_operands - 1; /* its table */
        place(order[i], mark, &n);
    }
    for (uint32_t i = 0; i < trace->n_outputs; i++)
        place((mg_index)outputs[i], mark, &n);
    trace->n = n + 1;
    if (!allocate(trace))
        return MG_NO_MEMORY;
    trace->op[n] = MG_OP_leaf;
    trace->is[n] = MG_IS_CONSTANT;
    trace->k[n] = -0.0;
    for (uint32_t i = 0; i < trace->n_args; i++)
        fill_leaf(trace, (mg_index)args[i]);
    for (size_t i = count; i-- > 1;) {
        prefetch(order, i);
        const mg_node_t *node = mg_at(order[i]);
        operands = mg_operands_at(node, &n_operands);
        for (uint32_t j = 0; j < n_operands; j++) {
            const mg_node_t *operand = mg_at(operands[j]);
            if (operand->op == MG_OP_leaf && trace->is[operand->link] == 0)
                fill_leaf(trace, operands[j]); /* its first use */
        }
        if (node->op == MG_OP_take)
            fill_take(trace, order[i]);
        else
            fill_operator(trace, order[i]);
    }
    for (uint32_t i = 0; i < trace->n_outputs; i++) {
        mg_index output = (mg_index)outputs[i];
        if (mg_at(output)->op == MG_OP_leaf)
            fill_leaf(trace, output);
        trace->outputs[i] = mg_at(output)->link;
        trace->uses[trace->outputs[i]]++;
    }
    if (!mg_trace_simplify(trace))
        return MG_NO_MEMORY;
    find_gradients(trace);
    return trace->has_other ? MG_OTHER_TRACE : MG_OK;
}

mg_status mg_trace_read(mg_trace *trace, const mg_id *args, size_t n_args,
                        size_t n_row_args, const mg_id *outputs, size_t n_outputs,
                        const mg_lane_functions *functions) {
    memset(trace, 0, sizeof *trace);
    trace->functions = functions;
    trace->n_args = (uint32_t)n_args;
    trace->n_row_args = (uint32_t)n_row_args;
    trace->n_outputs = (uint32_t)n_outputs;
    /* With a node above all outputs, one walk reaches everything. Nothing else sees that
     * node, so its operands need no references. */
    mg_operand_list *list = mg_list_new(n_outputs, 0);
    mg_index top = list == NULL ? 0 : mg_new_node(MG_OP_custom, 0.0);
    if (top == 0) {
        mg_list_free(list);
        return MG_NO_MEMORY;
    }
    for (size_t i = 0; i < n_outputs; i++)
        list->ids[i] = (mg_index)outputs[i];
    mg_at(top)->list = list;
    size_t count;
    mg_index *order = mg_sorted(top, 1, &count);
    mg_status status = MG_NO_MEMORY;
    if (order != NULL)
        status = fill(trace, order, count, args, outputs);
    mg_dealloc(order);
    mg_list_free(list);
    mg_at(top)->list = NULL;
    mg_drop(top);
    return status;
}

mg_id mg_traced(int op, mg_id a, mg_id b, double k) {
    mg_lock(&mg_graph_lock);
    mg_index id = op == MG_OP_leaf    ? mg_new_node(op, NAN)
                  : mg_is_recording() ? mg_made_of(op, NAN, (mg_index)a, (mg_index)b)
                                      : 0;
    if (id != 0 && op == MG_OP_leaf)
        mg_at(id)->made_in = -mg_tracing();
    else if (id != 0)
        mg_at(id)->k = k;
    mg_unlock(&mg_graph_lock);
    return id;
}

double mg_made_in(mg_id leaf) {
    mg_lock(&mg_graph_lock);
    double made_in = mg_at((mg_index)leaf)->made_in;
    mg_unlock(&mg_graph_lock);
    return made_in;
}

void mg_trace_free(mg_trace *trace) {
    mg_dealloc(trace->k);
    mg_dealloc(trace->outputs);
}
