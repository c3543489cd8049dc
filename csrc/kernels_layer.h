/* kernels_layer.h - a layer of neurons over a block of 16 or 4 rows.
 *
 * A template like kernels_map.h. The loops are those of a small matrix product:
 * TILE sums over a block stay in registers while the loop runs over inputs
 * (forward) or outputs (backward), so that each load serves several products. A
 * forward sum adds up in the order of the inputs, as the graph does.
 */

#define EACH_VEC MG_UNROLL for (int v = 0; v < N_VEC; v++)
#define ROW(j) (memory + (slots == NULL ? (j) : (size_t)slots[j]) * W)
#define LOAD(vecs, p) EACH_VEC VEC_LOAD(vecs[v], (p) + 4 * v)

/* Outputs j to j + tile. */
MG_TARGET MG_INLINE void MG_NAME(forward_tile)(const mg_instruction *ins,
                                               const mg_frame *frame, uint32_t j,
                                               const int tile) {
    const uint32_t *input = frame->program->index + ins->a, *end = input + ins->m;
    const size_t n = ins->n;
    const double *data = frame->data;
    const double *weight = frame->uniform + ins->b + j, *bias = frame->uniform + ins->c + j;
    VEC sum[TILE][N_VEC];
    MG_UNROLL for (int t = 0; t < tile; t++) {
        EACH_VEC sum[t][v] = VEC_SPLAT(bias[t]);
    }
    for (; input < end; input++, weight += n) {
        VEC x[N_VEC];
        LOAD(x, data + (size_t)*input * W);
        MG_UNROLL for (int t = 0; t < tile; t++) {
            VEC w = VEC_SPLAT(weight[t]);
            EACH_VEC sum[t][v] = VEC_ADD(sum[t][v], VEC_MUL(w, x[v]));
        }
    }
    double *out = frame->data + (size_t)(ins->out + j) * W;
    MG_UNROLL for (int t = 0; t < tile; t++) {
        EACH_VEC VEC_STORE(out + t * W + 4 * v, sum[t][v]);
    }
}

MG_TARGET static void MG_NAME(layer_forward)(const mg_instruction *ins,
                                             const mg_frame *frame) {
    uint32_t j = 0;
    for (; j + TILE <= ins->n; j += TILE)
        MG_NAME(forward_tile)(ins, frame, j, TILE);
    for (; j < ins->n; j++)
        MG_NAME(forward_tile)(ins, frame, j, 1);
}

/* The gradients of inputs i to i + tile. */
MG_TARGET MG_INLINE void MG_NAME(input_tile)(const mg_instruction *ins, const mg_frame *frame,
                                             size_t i, const int tile) {
    const size_t n = ins->n;
    const double *weight = frame->uniform + ins->b + i * n;
    const double *g = frame->grad + (size_t)ins->out * W;
    VEC sum[TILE][N_VEC];
    MG_UNROLL for (int t = 0; t < tile; t++) {
        EACH_VEC sum[t][v] = VEC_SPLAT(0.0);
    }
    for (size_t j = 0; j < n; j++, g += W) {
        VEC y[N_VEC];
        LOAD(y, g);
        MG_UNROLL for (int t = 0; t < tile; t++) {
            VEC w = VEC_SPLAT(weight[(size_t)t * n + j]);
            EACH_VEC sum[t][v] = VEC_ADD(sum[t][v], VEC_MUL(w, y[v]));
        }
    }
    MG_UNROLL for (int t = 0; t < tile; t++) {
        double *to = frame->grad + (size_t)frame->program->index[ins->a + i + (size_t)t] * W;
        if (!(ins->flags & MG_A_FIRST)) {
            VEC before[N_VEC];
            LOAD(before, to);
            EACH_VEC sum[t][v] = VEC_ADD(before[v], sum[t][v]);
        }
        EACH_VEC VEC_STORE(to + 4 * v, sum[t][v]);
    }
}

/* The gradients of n uniform values, each the product of x and a row summed up: rows
 * 0 to n of memory, or those of the slots. */
MG_TARGET MG_INLINE void MG_NAME(give_row)(double *to, const VEC *x, const double *memory,
                                           const uint32_t *slots, size_t n, int store) {
    size_t j = 0;
    for (; j + 4 <= n; j += 4) {
        VEC part[4], sums, before;
        MG_UNROLL for (int t = 0; t < 4; t++) {
            VEC y[N_VEC];
            LOAD(y, ROW(j + (size_t)t));
            EACH_VEC y[v] = VEC_MUL(y[v], x[v]);
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
        part = FOLD(y);
        to[j] = store ? V4_SUM(part) : to[j] + V4_SUM(part);
    }
}

MG_TARGET static void MG_NAME(layer_backward)(const mg_instruction *ins,
                                              const mg_frame *frame) {
    const uint32_t *input = frame->program->index + ins->a;
    const double *g = frame->grad + (size_t)ins->out * W;
    const size_t n = ins->n, m = ins->m;
    VEC x[N_VEC];
    size_t i = 0;
    if (ins->flags & MG_B_GRAD) {
        double *to = frame->uniform_grad + ins->b;
        int store = ins->flags & MG_B_FIRST && frame->first;
        if (n == 1) { /* a matrix of one column is one row */
            LOAD(x, g);
            MG_NAME(give_row)(to, x, frame->data, input, m, store);
        } else {
            for (i = 0; i < m; i++, to += n) {
                LOAD(x, frame->data + (size_t)input[i] * W);
                MG_NAME(give_row)(to, x, g, NULL, n, store);
            }
        }
    }
    if (ins->flags & MG_C_GRAD) {
        EACH_VEC x[v] = VEC_SPLAT(1.0);
        MG_NAME(give_row)(frame->uniform_grad + ins->c, x, g, NULL, n,
                          ins->flags & MG_C_FIRST && frame->first);
    }
    if (ins->flags & MG_A_GRAD) {
        for (i = 0; i + TILE <= m; i += TILE)
            MG_NAME(input_tile)(ins, frame, i, TILE);
        for (; i < m; i++)
            MG_NAME(input_tile)(ins, frame, i, 1);
    }
}

#undef EACH_VEC
#undef ROW
#undef LOAD
