/* dispatch.h - a list of instructions, each run by its kernel, over a block of rows.
 *
 * A template like elementwise.h, to be included after it and after the layer kernels. The
 * switches are made of the tables of operators and instructions, so none can be forgotten.
 */

/* A layer's relu is applied in place: its derivative needs the result, never the sum. */

#define RESULTS(ins) ((size_t)(ins)->n * (ins)->sets)

/* out: (n, W) = relu(out: (n, W)) */
MG_TARGET MG_INLINE void MG_NAME(layer_relu_forward)(const mg_instruction *ins,
                                                     const mg_block *block) {
    double *out = block->data + (size_t)ins->out * W;
    MG_ROLLED for (size_t l = 0; l < RESULTS(ins) * W; l++) out[l] = mg_value_relu(out[l], 0.0);
}

/* g: (n, W) = g where out: (n, W) is above 0, 0 elsewhere */
MG_TARGET MG_INLINE void MG_NAME(layer_relu_backward)(const mg_instruction *ins,
                                                      const mg_block *block) {
    const double *out = block->data + (size_t)ins->out * W;
    double *g = block->grad + (size_t)ins->out * W;
    MG_ROLLED for (size_t l = 0; l < RESULTS(ins) * W; l++)
        g[l] = mg_dx_relu(out[l], 0.0, out[l], g[l]);
}

/* out: (n, W) = w.T @ x + b, then relu if the instruction has it; see affine_forward */
MG_TARGET MG_INLINE void MG_NAME(layer_forward)(const mg_instruction *ins,
                                                const mg_block *block) {
    if (MG_UNLIKELY(ins->flags & MG_ROW_MAJOR))
        MG_NAME(rows_forward)(ins, block);
    else if (MG_LIKELY(ins->sets == 1))
        MG_NAME(affine_forward)(ins, block);
    else
        MG_NAME(sets_forward)(ins, block);
    if (ins->flags & MG_RELU)
        MG_NAME(layer_relu_forward)(ins, block);
}

MG_TARGET MG_INLINE void MG_NAME(layer_backward)(const mg_instruction *ins,
                                                 const mg_block *block) {
    if (ins->flags & MG_RELU)
        MG_NAME(layer_relu_backward)(ins, block);
    if (MG_UNLIKELY(ins->flags & MG_ROW_MAJOR))
        MG_NAME(rows_backward)(ins, block);
    else if (MG_LIKELY(ins->sets == 1))
        MG_NAME(affine_backward)(ins, block);
    else
        MG_NAME(sets_backward)(ins, block);
}

#if W > 1
#define OPERATORS(direction) MG_NAME(elementwise_##direction)
#else
#define OPERATORS(direction) MG_NAME(operators_##direction)
#endif

/* Those that call no elementary function need no choice between formulas. */
#define OPERATOR_CASE(direction, name, fast)                                              \
    case MG_OP_##name:                                                                    \
        if (MG_IS_ONE(fast))                                                              \
            MG_NAME(name##_##direction)(ins, block);                                      \
        else                                                                              \
            OPERATORS(direction)(ins, block);                                             \
        break;

/* Run the n instructions of a list: in order, or backwards those that pass gradients on. */

MG_TARGET static void MG_NAME(forward)(const mg_instruction *list, size_t n,
                                       const mg_block *block) {
    for (size_t i = 0; i < n; i++) {
        const mg_instruction *ins = &list[i];
        switch (ins->code) {
#define X(code, name, ...)                                                                \
    case MG_##code:                                                                       \
        MG_NAME(name##_forward)(ins, block);                                              \
        break;
            MG_INSTRUCTIONS(X)
#undef X
#define X(name, kind, label, raises, fast, ...) OPERATOR_CASE(forward, name, fast)
            MG_OPS(X)
#undef X
        }
    }
}

MG_TARGET static void MG_NAME(backward)(const mg_instruction *list, size_t n,
                                        const mg_block *block) {
    for (size_t i = n; i-- > 0;) {
        const mg_instruction *ins = &list[i];
        if (!(ins->flags & MG_ANY_GRAD))
            continue;
        switch (ins->code) {
#define X(code, name, ...)                                                                \
    case MG_##code:                                                                       \
        MG_NAME(name##_backward)(ins, block);                                             \
        break;
            MG_INSTRUCTIONS(X)
#undef X
#define X(name, kind, label, raises, fast, ...) OPERATOR_CASE(backward, name, fast)
            MG_OPS(X)
#undef X
        }
    }
}

#undef OPERATOR_CASE
#undef OPERATORS
#undef RESULTS
