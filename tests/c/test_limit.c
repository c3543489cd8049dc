/* test_limit.c - exhausted ids and marks. When every id has a node, to make one more is an
 * error. When every mark was used, walks still tell visited nodes from others.
 *
 * Compile it and the library with -DMG_ID_BITS=16, for 2^16 ids and marks instead of 2^32.
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include "check.h"
#include "micrograd.h"

enum { IDS = 1 << MG_ID_BITS };

/* Every function that makes nodes fails, as no id is left. */
static void check_all_refuse(mg_id a, mg_net *net) {
    const mg_id twice[2] = {a, a};
    mg_id out[2], *order = NULL;
    const double x[1] = {1.0};
    const size_t widths[1] = {1};
    mg_status status;
    size_t n, nodes = mg_live_nodes();
    CHECK(mg_leaf(1.0) == 0);
    mg_set_tracing(1.0); /* in which a leaf would be a constant */
    CHECK(mg_leaf(1.0) == 0);
    mg_set_tracing(0.0);
    CHECK(mg_add(a, a) == 0 && mg_mul(a, a) == 0);
    CHECK(mg_add_number(a, 1.0) == 0 && mg_mul_number(a, 1.0) == 0);
    CHECK(mg_unary(mg_op_find("tanh"), a) == 0);
    CHECK(mg_unary_k(mg_op_find("pow_k"), a, 2.0, 0) == 0);
    CHECK(mg_binary(mg_op_find("atan2"), a, a) == 0);
    CHECK(mg_node(mg_op_find("custom"), twice, 2, 0.0, 0, 0.0) == 0);
    CHECK(mg_traced(mg_op_find("leaf"), 0, 0, 0.0) == 0);
    CHECK(mg_total(twice, 2) == 0 && mg_dot(twice, twice, 2, 0) == 0);
    CHECK(mg_logsumexp(twice, 2) == 0 && mg_softmax(twice, 2, out) == MG_NO_MEMORY);
    CHECK(mg_log_softmax(twice, 2, out) == MG_NO_MEMORY);
    CHECK(mg_rms_norm(twice, 2, 0.0, out) == MG_NO_MEMORY);
    CHECK(mg_layer_norm(twice, 2, twice, twice, 0.0, out) == MG_NO_MEMORY);
    CHECK(mg_linear(twice, 2, twice, 1, NULL, out) == MG_NO_MEMORY);
    CHECK(mg_net_call(net, NULL, x, 0, out) == MG_NET_NO_MEMORY);
    mg_set_recording(0);
    CHECK(mg_net_call(net, NULL, x, 0, out) == MG_NET_NO_MEMORY);
    mg_set_recording(1);
    CHECK(mg_computed_from(&a, 1, twice, 2, &order, &n) == MG_NO_MEMORY);
    CHECK(mg_compile(&a, widths, 1, 0, &a, 1, 0, &status) == NULL &&
          status == MG_NO_MEMORY);
    CHECK(mg_live_nodes() == nodes);
    CHECK(mg_backward(a) == MG_OK && mg_backward_order(a, &order, &n) == MG_OK);
    mg_free_ids(&order);
}

/* As check_walks, for an output of mg_linear: a walk that has not visited its inputs must
 * not take the mark of an old one for its own. */
static void check_linear(void) {
    for (int between = IDS - 4; between < IDS + 2; between++) {
        mg_id x = mg_leaf(3.0), square = mg_mul(x, x), w = mg_leaf(2.0), out[2];
        const mg_id weights[2] = {w, w};
        CHECK(mg_linear(&square, 1, weights, 2, NULL, out) == MG_OK);
        mg_id both = mg_add(square, out[0]);
        CHECK(mg_backward(both) == MG_OK && is(mg_grad(x), 18.0));
        for (int i = 0; i < between; i++)
            CHECK(mg_backward(x) == MG_OK);
        mg_set_grad(x, 0.0);
        mg_set_grad(square, 0.0);
        CHECK(mg_backward(out[1]) == MG_OK && is(mg_grad(x), 12.0));
        mg_id ids[6] = {x, square, w, out[0], out[1], both};
        for (int i = 0; i < 6; i++)
            mg_release(ids[i]);
        CHECK(mg_live_nodes() == 0);
    }
}

/* When marks begin anew, a node has the mark of an old walk that equals a new one. */
static void check_walks(void) {
    mg_id x = mg_leaf(3.0), old = mg_mul(x, x), root = mg_add(old, x);
    for (int between = IDS - 4; between < IDS + 2; between++) {
        mg_set_grad(x, 0.0);
        mg_set_grad(old, 0.0);
        CHECK(mg_backward(root) == MG_OK && is(mg_grad(x), 7.0));
        for (int i = 0; i < between; i++)
            CHECK(mg_backward(x) == MG_OK);
    }
    mg_release(root);
    mg_release(old);
    mg_release(x);
    CHECK(mg_live_nodes() == 0);
}

int main(void) {
    const size_t sizes[2] = {1, 1};
    const int ops[1] = {-1};
    mg_id parameters[2] = {mg_leaf(2.0), mg_leaf(1.0)}, start = parameters[0], v = start;
    mg_net *net = mg_net_new(sizes, 1, ops, parameters);
    mg_retain(start);
    for (;;) {
        mg_id next = mg_add(v, start);
        if (next == 0)
            break;
        mg_release(v);
        v = next;
    }
    /* No node has the id 0 or the last id. */
    CHECK(mg_live_nodes() == IDS - 2);
    CHECK(is(mg_data(v), 2.0 * (IDS - 3)));
    check_all_refuse(v, net);
    CHECK(mg_backward(v) == MG_OK);

    mg_release(v); /* all but the parameters */
    mg_id again = mg_mul_number(start, 3.0);
    CHECK(again != 0 && is(mg_data(again), 6.0) && mg_live_nodes() == 4);
    mg_release(again);
    mg_net_free(net);
    mg_release(parameters[0]);
    mg_release(parameters[1]);
    CHECK(mg_live_nodes() == 0);
    check_walks();
    check_linear();
    return failures != 0;
}
