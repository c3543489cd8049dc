/* test_program.c - programs without Python: many inputs, rows and threads, and no memory.
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
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
    mg_program *program = mg_compile(args, widths, ARGS, &sum, 1, status);
    mg_release(sum);
    while (made > 0)
        mg_release(args[--made]);
    return program;
}

/* Each allocation of a call fails in turn, until it succeeds, after more than `least`. */
#define UNTIL_IT_SUCCEEDS(done, least)                                                    \
    do {                                                                                  \
        long nth = 1;                                                                     \
        for (; mg_fail_allocation(nth, 0), !(done); nth++)                                \
            CHECK(nth < 1000);                                                            \
        mg_fail_allocation(0, 0);                                                         \
        CHECK(nth > (least));                                                             \
    } while (0)

int main(void) {
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
    mg_optimizer sgd = {.kind = MG_SGD,
                        .lr = 1.0,
                        .momentum = 0.5,
                        .step_count = &steps,
                        .n = 1,
                        .parameters = &w,
                        .state = {&velocity}};
    for (int threads = 1; threads < 3; threads++) {
        mg_set_data(w, 2.0);
        velocity = sum = 0.0;
        UNTIL_IT_SUCCEEDS(mg_program_train(program, inputs, NULL, ROWS, ROWS, 1, &sgd,
                                           threads, 0, &sum) == MG_OK,
                          5);
        CHECK(is(sum, (ARGS + 1.0) * ROWS) && is(mg_data(w), 1.0) && is(velocity, 1.0));
    }
    sum = 0.0; /* and of threads there are at most 256 */
    CHECK(mg_program_train(program, inputs, NULL, ROWS, ROWS, 1, &sgd, 300, 0, &sum) ==
          MG_OK);
    CHECK(is(sum, ARGS * (double)ROWS) && is(mg_data(w), -0.5));
    CHECK(mg_program_backward(program, inputs, ROWS, 0, &mean) == MG_OK);
    CHECK(is(mean, ARGS - 1.5) && is(mg_grad(w), 2.0));
    mg_program_free(program);
    CHECK(mg_live_blocks() == blocks && mg_live_nodes() == 1);
    mg_release(w);
    CHECK(!mg_use_kernels("none"));
    CHECK(mg_use_kernels(NULL));
    return failures != 0;
}
