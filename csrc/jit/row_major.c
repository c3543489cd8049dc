/* row_major.c - finds an array that a program reads in the caller's memory.
 *
 * The columns of arrays are copied to slots, so that the rows of a block lie side by side.
 * If all that an array is for is one weighted sum of its columns, as in a regression, then
 * the copy takes longer than the sum. */
#include "jit/program.h" /* first */

#include "base/alloc.h"

/* Adds to reads, by array, how often these index entries are slots of its columns.
 * array_of: by row slot, of the first n_args. */
static void count_reads(const mg_program *p, const uint32_t *array_of, size_t *reads) {
    for (size_t i = 0; i < p->row.n; i++) {
        const mg_instruction *ins = &p->row.list[i];
        for (int j = 0; j < 3; j++) {
            const mg_operand_kind kind = mg_operand_kind_of(ins->code, j);
            const size_t n = mg_index_length(kind, ins->n, ins->m, mg_sets_of(ins));
            if (ins->flags & MG_A_UNIFORM << j)
                continue;
            for (size_t l = 0; l < n; l++) { /* slots with a tag are larger */
                const uint32_t slot = p->index[ins->operand[j] + l];
                if (slot < p->n_args)
                    reads[array_of[slot]]++;
            }
        }
    }
    for (uint32_t i = 0; i < p->n_outputs; i++)
        if (!p->outputs[i].uniform && p->outputs[i].slot < p->n_args)
            reads[array_of[p->outputs[i].slot]]++;
}

/* True if the instruction reads all columns of one array, and nothing else does. */
static int can_read_rows(const mg_program *p, const mg_instruction *ins,
                         const uint32_t *array_of, const size_t *reads) {
    if (ins->code != MG_LAYER || ins->n != 1 || ins->sets != 1 ||
        !(ins->flags & MG_CONSECUTIVE) || ins->flags & MG_A_GRAD)
        return 0;
    const uint32_t first = p->index[ins->a];
    if (first >= p->n_args || (first > 0 && array_of[first - 1] == array_of[first]))
        return 0;
    const uint32_t array = array_of[first];
    return ins->m == p->widths[array] && reads[array] == ins->m;
}

int mg_find_row_major(mg_program *p) {
    p->row_major = UINT32_MAX;
    uint32_t *array_of = mg_alloc(p->n_args, sizeof *array_of);
    size_t *reads = mg_alloc(p->n_inputs, sizeof *reads);
    uint32_t slot = 0;
    const int fine = array_of != NULL && reads != NULL;
    if (fine) {
        for (uint32_t i = 0; i < p->n_inputs; i++) {
            reads[i] = 0;
            for (uint32_t j = 0; j < p->widths[i]; j++)
                array_of[slot++] = i;
        }
        count_reads(p, array_of, reads);
    }
    for (size_t i = 0; fine && p->row_major == UINT32_MAX && i < p->row.n; i++) {
        mg_instruction *ins = &p->row.list[i];
        if (can_read_rows(p, ins, array_of, reads)) {
            ins->flags |= MG_ROW_MAJOR;
            p->row_major = array_of[p->index[ins->a]];
        }
    }
    mg_dealloc(array_of);
    mg_dealloc(reads);
    return fine;
}
