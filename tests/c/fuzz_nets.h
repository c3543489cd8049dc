/* fuzz_nets.h - steps of fuzz.c on nets, and on programs for jit. */
#ifndef FUZZ_NETS_H
#define FUZZ_NETS_H

#include "fuzz_state.h"

/* --- nets -------------------------------------------------------------------------- */

static void free_net(size_t i) {
    mg_net_free(nets[i].net);
    for (size_t p = 0; p < nets[i].n_parameters; p++)
        mg_release(nets[i].parameters[p]);
    nets[i] = nets[--n_nets];
}

static void new_net(void) {
    static const char *const names[] = {"relu", "tanh", "sigmoid", "leaky_relu"};
    size_t sizes[4], n_layers = 1 + below(3);
    int ops[3];
    if (n_nets == MAX_NETS)
        free_net(0);
    held_net *made = &nets[n_nets];
    made->n_parameters = 0;
    for (size_t i = 0; i <= n_layers; i++)
        sizes[i] = 1 + below(MAX_WIDTH);
    for (size_t i = 0; i < n_layers; i++) {
        size_t which = below(5);
        ops[i] = which == 4 ? -1 : mg_op_find(names[which]);
        for (size_t j = 0; j < sizes[i + 1] * (sizes[i] + 1); j++) {
            mg_id id = mg_leaf(number());
            if (id == 0)
                continue; /* no net is made then */
            made->parameters[made->n_parameters++] = id;
        }
    }
    made->nin = sizes[0];
    made->nout = sizes[n_layers];
    size_t wanted = 0;
    for (size_t i = 0; i < n_layers; i++)
        wanted += sizes[i + 1] * (sizes[i] + 1);
    made->net = NULL;
    if (made->n_parameters == wanted)
        made->net = mg_net_new(sizes, n_layers, ops, made->parameters);
    if (made->net != NULL) {
        n_nets++;
        return;
    }
    for (size_t p = 0; p < made->n_parameters; p++)
        mg_release(made->parameters[p]);
}

static void call_net(void) {
    if (n_nets == 0)
        return;
    const held_net *called = &nets[below(n_nets)];
    mg_id inputs[MAX_WIDTH], outputs[MAX_WIDTH];
    double numbers[MAX_WIDTH];
    int from_numbers = next() % 2;
    for (size_t i = 0; i < called->nin; i++) {
        numbers[i] = from_numbers ? number() : 0.0;
        inputs[i] = pick();
    }
    size_t nodes = mg_live_nodes();
    mg_net_result result = mg_net_call(called->net, from_numbers ? NULL : inputs,
                                       from_numbers ? numbers : NULL, next() % 2, outputs);
    CHECK(result == MG_NET_OK || mg_live_nodes() == nodes);
    for (size_t i = 0; result == MG_NET_OK && i < called->nout; i++)
        hold(outputs[i]);
}

static void touch_parameter(void) {
    if (n_nets == 0)
        return;
    const held_net *net = &nets[below(n_nets)];
    mg_id id = net->parameters[below(net->n_parameters)];
    mg_retain(id);
    hold(id);
}

/* --- programs ---------------------------------------------------------------------- */

/* Two runs of a program return the same bits. */
static void run_program(mg_program *program, size_t n_outputs) {
    double x[ROWS], y[ROWS * 2], first[ROWS * 3], again[ROWS * 3], mean;
    const double *inputs[2] = {x, y};
    for (size_t i = 0; i < ROWS; i++)
        x[i] = number();
    for (size_t i = 0; i < 2 * ROWS; i++)
        y[i] = number();
    size_t n = 1 + below(ROWS);
    if (mg_program_forward(program, inputs, n, NULL, first) == MG_OK &&
        mg_program_forward(program, inputs, n, NULL, again) == MG_OK)
        for (size_t i = 0; i < n * n_outputs; i++)
            CHECK(memcmp(&first[i], &again[i], sizeof(double)) == 0 || isnan(first[i]));
    (void)mg_program_backward(program, inputs, n, next() % 2, &mean);
    mg_program_info info = mg_program_describe(program);
    for (size_t i = 0; i < info.instructions; i++)
        CHECK(mg_program_instruction(program, i).listing != NULL);
    volatile uint32_t slot; /* for the sanitizers to see each read */
    for (size_t i = 0; i < info.index_length; i++)
        slot = mg_program_index(program)[i];
    (void)slot;
    if (next() % 2)
        return;
    mg_id params[4];
    double state[3][4] = {{0.0}}, sums[2] = {0.0}, steps = 0.0;
    int64_t order[2 * ROWS];
    mg_optimizer optimizer = {.kind = (int)below(4),
                              .lr = 0.125,
                              .momentum = number(),
                              .weight_decay = 0.5,
                              .beta1 = 0.9,
                              .beta2 = 0.99,
                              .eps = 1e-8,
                              .alpha = 0.9,
                              .flag = next() % 2,
                              .step_count = &steps,
                              .parameters = params};
    for (size_t i = 0; i < info.parameters && optimizer.n < 4; i++)
        if (next() % 4)
            params[optimizer.n++] = mg_program_parameter(program, i);
    for (int s = 0; s < 3; s++)
        optimizer.state[s] = state[s];
    for (size_t i = 0; i < 2 * n; i++)
        order[i] = (int64_t)below(n);
    int threads = next() % 16 == 0 ? 2 : 1;
    mg_training training = {.order = next() % 2 ? order : NULL,
                            .n = n,
                            .batch_size = 1 + below(ROWS),
                            .repeats = 2,
                            .optimizer = &optimizer,
                            .n_threads = threads,
                            .check_finite = next() % 2,
                            .sums = sums};
    (void)mg_program_train(program, inputs, &training);
    (void)mg_optimizer_step(&optimizer);
}

/* Compiles a graph of arguments, parameters, which are nodes that are held, and constants.
 */
static void compile(void) {
    static const size_t widths[2] = {1, 2};
    mg_id args[3], made[40], outputs[3];
    size_t n = 0, n_outputs = 1 + below(3), nodes = mg_live_nodes();
    int fine = 1;
    for (size_t i = 0; i < 3; i++) {
        args[i] = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
        fine &= args[i] != 0;
    }
    for (size_t steps = below(36); fine && n < steps; n++) {
        mg_id operand[2];
        for (int i = 0; i < 2; i++) {
            size_t which = below(8);
            operand[i] = which < 3             ? args[which]
                         : which < 5 || n == 0 ? pick()
                                               : made[below(n)];
        }
        int op = next() % 2 ? mg_op_find(next() % 2 ? "add" : "mul") : an_operator();
        mg_id both[2] = {operand[0], operand[1]};
        size_t arity = 2; /* mg_node refuses a wrong number, mg_traced does not */
        mg_id probe = mg_node(op, both, 2, 0.0, 0, 0.0);
        if (probe == 0)
            arity = 1;
        else
            mg_release(probe);
        made[n] = mg_traced(op, operand[0], arity == 2 ? operand[1] : 0, number());
        if (made[n] == 0) /* or an allocation failed, and with it the probe */
            break;
    }
    if (fine) {
        mg_status status;
        for (size_t i = 0; i < n_outputs; i++)
            outputs[i] = n == 0 || next() % 8 == 0 ? pick() : made[below(n)];
        mg_program *program = mg_compile(args, widths, 2, 0, outputs, n_outputs, 0, &status);
        CHECK((program != NULL) == (status == MG_OK));
        if (program != NULL)
            run_program(program, n_outputs);
        mg_program_free(program);
    }
    while (n > 0)
        mg_release(made[--n]);
    for (size_t i = 0; i < 3; i++)
        if (args[i] != 0)
            mg_release(args[i]);
    CHECK(mg_live_nodes() >= nodes); /* more if a net was expanded */
}

#endif
