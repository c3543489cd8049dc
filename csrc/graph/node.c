/* node.c - reading one node, writing to it, and noting things on it. */
#include "graph/graph.h"

double mg_data(mg_id id) {
    mg_enter();
    double data = mg_at((mg_index)id)->data;
    mg_leave();
    return data;
}

double mg_grad(mg_id id) {
    mg_enter();
    double grad = mg_at((mg_index)id)->grad;
    mg_leave();
    return grad;
}

void mg_set_data(mg_id id, double data) {
    mg_enter();
    mg_write_data(mg_at((mg_index)id), data);
    mg_leave();
}

void mg_set_grad(mg_id id, double grad) {
    mg_enter();
    mg_at((mg_index)id)->grad = grad;
    mg_leave();
}

int mg_op(mg_id id) {
    mg_lock(&mg_graph_lock);
    int op = mg_at((mg_index)id)->op;
    mg_unlock(&mg_graph_lock);
    return op;
}

double mg_k(mg_id id) {
    mg_lock(&mg_graph_lock);
    const mg_node_t *node = mg_at((mg_index)id);
    double k = node->op == MG_OP_leaf ? 0.0 : node->k;
    mg_unlock(&mg_graph_lock);
    return k;
}

int mg_k_style(mg_id id) {
    mg_lock(&mg_graph_lock);
    int style = (mg_at((mg_index)id)->flags & MG_STYLE) >> MG_STYLE_SHIFT;
    mg_unlock(&mg_graph_lock);
    return style;
}

size_t mg_operands(mg_id id, mg_id *out, size_t max) {
    mg_lock(&mg_graph_lock);
    uint32_t n;
    const mg_index *operands = mg_operands_of(mg_at((mg_index)id), &n);
    for (size_t i = 0; i < n && i < max; i++)
        out[i] = operands[i];
    mg_unlock(&mg_graph_lock);
    return n;
}

size_t mg_retain_operands(mg_id id, mg_id *out, size_t max) {
    mg_lock(&mg_graph_lock);
    uint32_t n;
    const mg_index *operands = mg_operands_of(mg_at((mg_index)id), &n);
    for (size_t i = 0; n <= max && i < n; i++) {
        mg_own(mg_at(operands[i])); /* as mg_retain does */
        out[i] = mg_use(operands[i]);
    }
    mg_unlock(&mg_graph_lock);
    return n;
}

static int has_flag(mg_id id, int flag) {
    mg_lock(&mg_graph_lock);
    int has = (mg_at((mg_index)id)->flags & flag) != 0;
    mg_unlock(&mg_graph_lock);
    return has;
}

int mg_pin(mg_id id) {
    mg_lock(&mg_graph_lock);
    mg_node_t *node = mg_at((mg_index)id);
    uint32_t owners = (uint32_t)((node->flags & MG_OWNED) / MG_AN_OWNER);
    if (!(node->flags & MG_PINNED) && node->refs > owners)
        node->flags |= MG_PENDING;
    node->flags |= MG_PINNED;
    mg_flags_version++;
    int is_used = (node->flags & MG_PENDING) != 0;
    mg_unlock(&mg_graph_lock);
    return is_used;
}

void mg_clear_pending(mg_id id) {
    mg_lock(&mg_graph_lock);
    mg_at((mg_index)id)->flags &= (uint16_t)~MG_PENDING;
    mg_unlock(&mg_graph_lock);
}

int mg_is_pinned(mg_id id) { return has_flag(id, MG_PINNED); }

int mg_is_noted(mg_id id) { return has_flag(id, MG_NOTED); }

int mg_is_owned(mg_id id) { return has_flag(id, MG_OWNED); }

void mg_set_custom_backward(mg_id id) {
    mg_lock(&mg_graph_lock);
    mg_at((mg_index)id)->flags |= MG_CUSTOM_BACKWARD;
    mg_flags_version++;
    mg_unlock(&mg_graph_lock);
}

void mg_clear_custom_backward(mg_id id) {
    mg_lock(&mg_graph_lock);
    mg_at((mg_index)id)->flags &= (uint16_t)~MG_CUSTOM_BACKWARD;
    mg_flags_version++;
    mg_unlock(&mg_graph_lock);
}

int mg_has_custom_backward(mg_id id) { return has_flag(id, MG_CUSTOM_BACKWARD); }
