/* traced_sums.c - sums and dot products of a trace, in one call.
 *
 * Unlike eager sums they begin with 0 + x: traced operators keep the order of the
 * operands.
 *
 * A trace consists mostly of the products and sums of layers. To make these nodes one by
 * one takes Python longer than to compile them takes C.
 */
#include "graph/graph.h" /* first */

/* Returns a node whose data is not known, and which nobody but the caller has yet. Takes
 * over the references to its operands. 0: there is no memory, an operand is 0, or this
 * thread does not record. */
static mg_index node_of(int op, mg_index x, mg_index y) {
    const mg_index id =
        x != 0 && y != 0 && mg_is_recording() ? mg_made_of(op, NAN, x, y) : 0;
    if (x != 0)
        mg_drop(x);
    if (y != 0)
        mg_drop(y);
    if (id != 0)
        mg_at(id)->flags = 0;
    return id;
}

static mg_index zero(void) {
    const mg_index id = mg_new_leaf(0.0);
    if (id != 0)
        mg_at(id)->flags = 0;
    return id;
}

/* Returns the node with an owner, the caller. */
static mg_index finish(mg_index id) {
    if (id != 0)
        mg_own(mg_at(id));
    return id;
}

mg_id mg_traced_total(const mg_id *values, size_t n) {
    mg_lock(&mg_graph_lock);
    mg_index sum = zero();
    for (size_t i = 0; i < n && sum != 0; i++)
        sum = node_of(MG_OP_add, sum, mg_use((mg_index)values[i]));
    sum = finish(sum);
    mg_unlock(&mg_graph_lock);
    return sum;
}

mg_id mg_traced_dot(const mg_id *ws, const mg_id *xs, size_t n, mg_id start) {
    mg_lock(&mg_graph_lock);
    mg_index sum = start == 0 ? zero() : mg_use((mg_index)start);
    for (size_t i = 0; i < n && sum != 0; i++) {
        const mg_index product =
            node_of(MG_OP_mul, mg_use((mg_index)ws[i]), mg_use((mg_index)xs[i]));
        sum = node_of(MG_OP_add, sum, product);
    }
    sum = finish(sum);
    mg_unlock(&mg_graph_lock);
    return sum;
}
