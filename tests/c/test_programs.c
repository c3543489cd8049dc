/* test_programs.c - several programs run and trained as one: parameters that only some
 * have, the order of sums, threads, no memory, and what is not finite.
 *
 * Prints what failed and exits with status 1, or prints nothing and exits with 0.
 */
#include <math.h>

#include "check.h"
#include "micrograd.h"

enum { LENGTHS = 3, EXAMPLES = 6, MANY = 1200 };

static mg_id w, places[LENGTHS];

static mg_id traced(const char *op, mg_id a, mg_id b) {
    return mg_traced(mg_op_find(op), a, b, 0.0);
}

/* Returns the program of length n: places[0] * (w * x0) + ... + places[n - 1] * (w * x).
 */
static mg_program *program_of(size_t n) {
    mg_id args[LENGTHS], sum = 0;
    mg_status status;
    for (size_t i = 0; i < n; i++) {
        args[i] = traced("leaf", 0, 0);
        mg_id scaled = traced("mul", w, args[i]), term = traced("mul", places[i], scaled);
        mg_id next = sum == 0 ? term : traced("add", sum, term);
        mg_release(scaled);
        if (sum != 0) {
            mg_release(term);
            mg_release(sum);
        }
        sum = next;
    }
    mg_program *program = mg_compile(args, &n, 1, 0, &sum, 1, 0, &status);
    mg_release(sum);
    for (size_t i = 0; i < n; i++)
        mg_release(args[i]);
    return program;
}

/* The examples: their lengths are 2, 1, 1, 3, 2 and 1. */
static const double ones[] = {1.0, 2.0, 4.0}, twos[] = {1.0, 1.0, 3.0, 5.0},
                    threes[] = {1.0, 2.0, 3.0};
static const double *const inputs_1[] = {ones}, *const inputs_2[] = {twos},
                           *const inputs_3[] = {threes};
static const double *const *const inputs[] = {inputs_3, inputs_2, inputs_1};
static const uint32_t program_numbers[EXAMPLES] = {1, 2, 2, 0, 1, 2};
static const int64_t rows[EXAMPLES] = {0, 0, 1, 0, 1, 2};
static const mg_examples examples = {EXAMPLES, program_numbers, rows, inputs};

static void set_parameters(void) {
    mg_set_data(w, 2.0);
    for (int i = 0; i < LENGTHS; i++)
        mg_set_data(places[i], i + 1.0);
}

/* Each length alone: sums of w * x * place are 2, 4, 8; 6, 26; 28. */
static void test_gradients(mg_programs *all, long least) {
    double mean = 0.0, gradient[LENGTHS + 1], given[LENGTHS + 1];
    set_parameters();
    CHECK(mg_programs_parameters(all) == LENGTHS + 1);
    UNTIL_IT_SUCCEEDS(
        mg_programs_gradient(all, &examples, NULL, 0, &mean, gradient) == MG_OK, least);
    CHECK(is(mean, 74.0 / 6));
    for (size_t i = 0; i < LENGTHS + 1; i++) {
        mg_id p = mg_programs_parameter(all, i);
        given[i] = 2.0 * mg_data(p);
        double sum = p == w ? 37.0 : p == places[0] ? 24.0 : p == places[1] ? 16.0 : 6.0;
        CHECK(fabs(gradient[i] - sum / 6) < 1e-12);
    }
    CHECK(mg_programs_gradient(all, &examples, given, 1, &mean, gradient) == MG_OK);
    CHECK(is(mean, 4 * 74.0 / 6) && is(mg_data(w), 2.0) && is(mg_grad(w), 0.0));
    for (size_t i = 0; i < LENGTHS + 1; i++)
        CHECK(mg_programs_places(all, 0)[i] == i); /* the first program has all */
    mg_set_data(places[2], INFINITY);
    CHECK(mg_programs_gradient(all, &examples, NULL, 1, &mean, NULL) == MG_NOT_FINITE);
    CHECK(is(mg_grad(w), 0.0));
    mg_set_data(places[2], 3.0);
    CHECK(mg_programs_gradient(all, &examples, NULL, 1, &mean, NULL) == MG_OK);
    CHECK(fabs(mg_grad(w) - 37.0 / 6) < 1e-12);
    mg_set_grad(w, 0.0);
}

/* Training by SGD with a rate for each batch, of 4 examples and then 2; places[2] is
 * frozen. */
static void test_training(mg_programs *all) {
    const double rates[4] = {0.5, 0.25, 0.125, 0.0};
    const int64_t order[2 * EXAMPLES] = {0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0};
    double steps, velocity[3], sums[2], data[2][4];
    mg_id parameters[3] = {w, places[0], places[1]};
    mg_optimizer sgd = {.kind = mg_optimizer_find("sgd"),
                        .momentum = 0.5,
                        .lr = 9.0,
                        .step_count = &steps,
                        .n = 3,
                        .parameters = parameters,
                        .state = {velocity}};
    mg_training training = {.order = order,
                            .n = EXAMPLES,
                            .batch_size = 4,
                            .repeats = 2,
                            .optimizer = &sgd,
                            .rates = rates,
                            .sums = sums};
    for (int threads = 1; threads < 3; threads++) {
        set_parameters();
        steps = velocity[0] = velocity[1] = velocity[2] = sums[0] = sums[1] = 0.0;
        training.n_threads = threads;
        training.steps = 0;
        UNTIL_IT_SUCCEEDS(mg_programs_train(all, &examples, &training) == MG_OK, 5);
        CHECK(training.steps == 4 && is(steps, 4.0) && is(sgd.lr, 9.0));
        CHECK(is(mg_data(places[2]), 3.0) && !is(mg_data(w), 2.0));
        data[threads - 1][0] = mg_data(w);
        data[threads - 1][1] = mg_data(places[1]);
        data[threads - 1][2] = sums[1];
        data[threads - 1][3] = velocity[2];
    }
    for (int i = 0; i < 4; i++)
        CHECK(is(data[0][i], data[1][i]));
    set_parameters();
    mg_set_data(places[2], INFINITY); /* its example is the second one below */
    training.steps = 0;
    training.order = order + EXAMPLES - 4; /* the examples 2, 3, ... */
    training.n = 4;
    training.repeats = 1;
    training.check_finite = 1;
    training.batch_size = 1;
    CHECK(mg_programs_train(all, &examples, &training) == MG_NOT_FINITE);
    CHECK(training.steps == 1);
    mg_set_data(places[2], 3.0);
}

/* So many rows of one length that they are several chunks, alone and with another length.
 */
static void test_many_rows(mg_programs *all) {
    static double x[MANY];
    static uint32_t numbers[MANY + 1];
    static int64_t places_of_rows[MANY + 1];
    const double *const many_1[] = {x};
    const double *const *const many[] = {inputs_3, inputs_2, many_1};
    double mean;
    for (size_t i = 0; i < MANY; i++) {
        x[i] = 1.0;
        numbers[i] = 2;
        places_of_rows[i] = (int64_t)i;
    }
    numbers[MANY] = 0;
    places_of_rows[MANY] = 0;
    mg_examples some = {MANY + 1, numbers, places_of_rows, many};
    set_parameters();
    mg_set_grad(w, 0.0);
    CHECK(mg_programs_gradient(all, &some, NULL, 0, &mean, NULL) == MG_OK);
    CHECK(is(mean, (2.0 * MANY + 28.0) / (MANY + 1)));
    CHECK(fabs(mg_grad(w) - (MANY + 14.0) / (MANY + 1)) < 1e-12);
    mg_set_grad(w, 0.0);
    some.n = MANY;
    CHECK(mg_programs_gradient(all, &some, NULL, 0, &mean, NULL) == MG_OK);
    CHECK(is(mean, 2.0) && fabs(mg_grad(w) - 1.0) < 1e-12);
    mg_set_grad(w, 0.0);
}

int main(void) {
    mg_program *programs[LENGTHS];
    mg_programs *all = NULL;
    w = mg_leaf(2.0);
    for (int i = 0; i < LENGTHS; i++)
        places[i] = mg_leaf(i + 1.0);
    for (size_t i = 0; i < LENGTHS; i++)
        programs[i] = program_of(LENGTHS - i);
    UNTIL_IT_SUCCEEDS((all = mg_programs_new(programs, LENGTHS)) != NULL, 5);
    test_gradients(all, 10);
    test_training(all);
    test_many_rows(all);
    test_gradients(all, 1); /* in the memory of the run before */
    mg_programs_free(all);
    mg_programs_free(NULL);
    for (int i = 0; i < LENGTHS; i++) {
        mg_program_free(programs[i]);
        mg_release(places[i]);
    }
    mg_release(w);
    CHECK(mg_live_nodes() == 0);
    return failures > 0;
}
