/* compile.c - from a graph to a program: slots for values, then instructions. */
#include "graph/graph.h" /* first */

#include "jit/program.h"

#include <string.h>

#include "base/alloc.h"
#include "jit/schedule.h"
#include "jit/trace.h"
#include "jit/fuse.h"

typedef struct {
    mg_trace trace;
    mg_units units;
    mg_groups groups;
    uint32_t *slot;     /* by node */
    uint32_t *row_uses; /* by node, by rows' units; then whether it is placed */
    mg_program *program;
} compiler;

enum { PLACED = UINT32_MAX };

/* --- parameters' slots ------------------------------------------------------ */

static void count_row_uses(compiler *c) {
    const mg_trace *t = &c->trace;
    const mg_units *u = &c->units;
    for (uint32_t i = 0; i < t->n; i++) {
        if (u->code[i] == MG_OP_leaf || !(t->is[i] & MG_IS_ROW))
            continue;
        if (u->code[i] < MG_OP_COUNT) {
            c->row_uses[t->a[i]]++;
            c->row_uses[t->b[i]]++;
            continue;
        }
        c->row_uses[u->init[i]]++;
        for (uint32_t j = 0; j < u->count[i]; j++) {
            const uint32_t *term = u->terms[u->first[i] + j];
            c->row_uses[term[0]]++;
            c->row_uses[term[1]]++;
        }
    }
}

static int can_claim(const compiler *c, uint32_t i) {
    return c->trace.is[i] & MG_IS_PARAMETER && c->row_uses[i] == 1;
}

/* The node that is input i's weight in the layer's unit; with i == m, its bias. */
static uint32_t weight_of(const compiler *c, uint32_t unit, uint32_t i) {
    return i == c->units.count[unit] ? c->units.init[unit]
                                     : c->units.terms[c->units.first[unit] + i][0];
}

/* Places inputs i to end's weights of a layer at slots of their own, one after the
 * other, if they are parameters that no other rows use. */
static int claim(compiler *c, const mg_group *group, uint32_t i, uint32_t end) {
    for (uint32_t unit = group->first; unit != 0; unit = c->groups.next[unit])
        for (uint32_t j = i; j < end; j++)
            if (!can_claim(c, weight_of(c, unit, j)))
                return 0;
    for (uint32_t j = i; j < end; j++)
        for (uint32_t unit = group->first; unit != 0; unit = c->groups.next[unit]) {
            uint32_t node = weight_of(c, unit, j);
            c->program->parameters[c->program->n_parameters] = c->trace.id[node];
            c->slot[node] = c->program->n_parameters++;
            c->row_uses[node] = PLACED;
        }
    return 1;
}

static void place_parameters(compiler *c) {
    mg_program *p = c->program;
    for (uint32_t i = c->groups.n_uniform; i < c->groups.n; i++) {
        mg_group *group = &c->groups.list[i];
        if (group->code != MG_LAYER)
            continue;
        uint32_t at = p->n_parameters;
        /* Weights of its own get their gradients stored, so there must be some. */
        group->packs_weights = !(group->flags & MG_B_GRAD && claim(c, group, 0, group->m));
        if (!group->packs_weights) {
            group->weights = at;
            group->flags |= MG_B_FIRST;
        }
        at = p->n_parameters;
        group->packs_biases =
            !(group->flags & MG_C_GRAD && claim(c, group, group->m, group->m + 1));
        if (!group->packs_biases) {
            group->biases = at;
            group->flags |= MG_C_FIRST;
        }
    }
    p->n_layer_parameters = p->n_parameters;
    for (uint32_t i = 0; i < c->trace.n; i++)
        if (c->trace.is[i] & MG_IS_PARAMETER && c->row_uses[i] != PLACED) {
            p->parameters[p->n_parameters] = c->trace.id[i];
            c->slot[i] = p->n_parameters++;
        }
}

static void place_constants(compiler *c) {
    mg_program *p = c->program;
    const mg_trace *t = &c->trace;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->is[i] & MG_IS_CONSTANT && (t->uses[i] > 0 || i == t->n - 1)) {
            p->constants[p->n_constants] = t->k[i];
            c->slot[i] = p->n_parameters + p->n_constants++;
        }
}

/* Places the results of groups from i to end, from slot on. */
static uint32_t place_results(compiler *c, uint32_t i, uint32_t end, uint32_t slot) {
    for (; i < end; i++)
        for (uint32_t unit = c->groups.list[i].first; unit != 0;
             unit = c->groups.next[unit])
            c->slot[unit] = slot++;
    return slot;
}

static void place(compiler *c) {
    mg_program *p = c->program;
    place_parameters(c);
    place_constants(c);
    uint32_t slot = p->n_parameters + p->n_constants;
    slot = place_results(c, 0, c->groups.n_uniform, slot);
    for (uint32_t i = c->groups.n_uniform; i < c->groups.n; i++) {
        mg_group *group = &c->groups.list[i];
        if (group->packs_weights) {
            group->weights = slot;
            slot += group->n * group->m;
        }
        if (group->packs_biases) {
            group->biases = slot;
            slot += group->n;
        }
    }
    p->uniform.slots = slot;
    p->n_args = c->trace.n_args;
    for (uint32_t i = 0; i < p->n_args; i++)
        c->slot[i] = i;
    p->row.slots = place_results(c, c->groups.n_uniform, c->groups.n, p->n_args);
}

/* --- instructions ----------------------------------------------------------- */

static size_t index_length(const mg_group *group) {
    size_t n = group->n, m = group->m;
    switch (group->code) {
    case MG_MULADD:
        return 3 * n;
    case MG_DOT:
        return 2 * m;
    case MG_SUM:
        return m;
    case MG_LAYER:
        return m + (group->packs_weights ? n * m : 0) + (group->packs_biases ? n : 0);
    default:
        return 2 * n;
    }
}

static int allocate_lists(compiler *c) {
    mg_program *p = c->program;
    const mg_groups *groups = &c->groups;
    size_t length = 0, packs = 0;
    for (uint32_t i = 0; i < groups->n; i++) {
        length += index_length(&groups->list[i]);
        packs += groups->list[i].packs_weights + groups->list[i].packs_biases;
    }
    if (length > UINT32_MAX)
        return 0;
    p->index = mg_alloc(length, sizeof *p->index);
    p->uniform.list = mg_alloc(groups->n_uniform + packs, sizeof *p->uniform.list);
    p->row.list = mg_alloc(groups->n - groups->n_uniform, sizeof *p->row.list);
    return p->index && p->uniform.list && p->row.list;
}

static uint32_t next_index(const compiler *c) { return (uint32_t)c->program->n_index; }

static void put_slot(compiler *c, uint32_t slot) {
    c->program->index[c->program->n_index++] = slot;
}

/* A slot that says itself whether it is uniform, for an instruction over rows. */
static uint32_t marked_slot(const compiler *c, uint32_t node, int row) {
    int uniform = row && !(c->trace.is[node] & MG_IS_ROW);
    return c->slot[node] | (uniform ? MG_UNIFORM_SLOT : 0);
}

static void emit_pack(compiler *c, const mg_group *group, uint32_t i, uint32_t end,
                      uint32_t out) {
    mg_code *code = &c->program->uniform;
    mg_instruction *ins = &code->list[code->n++];
    memset(ins, 0, sizeof *ins);
    ins->code = MG_PACK;
    ins->flags = MG_A_GRAD;
    ins->n = group->n * (end - i);
    ins->out = out;
    ins->a = next_index(c);
    for (; i < end; i++)
        for (uint32_t unit = group->first; unit != 0; unit = c->groups.next[unit])
            put_slot(c, c->slot[weight_of(c, unit, i)]);
}

static void emit_layer(compiler *c, const mg_group *group, mg_instruction *ins) {
    const mg_units *u = &c->units;
    ins->b = group->weights;
    ins->c = group->biases;
    ins->a = next_index(c);
    for (uint32_t j = 0; j < group->m; j++)
        put_slot(c, c->slot[u->terms[u->first[group->first] + j][1]]);
    if (group->packs_weights)
        emit_pack(c, group, 0, group->m, group->weights);
    if (group->packs_biases)
        emit_pack(c, group, group->m, group->m + 1, group->biases);
}

/* Whether a DOT adds up the squares of consecutive slots; *first is then the first of
 * them. Without memory to find out, no. */
static int adds_squares(const compiler *c, const mg_instruction *ins, uint32_t *first) {
    const uint32_t *a = c->program->index + ins->a, *b = c->program->index + ins->b;
    uint32_t low = a[0];
    for (uint32_t i = 0; i < ins->n; i++) {
        if (a[i] != b[i])
            return 0;
        low = a[i] < low ? a[i] : low;
    }
    uint8_t *seen = mg_alloc(ins->n, sizeof *seen);
    if (seen == NULL)
        return 0;
    memset(seen, 0, ins->n);
    uint32_t n = 0;
    for (; n < ins->n && a[n] - low < ins->n && !seen[a[n] - low]; n++)
        seen[a[n] - low] = 1;
    mg_dealloc(seen);
    *first = low;
    return n == ins->n;
}

static void emit_chain(compiler *c, const mg_group *group, mg_instruction *ins, int row) {
    const mg_units *u = &c->units;
    uint32_t unit = group->first, first = u->first[unit];
    ins->n = group->m;
    ins->c = marked_slot(c, u->init[unit], row);
    ins->a = next_index(c);
    for (uint32_t j = 0; j < group->m; j++)
        put_slot(c, marked_slot(c, u->terms[first + j][0], row));
    ins->b = next_index(c);
    for (uint32_t j = 0; group->code == MG_DOT && j < group->m; j++)
        put_slot(c, marked_slot(c, u->terms[first + j][1], row));
    if (group->code == MG_DOT && !row && adds_squares(c, ins, &ins->m))
        ins->flags |= MG_SQUARES;
}

static void emit_muladds(compiler *c, const mg_group *group, mg_instruction *ins) {
    const mg_units *u = &c->units;
    uint32_t unit;
    ins->a = next_index(c);
    for (unit = group->first; unit != 0; unit = c->groups.next[unit])
        put_slot(c, c->slot[u->terms[u->first[unit]][0]]);
    ins->b = next_index(c);
    for (unit = group->first; unit != 0; unit = c->groups.next[unit])
        put_slot(c, c->slot[u->terms[u->first[unit]][1]]);
    ins->c = next_index(c);
    for (unit = group->first; unit != 0; unit = c->groups.next[unit])
        put_slot(c, c->slot[u->init[unit]]);
}

static void emit_operators(compiler *c, const mg_group *group, mg_instruction *ins) {
    uint32_t unit;
    ins->a = next_index(c);
    for (unit = group->first; unit != 0; unit = c->groups.next[unit])
        put_slot(c, c->slot[c->trace.a[unit]]);
    ins->b = next_index(c);
    for (unit = group->first; unit != 0; unit = c->groups.next[unit])
        put_slot(c, c->slot[c->trace.b[unit]]);
}

static void emit_group(compiler *c, const mg_group *group, int row) {
    mg_code *code = row ? &c->program->row : &c->program->uniform;
    mg_instruction *ins = &code->list[code->n++];
    memset(ins, 0, sizeof *ins);
    ins->code = group->code;
    ins->flags = group->flags;
    ins->n = group->n;
    ins->m = group->m;
    ins->k = group->k;
    ins->out = c->slot[group->first];
    if (group->code == MG_LAYER)
        emit_layer(c, group, ins);
    else if (group->code == MG_MULADD)
        emit_muladds(c, group, ins);
    else if (group->code < MG_OP_COUNT)
        emit_operators(c, group, ins);
    else
        emit_chain(c, group, ins, row);
}

/* --- what makes a whole program ------------------------------------------------ */

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
    if (!mg_units_find(&c->units, t) || !mg_groups_find(&c->groups, t, &c->units))
        return 0;
    size_t parameters = 0, constants = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        parameters += (t->is[i] & MG_IS_PARAMETER) != 0;
        constants += (t->is[i] & MG_IS_CONSTANT) != 0;
    }
    c->slot = mg_alloc(t->n, sizeof *c->slot);
    c->row_uses = mg_alloc(t->n, sizeof *c->row_uses);
    p->parameters = mg_alloc(parameters, sizeof *p->parameters);
    p->constants = mg_alloc(constants, sizeof *p->constants);
    if (!c->slot || !c->row_uses || !p->parameters || !p->constants)
        return 0;
    memset(c->row_uses, 0, t->n * sizeof *c->row_uses);
    count_row_uses(c);
    place(c);
    if (!allocate_lists(c))
        return 0;
    for (uint32_t i = 0; i < c->groups.n; i++)
        emit_group(c, &c->groups.list[i], i >= c->groups.n_uniform);
    p->n_nodes = t->n - 1;
    return set_outputs(c) && mg_find_first_gradients(p);
}

mg_program *mg_compile(const mg_id *args, const size_t *widths, size_t n_inputs,
                       const mg_id *outputs, size_t n_outputs, mg_status *status) {
    compiler c;
    size_t n_args = 0;
    memset(&c, 0, sizeof c);
    c.program = mg_alloc(1, sizeof *c.program);
    *status = MG_NO_MEMORY;
    if (c.program == NULL)
        return NULL;
    memset(c.program, 0, sizeof *c.program);
    c.program->n_inputs = (uint32_t)n_inputs;
    c.program->widths = mg_alloc(n_inputs, sizeof *c.program->widths);
    for (size_t i = 0; i < n_inputs; i++) {
        n_args += widths[i];
        if (c.program->widths != NULL)
            c.program->widths[i] = (uint32_t)widths[i];
    }
    mg_lock(&mg_graph_lock);
    *status = mg_trace_read(&c.trace, args, n_args, outputs, n_outputs);
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
    mg_units_free(&c.units);
    mg_groups_free(&c.groups);
    mg_dealloc(c.slot);
    mg_dealloc(c.row_uses);
    return c.program;
}
