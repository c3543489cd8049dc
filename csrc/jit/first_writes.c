/* first_writes.c - which gradients need no clearing, because the first to arrive is
 * stored instead of added. */
#include "jit/program.h" /* first */

#include <string.h>

#include "base/alloc.h"

typedef struct {
    mg_program *program;
    uint8_t *seen;   /* by slot: whether a gradient arrives */
    uint32_t *stamp; /* by slot: the last instruction that looked */
    uint8_t *clear;  /* by slot: whether it must be cleared */
} finder;

static void add_to(finder *f, uint32_t slot) {
    if (!f->seen[slot])
        f->clear[slot] = 1;
    f->seen[slot] = 1;
}

/* Whether n different slots get their first gradients. Stamps them. */
static int are_first(finder *f, const uint32_t *slots, uint32_t n, uint32_t stamp) {
    int first = 1;
    for (uint32_t i = 0; i < n; i++) {
        if (f->seen[slots[i]] || f->stamp[slots[i]] == stamp)
            first = 0;
        f->stamp[slots[i]] = stamp;
    }
    return first;
}

static void look_at(finder *f, mg_instruction *ins, uint32_t stamp) {
    const uint32_t *index = f->program->index;
    if (ins->code == MG_DOT || ins->code == MG_SUM) {
        for (uint32_t i = 0; i < ins->n; i++) {
            if (!(index[ins->a + i] & MG_UNIFORM_SLOT))
                add_to(f, index[ins->a + i]);
            if (ins->code == MG_DOT && !(index[ins->b + i] & MG_UNIFORM_SLOT))
                add_to(f, index[ins->b + i]);
        }
        if (!(ins->c & MG_UNIFORM_SLOT))
            add_to(f, ins->c);
        return;
    }
    const uint32_t at[3] = {ins->a, ins->b, ins->c};
    uint32_t n = ins->code == MG_LAYER ? ins->m : ins->n;
    int operands = ins->code == MG_LAYER ? 1 : 3, first = 1;
    /* All or none: a slot may stand in two of the lists. */
    for (int j = 0; j < operands; j++)
        if (ins->flags & MG_A_GRAD << j && !(ins->flags & MG_A_UNIFORM << j))
            first &= are_first(f, index + at[j], n, stamp);
    for (int j = 0; j < operands; j++) {
        if (!(ins->flags & MG_A_GRAD << j) || ins->flags & MG_A_UNIFORM << j)
            continue;
        if (first)
            ins->flags |= (uint16_t)(MG_A_FIRST << j);
        for (uint32_t i = 0; i < n; i++) {
            if (first)
                f->seen[index[at[j] + i]] = 1;
            else
                add_to(f, index[at[j] + i]);
        }
    }
}

/* Lists what to clear as pairs (slot, count). */
static int list_ranges(finder *f, mg_code *code) {
    size_t n = 0;
    for (uint32_t s = 0; s < code->slots; s++)
        n += f->clear[s] && (s == 0 || !f->clear[s - 1]);
    code->zero = mg_alloc(n * 2, sizeof *code->zero);
    if (code->zero == NULL)
        return 0;
    for (uint32_t s = 0; s < code->slots; s++) {
        if (!f->clear[s])
            continue;
        if (s == 0 || !f->clear[s - 1]) {
            code->zero[2 * code->n_zero] = s;
            code->zero[2 * code->n_zero++ + 1] = 0;
        }
        code->zero[2 * code->n_zero - 1]++;
    }
    return 1;
}

int mg_find_first_gradients(mg_program *program) {
    mg_code *code = &program->row;
    size_t n = code->slots;
    finder f = {program, mg_alloc(n, 1), mg_alloc(n, sizeof *f.stamp), mg_alloc(n, 1)};
    int fine = f.seen && f.stamp && f.clear;
    if (fine) {
        memset(f.seen, 0, n);
        memset(f.stamp, 0, n * sizeof *f.stamp);
        memset(f.clear, 0, n);
        if (!program->outputs[0].uniform)
            f.seen[program->outputs[0].slot] = 1; /* what backward starts from is stored */
        for (size_t i = code->n; i-- > 0;)
            if (code->list[i].flags & MG_ANY_GRAD)
                look_at(&f, &code->list[i], (uint32_t)(code->n - i));
        fine = list_ranges(&f, code);
    }
    mg_dealloc(f.seen);
    mg_dealloc(f.stamp);
    mg_dealloc(f.clear);
    return fine;
}
