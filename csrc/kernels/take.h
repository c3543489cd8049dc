/* take.h - entries of a table over a block of rows, each row by an index of its own.
 *
 * A template like elementwise.h, with the same macros. A row costs as much as it takes
 * entries, however long the table is.
 */

/* at: (rows,) = the positions, among m entries, that an index slot has for a block's first rows;
 * MG_NO_ENTRY where the index is none. The indices are checked before a run, but a program may
 * change the array meanwhile. */
#define MG_NO_ENTRY UINT32_MAX
MG_TARGET MG_INLINE void MG_NAME(read_positions)(const mg_block *block, uint32_t index_slot,
                                                 uint32_t m, int rows, uint32_t *at) {
    const int is_uniform = (index_slot & MG_UNIFORM_SLOT) != 0;
    const double *x = is_uniform ? block->uniform + (index_slot & ~MG_UNIFORM_SLOT)
                                 : block->data + (size_t)index_slot * W;
    MG_ROLLED for (int l = 0; l < rows; l++) {
        const double position = x[is_uniform ? 0 : l];
        at[l] = position >= 0.0 && position < (double)m ? (uint32_t)position : MG_NO_ENTRY;
    }
}

/* out[i]: (W,) = b[i, a[i]]: (W,), for i from 0 to n; each row has an index of its own. Results
 * that share their indices, as the elements of a row of a matrix do, follow each other. */
MG_TARGET static void MG_NAME(take_forward)(const mg_instruction *ins, const mg_block *block) {
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    uint32_t at[W];
    for (uint32_t i = 0; i < ins->n; i++, b += ins->m) {
        double *out = block->data + (size_t)(ins->out + i) * W;
        if (W == 1 || i == 0 || a[i] != a[i - 1])
            MG_NAME(read_positions)(block, a[i], ins->m, W, at);
        MG_ROLLED for (int l = 0; l < W; l++) {
            const uint32_t slot = at[l] == MG_NO_ENTRY ? 0 : b[at[l]];
            out[l] = at[l] == MG_NO_ENTRY ? NAN
                     : slot & MG_UNIFORM_SLOT
                         ? block->uniform[slot & ~MG_UNIFORM_SLOT]
                         : block->data[(size_t)slot * W + (size_t)l];
        }
    }
}

/* grad[b[i, a[i]]]: (W,) += g[i]: (W,), for i from n down to 0, and row after row: several
 * rows may take the same entry. Not of the padding, whose g is 0. */
MG_TARGET static void MG_NAME(take_backward)(const mg_instruction *ins,
                                             const mg_block *block) {
    const uint32_t *a = block->index + ins->a;
    const int rows = (int)block->rows;
    uint32_t at[W];
    for (uint32_t i = ins->n; i-- > 0;) {
        const uint32_t *b = block->index + ins->b + (size_t)i * ins->m;
        const double *g = block->grad + (size_t)(ins->out + i) * W;
        if (W == 1 || i + 1 == ins->n || a[i] != a[i + 1])
            MG_NAME(read_positions)(block, a[i], ins->m, rows, at);
        MG_ROLLED for (int l = 0; l < rows; l++) {
            if (at[l] == MG_NO_ENTRY)
                continue;
            const uint32_t slot = b[at[l]];
            if (slot & MG_UNIFORM_SLOT)
                block->uniform_grad[slot & ~MG_UNIFORM_SLOT] += g[l];
            else
                block->grad[(size_t)slot * W + (size_t)l] += g[l];
        }
    }
}

#undef MG_NO_ENTRY
