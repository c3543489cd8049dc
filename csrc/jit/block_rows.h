/* block_rows.h - copies rows into the slots of a block, and outputs out of them. For run.c
 * alone.
 *
 * A block of a small program runs for as long as these copies take, so full blocks have
 * loops of a constant length, which compilers unroll.
 */
#ifndef MG_BLOCK_ROWS_H
#define MG_BLOCK_ROWS_H

#include "jit/run.h" /* first */

/* to: (w,) = n numbers that lie next to each other, then copies of the last one. */
static inline void load_lanes(double *to, const double *from, size_t n, size_t w) {
    if (n == MG_BLOCK_ROWS) {
        memcpy(to, from, MG_BLOCK_ROWS * sizeof *to);
        return;
    }
    for (size_t r = 0; r < w; r++)
        to[r] = from[r < n ? r : n - 1];
}

/* data: (columns of all inputs, w) = rows first to first + n, which are the first n lanes;
 * copies of the last row pad the others. The array row_major is not copied: row_major:
 * (w,) is set to its rows. */
static inline void mg_load_rows(const mg_batch *batch, double *data,
                                const double **row_major, size_t first, size_t n,
                                size_t w) {
    const mg_program *p = batch->program;
    const double *some[MG_BLOCK_ROWS];
    for (uint32_t i = 0; i < p->n_inputs; i++) {
        const size_t columns = p->widths[i];
        if (columns == 1 && batch->order == NULL && i != p->row_major) {
            load_lanes(data, batch->inputs[i] + first, n, w);
            data += w;
            continue;
        }
        const double **rows = i == p->row_major ? row_major : some;
        for (size_t r = 0; r < n; r++) {
            size_t row =
                batch->order == NULL ? first + r : (size_t)batch->order[first + r];
            rows[r] = batch->inputs[i] + row * columns;
        }
        for (size_t r = n; r < w; r++)
            rows[r] = rows[n - 1];
        if (i != p->row_major)
            batch->kernels->load_columns(data, rows, w, columns);
        data += w * columns;
    }
}

/* Returns the numbers of an output for a block's rows; *step: 1, or 0 if all rows have the
 * same. */
static inline const double *numbers_of(const mg_output *output, const mg_block *block,
                                       size_t w, size_t *step) {
    *step = !output->uniform;
    return output->uniform ? block->uniform + output->slot
                           : block->data + output->slot * w;
}

/* to[r * stride] = numbers[r * step] for all r < n. The lengths are constants for full
 * blocks, because compilers then make no loop of them. */
static inline void spread(double *to, size_t stride, const double *numbers, size_t step,
                          size_t n) {
    if (n == MG_BLOCK_ROWS && step == 1)
        for (size_t r = 0; r < MG_BLOCK_ROWS; r++)
            to[r * stride] = numbers[r];
    else
        for (size_t r = 0; r < n; r++)
            to[r * stride] = numbers[r * step];
}

/* Returns the sum of lanes: (w,), whose halves are added to each other until one is left.
 */
static inline double sum_of(const double *lanes, size_t w) {
    double eight[8], four[4];
    if (w == 1)
        return lanes[0];
    if (w == 4)
        return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    for (int i = 0; i < 8; i++)
        eight[i] = lanes[i] + lanes[i + 8];
    for (int i = 0; i < 4; i++)
        four[i] = eight[i] + eight[i + 4];
    return (four[0] + four[2]) + (four[1] + four[3]);
}

/* Writes the outputs of a block to batch->out, from row first on. Returns the sum of the
 * first output over the block's rows. */
static inline double mg_collect(const mg_batch *batch, const mg_block *block, size_t first,
                                size_t w) {
    const mg_program *p = batch->program;
    const size_t n = block->rows, n_outputs = p->n_outputs;
    double lanes[MG_BLOCK_ROWS];
    size_t step;
    for (size_t i = 0; batch->out != NULL && i < n_outputs; i++) {
        const double *numbers = numbers_of(&p->outputs[i], block, w, &step);
        spread(batch->out + first * n_outputs + i, n_outputs, numbers, step, n);
    }
    const double *numbers = numbers_of(&p->outputs[0], block, w, &step);
    if (n == w && step == 1)
        return sum_of(numbers, w);
    for (size_t r = 0; r < w; r++)
        lanes[r] = r < n ? numbers[r * step] : 0.0;
    return sum_of(lanes, w);
}

#endif
