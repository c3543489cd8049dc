/* first_writes.c - finds gradients that need no clearing, because the first one to arrive
 * at a slot is stored instead of added. */
#include "jit/program.h" /* first */

#include <string.h>

#include "base/alloc.h"

typedef struct {
    mg_program *program;
    uint8_t *seen;   /* by slot: true if an instruction has written its gradient */
    uint32_t *stamp; /* by slot: the last instruction that are_first was called for */
    uint8_t *clear;  /* by slot: true if backward must clear its gradient first */
} finder;

static void add_to(finder *f, uint32_t slot) {
    if (!f->seen[slot])
        f->clear[slot] = 1;
    f->seen[slot] = 1;
}

static void add_to_tagged(finder *f, uint32_t slot) {
    if (!(slot & MG_UNIFORM_SLOT))
        add_to(f, slot);
}

/* True if the n slots differ and none of them has a gradient yet. Stamps them. */
static int are_first(finder *f, const uint32_t *slots, size_t n, uint32_t stamp) {
    int first = 1;
    for (size_t i = 0; i < n; i++) {
        if (f->seen[slots[i]] || f->stamp[slots[i]] == stamp)
            first = 0;
        f->stamp[slots[i]] = stamp;
    }
    return first;
}

typedef struct {
    int operand;
    const uint32_t *slots;
    size_t n;
} slot_list;

/* Sets lists to those operands that get gradients, all of which may be stored. Returns how
 * many they are. */
static int find_storable(const finder *f, const mg_instruction *ins, slot_list lists[3]) {
    int n_lists = 0;
    for (int j = 0; j < 3; j++) {
        mg_operand_kind kind = mg_operand_kind_of(ins->code, j);
        if ((kind == MG_SLOTS || kind == MG_INPUTS) && ins->flags & MG_A_GRAD << j &&
            !(ins->flags & MG_A_UNIFORM << j)) {
            lists[n_lists].operand = j;
            lists[n_lists].slots = f->program->index + ins->operand[j];
            lists[n_lists++].n = mg_index_length(kind, ins->n, ins->m, mg_sets_of(ins));
        }
    }
    return n_lists;
}

static void visit_storable(finder *f, mg_instruction *ins, uint32_t stamp) {
    slot_list lists[3];
    int n_lists = find_storable(f, ins, lists), first = 1;
    /* All operands are stored, or none is: a slot may stand in the lists of two operands.
     */
    for (int i = 0; i < n_lists; i++)
        first &= are_first(f, lists[i].slots, lists[i].n, stamp);
    for (int i = 0; i < n_lists; i++) {
        const uint32_t *slots = lists[i].slots;
        if (first)
            ins->flags |= (uint16_t)(MG_A_FIRST << lists[i].operand);
        for (size_t j = 0; j < lists[i].n; j++) {
            if (first)
                f->seen[slots[j]] = 1;
            else
                add_to(f, slots[j]);
        }
    }
}

static void visit(finder *f, mg_instruction *ins, uint32_t stamp) {
    const uint32_t *index = f->program->index;
    visit_storable(f, ins, stamp);
    for (int j = 0; j < 3; j++) {
        const uint32_t at = ins->operand[j];
        const mg_operand_kind kind = mg_operand_kind_of(ins->code, j);
        size_t length;
        switch (kind) {
        case MG_TAGGED_SLOTS:
        case MG_TERMS:
            length = mg_index_length(kind, ins->n, ins->m, mg_sets_of(ins));
            for (size_t i = 0; ins->flags & MG_A_GRAD << j && i < length; i++)
                add_to_tagged(f, index[at + i]);
            break;
        case MG_SLOTS:
        case MG_INPUTS: /* visit_storable did them */
        case MG_NO_OPERAND:
        case MG_WEIGHTS: /* uniform slots, which are in no list of row gradients */
        case MG_BIASES:
            break;
        }
    }
}

/* Lists the slots to clear as pairs (slot, count). */
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

int mg_find_first_writes(mg_program *program) {
    mg_code *code = &program->row;
    size_t n = code->slots;
    finder f = {program, mg_alloc(n, 1), mg_alloc(n, sizeof *f.stamp), mg_alloc(n, 1)};
    int fine = f.seen && f.stamp && f.clear;
    if (fine) {
        memset(f.seen, 0, n);
        memset(f.stamp, 0, n * sizeof *f.stamp);
        memset(f.clear, 0, n);
        if (!program->outputs[0].uniform)
            f.seen[program->outputs[0].slot] = 1; /* start_backward in run.c stores it */
        for (size_t i = code->n; i-- > 0;)
            if (code->list[i].flags & MG_ANY_GRAD)
                visit(&f, &code->list[i], (uint32_t)(code->n - i));
        fine = list_ranges(&f, code);
    }
    mg_dealloc(f.seen);
    mg_dealloc(f.stamp);
    mg_dealloc(f.clear);
    return fine;
}
