/* sums.h - multiply-adds, sums and sums of products over a block of rows.
 *
 * A template like elementwise.h, to be included after it, with the same macros and shapes. For
 * blocks of one row there is one_row_sums.h.
 */

/* vecs: (W,) = a slot that has a tag, see MG_UNIFORM_SLOT */
#define LOAD_TAGGED(vecs, slot)                                                           \
    do {                                                                                  \
        if ((slot)&MG_UNIFORM_SLOT) {                                                     \
            EACH_VEC vecs[v] = VEC_SPLAT(uniform[(slot) & ~MG_UNIFORM_SLOT]);             \
        } else {                                                                          \
            LOAD(vecs, data + (size_t)(slot) * W);                                        \
        }                                                                                 \
    } while (0)

/* out[i]: (W,) = a[i]: (W,) * b[i]: (W,) + c[i]: (W,), for i from 0 to n */
MG_TARGET static void MG_NAME(muladd_forward)(const mg_instruction *ins,
                                              const mg_block *block) {
    double *data = block->data;
    const double *uniform = block->uniform;
    const uint32_t *index = block->index;
    const uint32_t b_tag = ins->flags & MG_B_UNIFORM ? MG_UNIFORM_SLOT : 0;
    const uint32_t c_tag = ins->flags & MG_C_UNIFORM ? MG_UNIFORM_SLOT : 0;
    for (uint32_t i = 0; i < ins->n; i++) {
        VEC x[N_VEC], y[N_VEC], z[N_VEC];
        LOAD(x, data + (size_t)index[ins->a + i] * W);
        LOAD_TAGGED(y, index[ins->b + i] | b_tag);
        LOAD_TAGGED(z, index[ins->c + i] | c_tag);
        EACH_VEC z[v] = VEC_ADD(z[v], VEC_MUL(x[v], y[v]));
        STORE(data + (size_t)(ins->out + i) * W, z);
    }
}

/* grad[a[i]] += b[i] * g[i], grad[b[i]] += a[i] * g[i] and grad[c[i]] += g[i], all (W,), for
 * i from n down to 0 */
MG_TARGET static void MG_NAME(muladd_backward)(const mg_instruction *ins,
                                               const mg_block *block) {
    const double *data = block->data, *uniform = block->uniform;
    const uint32_t *index = block->index;
    unsigned flags = ins->flags;
    const uint32_t b_tag = flags & MG_B_UNIFORM ? MG_UNIFORM_SLOT : 0;
    for (uint32_t i = ins->n; i-- > 0;) {
        VEC y[N_VEC], g[N_VEC];
        uint32_t a = index[ins->a + i], b = index[ins->b + i], c = index[ins->c + i];
        LOAD(g, block->grad + (size_t)(ins->out + i) * W);
        if (flags & MG_A_GRAD) {
            LOAD_TAGGED(y, b | b_tag);
            EACH_VEC y[v] = VEC_MUL(y[v], g[v]);
            MG_NAME(accumulate)(block, a, 0, flags & MG_A_FIRST, y);
        }
        if (flags & MG_B_GRAD) {
            LOAD(y, data + (size_t)a * W);
            EACH_VEC y[v] = VEC_MUL(y[v], g[v]);
            MG_NAME(accumulate)(block, b, flags & MG_B_UNIFORM, flags & MG_B_FIRST, y);
        }
        if (flags & MG_C_GRAD)
            MG_NAME(accumulate)(block, c, flags & MG_C_UNIFORM, flags & MG_C_FIRST, g);
    }
}

MG_TARGET MG_INLINE void MG_NAME(accumulate_tagged)(const mg_block *block, uint32_t slot,
                                                    const VEC *lanes) {
    MG_NAME(accumulate)(block, slot & ~MG_UNIFORM_SLOT, (slot & MG_UNIFORM_SLOT) != 0, 0,
                        lanes);
}

/* out[i]: (W,) = ((c[i]: (W,) + a[i, 0]: (W,) * b[i, 0]: (W,)) + ...) + a[i, m - 1] * b[i, m - 1],
 * for i from 0 to n */
MG_TARGET static void MG_NAME(dot_forward)(const mg_instruction *ins, const mg_block *block) {
    double *data = block->data;
    const double *uniform = block->uniform;
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    const uint32_t *c = block->index + ins->c, m = ins->m;
    for (uint32_t i = 0; i < ins->n; i++, a += m, b += m) {
        VEC sum[N_VEC], x[N_VEC], y[N_VEC];
        const uint32_t c_slot = c[i];
        LOAD_TAGGED(sum, c_slot);
        for (uint32_t j = 0; j < m; j++) {
            const uint32_t x_slot = a[j], y_slot = b[j];
            LOAD_TAGGED(x, x_slot);
            LOAD_TAGGED(y, y_slot);
            EACH_VEC sum[v] = VEC_ADD(sum[v], VEC_MUL(x[v], y[v]));
        }
        STORE(data + (size_t)(ins->out + i) * W, sum);
    }
}

/* grad[slot]: (W,) += other: (W,) * g: (W,) */
MG_TARGET MG_INLINE void MG_NAME(accumulate_product)(const mg_block *block, uint32_t slot,
                                                     uint32_t other, const VEC *g) {
    const double *data = block->data, *uniform = block->uniform;
    VEC x[N_VEC];
    LOAD_TAGGED(x, other);
    EACH_VEC x[v] = VEC_MUL(x[v], g[v]);
    MG_NAME(accumulate_tagged)(block, slot, x);
}

/* grad[a[i, j]] += b[i, j] * g[i] and grad[b[i, j]] += a[i, j] * g[i], all (W,), for i from n
 * and j from m down to 0; grad[c[i]]: (W,) += g[i]: (W,) */
MG_TARGET static void MG_NAME(dot_backward)(const mg_instruction *ins, const mg_block *block) {
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    const uint32_t *c = block->index + ins->c, m = ins->m;
    const unsigned flags = ins->flags;
    VEC g[N_VEC];
    for (uint32_t i = ins->n; i-- > 0;) {
        const uint32_t *x = a + (size_t)i * m, *y = b + (size_t)i * m;
        LOAD(g, block->grad + (size_t)(ins->out + i) * W);
        for (uint32_t j = m; j-- > 0;) {
            if (flags & MG_A_GRAD)
                MG_NAME(accumulate_product)(block, x[j], y[j], g);
            if (flags & MG_B_GRAD)
                MG_NAME(accumulate_product)(block, y[j], x[j], g);
        }
        if (flags & MG_C_GRAD)
            MG_NAME(accumulate_tagged)(block, c[i], g);
    }
}

/* out[i]: (W,) = ((c[i]: (W,) + a[i, 0]: (W,)) + ...) + a[i, m - 1]: (W,), for i from 0 to n */
MG_TARGET static void MG_NAME(sum_forward)(const mg_instruction *ins, const mg_block *block) {
    double *data = block->data;
    const double *uniform = block->uniform;
    const uint32_t *a = block->index + ins->a, *c = block->index + ins->c, m = ins->m;
    for (uint32_t i = 0; i < ins->n; i++, a += m) {
        VEC sum[N_VEC], x[N_VEC];
        const uint32_t c_slot = c[i];
        LOAD_TAGGED(sum, c_slot);
        for (uint32_t j = 0; j < m; j++) {
            const uint32_t x_slot = a[j];
            LOAD_TAGGED(x, x_slot);
            EACH_VEC sum[v] = VEC_ADD(sum[v], x[v]);
        }
        STORE(data + (size_t)(ins->out + i) * W, sum);
    }
}

/* grad[a[i, j]]: (W,) += g[i]: (W,), for i from n and j from m down to 0;
 * grad[c[i]]: (W,) += g[i]: (W,) */
MG_TARGET static void MG_NAME(sum_backward)(const mg_instruction *ins, const mg_block *block) {
    const uint32_t *a = block->index + ins->a, *c = block->index + ins->c, m = ins->m;
    for (uint32_t i = ins->n; i-- > 0;) {
        VEC g[N_VEC];
        LOAD(g, block->grad + (size_t)(ins->out + i) * W);
        for (uint32_t j = m; ins->flags & MG_A_GRAD && j-- > 0;)
            MG_NAME(accumulate_tagged)(block, a[(size_t)i * m + j], g);
        if (ins->flags & MG_C_GRAD)
            MG_NAME(accumulate_tagged)(block, c[i], g);
    }
}

#undef LOAD_TAGGED
#undef EACH_VEC
#undef LANES_PER_VEC
#undef LOAD
#undef STORE
