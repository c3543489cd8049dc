/* layer_one_row.h - a layer of neurons over one row, outputs side by side; SGD's step.
 *
 * A template like elementwise.h, for a block of one row. A weight matrix lies input
 * by input, so that the weights of one input to all outputs are consecutive.
 */

#define LANES MG_WIDE_LANES
#define LOAD(v, p) memcpy(&(v), (p), sizeof(MG_WIDE))
#define STORE(p, v) memcpy((p), &(v), sizeof(MG_WIDE))
#define EACH_SIDE(n) MG_UNROLL for (int v = 0; v < (n) / LANES; v++)

/* Outputs j to j + width. */
MG_TARGET MG_INLINE void MG_NAME(forward_wide)(const mg_instruction *ins,
                                               const mg_frame *frame, size_t j,
                                               const int width) {
    const uint32_t *input = frame->program->index + ins->a, *end = input + ins->m;
    const double *weight = frame->uniform + ins->b + j, *bias = frame->uniform + ins->c + j;
    MG_WIDE sum[32 / LANES];
    EACH_SIDE(width) LOAD(sum[v], bias + LANES * v);
    for (; input < end; input++, weight += ins->n) {
        MG_WIDE x = MG_WIDE_SPLAT(frame->data[*input]), w;
        EACH_SIDE(width) {
            LOAD(w, weight + LANES * v);
            sum[v] = V4_ADD(sum[v], V4_MUL(w, x));
        }
    }
    EACH_SIDE(width) STORE(frame->data + ins->out + j + LANES * v, sum[v]);
}

/* Outputs j to j + 4. */
MG_TARGET MG_INLINE void MG_NAME(forward_four)(const mg_instruction *ins,
                                               const mg_frame *frame, size_t j) {
    const uint32_t *input = frame->program->index + ins->a;
    const double *weight = frame->uniform + ins->b + j;
    mg_v4 sum, w;
    V4_LOAD(sum, frame->uniform + ins->c + j);
    for (size_t i = 0; i < ins->m; i++, weight += ins->n) {
        mg_v4 x = V4_SPLAT(frame->data[input[i]]);
        V4_LOAD(w, weight);
        sum = V4_ADD(sum, V4_MUL(w, x));
    }
    V4_STORE(frame->data + ins->out + j, sum);
}

MG_TARGET static void MG_NAME(layer_forward)(const mg_instruction *ins,
                                             const mg_frame *frame) {
    size_t n = ins->n, j = 0;
    for (; j + 32 <= n; j += 32)
        MG_NAME(forward_wide)(ins, frame, j, 32);
    for (; j + 16 <= n; j += 16)
        MG_NAME(forward_wide)(ins, frame, j, 16);
    for (; j + LANES <= n; j += LANES)
        MG_NAME(forward_wide)(ins, frame, j, LANES);
    for (; j + 4 <= n; j += 4)
        MG_NAME(forward_four)(ins, frame, j);
    if (j < n && n >= 4) { /* the last four, some of them again: vectors are quicker */
        MG_NAME(forward_four)(ins, frame, n - 4);
        return;
    }
    const uint32_t *input = frame->program->index + ins->a;
    const double *weight = frame->uniform + ins->b;
    for (; j < n; j++) {
        double sum = frame->uniform[ins->c + j];
        for (size_t i = 0; i < ins->m; i++)
            sum += weight[i * n + j] * frame->data[input[i]];
        frame->data[ins->out + j] = sum;
    }
}

/* to = x * g, or to += x * g. */
MG_TARGET MG_INLINE void MG_NAME(give_row)(double *to, const double *g, double x, size_t n,
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

MG_TARGET static void MG_NAME(layer_backward)(const mg_instruction *ins,
                                              const mg_frame *frame) {
    const uint32_t *input = frame->program->index + ins->a;
    const double *g = frame->grad + ins->out;
    size_t n = ins->n, m = ins->m;
    int store = ins->flags & MG_B_FIRST && frame->first;
    if (ins->flags & MG_B_GRAD)
        for (size_t i = 0; i < m; i++)
            MG_NAME(give_row)(frame->uniform_grad + ins->b + i * n, g,
                              frame->data[input[i]], n, store);
    if (ins->flags & MG_C_GRAD)
        MG_NAME(give_row)(frame->uniform_grad + ins->c, g, 1.0, n,
                          ins->flags & MG_C_FIRST && frame->first);
    if (ins->flags & MG_A_GRAD)
        for (size_t i = 0; i < m; i++) {
            double to = MG_NAME(inner_product)(frame->uniform + ins->b + i * n, g, n);
            double *grad = &frame->grad[input[i]];
            *grad = ins->flags & MG_A_FIRST ? to : *grad + to;
        }
}

/* data -= scale * grad, n times. */
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
