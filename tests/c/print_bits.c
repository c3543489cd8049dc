/* print_bits.c - prints the bits of what the library computes, to compare machines.
 *
 * It uses only +, *, sqrt and comparisons, whose every bit IEEE 754 defines, and no other
 * function of the math library. The numbers come from a generator of its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "micrograd.h"

enum {
    N_IN = 3,
    N_HIDDEN = 9,
    N_PARAMETERS = N_HIDDEN * (N_IN + 2),
    ROWS = 37,
    EPOCHS = 5
};

/* Marsaglia 2003, "Xorshift RNGs"; from -2 to 2. */
static double any_number(void) {
    static uint64_t x = 1337;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (double)(x >> 11) / 9007199254740992.0 * 4.0 - 2.0;
}

static void print_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    printf("%016" PRIx64 "\n", bits);
}

static void must(int condition) {
    if (!condition) {
        fputs("print_bits: the library refused\n", stderr);
        exit(1);
    }
}

/* --- a graph of single operators ------------------------------------------- */

static void print_graph(void) {
    enum { LEAVES = 20, NODES = 2000 };
    const char *binary[] = {"add", "mul", "maximum", "minimum"};
    const char *unary[] = {"relu", "abs", "sqrt"};
    static mg_id node[LEAVES + NODES];
    size_t n = 0;
    while (n < LEAVES)
        must((node[n++] = mg_leaf(any_number())) != 0);
    while (n < LEAVES + NODES) {
        mg_id a = node[n - 1 - n % 5], b = node[n - 1 - n % 13];
        mg_id made;
        if (n % 7 == 0)
            made = mg_leaf(any_number());
        else if (n % 3 != 0)
            made = mg_binary(mg_op_find(binary[n % 4]), a, b);
        else if (n % 5 != 0)
            made = mg_unary_k(mg_op_find("leaky_relu"), a, 0.01, 0);
        else
            made =
                mg_unary(mg_op_find(unary[n % 2 == 0 ? 0 : 1 + (mg_data(a) >= 0.0)]), a);
        must(made != 0);
        node[n++] = made;
    }
    mg_id root = mg_total(node, n);
    must(root != 0 && mg_backward(root) == MG_OK);
    for (size_t i = 0; i < n; i++) {
        print_bits(mg_data(node[i]));
        print_bits(mg_grad(node[i]));
    }
    mg_release(root);
    while (n > 0)
        mg_release(node[--n]);
}

/* --- a net, called as a whole ----------------------------------------------- */

static void print_net(void) {
    const size_t sizes[] = {N_IN, N_HIDDEN, 1};
    const int ops[] = {mg_op_find("relu"), -1};
    mg_id parameters[N_HIDDEN * (N_IN + 1) + N_HIDDEN + 1];
    const size_t n = sizeof parameters / sizeof *parameters;
    for (size_t i = 0; i < n; i++)
        must((parameters[i] = mg_leaf(any_number())) != 0);
    mg_net *net = mg_net_new(sizes, 2, ops, parameters);
    must(net != NULL);
    for (int row = 0; row < ROWS; row++) {
        const double x[N_IN] = {any_number(), any_number(), any_number()};
        mg_id out;
        must(mg_net_call(net, NULL, x, 0, &out) == MG_NET_OK);
        must(mg_backward(out) == MG_OK);
        print_bits(mg_data(out));
        mg_release(out);
    }
    mg_net_free(net);
    for (size_t i = 0; i < n; i++) {
        print_bits(mg_grad(parameters[i]));
        mg_release(parameters[i]);
    }
}

/* --- a program over rows, and training ---------------------------------------- */

static mg_id traced(const char *op, mg_id a, mg_id b) {
    mg_id made = mg_traced(mg_op_find(op), a, b, 0.0);
    must(made != 0);
    return made;
}

/* The squared error of a net with one layer of relus. Intermediate nodes are not released.
 */
static mg_program *compile(mg_id *parameters) {
    mg_id args[N_IN + 1], loss = 0,
                          minus_one = mg_node(mg_op_find("leaf"), NULL, 0, 0, 0, -1.0);
    const size_t widths[] = {N_IN, 1};
    mg_status status;
    for (int i = 0; i < N_IN + 1; i++)
        args[i] = traced("leaf", 0, 0);
    const mg_id *p = parameters;
    mg_id out = traced("mul", args[N_IN], minus_one);
    for (int j = 0; j < N_HIDDEN; j++) {
        mg_id sum = *p++;
        for (int i = 0; i < N_IN; i++)
            sum = traced("add", sum, traced("mul", *p++, args[i]));
        out = traced("add", out, traced("mul", *p++, traced("relu", sum, 0)));
    }
    loss = traced("mul", out, out);
    mg_program *program = mg_compile(args, widths, 2, 0, &loss, 1, 0, &status);
    must(program != NULL);
    return program;
}

static void print_program(const char *kernels) {
    static double x[ROWS * N_IN], y[ROWS], out[ROWS], sums[EPOCHS],
        square_avg[N_PARAMETERS];
    const double *inputs[] = {x, y};
    mg_id parameters[N_PARAMETERS];
    double mean;
    must(mg_use_kernels(kernels));
    for (size_t i = 0; i < N_PARAMETERS; i++)
        must((parameters[i] = mg_leaf(any_number())) != 0);
    for (size_t i = 0; i < ROWS * N_IN; i++)
        x[i] = any_number();
    for (size_t i = 0; i < ROWS; i++)
        y[i] = any_number();
    memset(square_avg, 0, sizeof square_avg);

    mg_program *program = compile(parameters);
    must(mg_program_forward(program, inputs, ROWS, NULL, out) == MG_OK);
    must(mg_program_backward(program, inputs, ROWS, 0, &mean) == MG_OK);
    print_bits(mean);
    for (size_t i = 0; i < ROWS; i++)
        print_bits(out[i]);
    for (size_t i = 0; i < N_PARAMETERS; i++)
        print_bits(mg_grad(parameters[i]));

    double steps = 0.0;
    mg_optimizer rmsprop = {.kind = mg_optimizer_find("rmsprop"),
                            .step_count = &steps,
                            .lr = 0.01,
                            .alpha = 0.99,
                            .eps = 1e-8,
                            .n = N_PARAMETERS,
                            .parameters = parameters,
                            .state = {square_avg, NULL, NULL}};
    mg_training training = {.n = ROWS,
                            .batch_size = 10,
                            .repeats = EPOCHS,
                            .optimizer = &rmsprop,
                            .n_threads = 2,
                            .sums = sums};
    must(mg_program_train(program, inputs, &training) == MG_OK);
    for (size_t i = 0; i < EPOCHS; i++)
        print_bits(sums[i]);
    for (size_t i = 0; i < N_PARAMETERS; i++)
        print_bits(mg_data(parameters[i]));
    mg_program_free(program);
}

int main(void) {
    print_graph();
    print_net();
    print_program(NULL);
    print_program("portable");
    return 0;
}
