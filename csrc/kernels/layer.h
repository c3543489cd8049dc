/* layer.h - a layer of neurons over a block of 16 or 4 rows.
 *
 * A template like elementwise.h. The loops are those of a small matrix product:
 * TILE sums over a block stay in registers, as vectors WIDE of WIDE_LANES rows, while
 * the loop runs over inputs (forward) or outputs (backward), so that each load serves
 * several products. A forward sum adds up in the order of the inputs, as the graph
 * does; many inputs are taken MG_NEAR at a time, whose rows and weights stay in the
 * caches meanwhile. The gradients of weights are sums over the rows.
 */

#define EACH_VEC MG_UNROLL for (int v = 0; v < N_VEC; v++)
#define ROW(j) (memory + (slots == NULL ? (j) : (size_t)slots[j]) * W)
#define LOAD(vecs, p) EACH_VEC VEC_LOAD(vecs[v], (p) + 4 * v)

#define N_WIDE (W / WIDE_LANES)
#define EACH_WIDE MG_UNROLL for (int v = 0; v < N_WIDE; v++)
#define LOAD_WIDE(vecs, p) EACH_WIDE memcpy(&vecs[v], (p) + WIDE_LANES * v, sizeof(WIDE))
#define STORE_WIDE(p, vecs) EACH_WIDE memcpy((p) + WIDE_LANES * v, &vecs[v], sizeof(WIDE))

/* What inputs i to end add to outputs j to j + tile. */
MG_TARGET MG_INLINE void MG_NAME(forward_tile)(const mg_instruction *ins,
                                               const mg_frame *frame, size_t i, size_t end,
                                               size_t j, const int tile) {
    const uint32_t *input = frame->program->index + ins->a;
    const size_t n = ins->n;
    const double *data = frame->data;
    const double *weight = frame->uniform + ins->b + i * n + j;
    const double *bias = frame->uniform + ins->c + j;
    double *out = frame->data + ((size_t)ins->out + j) * W;
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

MG_TARGET static void MG_NAME(layer_forward)(const mg_instruction *ins,
                                             const mg_frame *frame) {
    const size_t n = ins->n;
    for (size_t i = 0; i < ins->m; i += MG_NEAR) {
        size_t j = 0, end = i + MG_NEAR < ins->m ? i + MG_NEAR : ins->m;
        for (; j + TILE <= n; j += TILE)
            MG_NAME(forward_tile)(ins, frame, i, end, j, TILE);
        for (; j + 2 <= n; j += 2)
            MG_NAME(forward_tile)(ins, frame, i, end, j, 2);
        for (; j < n; j++)
            MG_NAME(forward_tile)(ins, frame, i, end, j, 1);
    }
}

/* The gradients of inputs i to i + tile. */
MG_TARGET MG_INLINE void MG_NAME(input_tile)(const mg_instruction *ins, const mg_frame *frame,
                                             size_t i, const int tile) {
    const size_t n = ins->n;
    const double *weight = frame->uniform + ins->b + i * n;
    const double *g = frame->grad + (size_t)ins->out * W;
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
        double *to = frame->grad + (size_t)frame->program->index[ins->a + i + (size_t)t] * W;
        if (!(ins->flags & MG_A_FIRST)) {
            WIDE before[N_WIDE];
            LOAD_WIDE(before, to);
            EACH_WIDE sum[t][v] = V4_ADD(before[v], sum[t][v]);
        }
        STORE_WIDE(to, sum[t]);
    }
}

/* The gradients of n uniform values. Each is the product of x and a slot, summed up over the
 * block's rows. The slots are 0 to n of memory, or those given. */
MG_TARGET MG_INLINE void MG_NAME(give_row)(double *to, const VEC *x, const double *memory,
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

/* The gradients of the weights and biases of outputs from j on, from the first rows of the
 * block alone. */
MG_TARGET MG_INLINE void MG_NAME(weights_from)(const mg_instruction *ins,
                                               const mg_frame *frame, size_t j,
                                               uint32_t rows) {
    const uint32_t *input = frame->program->index + ins->a;
    const size_t n = ins->n, m = ins->m;
    const double *g = frame->grad + ((size_t)ins->out + j) * W;
    VEC x[N_VEC];
    if (ins->flags & MG_B_GRAD && j < n) {
        double *to = frame->uniform_grad + ins->b + j;
        int store = ins->flags & MG_B_FIRST && frame->first;
        if (n == 1) { /* a matrix of one column is one row */
            LOAD(x, g);
            MG_NAME(give_row)(to, x, frame->data, input, m, store, rows);
        } else {
            for (size_t i = 0; i < m; i++, to += n) {
                LOAD(x, frame->data + (size_t)input[i] * W);
                MG_NAME(give_row)(to, x, g, NULL, n - j, store, rows);
            }
        }
    }
    if (ins->flags & MG_C_GRAD && j < n) {
        EACH_VEC x[v] = VEC_SPLAT(1.0);
        MG_NAME(give_row)(frame->uniform_grad + ins->c + j, x, g, NULL, n - j,
                          ins->flags & MG_C_FIRST && frame->first, rows);
    }
}

/* A function of its own, so that it takes no registers from layer_backward. */
MG_TARGET MG_NOINLINE void MG_NAME(some_weights)(const mg_instruction *ins,
                                                 const mg_frame *frame) {
    MG_NAME(weights_from)(ins, frame, 0, frame->rows);
}

MG_TARGET static void MG_NAME(layer_backward)(const mg_instruction *ins,
                                              const mg_frame *frame) {
    if (MG_LIKELY(!frame->leave_out)) {
#if WIDE_LANES == 8
        const size_t j = MG_NAME(weights_backward)(ins, frame); /* of outputs 0 to j */
#else
        const size_t j = 0;
#endif
        MG_NAME(weights_from)(ins, frame, j, W);
    } else {
        MG_NAME(some_weights)(ins, frame);
    }
    if (ins->flags & MG_A_GRAD) {
        size_t i = 0, m = ins->m;
        for (; i + TILE <= m; i += TILE)
            MG_NAME(input_tile)(ins, frame, i, TILE);
        for (; i < m; i++)
            MG_NAME(input_tile)(ins, frame, i, 1);
    }
}

#undef EACH_VEC
#undef ROW
#undef LOAD
#undef N_WIDE
#undef EACH_WIDE
#undef LOAD_WIDE
#undef STORE_WIDE
