/* schedule.c - units that run as one instruction, in the order they run in.
 *
 * A unit's level is the longest way to it from what is given. Units of one level
 * don't depend on each other, so those that do the same make one instruction over
 * many values: a random graph of many thousand nodes becomes a few hundred
 * instructions, and the neurons of a layer become the layer. A hash table finds a
 * unit's group, so all this is linear in the graph.
 */
#include "jit/schedule.h" /* first */

#include <string.h>

#include "base/alloc.h"

typedef struct {
    mg_trace *trace;
    const mg_units *units;
    mg_groups *groups;
    uint32_t *stage;  /* by node: its level */
    uint32_t *bucket; /* the table: a group's number + 1 */
    size_t mask;
} grouper;

static int is_row(const mg_trace *t, uint32_t i) { return t->is[i] & MG_IS_ROW; }

static int wants_grad(const mg_trace *t, uint32_t i) { return t->is[i] & MG_WANTS_GRAD; }

static uint32_t later(const grouper *g, uint32_t stage, uint32_t operand, uint32_t user) {
    uint32_t after = g->stage[operand] + 1;
    return is_row(g->trace, operand) == is_row(g->trace, user) && after > stage ? after
                                                                                : stage;
}

/* 1 for what depends on leaves only, and so on. */
static uint32_t level_of(const grouper *g, uint32_t i) {
    const mg_trace *t = g->trace;
    const mg_units *u = g->units;
    uint32_t level = 1;
    if (u->code[i] < MG_OP_COUNT)
        return later(g, later(g, level, t->a[i], i), t->b[i], i);
    level = later(g, level, u->init[i], i);
    for (uint32_t j = 0; j < u->count[i]; j++) {
        const uint32_t *term = u->terms[u->first[i] + j];
        level = later(g, later(g, level, term[0], i), term[1], i);
    }
    return level;
}

/* Whether a gradient flows from a node to its operand. */
static int flows(const mg_trace *t, uint32_t operand, uint32_t user) {
    return wants_grad(t, user) && wants_grad(t, operand);
}

/* The flags of an operand, from those it would have as the first. */
static unsigned operand_flags(const mg_trace *t, uint32_t operand, uint32_t user) {
    unsigned uniform = is_row(t, user) && !is_row(t, operand) ? MG_A_UNIFORM : 0;
    return uniform | (flows(t, operand, user) ? MG_A_GRAD : 0);
}

static uint16_t flags_of(const grouper *g, uint32_t i) {
    mg_trace *t = g->trace;
    const mg_units *u = g->units;
    unsigned flags = 0;
    if (u->code[i] < MG_OP_COUNT) {
        int commutes = u->code[i] == MG_OP_add || u->code[i] == MG_OP_mul;
        if (commutes && is_row(t, i) && !is_row(t, t->a[i])) {
            uint32_t a = t->a[i];
            t->a[i] = t->b[i];
            t->b[i] = a;
        }
        flags = operand_flags(t, t->a[i], i);
        if (mg_kind[u->code[i]] == MG_BINARY)
            flags |= operand_flags(t, t->b[i], i) << 1;
        return (uint16_t)flags;
    }
    flags = operand_flags(t, u->init[i], i) << 2;
    if (u->code[i] == MG_LAYER && t->op[i] == MG_OP_relu)
        flags |= MG_RELU;
    if (u->code[i] == MG_MULADD) {
        const uint32_t *term = u->terms[u->first[i]];
        return (uint16_t)(flags | operand_flags(t, term[0], i) |
                          operand_flags(t, term[1], i) << 1);
    }
    for (uint32_t j = 0; j < u->count[i]; j++) {
        const uint32_t *term = u->terms[u->first[i] + j];
        if (u->code[i] != MG_LAYER)
            flags |= wants_grad(t, i) ? MG_A_GRAD : 0;
        else
            flags |= (flows(t, term[1], i) ? MG_A_GRAD : 0) |
                     (flows(t, term[0], i) ? MG_B_GRAD : 0);
    }
    return (uint16_t)flags;
}

static uint64_t mix(uint64_t hash, uint64_t x) {
    hash = (hash ^ x) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

static int same_inputs(const mg_units *u, uint32_t i, uint32_t j) {
    if (u->count[i] != u->count[j])
        return 0;
    for (uint32_t k = 0; k < u->count[i]; k++)
        if (u->terms[u->first[i] + k][1] != u->terms[u->first[j] + k][1])
            return 0;
    return 1;
}

static int belongs(const grouper *g, const mg_group *group, const mg_group *like,
                   uint32_t i) {
    return group->stage == like->stage && group->code == like->code &&
           group->flags == like->flags &&
           memcmp(&group->k, &like->k, sizeof group->k) == 0 &&
           (group->code != MG_LAYER || same_inputs(g->units, group->first, i));
}

static void add_unit(grouper *g, uint32_t i, uint32_t stage) {
    const mg_units *u = g->units;
    mg_group like = {.stage = stage, .code = u->code[i], .n = 1, .first = i, .last = i};
    like.flags = flags_of(g, i);
    if (like.code < MG_OP_COUNT && mg_kind[like.code] == MG_UNARY_K)
        like.k = g->trace->k[i];
    if (like.code >= MG_OP_COUNT)
        like.m = u->count[i];
    g->groups->next[i] = 0;
    if (like.code == MG_DOT || like.code == MG_SUM) {
        g->groups->list[g->groups->n++] = like;
        return;
    }
    uint64_t bits, hash;
    memcpy(&bits, &like.k, sizeof bits);
    hash = mix(mix(mix(stage, like.code), like.flags), bits);
    if (like.code == MG_LAYER)
        for (uint32_t j = 0; j < like.m; j++)
            hash = mix(hash, u->terms[u->first[i] + j][1]);
    size_t at = (size_t)(hash & g->mask);
    for (; g->bucket[at] != 0; at = (at + 1) & g->mask) {
        mg_group *group = &g->groups->list[g->bucket[at] - 1];
        if (belongs(g, group, &like, i)) {
            g->groups->next[group->last] = i;
            group->last = i;
            group->n++;
            return;
        }
    }
    g->groups->list[g->groups->n++] = like;
    g->bucket[at] = g->groups->n;
}

/* Sorts the groups by stage, those of one stage as they were found. */
static int sort_groups(mg_groups *groups, uint32_t n_stages) {
    uint32_t *start = mg_alloc((size_t)n_stages + 1, sizeof *start);
    mg_group *sorted = mg_alloc(groups->n, sizeof *sorted);
    int fine = start != NULL && sorted != NULL;
    if (fine) {
        memset(start, 0, ((size_t)n_stages + 1) * sizeof *start);
        for (uint32_t i = 0; i < groups->n; i++)
            start[groups->list[i].stage + 1]++;
        for (uint32_t s = 0; s < n_stages; s++)
            start[s + 1] += start[s];
        for (uint32_t i = 0; i < groups->n; i++)
            sorted[start[groups->list[i].stage]++] = groups->list[i];
        mg_dealloc(groups->list);
        groups->list = sorted;
    } else {
        mg_dealloc(sorted);
    }
    mg_dealloc(start);
    return fine;
}

/* Joins neighbours that do the same. Results may then depend on earlier ones of their
 * own instruction: instructions over n values take them in order, and backward in
 * reverse. So a chain of thousands of equal steps is one instruction. */
static void join(mg_groups *groups) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < groups->n; i++) {
        const mg_group *group = &groups->list[i];
        mg_group *before = kept > groups->n_uniform ? &groups->list[kept - 1] : NULL;
        int joins = group->code < MG_OP_COUNT || group->code == MG_MULADD;
        if (i >= groups->n_uniform && before != NULL && joins &&
            group->code == before->code && group->flags == before->flags &&
            memcmp(&group->k, &before->k, sizeof group->k) == 0) {
            groups->next[before->last] = group->first;
            before->last = group->last;
            before->n += group->n;
        } else {
            groups->list[kept++] = *group;
        }
    }
    groups->n = kept;
}

static int find(grouper *g) {
    mg_trace *t = g->trace;
    uint32_t uniform_stages = 0, stages;
    g->stage[t->n - 1] = 0; /* the one node that is used by nodes before it */
    for (uint32_t i = 0; i < t->n; i++) {
        g->stage[i] = g->units->code[i] == MG_OP_leaf ? 0 : level_of(g, i);
        if (!is_row(t, i) && g->stage[i] > uniform_stages)
            uniform_stages = g->stage[i];
    }
    stages = uniform_stages;
    for (uint32_t i = 0; i < t->n; i++) {
        if (g->units->code[i] == MG_OP_leaf)
            continue;
        uint32_t stage = g->stage[i] - 1 + (is_row(t, i) ? uniform_stages : 0);
        add_unit(g, i, stage);
        if (stage + 1 > stages)
            stages = stage + 1;
    }
    if (!sort_groups(g->groups, stages))
        return 0;
    while (g->groups->n_uniform < g->groups->n &&
           g->groups->list[g->groups->n_uniform].stage < uniform_stages)
        g->groups->n_uniform++;
    join(g->groups);
    return 1;
}

int mg_groups_find(mg_groups *groups, mg_trace *trace, const mg_units *units) {
    uint32_t n_units = 0;
    for (uint32_t i = 0; i < trace->n; i++)
        n_units += units->code[i] != MG_OP_leaf;
    size_t buckets = 16;
    while (buckets < (size_t)n_units * 2)
        buckets *= 2;
    memset(groups, 0, sizeof *groups);
    groups->list = mg_alloc(n_units, sizeof *groups->list);
    groups->next = mg_alloc(trace->n, sizeof *groups->next);
    grouper g = {trace, units, groups, NULL, NULL, buckets - 1};
    g.stage = mg_alloc(trace->n, sizeof *g.stage);
    g.bucket = mg_alloc(buckets, sizeof *g.bucket);
    int fine = groups->list && groups->next && g.stage && g.bucket;
    if (fine) {
        memset(g.bucket, 0, buckets * sizeof *g.bucket);
        fine = find(&g);
    }
    mg_dealloc(g.stage);
    mg_dealloc(g.bucket);
    return fine;
}

void mg_groups_free(mg_groups *groups) {
    mg_dealloc(groups->list);
    mg_dealloc(groups->next);
}
