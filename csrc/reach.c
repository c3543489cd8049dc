/* reach.c - which nodes are computed from a given one. */
#include "graph.h"

#include "alloc.h"
#include "net.h"

static int is_dependent(const mg_node_t *node, mg_index target) {
    uint32_t n;
    const mg_index *operands = mg_operands_of(node, &n);
    for (uint32_t i = 0; i < n; i++)
        if (operands[i] == target || mg_at(operands[i])->flags & MG_DEPENDENT)
            return 1;
    if (node->op == MG_OP_net) {
        const struct mg_net *net = node->call->net;
        for (size_t i = 0; i < net->n_parameters; i++)
            if (net->parameters[i] == target)
                return 1;
    }
    return 0;
}

mg_status mg_computed_from(mg_id target, const mg_id *nodes, size_t n,
                           unsigned char *out) {
    /* One root above them all makes one walk of it. */
    mg_index root = (mg_index)mg_node(MG_OP_custom, nodes, n, 0.0, 0, 0.0);
    if (root == 0)
        return MG_NO_MEMORY;
    mg_lock_take(&mg_graph_lock);
    size_t count;
    mg_index *order = mg_sorted(root, 0, &count);
    if (order != NULL) {
        for (size_t i = count; i-- > 0;) /* operands before what is made of them */
            if (is_dependent(mg_at(order[i]), (mg_index)target))
                mg_at(order[i])->flags |= MG_DEPENDENT;
        for (size_t i = 0; i < n; i++)
            out[i] = (mg_at((mg_index)nodes[i])->flags & MG_DEPENDENT) != 0;
        for (size_t i = 0; i < count; i++)
            mg_at(order[i])->flags &= (uint16_t)~MG_DEPENDENT;
        mg_dealloc(order);
    }
    mg_drop(root);
    mg_lock_give(&mg_graph_lock);
    return order == NULL ? MG_NO_MEMORY : MG_OK;
}
