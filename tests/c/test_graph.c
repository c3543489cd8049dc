/* test_graph.c - the library without Python: operators, gradients, freeing.
 *
 * usage: test_graph [NODES]   the length of the deep chain, 10,000,000 by default
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "check.h"
#include "micrograd.h"

static int close_to(double x, double y) { return fabs(x - y) <= 1e-12 * (1.0 + fabs(y)); }

/* --- values and derivatives of every operator ------------------------------- */

typedef struct {
    const char *name;
    double x, y, value, dx, dy;
} binary_case;

typedef struct {
    const char *name;
    double x, value, dx;
} unary_case;

static void test_binary(void) {
    const binary_case cases[] = {
        {"add", 2.0, 3.0, 5.0, 1.0, 1.0},
        {"mul", 2.0, 3.0, 6.0, 3.0, 2.0},
        {"pow", 2.0, 3.0, 8.0, 12.0, 8.0 * log(2.0)},
        {"atan2", 1.0, 2.0, atan2(1.0, 2.0), 0.4, -0.2},
        {"maximum", 2.0, 3.0, 3.0, 0.0, 1.0},
        {"maximum", 3.0, 3.0, 3.0, 1.0, 0.0},
        {"minimum", 2.0, 3.0, 2.0, 1.0, 0.0},
        {"minimum", 3.0, 3.0, 3.0, 1.0, 0.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const binary_case *c = &cases[i];
        mg_id a = mg_leaf(c->x), b = mg_leaf(c->y);
        mg_id out = mg_binary(mg_op_find(c->name), a, b);
        CHECK(out != 0);
        CHECK(mg_backward(out) == MG_OK);
        CHECK(close_to(mg_data(out), c->value));
        CHECK(close_to(mg_grad(a), c->dx));
        CHECK(close_to(mg_grad(b), c->dy));
        mg_release(out);
        mg_release(a);
        mg_release(b);
    }
    CHECK(mg_live_nodes() == 0);
}

static void test_unary(void) {
    const double s = 1.0 / (1.0 + exp(-0.5)), t = tanh(0.5),
                 two_over_sqrt_pi = 1.1283791670955126;
    const unary_case cases[] = {
        {"abs", -0.5, 0.5, -1.0},
        {"relu", 0.5, 0.5, 1.0},
        {"relu", -0.5, 0.0, 0.0},
        {"tanh", 0.5, t, 1.0 - t * t},
        {"sigmoid", 0.5, s, s * (1.0 - s)},
        {"softplus", 0.5, log(1.0 + exp(0.5)), s},
        {"exp", 0.5, exp(0.5), exp(0.5)},
        {"expm1", 0.5, expm1(0.5), exp(0.5)},
        {"log", 0.5, log(0.5), 2.0},
        {"log1p", 0.5, log1p(0.5), 1.0 / 1.5},
        {"sqrt", 0.25, 0.5, 1.0},
        {"sin", 0.5, sin(0.5), cos(0.5)},
        {"cos", 0.5, cos(0.5), -sin(0.5)},
        {"tan", 0.5, tan(0.5), 1.0 / (cos(0.5) * cos(0.5))},
        {"asin", 0.5, asin(0.5), 1.0 / sqrt(0.75)},
        {"acos", 0.5, acos(0.5), -1.0 / sqrt(0.75)},
        {"atan", 0.5, atan(0.5), 0.8},
        {"sinh", 0.5, sinh(0.5), cosh(0.5)},
        {"cosh", 0.5, cosh(0.5), sinh(0.5)},
        {"detach", 0.5, 0.5, 0.0},
        {"erf", 0.5, erf(0.5), two_over_sqrt_pi * exp(-0.25)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const unary_case *c = &cases[i];
        mg_id a = mg_leaf(c->x), out = mg_unary(mg_op_find(c->name), a);
        CHECK(out != 0);
        CHECK(mg_backward(out) == MG_OK);
        CHECK(close_to(mg_data(out), c->value));
        CHECK(close_to(mg_grad(a), c->dx));
        mg_release(out);
        mg_release(a);
    }
    mg_id a = mg_leaf(-2.0), cube = mg_unary_k(mg_op_find("pow_k"), a, 3.0, 1);
    mg_id leaky = mg_unary_k(mg_op_find("leaky_relu"), cube, 0.5, 0);
    CHECK(is(mg_k(cube), 3.0) && mg_k_style(cube) == 1);
    CHECK(mg_backward(leaky) == MG_OK);
    CHECK(is(mg_data(leaky), -4.0) && is(mg_grad(cube), 0.5) && is(mg_grad(a), 6.0));
    mg_release(leaky);
    mg_release(cube);
    mg_release(a);
    CHECK(mg_live_nodes() == 0);
}

static void test_numbers(void) {
    mg_id a = mg_leaf(2.0), b = mg_mul_number(a, 5.0), c = mg_add_number(b, 1.0),
          operands[2];
    CHECK(is(mg_data(c), 11.0));
    CHECK(mg_operands(b, operands, 2) == 2 && operands[0] == a);
    CHECK(is(mg_data(operands[1]), 5.0) && !mg_is_owned(operands[1]) && mg_is_owned(a));
    CHECK(mg_backward(c) == MG_OK);
    CHECK(is(mg_grad(a), 5.0) && is(mg_grad(operands[1]), 2.0));
    CHECK(mg_live_nodes() == 5);
    mg_release(a);
    mg_release(b);
    CHECK(mg_live_nodes() == 5);
    mg_release(c);
    CHECK(mg_live_nodes() == 0);
}

/* --- refusals ------------------------------------------------------------------ */

static void test_what_math_raises(void) {
    const unary_case cases[] = {
        {"log", 0.0, 0, 0},   {"log", -1.0, 0, 0},     {"log1p", -1.0, 0, 0},
        {"sqrt", -1.0, 0, 0}, {"asin", 1.5, 0, 0},     {"acos", -1.5, 0, 0},
        {"exp", 1e3, 0, 0},   {"expm1", 1e3, 0, 0},    {"cosh", -1e3, 0, 0},
        {"sinh", 1e3, 0, 0},  {"sin", HUGE_VAL, 0, 0}, {"tan", -HUGE_VAL, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_id a = mg_leaf(cases[i].x);
        CHECK(mg_unary(mg_op_find(cases[i].name), a) == 0);
        CHECK(mg_live_nodes() == 1);
        mg_release(a);
    }
    mg_id zero = mg_leaf(0.0), minus = mg_leaf(-1.0), half = mg_leaf(0.5);
    CHECK(mg_unary_k(mg_op_find("pow_k"), zero, -1.0, 0) == 0);
    CHECK(mg_binary(mg_op_find("pow"), zero, minus) == 0);
    CHECK(mg_binary(mg_op_find("pow"), minus, half) == 0);
    CHECK(mg_live_nodes() == 3);
    mg_release(zero);
    mg_release(minus);
    mg_release(half);
}

static void test_sizes_that_do_not_fit(void) {
    mg_id a = mg_leaf(2.0), parameters[2] = {a, a}, out;
    const size_t none[2] = {1, 0}, too_many[2] = {2, UINT32_MAX / 2}, one[2] = {1, 1};
    const int linear[1] = {-1}, unknown[1] = {mg_op_find("exp")};
    const double x[1] = {1.0};
    size_t blocks = mg_live_blocks();
    const size_t no_inputs[2] = {0, 1};
    CHECK(mg_net_new(none, 1, linear, parameters) == NULL);
    CHECK(mg_net_new(no_inputs, 1, linear, parameters) == NULL);
    CHECK(mg_net_new(too_many, 1, linear, parameters) == NULL);
    CHECK(mg_net_new(one, 1, unknown, parameters) == NULL);
    for (size_t i = 0; i < 2; i++) {
        size_t huge[2] = {1, 1};
        huge[i] = UINT32_MAX;
        CHECK(mg_net_new(huge, 1, linear, parameters) == NULL);
    }
    void *empty[2] = {mg_alloc(0, 8), mg_alloc(8, 0)};
    CHECK(empty[0] != NULL && empty[1] != NULL && mg_live_blocks() == blocks + 2);
    mg_dealloc(empty[0]);
    mg_dealloc(empty[1]);
    CHECK(mg_alloc(SIZE_MAX, 2) == NULL && mg_alloc(SIZE_MAX / 8 + 1, 8) == NULL);
    CHECK(mg_node(mg_op_find("custom"), parameters, SIZE_MAX, 0.0, 0, 0.0) == 0);
    CHECK(mg_node(mg_op_find("custom"), parameters, UINT32_MAX, 0.0, 0, 0.0) == 0);
    CHECK(mg_unary(1000, a) == 0 && mg_unary(mg_op_find("custom"), a) == 0);
    CHECK(mg_logsumexp(NULL, 0) == 0 && mg_softmax(NULL, 0, NULL) == MG_NO_MEMORY);
    CHECK(mg_live_blocks() == blocks && mg_live_nodes() == 1);

    mg_id none_at_all = mg_node(mg_op_find("leaf"), NULL, 0, 0.0, 0, 0.5);
    CHECK(is(mg_data(none_at_all), 0.5));
    mg_release(none_at_all);
    mg_id tanh = mg_node(mg_op_find("tanh"), &a, 1, 0.0, 0, 0.5);
    CHECK(mg_backward(tanh) == MG_OK && is(mg_grad(a), 0.75));
    mg_release(tanh);
    mg_net *net = mg_net_new(one, 1, linear, parameters);
    mg_set_custom_backward(a);
    CHECK(net != NULL && mg_net_call(net, NULL, x, 0, &out) == MG_NET_CUSTOM_BACKWARD);
    mg_net_free(net);
    mg_release(a);
    CHECK(mg_live_nodes() == 0 && mg_live_blocks() == blocks);
}

static void test_custom_backward(void) {
    mg_id a = mg_leaf(2.0), operands[2] = {a, a};
    mg_id mine = mg_node(mg_op_find("custom"), operands, 2, 0.0, 0, 7.0);
    mg_id root = mg_mul_number(mine, 3.0), *order;
    size_t n;
    mg_set_custom_backward(mine);
    CHECK(mg_has_custom_backward(mine) && !mg_has_custom_backward(a));
    CHECK(mg_backward(root) == MG_HAS_CUSTOM_BACKWARD && is(mg_grad(root), 0.0));
    CHECK(mg_backward_order(root, &order, &n) == MG_OK);
    CHECK(n == 2 && order[0] == root && order[1] == mine);
    mg_set_grad(root, 1.0);
    mg_backward_nodes(order, n);
    CHECK(is(mg_grad(mine), 3.0) && is(mg_grad(a), 0.0));
    mg_free_ids(&order);

    const mg_id nodes[3] = {a, mine, root};
    mg_id *found;
    CHECK(mg_computed_from(&mine, 1, nodes, 3, &found, &n) == MG_OK);
    CHECK(n == 1 && found[0] == root);
    mg_free_ids(&found);
    CHECK(mg_computed_from(nodes, 2, nodes, 3, &found, &n) == MG_OK);
    CHECK(n == 2 && found[0] == mine && found[1] == root);
    mg_free_ids(&found);
    CHECK(mg_computed_from(&root, 1, nodes, 3, &found, &n) == MG_OK && n == 0);
    mg_free_ids(&found);
    mg_release(a);
    mg_release(mine);
    mg_release(root);
    CHECK(mg_live_nodes() == 0);
}

static void test_local_gradients(void) {
    size_t blocks = mg_live_blocks();
    mg_id a = mg_leaf(2.0), b = mg_mul_number(a, 3.0), operands[3] = {a, b, a};
    double local[3] = {0.5, 4.0, -3.0}, read[3] = {0.0, 0.0, 0.0};
    for (long nth = 1; nth <= 2; nth++) { /* the list, then its local gradients */
        mg_fail_allocation(nth, 0);
        CHECK(mg_node_with_local(operands, local, 3, 7.0) == 0);
        mg_fail_allocation(0, 0);
    }
    CHECK(mg_node_with_local(operands, local, SIZE_MAX, 7.0) == 0);
    CHECK(mg_node_with_local(operands, local, UINT32_MAX, 7.0) == 0);
    mg_id mine = mg_node_with_local(operands, local, 3, 7.0);
    local[0] = 0.0; /* the node has a copy */
    CHECK(mg_local(mine, read, 2) == 3 && is(read[0], 0.5) && is(read[1], 4.0));
    CHECK(is(read[2], 0.0) && mg_local(a, read, 3) == 0 && mg_local(b, read, 3) == 0);
    mg_id root = mg_mul_number(mine, 2.0);
    CHECK(mg_backward(root) == MG_OK);
    CHECK(is(mg_grad(b), 8.0) && is(mg_grad(a), 1.0 - 6.0 + 24.0));
    mg_release(mine);

    mg_set_custom_backward(b);
    CHECK(mg_backward(root) == MG_HAS_CUSTOM_BACKWARD);
    mg_clear_custom_backward(b);
    CHECK(mg_backward(root) == MG_OK);

    mg_id used = mg_leaf(1.0); /* may take the last free node */
    CHECK(mg_release_operands(used) == MG_OK && mg_op(used) == mg_op_find("leaf"));
    mg_release(used);
    CHECK(mg_live_nodes() == 6);
    CHECK(mg_release_operands(root) == MG_OK && mg_operands(root, NULL, 0) == 0);
    CHECK(mg_live_nodes() == 4 && mg_op(root) == mg_op_find("custom"));
    CHECK(is(mg_data(root), 14.0) && is(mg_grad(root), 1.0) && mg_backward(root) == MG_OK);
    CHECK(mg_release_operands(root) == MG_OK);
    mine = mg_node_with_local(operands, local, 3, 7.0);
    CHECK(mg_release_operands(mine) == MG_OK && mg_local(mine, read, 3) == 0);
    mg_release(mine);
    mg_release(root);
    mg_release(b);
    mg_release(a);
    CHECK(mg_live_nodes() == 0 && mg_live_blocks() == blocks);
}

static void test_names(void) {
    CHECK(mg_op_find("no such operator") == -1 && mg_op_find("leaf") == 0);
    CHECK(mg_op_name(-1) == NULL && mg_op_label(-1) == NULL);
    int op = 0;
    for (; mg_op_name(op) != NULL; op++)
        CHECK(mg_op_find(mg_op_name(op)) == op && mg_op_label(op) != NULL);
    CHECK(op > 25 && mg_op_label(op) == NULL);
    CHECK(mg_compiler()[0] != '\0' && mg_cpu_features() != NULL);
}

/* --- no memory --------------------------------------------------------------------- */

static void test_no_memory(void) {
    mg_id a = mg_leaf(1.0), operands[2] = {a, a}, *order;
    size_t n, blocks = mg_live_blocks(), nodes_before = mg_live_nodes();
    mg_fail_allocation(1, 1);
    CHECK(mg_node(mg_op_find("custom"), operands, 2, 0.0, 0, 0.0) == 0);
    CHECK(mg_computed_from(&a, 1, &a, 1, &order, &n) == MG_NO_MEMORY);
    CHECK(mg_backward_order(a, &order, &n) == MG_NO_MEMORY);
    CHECK(mg_live_blocks() == blocks && mg_live_nodes() == nodes_before);
    mg_fail_allocation(0, 0);
    mg_release(a);

    /* A chain grows until no chunk can be allocated. Its nodes stay intact. */
    mg_fail_allocation(2, 0);
    mg_id v = mg_leaf(1.0);
    for (;;) {
        mg_id next = mg_add_number(v, 1.0);
        if (next == 0)
            break;
        mg_release(v);
        v = next;
    }
    double reached = mg_data(v);
    CHECK(reached > 1.0 && mg_live_nodes() == 2 * (size_t)(reached - 1.0) + 1);
    mg_id next = mg_add_number(v, 1.0); /* only one allocation failed */
    CHECK(next != 0 && mg_backward(next) == MG_OK);
    mg_release(next);
    mg_release(v);
    CHECK(mg_live_nodes() == 0);
}

/* --- deep --------------------------------------------------------------------------- */

static void test_deep_chain(size_t n) {
    mg_id start = mg_leaf(1.0), v = start;
    mg_retain(start);
    for (size_t i = 0; i < n / 2; i++) { /* two nodes each */
        mg_id next = i % 2 ? mg_add_number(v, 0.0) : mg_mul_number(v, 1.0);
        if (next == 0) {
            fprintf(stderr, "no memory for a chain of %zu\n", n);
            exit(1);
        }
        mg_release(v);
        v = next;
    }
    CHECK(mg_live_nodes() == n / 2 * 2 + 1);
    CHECK(mg_backward(v) == MG_OK);
    CHECK(is(mg_grad(start), 1.0) && is(mg_data(v), 1.0));
    mg_release(v);
    CHECK(mg_live_nodes() == 1);
    mg_release(start);
    CHECK(mg_live_nodes() == 0);
}

static void test_wide(size_t n) {
    mg_id *leaves = malloc(n * sizeof *leaves);
    if (leaves == NULL)
        exit(1);
    for (size_t i = 0; i < n; i++)
        leaves[i] = mg_leaf((double)i);
    mg_id out = mg_node(mg_op_find("custom"), leaves, n, 0.0, 0, 0.0);
    CHECK(out != 0 && mg_backward(out) == MG_OK && mg_operands(out, leaves, n) == n);
    for (size_t i = 0; i < n; i++)
        mg_release(leaves[i]);
    CHECK(mg_live_nodes() == n + 1);
    mg_release(out);
    CHECK(mg_live_nodes() == 0);
    free(leaves);
}

static void test_doubling(void) {
    mg_id start = mg_leaf(1.0), v = start;
    mg_retain(start);
    for (int i = 0; i < 1000; i++) { /* 2^1000 paths */
        mg_id next = mg_add(v, v);
        mg_release(v);
        v = next;
    }
    CHECK(mg_backward(v) == MG_OK && is(mg_grad(start), ldexp(1.0, 1000)));
    mg_release(v);
    mg_release(start);
}

int main(int argc, char **argv) {
    size_t n = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 10000000;
    test_names();
    test_binary();
    test_unary();
    test_numbers();
    test_what_math_raises();
    test_sizes_that_do_not_fit();
    test_custom_backward();
    test_local_gradients();
    test_no_memory();
    test_doubling();
    test_wide(n / 100 + 1);
    test_deep_chain(n);
    CHECK(mg_live_nodes() == 0);
    return failures != 0;
}
