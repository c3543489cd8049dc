/* test_system.c - a system that refuses to start a thread, or to register fork handlers.
 *
 * Compile it and the library with -Dpthread_create=maybe_create and
 * -Dpthread_atfork=maybe_atfork, so that they call the functions below. Prints what failed
 * and exits with status 1, or prints nothing and exits with 0.
 */
#include <pthread.h>

#include "check.h"
#include "micrograd.h"

#undef pthread_create
#undef pthread_atfork
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*function)(void *), void *argument);
int pthread_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void));

static int allowed; /* how many more calls succeed */

int maybe_create(pthread_t *thread, const pthread_attr_t *attributes,
                 void *(*function)(void *), void *argument) {
    return allowed-- > 0 ? pthread_create(thread, attributes, function, argument) : 1;
}

int maybe_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void)) {
    return allowed-- > 0 ? pthread_atfork(before, in_parent, in_child) : 1;
}

static void test_no_fork_handlers(void) {
    allowed = 0;
    CHECK(mg_leaf(1.0) == 0 && mg_live_nodes() == 0 && mg_live_blocks() == 0);
    allowed = 1;
    mg_id x = mg_leaf(1.0);
    CHECK(x != 0);
    mg_release(x);
}

/* Training with three threads starts two. It does nothing if it gets fewer. */
static void test_too_few_threads(void) {
    const double x[2] = {1.0, 2.0}, *inputs[1] = {x};
    const size_t widths[1] = {1};
    double steps = 0.0, sum = 0.0;
    mg_status status;
    mg_id w = mg_leaf(3.0), arg = mg_traced(mg_op_find("leaf"), 0, 0, 0.0);
    mg_id loss = mg_traced(mg_op_find("mul"), w, arg, 0.0);
    mg_program *program = mg_compile(&arg, widths, 1, 0, &loss, 1, 0, &status);
    mg_optimizer sgd = {.kind = mg_optimizer_find("sgd"),
                        .lr = 1.0,
                        .step_count = &steps,
                        .n = 1,
                        .parameters = &w};
    CHECK(program != NULL);
    size_t blocks = mg_live_blocks();
    for (int started = 0; started < 3; started++) {
        allowed = started;
        mg_training training = {.n = 2,
                                .batch_size = 2,
                                .repeats = 1,
                                .optimizer = &sgd,
                                .n_threads = 3,
                                .sums = &sum};
        status = mg_program_train(program, inputs, &training);
        CHECK(status == (started < 2 ? MG_NO_MEMORY : MG_OK));
        CHECK(is(mg_data(w), started < 2 ? 3.0 : 1.5) && is(sum, started < 2 ? 0.0 : 9.0));
        CHECK(started == 2 || mg_live_blocks() == blocks);
    }
    mg_program_free(program);
    mg_release(loss);
    mg_release(arg);
    mg_release(w);
    CHECK(mg_live_nodes() == 0);
}

int main(void) {
    test_no_fork_handlers();
    test_too_few_threads();
    return failures != 0;
}
