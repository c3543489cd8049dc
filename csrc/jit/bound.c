/* bound.c - a program with its arrays and the memory to run in: prepared for many runs, or
 * for one. */
#include "graph/graph.h" /* first */

#include <string.h>

#include "base/alloc.h"
#include "jit/native.h"
#include "jit/tape.h"

struct mg_bound {
    mg_batch batch; /* its scratch is the tape's, or owned and never lent to another run */
    mg_tape *tape;  /* owned; NULL: several rows, or a native program */
    const double **inputs;    /* owned, or NULL; batch.inputs are the same */
    const int64_t *places;    /* see mg_bind */
    int64_t *owned_places;    /* the same, or NULL */
    const double *parameters; /* or NULL */
    double *gradient;         /* or NULL */
    size_t n_gradient;
    int reads_graph; /* true: some parameters are read from the graph */
    int has_gaps;    /* true: the program has no parameter for some of gradient */
    int check_finite;
    mg_lock_t is_running; /* nobody waits for it, so a copy in a forked child that stays
                             taken stops nobody */
};

void mg_bound_free(mg_bound *bound) {
    if (bound == NULL)
        return;
    if (bound->tape != NULL)
        mg_free_tape(bound->tape);
    else
        mg_free_scratch(bound->batch.scratch);
    mg_dealloc(bound->inputs);
    mg_dealloc(bound->owned_places);
    mg_dealloc(bound);
}

/* Allocates the memory of a run, and a tape if the run is to have one. Returns 0 if out of
 * memory. */
static int prepare_run(mg_bound *bound, mg_program *program) {
    mg_batch *batch = &bound->batch;
    if (batch->n > 1 || mg_has_native(program)) {
        batch->scratch = mg_borrow_scratch(program, batch->n, batch->backward, 1);
        return batch->scratch != NULL;
    }
    bound->tape = mg_new_tape(batch);
    if (bound->tape != NULL)
        batch->scratch = bound->tape->scratch;
    return bound->tape != NULL;
}

/* Sets reads_graph and has_gaps. */
static void compare_places(mg_bound *bound) {
    const size_t p = bound->batch.program->n_parameters;
    size_t n_placed = bound->places == NULL ? p : 0;
    for (size_t i = 0; bound->places != NULL && i < p; i++)
        n_placed += bound->places[i] >= 0;
    bound->reads_graph = bound->parameters == NULL ? p > 0 : n_placed < p;
    bound->has_gaps = n_placed < bound->n_gradient;
}

mg_bound *mg_bind(mg_program *program, const double *const *inputs, size_t n,
                  const double *parameters, const int64_t *places, double *out,
                  double *gradient, size_t n_gradient, int check_finite) {
    const size_t n_inputs = program->n_inputs + program->n_shared_inputs;
    const size_t p = program->n_parameters;
    mg_bound *bound = mg_alloc(1, sizeof *bound);
    if (bound == NULL)
        return NULL;
    memset(bound, 0, sizeof *bound);
    bound->inputs = mg_alloc(n_inputs, sizeof *bound->inputs);
    if (places != NULL)
        bound->places = bound->owned_places = mg_alloc(p, sizeof *places);
    bound->batch = (mg_batch){.program = program,
                              .kernels = mg_best_kernels(),
                              .inputs = bound->inputs,
                              .n = n,
                              .out = out,
                              .backward = gradient != NULL};
    for (size_t i = 0; bound->inputs != NULL && i < n_inputs; i++)
        bound->inputs[i] = inputs[i];
    const int has_places = places == NULL || bound->places != NULL;
    if (!bound->inputs || !has_places || !prepare_run(bound, program)) {
        mg_bound_free(bound);
        return NULL;
    }
    for (size_t i = 0; places != NULL && i < p; i++)
        bound->owned_places[i] = places[i];
    bound->parameters = parameters;
    bound->gradient = gradient;
    bound->n_gradient = n_gradient;
    bound->check_finite = check_finite;
    compare_places(bound);
    return bound;
}

/* Copies the parameters' data to the uniform slots. */
static void read_parameters(const mg_bound *bound) {
    const mg_batch *batch = &bound->batch;
    if (bound->reads_graph)
        mg_fetch_parameters(batch->program, batch->scratch);
    const size_t p = bound->parameters == NULL ? 0 : batch->program->n_parameters;
    if (bound->places == NULL && p > 0)
        memcpy(batch->scratch->uniform, bound->parameters, p * sizeof(double));
    for (size_t i = 0; bound->places != NULL && i < p; i++)
        if (bound->places[i] >= 0)
            batch->scratch->uniform[i] = bound->parameters[bound->places[i]];
}

static void write_gradient(const mg_bound *bound) {
    const mg_batch *batch = &bound->batch;
    const size_t p = batch->program->n_parameters;
    if (bound->has_gaps)
        memset(bound->gradient, 0, bound->n_gradient * sizeof(double));
    if (bound->places == NULL && p > 0)
        memcpy(bound->gradient, batch->scratch->uniform_grad, p * sizeof(double));
    for (size_t i = 0; bound->places != NULL && i < p; i++)
        if (bound->places[i] >= 0)
            bound->gradient[bound->places[i]] = batch->scratch->uniform_grad[i];
}

static mg_status run(const mg_bound *bound, double *mean) {
    const mg_batch *batch = &bound->batch;
    mg_status status = MG_OK;
    read_parameters(bound);
    mg_copy_shared(batch->program, batch->scratch, batch->inputs);
    double sum = mg_run(bound->tape, batch);
    *mean = batch->n == 1 ? sum : sum / (double)batch->n;
    if (batch->backward) {
        write_gradient(bound);
        if (bound->check_finite && !mg_batch_is_finite(batch, sum))
            status = MG_NOT_FINITE;
    }
    return status;
}

mg_status mg_bound_run(mg_bound *bound, double *mean) {
    if (MG_UNLIKELY(!mg_lock_try(&bound->is_running)))
        return MG_IS_RUNNING;
    mg_status status = run(bound, mean);
    mg_lock_clear(&bound->is_running);
    return status;
}

mg_status mg_program_call(mg_program *program, const double *const *inputs, size_t n,
                          const double *parameters, const int64_t *places, double *out,
                          double *gradient, size_t n_gradient, int check_finite,
                          double *mean) {
    mg_bound bound = {.batch = {.program = program,
                                .kernels = mg_best_kernels(),
                                .inputs = inputs,
                                .n = n,
                                .out = out,
                                .backward = gradient != NULL},
                      .places = places,
                      .parameters = parameters,
                      .gradient = gradient,
                      .n_gradient = n_gradient,
                      .check_finite = check_finite};
    if (!mg_borrow_run(program, &bound.batch, &bound.tape))
        return MG_NO_MEMORY;
    compare_places(&bound);
    mg_status status = run(&bound, mean);
    mg_return_run(program, &bound.batch, bound.tape);
    return status;
}
