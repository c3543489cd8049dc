/* kernels.h - the functions that run instructions on a block of rows.
 *
 * The rows of a block lie side by side: slot s of a block of w rows is the w doubles from
 * data[s * w] on, its gradient those from grad[s * w] on. A uniform slot is one double.
 * A list of uniform instructions runs on a block of one row, whose data are the uniform slots.
 *
 * Where a block has more lanes than there are rows left, copies of the last row pad it; the
 * gradients of these padding lanes are 0.
 */
#ifndef MG_KERNELS_H
#define MG_KERNELS_H

#include "kernels/instructions.h" /* first */

#include "kernels/lanes.h"

/* The rows of the widest block. */
enum { MG_BLOCK_ROWS = 16 };

/* What a list of instructions runs on. Threads may share the uniform data, and each has
 * uniform gradients of its own. */
typedef struct {
    const uint32_t *index; /* slots of operands, see mg_operand_kind */
    double *data, *grad;   /* the block's slots; in a list of uniform instructions, uniform ones */
    const double *const *inputs; /* the rows of the array of MG_ROW_MAJOR, one for each lane */
    const double *uniform; /* uniform slots */
    double *uniform_grad;  /* their gradients, to which those of the block are added */
    int is_first;          /* true: a layer stores the gradients that have MG_B_FIRST or
                              MG_C_FIRST; false: it adds them */
    double *side;          /* memory of mg_side_length, aligned; if there are layers over sets
                              of inputs */
    const mg_lane_functions *others; /* NULL, or what computes the operators that call
                                        elementary functions, in place of csrc/elementary's */
    uint32_t rows;         /* the lanes after them are padding */
    int masks_padding;     /* true: sums over the lanes leave the padding out; false: they include
                              the zeros there */
} mg_block;

/* Returns how many doubles a layer over sets of m inputs with n results each takes beside the
 * slots of a block of one row: see layer_sets.h. */
static inline size_t mg_side_length(size_t n, size_t m) {
    return (n + m) * MG_BLOCK_ROWS * 2 + (n > m ? n : m) * 2;
}

/* The numbers of a step of Adam: the rates of the averages' change, the factor that the average
 * square keeps, and those of the step. */
typedef struct {
    double average_rate, square_keeps, square_rate, step_size, eps;
} mg_adaptive;

/* The kernels of one instruction set. */
typedef struct {
    const char *name;
    /* Run n instructions, in order or backwards, by the block's width. */
    void (*forward[3])(const mg_instruction *list, size_t n, const mg_block *block);
    void (*backward[3])(const mg_instruction *list, size_t n, const mg_block *block);
    /* data: (n) -= scale * grad: (n), the step of SGD */
    void (*descend)(double *data, const double *grad, double scale, size_t n);
    /* Adam's step of n parameters, see adaptive.h */
    void (*adapt)(const mg_adaptive *rule, double *data, const double *grad, double *average,
                  double *square, size_t n);
    /* to: (columns, w) = the transpose of rows: w pointers to (columns,) */
    void (*load_columns)(double *to, const double *const *rows, size_t w, size_t columns);
} mg_kernels;

/* Widths of blocks: 16, 4 and 1 rows. */
enum { MG_WIDTH_16, MG_WIDTH_4, MG_WIDTH_1 };

/* Returns the kernels that mg_use_kernels chose, or else the best for this machine. */
const mg_kernels *mg_best_kernels(void);

#endif
