/* backward.c - the topological sort and the reverse sweep.
 *
 * The sort is a depth-first search without a stack: a node that is being visited
 * holds, in its link, the node it was reached from, and in its cursor how many
 * operands are done. A node that is finished no longer needs the way back, so its
 * link then names the node finished before it. The chain that this leaves, from
 * the root on, is the reverse of the post-order: what backward walks. So neither
 * needs memory, and neither can fail.
 */
#include "graph/graph.h"

#include "base/alloc.h"

/* The operand that a visit comes to next, 0 when all are done. */
static mg_index next_operand(mg_node_t *node) {
    if (MG_UNLIKELY(node->op == MG_OP_custom || node->op == MG_OP_net)) {
        mg_operand_list *list = node->list;
        return list == NULL || list->cursor == list->n ? 0 : list->ids[list->cursor++];
    }
    if (node->cursor == mg_arity[node->op])
        return 0;
    return node->operand[node->cursor++];
}

/* Makes a node ready to be visited; 0: out of memory. */
static int arrive(mg_index id, mg_node_t *node, mg_index from, int plain) {
    if (MG_UNLIKELY(node->op == MG_OP_net_output)) {
        if (!mg_nets->expand(id, plain))
            return 0;
    } else if (MG_UNLIKELY(node->op == MG_OP_custom || node->op == MG_OP_net)) {
        if (node->list != NULL)
            node->list->cursor = 0;
    } else {
        MG_PREFETCH(mg_room(node->operand[1])); /* which is read after the first */
    }
    node->cursor = 0;
    node->link = from;
    return 1;
}

mg_index mg_sort(mg_index root, int plain, int *own, size_t *n) {
    uint32_t mark = mg_new_mark();
    mg_index finished = 0, id = root;
    mg_node_t *node = mg_at(root);
    int flags = 0;
    size_t count = 0;
    node->mark = mark;
    if (!arrive(id, node, 0, plain))
        return 0;
    for (;;) {
        mg_index below = next_operand(node);
        if (below != 0) {
            mg_node_t *operand = mg_at(below);
            if (operand->mark == mark)
                continue;
            operand->mark = mark;
            if (operand->op == MG_OP_leaf && !(operand->flags & MG_CUSTOM_BACKWARD))
                continue;
            if (!arrive(below, operand, id, plain))
                return 0;
            id = below;
            node = operand;
        } else {
            mg_index above = node->link;
            flags |= node->flags;
            count++;
            node->link = finished;
            finished = id;
            if (above == 0)
                break;
            id = above;
            node = mg_at(id);
        }
    }
    *own = (flags & MG_CUSTOM_BACKWARD) != 0;
    *n = count;
    return finished;
}

void mg_step(const mg_node_t *node) {
    MG_ASSERT_LOCKED();
    double out = node->data, g = node->grad;
    switch (node->op) {
#define X(name, kind, label, raises, value, dx, dy)                                       \
    case MG_OP_##name: {                                                                  \
        mg_node_t *a = mg_at(node->operand[0]);                                           \
        double x = a->data;                                                               \
        double y = (kind) == MG_BINARY    ? mg_at(node->operand[1])->data                 \
                   : (kind) == MG_UNARY_K ? node->k                                       \
                                          : x;                                            \
        double to_a = mg_passed(raises, g, dx), to_b = mg_passed(raises, g, dy);          \
        (void)x, (void)y, (void)to_b;                                                     \
        a->grad += to_a;                                                                  \
        if ((kind) == MG_BINARY)                                                          \
            mg_at(node->operand[1])->grad += to_b;                                        \
        break;                                                                            \
    }
        MG_OPS(X)
#undef X
    case MG_OP_custom:
        mg_step_custom(node->list, g);
        break;
    case MG_OP_net:
        mg_nets->step_net(node->call);
        break;
    case MG_OP_net_output:
        mg_nets->step_output(node);
        break;
    default:
        break;
    }
    (void)out;
}

mg_status mg_backward(mg_id of) {
    mg_index root = (mg_index)of;
    mg_lock(&mg_graph_lock);
    int own;
    size_t n;
    mg_index id = mg_sort(root, 0, &own, &n);
    mg_status status = id == 0 ? MG_NO_MEMORY : own ? MG_HAS_CUSTOM_BACKWARD : MG_OK;
    if (status == MG_OK) {
        mg_at(root)->grad = 1.0;
        while (id != 0) {
            const mg_node_t *node = mg_at(id);
            mg_step(node);
            id = node->link;
        }
    }
    mg_unlock(&mg_graph_lock);
    return status;
}

mg_status mg_backward_node(mg_id of) {
    mg_index id = (mg_index)of;
    mg_lock(&mg_graph_lock);
    int ok = mg_expand_node(id);
    if (ok)
        mg_step(mg_at(id));
    mg_unlock(&mg_graph_lock);
    return ok ? MG_OK : MG_NO_MEMORY;
}

mg_status mg_expand(mg_id of) {
    mg_lock(&mg_graph_lock);
    int ok = mg_expand_node((mg_index)of);
    mg_unlock(&mg_graph_lock);
    return ok ? MG_OK : MG_NO_MEMORY;
}

void mg_backward_nodes(const mg_id *order, size_t n) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < n; i++)
        mg_step(mg_at((mg_index)order[i]));
    mg_unlock(&mg_graph_lock);
}

mg_index *mg_sorted(mg_index root, int plain, size_t *n) {
    int own;
    mg_index id = mg_sort(root, plain, &own, n);
    mg_index *order = id == 0 ? NULL : mg_alloc(*n, sizeof *order);
    for (size_t i = 0; order != NULL && i < *n; i++, id = mg_at(id)->link)
        order[i] = id;
    return order;
}

mg_status mg_backward_order(mg_id root, mg_id **order, size_t *n) {
    mg_lock(&mg_graph_lock);
    /* Plain, since the caller's own steps may look at a net in between. */
    mg_index *sorted = mg_sorted((mg_index)root, 1, n);
    mg_status status = mg_copy_ids(sorted, *n, order);
    mg_dealloc(sorted);
    mg_unlock(&mg_graph_lock);
    return status;
}
