/* program.h - a traced graph as lists of instructions that run over a batch of rows.
 *
 * A program has two lists of instructions. The uniform list runs once a batch, on the
 * uniform values: parameters and what depends on nothing but parameters and constants, so
 * that it is the same for every row. The row list runs once for each block of rows. The
 * blocks of a batch have MG_BLOCK_ROWS rows; the rows that are left over at the end make
 * one block more. Its width is 1 for one row, 4 for up to 4 rows, and MG_BLOCK_ROWS for
 * more. kernels.h says what a block is.
 */
#ifndef MG_PROGRAM_H
#define MG_PROGRAM_H

#include "graph/graph.h" /* first */

#include "kernels/instructions.h"
#include "kernels/lanes.h"

/* One of a program's lists, and the slots that it works on. */
typedef struct {
    mg_instruction *list;
    size_t n;
    uint32_t slots;
    uint32_t *zero; /* n_zero pairs (slot, count): gradients to clear before backward */
    size_t n_zero;
} mg_code;

typedef struct {
    uint32_t slot;
    unsigned char uniform;    /* true: a uniform slot; false: a row slot */
    unsigned char wants_grad; /* true if a parameter gets a gradient from this output */
} mg_output;

typedef struct mg_scratch mg_scratch; /* see run.h */
typedef struct mg_tape mg_tape;       /* see tape.h */

struct mg_program {
    mg_code uniform, row;
    uint32_t *index; /* n_index slots: operands of instructions, see mg_operand_kind */
    size_t n_index; /* the first entries count from 0 on, for layers over sets of inputs */
    size_t side_length; /* doubles that instructions of one row need beside their slots */
    /* Uniform slots hold n_parameters parameters, then n_constants constants, then shared
     * inputs, then results. */
    double *constants;
    uint32_t n_constants;
    uint32_t n_parameters;
    uint32_t
        n_layer_parameters; /* parameters from slot 0 on whose gradients layers store */
    mg_index *parameters; /* the parameters' nodes; the program owns a reference to each */
    uint32_t *places;     /* by parameter: its place in the trace */
    /* Row slots hold n_args columns of n_inputs arrays, then results. The numbers of the
     * n_shared_inputs arrays after them are in uniform slots, from first_shared on. */
    uint32_t n_inputs, n_shared_inputs;
    uint32_t *widths;   /* the columns of each array */
    uint32_t n_args;    /* the sum of the first n_inputs widths */
    uint32_t row_major; /* the array that is not copied to slots, see MG_ROW_MAJOR;
                           UINT32_MAX: none */
    uint32_t n_shared, first_shared;
    const mg_lane_functions *others; /* see mg_block */
    mg_native native; /* functions compiled for this program; all NULL if there are none */
    mg_output *outputs;
    uint32_t n_outputs;
    size_t n_nodes; /* nodes of the graph that was compiled */
    /* Memory and tapes that no run uses now. mg_graph_lock guards them; that lock is free
     * in a forked child. */
    mg_scratch *idle;
    mg_tape *idle_tapes;
    int was_run; /* true: it has run one row; the same lock guards it */
};

/* A late step of mg_compile: sets MG_A_FIRST, MG_B_FIRST and MG_C_FIRST in the row list,
 * and its list of gradients to clear. Returns 0 if out of memory. O(index list + row
 * slots). */
int mg_find_first_writes(mg_program *program);

/* The step before that: sets row_major, and the flag MG_ROW_MAJOR of the instruction that
 * reads the array. The outputs must be set. Returns 0 if out of memory. O(index list). */
int mg_find_row_major(mg_program *program);

/* The last step: sets the patterns of operands, and MG_TERM_RUNS. O(index list). */
void mg_find_patterns(const mg_program *program);

#endif
