/* layer_weights.h - the gradients of a layer's weights, of eight outputs side by side.
 *
 * A template like elementwise.h, for blocks of 16 or 8 rows and the registers of AVX-512. The
 * shapes are those of layer.h. The gradients of eight outputs over the block fill a register for
 * each row, 16 of 32 at most, and all inputs share them. A register holds the eight outputs of one row, so that
 * a sum over rows adds whole registers, where layer.h has to add the lanes of one. The sums
 * are added up in the same order, that of FOLD and LANE_SUM.
 */

#define EVEN(a, b) V8_SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define ODD(a, b) V8_SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define EVEN_PAIRS(a, b) V8_SHUFFLE(a, b, 0, 1, 4, 5, 8, 9, 12, 13)
#define ODD_PAIRS(a, b) V8_SHUFFLE(a, b, 2, 3, 6, 7, 10, 11, 14, 15)

/* g: (8 rows, 8 outputs) = the transpose of from[:, :8], where from: (8 outputs, 16 rows) */
MG_TARGET MG_INLINE void MG_NAME(transpose)(mg_v8 *g, const double *from) {
    MG_UNROLL for (int start = 0; start < 2; start++) { /* the even rows, then the odd ones */
        mg_v8 pairs[4]; /* of outputs: rows 0, 2, 4, 6 of both, or 1, 3, 5, 7 */
        MG_UNROLL for (int i = 0; i < 4; i++) {
            mg_v8 a, b;
            V8_LOAD(a, from + 2 * i * W);
            V8_LOAD(b, from + (2 * i + 1) * W);
            pairs[i] = start == 0 ? EVEN(a, b) : ODD(a, b);
        }
        mg_v8 low = EVEN_PAIRS(pairs[0], pairs[1]), high = EVEN_PAIRS(pairs[2], pairs[3]);
        g[start] = EVEN_PAIRS(low, high);
        g[start + 4] = ODD_PAIRS(low, high);
        low = ODD_PAIRS(pairs[0], pairs[1]), high = ODD_PAIRS(pairs[2], pairs[3]);
        g[start + 2] = EVEN_PAIRS(low, high);
        g[start + 6] = ODD_PAIRS(low, high);
    }
}

#undef EVEN
#undef ODD
#undef EVEN_PAIRS
#undef ODD_PAIRS

/* to: (8,) += x: (W,) @ g: (W, 8), or = if store */
#define TERM(r) V4_MUL(V8_SPLAT(x[r]), g[r])
#if W == 16
#define FOUR(r) V4_ADD(V4_ADD(TERM(r), TERM(r + 8)), V4_ADD(TERM(r + 4), TERM(r + 12)))
#else
#define FOUR(r) V4_ADD(TERM(r), TERM(r + 4))
#endif
MG_TARGET MG_INLINE void MG_NAME(accumulate_eight)(double *to, const double *x, const mg_v8 *g,
                                             int store) {
    mg_v8 sum = V4_ADD(V4_ADD(FOUR(0), FOUR(2)), V4_ADD(FOUR(1), FOUR(3)));
    if (!store) {
        mg_v8 before;
        V8_LOAD(before, to);
        sum = V4_ADD(before, sum);
    }
    V8_STORE(to, sum);
}
#undef TERM
#undef FOUR

/* grad of w[i:end, j:j + 8]: (end - i, 8) += x[i:end]: (end - i, W) @ g[j:j + 8]: (8, W).T
 * and, if i is 0, grad of b[j:j + 8]: (8,) += g[j:j + 8] summed over the rows */
MG_TARGET MG_INLINE void MG_NAME(weights_tile)(const mg_instruction *ins,
                                               const mg_block *block, size_t i, size_t end,
                                               size_t j) {
    static const double ones[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const uint32_t *input = block->index + ins->a;
    const double *from = block->grad + ((size_t)ins->out + j) * W;
    mg_v8 g[W];
    MG_UNROLL for (int row = 0; row < W; row += 8) MG_NAME(transpose)(g + row, from + row);
    if (ins->flags & MG_C_GRAD && i == 0)
        MG_NAME(accumulate_eight)(block->uniform_grad + ins->c + j, ones, g,
                            ins->flags & MG_C_FIRST && block->is_first);
    if (!(ins->flags & MG_B_GRAD))
        return;
    const int store = ins->flags & MG_B_FIRST && block->is_first;
    double *to = block->uniform_grad + ins->b + i * ins->n + j;
    for (; i < end; i++, to += ins->n)
        MG_NAME(accumulate_eight)(to, block->data + (size_t)input[i] * W, g, store);
}

/* Adds the gradients of w[:, :done] and b[:done], where done is n rounded down to a multiple of
 * 8, or n if neither has a gradient. Returns done. */
MG_TARGET MG_INLINE size_t MG_NAME(weights_backward)(const mg_instruction *ins,
                                                     const mg_block *block) {
    if (!(ins->flags & (MG_B_GRAD | MG_C_GRAD)))
        return ins->n; /* the weights and biases are constants */
    for (size_t i = 0; i < ins->m; i += MG_NEAR) {
        const size_t end = i + MG_NEAR < ins->m ? i + MG_NEAR : ins->m;
        for (size_t j = 0; j + 8 <= ins->n; j += 8)
            MG_NAME(weights_tile)(ins, block, i, end, j);
    }
    return ins->n / 8 * 8;
}
