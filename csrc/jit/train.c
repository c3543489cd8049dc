/* train.c - batch after batch through a program and an optimizer. */
#include "graph/graph.h" /* first */

#include "base/alloc.h"
#include "jit/run.h"
#include "jit/trainer.h"

/* Runs and updates batch after batch, repeats times over all rows. The parameters' copies
 * are the program's uniform slots. moved: (n_inputs,) is room for pointers. */
static mg_status train(mg_trainer *t, mg_batch *batch, const double **moved) {
    mg_training *training = t->training;
    const mg_program *program = batch->program;
    const double *const *inputs = batch->inputs;
    const size_t n = training->n, batch_size = training->batch_size;
    for (size_t repeat = 0; repeat < training->repeats; repeat++)
        for (size_t first = 0; first < n; first += batch_size) {
            batch->n = n - first < batch_size ? n - first : batch_size;
            if (training->order != NULL) {
                batch->order = training->order + repeat * n + first;
            } else {
                for (uint32_t i = 0; i < program->n_inputs; i++)
                    moved[i] = inputs[i] + first * program->widths[i];
                batch->inputs = moved;
            }
            double sum = mg_run_batch(batch);
            if (training->check_finite && !mg_batch_is_finite(batch, sum))
                return MG_NOT_FINITE;
            training->sums[repeat] += sum;
            mg_trainer_step(t, batch->scratch->uniform, batch->scratch->uniform_grad,
                            repeat + 1 == training->repeats && first + batch->n == n);
        }
    return MG_OK;
}

mg_status mg_program_train(mg_program *program, const double *const *inputs,
                           mg_training *training) {
    const size_t n = training->n, batch_size = training->batch_size;
    mg_trainer t;
    mg_batch batch = {.program = program, .inputs = inputs, .backward = 1};
    batch.kernels = mg_best_kernels();
    mg_status status = MG_NO_MEMORY;
    const double **moved = mg_alloc(program->n_inputs, sizeof *moved);
    int fine =
        mg_trainer_start(&t, training, program->parameters, program->n_parameters) &&
        moved != NULL;
    if (fine && training->n_threads > 1) {
        batch.team = mg_team_start(training->n_threads);
        fine = batch.team != NULL;
    }
    if (fine)
        batch.scratch = mg_borrow_scratch(program, batch_size < n ? batch_size : n, 1,
                                          training->n_threads);
    if (fine && batch.scratch != NULL) {
        mg_fetch_parameters(program, batch.scratch);
        mg_copy_shared(program, batch.scratch, inputs);
        status = train(&t, &batch, moved);
        mg_trainer_finish(&t, batch.scratch->uniform, status == MG_OK);
        mg_return_scratch(program, batch.scratch);
    }
    mg_team_stop(batch.team);
    mg_dealloc((void *)moved);
    mg_trainer_stop(&t);
    return status;
}
