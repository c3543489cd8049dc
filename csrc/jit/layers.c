/* layers.c - which layers have the same weights, and which of those are one instruction.
 *
 * A net that is called for several inputs, the steps of a recurrent net, and the positions
 * of a sequence in attention apply the same weights again and again. Layers with the same
 * weights read them from the same slots. Those whose inputs do not depend on each other
 * become one instruction. A hash table finds equal weights by the nodes that they are.
 */
#include "jit/layers.h" /* first */

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

typedef struct {
    mg_schedule *schedule;
    const mg_trace *trace;
    const mg_fused *fused;
    uint32_t *bucket; /* the hash table: a place in the list of weights + 1, or 0 */
    size_t mask;      /* the number of buckets - 1 */
    uint32_t *last;   /* by weights: the last group that has them, where the joined groups
                         are; UINT32_MAX: none yet */
} joiner;

/* True if the weights of two layers are the same nodes. Both have as many. */
static int are_equal(const joiner *s, const mg_layer_weights *x,
                     const mg_layer_weights *y) {
    const uint32_t *next = s->schedule->next;
    uint32_t u = x->neuron, v = y->neuron;
    for (uint32_t i = 0; i < x->n; i++, u = next[u], v = next[v])
        for (uint32_t j = 0; j < x->end - x->first; j++)
            if (mg_weight_of(s->fused, s->trace, u, x->first + j) !=
                mg_weight_of(s->fused, s->trace, v, y->first + j))
                return 0;
    return 1;
}

static uint64_t hash_of(const joiner *s, const mg_layer_weights *weights) {
    uint32_t neuron = weights->neuron;
    uint64_t hash = mg_mix(weights->n, weights->end - weights->first);
    for (uint32_t i = 0; i < weights->n; i++, neuron = s->schedule->next[neuron])
        for (uint32_t j = weights->first; j < weights->end; j++)
            hash = mg_mix(hash, mg_weight_of(s->fused, s->trace, neuron, j));
    return hash;
}

/* A neuron of a layer, and what it is sorted by. */
typedef struct {
    uint32_t first, last, bias; /* nodes: its weights */
    uint32_t node;
} neuron_key;

static int compare_neurons(const void *a, const void *b) {
    const neuron_key *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    if (x->bias != y->bias)
        return x->bias < y->bias ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

/* Puts the neurons of a layer in the order of their weights, so that layers with the same
 * weights have them in the same order, whatever uses the neurons first. Mostly the order
 * of the trace is that order. keys: room for layer->n. */
static void sort_neurons(const joiner *s, mg_group *layer, neuron_key *keys) {
    uint32_t *next = s->schedule->next, node = layer->first;
    int is_sorted = 1;
    for (uint32_t i = 0; i < layer->n; i++, node = next[node]) {
        keys[i] = (neuron_key){mg_weight_of(s->fused, s->trace, node, 0),
                               mg_weight_of(s->fused, s->trace, node, layer->m - 1),
                               mg_weight_of(s->fused, s->trace, node, layer->m), node};
        is_sorted &= i == 0 || compare_neurons(&keys[i - 1], &keys[i]) <= 0;
    }
    if (is_sorted)
        return;
    qsort(keys, layer->n, sizeof *keys, compare_neurons);
    layer->first = keys[0].node;
    for (uint32_t i = 0; i + 1 < layer->n; i++)
        next[keys[i].node] = keys[i + 1].node;
    layer->last = keys[layer->n - 1].node;
    next[layer->last] = 0;
}

/* Returns the place of these weights in the list, to which it adds them if they are new.
 */
static uint32_t place_of(joiner *s, const mg_group *layer, uint32_t first, uint32_t end) {
    mg_schedule *schedule = s->schedule;
    mg_layer_weights like = {.neuron = layer->first,
                             .n = layer->n,
                             .first = first,
                             .end = end,
                             .uses = 1,
                             .last = UINT32_MAX,
                             .gathers = 1};
    size_t at = (size_t)(hash_of(s, &like) & s->mask);
    for (; s->bucket[at] != 0; at = (at + 1) & s->mask) {
        mg_layer_weights *weights = &schedule->weights[s->bucket[at] - 1];
        if (weights->n == like.n &&
            weights->end - weights->first == like.end - like.first &&
            are_equal(s, weights, &like)) {
            weights->uses++;
            return s->bucket[at] - 1;
        }
    }
    schedule->weights[schedule->n_weights++] = like;
    s->bucket[at] = schedule->n_weights;
    return schedule->n_weights - 1;
}

/* Adds a layer to the set of inputs of one before it. Returns 0 if there is none. */
static int join(joiner *s, const mg_group *layer) {
    mg_schedule *schedule = s->schedule;
    const uint32_t last = s->last[layer->weights];
    mg_group *before = last == UINT32_MAX ? NULL : &schedule->list[last];
    if (before == NULL || before->stage != layer->stage || before->flags != layer->flags ||
        before->biases != layer->biases)
        return 0;
    schedule->next[before->last] = layer->first;
    before->last = layer->last;
    before->sets++;
    return 1;
}

/* Short neurons that are alone in their stage: sums of products, which may be joined with
 * those of other stages. */
enum { MAX_ALONE = 4 };

static void make_dot(mg_schedule *schedule, mg_group *group) {
    if (group->n > 1 || group->sets > 1 || group->m > MAX_ALONE || group->flags & MG_RELU)
        return;
    group->code = MG_DOT;
    group->flags &= MG_ANY_GRAD;
    schedule->weights[group->weights].uses--;
    schedule->weights[group->biases].uses--;
    schedule->weights[group->weights].gathers = schedule->weights[group->weights].uses > 0;
    schedule->weights[group->biases].gathers = schedule->weights[group->biases].uses > 0;
}

static void join_all(joiner *s) {
    mg_schedule *schedule = s->schedule;
    uint32_t n = schedule->n_uniform; /* groups that remain */
    for (uint32_t i = n; i < schedule->n; i++) {
        const mg_group *group = &schedule->list[i];
        if (group->code == MG_LAYER && join(s, group))
            continue;
        if (group->code == MG_LAYER)
            s->last[group->weights] = n;
        schedule->list[n++] = *group;
    }
    schedule->n = n;
    for (uint32_t i = schedule->n_uniform; i < n; i++)
        if (schedule->list[i].code == MG_LAYER)
            make_dot(schedule, &schedule->list[i]);
}

int mg_join_layers(mg_schedule *schedule, const mg_trace *trace, const mg_fused *fused) {
    size_t lists = 0, buckets = 16, most = 0;
    for (uint32_t i = schedule->n_uniform; i < schedule->n; i++) {
        const mg_group *group = &schedule->list[i];
        lists += group->code == MG_LAYER ? 2 : 0;
        most = group->code == MG_LAYER && group->n > most ? group->n : most;
    }
    while (buckets < lists * 2)
        buckets *= 2;
    schedule->weights = mg_alloc(lists, sizeof *schedule->weights);
    joiner s = {schedule, trace, fused, NULL, buckets - 1, NULL};
    s.bucket = mg_alloc(buckets, sizeof *s.bucket);
    s.last = mg_alloc(lists, sizeof *s.last);
    neuron_key *keys = mg_alloc(most, sizeof *keys);
    int fine = schedule->weights && s.bucket && s.last && keys;
    if (fine) {
        memset(s.bucket, 0, buckets * sizeof *s.bucket);
        for (size_t i = 0; i < lists; i++)
            s.last[i] = UINT32_MAX;
        for (uint32_t i = schedule->n_uniform; i < schedule->n; i++) {
            mg_group *group = &schedule->list[i];
            if (group->code != MG_LAYER)
                continue;
            sort_neurons(&s, group, keys);
            group->weights = place_of(&s, group, 0, group->m);
            group->biases = place_of(&s, group, group->m, group->m + 1);
        }
        join_all(&s);
    }
    mg_dealloc(s.bucket);
    mg_dealloc(s.last);
    mg_dealloc(keys);
    return fine;
}
