/* program.c - what a program is asked to do from outside, but to train. */
#include "graph/graph.h" /* first */

#include "jit/program.h"

#include "base/alloc.h"
#include "jit/run.h"

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
    mg_dealloc(program->uniform.list);
    mg_dealloc(program->uniform.zero);
    mg_dealloc(program->row.list);
    mg_dealloc(program->row.zero);
    mg_dealloc(program->index);
    mg_dealloc(program->constants);
    mg_dealloc(program->parameters);
    mg_dealloc(program->widths);
    mg_dealloc(program->outputs);
    mg_dealloc(program);
}

static mg_status run(mg_program *program, const double *const *inputs, size_t n,
                     int check_finite, double *out, double *mean) {
    mg_status status = MG_OK;
    mg_batch batch = {.program = program, .inputs = inputs, .n = n, .out = out};
    batch.kernels = mg_best_kernels();
    batch.backward = mean != NULL;
    batch.scratch = mg_take_scratch(program, n, batch.backward, 1);
    if (batch.scratch == NULL)
        return MG_NO_MEMORY;
    mg_fetch_parameters(program, batch.scratch);
    double sum = mg_run_batch(&batch);
    if (mean != NULL) {
        *mean = sum / (double)n;
        if (check_finite && !mg_batch_is_finite(&batch, sum))
            status = MG_NOT_FINITE;
        else
            mg_add_gradients(program, batch.scratch);
    }
    mg_give_scratch(program, batch.scratch);
    return status;
}

mg_status mg_program_forward(mg_program *program, const double *const *inputs, size_t n,
                             double *out) {
    return run(program, inputs, n, 0, out, NULL);
}

mg_status mg_program_backward(mg_program *program, const double *const *inputs, size_t n,
                              int check_finite, double *mean) {
    return run(program, inputs, n, check_finite, NULL, mean);
}

/* --- what a program is ----------------------------------------------------------- */

static const char *code_name(int code) {
    static const char *const names[] = {"muladd", "dot", "sum", "layer", "pack"};
    return code < MG_OP_COUNT ? mg_op_name(code) : names[code - MG_OP_COUNT];
}

mg_program_info mg_program_describe(const mg_program *program) {
    mg_program_info info = {0};
    info.instructions = program->uniform.n + program->row.n;
    info.uniform_instructions = program->uniform.n;
    info.inputs = program->n_args;
    info.parameters = program->n_parameters;
    info.constants = program->n_constants;
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

uint32_t mg_program_output(const mg_program *program, size_t i) {
    const mg_output *output = &program->outputs[i];
    return output->slot | (output->uniform ? MG_UNIFORM_SLOT : 0);
}

mg_instruction_info mg_program_instruction(const mg_program *program, size_t i) {
    int uniform = i < program->uniform.n;
    const mg_instruction *ins =
        uniform ? &program->uniform.list[i] : &program->row.list[i - program->uniform.n];
    mg_instruction_info info = {ins->flags & MG_RELU ? "relu_layer" : code_name(ins->code),
                                uniform,
                                ins->flags,
                                ins->n,
                                ins->m,
                                ins->out,
                                ins->a,
                                ins->b,
                                ins->c,
                                ins->k};
    return info;
}
