/* rows.c - softmax, normalizations and the like of a row of nodes, in one call.
 *
 * Each builds the nodes that the function of the same name in micrograd_c/_rows.py builds
 * of operators, in the same order of operands, so that values and gradients round alike.
 */
#include "graph/builder.h" /* first */

#include "base/alloc.h"

/* Writes the nodes exp(values[i] - m) to exps. values, exps: (n). */
static void exponentials(builder *b, const mg_id *values, size_t n, double m,
                         mg_id *exps) {
    for (size_t i = 0; i < n; i++) {
        mg_index shifted = with_leaf(b, MG_OP_add, used(b, values[i]), -m);
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

mg_id mg_logsumexp(const mg_id *values, size_t n) {
    mg_id *exps = n == 0 ? NULL : mg_alloc(n, sizeof *exps);
    if (exps == NULL)
        return 0;
    mg_lock(&mg_graph_lock);
    builder b = {any_pinned(values, n)};
    double m = largest(values, n);
    exponentials(&b, values, n, m, exps);
    mg_index sum = sum_of(&b, exps, n);
    for (size_t i = 0; i < n; i++)
        drop_if((mg_index)exps[i]);
    mg_index log_sum = node_of(&b, MG_OP_log, sum, 0);
    mg_index id = finish(&b, with_leaf(&b, MG_OP_add, log_sum, m));
    mg_unlock(&mg_graph_lock);
    mg_dealloc(exps);
    return id;
}

/* Gives the caller, as owner, the references that out has: (n). Where a step has failed,
 * drops those that it has. */
static mg_status finish_row(const builder *b, mg_id *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!b->failed)
            mg_own(mg_at((mg_index)out[i]));
        else
            drop_if((mg_index)out[i]);
    }
    return b->failed ? MG_NO_MEMORY : MG_OK;
}

mg_status mg_softmax(const mg_id *values, size_t n, mg_id *out) {
    mg_lock(&mg_graph_lock);
    builder b = {n == 0 || any_pinned(values, n)};
    exponentials(&b, values, n, b.failed ? 0.0 : largest(values, n), out);
    mg_index sum = sum_of(&b, out, n);
    for (size_t i = 0; i < n; i++) {
        mg_index inverse = node_with_k(&b, MG_OP_pow_k, used(&b, sum), -1.0, 0);
        out[i] = node_of(&b, MG_OP_mul, (mg_index)out[i], inverse);
    }
    drop_if(sum);
    mg_status status = finish_row(&b, out, n);
    mg_unlock(&mg_graph_lock);
    return status;
}

mg_status mg_log_softmax(const mg_id *values, size_t n, mg_id *out) {
    mg_id *exps = n == 0 ? NULL : mg_alloc(n, sizeof *exps);
    if (exps == NULL)
        return MG_NO_MEMORY;
    mg_lock(&mg_graph_lock);
    builder b = {any_pinned(values, n)};
    double m = largest(values, n);
    for (size_t i = 0; i < n; i++) {
        out[i] = with_leaf(&b, MG_OP_add, used(&b, values[i]), -m);
        exps[i] = node_of(&b, MG_OP_exp, used(&b, out[i]), 0);
    }
    mg_index sum = sum_of(&b, exps, n);
    for (size_t i = 0; i < n; i++)
        drop_if((mg_index)exps[i]);
    mg_index minus_log = with_leaf(&b, MG_OP_mul, node_of(&b, MG_OP_log, sum, 0), -1.0);
    for (size_t i = 0; i < n; i++)
        out[i] = node_of(&b, MG_OP_add, (mg_index)out[i], used(&b, minus_log));
    drop_if(minus_log);
    mg_status status = finish_row(&b, out, n);
    mg_unlock(&mg_graph_lock);
    mg_dealloc(exps);
    return status;
}

/* Returns sum * n**-1 of a sum over n values. Takes over the reference to the sum. */
static mg_index mean_of(builder *b, mg_index sum, size_t n) {
    int raises;
    return with_leaf(b, MG_OP_mul, sum, mg_value(MG_OP_pow_k, (double)n, -1.0, &raises));
}

/* Returns (the mean of the squares of values + eps) ** -0.5. values: (n). */
static mg_index inverse_norm(builder *b, const mg_id *values, size_t n, double eps) {
    mg_index sum = leaf_of(b, 0.0);
    for (size_t i = 0; i < n; i++) {
        mg_index square = node_of(b, MG_OP_mul, used(b, values[i]), used(b, values[i]));
        sum = i == 0 ? node_of(b, MG_OP_add, square, sum)
                     : node_of(b, MG_OP_add, sum, square);
    }
    mg_index shifted = with_leaf(b, MG_OP_add, mean_of(b, sum, n), eps);
    return node_with_k(b, MG_OP_pow_k, shifted, -0.5, 1);
}

mg_status mg_rms_norm(const mg_id *values, size_t n, double eps, mg_id *out) {
    mg_lock(&mg_graph_lock);
    builder b = {n == 0 || any_pinned(values, n)};
    mg_index inverse = inverse_norm(&b, values, n, eps);
    for (size_t i = 0; i < n; i++)
        out[i] = node_of(&b, MG_OP_mul, used(&b, values[i]), used(&b, inverse));
    drop_if(inverse);
    mg_status status = finish_row(&b, out, n);
    mg_unlock(&mg_graph_lock);
    return status;
}

mg_status mg_layer_norm(const mg_id *values, size_t n, const mg_id *weight,
                        const mg_id *bias, double eps, mg_id *out) {
    mg_lock(&mg_graph_lock);
    builder b = {n == 0 || any_pinned(values, n) ||
                 (weight != NULL && any_pinned(weight, n)) ||
                 (bias != NULL && any_pinned(bias, n))};
    mg_index sum = sum_of(&b, values, n);
    mg_index minus_mean = with_leaf(&b, MG_OP_mul, mean_of(&b, sum, n), -1.0);
    for (size_t i = 0; i < n; i++)
        out[i] = node_of(&b, MG_OP_add, used(&b, values[i]), used(&b, minus_mean));
    drop_if(minus_mean);
    mg_index inverse = inverse_norm(&b, out, n, eps);
    for (size_t i = 0; i < n; i++) {
        out[i] = node_of(&b, MG_OP_mul, (mg_index)out[i], used(&b, inverse));
        if (weight != NULL)
            out[i] = node_of(&b, MG_OP_mul, (mg_index)out[i], used(&b, weight[i]));
        if (bias != NULL)
            out[i] = node_of(&b, MG_OP_add, (mg_index)out[i], used(&b, bias[i]));
    }
    drop_if(inverse);
    mg_status status = finish_row(&b, out, n);
    mg_unlock(&mg_graph_lock);
    return status;
}
