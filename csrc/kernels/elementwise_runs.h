/* elementwise_runs.h - operators of a block of one row whose operands are runs of slots.
 *
 * Such operands need no list of slots, so that compilers make vectors of the results. Macros
 * for elementwise.h, which defines what they use.
 */
#ifndef MG_ELEMENTWISE_RUNS_H
#define MG_ELEMENTWISE_RUNS_H

/* RUN computes the results and returns. RUN_FORWARD does nothing if there is an operand of
 * another kind. */
#define RUN(kind, value, x_step, y_step)                                                  \
    MG_ROLLED for (size_t i = 0; i < n; i++) {                                            \
        const double x = px[i * (x_step)], y = (kind) == MG_BINARY ? py[i * (y_step)] : x; \
        (void)y;                                                                          \
        pout[i] = value;                                                                  \
    }                                                                                     \
    return
#define RUN_FORWARD(kind, value, returned)                                                \
    {                                                                                     \
        const int is_binary = (kind) == MG_BINARY;                                        \
        const mg_pattern xs = mg_pattern_of(ins, 0), ys = mg_pattern_of(ins, 1);          \
        const double *px = OPERAND(a[0], a_uniform);                                      \
        const double *py = is_binary ? OPERAND(b[0], b_uniform) : px;                     \
        double *pout = data + out_slot;                                                   \
        if (xs == MG_RUN && (!is_binary || ys == MG_RUN)) {                               \
            RUN(kind, value, 1, 1) returned;                                              \
        } else if (is_binary && xs == MG_RUN && ys == MG_SAME) {                          \
            RUN(kind, value, 1, 0) returned;                                              \
        } else if (is_binary && xs == MG_SAME && ys == MG_RUN) {                          \
            RUN(kind, value, 0, 1) returned;                                              \
        }                                                                                 \
    }

#endif
