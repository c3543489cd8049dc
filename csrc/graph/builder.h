/* builder.h - makes many nodes of operators in one call of the library.
 *
 * Each step takes the operands' data, and makes the node that a single operator would
 * make.
 */
#ifndef MG_BUILDER_H
#define MG_BUILDER_H

#include "graph/graph.h"

/* A graph that is being built. Once a step has failed, every further one does nothing.
 * Each takes over the references to its operands, and drops them if it fails. All of them
 * want the graph's lock to be held. */
typedef struct {
    int failed;
} builder;

static inline void drop_if(mg_index id) {
    if (id != 0)
        mg_drop(id);
}

static inline mg_index leaf_of(builder *b, double data) {
    mg_index id = b->failed ? 0 : mg_new_leaf(data);
    if (id == 0)
        b->failed = 1;
    else
        mg_at(id)->flags = 0;
    return id;
}

static inline mg_index node_of(builder *b, int op, mg_index x, mg_index y) {
    int raises = 0;
    mg_index id = 0;
    if (!b->failed) {
        double second = y == 0 ? mg_at(x)->data : mg_at(y)->data;
        double data = mg_value(op, mg_at(x)->data, second, &raises);
        id = raises ? 0 : mg_made_of(op, data, x, y);
    }
    drop_if(x);
    drop_if(y);
    if (id == 0)
        b->failed = 1;
    else
        mg_at(id)->flags = 0;
    return id;
}

/* The same for an operator with a parameter k and its style, see mg_unary_k. */
static inline mg_index node_with_k(builder *b, int op, mg_index x, double k, int style) {
    int raises = 0;
    double data = b->failed ? 0.0 : mg_value(op, mg_at(x)->data, k, &raises);
    mg_index id = b->failed || raises ? 0 : mg_made_of(op, data, x, 0);
    drop_if(x);
    b->failed |= id == 0;
    if (id != 0)
        mg_at(id)->flags = 0;
    if (id != 0 && mg_at(id)->op == op) { /* else a leaf, if this thread does not record */
        mg_at(id)->k = k;
        mg_at(id)->flags = (uint16_t)((unsigned)style << MG_STYLE_SHIFT);
    }
    return id;
}

/* The operator on x and a new leaf of a number. */
static inline mg_index with_leaf(builder *b, int op, mg_index x, double number) {
    mg_index constant = leaf_of(b, number);
    if (constant == 0) {
        drop_if(x);
        return 0;
    }
    return node_of(b, op, x, constant);
}

static inline mg_index used(const builder *b, mg_id id) {
    return b->failed ? 0 : mg_use((mg_index)id);
}

/* Returns the root with an owner, the caller; 0 if a step has failed. */
static inline mg_index finish(const builder *b, mg_index id) {
    if (b->failed)
        return 0;
    mg_own(mg_at(id));
    return id;
}

static inline int any_pinned(const mg_id *ids, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (mg_at((mg_index)ids[i])->flags & MG_PINNED)
            return 1;
    return 0;
}

/* The sum of values: (n), added to 0 from left to right. */
static inline mg_index sum_of(builder *b, const mg_id *values, size_t n) {
    mg_index sum = leaf_of(b, 0.0);
    for (size_t i = 0; i < n; i++) /* Python's 0 + v[0] calls v[0].__radd__: v[0] + 0 */
        sum = i == 0 ? node_of(b, MG_OP_add, used(b, values[0]), sum)
                     : node_of(b, MG_OP_add, sum, used(b, values[i]));
    return sum;
}

#endif
