/* layer_sets.h - a layer over several sets of inputs, to which it applies the same weights.
 *
 * A template like elementwise.h. The shapes are those of layer.h, with x: (sets, m, W) and
 * out: (sets, n, W). A block of several rows takes one set after the other. A block of one row
 * computes up to 16 sets side by side, as layer.h does rows: their inputs and gradients are
 * copied to a block of their own beside the slots, whose other lanes are 0. MG_SETS_SIDE_BY_SIDE
 * tells how many it takes of those that are left; backward begins with the last sets. The
 * gradients of weights are first summed over the sets of such a block, in the order of FOLD
 * and LANE_SUM, and then added.
 */

/* Returns the instruction for one set of inputs. The first gradients are those of the last set. */
MG_TARGET MG_INLINE mg_instruction MG_NAME(one_set)(const mg_instruction *ins, uint32_t set) {
    mg_instruction one = *ins;
    one.sets = 1;
    one.a += set * ins->m;
    one.out += set * ins->n;
    if (set + 1 < ins->sets)
        one.flags &= (uint16_t)~(MG_B_FIRST | MG_C_FIRST);
    return one;
}

#if W > 1

MG_TARGET static void MG_NAME(sets_forward)(const mg_instruction *ins, const mg_block *block) {
    for (uint32_t set = 0; set < ins->sets; set++) {
        const mg_instruction one = MG_NAME(one_set)(ins, set);
        MG_NAME(affine_forward)(&one, block);
    }
}

MG_TARGET static void MG_NAME(sets_backward)(const mg_instruction *ins,
                                             const mg_block *block) {
    for (uint32_t set = ins->sets; set-- > 0;) {
        const mg_instruction one = MG_NAME(one_set)(ins, set);
        MG_NAME(affine_backward)(&one, block);
    }
}

#else

#define OF_WIDTH(x, width) MG_PASTED(x, width, MG_SUFFIX)

/* Sets first to first + n of an instruction, side by side in lanes 0 to n of w. */
typedef struct {
    uint32_t first;
    uint32_t n;
    size_t w; /* 16, 8 or 4 */
    mg_instruction ins;
    mg_block block;
    double *zeros, *unused; /* longer than a row of inputs or results */
} MG_NAME(side);

/* Returns the block for n sets from set first on; nothing is loaded yet. */
MG_TARGET MG_INLINE MG_NAME(side) MG_NAME(make_side)(const mg_instruction *ins,
                                                     const mg_block *block, uint32_t first,
                                                     uint32_t n) {
    const size_t slots = (size_t)ins->n + ins->m;
    const size_t w = n > 8 ? MG_BLOCK_ROWS : n > 4 ? 8 : 4;
    MG_NAME(side) side = {first, n, w, *ins, *block, NULL, NULL};
    side.ins.sets = 1;
    side.ins.a = 0; /* the index list begins with the slots 0, 1, ... */
    side.ins.out = ins->m;
    side.ins.flags |= MG_A_FIRST;
    if (first + n < ins->sets)
        side.ins.flags &= (uint16_t)~(MG_B_FIRST | MG_C_FIRST);
    side.block.data = block->side;
    side.block.grad = block->side + slots * MG_BLOCK_ROWS;
    side.block.rows = (uint32_t)side.w;
    side.zeros = side.block.grad + slots * MG_BLOCK_ROWS;
    side.unused = side.zeros + (ins->n > ins->m ? ins->n : ins->m);
    return side;
}

MG_TARGET static void MG_NAME(load_inputs)(MG_NAME(side) *side, const mg_instruction *ins,
                                           const mg_block *block) {
    const size_t m = ins->m, w = side->w;
    const uint32_t *input = block->index + ins->a + side->first * m;
    const double *rows[MG_BLOCK_ROWS];
    double *to = side->block.data;
    if (ins->flags & MG_CONSECUTIVE) {
        memset(side->zeros, 0, m * sizeof *side->zeros);
        for (size_t l = 0; l < w; l++)
            rows[l] = l < side->n ? block->data + input[l * m] : side->zeros;
        MG_NAME(load_columns)(to, rows, w, m);
        return;
    }
    for (size_t i = 0; i < m; i++, to += w) {
        for (size_t l = 0; l < side->n; l++)
            to[l] = block->data[input[l * m + i]];
        for (size_t l = side->n; l < w; l++)
            to[l] = 0.0;
    }
}

MG_TARGET static void MG_NAME(sets_forward)(const mg_instruction *ins, const mg_block *block) {
    for (uint32_t set = 0; set < ins->sets;) {
        const uint32_t n = MG_SETS_SIDE_BY_SIDE(ins->sets - set);
        if (n == 1) {
            const mg_instruction one = MG_NAME(one_set)(ins, set++);
            MG_NAME(affine_forward)(&one, block);
            continue;
        }
        MG_NAME(side) side = MG_NAME(make_side)(ins, block, set, n);
        double *rows[MG_BLOCK_ROWS];
        MG_NAME(load_inputs)(&side, ins, block);
        if (side.w == 4)
            OF_WIDTH(affine_forward, 4)(&side.ins, &side.block);
        else if (side.w == 8)
            OF_WIDTH(affine_forward, 8)(&side.ins, &side.block);
        else
            OF_WIDTH(affine_forward, 16)(&side.ins, &side.block);
        for (size_t l = 0; l < side.w; l++)
            rows[l] = l < n ? block->data + ins->out + (set + l) * ins->n : side.unused;
        MG_NAME(store_columns)(rows, side.block.data + ins->m * side.w, side.w, ins->n);
        set += n;
    }
}

/* grad of the sets' inputs += that of the side block */
MG_TARGET static void MG_NAME(store_input_gradients)(const MG_NAME(side) *side,
                                                     const mg_instruction *ins,
                                                     const mg_block *block) {
    const size_t m = ins->m, w = side->w;
    const uint32_t *input = block->index + ins->a + side->first * m;
    const int is_first = ins->flags & MG_A_FIRST;
    const double *from = side->block.grad;
    double *rows[MG_BLOCK_ROWS];
    if (is_first && ins->flags & MG_CONSECUTIVE) {
        for (size_t l = 0; l < w; l++)
            rows[l] = l < side->n ? block->grad + input[l * m] : side->unused;
        MG_NAME(store_columns)(rows, from, w, m);
        return;
    }
    for (size_t l = side->n; l-- > 0;)
        for (size_t i = 0; i < m; i++) {
            double *to = &block->grad[input[l * m + i]];
            *to = is_first ? from[i * w + l] : *to + from[i * w + l];
        }
}

MG_TARGET static void MG_NAME(sets_backward)(const mg_instruction *ins,
                                             const mg_block *block) {
    for (uint32_t end = ins->sets; end > 0;) {
        const uint32_t n = MG_SETS_SIDE_BY_SIDE(end);
        if (n == 1) {
            const mg_instruction one = MG_NAME(one_set)(ins, --end);
            MG_NAME(affine_backward)(&one, block);
            continue;
        }
        end -= n;
        MG_NAME(side) side = MG_NAME(make_side)(ins, block, end, n);
        const double *rows[MG_BLOCK_ROWS];
        if (ins->flags & MG_B_GRAD)
            MG_NAME(load_inputs)(&side, ins, block);
        memset(side.zeros, 0, ins->n * sizeof *side.zeros);
        for (size_t l = 0; l < side.w; l++)
            rows[l] = l < n ? block->grad + ins->out + (end + l) * ins->n : side.zeros;
        MG_NAME(load_columns)(side.block.grad + ins->m * side.w, rows, side.w, ins->n);
        if (side.w == 4)
            OF_WIDTH(affine_backward, 4)(&side.ins, &side.block);
        else if (side.w == 8)
            OF_WIDTH(affine_backward, 8)(&side.ins, &side.block);
        else
            OF_WIDTH(affine_backward, 16)(&side.ins, &side.block);
        if (ins->flags & MG_A_GRAD)
            MG_NAME(store_input_gradients)(&side, ins, block);
    }
}

#undef OF_WIDTH
#endif
