/* verify.c - the rules that a program must keep, for builds with -DMG_CHECKS. */
#include "jit/verify.h" /* first */

#include "kernels/kernels.h"

#ifdef MG_CHECKS

/* Slots slot to slot + n must exist. */
static void verify_slots(const mg_program *p, int uniform, uint32_t slot, size_t n) {
    const uint32_t slots = uniform ? p->uniform.slots : p->row.slots;
    MG_ASSERT(slot <= slots && n <= slots - slot);
}

static void verify_tagged(const mg_program *p, int uniform, uint32_t slot) {
    MG_ASSERT(!uniform || !(slot & MG_UNIFORM_SLOT));
    verify_slots(p, uniform || slot & MG_UNIFORM_SLOT, slot & ~MG_UNIFORM_SLOT, 1);
}

static void verify_operand(const mg_program *p, const mg_instruction *ins, int j,
                           int uniform) {
    const mg_operand_kind kind = mg_operand_kind_of(ins->code, j);
    const uint32_t at = ins->operand[j];
    const size_t length = mg_index_length(kind, ins->n, ins->m, mg_sets_of(ins));
    if (length > 0)
        MG_ASSERT(at <= p->n_index && length <= p->n_index - at);
    switch (kind) {
    case MG_NO_OPERAND:
        break;
    case MG_SLOTS:
        for (size_t i = 0; i < length; i++)
            verify_slots(p, uniform || ins->flags & MG_A_UNIFORM << j, p->index[at + i],
                         1);
        break;
    case MG_TAGGED_SLOTS:
    case MG_TERMS:
        for (size_t i = 0; i < length; i++)
            verify_tagged(p, uniform, p->index[at + i]);
        break;
    case MG_INPUTS:
        for (size_t i = 0; i < length; i++)
            verify_slots(p, 0, p->index[at + i], 1);
        break;
    case MG_WEIGHTS:
        verify_slots(p, 1, at, (size_t)ins->n * ins->m);
        MG_ASSERT(mg_sets_of(ins) == 1 ||
                  mg_side_length(ins->n, ins->m) <= p->side_length);
        break;
    case MG_BIASES:
        verify_slots(p, 1, at, ins->n);
        break;
    }
}

static void verify_code(const mg_program *p, const mg_code *code, int uniform) {
    for (size_t i = 0; i < code->n; i++) {
        const mg_instruction *ins = &code->list[i];
        MG_ASSERT(ins->code < MG_CODE_COUNT && ins->n > 0);
        const mg_instruction_type *type = &mg_instruction_types[ins->code];
        MG_ASSERT(type->listing != NULL); /* leaves and nets are no instructions */
        verify_slots(p, uniform, ins->out, (size_t)ins->n * mg_sets_of(ins));
        for (int j = 0; j < 3; j++)
            verify_operand(p, ins, j, uniform);
        if (ins->flags & MG_ROW_MAJOR)
            MG_ASSERT(p->row_major < p->n_inputs && ins->m == p->widths[p->row_major]);
        if (ins->flags & MG_SQUARES)
            verify_slots(p, 1, ins->squares, ins->m);
    }
    for (size_t i = 0; i < code->n_zero; i++)
        verify_slots(p, uniform, code->zero[2 * i], code->zero[2 * i + 1]);
}

void mg_verify_program(const mg_program *program) {
    MG_ASSERT(program->first_shared == program->n_parameters + program->n_constants);
    verify_slots(program, 1, program->first_shared, program->n_shared);
    MG_ASSERT(program->n_args <= program->row.slots);
    verify_code(program, &program->uniform, 1);
    verify_code(program, &program->row, 0);
    for (uint32_t i = 0; i < program->n_outputs; i++)
        verify_slots(program, program->outputs[i].uniform, program->outputs[i].slot, 1);
}

#endif
