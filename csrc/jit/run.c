/* run.c - one batch through a program: blocks of rows, and chunks of blocks. */
#include "graph/graph.h" /* first */

#include "jit/run.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "jit/block_rows.h"
#include "jit/native.h"
#include "jit/verify.h"

/* --- memory ------------------------------------------------------------------- */

static uint32_t count_chunks(size_t n) {
    size_t chunks = n / MG_MIN_CHUNK;
    return chunks == 0 ? 1 : chunks > MG_MAX_CHUNKS ? MG_MAX_CHUNKS : (uint32_t)chunks;
}

/* Vectors that straddle cache lines are slow, so the arrays that they are loaded from
 * start at the beginning of a line. */
enum { LINE = 64, LINE_DOUBLES = LINE / sizeof(double) };

static double *allocate_doubles(size_t n) {
    return mg_alloc(n + LINE_DOUBLES, sizeof(double));
}

static double *aligned(double *memory) {
    return (double *)(((uintptr_t)memory + LINE - 1) & ~(uintptr_t)(LINE - 1));
}

/* Returns a number of doubles, rounded up to whole cache lines. */
static size_t whole_lines(size_t n) {
    return (n + LINE_DOUBLES - 1) / LINE_DOUBLES * LINE_DOUBLES;
}

size_t mg_uniform_length(const mg_program *program) {
    return whole_lines(program->uniform.slots);
}

void mg_free_scratch(mg_scratch *scratch) {
    if (scratch == NULL)
        return;
    if (!scratch->borrows_rows && scratch->row_memory != NULL) {
        for (int i = 0; i < scratch->n_threads; i++)
            mg_dealloc(scratch->row_memory[i]);
        mg_dealloc(scratch->row_memory);
    }
    mg_dealloc(scratch->memory);
    mg_dealloc(scratch->chunk_memory);
    mg_dealloc(scratch);
}

/* Allocates the memory for the rows of each thread. Returns 0 if out of memory. */
static int allocate_rows(mg_scratch *s, int n_threads) {
    s->row_memory = mg_alloc((size_t)n_threads, sizeof *s->row_memory);
    int fine = s->row_memory != NULL;
    for (; fine && s->n_threads < n_threads; s->n_threads++) {
        s->row_memory[s->n_threads] = allocate_doubles(s->row_length);
        fine = s->row_memory[s->n_threads] != NULL;
    }
    return fine;
}

mg_scratch *mg_new_scratch(const mg_program *program, mg_scratch_size size,
                           const mg_scratch *lender) {
    const size_t length = mg_uniform_length(program) + size.beside_uniform;
    mg_scratch *s = mg_alloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    memset(s, 0, sizeof *s);
    s->n_chunks = size.chunks;
    s->row_length = size.row_length;
    s->memory = allocate_doubles(length * 2);
    s->chunk_memory = allocate_doubles(length * (size.chunks - 1));
    int fine = s->memory != NULL && s->chunk_memory != NULL;
    if (lender != NULL) {
        s->borrows_rows = 1;
        s->row_memory = lender->row_memory;
        s->n_threads = lender->n_threads;
    } else {
        fine = fine && allocate_rows(s, size.threads);
    }
    if (!fine) {
        mg_free_scratch(s);
        return NULL;
    }
    s->uniform = aligned(s->memory);
    s->uniform_grad = s->uniform + length;
    s->chunk_grad = aligned(s->chunk_memory);
    memcpy(s->uniform + program->n_parameters, program->constants,
           program->n_constants * sizeof(double));
    return s;
}

double *mg_side_of(const mg_scratch *scratch, int thread) {
    return aligned(scratch->row_memory[thread]);
}

/* Returns the lanes of the next block when n rows are left. A block of 16 takes less time
 * than two of 4, and a block of 4 less than two of 1. */
static size_t block_width(size_t n) { return n > 4 ? MG_BLOCK_ROWS : n > 1 ? 4 : 1; }

/* Returns the doubles that a thread needs for a run of n rows. */
static size_t row_length_of(const mg_program *program, size_t n, int backward) {
    return whole_lines(program->side_length) +
           block_width(n) * program->row.slots * (backward ? 2 : 1);
}

mg_scratch_size mg_scratch_size_of(const mg_program *program, size_t n, int backward,
                                   int n_threads) {
    return (mg_scratch_size){row_length_of(program, n, backward),
                             backward ? count_chunks(n) : 1, n_threads, 0};
}

int mg_scratch_fits(const mg_scratch *s, mg_scratch_size size) {
    return s->row_length >= size.row_length && s->n_chunks >= size.chunks &&
           s->n_threads >= size.threads;
}

mg_scratch *mg_borrow_scratch(mg_program *program, size_t n, int backward, int n_threads) {
    mg_scratch_size size = mg_scratch_size_of(program, n, backward, n_threads);
    mg_lock(&mg_graph_lock);
    mg_scratch *s = program->idle;
    if (s != NULL)
        program->idle = s->next;
    mg_unlock(&mg_graph_lock);
    if (s != NULL && mg_scratch_fits(s, size))
        return s;
    mg_free_scratch(s);
    return mg_new_scratch(program, size, NULL);
}

void mg_return_scratch(mg_program *program, mg_scratch *scratch) {
    mg_lock(&mg_graph_lock);
    scratch->next = program->idle;
    program->idle = scratch;
    mg_unlock(&mg_graph_lock);
}

void mg_fetch_parameters(const mg_program *program, mg_scratch *scratch) {
    mg_lock(&mg_graph_lock);
    for (uint32_t i = 0; i < program->n_parameters; i++)
        scratch->uniform[i] = mg_at(program->parameters[i])->data;
    mg_unlock(&mg_graph_lock);
}

void mg_copy_shared(const mg_program *program, mg_scratch *scratch,
                    const double *const *inputs) {
    double *to = scratch->uniform + program->first_shared;
    for (uint32_t i = 0; i < program->n_shared_inputs; i++) {
        const size_t n = program->widths[program->n_inputs + i];
        if (n > 0)
            memcpy(to, inputs[program->n_inputs + i], n * sizeof(double));
        to += n;
    }
}

void mg_add_gradients(const mg_program *program, const mg_scratch *scratch) {
    mg_lock(&mg_graph_lock);
    for (uint32_t i = 0; i < program->n_parameters; i++)
        mg_at(program->parameters[i])->grad += scratch->uniform_grad[i];
    mg_unlock(&mg_graph_lock);
}

/* --- rows ---------------------------------------------------------------------- */

/* Returns how many rows the mean is over whose gradient is computed. */
static double rows_of_mean(const mg_batch *batch) {
    return (double)(batch->n_mean > 0 ? batch->n_mean : batch->n);
}

/* Clears gradients of rows, and stores that of the mean of the first output. */
static void start_backward(const mg_batch *batch, const mg_block *block, size_t w) {
    const mg_program *p = batch->program;
    mg_clear_row_gradients(p, block->grad, w);
    if (p->outputs[0].uniform)
        return;
    const double share = 1.0 / rows_of_mean(batch);
    for (size_t r = 0; r < w; r++)
        block->grad[p->outputs[0].slot * w + r] = r < block->rows ? share : 0.0;
}

/* Runs rows first to end in this memory. Stores the sums of their gradients of uniform
 * values in uniform_grad. Returns the sum of the first output. */
static double run_rows(const mg_batch *batch, double *memory, double *uniform_grad,
                       size_t first, size_t end, int mask_padding) {
    const mg_program *p = batch->program;
    double *rows = memory + whole_lines(p->side_length);
    const double *row_major[MG_BLOCK_ROWS];
    const mg_kernels *kernels = batch->kernels;
    mg_block block = {.index = p->index,
                      .others = p->others,
                      .data = rows,
                      .inputs = row_major,
                      .uniform = batch->scratch->uniform,
                      .uniform_grad = uniform_grad,
                      .is_first = 1,
                      .side = memory};
    double sum = 0.0;
    MG_ASSERT(batch->scratch->row_length >=
              row_length_of(p, end - first, batch->backward));
    if (batch->backward)
        mg_clear_uniform_gradients(p, uniform_grad);
    while (first < end) {
        const size_t left = end - first, w = block_width(left), n = left < w ? left : w;
        const int i = w == 1 ? MG_WIDTH_1 : w == 4 ? MG_WIDTH_4 : MG_WIDTH_16;
        block.grad = rows + w * p->row.slots;
        block.rows = (uint32_t)n;
        block.masks_padding = mask_padding && n < w;
        mg_load_rows(batch, rows, row_major, first, n, w);
        if (batch->backward) {
            start_backward(batch, &block, w);
            if (!mg_run_both(p, kernels, i, &block)) {
                mg_run_forward(p, kernels, &p->row, i, &block);
                mg_run_backward(p, kernels, &p->row, i, &block);
            }
            block.is_first = 0;
        } else {
            mg_run_forward(p, kernels, &p->row, i, &block);
        }
        sum += mg_collect(batch, &block, first, w);
        first += n;
    }
    return sum;
}

/* --- chunks --------------------------------------------------------------------- */

typedef struct {
    const mg_batch *batch;
    size_t chunk_rows;
    uint32_t n_chunks;
    int mask_padding;
    double sums[MG_MAX_CHUNKS];
} chunked_run;

static double *chunk_grad(const mg_batch *batch, uint32_t chunk) {
    if (chunk == 0)
        return batch->scratch->uniform_grad;
    return batch->scratch->chunk_grad + (chunk - 1) * mg_uniform_length(batch->program);
}

/* Runs chunks i to end in the memory of this thread. */
static void run_chunks(chunked_run *run, int thread, uint32_t i, uint32_t end) {
    MG_ASSERT(thread < run->batch->scratch->n_threads);
    for (; i < end; i++) {
        size_t first = i * run->chunk_rows, last = first + run->chunk_rows;
        if (last > run->batch->n)
            last = run->batch->n;
        run->sums[i] = run_rows(run->batch, mg_side_of(run->batch->scratch, thread),
                                chunk_grad(run->batch, i), first, last, run->mask_padding);
    }
}

/* Runs the share of one of n threads: chunks that are next to each other. */
static void run_share(void *job, int thread, int n) {
    chunked_run *run = job;
    const uint64_t chunks = run->n_chunks;
    run_chunks(run, thread, (uint32_t)(chunks * (uint32_t)thread / (uint32_t)n),
               (uint32_t)(chunks * (uint32_t)(thread + 1) / (uint32_t)n));
}

static double run_all(const mg_batch *batch, int mask_padding) {
    const mg_program *p = batch->program;
    const mg_kernels *kernels = batch->kernels;
    mg_scratch *s = batch->scratch;
    mg_block uniform = mg_uniform_block(p, s);
    mg_verify_program(p);
    mg_run_forward(p, kernels, &p->uniform, MG_WIDTH_1, &uniform);

    /* Set field by field: to clear all sums would take as long as a small program. */
    chunked_run run;
    run.batch = batch;
    run.mask_padding = mask_padding;
    const uint32_t most_chunks = batch->backward ? count_chunks(batch->n) : 1;
    if (most_chunks == 1) { /* without the divisions, which small programs would notice */
        run.chunk_rows = batch->n;
        run.n_chunks = 1;
        run_chunks(&run, 0, 0, 1);
    } else {
        const size_t blocks = (batch->n + MG_BLOCK_ROWS - 1) / MG_BLOCK_ROWS;
        run.chunk_rows = (blocks + most_chunks - 1) / most_chunks * MG_BLOCK_ROWS;
        run.n_chunks = (uint32_t)((batch->n + run.chunk_rows - 1) / run.chunk_rows);
        if (batch->team != NULL && run.n_chunks > 1)
            mg_team_run(batch->team, run_share, &run);
        else
            run_chunks(&run, 0, 0, run.n_chunks);
    }

    const size_t added = mg_added_gradients(p);
    double sum = run.sums[0];                     /* NOLINT: there is at least one chunk */
    for (uint32_t i = 1; i < run.n_chunks; i++) { /* only backward has several */
        const double *grad = chunk_grad(batch, i);
        sum += run.sums[i];
        for (size_t j = 0; j < added; j++)
            s->uniform_grad[j] += grad[j];
    }
    if (batch->backward) {
        if (p->outputs[0].uniform) /* a division is 5 ns, of a small program's 230 */
            s->uniform_grad[p->outputs[0].slot] =
                batch->n_mean == 0 ? 1.0 : (double)batch->n / (double)batch->n_mean;
        mg_run_backward(p, kernels, &p->uniform, MG_WIDTH_1, &uniform);
    }
    return sum;
}

/* Adds up x * 0, which is NaN unless x is finite: quicker than a test of each x. */
int mg_all_finite(const double *x, size_t n) {
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t l = 0; l < 4; l++)
            sums[l] += x[i + l] * 0.0;
    for (; i < n; i++)
        sums[0] += x[i] * 0.0;
    return sums[0] + sums[1] + sums[2] + sums[3] == 0.0;
}

int mg_batch_is_finite(const mg_batch *batch, double sum) {
    return isfinite(sum) &&
           mg_all_finite(batch->scratch->uniform_grad, batch->program->n_parameters);
}

/* Padding lanes have the gradient 0 and so add 0 to the sums over rows, but NaN where the
 * last row's derivative is infinite. Then the whole batch is run again with the padding
 * masked. */
double mg_run_batch(const mg_batch *batch) {
    const size_t rest = batch->n % MG_BLOCK_ROWS;
    const int padded = batch->backward && rest > 0 && rest < block_width(rest);
    double sum = run_all(batch, 0);
    if (padded && !mg_batch_is_finite(batch, 0.0))
        sum = run_all(batch, 1);
    return sum;
}
