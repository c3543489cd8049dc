/* kernels_layer1.h - a layer of neurons over one row, outputs side by side; SGD's step.
 *
 * A template like kernels_map.h, for a block of one row. A weight matrix lies input
 * by input, so that the weights of one input to all outputs are consecutive.
 */

#define EACH_VEC MG_UNROLL for (int v = 0; v < 4; v++)

MG_TARGET static void MG_NAME(layer_forward)(const mg_instruction *ins,
                                             const mg_frame *frame) {
    const uint32_t *input = frame->program->index + ins->a;
    const double *weight = frame->uniform + ins->b, *bias = frame->uniform + ins->c;
    const double *data = frame->data;
    double *out = frame->data + ins->out;
    size_t n = ins->n, m = ins->m, j = 0;
    for (; j + 16 <= n; j += 16) {
        mg_v4 sum[4];
        EACH_VEC V4_LOAD(sum[v], bias + j + 4 * v);
        for (size_t i = 0; i < m; i++) {
            mg_v4 x = V4_SPLAT(data[input[i]]), w[4];
            EACH_VEC {
                V4_LOAD(w[v], weight + i * n + j + 4 * v);
                sum[v] = V4_ADD(sum[v], V4_MUL(w[v], x));
            }
        }
        EACH_VEC V4_STORE(out + j + 4 * v, sum[v]);
    }
    for (; j + 4 <= n; j += 4) {
        mg_v4 sum;
        V4_LOAD(sum, bias + j);
        for (size_t i = 0; i < m; i++) {
            mg_v4 x = V4_SPLAT(data[input[i]]), w;
            V4_LOAD(w, weight + i * n + j);
            sum = V4_ADD(sum, V4_MUL(w, x));
        }
        V4_STORE(out + j, sum);
    }
    for (; j < n; j++) {
        double sum = bias[j];
        for (size_t i = 0; i < m; i++)
            sum += weight[i * n + j] * data[input[i]];
        out[j] = sum;
    }
}

/* to = x * g, or to += x * g. */
MG_TARGET MG_INLINE void MG_NAME(give_row)(double *to, const double *g, double x, size_t n,
                                           int store) {
    size_t j = 0;
    mg_v4 xs = V4_SPLAT(x);
    for (; j + 4 <= n; j += 4) {
        mg_v4 y, before;
        V4_LOAD(y, g + j);
        y = V4_MUL(xs, y);
        if (!store) {
            V4_LOAD(before, to + j);
            y = V4_ADD(before, y);
        }
        V4_STORE(to + j, y);
    }
    for (; j < n; j++)
        to[j] = store ? x * g[j] : to[j] + x * g[j];
}

MG_TARGET MG_INLINE double MG_NAME(inner_product)(const double *w, const double *g,
                                                  size_t n) {
    mg_v4 sum[4], a, b;
    size_t j = 0;
    EACH_VEC sum[v] = V4_SPLAT(0.0);
    for (; j + 16 <= n; j += 16)
        EACH_VEC {
            V4_LOAD(a, w + j + 4 * v);
            V4_LOAD(b, g + j + 4 * v);
            sum[v] = V4_ADD(sum[v], V4_MUL(a, b));
        }
    for (; j + 4 <= n; j += 4) {
        V4_LOAD(a, w + j);
        V4_LOAD(b, g + j);
        sum[0] = V4_ADD(sum[0], V4_MUL(a, b));
    }
    sum[0] = V4_ADD(V4_ADD(sum[0], sum[2]), V4_ADD(sum[1], sum[3]));
    double rest = 0.0;
    for (; j < n; j++)
        rest += w[j] * g[j];
    return V4_SUM(sum[0]) + rest;
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
    mg_v4 s = V4_SPLAT(scale), d, g;
    for (; i + 4 <= n; i += 4) {
        V4_LOAD(d, data + i);
        V4_LOAD(g, grad + i);
        d = V4_SUB(d, V4_MUL(s, g));
        V4_STORE(data + i, d);
    }
    for (; i < n; i++)
        data[i] -= scale * grad[i];
}

#undef EACH_VEC
