/* backward.c - the topological sort and the reverse sweep.
 *
 * The sort is a depth-first search without a stack. While a node is being visited, its
 * link is the node that the search came from, and its cursor is the number of operands
 * that are done. When the node is finished, its link becomes the node that was finished
 * before it. From the root on, these links give the reverse of the post-order, in which
 * backward visits the nodes. So neither the sort nor backward needs memory, and neither
 * can fail, unless a net has to be expanded.
 */
#include "graph/graph.h" /* first */

#include <string.h>

#include "base/alloc.h"

#define MG_M(name) mg_libm_##name

/* Returns the operand to visit next, 0 when all are done. */
static mg_index next_operand(mg_node_t *node) {
    if (MG_UNLIKELY(node->op < MG_OP_table && mg_has_list(node->op))) {
        mg_operand_list *list = node->list;
        return list == NULL || list->cursor == list->n ? 0 : list->ids[list->cursor++];
    }
    if (node->cursor == mg_arity[node->op])
        return 0;
    return node->operand[node->cursor++];
}

/* The rest of begin_visit for a node that is not of an operator of ops.h. */
static int begin_other(mg_index id, mg_node_t *node, int expand_all) {
    if (node->op == MG_OP_net_output)
        return mg_nets->expand(id, expand_all);
    if (node->op == MG_OP_linear_output) {
        int ok = mg_visit_linear(id, expand_all, node->mark);
        if (node->op == MG_OP_linear_output)
            node->cursor = mg_arity[node->op]; /* nothing is left to visit below it */
        return ok;
    }
    if (mg_has_list(node->op) && node->list != NULL)
        node->list->cursor = 0;
    return 1;
}

/* Begins the visit of a node that the search reached from another. Returns 0 if it is out
 * of memory. */
static int begin_visit(mg_index id, mg_node_t *node, mg_index from, int expand_all) {
    node->cursor = 0;
    node->link = from;
    if (MG_UNLIKELY(node->op < MG_OP_table))
        return begin_other(id, node, expand_all);
    MG_PREFETCH(mg_room(node->operand[1])); /* which is read after the first */
    mg_prefetch_below(node);
    return 1;
}

/* Does what mg_sort says. If room > 0, writes the order also to the end of the block
 * sorted: (room), as far as it fits. */
static mg_index sort_into(mg_index root, int expand_all, int *has_custom_backward,
                          size_t *n, mg_index *sorted, size_t room) {
    uint32_t mark = mg_new_mark();
    mg_index finished = 0, id = root;
    mg_node_t *node = mg_at(root);
    int flags = 0;
    size_t count = 0;
    node->mark = mark;
    if (!begin_visit(id, node, 0, expand_all))
        return 0;
    for (;;) {
        mg_index below = next_operand(node);
        if (below != 0) {
            mg_node_t *operand = mg_at(below);
            if (operand->op == MG_OP_leaf && !(operand->flags & MG_CUSTOM_BACKWARD))
                continue;
            if (operand->mark == mark)
                continue;
            operand->mark = mark;
            if (!begin_visit(below, operand, id, expand_all))
                return 0;
            id = below;
            node = operand;
        } else {
            mg_index above = node->link;
            flags |= node->flags;
            if (count++ < room)
                sorted[room - count] = id;
            node->link = finished;
            finished = id;
            if (above == 0)
                break;
            id = above;
            node = mg_at(id);
        }
    }
    *has_custom_backward = (flags & MG_CUSTOM_BACKWARD) != 0;
    *n = count;
    return finished;
}

mg_index mg_sort(mg_index root, int expand_all, int *has_custom_backward, size_t *n) {
    return sort_into(root, expand_all, has_custom_backward, n, NULL, 0);
}

void mg_step(const mg_node_t *node) {
    MG_ASSERT_LOCKED();
    double out = node->data, g = node->grad;
    switch (node->op) {
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
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
    case MG_OP_linear_output:
        mg_step_linear(node);
        break;
    default:
        break;
    }
    (void)out;
}

mg_status mg_backward(mg_id root_id) {
    mg_index root = (mg_index)root_id;
    mg_lock(&mg_graph_lock);
    int has_custom_backward;
    size_t n;
    mg_index id = mg_sort(root, 0, &has_custom_backward, &n);
    mg_status status = id == 0               ? MG_NO_MEMORY
                       : has_custom_backward ? MG_HAS_CUSTOM_BACKWARD
                                             : MG_OK;
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

mg_status mg_backward_node(mg_id id) {
    mg_lock(&mg_graph_lock);
    int ok = mg_expand_node((mg_index)id);
    if (ok)
        mg_step(mg_at((mg_index)id));
    mg_unlock(&mg_graph_lock);
    return ok ? MG_OK : MG_NO_MEMORY;
}

mg_status mg_expand(mg_id id) {
    mg_lock(&mg_graph_lock);
    int ok = mg_expand_node((mg_index)id);
    mg_unlock(&mg_graph_lock);
    return ok ? MG_OK : MG_NO_MEMORY;
}

void mg_backward_nodes(const mg_id *order, size_t n) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < n; i++)
        mg_step(mg_at((mg_index)order[i]));
    mg_unlock(&mg_graph_lock);
}

mg_index *mg_sorted(mg_index root, int expand_all, size_t *n) {
    int has_custom_backward;
    const size_t room = mg_n_live;
    mg_index *order = mg_alloc(room, sizeof *order);
    *n = 0;
    if (order == NULL)
        return NULL;
    mg_index id = sort_into(root, expand_all, &has_custom_backward, n, order, room);
    if (id != 0 && *n <= room) {
        memmove(order, order + (room - *n), *n * sizeof *order);
        return order;
    }
    mg_dealloc(order);
    /* There are more nodes than before, since a net was expanded. Following the links is
     * slower: each is read from memory before the next is known. */
    order = id == 0 ? NULL : mg_alloc(*n, sizeof *order);
    for (size_t i = 0; order != NULL && i < *n; i++, id = mg_at(id)->link)
        order[i] = id;
    return order;
}

mg_status mg_backward_order(mg_id root, mg_id **order, size_t *n) {
    mg_lock(&mg_graph_lock);
    /* All nets are expanded, since the caller's custom backwards may look into one. */
    mg_index *sorted = mg_sorted((mg_index)root, 1, n);
    mg_status status = mg_copy_ids(sorted, *n, order);
    mg_dealloc(sorted);
    mg_unlock(&mg_graph_lock);
    return status;
}
