/* one_row.h - operators of one row: several results of an instruction side by side.
 *
 * A template like elementwise.h, for a block of one row. The elementary functions of vectors
 * take a fraction of the time of as many calls. So up to 16 results of an instruction, which
 * do not depend on each other, are computed as the lanes of a block of their own: its slots 0
 * and 1 hold the operands, its slot 2 the results. Each result has the bits that it has alone,
 * and gradients are added one after the other, in the order of elementwise.h.
 */

#define OF_WIDTH(x, width) MG_PASTED(x, width, MG_SUFFIX)

typedef struct {
    size_t w; /* lanes: 16 or 4 */
    mg_instruction ins;
    mg_block block;
    double data[3 * MG_BLOCK_ROWS], grad[3 * MG_BLOCK_ROWS];
} MG_NAME(some_results);

/* to: (w,) = n operands of kind slots, then copies of the last. */
MG_TARGET MG_INLINE void MG_NAME(gather_lanes)(double *to, const double *from,
                                               const uint32_t *slots, int is_run, uint32_t n,
                                               size_t w) {
    if (is_run && n == MG_BLOCK_ROWS) {
        memcpy(to, from + slots[0], MG_BLOCK_ROWS * sizeof(double));
        return;
    }
    for (uint32_t l = 0; l < n; l++)
        to[l] = from[slots[l]];
    for (size_t l = n; l < w; l++)
        to[l] = to[n - 1];
}

/* to: (n,) = from: (n,), most often whole blocks */
MG_TARGET MG_INLINE void MG_NAME(copy_lanes)(double *to, const double *from, uint32_t n) {
    if (n == MG_BLOCK_ROWS)
        memcpy(to, from, MG_BLOCK_ROWS * sizeof(double));
    else
        for (uint32_t l = 0; l < n; l++)
            to[l] = from[l];
}

/* Sets what is the same for all results of an instruction. */
MG_TARGET MG_INLINE void MG_NAME(start_lanes)(MG_NAME(some_results) *some,
                                              const mg_instruction *ins,
                                              const mg_block *block) {
    static const uint32_t slots[2] = {0, 1};
    some->ins = *ins;
    some->ins.a = 0;
    some->ins.b = 1;
    some->ins.out = 2;
    some->ins.n = 1;
    some->ins.flags = (uint16_t)((ins->flags & MG_ANY_GRAD) | MG_A_FIRST | MG_B_FIRST);
    some->block = *block;
    some->block.index = slots;
    some->block.data = some->data;
    some->block.grad = some->grad;
}

/* Loads the operands of results first to first + n. */
MG_TARGET MG_INLINE void MG_NAME(load_operands)(MG_NAME(some_results) *some,
                                                const mg_instruction *ins,
                                                const mg_block *block, uint32_t first,
                                                uint32_t n) {
    const size_t w = n > 4 ? MG_BLOCK_ROWS : 4;
    some->w = w;
    some->block.rows = n;
    MG_NAME(gather_lanes)(some->data, ins->flags & MG_A_UNIFORM ? block->uniform : block->data,
                          block->index + ins->a + first, mg_pattern_of(ins, 0) == MG_RUN, n, w);
    if (mg_operand_kind_of(ins->code, 1) == MG_SLOTS)
        MG_NAME(gather_lanes)(some->data + w,
                              ins->flags & MG_B_UNIFORM ? block->uniform : block->data,
                              block->index + ins->b + first, mg_pattern_of(ins, 1) == MG_RUN, n,
                              w);
}

/* Returns the instruction for results first to first + n. */
MG_TARGET MG_INLINE mg_instruction MG_NAME(part_of)(const mg_instruction *ins, uint32_t first,
                                                    uint32_t n) {
    mg_instruction part = *ins;
    part.a += first;
    part.b += first;
    part.out += first;
    part.n = n;
    return part;
}

/* Does what elementwise_forward does. */
MG_TARGET static void MG_NAME(operators_forward)(const mg_instruction *ins,
                                                 const mg_block *block) {
    const int is_square = ins->code == MG_OP_pow_k && ins->k == 2.0;
    uint32_t i = 0;
    if (!(ins->flags & MG_INDEPENDENT) || ins->n < 3 || block->others != NULL || is_square) {
        MG_NAME(elementwise_forward)(ins, block);
        return;
    }
    MG_NAME(some_results) some;
    MG_NAME(start_lanes)(&some, ins, block);
    while (i < ins->n) {
        const uint32_t n = MG_SIDE_BY_SIDE(ins->n - i);
        if (n == 1) {
            const mg_instruction rest = MG_NAME(part_of)(ins, i, ins->n - i);
            MG_NAME(elementwise_forward)(&rest, block);
            return;
        }
        MG_NAME(load_operands)(&some, ins, block, i, n);
        if (some.w == 4)
            OF_WIDTH(elementwise_forward, 4)(&some.ins, &some.block);
        else
            OF_WIDTH(elementwise_forward, 16)(&some.ins, &some.block);
        MG_NAME(copy_lanes)(block->data + ins->out + i, some.data + 2 * some.w, n);
        i += n;
    }
}

/* grad[slots[l]] += from[l], or = if is_first */
MG_TARGET MG_INLINE void MG_NAME(scatter_lane)(const mg_block *block, uint32_t slot, double g,
                                               int is_uniform, int is_first) {
    if (is_uniform)
        block->uniform_grad[slot] += g;
    else
        block->grad[slot] = is_first ? g : block->grad[slot] + g;
}

/* Does what elementwise_backward does. */
MG_TARGET static void MG_NAME(operators_backward)(const mg_instruction *ins,
                                                  const mg_block *block) {
    const uint32_t *a = block->index + ins->a, *b = block->index + ins->b;
    const unsigned flags = ins->flags;
    const int has_b = mg_operand_kind_of(ins->code, 1) == MG_SLOTS && flags & MG_B_GRAD;
    if (!(flags & MG_INDEPENDENT) || ins->n < 3 || block->others != NULL) {
        MG_NAME(elementwise_backward)(ins, block);
        return;
    }
    MG_NAME(some_results) some;
    MG_NAME(start_lanes)(&some, ins, block);
    for (uint32_t end = ins->n; end > 0;) {
        const uint32_t n = MG_SIDE_BY_SIDE(end);
        if (n == 1) {
            const mg_instruction rest = MG_NAME(part_of)(ins, 0, end);
            MG_NAME(elementwise_backward)(&rest, block);
            return;
        }
        end -= n;
        MG_NAME(load_operands)(&some, ins, block, end, n);
        const size_t w = some.w;
        double *out = some.data + 2 * w, *g = some.grad + 2 * w;
        MG_NAME(copy_lanes)(out, block->data + ins->out + end, n);
        MG_NAME(copy_lanes)(g, block->grad + ins->out + end, n);
        for (size_t l = n; l < w; l++) {
            out[l] = out[n - 1];
            g[l] = 0.0;
        }
        if (w == 4)
            OF_WIDTH(elementwise_backward, 4)(&some.ins, &some.block);
        else
            OF_WIDTH(elementwise_backward, 16)(&some.ins, &some.block);
        for (uint32_t l = n; l-- > 0;) {
            if (flags & MG_A_GRAD)
                MG_NAME(scatter_lane)(block, a[end + l], some.grad[l], flags & MG_A_UNIFORM,
                                      flags & MG_A_FIRST);
            if (has_b)
                MG_NAME(scatter_lane)(block, b[end + l], some.grad[w + l],
                                      flags & MG_B_UNIFORM, flags & MG_B_FIRST);
        }
    }
}

#undef OF_WIDTH
