/* dependents.c - which nodes are computed from given ones. */
#include "graph/graph.h"

#include "base/alloc.h"

static int is_dependent(const mg_node_t *node) {
    uint32_t n;
    const mg_index *operands = mg_operands_of(node, &n);
    for (uint32_t i = 0; i < n; i++)
        if (mg_at(operands[i])->flags & MG_DEPENDENT)
            return 1;
    if (node->op == MG_OP_linear_output)
        return mg_linear_depends(node, MG_DEPENDENT);
    return node->op == MG_OP_net && mg_nets->has_parameter_with(node->call, MG_DEPENDENT);
}

/* Returns the nodes below root that are computed from a target, each after its operands,
 * as a block of *n_found ids. NULL: out of memory. */
static mg_index *dependents(mg_index root, const mg_id *targets, size_t n_targets,
                            size_t *n_found) {
    size_t count;
    mg_index *order = mg_sorted(root, 0, &count);
    mg_index *found = order == NULL ? NULL : mg_alloc(count, sizeof *found);
    if (found != NULL) {
        *n_found = 0;
        for (size_t i = 0; i < n_targets; i++)
            mg_at((mg_index)targets[i])->flags |= MG_DEPENDENT;
        for (size_t i = count; i-- > 1;) /* order[0] is the root */
            if (is_dependent(mg_at(order[i]))) {
                mg_at(order[i])->flags |= MG_DEPENDENT;
                found[(*n_found)++] = order[i];
            }
        for (size_t i = 0; i < count; i++)
            mg_at(order[i])->flags &= (uint16_t)~MG_DEPENDENT;
        for (size_t i = 0; i < n_targets; i++)
            mg_at((mg_index)targets[i])->flags &= (uint16_t)~MG_DEPENDENT;
    }
    mg_dealloc(order);
    return found;
}

/* Expands the outputs of nets and of mg_linear among the nodes. Sets *any to whether there
 * were some. Returns 0 if it is out of memory. */
static int expand_outputs(const mg_index *nodes, size_t n, int *any) {
    *any = 0;
    for (size_t i = 0; i < n; i++)
        if (mg_at(nodes[i])->op == MG_OP_net_output ||
            mg_at(nodes[i])->op == MG_OP_linear_output) {
            *any = 1;
            if (!mg_expand_node(nodes[i]))
                return 0;
        }
    return 1;
}

mg_status mg_computed_from(const mg_id *targets, size_t n_targets, const mg_id *nodes,
                           size_t n, mg_id **out, size_t *n_out) {
    /* With one root above them all, one walk visits them. */
    mg_index root = (mg_index)mg_node(MG_OP_custom, nodes, n, 0.0, 0, 0.0);
    *out = NULL;
    if (root == 0)
        return MG_NO_MEMORY;
    mg_lock(&mg_graph_lock);
    int again = 1, ok = 1; /* again: until no net is left among what was found */
    mg_status status = MG_NO_MEMORY;
    while (ok && again) {
        mg_index *found = dependents(root, targets, n_targets, n_out);
        ok = found != NULL && expand_outputs(found, *n_out, &again);
        if (ok && !again)
            status = mg_copy_ids(found, *n_out, out);
        mg_dealloc(found);
    }
    mg_drop(root);
    mg_unlock(&mg_graph_lock);
    return status;
}
