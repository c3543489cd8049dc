/* one_row_sums.h - the instructions of sums.h over one row, which is also the uniform list.
 *
 * A template like elementwise.h, to be included after it, with the shapes and the order of sums.h.
 * The slots of uniform instructions have no tags. Testing for them takes as long as a product, so
 * each loop is compiled with and without.
 */

/* Calls a function of (instruction, block, has_tags), so that it is compiled for both. */
#define WITH_OR_WITHOUT_TAGS(function)                                                    \
    {                                                                                     \
        if (block->data == block->uniform)                                                \
            MG_NAME(function)(ins, block, 0);                                             \
        else                                                                              \
            MG_NAME(function)(ins, block, 1);                                             \
    }

/* --- muladd ------------------------------------------------------------------- */

MG_TARGET static void MG_NAME(muladd_forward)(const mg_instruction *ins,
                                              const mg_block *block) {
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    const uint32_t *c = block->index + ins->c;
    const double *y = ins->flags & MG_B_UNIFORM ? block->uniform : block->data;
    const double *z = ins->flags & MG_C_UNIFORM ? block->uniform : block->data;
    double *data = block->data;
    for (uint32_t i = 0; i < ins->n; i++)
        data[ins->out + i] = z[c[i]] + data[a[i]] * y[b[i]];
}

/* *to += g, or = g if is_first */
MG_TARGET MG_INLINE void MG_NAME(add_or_store)(double *to, double g, int is_first) {
    *to = is_first ? g : *to + g;
}

MG_TARGET static void MG_NAME(muladd_backward)(const mg_instruction *ins,
                                               const mg_block *block) {
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    const uint32_t *c = block->index + ins->c;
    const unsigned flags = ins->flags;
    const double *data = block->data, *y = flags & MG_B_UNIFORM ? block->uniform : data;
    double *grad = block->grad;
    double *b_grad = flags & MG_B_UNIFORM ? block->uniform_grad : grad;
    double *c_grad = flags & MG_C_UNIFORM ? block->uniform_grad : grad;
    const int b_first = flags & MG_B_FIRST && !(flags & MG_B_UNIFORM);
    const int c_first = flags & MG_C_FIRST && !(flags & MG_C_UNIFORM);
    for (uint32_t i = ins->n; i-- > 0;) {
        const double g = grad[ins->out + i];
        if (flags & MG_A_GRAD)
            MG_NAME(add_or_store)(&grad[a[i]], y[b[i]] * g, flags & MG_A_FIRST);
        if (flags & MG_B_GRAD)
            MG_NAME(add_or_store)(&b_grad[b[i]], data[a[i]] * g, b_first);
        if (flags & MG_C_GRAD)
            MG_NAME(add_or_store)(&c_grad[c[i]], g, c_first);
    }
}

/* --- sum ---------------------------------------------------------------------- */

MG_TARGET MG_INLINE void MG_NAME(sums)(const mg_instruction *ins, const mg_block *block,
                                       const int has_tags) {
    const uint32_t *a = block->index + ins->a, *c = block->index + ins->c, m = ins->m;
    for (uint32_t i = 0; i < ins->n; i++, a += m) {
        double sum = MG_NAME(value_in)(block, c[i], has_tags);
        for (uint32_t j = 0; j < m; j++)
            sum += MG_NAME(value_in)(block, a[j], has_tags);
        block->data[ins->out + i] = sum;
    }
}

MG_TARGET static void MG_NAME(sum_forward)(const mg_instruction *ins, const mg_block *block) {
    WITH_OR_WITHOUT_TAGS(sums)
}

MG_TARGET MG_INLINE void MG_NAME(sum_gradients)(const mg_instruction *ins,
                                                const mg_block *block, const int has_tags) {
    const uint32_t *a = block->index + ins->a, *c = block->index + ins->c, m = ins->m;
    for (uint32_t i = ins->n; i-- > 0;) {
        const double g = block->grad[ins->out + i];
        for (uint32_t j = ins->flags & MG_A_GRAD ? m : 0; j-- > 0;)
            MG_NAME(add_to)(block, a[(size_t)i * m + j], g, has_tags);
        if (ins->flags & MG_C_GRAD)
            MG_NAME(add_to)(block, c[i], g, has_tags);
    }
}

MG_TARGET static void MG_NAME(sum_backward)(const mg_instruction *ins, const mg_block *block) {
    WITH_OR_WITHOUT_TAGS(sum_gradients)
}

#undef WITH_OR_WITHOUT_TAGS
#undef UNTAGGED
#undef EACH_VEC
#undef LANES_PER_VEC
#undef LOAD
#undef STORE
