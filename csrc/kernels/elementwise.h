/* elementwise.h - operators and copies over a block of rows.
 *
 * A template: instantiate.h includes it once for each instruction set and block width, with
 * these defined:
 *
 *     W             rows in a block: 16, 4 or 1
 *     MG_NAME(x)    x with a suffix of its own
 *     MG_TARGET     the attribute that picks the instruction set
 *     VEC, N_VEC    the type that holds rows side by side, and how many make a block
 *     VEC_LOAD, VEC_STORE, VEC_ADD, VEC_MUL, VEC_SPLAT, FOLD, LANE_SUM, VEC_KEEP
 *
 * Below, a row slot is a (W,) array, a uniform slot a (1,) array that is broadcast to (W,).
 * g is the gradient of out. Backward goes through the results of an instruction in reverse,
 * because one of them may be an operand of a later one.
 *
 * Operators are loops over the lanes of the expressions in ops.h, which compilers make vectors
 * of. MG_M names the elementary functions: mg_fast_ ones where a block has several rows, and
 * mg_jit_ ones in a block of one row. Where a lane's operands are not usual ones, or the
 * program wants the C library's functions, the block's rows are computed one by one (lanes.h),
 * and the padding lanes are filled.
 */

#define EACH_LANE(lanes) MG_ROLLED for (int l = 0; l < (lanes); l++)
#define FILL(to, lanes, value)                                                            \
    for (int l = (lanes); l < W; l++)                                                     \
        (to)[l] = value;
#define EACH_VEC MG_UNROLL for (int v = 0; v < N_VEC; v++)
#define LANES_PER_VEC (W / N_VEC)
#define LOAD(vecs, p) EACH_VEC VEC_LOAD(vecs[v], (p) + v * LANES_PER_VEC)
#define STORE(p, vecs) EACH_VEC VEC_STORE((p) + v * LANES_PER_VEC, vecs[v])

/* --- operators ---------------------------------------------------------------- */

/* The first lane of a slot, and a lane of it. */
#define OPERAND(slot, is_uniform) ((is_uniform) ? uniform + (slot) : data + (size_t)(slot) * W)
#define LANE(p, is_uniform) ((p)[(is_uniform) ? 0 : l])

/* px and py: the lanes of operand i. Of uniform ones, x_copy and y_copy: compilers know that no
 * result overwrites those, and make vectors of loops that read them. */
#define OPERAND_LANES(kind, x_uniform, y_uniform)                                         \
    const double *px = OPERAND(a[i], x_uniform);                                          \
    const double *py = (kind) == MG_BINARY ? OPERAND(b[i], y_uniform) : px;               \
    const double x_copy = *px, y_copy = *py;                                              \
    (void)x_copy, (void)y_copy;

/* x and y of lane l. */
#define LANE_OPERANDS(kind, x_uniform, y_uniform)                                         \
    double x = W > 1 && (x_uniform) ? x_copy : LANE(px, x_uniform);                       \
    double y = (kind) == MG_BINARY    ? (W > 1 && (y_uniform) ? y_copy : LANE(py, y_uniform)) \
               : (kind) == MG_UNARY_K ? k                                                 \
                                      : x;                                                \
    (void)x, (void)y;

/* The sum of lanes: (W,), in the order of FOLD and LANE_SUM. */
MG_TARGET MG_INLINE double MG_NAME(sum_of_lanes)(const VEC *lanes) {
#if W == 16 && WIDE_LANES == 8
    mg_v8 of_two = V4_ADD(lanes[0], lanes[1]);
    mg_v4 halves[2], folded;
    memcpy(halves, &of_two, sizeof halves);
    folded = V4_ADD(halves[0], halves[1]);
#else
    VEC folded = FOLD(lanes);
#endif
    return LANE_SUM(folded);
}

/* True if all n lanes are 0.0; none of them may be negative. n: W, or a multiple of it */
MG_TARGET MG_INLINE int MG_NAME(are_zeros)(const double *lanes, int n) {
    VEC sums[N_VEC];
    LOAD(sums, lanes);
    MG_UNROLL for (int l = W; l < n; l += W) {
        VEC vecs[N_VEC];
        LOAD(vecs, lanes + l);
        EACH_VEC sums[v] = VEC_ADD(sums[v], vecs[v]);
    }
    return MG_NAME(sum_of_lanes)(sums) == 0.0;
}

#if W == 16
#include "kernels/two_steps.h"
#endif

/* Sets usual: true if MG_M(f) may be used for all lanes of px and py. A block of one row uses
 * functions that are right for any operand. */
#define FIND_IF_USUAL(op, kind, fast, x_uniform, y_uniform)                               \
    int usual = MG_IS_ONE(fast);                                                          \
    if (!usual) {                                                                         \
        usual = block->others == NULL;                                                    \
        if (W > 1 && usual) {                                                             \
            double unusual[W];                                                            \
            EACH_LANE(W) {                                                                \
                LANE_OPERANDS(kind, x_uniform, y_uniform)                                 \
                /* softplus' derivative is fast for more operands than softplus is */     \
                unusual[l] = ((op) == MG_OP_softplus ? mg_fast_range_sigmoid(x) : (fast)) \
                                 ? 0.0                                                    \
                                 : 1.0;                                                   \
            }                                                                             \
            usual = MG_NAME(are_zeros)(unusual, W);                                       \
        }                                                                                 \
    }

/* The operands of an operator, for mg_lane_functions. */
#define UNUSUAL_LANES(kind, x_uniform, y_uniform)                                         \
    {px, py, !(x_uniform), !(y_uniform), k, W == 1 ? 1 : (int)block->rows}

/* pout: (W,) = the values, and usual = false if an operand is not usual. */
#define LANE_VALUES(kind, fast, value, x_uniform, y_uniform)                              \
    {                                                                                     \
        double unusual[W];                                                                \
        EACH_LANE(W) {                                                                    \
            LANE_OPERANDS(kind, x_uniform, y_uniform)                                     \
            pout[l] = value;                                                              \
            unusual[l] = W == 1 || (fast) ? 0.0 : 1.0;                                    \
        }                                                                                 \
        if (W > 1 && !MG_IS_ONE(fast))                                                    \
            usual = MG_NAME(are_zeros)(unusual, W);                                       \
    }

#if W == 16
/* The same for a row of MG_TWO_STEPS. */
#define VALUES_IN_TWO_STEPS(name, its_kind, type, PARTS, in_range, first, second, op, kind, \
                            x_uniform, y_uniform)                                         \
    if ((op) == MG_OP_##name)                                                             \
        usual = MG_NAME(name##_in_two_steps)(                                             \
            (x_uniform) ? &x_copy : px, !(x_uniform),                                     \
            (kind) == MG_UNARY_K ? &k : (y_uniform) ? &y_copy : py,                       \
            (kind) == MG_BINARY && !(y_uniform), pout, W);                                \
    else
/* Computes results in strips. */
#define STRIPS_IN_TWO_STEPS(name, its_kind, type, PARTS, in_range, first, second, op, kind, \
                            x_uniform, y_uniform)                                         \
    if ((op) == MG_OP_##name && !(x_uniform) && !(y_uniform))                             \
        done = MG_NAME(name##_strips)(ins, block);
#else
#define VALUES_IN_TWO_STEPS(...)
#define STRIPS_IN_TWO_STEPS(...)
#endif

/* Operands are tested in the loop that computes the values: one that is not usual gives a wrong
 * value, which is then computed again. Below softplus' table, that is by exp for all lanes.
 * op: a constant, the operator. */
#define ELEMENTWISE_FORWARD(op, kind, fast, value, x_uniform, y_uniform)                  \
    uint32_t done = 0;                                                                    \
    MG_TWO_STEPS(STRIPS_IN_TWO_STEPS, op, kind, x_uniform, y_uniform)                     \
    for (uint32_t i = done; i < n; i++) {                                                 \
        OPERAND_LANES(kind, x_uniform, y_uniform)                                         \
        double *pout = data + (size_t)(out_slot + i) * W;                                 \
        int usual = MG_IS_ONE(fast) || block->others == NULL;                             \
        if (MG_LIKELY(usual)) {                                                           \
            MG_TWO_STEPS(VALUES_IN_TWO_STEPS, op, kind, x_uniform, y_uniform)             \
            LANE_VALUES(kind, fast, value, x_uniform, y_uniform)                          \
            if (W > 1 && (op) == MG_OP_softplus && MG_UNLIKELY(!usual))                   \
                LANE_VALUES(kind, mg_fast_range_sigmoid(x),                               \
                            mg_fast_softplus_or_exp(pout[l], x), x_uniform, y_uniform)    \
        }                                                                                 \
        if (MG_UNLIKELY(!usual)) {                                                        \
            const mg_lanes lanes = UNUSUAL_LANES(kind, x_uniform, y_uniform);             \
            lane_functions(block)->values(ins->code, &lanes, pout);                       \
            FILL(pout, lanes.n, pout[lanes.n - 1])                                        \
        }                                                                                 \
    }

/* What both directions read of an instruction. */
#define OPERATOR_FIELDS                                                                   \
    double *data = block->data;                                                           \
    const double *uniform = block->uniform;                                               \
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;                \
    const uint32_t n = ins->n, out_slot = ins->out;                                       \
    const double k = ins->k;                                                              \
    const unsigned flags = ins->flags;                                                    \
    const int a_uniform = (flags & MG_A_UNIFORM) != 0;                                    \
    const int b_uniform = (flags & MG_B_UNIFORM) != 0;                                    \
    (void)b, (void)k, (void)uniform, (void)flags, (void)a_uniform, (void)b_uniform;

/* name_forward for each operator: out[i]: (W,) = op(a[i]: (W,), b[i]: (W,)), for i from 0 to n.
 * In a block of one row, a variant for each kind of operands would only cost build time. */
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
    MG_TARGET static void MG_NAME(name##_forward)(const mg_instruction *ins,              \
                                                  const mg_block *block) {                \
        OPERATOR_FIELDS                                                                   \
        if (W == 1) {                                                                     \
            if (MG_IS_ONE(fast) && (kind) != MG_UNARY_K && ins->patterns != 0)            \
                RUN_FORWARD(kind, value, )                                                \
            ELEMENTWISE_FORWARD(MG_OP_##name, kind, fast, value, a_uniform, b_uniform)    \
        } else if ((kind) == MG_BINARY && a_uniform) {                                    \
            ELEMENTWISE_FORWARD(MG_OP_##name, kind, fast, value, 1, 0)                    \
        } else if ((kind) == MG_BINARY && b_uniform) {                                    \
            ELEMENTWISE_FORWARD(MG_OP_##name, kind, fast, value, 0, 1)                    \
        } else {                                                                          \
            ELEMENTWISE_FORWARD(MG_OP_##name, kind, fast, value, 0, 0)                    \
        }                                                                                 \
    }
MG_OPS(X)
#undef X

/* The same for ** with one of the usual exponents. Returns 0 for another exponent. */
MG_TARGET static int MG_NAME(fixed_power_forward)(const mg_instruction *ins,
                                                  const mg_block *block) {
    OPERATOR_FIELDS
#define X(exponent, fast, value, dx)                                                      \
    if (k == exponent) {                                                                  \
        if (W == 1 && MG_IS_ONE(fast) && ins->patterns != 0)                              \
            RUN_FORWARD(MG_UNARY, value, 1)                                               \
        ELEMENTWISE_FORWARD(-1, MG_UNARY, fast, value, 0, 0)                              \
        return 1;                                                                         \
    }
    MG_FIXED_POWERS(X)
#undef X
    return 0;
}

/* Runs the function of the instruction's operator. */
MG_TARGET static void MG_NAME(elementwise_forward)(const mg_instruction *ins,
                                                   const mg_block *block) {
    if (ins->code == MG_OP_pow_k && block->others == NULL &&
        MG_NAME(fixed_power_forward)(ins, block))
        return;
    switch (ins->code) {
#define X(name, ...)                                                                      \
    case MG_OP_##name:                                                                    \
        MG_NAME(name##_forward)(ins, block);                                              \
        break;
        MG_OPS(X)
#undef X
    }
}

/* grad[slot]: (W,) += lanes: (W,), or = lanes if is_first. Of a uniform slot:
 * uniform_grad[slot]: (1,) += the sum of lanes: (W,) */
MG_TARGET MG_INLINE void MG_NAME(accumulate)(const mg_block *block, uint32_t slot,
                                             int is_uniform, int is_first,
                                             const VEC *lanes) {
    if (is_uniform) {
        VEC masked[N_VEC];
        EACH_VEC masked[v] = lanes[v];
        if (W > 1 && MG_UNLIKELY(block->masks_padding))
            EACH_VEC VEC_KEEP(masked[v], v * LANES_PER_VEC, block->rows);
        block->uniform_grad[slot] += MG_NAME(sum_of_lanes)(masked);
        return;
    }
    double *grad = block->grad + (size_t)slot * W;
    if (is_first) {
        STORE(grad, lanes);
    } else {
        VEC sum[N_VEC];
        LOAD(sum, grad);
        EACH_VEC sum[v] = VEC_ADD(sum[v], lanes[v]);
        STORE(grad, sum);
    }
}

#define ELEMENTWISE_BACKWARD(op, kind, fast, dx, dy, x_uniform, y_uniform)                \
    for (uint32_t i = n; i-- > 0;) {                                                      \
        OPERAND_LANES(kind, x_uniform, y_uniform)                                         \
        const double *pout = data + (size_t)(out_slot + i) * W;                           \
        const double *pg = block->grad + (size_t)(out_slot + i) * W;                      \
        FIND_IF_USUAL(op, kind, fast, x_uniform, y_uniform)                               \
        if (flags & MG_A_GRAD)                                                            \
            DERIVATIVE(kind, dx, x_uniform, y_uniform, 0, a[i], x_uniform, MG_A_FIRST)    \
        if ((kind) == MG_BINARY && flags & MG_B_GRAD)                                     \
            DERIVATIVE(kind, dy, x_uniform, y_uniform, 1, b[i], y_uniform, MG_B_FIRST)    \
    }

#define PASSED(raises, derivative) mg_passed(raises, g, derivative)

/* grad[slot]: (W,) += expression: (W,), which is the derivative by an operand, 0 or 1. The
 * first gradient of a row slot is computed in place. */
#define DERIVATIVE(kind, expression, x_uniform, y_uniform, operand, slot, is_uniform,     \
                   first)                                                                 \
    {                                                                                     \
        double results[W];                                                                \
        int direct = !(is_uniform) && flags & (first);                                    \
        double *to = direct ? block->grad + (size_t)(slot) * W : results;                 \
        if (MG_LIKELY(usual)) {                                                           \
            EACH_LANE(W) {                                                                \
                LANE_OPERANDS(kind, x_uniform, y_uniform)                                 \
                double out = pout[l], g = pg[l];                                          \
                (void)out, (void)g;                                                       \
                to[l] = expression;                                                       \
            }                                                                             \
        } else {                                                                          \
            const mg_lanes lanes = UNUSUAL_LANES(kind, x_uniform, y_uniform);             \
            lane_functions(block)->derivatives(ins->code, operand, &lanes, pout, pg, to); \
            FILL(to, lanes.n, 0.0)                                                        \
        }                                                                                 \
        if (!direct) {                                                                    \
            VEC vecs[N_VEC];                                                              \
            LOAD(vecs, results);                                                          \
            MG_NAME(accumulate)(block, slot, is_uniform, 0, vecs);                        \
        }                                                                                 \
    }

/* name_backward for each operator: grad[a[i]]: (W,) += dx(g[i]: (W,)) and
 * grad[b[i]]: (W,) += dy(g[i]: (W,)), for i from n down to 0 */
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
    MG_TARGET static void MG_NAME(name##_backward)(const mg_instruction *ins,             \
                                                   const mg_block *block) {               \
        OPERATOR_FIELDS                                                                   \
        if (W == 1) {                                                                     \
            ELEMENTWISE_BACKWARD(MG_OP_##name, kind, fast, PASSED(raises, dx),            \
                                 PASSED(raises, dy), a_uniform, b_uniform)                \
        } else if ((kind) == MG_BINARY && a_uniform) {                                    \
            ELEMENTWISE_BACKWARD(MG_OP_##name, kind, fast, PASSED(raises, dx),            \
                                 PASSED(raises, dy), 1, 0)                                \
        } else if ((kind) == MG_BINARY && b_uniform) {                                    \
            ELEMENTWISE_BACKWARD(MG_OP_##name, kind, fast, PASSED(raises, dx),            \
                                 PASSED(raises, dy), 0, 1)                                \
        } else {                                                                          \
            ELEMENTWISE_BACKWARD(MG_OP_##name, kind, fast, PASSED(raises, dx),            \
                                 PASSED(raises, dy), 0, 0)                                \
        }                                                                                 \
    }
MG_OPS(X)
#undef X

#if W > 1
/* The same for ** with one of the usual exponents. Returns 0 for another exponent. */
MG_TARGET static int MG_NAME(fixed_power_backward)(const mg_instruction *ins,
                                                   const mg_block *block) {
    OPERATOR_FIELDS
#define X(exponent, fast, value, dx)                                                      \
    if (k == exponent) {                                                                  \
        ELEMENTWISE_BACKWARD(-1, MG_UNARY, fast, PASSED(1, dx), 0.0, 0, 0)                \
        return 1;                                                                         \
    }
    MG_FIXED_POWERS(X)
#undef X
    return 0;
}
#endif

/* Runs the function of the instruction's operator. */
MG_TARGET static void MG_NAME(elementwise_backward)(const mg_instruction *ins,
                                                    const mg_block *block) {
#if W > 1 /* these formulas are right for the usual operands only */
    if (ins->code == MG_OP_pow_k && block->others == NULL &&
        MG_NAME(fixed_power_backward)(ins, block))
        return;
#endif
    switch (ins->code) {
#define X(name, ...)                                                                      \
    case MG_OP_##name:                                                                    \
        MG_NAME(name##_backward)(ins, block);                                             \
        break;
        MG_OPS(X)
#undef X
    }
}

/* --- copies --------------------------------------------------------------------- */

/* out[i]: (W,) = a[i]: (W,), for i from 0 to n */
MG_TARGET static void MG_NAME(gather_forward)(const mg_instruction *ins,
                                              const mg_block *block) {
    const uint32_t *a = block->index + ins->a;
    for (uint32_t i = 0; i < ins->n; i++) {
        VEC x[N_VEC];
        LOAD(x, block->data + (size_t)a[i] * W);
        STORE(block->data + (size_t)(ins->out + i) * W, x);
    }
}

/* grad[a[i]]: (W,) += g[i]: (W,), for i from n down to 0 */
MG_TARGET static void MG_NAME(gather_backward)(const mg_instruction *ins,
                                               const mg_block *block) {
    const uint32_t *a = block->index + ins->a;
    for (uint32_t i = ins->n; i-- > 0;) {
        VEC g[N_VEC];
        LOAD(g, block->grad + (size_t)(ins->out + i) * W);
        MG_NAME(accumulate)(block, a[i], 0, 0, g);
    }
}

/* sums.h goes on with the macros of vectors. */
#undef EACH_LANE
#undef FILL
#undef OPERATOR_FIELDS
#undef OPERAND
#undef LANE
#undef OPERAND_LANES
#undef LANE_OPERANDS
#undef FIND_IF_USUAL
#undef UNUSUAL_LANES
#undef ELEMENTWISE_FORWARD
#undef LANE_VALUES
#undef VALUES_IN_TWO_STEPS
#undef STRIPS_IN_TWO_STEPS
#undef ELEMENTWISE_BACKWARD
#undef DERIVATIVE
#undef PASSED
