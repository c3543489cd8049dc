/* one_row_dots.h - DOT over one row.
 *
 * A template like elementwise.h, to be included after layer_one_row.h and before
 * one_row_sums.h. Most dots have vectors as their operands, whose slots are consecutive: runs.
 * Their products are computed side by side, and added up in the order of the terms.
 */

#define UNTAGGED(slot) ((slot) & ~MG_UNIFORM_SLOT)

/* The values from a slot on, which may have a tag, and their gradients. */
MG_TARGET MG_INLINE const double *MG_NAME(values_from)(const mg_block *block, uint32_t slot) {
    return slot & MG_UNIFORM_SLOT ? block->uniform + UNTAGGED(slot) : block->data + slot;
}

MG_TARGET MG_INLINE double *MG_NAME(gradients_from)(const mg_block *block, uint32_t slot) {
    return slot & MG_UNIFORM_SLOT ? block->uniform_grad + UNTAGGED(slot) : block->grad + slot;
}

/* Returns the value in a slot, which may have a tag if has_tags is true, see MG_UNIFORM_SLOT. */
MG_TARGET MG_INLINE double MG_NAME(value_in)(const mg_block *block, uint32_t slot,
                                             const int has_tags) {
    return has_tags && slot & MG_UNIFORM_SLOT ? block->uniform[slot & ~MG_UNIFORM_SLOT]
                                              : block->data[slot];
}

/* grad[slot] += g */
MG_TARGET MG_INLINE void MG_NAME(add_to)(const mg_block *block, uint32_t slot, double g,
                                         const int has_tags) {
    if (has_tags && slot & MG_UNIFORM_SLOT)
        block->uniform_grad[slot & ~MG_UNIFORM_SLOT] += g;
    else
        block->grad[slot] += g;
}

/* True if the m terms of a result are runs, in an instruction that has MG_TERM_RUNS. */
MG_TARGET MG_INLINE int MG_NAME(are_runs)(const uint32_t *a, const uint32_t *b, uint32_t m) {
    return (a[m - 1] - a[0] == m - 1) & (b[m - 1] - b[0] == m - 1);
}

/* --- forward ------------------------------------------------------------------ */

/* Computes result i. */
MG_TARGET MG_INLINE void MG_NAME(one_dot)(const mg_instruction *ins, const mg_block *block,
                                          uint32_t i, const int has_tags) {
    const uint32_t m = ins->m;
    const uint32_t *a = block->index + ins->a + (size_t)i * m;
    const uint32_t *b = block->index + ins->b + (size_t)i * m;
    double sum = MG_NAME(value_in)(block, block->index[ins->c + i], has_tags);
    for (uint32_t j = 0; j < m; j++)
        sum += MG_NAME(value_in)(block, a[j], has_tags) *
               MG_NAME(value_in)(block, b[j], has_tags);
    block->data[ins->out + i] = sum;
}

MG_TARGET MG_INLINE void MG_NAME(dots)(const mg_instruction *ins, const mg_block *block,
                                       const int has_tags) {
    for (uint32_t i = 0; i < ins->n; i++)
        MG_NAME(one_dot)(ins, block, i, has_tags);
}

/* Computes results i to i + 4 side by side if all their terms are runs. Otherwise returns 0. */
MG_TARGET MG_INLINE int MG_NAME(four_dots)(const mg_instruction *ins, const mg_block *block,
                                           uint32_t i) {
    const size_t m = ins->m;
    const double *x[4], *y[4];
    double sums[4];
    for (size_t r = 0; r < 4; r++) {
        const uint32_t *a = block->index + ins->a + (i + r) * m;
        const uint32_t *b = block->index + ins->b + (i + r) * m;
        if (!MG_NAME(are_runs)(a, b, ins->m))
            return 0;
        x[r] = MG_NAME(values_from)(block, a[0]);
        y[r] = MG_NAME(values_from)(block, b[0]);
        sums[r] = *MG_NAME(values_from)(block, block->index[ins->c + i + r]);
    }
    size_t j = 0;
    mg_v4 sum, terms[4], factor;
    V4_LOAD(sum, sums);
    for (; j + 4 <= m; j += 4) {
        MG_UNROLL for (size_t r = 0; r < 4; r++) {
            V4_LOAD(terms[r], x[r] + j);
            V4_LOAD(factor, y[r] + j);
            terms[r] = V4_MUL(terms[r], factor);
        }
        V4_TRANSPOSE(terms[0], terms[1], terms[2], terms[3]);
        MG_UNROLL for (size_t l = 0; l < 4; l++) sum = V4_ADD(sum, terms[l]);
    }
    V4_STORE(sums, sum);
    for (; j < m; j++)
        for (size_t r = 0; r < 4; r++)
            sums[r] += x[r][j] * y[r][j];
    memcpy(block->data + ins->out + i, sums, sizeof sums);
    return 1;
}

MG_TARGET static void MG_NAME(dots_of_runs)(const mg_instruction *ins, const mg_block *block) {
    for (uint32_t i = 0; i < ins->n;)
        if (i + 4 <= ins->n && MG_NAME(four_dots)(ins, block, i))
            i += 4;
        else
            MG_NAME(one_dot)(ins, block, i++, 1);
}

MG_TARGET static void MG_NAME(dot_forward)(const mg_instruction *ins, const mg_block *block) {
    if (ins->flags & MG_TERM_RUNS)
        MG_NAME(dots_of_runs)(ins, block);
    else if (block->data == block->uniform)
        MG_NAME(dots)(ins, block, 0);
    else
        MG_NAME(dots)(ins, block, 1);
}

/* --- backward ----------------------------------------------------------------- */

/* The gradients of the terms of a dot that has MG_SQUARES. */
MG_TARGET MG_INLINE void MG_NAME(square_gradients)(const mg_instruction *ins,
                                                   const mg_block *block) {
    const double *data = block->data + ins->squares, up = block->grad[ins->out];
    double *to = block->grad + ins->squares;
    MG_ROLLED for (uint32_t j = 0; j < ins->m; j++) { /* x * x has x twice */
        double d = data[j] * up;
        to[j] = (to[j] + d) + d;
    }
}

/* The gradients of the terms of result i, last term first. */
MG_TARGET MG_INLINE void MG_NAME(term_gradients)(const mg_instruction *ins,
                                                 const mg_block *block, uint32_t i,
                                                 const int has_tags) {
    const uint32_t *x = block->index + ins->a + (size_t)i * ins->m;
    const uint32_t *y = block->index + ins->b + (size_t)i * ins->m;
    const double g = block->grad[ins->out + i];
    for (uint32_t j = ins->m; j-- > 0;) {
        if (ins->flags & MG_A_GRAD)
            MG_NAME(add_to)(block, x[j], MG_NAME(value_in)(block, y[j], has_tags) * g,
                            has_tags);
        if (ins->flags & MG_B_GRAD)
            MG_NAME(add_to)(block, y[j], MG_NAME(value_in)(block, x[j], has_tags) * g,
                            has_tags);
    }
}

/* The same where they are runs: each slot has its gradients in the same order. */
MG_TARGET MG_INLINE void MG_NAME(run_gradients)(const mg_instruction *ins,
                                                const mg_block *block, uint32_t i) {
    const uint32_t m = ins->m;
    const uint32_t a = block->index[ins->a + (size_t)i * m];
    const uint32_t b = block->index[ins->b + (size_t)i * m];
    const double g = block->grad[ins->out + i];
    if (ins->flags & MG_A_GRAD)
        MG_NAME(accumulate_row)(MG_NAME(gradients_from)(block, a),
                                MG_NAME(values_from)(block, b), g, m, 0);
    if (ins->flags & MG_B_GRAD)
        MG_NAME(accumulate_row)(MG_NAME(gradients_from)(block, b),
                                MG_NAME(values_from)(block, a), g, m, 0);
}

MG_TARGET MG_INLINE void MG_NAME(dot_gradients)(const mg_instruction *ins,
                                                const mg_block *block, const int has_tags,
                                                const int has_runs) {
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    for (uint32_t i = ins->n; i-- > 0;) {
        const size_t first = (size_t)i * ins->m;
        if (has_runs && MG_NAME(are_runs)(a + first, b + first, ins->m))
            MG_NAME(run_gradients)(ins, block, i);
        else if (ins->flags & MG_SQUARES)
            MG_NAME(square_gradients)(ins, block);
        else
            MG_NAME(term_gradients)(ins, block, i, has_tags);
        if (ins->flags & MG_C_GRAD)
            MG_NAME(add_to)(block, block->index[ins->c + i], block->grad[ins->out + i],
                            has_tags);
    }
}

MG_TARGET static void MG_NAME(dot_backward)(const mg_instruction *ins, const mg_block *block) {
    if (ins->flags & MG_TERM_RUNS)
        MG_NAME(dot_gradients)(ins, block, 1, 1);
    else if (block->data == block->uniform)
        MG_NAME(dot_gradients)(ins, block, 0, 0);
    else
        MG_NAME(dot_gradients)(ins, block, 1, 0);
}

#undef UNTAGGED
