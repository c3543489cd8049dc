/* test_net.c - nets without Python, when memory runs out halfway through a call.
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include "check.h"
#include "micrograd.h"

enum { MAX_FREE = 1 << 14 }; /* a chunk, which is all that this program takes */

/* Takes all nodes that need no new block. */
static size_t take_free_nodes(mg_id *taken) {
    size_t n = 0;
    mg_fail_allocation(1, 1);
    while (n < MAX_FREE && (taken[n] = mg_leaf(0.0)) != 0)
        n++;
    mg_fail_allocation(0, 0);
    return n;
}

static mg_net *new_net(const size_t *sizes, size_t n_layers, mg_id *parameters, size_t n) {
    const int linear[2] = {-1, -1};
    for (size_t i = 0; i < n; i++)
        parameters[i] = mg_leaf(0.5 * (double)(i + 1));
    return mg_net_new(sizes, n_layers, linear, parameters);
}

/* If there is room for only some outputs of a call, it leaves none behind. */
static void test_room_for_some_outputs(int recording) {
    static mg_id taken[MAX_FREE];
    const size_t sizes[2] = {1, 3};
    const double x[1] = {2.0};
    mg_id parameters[6], outputs[3];
    mg_net *net = new_net(sizes, 1, parameters, 6);
    CHECK(net != NULL);
    mg_set_recording(recording);
    size_t needed = recording ? 4 : 3; /* the outputs, and the node of the call */
    for (size_t room = 0; room <= needed; room++) {
        CHECK(mg_net_call(net, NULL, x, 0, outputs) ==
              MG_NET_OK); /* blocks to use again */
        for (size_t i = 0; i < 3; i++)
            mg_release(outputs[i]);
        size_t n = take_free_nodes(taken);
        for (size_t i = 0; i < room; i++)
            mg_release(taken[--n]);
        size_t nodes = mg_live_nodes();
        mg_fail_allocation(1, 1);
        mg_net_result result = mg_net_call(net, NULL, x, 0, outputs);
        mg_fail_allocation(0, 0);
        CHECK(result == (room < needed ? MG_NET_NO_MEMORY : MG_NET_OK));
        CHECK(mg_live_nodes() == nodes + (result == MG_NET_OK ? needed : 0));
        for (size_t i = 0; result == MG_NET_OK && i < 3; i++) {
            CHECK(is(mg_data(outputs[i]), 3.0 * (double)i + 2.0));
            mg_release(outputs[i]);
        }
        while (n > 0)
            mg_release(taken[--n]);
    }
    mg_set_recording(1);
    mg_net_free(net);
    for (size_t i = 0; i < 6; i++)
        mg_release(parameters[i]);
    CHECK(mg_live_nodes() == 0);
}

static mg_status count_dependents(mg_id x, mg_id root, size_t *n) {
    mg_id *found;
    mg_status status = mg_computed_from(&x, 1, &root, 1, &found, n);
    if (status == MG_OK)
        mg_free_ids(&found);
    return status;
}

/* To ask what is computed from a net's input expands the net. Each allocation of that
 * fails in turn. */
static void test_expanding_a_net(void) {
    const size_t sizes[3] = {1, 2, 1};
    mg_id parameters[7], x = mg_leaf(2.0), out = 0;
    mg_net *net = new_net(sizes, 2, parameters, 7);
    size_t n = 0, blocks = mg_live_blocks();
    CHECK(net != NULL && mg_net_call(net, &x, NULL, 0, &out) == MG_NET_OK);
    mg_id root = mg_mul_number(out, 1.0);
    UNTIL_IT_SUCCEEDS(count_dependents(x, root, &n) == MG_OK, 6);
    CHECK(n == 9); /* root, and for each input of a neuron a product and an addition */
    CHECK(mg_backward(root) == MG_OK && is(mg_grad(x), 2.5 * 0.5 + 3.0 * 1.5));
    mg_release(root);
    mg_release(out);
    mg_net_free(net);
    for (size_t i = 0; i < 7; i++)
        mg_release(parameters[i]);
    mg_release(x);
    CHECK(mg_live_nodes() == 0 && mg_live_blocks() < blocks);
}

int main(void) {
    test_room_for_some_outputs(1);
    test_room_for_some_outputs(0);
    test_expanding_a_net();
    return failures != 0;
}
