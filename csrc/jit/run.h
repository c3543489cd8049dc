/* run.h - one batch through a program. */
#ifndef MG_RUN_H
#define MG_RUN_H

#include "jit/program.h" /* first */

#include <string.h>

#include "base/threads.h"
#include "kernels/kernels.h"

/* A batch is cut into at most MG_MAX_CHUNKS chunks of whole blocks, each of at least
 * MG_MIN_CHUNK rows if there are several. Each chunk adds up gradients of its own, and
 * then these are added in the order of the chunks. So sums depend on the number of rows,
 * but not on the number of threads. */
enum { MG_MAX_CHUNKS = 16, MG_MIN_CHUNK = 256 };

/* The memory that a run works in. A program keeps it for the next run. */
struct mg_scratch {
    mg_scratch *next; /* in the program's list of idle ones */
    double *memory;   /* owned; uniform and uniform_grad point into it, aligned */
    double *uniform, *uniform_grad; /* one double for each uniform slot */
    double *chunk_memory;           /* owned; chunk_grad points into it, aligned */
    double *chunk_grad;             /* the uniform gradients of each chunk but the first */
    uint32_t n_chunks;
    int n_threads;
    double **row_memory; /* by thread: a block's data, then its gradients */
    size_t row_length;   /* doubles of each thread */
    int borrows_rows;    /* true: another scratch owns row_memory */
};

typedef struct {
    const mg_program *program;
    const mg_kernels *kernels;
    mg_scratch *scratch;
    mg_team *team;               /* NULL: the calling thread does it alone */
    const double *const *inputs; /* row-major arrays, as wide as the program's inputs */
    const int64_t *order;        /* the numbers of the rows to take; NULL: rows 0 to n */
    size_t n;                    /* rows in the batch */
    size_t n_mean; /* rows of the mean whose gradient is computed, of which these are some;
                      0: these are all */
    double *out;   /* (n, n_outputs), or NULL */
    int backward;  /* true: backward follows, from the first output */
} mg_batch;

/* How much memory a run needs, besides that of the uniform slots. */
typedef struct {
    size_t row_length;
    uint32_t chunks;
    int threads;
    size_t beside_uniform; /* doubles that follow the uniform slots, and as many that
                              follow their gradients; a tape has its row slots there */
} mg_scratch_size;

/* Returns what batches of up to n rows need. */
mg_scratch_size mg_scratch_size_of(const mg_program *program, size_t n, int backward,
                                   int n_threads);

/* Returns the number of uniform slots, rounded up to whole cache lines. */
size_t mg_uniform_length(const mg_program *program);

/* Returns the memory of a thread that mg_block names side. */
double *mg_side_of(const mg_scratch *scratch, int thread);

/* True if scratch is at least of this size. */
int mg_scratch_fits(const mg_scratch *scratch, mg_scratch_size size);

/* Returns new memory, which the caller frees with mg_free_scratch; NULL: out of memory.
 * With a lender of the same row_length and threads, which must live as long, both have the
 * lender's memory for rows: they may not run at the same time. */
mg_scratch *mg_new_scratch(const mg_program *program, mg_scratch_size size,
                           const mg_scratch *lender);

/* Returns memory for batches of up to n rows, the program's own or newly allocated; NULL:
 * out of memory. The caller owns it until mg_return_scratch gives it to the program. */
mg_scratch *mg_borrow_scratch(mg_program *program, size_t n, int backward, int n_threads);
void mg_return_scratch(mg_program *program, mg_scratch *scratch);
void mg_free_scratch(mg_scratch *scratch);

/* Copies the parameters' data from the graph to the uniform slots. Takes the lock. */
void mg_fetch_parameters(const mg_program *program, mg_scratch *scratch);

/* Copies the shared inputs to the uniform slots. inputs: those of all arrays. */
void mg_copy_shared(const mg_program *program, mg_scratch *scratch,
                    const double *const *inputs);

/* Adds the parameters' gradients to those in the graph. Takes the lock. */
void mg_add_gradients(const mg_program *program, const mg_scratch *scratch);

/* Returns the end of the uniform slots to whose gradients something is added before the
 * uniform list runs backward. */
static inline size_t mg_added_gradients(const mg_program *program) {
    return program->native.stores_first ? program->n_parameters : program->uniform.slots;
}

/* Clears the gradients that are added to; all others are stored first. */
static inline void mg_clear_uniform_gradients(const mg_program *program, double *grad) {
    const size_t first = program->n_layer_parameters;
    memset(grad + first, 0, (mg_added_gradients(program) - first) * sizeof *grad);
}

/* The same for the row slots of a block of w lanes. */
static inline void mg_clear_row_gradients(const mg_program *program, double *grad,
                                          size_t w) {
    const uint32_t *zero = program->row.zero;
    for (size_t i = 0; i < program->row.n_zero; i++)
        memset(grad + zero[2 * i] * w, 0, zero[2 * i + 1] * w * sizeof *grad);
}

/* Returns the block that the uniform instructions run on. */
static inline mg_block mg_uniform_block(const mg_program *program, const mg_scratch *s) {
    return (mg_block){.index = program->index,
                      .others = program->others,
                      .data = s->uniform,
                      .grad = s->uniform_grad,
                      .uniform = s->uniform,
                      .uniform_grad = s->uniform_grad,
                      .rows = 1};
}

/* Runs the program on all rows; the uniform slots must hold the parameters. Returns the
 * sum of the first output over the rows. With backward, uniform_grad then holds the
 * gradient of its mean. */
double mg_run_batch(const mg_batch *batch);

/* True if all of x: (n,) are finite. */
int mg_all_finite(const double *x, size_t n);

/* True if the sum that mg_run_batch returned and all parameter gradients are finite. */
int mg_batch_is_finite(const mg_batch *batch, double sum);

#endif
