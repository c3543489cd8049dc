/* tape.c - writes the tape of a program. */
#include "graph/graph.h" /* first */

#include "jit/tape.h"

#include <string.h>

#include "base/alloc.h"
#include "jit/native.h"
#include "jit/trace.h"

/* An instruction with more results, or more terms in all, is left to the kernels: they
 * take longer to start, but less time for each. */
enum { MOST_RESULTS = 6, MOST_TERMS = 16 };

typedef struct {
    const mg_program *program;
    uint32_t *words; /* NULL: the words are only counted */
    size_t n;
    uint32_t rows;              /* the slot of the first row slot */
    const uint8_t *is_constant; /* by instruction of the uniform list */
    int is_row, is_backward;    /* what is written at present */
    uint32_t first, n_calls;    /* instructions for the kernels that are not written yet */
} writer;

static void put(writer *w, uint32_t word) {
    if (w->words != NULL)
        w->words[w->n] = word;
    w->n++;
}

/* Writes the instructions for the kernels that are next to each other. */
static void put_calls(writer *w) {
    if (w->n_calls == 0)
        return;
    put(w, w->is_row ? TAPE_ROWS : TAPE_UNIFORM);
    put(w, w->first);
    put(w, w->n_calls);
    w->n_calls = 0;
}

static void add_call(writer *w, uint32_t i) {
    if (w->n_calls > 0 && i != (w->is_backward ? w->first - 1 : w->first + w->n_calls))
        put_calls(w);
    if (w->n_calls == 0 || w->is_backward)
        w->first = i;
    w->n_calls++;
}

/* Writes the slot of element i of operand j. */
static void put_operand(writer *w, const mg_instruction *ins, int j, size_t i) {
    const uint32_t slot = w->program->index[ins->operand[j] + i];
    int uniform = !w->is_row || slot & MG_UNIFORM_SLOT;
    if (mg_operand_kind_of(ins->code, j) == MG_SLOTS)
        uniform |= (ins->flags & MG_A_UNIFORM << j) != 0;
    put(w, uniform ? slot & ~MG_UNIFORM_SLOT : w->rows + slot);
}

static void put_result(writer *w, const mg_instruction *ins, uint32_t i) {
    put(w, ins->out + i + (w->is_row ? w->rows : 0));
}

static uint32_t power_code(double exponent) {
#define X(function, k)                                                                    \
    if (exponent == (k))                                                                  \
        return TAPE_POWER + 2 * POWER_##function;
    TAPE_POWERS(X)
#undef X
    return TAPE_END;
}

/* Returns the code of the operations that an instruction becomes; TAPE_END: none. */
static uint32_t code_of(const mg_program *p, const mg_instruction *ins) {
    const int code = ins->code;
    if (code == MG_DOT || code == MG_SUM)
        return (size_t)ins->n * ins->m > MOST_TERMS || ins->flags & MG_SQUARES ? TAPE_END
               : code == MG_DOT                                                ? TAPE_DOT
                                                                               : TAPE_SUM;
    if (ins->n > MOST_RESULTS)
        return TAPE_END;
    if (code == MG_MULADD)
        return TAPE_MULADD;
    if (code == MG_OP_pow_k && p->others == NULL)
        return power_code(ins->k);
    return code < MG_OP_COUNT && mg_kind[code] != MG_UNARY_K && !mg_is_elementary[code]
               ? TAPE_OPERATOR + (uint32_t)code * 6
               : TAPE_END;
}

/* Writes result i of a sum of terms. */
static void put_terms(writer *w, const mg_instruction *ins, uint32_t code, uint32_t i) {
    put(w, code);
    put(w, ins->flags);
    put(w, ins->m);
    put_result(w, ins, i);
    put_operand(w, ins, 2, i);
    for (size_t j = (size_t)i * ins->m; j < (size_t)(i + 1) * ins->m; j++) {
        put_operand(w, ins, 0, j);
        if (code == TAPE_DOT)
            put_operand(w, ins, 1, j);
    }
}

/* Writes result i of an elementwise instruction. In backward, grads says which operands
 * get a gradient, as MG_A_GRAD and so on, and is_first whether it is stored. */
static void put_elementwise(writer *w, const mg_instruction *ins, uint32_t code,
                            uint32_t i, unsigned grads, int is_first) {
    const unsigned a = grads & MG_A_GRAD, b = grads & MG_B_GRAD;
    if (w->is_backward && code == TAPE_MULADD)
        code += TAPE_MULADD_VARIANT(grads / MG_A_GRAD, is_first);
    else if (w->is_backward && code < TAPE_OPERATOR)
        code += is_first ? 1 : 0;
    else if (w->is_backward)
        code += (uint32_t)((a && b ? TAPE_AB
                            : a    ? TAPE_A
                                   : TAPE_B) +
                           (is_first ? TAPE_FIRST : 0));
    put(w, code);
    put_result(w, ins, i);
    for (int j = 0; j < 3; j++)
        if (mg_operand_kind_of(ins->code, j) != MG_NO_OPERAND)
            put_operand(w, ins, j, i);
}

/* Writes the backward step of result i of an elementwise instruction. */
static void put_gradients(writer *w, const mg_instruction *ins, uint32_t code,
                          uint32_t i) {
    unsigned grads = ins->flags & MG_ANY_GRAD, firsts = 0;
    for (int j = 0; j < 3; j++) {
        if (mg_operand_kind_of(ins->code, j) == MG_NO_OPERAND)
            grads &= ~((unsigned)MG_A_GRAD << j);
        else if (ins->flags & MG_A_FIRST << j && !(ins->flags & MG_A_UNIFORM << j))
            firsts |= (unsigned)MG_A_GRAD << j;
    }
    firsts &= grads;
    if (firsts == 0 || firsts == grads) {
        put_elementwise(w, ins, code, i, grads, firsts != 0);
        return;
    }
    for (unsigned grad = MG_A_GRAD; grad <= MG_C_GRAD; grad *= 2)
        if (grads & grad)
            put_elementwise(w, ins, code, i, grad, (firsts & grad) != 0);
}

static void put_instruction(writer *w, const mg_instruction *ins, uint32_t number) {
    const uint32_t code = code_of(w->program, ins);
    if (code == TAPE_END) {
        add_call(w, number);
        return;
    }
    put_calls(w);
    for (uint32_t count = 0; count < ins->n; count++) {
        const uint32_t i = w->is_backward ? ins->n - 1 - count : count;
        if (code == TAPE_DOT || code == TAPE_SUM)
            put_terms(w, ins, code, i);
        else if (w->is_backward)
            put_gradients(w, ins, code, i);
        else
            put_elementwise(w, ins, code, i, 0, 0);
    }
}

/* Writes one of the program's lists, in the order of its run. */
static void put_list(writer *w, const mg_code *list, int is_backward) {
    w->is_row = list == &w->program->row;
    w->is_backward = is_backward;
    for (size_t count = 0; count < list->n; count++) {
        const size_t i = is_backward ? list->n - 1 - count : count;
        if ((w->is_row || !w->is_constant[i]) &&
            (!is_backward || list->list[i].flags & MG_ANY_GRAD))
            put_instruction(w, &list->list[i], (uint32_t)i);
    }
    put_calls(w);
}

/* Writes all lists, and stores where the two backward lists begin. */
static void put_all(writer *w, int has_backward, size_t starts[2]) {
    put_list(w, &w->program->uniform, 0);
    put_list(w, &w->program->row, 0);
    put(w, TAPE_END);
    starts[0] = w->n;
    if (has_backward)
        put_list(w, &w->program->row, 1);
    put(w, TAPE_END);
    starts[1] = w->n;
    if (has_backward)
        put_list(w, &w->program->uniform, 1);
    put(w, TAPE_END);
}

/* Finds the instructions of the uniform list that read constants alone, as those that copy
 * constant weights to where a layer reads them. All that such an instruction reads is in
 * the index list, because layers read rows. is_constant: by instruction. Returns 0 if out
 * of memory. */
static int find_constant(const mg_program *p, uint8_t *is_constant) {
    uint8_t *slots = mg_alloc(p->uniform.slots, 1);
    if (slots == NULL)
        return 0;
    memset(slots, 0, p->uniform.slots);
    memset(slots + p->n_parameters, 1, p->n_constants);
    for (size_t i = 0; i < p->uniform.n; i++) {
        const mg_instruction *ins = &p->uniform.list[i];
        is_constant[i] = 1;
        for (int j = 0; j < 3; j++) {
            const mg_operand_kind kind = mg_operand_kind_of(ins->code, j);
            const size_t n = mg_index_length(kind, ins->n, ins->m, mg_sets_of(ins));
            for (size_t k = 0; k < n; k++)
                is_constant[i] &= slots[p->index[ins->operand[j] + k]];
        }
        memset(slots + ins->out, is_constant[i], ins->n);
    }
    mg_dealloc(slots);
    return 1;
}

/* Allocates the tape's words and writes them. Returns 0 if out of memory. */
static int write(mg_tape *tape, const mg_batch *batch, const uint8_t *is_constant) {
    size_t starts[2];
    writer w = {.program = batch->program, .rows = tape->rows, .is_constant = is_constant};
    put_all(&w, batch->backward, starts);
    tape->words = mg_alloc(w.n, sizeof *tape->words);
    if (tape->words == NULL)
        return 0;
    w.words = tape->words;
    w.n = 0;
    put_all(&w, batch->backward, starts);
    tape->forward = tape->words;
    tape->backward_rows = tape->words + starts[0];
    tape->backward_uniform = tape->words + starts[1];
    return 1;
}

/* Runs the constant instructions, whose results stay. */
static void compute_constants(const mg_tape *tape, const mg_batch *batch,
                              const uint8_t *is_constant) {
    const mg_code *list = &batch->program->uniform;
    for (size_t i = 0; i < list->n; i++)
        if (is_constant[i])
            batch->kernels->forward[MG_WIDTH_1](&list->list[i], 1, &tape->uniform);
}

static void set_blocks(mg_tape *tape, const mg_program *program) {
    tape->uniform = tape->row = mg_uniform_block(program, tape->scratch);
    tape->row.data += tape->rows;
    tape->row.grad += tape->rows;
    tape->row.inputs = &tape->row_major;
    tape->row.is_first = 1;
    tape->row.side = mg_side_of(tape->scratch, 0);
}

void mg_free_tape(mg_tape *tape) {
    if (tape == NULL)
        return;
    mg_free_scratch(tape->scratch);
    mg_dealloc(tape->words);
    mg_dealloc(tape);
}

mg_tape *mg_new_tape(const mg_batch *batch) {
    const mg_program *p = batch->program;
    mg_scratch_size size = mg_scratch_size_of(p, 1, batch->backward, 1);
    mg_tape *tape = mg_alloc(1, sizeof *tape);
    uint8_t *is_constant = mg_alloc(p->uniform.n, sizeof *is_constant);
    size.row_length = p->side_length;
    size.beside_uniform = p->row.slots;
    int fine = tape != NULL && is_constant != NULL;
    if (fine) {
        memset(tape, 0, sizeof *tape);
        tape->has_backward = batch->backward;
        tape->rows = (uint32_t)mg_uniform_length(p);
        tape->scratch = mg_new_scratch(p, size, NULL);
        fine = tape->scratch != NULL && find_constant(p, is_constant) &&
               write(tape, batch, is_constant);
        if (fine) {
            set_blocks(tape, p);
            compute_constants(tape, batch, is_constant);
        } else {
            mg_free_tape(tape);
        }
    } else {
        mg_dealloc(tape);
    }
    mg_dealloc(is_constant);
    return fine ? tape : NULL;
}

/* --- the program's own -------------------------------------------------------------- */

/* Takes an idle tape. Returns 0 if the batch is to run without one. */
static int take_idle(mg_program *program, const mg_batch *batch, mg_tape **tape) {
    *tape = NULL;
    if (batch->n > 1 || mg_has_native(program))
        return 0;
    mg_lock(&mg_graph_lock);
    const int was_run = program->was_run;
    program->was_run = 1;
    if (program->idle_tapes != NULL) {
        *tape = program->idle_tapes;
        program->idle_tapes = (*tape)->next;
    }
    mg_unlock(&mg_graph_lock);
    return was_run;
}

int mg_borrow_run(mg_program *program, mg_batch *batch, mg_tape **tape) {
    if (!take_idle(program, batch, tape)) {
        batch->scratch = mg_borrow_scratch(program, batch->n, batch->backward, 1);
        return batch->scratch != NULL;
    }
    if (*tape != NULL && batch->backward && !(*tape)->has_backward) {
        mg_free_tape(*tape);
        *tape = NULL;
    }
    if (*tape == NULL)
        *tape = mg_new_tape(batch);
    batch->scratch = *tape == NULL ? NULL : (*tape)->scratch;
    return *tape != NULL;
}

void mg_return_run(mg_program *program, const mg_batch *batch, mg_tape *tape) {
    if (tape == NULL) {
        mg_return_scratch(program, batch->scratch);
        return;
    }
    mg_lock(&mg_graph_lock);
    tape->next = program->idle_tapes;
    program->idle_tapes = tape;
    mg_unlock(&mg_graph_lock);
}
