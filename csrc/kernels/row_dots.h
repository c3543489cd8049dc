/* row_dots.h - a layer of one output whose inputs are rows in the caller's memory.
 *
 * A template like elementwise.h, see MG_ROW_MAJOR. The shapes are
 *
 *     x: (W, m)   the inputs: row r is block->inputs[r]
 *     w: (m,)     the weights, uniform
 *     out: (W,)   = x @ w + b
 *     g: (W,)     the gradient of out
 *
 * The sums have the order of layer.h. So rows are transposed in registers, four by four, to add
 * up one product of each row at a time; gradients of weights need no transposition.
 */

#if W > 1

/* sum: (W,) += x[:, j] * w[j], for a column that the loop over four of them leaves */
MG_TARGET MG_INLINE void MG_NAME(add_column)(mg_v4 *sum, const double *const *rows, size_t j,
                                             double weight) {
    double column[W];
    MG_ROLLED for (int r = 0; r < W; r++) column[r] = rows[r][j];
    MG_UNROLL for (int v = 0; v < N_VEC; v++) {
        mg_v4 x;
        V4_LOAD(x, column + 4 * v);
        sum[v] = V4_ADD(sum[v], V4_MUL(V4_SPLAT(weight), x));
    }
}

/* out: (W,) = x: (W, m) @ w: (m,) + b */
MG_TARGET static void MG_NAME(rows_forward)(const mg_instruction *ins, const mg_block *block) {
    const double *const *rows = block->inputs, *weight = block->uniform + ins->b;
    const size_t m = ins->m;
    mg_v4 sum[N_VEC];
    size_t j = 0;
    MG_UNROLL for (int v = 0; v < N_VEC; v++) sum[v] = V4_SPLAT(block->uniform[ins->c]);
    for (; j + 4 <= m; j += 4) {
        mg_v4 w, products[4][N_VEC]; /* by column */
        V4_LOAD(w, weight + j);
        MG_UNROLL for (int v = 0; v < N_VEC; v++) {
            MG_UNROLL for (int r = 0; r < 4; r++) {
                V4_LOAD(products[r][v], rows[4 * v + r] + j);
                products[r][v] = V4_MUL(w, products[r][v]);
            }
            V4_TRANSPOSE(products[0][v], products[1][v], products[2][v], products[3][v]);
        }
        MG_UNROLL for (int c = 0; c < 4; c++)
            MG_UNROLL for (int v = 0; v < N_VEC; v++)
                sum[v] = V4_ADD(sum[v], products[c][v]);
    }
    for (; j < m; j++)
        MG_NAME(add_column)(sum, rows, j, weight[j]);
    MG_UNROLL for (int v = 0; v < N_VEC; v++)
        V4_STORE(block->data + (size_t)ins->out * W + 4 * v, sum[v]);
}

/* t: (lanes,) = x[r, j:j + lanes] * g[r] */
#define TERM(t, r)                                                                        \
    do {                                                                                  \
        memcpy(&(t), rows[r] + j, sizeof(WIDE));                                          \
        (t) = V4_MUL(t, WIDE_SPLAT(g[r]));                                                \
    } while (0)
#if W == 16
#define TERMS(sum, r)                                                                     \
    do {                                                                                  \
        WIDE t, t_4, t_8, t_12;                                                           \
        TERM(t, r);                                                                       \
        TERM(t_8, (r) + 8);                                                               \
        TERM(t_4, (r) + 4);                                                               \
        TERM(t_12, (r) + 12);                                                             \
        (sum) = V4_ADD(V4_ADD(t, t_8), V4_ADD(t_4, t_12));                                \
    } while (0)
#else
#define TERMS TERM
#endif

/* grad of w[j]: (1,) += g: (kept,) @ x[:kept, j], or = if store */
MG_TARGET MG_INLINE void MG_NAME(add_row_sum)(double *to, const double *const *rows, size_t j,
                                              const double *g, uint32_t kept, int store) {
    double products[W];
    for (uint32_t r = 0; r < W; r++)
        products[r] = r < kept ? rows[r][j] * g[r] : 0.0;
    VEC vecs[N_VEC], part;
    MG_UNROLL for (int v = 0; v < N_VEC; v++) VEC_LOAD(vecs[v], products + 4 * v);
    part = FOLD(vecs);
    to[j] = store ? LANE_SUM(part) : to[j] + LANE_SUM(part);
}

/* grad of w: (m,) += g: (W,) @ x: (W, m) */
MG_TARGET MG_INLINE void MG_NAME(row_sums)(const mg_instruction *ins, const mg_block *block) {
    const double *const *rows = block->inputs, *g = block->grad + (size_t)ins->out * W;
    const size_t m = ins->m;
    const int store = ins->flags & MG_B_FIRST && block->is_first;
    const uint32_t kept = block->masks_padding ? block->rows : W;
    double *to = block->uniform_grad + ins->b;
    size_t j = 0;
    for (; kept == W && j + WIDE_LANES <= m; j += WIDE_LANES) {
        WIDE a, b, c, d, before;
        TERMS(a, 0);
        TERMS(b, 1);
        TERMS(c, 2);
        TERMS(d, 3);
        a = V4_ADD(V4_ADD(a, c), V4_ADD(b, d));
        if (!store) {
            memcpy(&before, to + j, sizeof before);
            a = V4_ADD(before, a);
        }
        memcpy(to + j, &a, sizeof a);
    }
    for (; j < m; j++)
        MG_NAME(add_row_sum)(to, rows, j, g, kept, store);
}

#undef TERM
#undef TERMS

#else

/* out: (1,) = x: (m,) @ w: (m,) + b */
MG_TARGET static void MG_NAME(rows_forward)(const mg_instruction *ins, const mg_block *block) {
    const double *x = block->inputs[0], *weight = block->uniform + ins->b;
    double sum = block->uniform[ins->c];
    for (size_t j = 0; j < ins->m; j++)
        sum += weight[j] * x[j];
    block->data[ins->out] = sum;
}

/* grad of w: (m,) += g * x: (m,) */
MG_TARGET MG_INLINE void MG_NAME(row_sums)(const mg_instruction *ins, const mg_block *block) {
    MG_NAME(accumulate_row)(block->uniform_grad + ins->b, block->inputs[0],
                            block->grad[ins->out], ins->m,
                            ins->flags & MG_B_FIRST && block->is_first);
}

#endif

/* grad of w: (m,) += g: (W,) @ x: (W, m), grad of b += g summed over the rows */
MG_TARGET static void MG_NAME(rows_backward)(const mg_instruction *ins, const mg_block *block) {
    mg_instruction bias = *ins;
    bias.flags &= (uint16_t)~MG_B_GRAD;
    if (ins->flags & MG_B_GRAD)
        MG_NAME(row_sums)(ins, block);
    MG_NAME(affine_backward)(&bias, block);
}
