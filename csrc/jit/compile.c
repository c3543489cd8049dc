/* compile.c - from a graph to a program: its instructions, once its values have slots. */
#include "graph/graph.h" /* first */

#include "jit/program.h"

#include <string.h>

#include "base/alloc.h"
#include "jit/fuse.h"
#include "jit/layers.h"
#include "jit/place.h"
#include "jit/schedule.h"
#include "jit/trace.h"
#include "jit/verify.h"
#include "kernels/kernels.h"

typedef struct {
    mg_trace trace;
    mg_fused fused;
    mg_schedule schedule;
    uint32_t *slot; /* by node: its slot, if it is a leaf or a result */
    mg_program *program;
    size_t index_length; /* entries that the program's index list has room for */
} compiler;

/* Returns the result after this one in its group; 0: it is the last. */
static uint32_t next_result(const compiler *c, uint32_t result) {
    return c->schedule.next[result];
}

/* Returns how many entries of the index list a group's instruction takes. */
static size_t index_length(const mg_group *group) {
    size_t length = 0;
    for (int j = 0; j < 3; j++)
        length += mg_index_length(mg_operand_kind_of(group->code, j), group->n, group->m,
                                  group->sets);
    return length;
}

static size_t count_weights(const mg_layer_weights *weights) {
    return (size_t)weights->n * (weights->end - weights->first);
}

static int allocate_lists(compiler *c) {
    mg_program *p = c->program;
    const mg_schedule *schedule = &c->schedule;
    size_t length = 0, gathers = 0, most_inputs = 0;
    for (uint32_t i = 0; i < schedule->n; i++) {
        const mg_group *group = &schedule->list[i];
        length += index_length(group);
        if (group->sets > 1) {
            size_t side = mg_side_length(group->n, group->m);
            p->side_length = side > p->side_length ? side : p->side_length;
            most_inputs = group->m > most_inputs ? group->m : most_inputs;
        }
    }
    for (uint32_t i = 0; i < schedule->n_weights; i++) {
        const mg_layer_weights *weights = &schedule->weights[i];
        length += weights->gathers ? count_weights(weights) : 0;
        gathers += weights->gathers;
    }
    length += most_inputs;
    if (length > UINT32_MAX)
        return 0;
    c->index_length = length;
    p->index = mg_alloc(length, sizeof *p->index);
    p->uniform.list = mg_alloc(schedule->n_uniform + gathers, sizeof *p->uniform.list);
    p->row.list = mg_alloc(schedule->n - schedule->n_uniform, sizeof *p->row.list);
    if (!p->index || !p->uniform.list || !p->row.list)
        return 0;
    for (; p->n_index < most_inputs; p->n_index++)
        p->index[p->n_index] = (uint32_t)p->n_index;
    return 1;
}

static uint32_t next_index(const compiler *c) { return (uint32_t)c->program->n_index; }

static void put_slot(compiler *c, uint32_t slot) {
    MG_ASSERT(c->program->n_index < c->index_length);
    c->program->index[c->program->n_index++] = slot;
}

static uint32_t tagged_slot(const compiler *c, uint32_t node, int row) {
    int uniform = row && !(c->trace.is[node] & MG_IS_ROW);
    return c->slot[node] | (uniform ? MG_UNIFORM_SLOT : 0);
}

static mg_instruction *new_instruction(mg_code *code) {
    mg_instruction *ins = &code->list[code->n++];
    memset(ins, 0, sizeof *ins);
    return ins;
}

/* Emits the uniform instruction that copies weights of layers to their slots. */
static void emit_gather(compiler *c, const mg_layer_weights *weights) {
    mg_instruction *ins = new_instruction(&c->program->uniform);
    ins->code = MG_GATHER;
    ins->flags = MG_A_GRAD;
    ins->n = (uint32_t)count_weights(weights);
    ins->out = weights->slot;
    ins->a = next_index(c);
    for (uint32_t i = weights->first; i < weights->end; i++) {
        uint32_t neuron = weights->neuron;
        for (uint32_t j = 0; j < weights->n; j++, neuron = next_result(c, neuron))
            put_slot(c, c->slot[mg_weight_of(&c->fused, &c->trace, neuron, i)]);
    }
}

/* True if a DOT of one result adds up the squares of consecutive slots; *first is then the
 * first of them. False if there is no memory to find out. */
static int adds_squares(const compiler *c, const mg_instruction *ins, uint32_t *first) {
    const uint32_t *a = c->program->index + ins->a, *b = c->program->index + ins->b;
    uint32_t low = a[0];
    if (ins->n > 1)
        return 0;
    for (uint32_t i = 0; i < ins->m; i++) {
        if (a[i] != b[i])
            return 0;
        low = a[i] < low ? a[i] : low;
    }
    uint8_t *seen = mg_alloc(ins->m, sizeof *seen);
    if (seen == NULL)
        return 0;
    memset(seen, 0, ins->m);
    uint32_t n = 0;
    for (; n < ins->m && a[n] - low < ins->m && !seen[a[n] - low]; n++)
        seen[a[n] - low] = 1;
    mg_dealloc(seen);
    *first = low;
    return n == ins->m;
}

/* Writes the slots of operand j of a group's results to the index list. first is the first
 * of them. */
static void emit_slots(compiler *c, uint32_t first, int j) {
    uint32_t *to = c->program->index + c->program->n_index;
    for (uint32_t result = first; result != 0; result = c->schedule.next[result])
        *to++ = c->slot[mg_operand_node(&c->fused, &c->trace, result, j, 0)];
    c->program->n_index = (size_t)(to - c->program->index);
    MG_ASSERT(c->program->n_index <= c->index_length);
}

/* Writes the slots of a layer's inputs to the index list, set by set. */
static void emit_inputs(compiler *c, const mg_group *layer, mg_instruction *ins) {
    uint32_t neuron = layer->first;
    int are_consecutive = 1;
    for (uint32_t set = 0; set < layer->sets; set++) {
        const uint32_t first =
            c->slot[mg_operand_node(&c->fused, &c->trace, neuron, 0, 0)];
        for (uint32_t i = 0; i < layer->m; i++) {
            uint32_t slot = c->slot[mg_operand_node(&c->fused, &c->trace, neuron, 0, i)];
            are_consecutive &= slot == first + i;
            put_slot(c, slot);
        }
        for (uint32_t i = 0; i < layer->n; i++) /* the next set's first neuron */
            neuron = next_result(c, neuron);
    }
    if (are_consecutive)
        ins->flags |= MG_CONSECUTIVE;
}

/* Sets the field of operand j, and writes its slots to the index list. */
static void emit_operand(compiler *c, const mg_group *group, mg_instruction *ins, int j,
                         int row) {
    const mg_fused *fused = &c->fused;
    const mg_trace *t = &c->trace;
    const uint32_t first = group->first;
    const mg_operand_kind kind = mg_operand_kind_of(group->code, j);
    const uint32_t n_terms = kind == MG_TERMS ? group->m : 1;
    ins->operand[j] = next_index(c);
    switch (kind) {
    case MG_NO_OPERAND:
        ins->operand[j] = 0;
        break;
    case MG_SLOTS:
        emit_slots(c, first, j);
        break;
    case MG_TAGGED_SLOTS:
    case MG_TERMS:
        for (uint32_t result = first; result != 0; result = next_result(c, result))
            for (uint32_t i = 0; i < n_terms; i++)
                put_slot(c, tagged_slot(c, mg_operand_node(fused, t, result, j, i), row));
        break;
    case MG_INPUTS:
        emit_inputs(c, group, ins);
        break;
    case MG_WEIGHTS:
        ins->operand[j] = c->schedule.weights[group->weights].slot;
        break;
    case MG_BIASES:
        ins->operand[j] = c->schedule.weights[group->biases].slot;
        break;
    }
}

/* True if no result of an operator depends on any of the results just before it, as many
 * as a block has lanes. */
static int are_independent(const compiler *c, const mg_instruction *ins) {
    for (int j = 0; j < 3; j++) {
        const uint32_t *slots = c->program->index + ins->operand[j];
        if (mg_operand_kind_of(ins->code, j) != MG_SLOTS || ins->flags & MG_A_UNIFORM << j)
            continue;
        for (uint32_t i = 0; i < ins->n; i++) /* slots before out wrap around */
            if (slots[i] - ins->out < ins->n && ins->out + i - slots[i] < MG_BLOCK_ROWS)
                return 0;
    }
    return 1;
}

static void emit_group(compiler *c, const mg_group *group, int row) {
    mg_instruction *ins = new_instruction(row ? &c->program->row : &c->program->uniform);
    ins->code = group->code;
    ins->flags = group->flags;
    ins->n = group->n;
    ins->m = group->m;
    ins->k = group->k;
    if (group->code == MG_LAYER)
        ins->sets = group->sets;
    ins->out = c->slot[group->first];
    for (int j = 0; j < 3; j++)
        emit_operand(c, group, ins, j, row);
    if (group->code < MG_OP_COUNT && mg_is_elementary[group->code] && group->n > 1 &&
        are_independent(c, ins))
        ins->flags |= MG_INDEPENDENT;
    if (group->code == MG_DOT && !row && adds_squares(c, ins, &ins->squares))
        ins->flags |= MG_SQUARES;
}

/* --- all of it ---------------------------------------------------------------- */

static int set_outputs(compiler *c) {
    mg_program *p = c->program;
    const mg_trace *t = &c->trace;
    p->n_outputs = t->n_outputs;
    p->outputs = mg_alloc(t->n_outputs, sizeof *p->outputs);
    for (uint32_t i = 0; p->outputs != NULL && i < t->n_outputs; i++) {
        uint32_t node = t->outputs[i];
        p->outputs[i].slot = c->slot[node];
        p->outputs[i].uniform = !(t->is[node] & MG_IS_ROW);
        p->outputs[i].wants_grad = (t->is[node] & MG_WANTS_GRAD) != 0;
    }
    return p->outputs != NULL;
}

static int build(compiler *c) {
    mg_trace *t = &c->trace;
    mg_program *p = c->program;
    if (!mg_fuse(&c->fused, t) || !mg_make_schedule(&c->schedule, t, &c->fused))
        return 0;
    size_t parameters = 0, constants = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        parameters += (t->is[i] & MG_IS_PARAMETER) != 0;
        constants += (t->is[i] & MG_IS_CONSTANT) != 0;
    }
    c->slot = mg_alloc(t->n, sizeof *c->slot);
    p->parameters = mg_alloc(parameters, sizeof *p->parameters);
    p->places = mg_alloc(parameters, sizeof *p->places);
    p->constants = mg_alloc(constants, sizeof *p->constants);
    if (!c->slot || !p->parameters || !p->places || !p->constants)
        return 0;
    memset(c->slot, 0, t->n * sizeof *c->slot);
    if (!mg_place(p, c->slot, t, &c->fused, &c->schedule) || !allocate_lists(c))
        return 0;
    for (uint32_t i = 0; i < c->schedule.n; i++)
        emit_group(c, &c->schedule.list[i], i >= c->schedule.n_uniform);
    for (uint32_t i = 0; i < c->schedule.n_weights; i++)
        if (c->schedule.weights[i].gathers)
            emit_gather(c, &c->schedule.weights[i]);
    p->n_nodes = t->n - 1;
    if (!set_outputs(c) || !mg_find_row_major(p) || !mg_find_first_writes(p))
        return 0;
    mg_find_patterns(p);
    mg_verify_program(p);
    return 1;
}

mg_program *mg_compile(const mg_id *args, const size_t *widths, size_t n_inputs,
                       size_t n_shared, const mg_id *outputs, size_t n_outputs,
                       int uses_libm, mg_status *status) {
    compiler c;
    size_t n_args = 0, n_row_args = 0;
    memset(&c, 0, sizeof c);
    c.program = mg_alloc(1, sizeof *c.program);
    *status = MG_NO_MEMORY;
    if (c.program == NULL)
        return NULL;
    memset(c.program, 0, sizeof *c.program);
    c.program->n_inputs = (uint32_t)(n_inputs - n_shared);
    c.program->n_shared_inputs = (uint32_t)n_shared;
    c.program->others = uses_libm ? &mg_libm_lanes : NULL;
    c.program->widths = mg_alloc(n_inputs, sizeof *c.program->widths);
    for (size_t i = 0; i < n_inputs; i++) {
        n_args += widths[i];
        n_row_args += i < n_inputs - n_shared ? widths[i] : 0;
        if (c.program->widths != NULL)
            c.program->widths[i] = (uint32_t)widths[i];
    }
    mg_lock(&mg_graph_lock);
    *status = mg_trace_read(&c.trace, args, n_args, n_row_args, outputs, n_outputs,
                            uses_libm ? &mg_libm_lanes : &mg_jit_lanes);
    mg_unlock(&mg_graph_lock);
    if (*status == MG_OK && (c.program->widths == NULL || !build(&c)))
        *status = MG_NO_MEMORY;
    if (*status == MG_OK) {
        mg_lock(&mg_graph_lock);
        for (uint32_t i = 0; i < c.program->n_parameters; i++)
            mg_at(c.program->parameters[i])->refs++;
        mg_unlock(&mg_graph_lock);
    } else {
        c.program->n_parameters = 0; /* no reference to them was taken */
        mg_program_free(c.program);
        c.program = NULL;
    }
    mg_trace_free(&c.trace);
    mg_fused_free(&c.fused);
    mg_schedule_free(&c.schedule);
    mg_dealloc(c.slot);
    return c.program;
}
