/* custom.c - custom nodes: of the caller's own operators, with any number of operands. */
#include "graph/graph.h"

#include <string.h>

#include "base/alloc.h"

mg_operand_list *mg_list_new(size_t n, int with_local) {
    mg_operand_list *list = NULL;
    size_t head = sizeof *list / sizeof *list->ids;
    if (n > UINT32_MAX / sizeof *list->ids - head)
        return NULL;
    list = mg_alloc(head + n, sizeof *list->ids);
    if (list == NULL)
        return NULL;
    list->n = (uint32_t)n;
    list->local = with_local ? mg_alloc(n, sizeof *list->local) : NULL;
    if (with_local && list->local == NULL) {
        mg_dealloc(list);
        return NULL;
    }
    return list;
}

void mg_list_free(mg_operand_list *list) {
    if (list != NULL)
        mg_dealloc(list->local);
    mg_dealloc(list);
}

mg_index mg_custom(const mg_id *operands, const double *local, size_t n, double data) {
    mg_operand_list *list = NULL;
    if (n > 0) {
        list = mg_list_new(n, local != NULL);
        if (list == NULL)
            return 0;
        for (size_t i = 0; i < n; i++)
            list->ids[i] = (mg_index)operands[i];
        if (local != NULL)
            memcpy(list->local, local, n * sizeof *local);
    }
    mg_index id = mg_new_node(MG_OP_custom, data);
    if (id == 0) {
        mg_list_free(list);
        return 0;
    }
    mg_at(id)->list = list;
    for (size_t i = 0; i < n; i++)
        mg_at(list->ids[i])->refs++;
    return id;
}

mg_id mg_node_with_local(const mg_id *operands, const double *local, size_t n,
                         double data) {
    mg_lock(&mg_graph_lock);
    mg_index id = mg_custom(operands, local, n, data);
    mg_unlock(&mg_graph_lock);
    return id;
}

/* The operands, or their list, move to a new node. To free that node then frees all that
 * only the operands kept alive, as for any node. */
mg_status mg_release_operands(mg_id node_id) {
    mg_index id = (mg_index)node_id;
    mg_lock(&mg_graph_lock);
    mg_index temporary = 0;
    if (mg_expand_node(id))
        temporary = mg_new_node(MG_OP_custom, 0.0);
    if (temporary != 0 && mg_at(id)->op != MG_OP_leaf) {
        mg_node_t *node = mg_at(id), *to = mg_at(temporary);
        to->op = node->op;
        to->operand[0] = node->operand[0];
        to->operand[1] = node->operand[1];
        to->list = mg_owns_list(node->op) ? node->list : to->list;
        node->op = MG_OP_custom;
        node->list = NULL;
        mg_flags_version++;
    }
    if (temporary != 0)
        mg_drop(temporary);
    mg_unlock(&mg_graph_lock);
    return temporary == 0 ? MG_NO_MEMORY : MG_OK;
}

/* Expands all nets below root. Returns 1 if a node is root or below it, 0 if not, -1 if it
 * is out of memory. */
static int is_below(mg_index root, mg_index id) {
    size_t n;
    uint16_t before = mg_at(id)->flags & MG_CUSTOM_BACKWARD;
    mg_at(id)->flags |= MG_CUSTOM_BACKWARD; /* mg_sort leaves out other leaves */
    mg_index *order = mg_sorted(root, 1, &n);
    mg_at(id)->flags = (uint16_t)((mg_at(id)->flags & ~MG_CUSTOM_BACKWARD) | before);
    int found = order == NULL ? -1 : 0;
    for (size_t i = 0; order != NULL && i < n; i++)
        found |= order[i] == id;
    mg_dealloc(order);
    return found;
}

mg_status mg_become(mg_id node_id, mg_id custom, int *closes_cycle) {
    mg_index id = (mg_index)node_id;
    mg_lock(&mg_graph_lock);
    mg_node_t *node = mg_at(id), *other = mg_at((mg_index)custom);
    int below = mg_expand_node(id) ? is_below((mg_index)custom, id) : -1;
    *closes_cycle = below == 1;
    if (below == 0) {
        mg_node_t old = *node;
        node->op = other->op;
        node->list = other->list;
        node->k = other->k;
        mg_write_data(node, other->data);
        node->grad = 0.0;
        node->flags &= (uint16_t) ~(MG_CUSTOM_BACKWARD | MG_STYLE);
        other->op = old.op;
        if (mg_owns_list(old.op))
            other->list = old.list;
        else
            memcpy(other->operand, old.operand, sizeof old.operand);
        if (old.op == MG_OP_leaf)
            other->made_in = old.made_in;
        else
            other->k = old.k;
        mg_flags_version++;
    }
    mg_unlock(&mg_graph_lock);
    return below < 0 ? MG_NO_MEMORY : MG_OK;
}

size_t mg_local(mg_id id, double *out, size_t max) {
    mg_lock(&mg_graph_lock);
    const mg_node_t *node = mg_at((mg_index)id);
    size_t n = 0;
    if (node->op == MG_OP_custom && node->list != NULL && node->list->local != NULL) {
        n = node->list->n;
        for (size_t i = 0; i < n && i < max; i++)
            out[i] = node->list->local[i];
    }
    mg_unlock(&mg_graph_lock);
    return n;
}

void mg_step_custom(const mg_operand_list *list, double g) {
    if (list == NULL || list->local == NULL)
        return;
    for (uint32_t i = 0; i < list->n; i++)
        mg_at(list->ids[i])->grad += list->local[i] * g;
}
