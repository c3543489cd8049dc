/* native.c - runs the functions of native.h. */
#include "jit/native.h" /* first */

#include <string.h>

/* What run_one needs to run an instruction. */
typedef struct {
    const mg_kernels *kernels;
    const mg_instruction *list;
    int width;
    const mg_block *block;
} list_run;

static void run_one(const void *context, uint32_t i, int backward) {
    const list_run *run = context;
    if (backward)
        run->kernels->backward[run->width](run->list + i, 1, run->block);
    else
        run->kernels->forward[run->width](run->list + i, 1, run->block);
}

static void call(void *function, const list_run *run, double *uniform) {
    mg_native_function native;
    memcpy(&native, &function, sizeof native); /* C has no cast from an object's pointer */
    const mg_block *block = run->block;
    native(&(mg_native_block){block->data, block->grad, uniform, block->uniform_grad,
                              block->rows, block->masks_padding, run_one, run});
}

/* The uniform slots of a block; only functions of the uniform list write to them. */
static double *uniform_of(const mg_block *block) {
    double *uniform;
    memcpy(&uniform, &block->uniform, sizeof uniform);
    return uniform;
}

void mg_run_forward(const mg_program *program, const mg_kernels *kernels,
                    const mg_code *code, int width, const mg_block *block) {
    void *function = code == &program->row ? program->native.forward[width]
                                           : program->native.uniform_forward;
    if (function == NULL)
        kernels->forward[width](code->list, code->n, block);
    else
        call(function, &(list_run){kernels, code->list, width, block}, uniform_of(block));
}

void mg_run_backward(const mg_program *program, const mg_kernels *kernels,
                     const mg_code *code, int width, const mg_block *block) {
    void *function = code == &program->row ? program->native.backward[width]
                                           : program->native.uniform_backward;
    if (function == NULL)
        kernels->backward[width](code->list, code->n, block);
    else
        call(function, &(list_run){kernels, code->list, width, block}, uniform_of(block));
}

int mg_run_both(const mg_program *program, const mg_kernels *kernels, int width,
                const mg_block *block) {
    void *function = program->native.both[width];
    if (function == NULL)
        return 0;
    call(function, &(list_run){kernels, program->row.list, width, block},
         uniform_of(block));
    return 1;
}

void mg_program_use_native(mg_program *program, const mg_native *native) {
    program->native = *native;
}

int mg_has_native(const mg_program *program) {
    return program->native.uniform_forward != NULL ||
           program->native.forward[MG_WIDTH_1] != NULL;
}
