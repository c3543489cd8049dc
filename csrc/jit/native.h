/* native.h - a program's instructions as functions that a C compiler has compiled.
 *
 * micrograd_c/jit/native/ writes such functions for one program, has them compiled, and
 * gives them to mg_program_use_native. They read and write a run's slots as the kernels
 * do, with the same operations in the same order; run.c does all the rest of a run.
 */
#ifndef MG_NATIVE_H
#define MG_NATIVE_H

#include "jit/program.h" /* first */

#include "kernels/kernels.h"

/* What a function works on. The generated code declares the same struct. */
typedef struct {
    double *data, *grad;            /* the block's slots, see kernels.h */
    double *uniform, *uniform_grad; /* uniform slots */
    uint32_t rows;                  /* the lanes after them are padding */
    int masks_padding;              /* see mg_block */
    /* Runs instruction i of the list forward, or backward, with its kernel. */
    void (*run)(const void *context, uint32_t i, int backward);
    const void *context; /* the first argument of run */
} mg_native_block;

typedef void (*mg_native_function)(const mg_native_block *block);

/* True if the program has functions for one row. */
int mg_has_native(const mg_program *program);

/* Each runs a list of n instructions on a block of this width, MG_WIDTH_16 to MG_WIDTH_1:
 * by the program's own function if it has one, else by the kernels. */
void mg_run_forward(const mg_program *program, const mg_kernels *kernels,
                    const mg_code *code, int width, const mg_block *block);
void mg_run_backward(const mg_program *program, const mg_kernels *kernels,
                     const mg_code *code, int width, const mg_block *block);

/* Runs the row list forward and backward in one function. The gradients of the outputs
 * must have been stored. Returns 0 if the program has no such function. */
int mg_run_both(const mg_program *program, const mg_kernels *kernels, int width,
                const mg_block *block);

#endif
