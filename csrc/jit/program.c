/* program.c - the public functions of a program, except those that compile and train. */
#include "graph/graph.h" /* first */

#include "jit/program.h"

#include <string.h>

#include "base/alloc.h"
#include "jit/tape.h"

void mg_program_free(mg_program *program) {
    if (program == NULL)
        return;
    mg_lock(&mg_graph_lock);
    for (uint32_t i = 0; i < program->n_parameters; i++)
        mg_drop(program->parameters[i]);
    mg_unlock(&mg_graph_lock);
    while (program->idle != NULL) {
        mg_scratch *next = program->idle->next;
        mg_free_scratch(program->idle);
        program->idle = next;
    }
    while (program->idle_tapes != NULL) {
        mg_tape *next = program->idle_tapes->next;
        mg_free_tape(program->idle_tapes);
        program->idle_tapes = next;
    }
    mg_dealloc(program->uniform.list);
    mg_dealloc(program->uniform.zero);
    mg_dealloc(program->row.list);
    mg_dealloc(program->row.zero);
    mg_dealloc(program->index);
    mg_dealloc(program->constants);
    mg_dealloc(program->parameters);
    mg_dealloc(program->places);
    mg_dealloc(program->widths);
    mg_dealloc(program->outputs);
    mg_dealloc(program);
}

/* What a run reads and writes besides its rows. */
typedef struct {
    const double *parameters; /* (n_parameters,), or NULL: read them from the graph */
    double *out;              /* (n, outputs), or NULL */
    double *mean;             /* NULL: no backward pass */
    double *gradient;         /* (n_parameters,), or NULL: add to the graph's gradients */
    int check_finite;
} run_arguments;

static mg_status run(mg_program *program, const double *const *inputs, size_t n,
                     const run_arguments *args) {
    mg_status status = MG_OK;
    mg_batch batch = {.program = program, .inputs = inputs, .n = n, .out = args->out};
    batch.kernels = mg_best_kernels();
    batch.backward = args->mean != NULL;
    mg_tape *tape;
    if (!mg_borrow_run(program, &batch, &tape))
        return MG_NO_MEMORY;
    size_t bytes = program->n_parameters * sizeof(double);
    if (args->parameters == NULL)
        mg_fetch_parameters(program, batch.scratch);
    else if (bytes > 0)
        memcpy(batch.scratch->uniform, args->parameters, bytes);
    mg_copy_shared(program, batch.scratch, inputs);
    double sum = mg_run(tape, &batch);
    if (args->mean != NULL) {
        *args->mean = sum / (double)n;
        if (args->check_finite && !mg_batch_is_finite(&batch, sum))
            status = MG_NOT_FINITE;
        else if (args->gradient == NULL)
            mg_add_gradients(program, batch.scratch);
        else if (bytes > 0)
            memcpy(args->gradient, batch.scratch->uniform_grad, bytes);
    }
    mg_return_run(program, &batch, tape);
    return status;
}

mg_status mg_program_forward(mg_program *program, const double *const *inputs, size_t n,
                             const double *parameters, double *out) {
    return run(program, inputs, n, &(run_arguments){.parameters = parameters, .out = out});
}

mg_status mg_program_backward(mg_program *program, const double *const *inputs, size_t n,
                              int check_finite, double *mean) {
    return run(program, inputs, n,
               &(run_arguments){.mean = mean, .check_finite = check_finite});
}

mg_status mg_program_value_and_grad(mg_program *program, const double *const *inputs,
                                    size_t n, const double *parameters, int check_finite,
                                    double *mean, double *gradient) {
    return run(program, inputs, n,
               &(run_arguments){.parameters = parameters,
                                .mean = mean,
                                .gradient = gradient,
                                .check_finite = check_finite});
}

/* --- listing ------------------------------------------------------------------- */

mg_program_info mg_program_describe(const mg_program *program) {
    mg_program_info info = {0};
    info.instructions = program->uniform.n + program->row.n;
    info.uniform_instructions = program->uniform.n;
    info.inputs = program->n_args;
    info.parameters = program->n_parameters;
    info.constants = program->n_constants;
    info.shared = program->n_shared;
    info.outputs = program->n_outputs;
    info.nodes = program->n_nodes;
    info.row_slots = program->row.slots;
    info.uniform_slots = program->uniform.slots;
    info.index_length = program->n_index;
    info.kernels = mg_best_kernels()->name;
    return info;
}

const uint32_t *mg_program_index(const mg_program *program) { return program->index; }

const double *mg_program_constants(const mg_program *program) {
    return program->constants;
}

mg_id mg_program_parameter(const mg_program *program, size_t i) {
    return program->parameters[i];
}

uint32_t mg_program_parameter_place(const mg_program *program, size_t i) {
    return program->places[i];
}

uint32_t mg_program_output(const mg_program *program, size_t i) {
    const mg_output *output = &program->outputs[i];
    return output->slot | (output->uniform ? MG_UNIFORM_SLOT : 0);
}

/* Describes operand j of an instruction in a list of uniform instructions, or of rows. */
static mg_operand_info operand_info(const mg_instruction *ins, int j, int uniform) {
    const uint32_t at = ins->operand[j];
    const mg_operand_kind kind = mg_operand_kind_of(ins->code, j);
    mg_operand_info info = {
        .first = at,
        .n = (uint32_t)mg_index_length(kind, ins->n, ins->m, mg_sets_of(ins)),
        .uniform = uniform || (ins->flags & MG_A_UNIFORM << j) != 0};
    switch (kind) {
    case MG_NO_OPERAND:
        break;
    case MG_SLOTS:
    case MG_TAGGED_SLOTS:
    case MG_TERMS:
    case MG_INPUTS:
        info.listed = 1;
        break;
    case MG_WEIGHTS:
        info.n = ins->m * ins->n;
        info.uniform = 1;
        break;
    case MG_BIASES:
        info.n = ins->n;
        info.uniform = 1;
        break;
    }
    return info;
}

mg_instruction_info mg_program_instruction(const mg_program *program, size_t i) {
    int uniform = i < program->uniform.n;
    const mg_instruction *ins =
        uniform ? &program->uniform.list[i] : &program->row.list[i - program->uniform.n];
    const mg_instruction_type *type = &mg_instruction_types[ins->code];
    mg_instruction_info info = {.listing = type->listing,
                                .uniform = uniform,
                                .relu = (ins->flags & MG_RELU) != 0,
                                .out = ins->out,
                                .n = ins->n * mg_sets_of(ins),
                                .sets = mg_sets_of(ins),
                                .m = ins->m,
                                .grads = (ins->flags & MG_ANY_GRAD) / MG_A_GRAD,
                                .firsts = (ins->flags / MG_A_FIRST) & 7,
                                .a = operand_info(ins, 0, uniform),
                                .b = operand_info(ins, 1, uniform),
                                .c = operand_info(ins, 2, uniform),
                                .k = ins->k};
    return info;
}
