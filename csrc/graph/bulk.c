/* bulk.c - sums, softmax and the like, and the data and gradients of many nodes, in one
 * call. */
#include "graph/graph.h"

#include "base/alloc.h"

/* A graph that is being built. Once a step has failed, every further one does nothing.
 * Each takes over the references to its operands, and drops them if it fails. */
typedef struct {
    int failed;
} builder;

static void drop_if(mg_index id) {
    if (id != 0)
        mg_drop(id);
}

static mg_index leaf_of(builder *b, double data) {
    mg_index id = b->failed ? 0 : mg_new_leaf(data);
    if (id == 0)
        b->failed = 1;
    else
        mg_at(id)->flags = 0;
    return id;
}

static mg_index node_of(builder *b, int op, mg_index x, mg_index y) {
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

static mg_index used(const builder *b, mg_id id) {
    return b->failed ? 0 : mg_use((mg_index)id);
}

/* Returns the root with an owner, the caller; 0 if a step has failed. */
static mg_index finish(const builder *b, mg_index id) {
    if (b->failed)
        return 0;
    mg_own(mg_at(id));
    return id;
}

static int any_pinned(const mg_id *ids, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (mg_at((mg_index)ids[i])->flags & MG_PINNED)
            return 1;
    return 0;
}

static mg_index total(builder *b, const mg_id *values, size_t n) {
    mg_index sum = leaf_of(b, 0.0);
    for (size_t i = 0; i < n; i++) /* Python's 0 + v[0] calls v[0].__radd__: v[0] + 0 */
        sum = i == 0 ? node_of(b, MG_OP_add, used(b, values[0]), sum)
                     : node_of(b, MG_OP_add, sum, used(b, values[i]));
    return sum;
}

/* Writes the nodes exp(values[i] - m) to exps. values, exps: (n). */
static void exponentials(builder *b, const mg_id *values, size_t n, double m,
                         mg_id *exps) {
    for (size_t i = 0; i < n; i++) {
        mg_index minus_m = leaf_of(b, -m);
        mg_index shifted = node_of(b, MG_OP_add, used(b, values[i]), minus_m);
        exps[i] = node_of(b, MG_OP_exp, shifted, 0);
    }
}

/* Returns the largest data that is not NaN, or 0 if it is infinite. */
static double largest(const mg_id *values, size_t n) {
    double m = mg_at((mg_index)values[0])->data;
    for (size_t i = 1; i < n; i++)
        m = mg_at((mg_index)values[i])->data > m ? mg_at((mg_index)values[i])->data : m;
    return isfinite(m) ? m : 0.0;
}

mg_id mg_total(const mg_id *values, size_t n) {
    mg_lock(&mg_graph_lock);
    builder b = {any_pinned(values, n)};
    mg_index id = finish(&b, total(&b, values, n));
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_dot(const mg_id *ws, const mg_id *xs, size_t n, mg_id start) {
    mg_lock(&mg_graph_lock);
    builder b = {any_pinned(ws, n) || any_pinned(xs, n) ||
                 (start != 0 && any_pinned(&start, 1))};
    mg_index sum = start == 0 ? leaf_of(&b, 0.0) : used(&b, start);
    for (size_t i = 0; i < n; i++) {
        mg_index product = node_of(&b, MG_OP_mul, used(&b, ws[i]), used(&b, xs[i]));
        sum = i == 0 && start == 0 ? node_of(&b, MG_OP_add, product, sum)
                                   : node_of(&b, MG_OP_add, sum, product);
    }
    mg_index id = finish(&b, sum);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_logsumexp(const mg_id *values, size_t n) {
    mg_id *exps = n == 0 ? NULL : mg_alloc(n, sizeof *exps);
    if (exps == NULL)
        return 0;
    mg_lock(&mg_graph_lock);
    builder b = {any_pinned(values, n)};
    double m = largest(values, n);
    exponentials(&b, values, n, m, exps);
    mg_index sum = total(&b, exps, n);
    for (size_t i = 0; i < n; i++)
        drop_if((mg_index)exps[i]);
    mg_index offset = leaf_of(&b, m);
    mg_index id =
        finish(&b, node_of(&b, MG_OP_add, node_of(&b, MG_OP_log, sum, 0), offset));
    mg_unlock(&mg_graph_lock);
    mg_dealloc(exps);
    return id;
}

mg_status mg_softmax(const mg_id *values, size_t n, mg_id *out) {
    mg_lock(&mg_graph_lock);
    builder b = {n == 0 || any_pinned(values, n)};
    exponentials(&b, values, n, b.failed ? 0.0 : largest(values, n), out);
    mg_index sum = total(&b, out, n);
    int raises = 0; /* where the sum is 0 */
    double data = b.failed ? 0.0 : mg_value(MG_OP_pow_k, mg_at(sum)->data, -1.0, &raises);
    mg_index inverse = b.failed || raises ? 0 : mg_made_of(MG_OP_pow_k, data, sum, 0);
    b.failed |= inverse == 0;
    if (!b.failed) {
        mg_at(inverse)->k = -1.0;
        mg_at(inverse)->flags = 0;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = node_of(&b, MG_OP_mul, (mg_index)out[i], used(&b, inverse));
    for (size_t i = 0; i < n; i++) {
        if (b.failed && out[i] != 0)
            mg_drop((mg_index)out[i]);
        else if (!b.failed)
            mg_own(mg_at((mg_index)out[i]));
    }
    drop_if(inverse);
    drop_if(sum);
    mg_unlock(&mg_graph_lock);
    return b.failed ? MG_NO_MEMORY : MG_OK;
}

/* --- data and gradients of many nodes ---------------------------------------- */

void mg_get_data(const mg_id *ids, size_t n, double *data) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < n; i++)
        data[i] = mg_at((mg_index)ids[i])->data;
    mg_unlock(&mg_graph_lock);
}

void mg_get_grad(const mg_id *ids, size_t n, double *grad) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < n; i++)
        grad[i] = mg_at((mg_index)ids[i])->grad;
    mg_unlock(&mg_graph_lock);
}

void mg_set_data_of(const mg_id *ids, size_t n, const double *data) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < n; i++)
        mg_write_data(mg_at((mg_index)ids[i]), data[i]);
    mg_unlock(&mg_graph_lock);
}

void mg_set_grad_of(const mg_id *ids, size_t n, const double *grad) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < n; i++)
        mg_at((mg_index)ids[i])->grad = grad[i];
    mg_unlock(&mg_graph_lock);
}

void mg_zero_grad(const mg_id *ids, size_t n) {
    mg_lock(&mg_graph_lock);
    for (size_t i = 0; i < n; i++)
        mg_at((mg_index)ids[i])->grad = 0.0;
    mg_unlock(&mg_graph_lock);
}
