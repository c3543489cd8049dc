/* layer.h - a layer of neurons over a block of 16, 8 or 4 rows.
 *
 * A template like elementwise.h. The shapes are
 *
 *     x: (m, W)    the inputs; input i is the row slot input[i]
 *     w: (m, n)    the weights, uniform
 *     b: (n,)      the biases, uniform
 *     out: (n, W)  = w.T @ x + b
 *     g: (n, W)    the gradient of out
 *
 * The loops are those of a small matrix product. TILE sums over a block stay in registers,
 * as vectors WIDE of WIDE_LANES rows, while the loop runs over inputs (forward) or outputs
 * (backward), so that each load serves several products. A forward sum adds up in the order
 * of the inputs, as the graph does. If there are many inputs, the loops take MG_NEAR of them
 * at a time, whose rows and weights stay in the caches meanwhile. The gradients of weights
 * are sums over the rows.
 */

#define EACH_VEC MG_UNROLL for (int v = 0; v < N_VEC; v++)
#define ROW(j) (memory + (slots == NULL ? (j) : (size_t)slots[j]) * W)
#define LOAD(vecs, p) EACH_VEC VEC_LOAD(vecs[v], (p) + 4 * v)

#define N_WIDE (W / WIDE_LANES)
#define EACH_WIDE MG_UNROLL for (int v = 0; v < N_WIDE; v++)
#define LOAD_WIDE(vecs, p) EACH_WIDE memcpy(&vecs[v], (p) + WIDE_LANES * v, sizeof(WIDE))
#define STORE_WIDE(p, vecs) EACH_WIDE memcpy((p) + WIDE_LANES * v, &vecs[v], sizeof(WIDE))

/* out[j:j + tile]: (tile, W) = w[:end, j:j + tile].T @ x[:end] + b[j:j + tile], where out holds
 * what inputs 0 to i have added before. */
MG_TARGET MG_INLINE void MG_NAME(forward_tile)(const mg_instruction *ins,
                                               const mg_block *block, size_t i, size_t end,
                                               size_t j, const int tile) {
    const uint32_t *input = block->index + ins->a;
    const size_t n = ins->n;
    const double *data = block->data;
    const double *weight = block->uniform + ins->b + i * n + j;
    const double *bias = block->uniform + ins->c + j;
    double *out = block->data + ((size_t)ins->out + j) * W;
    WIDE sum[TILE][N_WIDE];
    MG_UNROLL for (int t = 0; t < tile; t++) {
        if (i == 0) {
            EACH_WIDE sum[t][v] = WIDE_SPLAT(bias[t]);
        } else {
            LOAD_WIDE(sum[t], out + t * W);
        }
    }
    for (; i < end; i++, weight += n) {
        WIDE x[N_WIDE];
        LOAD_WIDE(x, data + (size_t)input[i] * W);
        MG_UNROLL for (int t = 0; t < tile; t++) {
            WIDE w = WIDE_SPLAT(weight[t]);
            EACH_WIDE sum[t][v] = V4_ADD(sum[t][v], V4_MUL(w, x[v]));
        }
    }
    MG_UNROLL for (int t = 0; t < tile; t++) {
        STORE_WIDE(out + t * W, sum[t]);
    }
}

/* out: (n, W) = w: (m, n).T @ x: (m, W) + b: (n,) */
MG_TARGET static void MG_NAME(affine_forward)(const mg_instruction *ins,
                                             const mg_block *block) {
    const size_t n = ins->n;
    for (size_t i = 0; i < ins->m; i += MG_NEAR) {
        size_t j = 0, end = i + MG_NEAR < ins->m ? i + MG_NEAR : ins->m;
        for (; j + TILE <= n; j += TILE)
            MG_NAME(forward_tile)(ins, block, i, end, j, TILE);
        for (; j + 2 <= n; j += 2)
            MG_NAME(forward_tile)(ins, block, i, end, j, 2);
        for (; j < n; j++)
            MG_NAME(forward_tile)(ins, block, i, end, j, 1);
    }
}

/* grad of x[i:i + tile]: (tile, W) += w[i:i + tile]: (tile, n) @ g: (n, W) */
MG_TARGET MG_INLINE void MG_NAME(input_tile)(const mg_instruction *ins, const mg_block *block,
                                             size_t i, const int tile) {
    const size_t n = ins->n;
    const double *weight = block->uniform + ins->b + i * n;
    const double *g = block->grad + (size_t)ins->out * W;
    WIDE sum[TILE][N_WIDE];
    MG_UNROLL for (int t = 0; t < tile; t++) {
        EACH_WIDE sum[t][v] = WIDE_SPLAT(0.0);
    }
    for (size_t j = 0; j < n; j++, g += W) {
        WIDE y[N_WIDE];
        LOAD_WIDE(y, g);
        MG_UNROLL for (int t = 0; t < tile; t++) {
            WIDE w = WIDE_SPLAT(weight[(size_t)t * n + j]);
            EACH_WIDE sum[t][v] = V4_ADD(sum[t][v], V4_MUL(w, y[v]));
        }
    }
    MG_UNROLL for (int t = 0; t < tile; t++) {
        double *to = block->grad + (size_t)block->index[ins->a + i + (size_t)t] * W;
        if (!(ins->flags & MG_A_FIRST)) {
            WIDE before[N_WIDE];
            LOAD_WIDE(before, to);
            EACH_WIDE sum[t][v] = V4_ADD(before[v], sum[t][v]);
        }
        STORE_WIDE(to, sum[t]);
    }
}

/* to: (n,) += y: (n, rows) @ x: (rows,), or = if store. y[j] is the first rows lanes of slot j
 * of memory, or of slot slots[j] if slots is not NULL. */
MG_TARGET MG_INLINE void MG_NAME(accumulate_row)(double *to, const VEC *x, const double *memory,
                                           const uint32_t *slots, size_t n, int store,
                                           uint32_t rows) {
    size_t j = 0;
    for (; j + 4 <= n; j += 4) {
        VEC part[4], sums, before;
        MG_UNROLL for (int t = 0; t < 4; t++) {
            VEC y[N_VEC];
            LOAD(y, ROW(j + (size_t)t));
            EACH_VEC y[v] = VEC_MUL(y[v], x[v]);
            if (rows < W)
                EACH_VEC VEC_KEEP(y[v], 4 * v, rows);
            part[t] = FOLD(y);
        }
        V4_SUMS(sums, part[0], part[1], part[2], part[3]);
        if (!store) {
            VEC_LOAD(before, to + j);
            sums = VEC_ADD(before, sums);
        }
        VEC_STORE(to + j, sums);
    }
    for (; j < n; j++) {
        VEC y[N_VEC], part;
        LOAD(y, ROW(j));
        EACH_VEC y[v] = VEC_MUL(y[v], x[v]);
        if (rows < W)
            EACH_VEC VEC_KEEP(y[v], 4 * v, rows);
        part = FOLD(y);
        to[j] = store ? V4_SUM(part) : to[j] + V4_SUM(part);
    }
}

/* grad of w[:, j:]: (m, n - j) += x: (m, rows) @ g[j:]: (n - j, rows).T and
 * grad of b[j:]: (n - j,) += g[j:] summed over the rows. Both take the first rows lanes of the
 * block alone. */
MG_TARGET MG_INLINE void MG_NAME(weights_from)(const mg_instruction *ins,
                                               const mg_block *block, size_t j,
                                               uint32_t rows) {
    const uint32_t *input = block->index + ins->a;
    const size_t n = ins->n, m = ins->m;
    const double *g = block->grad + ((size_t)ins->out + j) * W;
    VEC x[N_VEC];
    if (ins->flags & MG_B_GRAD && j < n) {
        double *to = block->uniform_grad + ins->b + j;
        int store = ins->flags & MG_B_FIRST && block->is_first;
        if (n == 1) { /* a matrix of one column is one row */
            LOAD(x, g);
            MG_NAME(accumulate_row)(to, x, block->data, input, m, store, rows);
        } else {
            for (size_t i = 0; i < m; i++, to += n) {
                LOAD(x, block->data + (size_t)input[i] * W);
                MG_NAME(accumulate_row)(to, x, g, NULL, n - j, store, rows);
            }
        }
    }
    if (ins->flags & MG_C_GRAD && j < n) {
        EACH_VEC x[v] = VEC_SPLAT(1.0);
        MG_NAME(accumulate_row)(block->uniform_grad + ins->c + j, x, g, NULL, n - j,
                          ins->flags & MG_C_FIRST && block->is_first, rows);
    }
}

/* The same for all outputs, without the padding. A function of its own, so that it takes no
 * registers from affine_backward. */
MG_TARGET MG_NOINLINE void MG_NAME(some_weights)(const mg_instruction *ins,
                                                 const mg_block *block) {
    MG_NAME(weights_from)(ins, block, 0, block->rows);
}

/* grad of w: (m, n) += x @ g.T, grad of b: (n,) += g summed over the rows,
 * grad of x: (m, W) += w @ g */
MG_TARGET static void MG_NAME(affine_backward)(const mg_instruction *ins,
                                              const mg_block *block) {
    if (MG_LIKELY(!block->masks_padding)) {
#if WIDE_LANES == 8
        const size_t j = MG_NAME(weights_backward)(ins, block); /* outputs 0 to j are done */
#else
        const size_t j = 0;
#endif
        MG_NAME(weights_from)(ins, block, j, W);
    } else {
        MG_NAME(some_weights)(ins, block);
    }
    if (ins->flags & MG_A_GRAD) {
        size_t i = 0, m = ins->m;
        for (; i + TILE <= m; i += TILE)
            MG_NAME(input_tile)(ins, block, i, TILE);
        for (; i < m; i++)
            MG_NAME(input_tile)(ins, block, i, 1);
    }
}

#undef EACH_VEC
#undef ROW
#undef LOAD
#undef N_WIDE
#undef EACH_WIDE
#undef LOAD_WIDE
#undef STORE_WIDE
