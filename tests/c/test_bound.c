/* test_bound.c - bound calls without Python: places, gaps, no memory, a run in a run.
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include <math.h>

#include "check.h"
#include "micrograd.h"

/* v * x * w + s for rows x and a shared number s, with the parameters v and w. */
static mg_program *make_program(mg_id v, mg_id w) {
    const int leaf = mg_op_find("leaf"), mul = mg_op_find("mul"), add = mg_op_find("add");
    const size_t widths[2] = {1, 1};
    mg_status status;
    mg_id args[2] = {mg_traced(leaf, 0, 0, 0.0), mg_traced(leaf, 0, 0, 0.0)};
    mg_id scaled = mg_traced(mul, v, args[0], 0.0);
    mg_id product = mg_traced(mul, scaled, w, 0.0);
    mg_id sum = mg_traced(add, product, args[1], 0.0);
    mg_program *program = mg_compile(args, widths, 2, 1, &sum, 1, 0, &status);
    CHECK(program != NULL && status == MG_OK);
    mg_release(sum);
    mg_release(product);
    mg_release(scaled);
    mg_release(args[0]);
    mg_release(args[1]);
    return program;
}

/* Sets places such that v is in element at_v of the caller's arrays, and w in at_w. */
static void place(const mg_program *program, mg_id v, int64_t at_v, int64_t at_w,
                  int64_t *places) {
    for (size_t i = 0; i < 2; i++)
        places[i] = is(mg_program_parameter(program, i), v) ? at_v : at_w;
}

/* The first has no tape, the second writes one, which those after it run. */
static void check_calls_of_one_row(mg_program *program, const int64_t *places) {
    double x = 3.0, shift = 0.5, out, params = 3.0, gradient, mean[4], slopes[4];
    const double *inputs[2] = {&x, &shift};
    for (int i = 0; i < 4; i++) {
        if (i == 1)
            UNTIL_IT_SUCCEEDS(mg_program_call(program, inputs, 1, &params, places, &out,
                                              &gradient, 1, 0, &mean[i]) == MG_OK,
                              5);
        else
            CHECK(mg_program_call(program, inputs, 1, &params, places, &out, &gradient, 1,
                                  0, &mean[i]) == MG_OK);
        if (i == 1)
            mg_fail_allocation(1, 1); /* the next ones allocate nothing */
        slopes[i] = gradient;
        CHECK(is(mean[i], mean[0]) && is(out, mean[0]) && is(slopes[i], slopes[0]));
    }
    mg_fail_allocation(0, 0);
    x = 4.0;
    CHECK(mg_program_forward(program, inputs, 1, NULL, &out) == MG_OK);
    CHECK(!is(out, mean[0]));
}

static void test_runs(void) {
    mg_id v = mg_leaf(2.0), w = mg_leaf(5.0);
    const size_t blocks = mg_live_blocks();
    mg_program *program = make_program(v, w);
    double x[4] = {1.0, 2.0, 3.0, 2.0}, shift = 0.5, out[4], params[3] = {3.0, 0.0, 7.0};
    double gradient[3] = {9.0, 9.0, 9.0}, mean = 0.0;
    const double *inputs[2] = {x, &shift};
    int64_t places[2];
    mg_bound *bound;

    place(program, v, 2, 0, places); /* element 1 is nobody's */
    UNTIL_IT_SUCCEEDS(
        (bound = mg_bind(program, inputs, 4, params, places, out, gradient, 3, 0)) != NULL,
        4);
    inputs[0] = NULL;         /* the pointers are copied */
    mg_fail_allocation(1, 1); /* a run allocates nothing */
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 42.5) && is(out[2], 63.5));
    CHECK(is(gradient[0], 14.0) && is(gradient[1], 0.0) && is(gradient[2], 6.0));
    x[2] = -1.0;
    shift = 1.0;
    params[0] = 1.0;
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 8.0) && is(out[1], 15.0));
    mg_fail_allocation(0, 0);
    mg_bound_free(bound);
    inputs[0] = x;

    place(program, v, -1, 0, places); /* v is read from the graph */
    bound = mg_bind(program, inputs, 4, params, places, out, gradient, 1, 0);
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 3.0) && is(gradient[0], 2.0));
    mg_set_data(v, 4.0);
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 5.0) && is(gradient[0], 4.0));
    mg_bound_free(bound);

    UNTIL_IT_SUCCEEDS(/* one row has a tape */
                      (bound = mg_bind(program, inputs, 1, params, places, out, gradient,
                                       1, 0)) != NULL,
                      6);
    mg_fail_allocation(1, 1);
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 5.0) && is(gradient[0], 4.0));
    x[0] = 2.0;
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 9.0) && is(gradient[0], 8.0));
    mg_fail_allocation(0, 0);
    x[0] = 1.0;
    mg_bound_free(bound);

    bound = mg_bind(program, inputs, 4, NULL, places, out, NULL, 0, 1);
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 21.0) && is(out[0], 21.0));
    mg_bound_free(bound);

    bound = mg_bind(program, inputs, 4, NULL, places, out, gradient, 1, 1);
    x[1] = INFINITY;
    CHECK(mg_bound_run(bound, &mean) == MG_NOT_FINITE && isinf(gradient[0]));
    x[1] = 2.0;
    CHECK(mg_bound_run(bound, &mean) == MG_OK && is(mean, 21.0));
    mg_bound_free(bound);
    mg_bound_free(NULL);

    place(program, v, 2, 0, places); /* a single call */
    params[0] = 3.0;
    shift = 0.5;
    x[2] = 3.0;
    UNTIL_IT_SUCCEEDS(mg_program_call(program, inputs, 4, params, places, out, gradient, 3,
                                      0, &mean) == MG_OK,
                      3);
    CHECK(is(mean, 42.5) && is(out[2], 63.5) && is(gradient[0], 14.0));
    CHECK(is(gradient[1], 0.0) && is(gradient[2], 6.0));
    mg_fail_allocation(1, 1); /* the next one allocates nothing */
    place(program, v, -1, 0, places);
    CHECK(mg_program_call(program, inputs, 4, params, places, out, NULL, 0, 1, &mean) ==
          MG_OK);
    CHECK(is(mean, 24.5));
    x[1] = INFINITY;
    CHECK(mg_program_call(program, inputs, 4, NULL, places, NULL, gradient, 1, 1, &mean) ==
          MG_NOT_FINITE);
    mg_fail_allocation(0, 0);
    check_calls_of_one_row(program, places);

    CHECK(is(mg_grad(v), 0.0) && is(mg_grad(w), 0.0));
    mg_program_free(program);
    CHECK(mg_live_nodes() == 2 && mg_live_blocks() == blocks);
    mg_release(v);
    mg_release(w);
}

int main(void) {
    test_runs();
    return failures != 0;
}
