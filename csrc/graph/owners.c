/* owners.c - the caller's references to nodes, and a node that becomes a leaf. */
#include "graph/graph.h"

void mg_retain(mg_id id) {
    mg_enter();
    mg_at((mg_index)id)->refs++;
    mg_own(mg_at((mg_index)id));
    mg_leave();
}

void mg_release(mg_id id) {
    mg_enter();
    mg_disown(mg_at((mg_index)id));
    mg_drop((mg_index)id);
    mg_leave();
}

int mg_release_noted(mg_id node_id) {
    mg_index id = (mg_index)node_id;
    mg_enter();
    int lives_on = mg_at(id)->refs > 1;
    if (lives_on)
        mg_at(id)->flags |= MG_NOTED;
    else
        mg_at(id)->flags &= (uint16_t)~MG_NOTED; /* set by an earlier call */
    mg_disown(mg_at(id));
    mg_drop(id);
    mg_leave();
    return lives_on;
}

void mg_become_leaf(mg_id node_id, double data) {
    mg_lock(&mg_graph_lock);
    mg_node_t *node = mg_at((mg_index)node_id);
    if (node->op != MG_OP_leaf) {
        uint32_t n;
        const mg_index *operands = mg_operands_of(node, &n);
        mg_operand_list *list = mg_owns_list(node->op) ? node->list : NULL;
        if (node->op == MG_OP_net_output) /* the call is still alive */
            mg_nets->forget_output(node);
        for (uint32_t i = 0; i < n; i++)
            mg_drop(operands[i]);
        mg_list_free(list);
        node->op = MG_OP_leaf;
        node->operand[0] = node->operand[1] = 0;
        node->made_in = 0.0; /* in no trace */
    }
    mg_write_data(node, data);
    node->grad = 0.0;
    node->flags &= (uint16_t) ~(MG_CUSTOM_BACKWARD | MG_STYLE);
    mg_flags_version++;
    mg_unlock(&mg_graph_lock);
}
