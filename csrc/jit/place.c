/* place.c - the slots of a program's values: parameters, constants, arguments, results. */
#include "jit/place.h" /* first */

#include <string.h>

#include "base/alloc.h"
#include "jit/layers.h"

typedef struct {
    mg_program *program;
    uint32_t *slot; /* by node */
    const mg_trace *trace;
    const mg_fused *fused;
    mg_schedule *schedule;
    uint32_t *row_uses; /* by node: how often row results use it; PLACED once it has a slot
                           among the weights of layers */
} placer;

enum { PLACED = UINT32_MAX, MARKED = UINT32_MAX - 1 };

static void count_row_uses(placer *c) {
    const mg_trace *t = c->trace;
    const mg_fused *fused = c->fused;
    for (uint32_t i = 0; i < t->n; i++) {
        if (fused->code[i] == MG_OP_leaf || !(t->is[i] & MG_IS_ROW))
            continue;
        if (fused->code[i] < MG_OP_COUNT) {
            c->row_uses[t->a[i]]++;
            c->row_uses[t->b[i]]++;
            continue;
        }
        c->row_uses[fused->init[i]]++;
        for (uint32_t j = 0; j < fused->count[i]; j++) {
            const uint32_t *term = fused->terms[fused->first[i] + j];
            c->row_uses[term[0]]++;
            c->row_uses[term[1]]++;
        }
    }
}

/* Returns the result after this one in its group; 0: it is the last. */
static uint32_t next_result(const placer *c, uint32_t result) {
    return c->schedule->next[result];
}

/* Gives a parameter the next slot. */
static void place_parameter(placer *c, uint32_t i) {
    mg_program *p = c->program;
    p->parameters[p->n_parameters] = c->trace->id[i];
    p->places[p->n_parameters] = i;
    c->slot[i] = p->n_parameters++;
}

/* Calls visit for each of these weights, in the order of their slots, until one returns 0.
 * Returns what the last call returned. */
static int for_each_weight(placer *c, const mg_layer_weights *weights,
                           int (*visit)(placer *, uint32_t node, uint32_t uses)) {
    for (uint32_t i = weights->first; i < weights->end; i++) {
        uint32_t neuron = weights->neuron;
        for (uint32_t j = 0; j < weights->n; j++, neuron = next_result(c, neuron))
            if (!visit(c, mg_weight_of(c->fused, c->trace, neuron, i), weights->uses))
                return 0;
    }
    return 1;
}

static int is_free_parameter(const placer *c, uint32_t node) {
    return c->trace->is[node] & MG_IS_PARAMETER && c->row_uses[node] < MARKED;
}

/* True if only these layers use the parameter in rows, and each of them once. */
static int is_only_used_here(placer *c, uint32_t node, uint32_t uses) {
    return is_free_parameter(c, node) && c->row_uses[node] == uses;
}

static int mark(placer *c, uint32_t node, uint32_t uses) {
    (void)uses;
    if (!is_free_parameter(c, node))
        return 0;
    c->row_uses[node] = MARKED;
    return 1;
}

static int unmark(placer *c, uint32_t node, uint32_t uses) {
    (void)uses;
    if (c->row_uses[node] == MARKED)
        c->row_uses[node] = 0;
    return 1;
}

static int place_weight(placer *c, uint32_t node, uint32_t uses) {
    (void)uses;
    c->row_uses[node] = PLACED;
    place_parameter(c, node);
    return 1;
}

static void place_weights(placer *c, mg_layer_weights *weights) {
    weights->slot = c->program->n_parameters;
    weights->gathers = 0;
    for_each_weight(c, weights, place_weight);
}

/* Gives the weights consecutive slots, if all of them are parameters that only these
 * layers use. Backward stores the first gradients of such parameters, and does not clear
 * them before: so one of the layers must have gradients of them. has_grad is MG_B_GRAD or
 * MG_C_GRAD. */
static void place_own_weights(placer *c, mg_layer_weights *weights, unsigned has_grad) {
    if (!weights->gathers || weights->last == UINT32_MAX ||
        !for_each_weight(c, weights, is_only_used_here))
        return;
    place_weights(c, weights);
    c->schedule->list[weights->last].flags |=
        has_grad == MG_B_GRAD ? MG_B_FIRST : MG_C_FIRST;
}

/* Does the same if all of them are parameters that have no slots yet. */
static void place_other_weights(placer *c, mg_layer_weights *weights) {
    if (!weights->gathers)
        return;
    if (for_each_weight(c, weights, mark))
        place_weights(c, weights);
    else
        for_each_weight(c, weights, unmark);
}

/* Finds the layers that have the first gradients of weights in backward. */
static void find_last(mg_schedule *schedule) {
    for (uint32_t i = schedule->n_uniform; i < schedule->n; i++) {
        const mg_group *group = &schedule->list[i];
        if (group->code == MG_LAYER && group->flags & MG_B_GRAD)
            schedule->weights[group->weights].last = i;
        if (group->code == MG_LAYER && group->flags & MG_C_GRAD)
            schedule->weights[group->biases].last = i;
    }
}

static void place_parameters(placer *c) {
    mg_program *p = c->program;
    mg_schedule *schedule = c->schedule;
    find_last(schedule);
    for (uint32_t i = schedule->n_uniform; i < schedule->n; i++) {
        const mg_group *group = &schedule->list[i];
        if (group->code == MG_LAYER) {
            place_own_weights(c, &schedule->weights[group->weights], MG_B_GRAD);
            place_own_weights(c, &schedule->weights[group->biases], MG_C_GRAD);
        }
    }
    p->n_layer_parameters = p->n_parameters;
    for (uint32_t i = 0; i < schedule->n_weights; i++)
        place_other_weights(c, &schedule->weights[i]);
    for (uint32_t i = 0; i < c->trace->n; i++)
        if (c->trace->is[i] & MG_IS_PARAMETER && c->row_uses[i] != PLACED)
            place_parameter(c, i);
}

static void place_constants(placer *c) {
    mg_program *p = c->program;
    const mg_trace *t = c->trace;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->is[i] & MG_IS_CONSTANT && (t->uses[i] > 0 || i == t->n - 1)) {
            p->constants[p->n_constants] = t->k[i];
            c->slot[i] = p->n_parameters + p->n_constants++;
        }
}

/* Gives the results of groups i to end consecutive slots from slot on. Returns the next
 * slot. */
static uint32_t place_results(placer *c, uint32_t i, uint32_t end, uint32_t slot) {
    for (; i < end; i++)
        for (uint32_t result = c->schedule->list[i].first; result != 0;
             result = next_result(c, result))
            c->slot[result] = slot++;
    return slot;
}

static void place(placer *c) {
    mg_program *p = c->program;
    place_parameters(c);
    place_constants(c);
    uint32_t slot = p->n_parameters + p->n_constants;
    p->first_shared = slot;
    for (uint32_t i = c->trace->n_row_args; i < c->trace->n_args; i++)
        c->slot[i] = slot++;
    p->n_shared = slot - p->first_shared;
    slot = place_results(c, 0, c->schedule->n_uniform, slot);
    for (uint32_t i = 0; i < c->schedule->n_weights; i++) {
        mg_layer_weights *weights = &c->schedule->weights[i];
        if (weights->gathers) {
            weights->slot = slot;
            slot += weights->n * (weights->end - weights->first);
        }
    }
    p->uniform.slots = slot;
    p->n_args = c->trace->n_row_args;
    for (uint32_t i = 0; i < p->n_args; i++)
        c->slot[i] = i;
    p->row.slots = place_results(c, c->schedule->n_uniform, c->schedule->n, p->n_args);
}

int mg_place(mg_program *program, uint32_t *slot, const mg_trace *trace,
             const mg_fused *fused, mg_schedule *schedule) {
    placer c = {program, slot, trace, fused, schedule, NULL};
    c.row_uses = mg_alloc(trace->n, sizeof *c.row_uses);
    if (c.row_uses == NULL)
        return 0;
    memset(c.row_uses, 0, trace->n * sizeof *c.row_uses);
    count_row_uses(&c);
    place(&c);
    mg_dealloc(c.row_uses);
    return 1;
}
