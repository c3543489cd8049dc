/* test_threads.c - the library driven from several threads, for ThreadSanitizer.
 *
 * usage: test_threads [ROUNDS]
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "micrograd.h"

enum { THREADS = 8, ROWS = 40 };

static int rounds = 200;
static int failures[THREADS];
static mg_id shared[2];
static mg_program *program;
static mg_bound *bound;
static mg_net *net;

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);               \
            failures[number]++;                                                           \
        }                                                                                 \
    } while (0)

static int is(double x, double y) { return !(x < y) && !(x > y); }

/* Each thread makes its own graph over leaves that all share. */
static void build_and_backward(int number) {
    mg_id product = mg_mul(shared[0], shared[1]), root = mg_add_number(product, 1.0);
    mg_release(product);
    CHECK(mg_backward(root) == MG_OK && is(mg_data(root), 7.0));
    mg_release(root);
}

/* Functions that read nodes, note something on them or walk, on a graph of its own. */
static void read_and_note(int number) {
    mg_id a = mg_leaf(2.0), operands[2] = {a, a}, *order;
    mg_id mine = mg_node(mg_op_find("custom"), operands, 2, 0.0, 0, 1.0);
    size_t n;
    CHECK(mg_op(mine) == mg_op_find("custom") && mg_operands(mine, operands, 2) == 2);
    CHECK(mg_is_owned(a) && mg_pin(a) && mg_is_pinned(a));
    mg_set_custom_backward(mine);
    CHECK(mg_computed_from(&a, 1, &mine, 1, &order, &n) == MG_OK && order[0] == mine);
    mg_free_ids(&order);
    CHECK(mg_backward_order(mine, &order, &n) == MG_OK && n == 1);
    mg_backward_nodes(order, n);
    mg_free_ids(&order);
    mg_set_recording(number % 2);
    mg_set_recording(1);
    mg_release(mine);
    mg_release(a);
}

/* All threads call one net, and each a second one that only it has. */
static void call_nets(int number) {
    const size_t sizes[3] = {2, 2, 1};
    const int ops[2] = {mg_op_find("tanh"), -1};
    const double x[2] = {0.5, -0.5};
    mg_id parameters[9], out, sum;
    CHECK(mg_net_call(net, NULL, x, 1, &out) == MG_NET_OK);
    CHECK(number % 2 || mg_expand(out) == MG_OK);
    CHECK(mg_backward(out) == MG_OK);
    mg_release(out);
    for (int i = 0; i < 9; i++)
        parameters[i] = mg_leaf(0.1 * i);
    mg_net *own = mg_net_new(sizes, 2, ops, parameters);
    CHECK(own != NULL && mg_net_call(own, shared, NULL, 0, &out) == MG_NET_OK);
    mg_set_data(parameters[0], 3.0);
    sum = mg_total(&out, 1);
    CHECK(mg_backward(sum) == MG_OK);
    mg_net_free(own);
    mg_release(out);
    mg_release(sum);
    for (int i = 0; i < 9; i++)
        mg_release(parameters[i]);
}

/* All threads run one program, and each compiles and trains a second one. */
static void run_programs(int number) {
    double x[ROWS], out[ROWS], sums[2] = {0.0}, state[1] = {0.0}, steps = 0.0;
    const double *inputs[1] = {x};
    const size_t widths[1] = {1};
    mg_status status;
    for (int i = 0; i < ROWS; i++)
        x[i] = 0.25 * i;
    CHECK(mg_program_forward(program, inputs, ROWS, NULL, out) == MG_OK &&
          is(out[4], 2.0));
    mg_id w = mg_leaf(1.0), arg = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
    mg_id root = mg_traced(mg_op_find("mul"), w, arg, 0.0);
    mg_program *own = mg_compile(&arg, widths, 1, 0, &root, 1, 0, &status);
    mg_optimizer optimizer = {.kind = mg_optimizer_find("sgd"),
                              .lr = 0.001,
                              .step_count = &steps,
                              .n = 1,
                              .parameters = &w};
    optimizer.state[0] = state;
    CHECK(own != NULL);
    mg_training training = {.n = ROWS,
                            .batch_size = 32,
                            .repeats = 2,
                            .optimizer = &optimizer,
                            .n_threads = 2,
                            .sums = sums};
    CHECK(mg_program_train(own, inputs, &training) == MG_OK);
    CHECK(mg_data(w) < 1.0 && mg_optimizer_step(&optimizer) == MG_OK);
    mg_program_free(own);
    mg_release(root);
    mg_release(arg);
    mg_release(w);
}

/* All threads run one bound call: each run is done alone, or not at all. */
static void run_bound(int number) {
    double mean = 0.0;
    mg_status status = mg_bound_run(bound, &mean);
    CHECK(status == MG_IS_RUNNING || (status == MG_OK && is(mean, 9.75)));
}

static void *work(void *argument) {
    int number = *(int *)argument;
    for (int i = 0; i < rounds; i++) {
        build_and_backward(number);
        read_and_note(number);
        call_nets(number);
        run_programs(number);
        run_bound(number);
        CHECK(mg_live_nodes() > 0 && mg_live_blocks() > 0);
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t threads[THREADS];
    int numbers[THREADS], failed = 0;
    const size_t sizes[2] = {2, 1}, widths[1] = {1};
    const int ops[1] = {mg_op_find("relu")};
    mg_id parameters[3];
    mg_status status;
    rounds = argc > 1 ? atoi(argv[1]) : rounds;
    shared[0] = mg_leaf(2.0);
    shared[1] = mg_leaf(3.0);
    for (int i = 0; i < 3; i++)
        parameters[i] = mg_leaf(0.5);
    net = mg_net_new(sizes, 1, ops, parameters);
    mg_id arg = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
    mg_id root = mg_traced(mg_op_find("mul"), shared[0], arg, 0.0);
    program = mg_compile(&arg, widths, 1, 0, &root, 1, 0, &status);
    double x[ROWS], out[ROWS], gradient[1];
    const double *inputs[1] = {x};
    const int64_t places[1] = {0};
    for (int i = 0; i < ROWS; i++)
        x[i] = 0.25 * i;
    bound = mg_bind(program, inputs, ROWS, NULL, places, out, gradient, 1, 0);
    if (bound == NULL)
        return 1;
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failed += failures[i];
    }
    /* No update is lost: each round of each thread adds 3, and its own net adds too. */
    int number = 0;
    CHECK(mg_grad(parameters[2]) > 0.0 &&
          mg_grad(shared[0]) > 3.0 * THREADS * rounds - 0.5);
    mg_bound_free(bound);
    mg_program_free(program);
    mg_net_free(net);
    mg_release(root);
    mg_release(arg);
    for (int i = 0; i < 3; i++)
        mg_release(parameters[i]);
    mg_release(shared[0]);
    mg_release(shared[1]);
    CHECK(mg_live_nodes() == 0);
    return failed + failures[0] != 0;
}
