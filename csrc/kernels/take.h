/* take.h - entries of a table over a block of rows, each row by an index of its own.
 *
 * A template like elementwise.h, with the same macros. A row costs as much as it takes
 * entries, however long the table is.
 */

/* Returns the slot of the entry that lane l takes of m; MG_NO_SLOT if the index is none. The
 * indices are checked before a run, but a program may change the array meanwhile. */
#define MG_NO_SLOT UINT32_MAX
MG_TARGET MG_INLINE uint32_t MG_NAME(entry_of)(const mg_block *block, uint32_t index_slot,
                                               const uint32_t *entries, uint32_t m, int l) {
    const double x = index_slot & MG_UNIFORM_SLOT
                         ? block->uniform[index_slot & ~MG_UNIFORM_SLOT]
                         : block->data[(size_t)index_slot * W + (size_t)l];
    return x >= 0.0 && x < (double)m ? entries[(uint32_t)x] : MG_NO_SLOT;
}

/* out[i]: (W,) = b[i, a[i]]: (W,), for i from 0 to n; each row has an index of its own */
MG_TARGET static void MG_NAME(take_forward)(const mg_instruction *ins, const mg_block *block) {
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    for (uint32_t i = 0; i < ins->n; i++, b += ins->m) {
        double *out = block->data + (size_t)(ins->out + i) * W;
        MG_ROLLED for (int l = 0; l < W; l++) {
            const uint32_t slot = MG_NAME(entry_of)(block, a[i], b, ins->m, l);
            out[l] = slot == MG_NO_SLOT ? NAN
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
    for (uint32_t i = ins->n; i-- > 0;) {
        const uint32_t *b = block->index + ins->b + (size_t)i * ins->m;
        const double *g = block->grad + (size_t)(ins->out + i) * W;
        MG_ROLLED for (int l = 0; l < (int)block->rows; l++) {
            const uint32_t slot = MG_NAME(entry_of)(block, a[i], b, ins->m, l);
            if (slot == MG_NO_SLOT)
                continue;
            if (slot & MG_UNIFORM_SLOT)
                block->uniform_grad[slot & ~MG_UNIFORM_SLOT] += g[l];
            else
                block->grad[(size_t)slot * W + (size_t)l] += g[l];
        }
    }
}

#undef MG_NO_SLOT
