/* patterns.c - finds instructions whose operands are consecutive slots, or one slot.
 *
 * The kernels of one row then need not read the index list, and compute several results
 * side by side; so do some of 16 rows, see kernels/two_steps.h. So an operand has a pattern
 * only if it is no result of the instruction itself.
 */
#include "jit/program.h" /* first */

/* Of fewer results, an instruction takes no longer without patterns. */
enum { LEAST_RESULTS = 8 };

/* True if the n slots from the first on are consecutive. */
static int is_run(const uint32_t *slots, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (slots[i] != slots[0] + i)
            return 0;
    return 1;
}

static int is_one_slot(const uint32_t *slots, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (slots[i] != slots[0])
            return 0;
    return 1;
}

static mg_pattern pattern_of(const mg_program *p, const mg_instruction *ins, int j) {
    const uint32_t *slots = p->index + ins->operand[j];
    if (mg_operand_kind_of(ins->code, j) != MG_SLOTS)
        return MG_LISTED;
    if (slots[ins->n - 1] >= ins->out && !(ins->flags & MG_A_UNIFORM << j))
        return MG_LISTED;
    return is_one_slot(slots, ins->n) ? MG_SAME
           : is_run(slots, ins->n)    ? MG_RUN
                                      : MG_LISTED;
}

/* True if a slot, which may have a tag, is none of the instruction's results. */
static int is_before(const mg_instruction *ins, uint32_t slot) {
    return slot & MG_UNIFORM_SLOT || slot < ins->out;
}

/* True if the last of n slots is n - 1 above the first, as in a run. */
static int spans_a_run(const uint32_t *slots, uint32_t n) {
    return slots[n - 1] - slots[0] == n - 1;
}

/* True if a DOT may have MG_TERM_RUNS, and is quicker with it. */
static int has_term_runs(const mg_program *p, const mg_instruction *ins) {
    const uint32_t m = ins->m;
    uint32_t n_runs = 0;
    for (size_t i = 0; i < ins->n; i++) {
        const uint32_t *a = p->index + ins->a + i * m, *b = p->index + ins->b + i * m;
        const uint32_t apart = a[0] > b[0] ? a[0] - b[0] : b[0] - a[0];
        if (!spans_a_run(a, m) || !spans_a_run(b, m))
            continue;
        if (!is_run(a, m) || !is_run(b, m) || apart < m || !is_before(ins, a[m - 1]) ||
            !is_before(ins, b[m - 1]) || !is_before(ins, p->index[ins->c + i]))
            return 0;
        n_runs++;
    }
    return m >= 4 && n_runs >= (ins->n + 1) / 2;
}

static void find_patterns(const mg_program *p, const mg_code *code) {
    for (size_t i = 0; i < code->n; i++) {
        mg_instruction *ins = &code->list[i];
        if (mg_is_elementwise(ins->code) && ins->n >= LEAST_RESULTS)
            for (int j = 0; j < 3; j++)
                ins->patterns |= (uint32_t)pattern_of(p, ins, j) << 2 * j;
        else if (ins->code == MG_DOT && !(ins->flags & MG_SQUARES) &&
                 has_term_runs(p, ins))
            ins->flags |= MG_TERM_RUNS;
    }
}

void mg_find_patterns(const mg_program *program) {
    find_patterns(program, &program->uniform);
    find_patterns(program, &program->row);
}
