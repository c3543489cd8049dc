/* layer_weights.h - the gradients of a layer's weights, of eight outputs side by side.
 *
 * A template like elementwise.h, for blocks of 16 rows and registers as AVX-512 has them:
 * the outputs' gradients over the block fill 16 of its 32. The steps of all inputs share
 * them, and no sum over rows needs the lanes of a register to meet, as those of
 * layer.h do. The sums are the same, added up in the order of LANE_SUM.
 */

#define EVEN(a, b) V8_SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define ODD(a, b) V8_SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define EVEN_PAIRS(a, b) V8_SHUFFLE(a, b, 0, 1, 4, 5, 8, 9, 12, 13)
#define ODD_PAIRS(a, b) V8_SHUFFLE(a, b, 2, 3, 6, 7, 10, 11, 14, 15)

/* Rows 0 to 8 of the outputs' gradients, an output every 16 doubles: g[r] is row r. */
MG_TARGET MG_INLINE void MG_NAME(transpose)(mg_v8 *g, const double *from) {
    MG_UNROLL for (int start = 0; start < 2; start++) { /* the even rows, then the odd ones */
        mg_v8 pairs[4];                       /* of outputs: rows 0, 2, 4, 6 of both */
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

/* The gradients of one input's weights: the sum over rows of x[r] * g[r]. */
#define TERM(r) V4_MUL(V8_SPLAT(x[r]), g[r])
#define FOUR(r) V4_ADD(V4_ADD(TERM(r), TERM(r + 8)), V4_ADD(TERM(r + 4), TERM(r + 12)))
MG_TARGET MG_INLINE void MG_NAME(give_eight)(double *to, const double *x, const mg_v8 *g,
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

/* Outputs j to j + 8 and inputs i to end; with the first inputs, the biases. */
MG_TARGET MG_INLINE void MG_NAME(weights_tile)(const mg_instruction *ins,
                                               const mg_frame *frame, size_t i, size_t end,
                                               size_t j) {
    static const double ones[W] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const uint32_t *input = frame->program->index + ins->a;
    const double *from = frame->grad + ((size_t)ins->out + j) * W;
    mg_v8 g[W];
    MG_NAME(transpose)(g, from);
    MG_NAME(transpose)(g + 8, from + 8);
    if (ins->flags & MG_C_GRAD && i == 0)
        MG_NAME(give_eight)(frame->uniform_grad + ins->c + j, ones, g,
                            ins->flags & MG_C_FIRST && frame->first);
    if (!(ins->flags & MG_B_GRAD))
        return;
    const int store = ins->flags & MG_B_FIRST && frame->first;
    double *to = frame->uniform_grad + ins->b + i * ins->n + j;
    for (; i < end; i++, to += ins->n)
        MG_NAME(give_eight)(to, frame->data + (size_t)input[i] * W, g, store);
}

/* Of as many outputs as there are eights of; returns how many outputs are done. */
MG_TARGET MG_INLINE size_t MG_NAME(weights_backward)(const mg_instruction *ins,
                                                     const mg_frame *frame) {
    if (!(ins->flags & (MG_B_GRAD | MG_C_GRAD)))
        return ins->n; /* constants */
    for (size_t i = 0; i < ins->m; i += MG_NEAR) {
        const size_t end = i + MG_NEAR < ins->m ? i + MG_NEAR : ins->m;
        for (size_t j = 0; j + 8 <= ins->n; j += 8)
            MG_NAME(weights_tile)(ins, frame, i, end, j);
    }
    return ins->n / 8 * 8;
}
