/* bulk.c - sums, and the data and gradients of many nodes, in one call. */
#include "graph/builder.h" /* first */

mg_id mg_total(const mg_id *values, size_t n) {
    mg_lock(&mg_graph_lock);
    builder b = {any_pinned(values, n)};
    mg_index id = finish(&b, sum_of(&b, values, n));
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
