/* run.h - one batch through a program. */
#ifndef MG_RUN_H
#define MG_RUN_H

#include "jit/program.h" /* first */

#include "base/threads.h"

/* A batch is cut into at most MG_MAX_CHUNKS chunks, of whole blocks and of at least
 * MG_MIN_CHUNK rows if there are several. Each adds up gradients of its own, which
 * are then added in order: so the cut, not the number of threads, fixes the sums. */
enum { MG_MAX_CHUNKS = 16, MG_MIN_CHUNK = 256 };

/* The memory that runs work in; a program keeps it for the next one. */
struct mg_scratch {
    mg_scratch *next;
    double *memory; /* the blocks of memory; what is next lies in it, aligned */
    double *uniform, *uniform_grad;    /* one double a uniform slot */
    double *chunk_memory, *chunk_grad; /* uniform gradients of chunks after the first */
    uint32_t n_chunks;
    int n_threads;
    double **row_memory; /* by thread: the data of a block's slots, then gradients */
    size_t row_length;
};

typedef struct {
    const mg_program *program;
    const mg_kernels *kernels;
    mg_scratch *scratch;
    mg_team *team;               /* NULL: the calling thread alone */
    const double *const *inputs; /* row-major arrays, as wide as the program's inputs */
    const int64_t *order;        /* the rows to take; NULL: from 0 on */
    size_t n;                    /* rows in the batch */
    double *out;                 /* n * n_outputs values, or NULL */
    int backward;                /* whether to go back from the first output */
} mg_batch;

/* Memory for batches of n rows. Takes it from the program or makes it; NULL: none. */
mg_scratch *mg_take_scratch(mg_program *program, size_t n, int backward, int n_threads);
void mg_give_scratch(mg_program *program, mg_scratch *scratch);
void mg_free_scratch(mg_scratch *scratch);

/* Copies the parameters' data from the graph to the uniform slots, or adds their
 * gradients to the graph's. Both take the graph's lock. */
void mg_fetch_parameters(const mg_program *program, mg_scratch *scratch);
void mg_add_gradients(const mg_program *program, const mg_scratch *scratch);

/* Runs all of it; the uniform slots hold the parameters. Returns the sum over the
 * rows of the first output. With backward, uniform_grad then holds the gradient of
 * its mean. */
double mg_run_batch(const mg_batch *batch);

/* Whether the sum that mg_run_batch returned, and the parameters' gradients, are. */
int mg_batch_is_finite(const mg_batch *batch, double sum);

#endif
