/* fuzz.c - a fuzzer's bytes as a program over the library's whole API.
 *
 * libFuzzer calls LLVMFuzzerTestOneInput; compiled with -DREPLAY the program has a main
 * that runs the files it is given. tests/README.md says how to run both.
 *
 * One byte selects a step, and the next ones its operands, so every input is a program.
 * Sanitizers watch the memory. CHECK compares what micrograd.h promises: a call that fails
 * leaves the graph as it was, a program that runs twice returns the same, and at the end
 * no node and no block is left.
 */
#include "fuzz_nets.h"
#include "fuzz_state.h"

/* --- steps on nodes ---------------------------------------------------------------- */

static void make_node(void) {
    mg_id ids[6];
    size_t n = pick_some(ids, 6);
    int op = next() % 2 ? mg_op_find("custom") : an_operator();
    double k = number();
    size_t nodes = mg_live_nodes();
    mg_id id = mg_node(op, ids, n, k, (int)below(4), 0.5);
    hold_new(id, nodes);
}

static void read_node(void) {
    mg_id id = pick(), operands[8];
    if (mg_expand(id) != MG_OK)
        return;
    size_t n = mg_operands(id, operands, 8);
    CHECK(mg_op_name(mg_op(id)) != NULL && mg_op_label(mg_op(id))[0] != '?');
    CHECK(mg_k_style(id) >= 0 && mg_k_style(id) < 4 &&
          (isnan(mg_k(id)) || !isnan(mg_k(id))));
    int owned = mg_is_owned(id), has = mg_has_custom_backward(id);
    CHECK((owned == 0 || owned == 1) && (has == 0 || has == 1));
    double grad = mg_grad(id);
    mg_set_grad(id, grad);
    CHECK(mg_grad(id) == grad || isnan(grad));
    if (n > 0) { /* take a reference, as _prev does */
        mg_id operand = operands[below(n < 8 ? n : 8)];
        mg_retain(operand);
        hold(operand);
    }
}

static void backward(void) {
    mg_id root = pick(), *order;
    size_t n, nodes = mg_live_nodes();
    mg_status status = mg_backward(root);
    if (status != MG_HAS_CUSTOM_BACKWARD)
        return;
    CHECK(mg_live_nodes() >= nodes);
    if (mg_backward_order(root, &order, &n) != MG_OK)
        return;
    CHECK(n > 0 && order[0] == root);
    mg_backward_nodes(order, n);
    mg_free_ids(&order);
}

/* Holds the n nodes that a function has made, or checks that it has left none. */
static void hold_row(mg_status status, const mg_id *made, size_t n, size_t nodes) {
    if (status != MG_OK)
        CHECK(mg_live_nodes() == nodes);
    for (size_t i = 0; status == MG_OK && i < n; i++)
        hold(made[i]);
}

static void linear(void) {
    mg_id x[8], weights[3 * 8], bias[3], first[3], second[3];
    size_t n = pick_some(x, 8), m = 1 + next() % 3, nodes = mg_live_nodes();
    for (size_t i = 0; i < m * n; i++)
        weights[i] = pick();
    for (size_t j = 0; j < m; j++)
        bias[j] = pick();
    const mg_id *start = next() % 2 ? bias : NULL;
    mg_status status = mg_linear(x, n, weights, m, start, first);
    if (status != MG_OK)
        CHECK(mg_live_nodes() == nodes);
    nodes = mg_live_nodes();
    mg_status again = mg_linear(x, n, weights, m, start, second); /* finds the weights */
    if (again != MG_OK)
        CHECK(mg_live_nodes() == nodes);
    for (size_t j = 0; j < m; j++) { /* last: to hold a node may free one in x */
        if (status == MG_OK)
            hold(first[j]);
        if (again == MG_OK)
            hold(second[j]);
    }
}

static void bulk(void) {
    mg_id a[8], b[8], c[8];
    size_t n = pick_some(a, 8), nodes = mg_live_nodes();
    for (size_t i = 0; i < n; i++)
        b[i] = pick();
    switch (next() % 8) {
    case 0:
        hold_new(mg_total(a, n), nodes);
        break;
    case 1:
        hold_new(mg_dot(a, b, n, next() % 2 ? pick() : 0), nodes);
        break;
    case 2:
        hold_new(mg_logsumexp(a, n), nodes);
        break;
    case 3:
        hold_row(mg_softmax(a, n, c), c, n, nodes);
        break;
    case 4:
        hold_row(mg_log_softmax(a, n, c), c, n, nodes);
        break;
    case 5:
        hold_row(mg_rms_norm(a, n, 0.0, c), c, n, nodes);
        break;
    case 6:
        hold_row(mg_layer_norm(a, n, next() % 2 ? b : NULL, next() % 2 ? a : NULL, 0.1, c),
                 c, n, nodes);
        break;
    default:
        linear();
    }
}

static void arrays(void) {
    mg_id ids[8];
    double data[8], grad[8];
    size_t n = pick_some(ids, 8);
    mg_get_data(ids, n, data);
    mg_get_grad(ids, n, grad);
    mg_set_data_of(ids, n, data);
    mg_set_grad_of(ids, n, grad);
    if (next() % 2)
        mg_zero_grad(ids, n);
    for (size_t i = 0; i < n; i++)
        CHECK(memcmp(&data[i], &(double){mg_data(ids[i])}, sizeof(double)) == 0);
}

static void computed_from(void) {
    mg_id ids[8];
    mg_id targets[2] = {pick(), pick()}, *found;
    size_t n = pick_some(ids, 8), nodes = mg_live_nodes(), n_found;
    if (mg_computed_from(targets, 2, ids, n, &found, &n_found) == MG_OK) {
        for (size_t i = 0; i < n_found; i++)
            CHECK(mg_operands(found[i], NULL, 0) > 0);
        mg_free_ids(&found);
    }
    CHECK(mg_live_nodes() >= nodes); /* more if a net was expanded */
}

/* --- what is noted on nodes, and settings -------------------------------------------- */

static size_t n_noted; /* nodes of which mg_is_noted is true */

static void noted_was_freed(mg_id id) {
    (void)id;
    n_noted--;
}

static void drop_noted(size_t i) {
    mg_id id = held[i];
    int was_noted = mg_is_noted(id);
    held[i] = held[--n_held];
    n_noted -= (size_t)was_noted;
    if (mg_release_noted(id)) {
        n_noted++;
        CHECK(mg_is_noted(id));
    }
}

static void become_leaf(mg_id id) {
    mg_become_leaf(id, 0.5);
    CHECK(mg_op(id) == mg_op_find("leaf") && mg_operands(id, NULL, 0) == 0);
    CHECK(mg_data(id) == 0.5 && mg_grad(id) == 0.0 && !mg_has_custom_backward(id));
}

static void make_node_with_local(void) {
    mg_id ids[6];
    double local[6], read[6];
    size_t n = pick_some(ids, 6), nodes = mg_live_nodes();
    for (size_t i = 0; i < n; i++)
        local[i] = number();
    mg_id id = mg_node_with_local(ids, local, n, 0.5);
    CHECK(id == 0 || (mg_local(id, read, 6) == n && memcmp(local, read, n * 8) == 0));
    hold_new(id, nodes);
}

static void note_or_set(mg_id a) {
    size_t nodes = mg_live_nodes();
    unsigned what = next();
    /* Steps from 6 on were added later. Nearly all older inputs still mean the same. */
    switch (what < 240 ? what % 6 : what - 234) {
    case 0:
        (void)mg_pin(a);
        CHECK(mg_is_pinned(a));
        break;
    case 1:
        mg_set_custom_backward(a);
        break;
    case 2:
        mg_set_recording(0);
        break;
    case 3:
        mg_set_recording(1);
        break;
    case 4:
        if (n_nets > 0)
            free_net(below(n_nets));
        break;
    case 5:
        CHECK(mg_use_kernels(next() % 2 ? "portable" : NULL));
        break;
    case 6:
        mg_clear_pending(a);
        break;
    case 7:
        mg_clear_custom_backward(a);
        CHECK(!mg_has_custom_backward(a));
        break;
    case 8:
        become_leaf(a);
        break;
    case 9:
        CHECK(mg_release_operands(a) != MG_OK || mg_operands(a, NULL, 0) == 0);
        break;
    case 10:
        make_node_with_local();
        break;
    case 11:
        if (n_held > 1)
            drop_noted(1 + below(n_held - 1));
        break;
    case 12: {
        size_t modes = mg_modes();
        void *mode = mg_new_mode(0);
        CHECK(mg_modes() == modes + 1);
        mg_free_mode(mode);
        CHECK(mg_modes() == modes);
        break;
    }
    default: {
        mg_id b = pick();
        int op = mg_op_find(what % 2 ? "less" : "less_equal");
        hold_new(mg_binary(op, a, b), nodes);
        break;
    }
    }
}

/* --- one step, one program --------------------------------------------------------- */

static void step(void) {
    size_t nodes = mg_live_nodes();
    mg_id a = pick(), b;
    switch (next() % 26) {
    case 0:
        hold_new(mg_leaf(number()), nodes);
        break;
    case 1:
        b = pick(), hold_new(mg_add(a, b), nodes);
        break;
    case 2:
        b = pick(), hold_new(mg_mul(a, b), nodes);
        break;
    case 3:
        hold_new(mg_add_number(a, number()), nodes);
        break;
    case 4:
        hold_new(mg_mul_number(a, number()), nodes);
        break;
    case 5:
        hold_new(mg_unary(mg_op_find("tanh"), a), nodes);
        break;
    case 6: {
        static const char *const names[] = {"relu",    "exp",      "log", "sqrt", "sin",
                                            "sigmoid", "softplus", "abs", "acos", "erf"};
        hold_new(mg_unary(mg_op_find(names[below(10)]), a), nodes);
        break;
    }
    case 7:
        hold_new(mg_unary_k(mg_op_find("pow_k"), a, number(), 1), nodes);
        break;
    case 8:
        hold_new(mg_unary_k(mg_op_find("leaky_relu"), a, number(), 0), nodes);
        break;
    case 9: {
        static const char *const names[] = {"pow",     "atan2",       "maximum",
                                            "minimum", "if_positive", "if_not_positive"};
        b = pick(), hold_new(mg_binary(mg_op_find(names[below(6)]), a, b), nodes);
        break;
    }
    case 10:
        make_node();
        break;
    case 11:
        mg_set_data(a, number());
        break;
    case 12:
        mg_set_grad(a, number());
        break;
    case 13:
        backward();
        break;
    case 14:
        (void)mg_backward_node(a);
        break;
    case 15:
        read_node();
        break;
    case 16:
        if (n_held > 1)
            drop(1 + below(n_held - 1));
        break;
    case 17:
        bulk();
        break;
    case 18:
        arrays();
        break;
    case 19:
        computed_from();
        break;
    case 20:
        new_net();
        break;
    case 21:
        call_net();
        break;
    case 22:
        touch_parameter();
        break;
    case 23:
        compile();
        break;
    case 24:
        mg_fail_allocation((long)below(8), (int)below(2));
        break;
    default:
        note_or_set(a);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CHECK(mg_compiler()[0] != '\0' && mg_cpu_features() != NULL);
    held[0] = mg_leaf(0.5);
    n_held = 1;
    size_t blocks =
        mg_live_blocks(); /* with the first chunk of nodes: there is no second */
    mg_on_free(noted_was_freed);
    input = data;
    left = size;
    for (int i = 0; i < MAX_STEPS && left > 0 && mg_live_nodes() < MAX_NODES; i++)
        step();
    mg_fail_allocation(0, 0);
    mg_set_recording(1);
    while (n_nets > 0)
        free_net(0);
    while (n_held > 0)
        drop(0);
    CHECK(mg_live_nodes() == 0 && n_noted == 0);
    CHECK(mg_live_blocks() == blocks);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv) {
    static uint8_t bytes[1 << 16];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t n = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        LLVMFuzzerTestOneInput(bytes, n);
    }
    return 0;
}
#endif
