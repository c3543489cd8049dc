/* fuzz.c - a fuzzer's bytes as a program over the library's whole API.
 *
 * libFuzzer calls LLVMFuzzerTestOneInput; compiled with -DREPLAY the program has a main
 * that runs the files it is given. tests/README.md says how to run both.
 *
 * A first byte picks a step, those after it its operands; there is no wrong program.
 * Sanitizers watch the memory, and CHECK what the header promises: a call that fails
 * leaves the graph as it was, what ran twice says the same, and at the end no node and
 * no block is left.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "micrograd.h"

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);               \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

enum { MAX_HELD = 64, MAX_NETS = 3, MAX_WIDTH = 4, MAX_STEPS = 300, MAX_NODES = 12000 };
enum {
    MAX_PARAMETERS = 3 * MAX_WIDTH * (MAX_WIDTH + 1),
    ROWS = 19
}; /* more than a block */

/* --- what a program works on ----------------------------------------------------- */

typedef struct {
    mg_net *net;
    size_t nin, nout, n_parameters;
    mg_id parameters[MAX_PARAMETERS];
} held_net;

static const uint8_t *input;
static size_t left;
static mg_id held[MAX_HELD]; /* a reference each */
static size_t n_held;
static held_net nets[MAX_NETS];
static size_t n_nets;

static unsigned next(void) {
    if (left == 0)
        return 0;
    left--;
    return *input++;
}

static size_t below(size_t n) { return next() % n; }

static double number(void) {
    static const double special[] = {0.0,    -0.0,     1.0,       -1.0,  0.5,
                                     5e-324, -2e-308,  1e-308,    1e308, -1e308,
                                     2.0,    HUGE_VAL, -HUGE_VAL, NAN};
    unsigned byte = next();
    if (byte < sizeof special / sizeof *special)
        return special[byte];
    return ((double)byte - 128.0) / 32.0;
}

static mg_id pick(void) { return held[below(n_held)]; }

static void drop(size_t i) {
    mg_release(held[i]);
    held[i] = held[--n_held];
}

static void hold(mg_id id) {
    if (id == 0)
        return;
    if (n_held == MAX_HELD)
        drop(1);
    held[n_held++] = id;
}

/* --- steps ----------------------------------------------------------------------------
 */

/* A result, or 0 and nothing has changed. */
static void hold_new(mg_id id, size_t nodes_before) {
    CHECK(id != 0 || mg_live_nodes() == nodes_before);
    hold(id);
}

static size_t pick_some(mg_id *ids, size_t max) {
    size_t n = below(max + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = pick();
    return n;
}

static int an_operator(void) {
    int op = 4 + (int)below(40);
    return mg_op_name(op) == NULL ? mg_op_find("tanh") : op;
}

static void make_node(void) {
    mg_id ids[6];
    size_t n = pick_some(ids, 6);
    int op = next() % 2 ? mg_op_find("custom") : an_operator();
    double k = number();
    size_t nodes = mg_live_nodes();
    mg_id id = mg_node(op, ids, n, k, (int)below(4), 0.5);
    hold_new(id, nodes);
}

static void look(void) {
    mg_id id = pick(), operands[8];
    if (mg_make_plain(id) != MG_OK)
        return;
    size_t n = mg_operands(id, operands, 8);
    CHECK(mg_op_name(mg_op(id)) != NULL && mg_op_label(mg_op(id))[0] != '?');
    CHECK(mg_k_style(id) >= 0 && mg_k_style(id) < 4 &&
          (isnan(mg_k(id)) || !isnan(mg_k(id))));
    int owned = mg_is_owned(id), own = mg_has_own_backward(id);
    CHECK((owned == 0 || owned == 1) && (own == 0 || own == 1));
    double grad = mg_grad(id);
    mg_set_grad(id, grad);
    CHECK(mg_grad(id) == grad || isnan(grad));
    if (n > 0) { /* take one up, as _prev does */
        mg_id operand = operands[below(n < 8 ? n : 8)];
        mg_retain(operand);
        hold(operand);
    }
}

static void backward(void) {
    mg_id root = pick(), *order;
    size_t n, nodes = mg_live_nodes();
    mg_status status = mg_backward(root);
    if (status != MG_HAS_OWN_BACKWARD)
        return;
    CHECK(mg_live_nodes() >= nodes);
    if (mg_backward_order(root, &order, &n) != MG_OK)
        return;
    CHECK(n > 0 && order[0] == root);
    mg_backward_nodes(order, n);
    mg_free_order(order);
}

static void bulk(void) {
    mg_id a[8], b[8];
    size_t n = pick_some(a, 8), nodes = mg_live_nodes();
    for (size_t i = 0; i < n; i++)
        b[i] = pick();
    switch (next() % 4) {
    case 0:
        hold_new(mg_total(a, n), nodes);
        break;
    case 1:
        hold_new(mg_dot(a, b, n, next() % 2 ? pick() : 0), nodes);
        break;
    case 2:
        hold_new(mg_logsumexp(a, n), nodes);
        break;
    default:
        if (mg_softmax(a, n, b) != MG_OK)
            CHECK(mg_live_nodes() == nodes);
        else
            for (size_t i = 0; i < n; i++)
                hold(b[i]);
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
        mg_free_order(found);
    }
    CHECK(mg_live_nodes() >= nodes); /* more where a net was made plain */
}

/* --- nets -------------------------------------------------------------------------------
 */

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
                continue; /* the sizes don't matter then */
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

/* --- programs
 * ---------------------------------------------------------------------------- */

/* n programs' results twice: the same bits. */
static void run_program(mg_program *program, size_t n_outputs) {
    double x[ROWS], y[ROWS * 2], first[ROWS * 3], again[ROWS * 3], mean;
    const double *inputs[2] = {x, y};
    for (size_t i = 0; i < ROWS; i++)
        x[i] = number();
    for (size_t i = 0; i < 2 * ROWS; i++)
        y[i] = number();
    size_t n = 1 + below(ROWS);
    if (mg_program_forward(program, inputs, n, first) == MG_OK &&
        mg_program_forward(program, inputs, n, again) == MG_OK)
        for (size_t i = 0; i < n * n_outputs; i++)
            CHECK(memcmp(&first[i], &again[i], sizeof(double)) == 0 || isnan(first[i]));
    (void)mg_program_backward(program, inputs, n, next() % 2, &mean);
    mg_program_info info = mg_program_describe(program);
    for (size_t i = 0; i < info.instructions; i++)
        CHECK(mg_program_instruction(program, i).name != NULL);
    volatile uint32_t slot; /* for the sanitizers to see each read */
    for (size_t i = 0; i < info.index_length; i++)
        slot = mg_program_index(program)[i];
    (void)slot;
    if (next() % 2)
        return;
    mg_id params[4];
    double state[3][4] = {{0.0}}, sums[2] = {0.0}, steps = 0.0;
    int64_t order[2 * ROWS];
    mg_optimizer optimizer = {.kind = (mg_optimizer_kind)below(4),
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
    (void)mg_program_train(program, inputs, next() % 2 ? order : NULL, n, 1 + below(ROWS),
                           2, &optimizer, threads, next() % 2, sums);
    (void)mg_optimizer_step(&optimizer);
}

/* A graph of traced leaves, parameters among what is held, and constants. */
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
        size_t arity = 2; /* mg_node knows the operator's, mg_traced does not ask */
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
        mg_program *program = mg_compile(args, widths, 2, outputs, n_outputs, &status);
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
    CHECK(mg_live_nodes() >= nodes); /* more where a net was made plain */
}

/* --- one step, one program
 * ------------------------------------------------------------------ */

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
        look();
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
        switch (next() % 6) {
        case 0:
            (void)mg_keep(a);
            CHECK(mg_is_kept(a));
            break;
        case 1:
            mg_set_own_backward(a);
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
        default:
            CHECK(mg_use_kernels(next() % 2 ? "portable" : NULL));
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CHECK(mg_compiler()[0] != '\0' && mg_cpu_features() != NULL);
    held[0] = mg_leaf(0.5);
    n_held = 1;
    size_t blocks =
        mg_live_blocks(); /* with the first chunk of nodes: there is no second */
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
    CHECK(mg_live_nodes() == 0);
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
