/* place.c - the slots of a program's values: parameters, constants, arguments, results. */
#include "jit/place.h" /* first */

#include <string.h>

#include "base/alloc.h"

typedef struct {
    mg_program *program;
    uint32_t *slot; /* by node */
    const mg_trace *trace;
    const mg_fused *fused;
    mg_schedule *schedule;
    uint32_t *row_uses; /* by node: how often row results use it; PLACED once it has a slot
                           among the parameters of layers */
} placer;

enum { PLACED = UINT32_MAX };

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

static int is_parameter_of_one_layer(const placer *c, uint32_t i) {
    return c->trace->is[i] & MG_IS_PARAMETER && c->row_uses[i] == 1;
}

/* Gives the weights of a layer's inputs i to end consecutive slots, if all of them are
 * parameters that no other row result uses. Returns 0 if they are not. */
static int place_weights(placer *c, const mg_group *layer, uint32_t i, uint32_t end) {
    for (uint32_t neuron = layer->first; neuron != 0; neuron = next_result(c, neuron))
        for (uint32_t j = i; j < end; j++)
            if (!is_parameter_of_one_layer(c, mg_weight_of(c->fused, c->trace, neuron, j)))
                return 0;
    for (uint32_t j = i; j < end; j++)
        for (uint32_t neuron = layer->first; neuron != 0;
             neuron = next_result(c, neuron)) {
            uint32_t node = mg_weight_of(c->fused, c->trace, neuron, j);
            place_parameter(c, node);
            c->row_uses[node] = PLACED;
        }
    return 1;
}

static void place_parameters(placer *c) {
    mg_program *p = c->program;
    for (uint32_t i = c->schedule->n_uniform; i < c->schedule->n; i++) {
        mg_group *group = &c->schedule->list[i];
        if (group->code != MG_LAYER)
            continue;
        uint32_t at = p->n_parameters;
        /* Backward stores the gradients of a layer's own weights, and does not clear them
         * before: so the weights must get gradients. */
        group->gathers_weights =
            !(group->flags & MG_B_GRAD && place_weights(c, group, 0, group->m));
        if (!group->gathers_weights) {
            group->weights = at;
            group->flags |= MG_B_FIRST;
        }
        at = p->n_parameters;
        group->gathers_biases =
            !(group->flags & MG_C_GRAD && place_weights(c, group, group->m, group->m + 1));
        if (!group->gathers_biases) {
            group->biases = at;
            group->flags |= MG_C_FIRST;
        }
    }
    p->n_layer_parameters = p->n_parameters;
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
    for (uint32_t i = c->schedule->n_uniform; i < c->schedule->n; i++) {
        mg_group *group = &c->schedule->list[i];
        if (group->gathers_weights) {
            group->weights = slot;
            slot += group->n * group->m;
        }
        if (group->gathers_biases) {
            group->biases = slot;
            slot += group->n;
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
