/* test_owners.c - what callers note on nodes, without Python: owners, pinned nodes, and
 * the modes that threads are in.
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include "check.h"
#include "micrograd.h"

static void test_blocks_of_ids(void) {
    size_t blocks = mg_live_blocks();
    mg_id *ids = NULL, a = mg_leaf(1.0);
    blocks = blocks < mg_live_blocks() ? mg_live_blocks() : blocks; /* the first nodes */
    mg_free_ids(&ids);
    mg_fail_allocation(1, 1);
    CHECK(mg_new_ids(3, &ids) == MG_NO_MEMORY && mg_live_blocks() == blocks);
    mg_fail_allocation(0, 0);
    CHECK(mg_new_ids(SIZE_MAX / 8, &ids) == MG_NO_MEMORY && mg_live_blocks() == blocks);
    CHECK(mg_new_ids(3, &ids) == MG_OK && ids[0] == 0 && ids[1] == 0 && ids[2] == 0);
    ids[1] = mg_mul_number(a, 2.0); /* the block owns it */
    mg_retain(a);
    ids[2] = a;
    CHECK(mg_live_nodes() == 3);
    mg_free_ids(&ids);
    CHECK(ids == NULL && mg_live_nodes() == 1 && mg_live_blocks() == blocks);
    mg_free_ids(&ids); /* once more does nothing */
    CHECK(mg_new_ids(0, &ids) == MG_OK);
    mg_free_ids(&ids);
    mg_release(a);
    CHECK(mg_live_nodes() == 0 && mg_live_blocks() == blocks);
}

static mg_id freed[4];
static size_t n_freed;

static void note_freed(mg_id id) {
    if (n_freed < 4)
        freed[n_freed] = id;
    n_freed++;
}

/* The function of mg_on_free is called for nodes that stayed alive when they were noted.
 */
static void test_noted(void) {
    mg_on_free(note_freed);
    mg_id a = mg_leaf(2.0), b = mg_mul_number(a, 3.0);
    CHECK(!mg_is_noted(a) && mg_release_noted(a) == 1);
    CHECK(mg_is_noted(a) && !mg_is_owned(a) && n_freed == 0 && is(mg_data(a), 2.0));
    mg_retain(a); /* a second owner, which has nothing to note */
    CHECK(mg_is_owned(a) && mg_is_noted(a));
    mg_release(a);
    CHECK(n_freed == 0);
    CHECK(mg_release_noted(b) == 0); /* freed: the caller knows it from the 0 */
    CHECK(n_freed == 1 && freed[0] == a && mg_live_nodes() == 0);

    /* If an owner takes it again and is the last, the function is not called. */
    n_freed = 0;
    a = mg_leaf(2.0), b = mg_mul_number(a, 3.0);
    CHECK(mg_release_noted(a) == 1);
    mg_retain(a);
    mg_release(b);
    CHECK(mg_release_noted(a) == 0 && n_freed == 0 && mg_live_nodes() == 0);

    a = mg_leaf(2.0); /* a new node with an old id was never noted */
    CHECK(!mg_is_noted(a));
    mg_release(a);
    mg_on_free(NULL);
    a = mg_leaf(2.0), b = mg_mul_number(a, 3.0);
    CHECK(mg_release_noted(a) == 1);
    mg_release(b);
    CHECK(n_freed == 0 && mg_live_nodes() == 0);
}

static void check_is_leaf(mg_id id, double data) {
    CHECK(mg_op(id) == mg_op_find("leaf") && mg_operands(id, NULL, 0) == 0);
    CHECK(is(mg_data(id), data) && is(mg_grad(id), 0.0) && is(mg_k(id), 0.0));
    CHECK(!mg_has_custom_backward(id) && mg_k_style(id) == 0 &&
          mg_local(id, NULL, 0) == 0);
    CHECK(mg_backward(id) == MG_OK && is(mg_grad(id), 1.0));
}

static void test_become_leaf(void) {
    size_t blocks = mg_live_blocks();
    mg_id a = mg_leaf(2.0), operands[2] = {a, a};
    const double local[2] = {1.0, 2.0}, x[1] = {1.0};
    mg_id made[] = {
        mg_leaf(5.0),
        mg_mul_number(a, 3.0),
        mg_unary_k(mg_op_find("pow_k"), a, 3.0, 1),
        mg_node(mg_op_find("custom"), operands, 2, 0.0, 0, 7.0),
        mg_node(mg_op_find("custom"), operands, 0, 0.0, 0, 7.0),
        mg_node_with_local(operands, local, 2, 7.0),
    };
    size_t n = sizeof made / sizeof *made;
    for (size_t i = 0; i < n; i++) {
        mg_set_grad(made[i], 9.0);
        mg_set_custom_backward(made[i]);
    }
    mg_id user = mg_add_number(made[1], 1.0);
    for (size_t i = 0; i < n; i++) {
        mg_fail_allocation(1, 1); /* it needs no memory */
        mg_become_leaf(made[i], 0.5);
        mg_fail_allocation(0, 0);
        check_is_leaf(made[i], 0.5);
    }
    CHECK(mg_live_nodes() == 1 + n + 2); /* the number 3 is gone */
    CHECK(mg_backward(user) == MG_OK && is(mg_grad(made[1]), 2.0) && is(mg_grad(a), 0.0));
    mg_release(user);
    for (size_t i = 0; i < n; i++)
        mg_release(made[i]);

    /* Outputs of a net, before and after it is expanded. */
    const size_t sizes[2] = {1, 2};
    const int linear[1] = {-1};
    const mg_id parameters[4] = {a, a, a, a};
    mg_net *net = mg_net_new(sizes, 1, linear, parameters);
    for (int expanded = 0; expanded < 2; expanded++) {
        mg_id out[2];
        CHECK(net != NULL && mg_net_call(net, NULL, x, 0, out) == MG_NET_OK);
        CHECK(!expanded || mg_expand(out[0]) == MG_OK);
        mg_become_leaf(out[0], 0.5);
        check_is_leaf(out[0], 0.5);
        mg_set_grad(a, 0.0);
        CHECK(mg_backward(out[1]) == MG_OK && is(mg_grad(a), 2.0)); /* 1 and its input */
        mg_release(out[0]);
        mg_release(out[1]);
        CHECK(mg_live_nodes() == 1);
    }
    mg_net_free(net);
    mg_release(a);
    CHECK(mg_live_nodes() == 0 && mg_live_blocks() == blocks);
}

static void test_pinned(void) {
    mg_id a = mg_leaf(2.0), b = mg_leaf(3.0);
    CHECK(mg_pin(b) == 0); /* nothing is computed from it */
    mg_id c = mg_mul_number(a, 3.0);
    CHECK(mg_pin(a) == 1 && mg_pin(a) == 1); /* pending */
    mg_clear_pending(a);
    CHECK(mg_pin(a) == 0 && mg_is_pinned(a));
    mg_id d = mg_node(mg_op_find("tanh"), &a, 1, 0.0, 0, 0.5);
    CHECK(mg_pin(a) == 0); /* mg_node's callers know that a is pinned */
    mg_release(a);
    mg_release(b);
    mg_release(c);
    mg_release(d);
    a = mg_leaf(1.0); /* with the id of a node that was pinned */
    CHECK(!mg_is_pinned(a));
    mg_release(a);
    CHECK(mg_live_nodes() == 0);
}

static void test_modes(void) {
    size_t blocks = mg_live_blocks();
    CHECK(mg_modes() == 0);
    void *first = mg_new_mode(1), *second = mg_new_mode(0);
    CHECK(first != NULL && second != NULL && mg_modes() == 2);
    mg_set_recording(0);
    mg_set_recording(0);
    CHECK(mg_modes() == 3);
    mg_set_tracing(7.0);
    mg_set_tracing(8.0);
    CHECK(mg_modes() == 4);
    mg_free_mode(first);
    CHECK(mg_modes() == 3);
    mg_id a = mg_leaf(1.0), b = mg_mul_number(a, 2.0);
    CHECK(is(mg_made_in(a), 8.0) && mg_op(b) == mg_op_find("leaf"));
    mg_set_tracing(0.0);
    mg_set_recording(1);
    mg_free_mode(second);
    CHECK(mg_modes() == 0);
    mg_release(a);
    mg_release(b);
    a = mg_leaf(1.0), b = mg_mul_number(a, 2.0);
    CHECK(is(mg_made_in(a), 0.0) && mg_op(b) == mg_op_find("mul"));
    mg_release(a);
    mg_release(b);
    CHECK(mg_live_nodes() == 0 && mg_live_blocks() == blocks);
}

static void test_comparisons(void) {
    const double numbers[3] = {1.0, 2.0, 2.0};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++) {
            mg_id a = mg_leaf(numbers[i]), b = mg_leaf(numbers[j]);
            mg_id less = mg_binary(mg_op_find("less"), a, b);
            mg_id less_equal = mg_binary(mg_op_find("less_equal"), a, b);
            mg_id both = mg_add(less, less_equal);
            CHECK(is(mg_data(less), numbers[i] < numbers[j]));
            CHECK(is(mg_data(less_equal), numbers[i] <= numbers[j]));
            CHECK(mg_backward(both) == MG_OK && is(mg_grad(less), 1.0));
            CHECK(is(mg_grad(a), 0.0) && is(mg_grad(b), 0.0));
            mg_release(a);
            mg_release(b);
            mg_release(less);
            mg_release(less_equal);
            mg_release(both);
        }
    CHECK(mg_live_nodes() == 0);
}

/* A node may have several owners: a Value can be made while the last one of its node dies.
 */
static void test_owners(void) {
    mg_id a = mg_leaf(2.0), b = mg_add_number(a, 1.0);
    for (int i = 0; i < 3; i++)
        mg_retain(a);
    for (int i = 0; i < 4; i++) {
        CHECK(mg_is_owned(a));
        mg_release(a);
    }
    CHECK(!mg_is_owned(a));
    for (int i = 0; i < 100; i++)
        mg_retain(a);
    for (int i = 0; i < 99; i++)
        mg_release(a);
    CHECK(mg_pin(a)); /* 16 owners, but only 15 are counted */
    mg_release(a);
    CHECK(!mg_is_owned(a));
    mg_release(b);
    CHECK(mg_live_nodes() == 0);
}

static void test_a_node_becomes_another(void) {
    mg_id a = mg_leaf(2.0), b = mg_leaf(3.0), c = mg_add(a, b), local = mg_leaf(5.0);
    double by[] = {7.0};
    int closes_cycle;
    mg_id custom = mg_node_with_local(&local, by, 1, 4.0);
    CHECK(mg_become(a, custom, &closes_cycle) == MG_OK && !closes_cycle);
    CHECK(mg_operands(custom, NULL, 0) == 0 && mg_data(a) == 4.0);
    mg_release(custom);
    CHECK(mg_backward(c) == MG_OK && mg_grad(local) == 7.0 && mg_live_nodes() == 4);
    custom = mg_node_with_local(&c, by, 1, 1.0);
    CHECK(mg_become(b, custom, &closes_cycle) == MG_OK && closes_cycle);
    CHECK(mg_operands(custom, NULL, 0) == 1 && mg_operands(b, NULL, 0) == 0);
    mg_release(custom), mg_release(c), mg_release(a), mg_release(b), mg_release(local);
    CHECK(mg_live_nodes() == 0);
}

static void test_pinned_operands_are_refused(void) {
    mg_id a = mg_leaf(2.0), b = mg_leaf(3.0), c = mg_add(a, b);
    CHECK(mg_pin(a) && mg_pin(a) && mg_is_pinned(a) && !mg_is_pinned(b));
    mg_clear_pending(a);
    CHECK(!mg_pin(a) && mg_is_pinned(a));
    CHECK(mg_add(a, b) == 0 && mg_mul(b, a) == 0 && mg_add_number(a, 1.0) == 0);
    CHECK(mg_mul_number(a, 1.0) == 0 && mg_unary(mg_op_find("tanh"), a) == 0);
    CHECK(mg_binary(mg_op_find("pow"), b, a) == 0);
    CHECK(mg_dot(&b, &b, 1, a) == 0 && mg_total(&a, 1) == 0);
    CHECK(mg_live_nodes() == 3);
    mg_id operands[2] = {a, b};
    mg_id d = mg_node(mg_op_find("mul"), operands, 2, 0.0, 0, 6.0);
    CHECK(d != 0 && mg_backward(d) == MG_OK && is(mg_grad(a), 3.0));
    CHECK(mg_node(mg_op_find("mul"), operands, 1, 0.0, 0, 6.0) == 0);
    CHECK(mg_node(-1, operands, 2, 0.0, 0, 6.0) == 0);
    CHECK(mg_node(1000, operands, 2, 0.0, 0, 6.0) == 0);
    CHECK(mg_node(mg_op_find("net"), operands, 0, 0.0, 0, 6.0) == 0);
    CHECK(mg_node(mg_op_find("net_output"), operands, 1, 0.0, 0, 6.0) == 0);
    mg_release(a);
    mg_release(b);
    mg_release(c);
    mg_release(d);
    CHECK(mg_live_nodes() == 0);
}

/* New nodes get the lowest free ids in order, in whatever order these were freed; before
 * that, the rest of 64 ids that are in use. */
static void test_free_ids(void) {
    enum { N = 200 };
    mg_id ids[N];
    for (int i = 0; i < N; i++)
        ids[i] = mg_leaf(i);
    for (int i = 1; i < N; i++)
        CHECK(is(ids[i], ids[i - 1] + 1.0));
    for (int i = 1; i < N; i += 2)
        mg_release(ids[i]);
    for (int i = N - 2; i >= 0; i -= 2)
        mg_release(ids[i]);
    int jumps = 0;
    for (int i = 0; i < N; i++) {
        ids[i] = mg_leaf(i);
        jumps += i > 0 && !is(ids[i], ids[i - 1] + 1.0);
    }
    CHECK(jumps == 1);
    for (int i = 0; i < N; i++)
        mg_release(ids[i]);
    CHECK(mg_live_nodes() == 0);
}

int main(void) {
    test_free_ids();
    test_owners();
    test_a_node_becomes_another();
    test_pinned_operands_are_refused();
    test_blocks_of_ids();
    test_noted();
    test_become_leaf();
    test_pinned();
    test_modes();
    test_comparisons();
    return failures != 0;
}
