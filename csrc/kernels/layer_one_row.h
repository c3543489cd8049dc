/* layer_one_row.h - a layer of neurons over one row, outputs side by side; SGD's step.
 *
 * A template like elementwise.h, for a block of one row. The shapes are
 *
 *     x: (m,)    the inputs; input i is the row slot input[i]
 *     w: (m, n)  the weights: those of one input to all outputs are consecutive
 *     b: (n,)    the biases
 *     out: (n,)  = x @ w + b
 *     g: (n,)    the gradient of out
 */

#define LANES MG_WIDE_LANES
#define LOAD(v, p) memcpy(&(v), (p), sizeof(MG_WIDE))
#define STORE(p, v) memcpy((p), &(v), sizeof(MG_WIDE))
#define EACH_SIDE(n) MG_UNROLL for (int v = 0; v < (n) / LANES; v++)

/* out[j:j + width]: (width,) = x: (m,) @ w[:, j:j + width] + b[j:j + width] */
MG_TARGET MG_INLINE void MG_NAME(forward_wide)(const mg_instruction *ins,
                                               const mg_block *block, size_t j,
                                               const int width) {
    const uint32_t *input = block->index + ins->a, *end = input + ins->m;
    const double *weight = block->uniform + ins->b + j, *bias = block->uniform + ins->c + j;
    MG_WIDE sum[32 / LANES];
    EACH_SIDE(width) LOAD(sum[v], bias + LANES * v);
    for (; input < end; input++, weight += ins->n) {
        MG_WIDE x = MG_WIDE_SPLAT(block->data[*input]), w;
        EACH_SIDE(width) {
            LOAD(w, weight + LANES * v);
            sum[v] = V4_ADD(sum[v], V4_MUL(w, x));
        }
    }
    EACH_SIDE(width) STORE(block->data + ins->out + j + LANES * v, sum[v]);
}

/* out[j:j + 4]: (4,) = x: (m,) @ w[:, j:j + 4] + b[j:j + 4] */
MG_TARGET MG_INLINE void MG_NAME(forward_four)(const mg_instruction *ins,
                                               const mg_block *block, size_t j) {
    const uint32_t *input = block->index + ins->a;
    const double *weight = block->uniform + ins->b + j;
    mg_v4 sum, w;
    V4_LOAD(sum, block->uniform + ins->c + j);
    for (size_t i = 0; i < ins->m; i++, weight += ins->n) {
        mg_v4 x = V4_SPLAT(block->data[input[i]]);
        V4_LOAD(w, weight);
        sum = V4_ADD(sum, V4_MUL(w, x));
    }
    V4_STORE(block->data + ins->out + j, sum);
}

/* out: (n,) = x: (m,) @ w: (m, n) + b: (n,) */
MG_TARGET static void MG_NAME(affine_forward)(const mg_instruction *ins,
                                             const mg_block *block) {
    size_t n = ins->n, j = 0;
    for (; j + 32 <= n; j += 32)
        MG_NAME(forward_wide)(ins, block, j, 32);
    for (; j + 16 <= n; j += 16)
        MG_NAME(forward_wide)(ins, block, j, 16);
    for (; j + LANES <= n; j += LANES)
        MG_NAME(forward_wide)(ins, block, j, LANES);
    for (; j + 4 <= n; j += 4)
        MG_NAME(forward_four)(ins, block, j);
    if (j < n && n >= 4) { /* the last four, some of them a second time: quicker than one by one */
        MG_NAME(forward_four)(ins, block, n - 4);
        return;
    }
    const uint32_t *input = block->index + ins->a;
    const double *weight = block->uniform + ins->b;
    for (; j < n; j++) {
        double sum = block->uniform[ins->c + j];
        for (size_t i = 0; i < ins->m; i++)
            sum += weight[i * n + j] * block->data[input[i]];
        block->data[ins->out + j] = sum;
    }
}

/* to: (n,) += x * g: (n,), or = if store */
MG_TARGET MG_INLINE void MG_NAME(accumulate_row)(double *to, const double *g, double x, size_t n,
                                           int store) {
    size_t j = 0;
    MG_WIDE xs = MG_WIDE_SPLAT(x);
    for (; j + LANES <= n; j += LANES) {
        MG_WIDE y, before;
        LOAD(y, g + j);
        y = V4_MUL(xs, y);
        if (!store) {
            LOAD(before, to + j);
            y = V4_ADD(before, y);
        }
        STORE(to + j, y);
    }
    for (; j < n; j++)
        to[j] = store ? x * g[j] : to[j] + x * g[j];
}

/* Returns w: (n,) @ g: (n,), added up in an order of its own: 16 sums side by side. */
MG_TARGET MG_INLINE double MG_NAME(inner_product)(const double *w, const double *g,
                                                  size_t n) {
    MG_WIDE sum[16 / LANES], a, b;
    size_t j = 0;
    EACH_SIDE(16) sum[v] = MG_WIDE_SPLAT(0.0);
    for (; j + 16 <= n; j += 16)
        EACH_SIDE(16) {
            LOAD(a, w + j + LANES * v);
            LOAD(b, g + j + LANES * v);
            sum[v] = V4_ADD(sum[v], V4_MUL(a, b));
        }
    mg_v4 part[4], c, d;
    memcpy(part, sum, sizeof part);
    for (; j + 4 <= n; j += 4) {
        V4_LOAD(c, w + j);
        V4_LOAD(d, g + j);
        part[0] = V4_ADD(part[0], V4_MUL(c, d));
    }
    part[0] = V4_ADD(V4_ADD(part[0], part[2]), V4_ADD(part[1], part[3]));
    double rest = 0.0;
    for (; j < n; j++)
        rest += w[j] * g[j];
    return V4_SUM(part[0]) + rest;
}

/* grad of w: (m, n) += outer(x, g), grad of b: (n,) += g, grad of x: (m,) += w @ g */
MG_TARGET static void MG_NAME(affine_backward)(const mg_instruction *ins,
                                              const mg_block *block) {
    const uint32_t *input = block->index + ins->a;
    const double *g = block->grad + ins->out;
    size_t n = ins->n, m = ins->m;
    int store = ins->flags & MG_B_FIRST && block->is_first;
    if (ins->flags & MG_B_GRAD)
        for (size_t i = 0; i < m; i++)
            MG_NAME(accumulate_row)(block->uniform_grad + ins->b + i * n, g,
                              block->data[input[i]], n, store);
    if (ins->flags & MG_C_GRAD)
        MG_NAME(accumulate_row)(block->uniform_grad + ins->c, g, 1.0, n,
                          ins->flags & MG_C_FIRST && block->is_first);
    if (ins->flags & MG_A_GRAD)
        for (size_t i = 0; i < m; i++) {
            double to = MG_NAME(inner_product)(block->uniform + ins->b + i * n, g, n);
            double *grad = &block->grad[input[i]];
            *grad = ins->flags & MG_A_FIRST ? to : *grad + to;
        }
}

/* data: (n,) -= scale * grad: (n,) */
MG_TARGET static void MG_NAME(descend)(double *data, const double *grad, double scale,
                                       size_t n) {
    size_t i = 0;
    MG_WIDE s = MG_WIDE_SPLAT(scale), d, g;
    for (; i + LANES <= n; i += LANES) {
        LOAD(d, data + i);
        LOAD(g, grad + i);
        d = V4_SUB(d, V4_MUL(s, g));
        STORE(data + i, d);
    }
    for (; i < n; i++)
        data[i] -= scale * grad[i];
}

#undef LANES
#undef LOAD
#undef STORE
#undef EACH_SIDE
