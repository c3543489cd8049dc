/* test_program.c - programs without Python: many inputs, rows and threads, and no memory;
 * many groups; rows that fill no block; what is refused.
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "micrograd.h"

enum { ARGS = 70, ROWS = 17 * 256 };

/* w * x0 + x1 + ... : a program of many inputs and rows. NULL: *status says why. */
static mg_program *sum_of_inputs(mg_id w, mg_status *status) {
    mg_id args[ARGS], sum = 0;
    size_t widths[ARGS], made = 0;
    for (; made < ARGS; made++) {
        args[made] = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
        widths[made] = 1;
    }
    sum = mg_traced(mg_op_find("mul"), w, args[0], 0.0);
    for (size_t i = 1; i < ARGS; i++) {
        mg_id next = mg_traced(mg_op_find("add"), sum, args[i], 0.0);
        mg_release(sum);
        sum = next;
    }
    mg_program *program = mg_compile(args, widths, ARGS, 0, &sum, 1, 0, status);
    mg_release(sum);
    while (made > 0)
        mg_release(args[--made]);
    return program;
}

static void test_many_rows(void) {
    static double x[ROWS];
    const double *inputs[ARGS];
    mg_id w = mg_leaf(2.0);
    size_t blocks = mg_live_blocks();
    for (size_t i = 0; i < ROWS; i++)
        x[i] = 1.0;
    for (size_t i = 0; i < ARGS; i++)
        inputs[i] = x;
    mg_program *program;
    mg_status status;
    UNTIL_IT_SUCCEEDS((program = sum_of_inputs(w, &status)) != NULL, 20);
    CHECK(status == MG_OK);

    double velocity = 0.0, steps = 0.0, sum, mean;
    CHECK(mg_program_backward(program, inputs, 20, 0, &mean) ==
          MG_OK); /* then more rows */
    CHECK(is(mean, ARGS + 1.0));
    mg_optimizer sgd = {.kind = mg_optimizer_find("sgd"),
                        .lr = 1.0,
                        .momentum = 0.5,
                        .step_count = &steps,
                        .n = 1,
                        .parameters = &w,
                        .state = {&velocity}};
    for (int threads = 1; threads < 3; threads++) {
        mg_set_data(w, 2.0);
        velocity = sum = 0.0;
        mg_training training = {.n = ROWS,
                                .batch_size = ROWS,
                                .repeats = 1,
                                .optimizer = &sgd,
                                .n_threads = threads,
                                .sums = &sum};
        UNTIL_IT_SUCCEEDS(mg_program_train(program, inputs, &training) == MG_OK, 5);
        CHECK(training.steps == 1);
        CHECK(is(sum, (ARGS + 1.0) * ROWS) && is(mg_data(w), 1.0) && is(velocity, 1.0));
    }
    sum = 0.0; /* and of threads there are at most 256 */
    mg_training threaded = {.n = ROWS,
                            .batch_size = ROWS,
                            .repeats = 1,
                            .optimizer = &sgd,
                            .n_threads = 300,
                            .sums = &sum};
    CHECK(mg_program_train(program, inputs, &threaded) == MG_OK);
    CHECK(is(sum, ARGS * (double)ROWS) && is(mg_data(w), -0.5));
    CHECK(mg_program_backward(program, inputs, ROWS, 0, &mean) == MG_OK);
    CHECK(is(mean, ARGS - 1.5) && is(mg_grad(w), 2.0));
    mg_program_free(program);
    CHECK(mg_live_blocks() == blocks && mg_live_nodes() == 1);
    mg_release(w);
}

/* --- many groups ------------------------------------------------------------------ */

/* Neurons of two inputs, or three, no two of which have the same: that many groups of
 * one kind meet in the compiler's table of groups, and must not be taken for another. */
static void test_neurons_with_inputs_of_their_own(void) {
    enum { INPUTS = 24, NEURONS = INPUTS * (INPUTS - 1) / 2 };
    static mg_id args[INPUTS], neurons[NEURONS];
    static double x[INPUTS], out[NEURONS], expected[NEURONS];
    const double *inputs[1] = {x};
    const size_t widths[1] = {INPUTS};
    const int leaky_relu = mg_op_find("leaky_relu"), add = mg_op_find("add");
    const int mul = mg_op_find("mul");
    mg_id w = mg_leaf(2.0), b = mg_leaf(-20.0);
    mg_status status;
    size_t n = 0;
    for (size_t i = 0; i < INPUTS; i++) {
        args[i] = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
        x[i] = (double)i;
    }
    for (size_t i = 0; i < INPUTS; i++)
        for (size_t j = i + 1; j < INPUTS; j++) {
            const size_t terms[3] = {i, j, i / 2}, n_terms = 2 + j % 2;
            double sum = -20.0, slope = 0.5 + (double)(n % 7);
            mg_id at = b;
            mg_retain(b);
            for (size_t k = 0; k < n_terms; k++) {
                mg_id product = mg_traced(mul, w, args[terms[k]], 0.0);
                mg_id next = mg_traced(add, at, product, 0.0);
                mg_release(product);
                mg_release(at);
                at = next;
                sum += 2.0 * x[terms[k]];
            }
            neurons[n] = mg_traced(leaky_relu, at, 0, slope);
            mg_release(at);
            expected[n++] = sum < 0.0 ? slope * sum : sum;
        }
    mg_program *program = mg_compile(args, widths, 1, 0, neurons, NEURONS, 0, &status);
    CHECK(program != NULL && mg_program_forward(program, inputs, 1, NULL, out) == MG_OK);
    for (size_t i = 0; i < NEURONS; i++)
        CHECK(is(out[i], expected[i]));
    mg_program_free(program);
    while (n > 0)
        mg_release(neurons[--n]);
    for (size_t i = 0; i < INPUTS; i++)
        mg_release(args[i]);
    mg_release(w);
    mg_release(b);
    CHECK(mg_live_nodes() == 0);
}

/* --- sums of squares ---------------------------------------------------------------- */

static mg_id traced_and_dropped(const char *op, mg_id a, mg_id b) {
    mg_id id = mg_traced(mg_op_find(op), a, b, 0.0);
    mg_release(a);
    if (b != 0)
        mg_release(b);
    return id;
}

static mg_id product(mg_id a, mg_id b) { return mg_traced(mg_op_find("mul"), a, b, 0.0); }

/* w0 * x + w1 * x + w2 * x + (w0 * w0 + w2 * w2): squares of parameters between which
 * there is another one are not those of consecutive ones. */
static void test_squares_with_a_gap(void) {
    const double x[2] = {1.0, 2.0}, *inputs[1] = {x};
    const size_t widths[1] = {1};
    mg_id arg = mg_traced(mg_op_find("leaf"), 0, 0, 0.0), w[3];
    double mean;
    mg_status status;
    for (int i = 0; i < 3; i++)
        w[i] = mg_leaf(i + 1.0);
    mg_id sum = product(w[0], arg);
    for (int i = 1; i < 3; i++)
        sum = traced_and_dropped("add", sum, product(w[i], arg));
    mg_id squares = traced_and_dropped("add", product(w[0], w[0]), product(w[2], w[2]));
    sum = traced_and_dropped("add", sum, squares);
    mg_program *program = mg_compile(&arg, widths, 1, 0, &sum, 1, 0, &status);
    CHECK(program != NULL);
    CHECK(mg_program_backward(program, inputs, 2, 0, &mean) == MG_OK);
    CHECK(is(mean, 6.0 * 1.5 + 10.0));
    CHECK(is(mg_grad(w[0]), 1.5 + 2.0) && is(mg_grad(w[1]), 1.5));
    CHECK(is(mg_grad(w[2]), 1.5 + 6.0));
    mg_program_free(program);
    mg_release(sum);
    mg_release(arg);
    for (int i = 0; i < 3; i++)
        mg_release(w[i]);
    CHECK(mg_live_nodes() == 0);
}

/* --- rows that fill no block -------------------------------------------------------- */

/* Arrays that end with the last row, so that a sanitizer sees what is read or written
 * behind it. */
static void test_any_number_of_rows(const char *kernels) {
    enum { COLUMNS = 5, MOST = 35 };
    const size_t widths[1] = {COLUMNS};
    double mean;
    mg_status status;
    if (!mg_use_kernels(kernels)) /* this machine cannot run them */
        return;
    mg_id args[COLUMNS], w = mg_leaf(2.0);
    for (int i = 0; i < COLUMNS; i++)
        args[i] = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
    mg_id sum = product(w, args[0]);
    for (int i = 1; i < COLUMNS; i++) {
        mg_retain(args[i]);
        sum = traced_and_dropped("add", sum, args[i]);
    }
    sum = traced_and_dropped("exp", sum, 0);
    mg_program *program = mg_compile(args, widths, 1, 0, &sum, 1, 0, &status);
    CHECK(program != NULL);
    for (size_t n = 1; program != NULL && n <= MOST; n++) {
        double *x = malloc(n * COLUMNS * sizeof *x), *out = malloc(n * sizeof *out);
        const double *inputs[1] = {x};
        CHECK(x != NULL && out != NULL);
        for (size_t i = 0; x != NULL && i < n * COLUMNS; i++)
            x[i] = i % COLUMNS == 0 ? 0.25 : -0.125;
        CHECK(mg_program_forward(program, inputs, n, NULL, out) == MG_OK);
        for (size_t i = 0; out != NULL && i < n; i++)
            CHECK(is(out[i], 1.0));
        mg_set_grad(w, 0.0);
        CHECK(mg_program_backward(program, inputs, n, 1, &mean) == MG_OK);
        CHECK(is(mean, 1.0) && fabs(mg_grad(w) - 0.25) < 1e-15);
        free(x);
        free(out);
    }
    mg_program_free(program);
    mg_release(sum);
    for (int i = 0; i < COLUMNS; i++)
        mg_release(args[i]);
    mg_release(w);
    CHECK(mg_live_nodes() == 0 && mg_use_kernels(NULL));
}

/* --- inputs that all rows share ----------------------------------------------------- */

/* w * x + s0 * s1 for the rows x, and for none: then the program runs once. */
static void test_shared_inputs(void) {
    const double x[3] = {1.0, 2.0, 6.0}, shared[2] = {10.0, 0.5};
    const double *inputs[2] = {x, shared};
    const size_t widths[2] = {1, 2};
    double out[3], mean, gradient;
    mg_status status;
    mg_id args[3], w = mg_leaf(2.0);
    for (int i = 0; i < 3; i++)
        args[i] = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
    mg_id both = product(args[1], args[2]);
    mg_id sum = traced_and_dropped("add", product(w, args[0]), both);
    mg_program *program = mg_compile(args, widths, 2, 1, &sum, 1, 0, &status);
    CHECK(program != NULL && mg_program_describe(program).shared == 2);
    CHECK(mg_program_describe(program).inputs == 1);
    CHECK(mg_program_forward(program, inputs, 3, NULL, out) == MG_OK);
    CHECK(is(out[0], 7.0) && is(out[1], 9.0) && is(out[2], 17.0));
    CHECK(mg_program_value_and_grad(program, inputs, 3, NULL, 0, &mean, &gradient) ==
          MG_OK);
    CHECK(is(mean, 11.0) && is(gradient, 3.0));
    mg_program_free(program);

    program = mg_compile(args + 1, widths + 1, 1, 1, &args[1], 1, 0, &status);
    CHECK(program != NULL);
    CHECK(mg_program_forward(program, inputs + 1, 1, NULL, out) == MG_OK);
    CHECK(is(out[0], 10.0));
    mg_program_free(program);
    mg_release(sum);
    for (int i = 0; i < 3; i++)
        mg_release(args[i]);
    mg_release(w);
    CHECK(mg_live_nodes() == 0);
}

/* --- what is refused, and what changes nothing -------------------------------------- */

static void test_refusals(void) {
    double x[1] = {HUGE_VAL}, sums[1] = {0.0}, steps = 0.0;
    const double *inputs[1] = {x};
    const size_t widths[1] = {1};
    mg_id arg = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
    mg_id parameters[2] = {mg_leaf(2.0), mg_leaf(3.0)}, w = parameters[0];
    mg_set_recording(0);
    CHECK(mg_traced(mg_op_find("mul"), w, arg, 0.0) == 0);
    mg_set_recording(1);

    mg_status status;
    mg_id outputs[2] = {mg_traced(mg_op_find("mul"), w, arg, 0.0), w};
    mg_program *program = mg_compile(&arg, widths, 1, 0, outputs, 2, 0, &status);
    const uint32_t uniform = UINT32_C(1) << 31;
    CHECK(program != NULL && !(mg_program_output(program, 0) & uniform));
    CHECK(mg_program_output(program, 1) & uniform); /* no row changes it */

    /* A step that is not finite: none is taken, also of what the program does not know. */
    mg_optimizer optimizer = {.kind = mg_optimizer_find("sgd"),
                              .lr = 1.0,
                              .step_count = &steps,
                              .n = 2,
                              .parameters = parameters};
    mg_set_grad(parameters[1], 5.0);
    mg_training training = {.n = 1,
                            .batch_size = 1,
                            .repeats = 1,
                            .optimizer = &optimizer,
                            .n_threads = 1,
                            .check_finite = 1,
                            .sums = sums};
    CHECK(mg_program_train(program, inputs, &training) == MG_NOT_FINITE);
    CHECK(training.steps == 0);
    CHECK(is(mg_data(w), 2.0) && is(mg_grad(w), 0.0));
    CHECK(is(mg_data(parameters[1]), 3.0) && is(mg_grad(parameters[1]), 5.0));

    optimizer.kind = mg_optimizer_find("none"); /* there is none */
    CHECK(mg_optimizer_step(&optimizer) == MG_OK && is(mg_data(parameters[1]), 3.0));
    CHECK(!mg_use_kernels("none") && mg_use_kernels("portable"));
    CHECK(mg_use_kernels(mg_program_describe(program).kernels)); /* "sse2", say */
    CHECK(mg_use_kernels(NULL));
    mg_program_free(program);
    mg_release(outputs[0]);
    mg_release(arg);
    mg_release(parameters[0]);
    mg_release(parameters[1]);
    CHECK(mg_live_nodes() == 0);
}

/* Its first gradient with momentum is not dampened, in whichever step that is. */
static void test_momentum_later(void) {
    mg_id w = mg_leaf(8.0);
    double steps = 0.0, first = 0.0, buffer = 0.0;
    mg_optimizer sgd = {.kind = mg_optimizer_find("sgd"),
                        .lr = 1.0,
                        .dampening = 0.5,
                        .step_count = &steps,
                        .first_with_momentum = &first,
                        .n = 1,
                        .parameters = &w,
                        .state = {&buffer}};
    mg_set_grad(w, 1.0);
    CHECK(mg_optimizer_step(&sgd) == MG_OK && is(mg_data(w), 7.0) && is(first, 0.0));
    sgd.momentum = 0.5;
    CHECK(mg_optimizer_step(&sgd) == MG_OK && is(mg_data(w), 6.0) && is(first, 2.0));
    CHECK(mg_optimizer_step(&sgd) == MG_OK && is(buffer, 1.0) && is(mg_data(w), 5.0));
    first = 0.0; /* a state from elsewhere, which is not of zeros */
    buffer = 2.0;
    CHECK(mg_optimizer_step(&sgd) == MG_OK && is(buffer, 1.5) && is(first, 1.0));
    steps = 0.0;
    CHECK(mg_optimizer_step(&sgd) == MG_OK && is(buffer, 1.0) && is(first, 1.0));
    mg_release(w);
}

int main(void) {
    test_momentum_later();
    test_many_rows();
    test_neurons_with_inputs_of_their_own();
    test_squares_with_a_gap();
    test_any_number_of_rows("portable");
    test_any_number_of_rows("avx2");
    test_any_number_of_rows("avx512");
    test_shared_inputs();
    test_refusals();
    return failures != 0;
}
