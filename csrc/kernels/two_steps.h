/* two_steps.h - the operators of elementary/two_steps.h.
 *
 * A template, a part of elementwise.h.
 */

/* The lanes that are computed side by side where operands are consecutive slots: what
 * comes before and after the loops is then done once for four results. */
#define STRIP (4 * W)

#define PART_LANES(part) double part##_lanes[STRIP];
#define KEEP_PART(part) part##_lanes[l] = parts.part;
#define KEPT_PART(part) .part = part##_lanes[l],

/* The test for usual operands has a loop of its own: in either of the others, which are
 * long, it takes more time.
 *
 * name_in_two_steps: pout: (lanes,) = op(x, y), where lane l of x is px[l * x_step].
 * Returns false if an operand is not usual. lanes: a constant, W or STRIP.
 *
 * name_strips: the same for as many of the instruction's results as make whole strips, and
 * as have usual operands. Returns their number. */
#define X(name, kind, type, PARTS, fast, first, second, ...)                              \
    MG_TARGET MG_INLINE int MG_NAME(name##_in_two_steps)(const double *px, int x_step,    \
                                                         const double *py, int y_step,    \
                                                         double *pout, int lanes) {       \
        double unusual[STRIP];                                                            \
        PARTS(PART_LANES)                                                                 \
        if (!MG_IS_ONE(fast))                                                             \
            EACH_LANE(lanes) {                                                            \
                const double x = px[l * x_step], y = py[l * y_step];                      \
                unusual[l] = (fast) ? 0.0 : 1.0;                                          \
                (void)x, (void)y;                                                         \
            }                                                                             \
        EACH_LANE(lanes) {                                                                \
            const double x = px[l * x_step];                                              \
            const type parts = first;                                                     \
            PARTS(KEEP_PART)                                                              \
        }                                                                                 \
        EACH_LANE(lanes) {                                                                \
            const double x = px[l * x_step], y = py[l * y_step];                          \
            const type parts = {PARTS(KEPT_PART)};                                        \
            pout[l] = second;                                                             \
            (void)x, (void)y;                                                             \
        }                                                                                 \
        return MG_IS_ONE(fast) || MG_NAME(are_zeros)(unusual, lanes);                     \
    }                                                                                     \
                                                                                          \
    MG_TARGET static uint32_t MG_NAME(name##_strips)(const mg_instruction *ins,           \
                                                     const mg_block *block) {             \
        const int is_binary = (kind) == MG_BINARY;                                        \
        if (block->others != NULL || mg_pattern_of(ins, 0) != MG_RUN ||                   \
            (is_binary && mg_pattern_of(ins, 1) != MG_RUN))                               \
            return 0;                                                                     \
        const double k = ins->k, *px = block->data + (size_t)block->index[ins->a] * W;    \
        const double *py =                                                                \
            is_binary ? block->data + (size_t)block->index[ins->b] * W : &k;              \
        double *pout = block->data + (size_t)ins->out * W;                                \
        uint32_t i = 0;                                                                   \
        for (; i + STRIP / W <= ins->n; i += STRIP / W, px += STRIP, pout += STRIP) {     \
            if (!MG_NAME(name##_in_two_steps)(px, 1, py, is_binary, pout, STRIP))         \
                break;                                                                    \
            py += is_binary ? STRIP : 0;                                                  \
        }                                                                                 \
        return i;                                                                         \
    }
MG_TWO_STEPS(X, 0)
#undef X

#undef STRIP
#undef PART_LANES
#undef KEEP_PART
#undef KEPT_PART
