/* operators.c - operators: their names, their values, and the nodes that they make. */
#include "graph/graph.h"

#include <string.h>

#define MG_M(name) mg_libm_##name

const uint8_t mg_arity[MG_OP_COUNT] = {
    [MG_OP_leaf] = 0,   [MG_OP_custom] = 0,        [MG_OP_take] = 0,
    [MG_OP_net] = 0,    [MG_OP_net_output] = 1,    [MG_OP_linear_weights] = 0,
    [MG_OP_linear] = 0, [MG_OP_linear_output] = 1, [MG_OP_table] = 2,
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
    [MG_OP_##name] = (kind) == MG_BINARY ? 2 : 1,
    MG_OPS(X)
#undef X
};

static const struct {
    const char *name, *label;
} ops[MG_OP_COUNT] = {[MG_OP_leaf] = {"leaf", ""},
                      [MG_OP_custom] = {"custom", ""},
                      [MG_OP_take] = {"take", "take"},
                      [MG_OP_net] = {"net", ""},
                      [MG_OP_net_output] = {"net_output", ""},
                      [MG_OP_linear_weights] = {"linear_weights", ""},
                      [MG_OP_linear] = {"linear", ""},
                      [MG_OP_linear_output] = {"linear_output", ""},
                      [MG_OP_table] = {"table", ""},
#define X(name, kind, label, raises, fast, value, dx, dy) [MG_OP_##name] = {#name, label},
                      MG_OPS(X)
#undef X
};

int mg_op_find(const char *name) {
    for (int op = 0; op < MG_OP_COUNT; op++)
        if (strcmp(ops[op].name, name) == 0)
            return op;
    return -1;
}

const char *mg_op_name(int op) {
    return op < 0 || op >= MG_OP_COUNT ? NULL : ops[op].name;
}

const char *mg_op_label(int op) {
    return op < 0 || op >= MG_OP_COUNT ? NULL : ops[op].label;
}

/* --- values ------------------------------------------------------------------- */

double mg_value(int op, double x, double y, int *raises) {
    switch (op) {
#define X(name, kind, label, may_raise, fast, value, dx, dy)                              \
    case MG_OP_##name: {                                                                  \
        double out = value;                                                               \
        *raises = may_raise && mg_raises(x, y, out);                                      \
        return out;                                                                       \
    }
        MG_OPS(X)
#undef X
    default:
        *raises = 1;
        return 0.0;
    }
}

/* --- nodes -------------------------------------------------------------------- */

static inline mg_index unary(int op, double data, mg_index a) {
    mg_index id = mg_new_node(op, data);
    if (MG_LIKELY(id != 0)) {
        mg_at(id)->operand[0] = a;
        mg_at(a)->refs++;
    }
    return id;
}

static inline mg_index binary(int op, double data, mg_index a, mg_index b) {
    mg_index id = mg_new_node(op, data);
    if (MG_LIKELY(id != 0)) {
        mg_node_t *node = mg_at(id);
        node->operand[0] = a;
        node->operand[1] = b;
        mg_at(a)->refs++;
        mg_at(b)->refs++;
    }
    return id;
}

static inline mg_index made_of(int op, double data, mg_index a, mg_index b) {
    if (MG_UNLIKELY(!mg_is_recording()))
        return mg_new_leaf(data);
    return b == 0 ? unary(op, data, a) : binary(op, data, a, b);
}

mg_index mg_made_of(int op, double data, mg_index a, mg_index b) {
    return made_of(op, data, a, b);
}

/* The operator on a and a new leaf for b, which only the result references. */
static mg_index with_number(int op, double data, mg_index a, double b) {
    if (MG_UNLIKELY(!mg_is_recording()))
        return mg_new_leaf(data);
    mg_index constant = mg_new_leaf(b);
    if (constant == 0)
        return 0;
    mg_index id = mg_new_node(op, data);
    if (id == 0) {
        mg_drop(constant);
        return 0;
    }
    mg_node_t *node = mg_at(id);
    node->operand[0] = a;
    node->operand[1] = constant; /* takes over the reference */
    mg_at(a)->refs++;
    mg_at(constant)->flags = 0;
    return id;
}

/* Sets k and its style, unless there is no node (id is 0) or it is a leaf. */
static void set_k(mg_index id, double k, int style) {
    if (id == 0 || mg_at(id)->op == MG_OP_leaf)
        return;
    mg_at(id)->k = k;
    mg_at(id)->flags |= (uint16_t)((unsigned)style << MG_STYLE_SHIFT & MG_STYLE);
}

static int is_pinned(mg_index id) { return mg_at(id)->flags & MG_PINNED; }

mg_id mg_add(mg_id x, mg_id y) {
    mg_index a = (mg_index)x, b = (mg_index)y;
    mg_enter();
    mg_index id = is_pinned(a) || is_pinned(b)
                      ? 0
                      : made_of(MG_OP_add, mg_at(a)->data + mg_at(b)->data, a, b);
    mg_leave();
    return id;
}

mg_id mg_mul(mg_id x, mg_id y) {
    mg_index a = (mg_index)x, b = (mg_index)y;
    mg_enter();
    mg_index id = is_pinned(a) || is_pinned(b)
                      ? 0
                      : made_of(MG_OP_mul, mg_at(a)->data * mg_at(b)->data, a, b);
    mg_leave();
    return id;
}

mg_id mg_add_number(mg_id x, double b) {
    mg_index a = (mg_index)x;
    mg_enter();
    mg_index id = is_pinned(a) ? 0 : with_number(MG_OP_add, mg_at(a)->data + b, a, b);
    mg_leave();
    return id;
}

mg_id mg_mul_number(mg_id x, double b) {
    mg_index a = (mg_index)x;
    mg_enter();
    mg_index id = is_pinned(a) ? 0 : with_number(MG_OP_mul, mg_at(a)->data * b, a, b);
    mg_leave();
    return id;
}

mg_id mg_unary(int op, mg_id x) {
    mg_index a = (mg_index)x;
    mg_enter();
    double data = mg_at(a)->data;
    int raises;
    double out = mg_value(op, data, data, &raises);
    mg_index id = raises || is_pinned(a) ? 0 : made_of(op, out, a, 0);
    mg_leave();
    return id;
}

mg_id mg_unary_k(int op, mg_id x, double k, int style) {
    mg_index a = (mg_index)x;
    mg_enter();
    int raises;
    double out = mg_value(op, mg_at(a)->data, k, &raises);
    mg_index id = raises || is_pinned(a) ? 0 : made_of(op, out, a, 0);
    set_k(id, k, style);
    mg_leave();
    return id;
}

mg_id mg_binary(int op, mg_id x, mg_id y) {
    mg_index a = (mg_index)x, b = (mg_index)y;
    mg_enter();
    int raises;
    double out = mg_value(op, mg_at(a)->data, mg_at(b)->data, &raises);
    mg_index id = raises || is_pinned(a) || is_pinned(b) ? 0 : made_of(op, out, a, b);
    mg_leave();
    return id;
}

mg_id mg_node(int op, const mg_id *operands, size_t n, double k, int style, double data) {
    if (op < 0 || op >= MG_OP_COUNT || (op >= MG_OP_net && op <= MG_OP_table) ||
        (op == MG_OP_take && n < 2) || (!mg_owns_list(op) && n != mg_arity[op]))
        return 0;
    mg_lock(&mg_graph_lock);
    mg_index id = mg_owns_list(op) ? mg_custom(operands, NULL, n, data)
                  : n == 0         ? mg_new_leaf(data)
                  : n == 1
                      ? unary(op, data, (mg_index)operands[0])
                      : binary(op, data, (mg_index)operands[0], (mg_index)operands[1]);
    set_k(id, k, style);
    if (op == MG_OP_take && id != 0)
        mg_at(id)->op = MG_OP_take;
    mg_unlock(&mg_graph_lock);
    return id;
}
