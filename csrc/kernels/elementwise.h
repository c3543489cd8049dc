/* elementwise.h - operators, sums and sums of products over a block of rows.
 *
 * A template: kernels.c includes it once for each instruction set and block width,
 * with these defined:
 *
 *     W             rows in a block: 16, 4 or 1
 *     MG_NAME(x)    x with a suffix of its own
 *     MG_TARGET     the attribute that picks the instruction set
 *     VEC, N_VEC    the type that holds rows side by side, and how many make a block
 *     VEC_LOAD, VEC_STORE, VEC_ADD, VEC_MUL, VEC_SPLAT, FOLD, LANE_SUM, VEC_KEEP
 *
 * Operators are loops over the lanes of the expressions in ops.h. A loop over a constant
 * number of lanes becomes vectors. A loop that calls the C library for each lane does not, so
 * it computes the block's rows only, and then fills the other lanes.
 */

#define EACH_LANE(lanes) MG_ROLLED for (int l = 0; l < (lanes); l++)
#define LANES(calls) (W == 1 || !(calls) ? W : (int)frame->rows)
#define FILL(to, lanes, value)                                                            \
    for (int l = (lanes); l < W; l++)                                                     \
        (to)[l] = value;
#define EACH_VEC MG_UNROLL for (int v = 0; v < N_VEC; v++)
#define LANES_PER_VEC (W / N_VEC)
#define LOAD(vecs, p) EACH_VEC VEC_LOAD(vecs[v], (p) + v * LANES_PER_VEC)
#define STORE(p, vecs) EACH_VEC VEC_STORE((p) + v * LANES_PER_VEC, vecs[v])

/* The rows of a slot, or the one double of a uniform slot: its first lane and the
 * step to the next. */
#define OPERAND(slot, is_uniform) ((is_uniform) ? uniform + (slot) : data + (size_t)(slot) * W)
#define LANE(p, is_uniform) ((p)[(is_uniform) ? 0 : l])

#define MAP_FORWARD(kind, calls, value, x_uniform, y_uniform)                             \
    for (uint32_t i = 0; i < n; i++) {                                                    \
        const double *px = OPERAND(a[i], x_uniform);                                      \
        const double *py = (kind) == MG_BINARY ? OPERAND(b[i], y_uniform) : px;           \
        double *pout = data + (size_t)(out_slot + i) * W;                                 \
        const int lanes = LANES(calls);                                                   \
        EACH_LANE(lanes) {                                                                \
            double x = LANE(px, x_uniform);                                               \
            double y = (kind) == MG_BINARY    ? LANE(py, y_uniform)                       \
                       : (kind) == MG_UNARY_K ? k                                         \
                                              : x;                                        \
            (void)y;                                                                      \
            pout[l] = value;                                                              \
        }                                                                                 \
        FILL(pout, lanes, pout[lanes - 1])                                                \
    }

MG_TARGET static void MG_NAME(map_forward)(const mg_instruction *ins, const mg_frame *frame) {
    double *data = frame->data;
    const double *uniform = frame->uniform;
    const uint32_t *a = frame->program->index + ins->a, *b = frame->program->index + ins->b;
    uint32_t n = ins->n, out_slot = ins->out;
    double k = ins->k;
    (void)b, (void)k, (void)uniform;
    switch (ins->code) {
#define X(name, kind, label, raises, value, dx, dy)                                       \
    case MG_OP_##name:                                                                    \
        if ((kind) == MG_BINARY && ins->flags & MG_A_UNIFORM) {                           \
            MAP_FORWARD(kind, raises, value, 1, 0)                                        \
        } else if ((kind) == MG_BINARY && ins->flags & MG_B_UNIFORM) {                    \
            MAP_FORWARD(kind, raises, value, 0, 1)                                        \
        } else {                                                                          \
            MAP_FORWARD(kind, raises, value, 0, 0)                                        \
        }                                                                                 \
        break;
        MG_OPS(X)
#undef X
    default:
        break;
    }
}

/* Adds the gradient of each lane to an operand's slot, or their sum to a uniform slot. */
MG_TARGET MG_INLINE void MG_NAME(give)(const mg_frame *frame, uint32_t slot, int is_uniform,
                                       int is_first, const VEC *lanes) {
    if (is_uniform) {
        VEC folded = FOLD(lanes);
        if (W > 1 && MG_UNLIKELY(frame->leave_out)) {
            VEC kept[N_VEC];
            EACH_VEC {
                kept[v] = lanes[v];
                VEC_KEEP(kept[v], v * LANES_PER_VEC, frame->rows);
            }
            folded = FOLD(kept);
        }
        frame->uniform_grad[slot] += LANE_SUM(folded);
        return;
    }
    double *grad = frame->grad + (size_t)slot * W;
    if (is_first) {
        STORE(grad, lanes);
    } else {
        VEC sum[N_VEC];
        LOAD(sum, grad);
        EACH_VEC sum[v] = VEC_ADD(sum[v], lanes[v]);
        STORE(grad, sum);
    }
}

#define MAP_BACKWARD(kind, calls, dx, dy, x_uniform, y_uniform)                           \
    for (uint32_t i = n; i-- > 0;) {                                                      \
        const double *px = OPERAND(a[i], x_uniform);                                      \
        const double *py = (kind) == MG_BINARY ? OPERAND(b[i], y_uniform) : px;           \
        const double *pout = data + (size_t)(out_slot + i) * W;                           \
        const double *pg = frame->grad + (size_t)(out_slot + i) * W;                      \
        if (flags & MG_A_GRAD)                                                            \
            DERIVATIVE(kind, calls, dx, x_uniform, y_uniform, a[i], x_uniform,            \
                       MG_A_FIRST)                                                        \
        if ((kind) == MG_BINARY && flags & MG_B_GRAD)                                     \
            DERIVATIVE(kind, calls, dy, x_uniform, y_uniform, b[i], y_uniform,            \
                       MG_B_FIRST)                                                        \
    }

#define PASSED(raises, derivative) mg_passed(raises, g, derivative)

/* Gives the derivative's values to a slot: the first to arrive straight away. */
#define DERIVATIVE(kind, calls, expression, x_uniform, y_uniform, slot, is_uniform,       \
                   first)                                                                 \
    {                                                                                     \
        double results[W];                                                                \
        int direct = !(is_uniform) && flags & (first);                                    \
        double *to = direct ? frame->grad + (size_t)(slot) * W : results;                 \
        const int lanes = LANES(calls);                                                   \
        EACH_LANE(lanes) {                                                                \
            double x = LANE(px, x_uniform), out = pout[l], g = pg[l];                     \
            double y = (kind) == MG_BINARY    ? LANE(py, y_uniform)                       \
                       : (kind) == MG_UNARY_K ? k                                         \
                                              : x;                                        \
            (void)x, (void)y, (void)out, (void)g;                                         \
            to[l] = expression;                                                           \
        }                                                                                 \
        FILL(to, lanes, 0.0)                                                              \
        if (!direct) {                                                                    \
            VEC vecs[N_VEC];                                                              \
            LOAD(vecs, results);                                                          \
            MG_NAME(give)(frame, slot, is_uniform, 0, vecs);                              \
        }                                                                                 \
    }

MG_TARGET static void MG_NAME(map_backward)(const mg_instruction *ins, const mg_frame *frame) {
    const double *data = frame->data, *uniform = frame->uniform;
    const uint32_t *a = frame->program->index + ins->a, *b = frame->program->index + ins->b;
    uint32_t n = ins->n, out_slot = ins->out;
    double k = ins->k;
    unsigned flags = ins->flags;
    (void)b, (void)k, (void)uniform;
    switch (ins->code) {
#define X(name, kind, label, raises, value, dx, dy)                                       \
    case MG_OP_##name:                                                                    \
        if ((kind) == MG_BINARY && flags & MG_A_UNIFORM) {                                \
            MAP_BACKWARD(kind, MG_DERIVATIVE_CALLS(name), PASSED(raises, dx),             \
                         PASSED(raises, dy), 1, 0)                                         \
        } else if ((kind) == MG_BINARY && flags & MG_B_UNIFORM) {                         \
            MAP_BACKWARD(kind, MG_DERIVATIVE_CALLS(name), PASSED(raises, dx),             \
                         PASSED(raises, dy), 0, 1)                                         \
        } else {                                                                          \
            MAP_BACKWARD(kind, MG_DERIVATIVE_CALLS(name), PASSED(raises, dx),             \
                         PASSED(raises, dy), 0, 0)                                         \
        }                                                                                 \
        break;
        MG_OPS(X)
#undef X
    default:
        break;
    }
}

/* --- multiply-add and sums ---------------------------------------------------- */

/* The rows of a slot that says itself whether it is uniform. */
#define LOAD_MARKED(vecs, slot)                                                           \
    do {                                                                                  \
        if ((slot)&MG_UNIFORM_SLOT) {                                                     \
            EACH_VEC vecs[v] = VEC_SPLAT(uniform[(slot) & ~MG_UNIFORM_SLOT]);             \
        } else {                                                                          \
            LOAD(vecs, data + (size_t)(slot) * W);                                        \
        }                                                                                 \
    } while (0)

MG_TARGET static void MG_NAME(muladd_forward)(const mg_instruction *ins,
                                              const mg_frame *frame) {
    double *data = frame->data;
    const double *uniform = frame->uniform;
    const uint32_t *index = frame->program->index;
    const uint32_t b_mark = ins->flags & MG_B_UNIFORM ? MG_UNIFORM_SLOT : 0;
    const uint32_t c_mark = ins->flags & MG_C_UNIFORM ? MG_UNIFORM_SLOT : 0;
    for (uint32_t i = 0; i < ins->n; i++) {
        VEC x[N_VEC], y[N_VEC], z[N_VEC];
        LOAD(x, data + (size_t)index[ins->a + i] * W);
        LOAD_MARKED(y, index[ins->b + i] | b_mark);
        LOAD_MARKED(z, index[ins->c + i] | c_mark);
        EACH_VEC z[v] = VEC_ADD(z[v], VEC_MUL(x[v], y[v]));
        STORE(data + (size_t)(ins->out + i) * W, z);
    }
}

MG_TARGET static void MG_NAME(muladd_backward)(const mg_instruction *ins,
                                               const mg_frame *frame) {
    const double *data = frame->data, *uniform = frame->uniform;
    const uint32_t *index = frame->program->index;
    unsigned flags = ins->flags;
    const uint32_t b_mark = flags & MG_B_UNIFORM ? MG_UNIFORM_SLOT : 0;
    for (uint32_t i = ins->n; i-- > 0;) {
        VEC y[N_VEC], g[N_VEC];
        uint32_t a = index[ins->a + i], b = index[ins->b + i], c = index[ins->c + i];
        LOAD(g, frame->grad + (size_t)(ins->out + i) * W);
        if (flags & MG_A_GRAD) {
            LOAD_MARKED(y, b | b_mark);
            EACH_VEC y[v] = VEC_MUL(y[v], g[v]);
            MG_NAME(give)(frame, a, 0, flags & MG_A_FIRST, y);
        }
        if (flags & MG_B_GRAD) {
            LOAD(y, data + (size_t)a * W);
            EACH_VEC y[v] = VEC_MUL(y[v], g[v]);
            MG_NAME(give)(frame, b, flags & MG_B_UNIFORM, flags & MG_B_FIRST, y);
        }
        if (flags & MG_C_GRAD)
            MG_NAME(give)(frame, c, flags & MG_C_UNIFORM, flags & MG_C_FIRST, g);
    }
}

/* MG_DOT and MG_SUM. */
MG_TARGET static void MG_NAME(chain_forward)(const mg_instruction *ins,
                                             const mg_frame *frame) {
    double *data = frame->data;
    const double *uniform = frame->uniform;
    const uint32_t *a = frame->program->index + ins->a, *b = frame->program->index + ins->b;
    VEC sum[N_VEC], x[N_VEC], y[N_VEC];
    LOAD_MARKED(sum, ins->c);
    if (ins->code == MG_SUM) {
        for (uint32_t i = 0; i < ins->n; i++) {
            LOAD_MARKED(x, a[i]);
            EACH_VEC sum[v] = VEC_ADD(sum[v], x[v]);
        }
    } else {
        for (uint32_t i = 0; i < ins->n; i++) {
            LOAD_MARKED(x, a[i]);
            LOAD_MARKED(y, b[i]);
            EACH_VEC sum[v] = VEC_ADD(sum[v], VEC_MUL(x[v], y[v]));
        }
    }
    STORE(data + (size_t)ins->out * W, sum);
}

MG_TARGET MG_INLINE void MG_NAME(give_marked)(const mg_frame *frame, uint32_t slot,
                                              const VEC *lanes) {
    MG_NAME(give)(frame, slot & ~MG_UNIFORM_SLOT, (slot & MG_UNIFORM_SLOT) != 0, 0, lanes);
}

MG_TARGET static void MG_NAME(chain_backward)(const mg_instruction *ins,
                                              const mg_frame *frame) {
    const double *data = frame->data, *uniform = frame->uniform;
    const uint32_t *a = frame->program->index + ins->a, *b = frame->program->index + ins->b;
    VEC g[N_VEC], x[N_VEC];
    LOAD(g, frame->grad + (size_t)ins->out * W);
    if (W == 1 && ins->flags & MG_SQUARES) {
        double *to = frame->grad + ins->m, up = frame->grad[ins->out];
        data += ins->m;
        MG_ROLLED for (uint32_t i = 0; i < ins->n; i++) { /* x * x has x twice */
            double d = data[i] * up;
            to[i] = (to[i] + d) + d;
        }
        MG_NAME(give_marked)(frame, ins->c, g);
        return;
    }
    for (uint32_t i = ins->n; i-- > 0;) {
        if (ins->code == MG_SUM) {
            MG_NAME(give_marked)(frame, a[i], g);
            continue;
        }
        LOAD_MARKED(x, b[i]);
        EACH_VEC x[v] = VEC_MUL(x[v], g[v]);
        MG_NAME(give_marked)(frame, a[i], x);
        LOAD_MARKED(x, a[i]);
        EACH_VEC x[v] = VEC_MUL(x[v], g[v]);
        MG_NAME(give_marked)(frame, b[i], x);
    }
    MG_NAME(give_marked)(frame, ins->c, g);
}

/* --- a layer's relu ------------------------------------------------------------ */

/* In place: its derivative looks at the result, never at the sum. */

MG_TARGET MG_INLINE void MG_NAME(relu_forward)(const mg_instruction *ins,
                                               const mg_frame *frame) {
    double *out = frame->data + (size_t)ins->out * W;
    MG_ROLLED for (size_t l = 0; l < (size_t)ins->n * W; l++) out[l] = mg_value_relu(out[l], 0.0);
}

MG_TARGET MG_INLINE void MG_NAME(relu_backward)(const mg_instruction *ins,
                                                const mg_frame *frame) {
    const double *out = frame->data + (size_t)ins->out * W;
    double *g = frame->grad + (size_t)ins->out * W;
    MG_ROLLED for (size_t l = 0; l < (size_t)ins->n * W; l++)
        g[l] = mg_dx_relu(out[l], 0.0, out[l], g[l]);
}

/* --- a whole list -------------------------------------------------------------- */

MG_TARGET static void MG_NAME(forward)(const mg_code *code, const mg_frame *frame) {
    for (size_t i = 0; i < code->n; i++) {
        const mg_instruction *ins = &code->list[i];
        switch (ins->code) {
        case MG_LAYER:
            MG_NAME(layer_forward)(ins, frame);
            if (ins->flags & MG_RELU)
                MG_NAME(relu_forward)(ins, frame);
            break;
        case MG_MULADD:
            MG_NAME(muladd_forward)(ins, frame);
            break;
        case MG_DOT:
        case MG_SUM:
            MG_NAME(chain_forward)(ins, frame);
            break;
        case MG_PACK:
            for (uint32_t j = 0; j < ins->n; j++)
                frame->data[ins->out + j] = frame->data[frame->program->index[ins->a + j]];
            break;
        default:
            MG_NAME(map_forward)(ins, frame);
            break;
        }
    }
}

MG_TARGET static void MG_NAME(backward)(const mg_code *code, const mg_frame *frame) {
    for (size_t i = code->n; i-- > 0;) {
        const mg_instruction *ins = &code->list[i];
        if (!(ins->flags & MG_ANY_GRAD))
            continue;
        switch (ins->code) {
        case MG_LAYER:
            if (ins->flags & MG_RELU)
                MG_NAME(relu_backward)(ins, frame);
            MG_NAME(layer_backward)(ins, frame);
            break;
        case MG_MULADD:
            MG_NAME(muladd_backward)(ins, frame);
            break;
        case MG_DOT:
        case MG_SUM:
            MG_NAME(chain_backward)(ins, frame);
            break;
        case MG_PACK:
            for (uint32_t j = ins->n; j-- > 0;)
                frame->grad[frame->program->index[ins->a + j]] += frame->grad[ins->out + j];
            break;
        default:
            MG_NAME(map_backward)(ins, frame);
            break;
        }
    }
}

#undef EACH_LANE
#undef LANES
#undef FILL
#undef EACH_VEC
#undef LANES_PER_VEC
#undef OPERAND
#undef LANE
#undef MAP_FORWARD
#undef MAP_BACKWARD
#undef DERIVATIVE
#undef PASSED
#undef LOAD_MARKED
#undef LOAD
#undef STORE
