/* tape.h - a program of one row as a list of scalar operations.
 *
 * Irregular programs have many instructions of one to four results. To call a kernel for
 * each of these, and to read its slots in the index list, takes longer than to compute the
 * results. A tape has an operation for each result of such an instruction, and calls the
 * kernels for the other instructions. It computes what the kernels do, in the same order.
 *
 * An operation is a word, of tape_code, and what follows it. Row slots are numbered on
 * from the uniform slots, whose memory theirs follows, see mg_scratch_size.
 */
#ifndef MG_TAPE_H
#define MG_TAPE_H

#include "jit/run.h" /* first */

/* What follows the word of an operation: slots, if nothing else is said. In backward, the
 * gradients of a, b and c are those that the operation adds to. */
typedef enum {
    TAPE_END,     /* nothing: the list ends */
    TAPE_UNIFORM, /* first, n: run instructions first to first + n of the uniform list */
    TAPE_ROWS,    /* first, n: the same of the row list */
    TAPE_DOT,     /* flags of the instruction, m, out, c, and m times: a, b */
    TAPE_SUM,     /* flags of the instruction, m, out, c, and m times: a */
    TAPE_MULADD,  /* + tape_muladd_variant: out, a, b, c */
    TAPE_POWER = TAPE_MULADD + 14,      /* + a row of TAPE_POWERS * 2 + is_first: out, a */
    TAPE_OPERATOR = TAPE_POWER + 4 * 2, /* + an operator * 6 + tape_variant: out, a, b */
} tape_code;

/* Powers that are quick to compute: X(function, exponent). */
#define TAPE_POWERS(X)                                                                    \
    X(pow_2, 2.0) X(pow_minus_1, -1.0) X(pow_minus_2, -2.0) X(pow_3, 3.0)

/* POWER_pow_2 and so on: the rows' numbers. */
enum {
#define X(function, exponent) POWER_##function,
    TAPE_POWERS(X)
#undef X
};

/* In backward: which operands get a gradient, and whether it is stored instead of added,
 * see MG_A_FIRST. Forward has variant 0 only. */
enum { TAPE_A, TAPE_B, TAPE_AB, TAPE_FIRST = 3 };

/* The same for muladd: the flags MG_A_GRAD to MG_C_GRAD are a number from 1 to 7. */
#define TAPE_MULADD_VARIANT(grads, is_first) ((grads)-1 + ((is_first) ? 7 : 0))

struct mg_tape {
    mg_tape *next;           /* in the program's list of idle ones */
    mg_scratch *scratch;     /* owned; no other run may use it */
    int has_backward;        /* false: the backward lists are empty */
    uint32_t *words;         /* owned; the three lists are in it */
    const uint32_t *forward; /* the uniform list and the row list */
    const uint32_t *backward_rows, *backward_uniform;
    uint32_t rows;           /* the slot of the first row slot */
    mg_block uniform, row;   /* what the kernels run on */
    const double *row_major; /* the row of that array, see MG_ROW_MAJOR */
};

/* Returns a tape for batches of one row like this one; the caller frees it. NULL: out of
 * memory. O(index list). */
mg_tape *mg_new_tape(const mg_batch *batch);

/* NULL is allowed. */
void mg_free_tape(mg_tape *tape);

/* Sets batch->scratch to memory for a run, and *tape to a tape whose scratch it is: one of
 * the program's own, or a new one. There is no tape for several rows, for native programs
 * and for a program's first run, because to write one takes as long as some runs. Returns
 * 0 if out of memory. mg_return_run gives both to the program. */
int mg_borrow_run(mg_program *program, mg_batch *batch, mg_tape **tape);
void mg_return_run(mg_program *program, const mg_batch *batch, mg_tape *tape);

/* Runs the batch, by its tape if it has one: does what mg_run_batch does. */
double mg_run(mg_tape *tape, const mg_batch *batch);

#endif
