/* schedule.c - which results each instruction computes, and the order of instructions.
 *
 * The level of a result is the length of the longest path to it from the leaves. Results
 * of one level don't depend on each other, so those with the same operator make one
 * instruction over many values: a random graph of many thousand nodes becomes a few
 * hundred instructions, and the neurons of a layer become the layer. The stage of a result
 * is its level, counted on from the uniform results' levels if it is a row value. A hash
 * table finds a result's group, so all this is linear in the graph.
 */
#include "jit/schedule.h" /* first */

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "jit/layers.h"
#include "jit/levels.h"

typedef struct {
    mg_trace *trace;
    const mg_fused *fused;
    mg_schedule *schedule;
    uint32_t *level;  /* by node, see mg_choose_levels */
    uint16_t *flags;  /* by node, of results */
    uint32_t *bucket; /* the hash table: a group's number + 1, or 0 */
    size_t mask;      /* the number of buckets - 1 */
} scheduler;

static int is_row(const mg_trace *t, uint32_t i) { return t->is[i] & MG_IS_ROW; }

static int wants_grad(const mg_trace *t, uint32_t i) { return t->is[i] & MG_WANTS_GRAD; }

/* --- flags -------------------------------------------------------------------- */

/* True if a gradient flows from a node to its operand. */
static int flows(const mg_trace *t, uint32_t operand, uint32_t user) {
    return wants_grad(t, user) && wants_grad(t, operand);
}

/* Returns the flags of a single operand, as if it were operand a. */
static unsigned operand_flags(const mg_trace *t, uint32_t operand, uint32_t user) {
    unsigned uniform = is_row(t, user) && !is_row(t, operand) ? MG_A_UNIFORM : 0;
    return uniform | (flows(t, operand, user) ? MG_A_GRAD : 0);
}

/* Puts the row operand of a sum or product first, so that fewer groups differ in flags. */
static void put_row_first(mg_trace *t, uint32_t i, int code) {
    int commutes = code == MG_OP_add || code == MG_OP_mul;
    if (commutes && is_row(t, i) && !is_row(t, t->a[i])) {
        uint32_t a = t->a[i];
        t->a[i] = t->b[i];
        t->b[i] = a;
    }
}

static uint16_t flags_of(const scheduler *s, uint32_t i) {
    mg_trace *t = s->trace;
    const mg_fused *fused = s->fused;
    const int code = fused->code[i];
    unsigned flags = code == MG_LAYER && t->op[i] == MG_OP_relu ? MG_RELU : 0;
    put_row_first(t, i, code);
    if (code < MG_OP_COUNT) { /* what the loop would do, but most results are operators */
        flags = operand_flags(t, t->a[i], i);
        if (mg_kind[code] == MG_BINARY)
            flags |= operand_flags(t, t->b[i], i) << 1;
        return (uint16_t)flags;
    }
    for (int j = 0; j < 3; j++)
        switch (mg_operand_kind_of(code, j)) {
        case MG_NO_OPERAND:
            break;
        case MG_SLOTS:
        case MG_BIASES:
            flags |= operand_flags(t, mg_operand_node(fused, t, i, j, 0), i) << j;
            break;
        case MG_TAGGED_SLOTS: /* the slots' tags tell which are uniform */
            if (flows(t, mg_operand_node(fused, t, i, j, 0), i))
                flags |= (unsigned)MG_A_GRAD << j;
            break;
        case MG_TERMS:
        case MG_INPUTS:
        case MG_WEIGHTS:
            for (uint32_t term = 0; term < fused->count[i]; term++)
                if (flows(t, mg_operand_node(fused, t, i, j, term), i))
                    flags |= (unsigned)MG_A_GRAD << j;
            break;
        }
    return (uint16_t)flags;
}

/* --- groups ------------------------------------------------------------------- */

static int shares_inputs(int code) { return mg_operand_kind_of(code, 0) == MG_INPUTS; }

/* True if two neurons with the same number of inputs have the same inputs. */
static int have_same_inputs(const mg_fused *fused, uint32_t i, uint32_t j) {
    for (uint32_t term = 0; term < fused->count[i]; term++)
        if (fused->terms[fused->first[i] + term][0] !=
            fused->terms[fused->first[j] + term][0])
            return 0;
    return 1;
}

/* True if group takes the result of a group of its own, like. */
static int takes(const scheduler *s, const mg_group *group, const mg_group *like) {
    return group->stage == like->stage && group->code == like->code &&
           group->flags == like->flags && group->m == like->m &&
           memcmp(&group->k, &like->k, sizeof group->k) == 0 &&
           (!shares_inputs(group->code) ||
            have_same_inputs(s->fused, group->first, like->first));
}

static void add_result(scheduler *s, uint32_t i, uint32_t stage) {
    const mg_fused *fused = s->fused;
    mg_schedule *schedule = s->schedule;
    mg_group like = {
        .stage = stage, .code = fused->code[i], .n = 1, .sets = 1, .first = i, .last = i};
    like.flags = s->flags[i];
    if (like.code < MG_OP_COUNT && mg_kind[like.code] == MG_UNARY_K)
        like.k = s->trace->k[i];
    schedule->next[i] = 0;
    if (like.code >= MG_OP_COUNT && like.code != MG_MULADD)
        like.m = fused->count[i];
    uint64_t bits, hash;
    memcpy(&bits, &like.k, sizeof bits);
    hash = mg_mix(mg_mix(mg_mix(mg_mix(stage, like.code), like.flags), bits), like.m);
    if (shares_inputs(like.code))
        for (uint32_t j = 0; j < like.m; j++)
            hash = mg_mix(hash, fused->terms[fused->first[i] + j][0]);
    size_t at = (size_t)(hash & s->mask);
    for (; s->bucket[at] != 0; at = (at + 1) & s->mask) {
        mg_group *group = &schedule->list[s->bucket[at] - 1];
        if (takes(s, group, &like)) {
            schedule->next[group->last] = i;
            group->last = i;
            group->n++;
            return;
        }
    }
    schedule->list[schedule->n++] = like;
    s->bucket[at] = schedule->n;
}

/* Sorts the groups by stage; those of one stage stay in their order. */
static int sort_groups(mg_schedule *schedule, uint32_t n_stages) {
    uint32_t *start = mg_alloc((size_t)n_stages + 1, sizeof *start);
    mg_group *sorted = mg_alloc(schedule->n, sizeof *sorted);
    int fine = start != NULL && sorted != NULL;
    if (fine) {
        memset(start, 0, ((size_t)n_stages + 1) * sizeof *start);
        for (uint32_t i = 0; i < schedule->n; i++)
            start[schedule->list[i].stage + 1]++;
        for (uint32_t stage = 0; stage < n_stages; stage++)
            start[stage + 1] += start[stage];
        for (uint32_t i = 0; i < schedule->n; i++)
            sorted[start[schedule->list[i].stage]++] = schedule->list[i];
        mg_dealloc(schedule->list);
        schedule->list = sorted;
    } else {
        mg_dealloc(sorted);
    }
    mg_dealloc(start);
    return fine;
}

/* True if the instruction computes its results in the order of their places, and goes
 * through them in reverse order in backward. */
static int is_in_order(int code) {
    return mg_is_elementwise(code) || code == MG_DOT || code == MG_SUM;
}

/* Joins a row group with the one before it if they differ in nothing but their stage.
 * Results may then depend on earlier results of their own instruction. So a chain of
 * thousands of equal steps is one instruction. */
static void join(mg_schedule *schedule) {
    uint32_t n = 0; /* groups that remain */
    for (uint32_t i = 0; i < schedule->n; i++) {
        const mg_group *group = &schedule->list[i];
        mg_group *before = n > schedule->n_uniform ? &schedule->list[n - 1] : NULL;
        if (i >= schedule->n_uniform && before != NULL && is_in_order(group->code) &&
            group->code == before->code && group->flags == before->flags &&
            group->m == before->m && memcmp(&group->k, &before->k, sizeof group->k) == 0) {
            schedule->next[before->last] = group->first;
            before->last = group->last;
            before->n += group->n;
        } else {
            schedule->list[n++] = *group;
        }
    }
    schedule->n = n;
}

/* --- all of it ---------------------------------------------------------------- */

static int make(scheduler *s) {
    const mg_trace *t = s->trace;
    mg_schedule *schedule = s->schedule;
    for (uint32_t i = 0; i < t->n; i++)
        if (s->fused->code[i] != MG_OP_leaf)
            s->flags[i] = flags_of(s, i);
    if (!mg_choose_levels(s->level, t, s->fused, s->flags))
        return 0;
    uint32_t uniform_stages = 0, stages;
    for (uint32_t i = 0; i < t->n; i++)
        if (!is_row(t, i) && s->level[i] > uniform_stages)
            uniform_stages = s->level[i];
    stages = uniform_stages;
    for (uint32_t i = 0; i < t->n; i++) {
        if (s->fused->code[i] == MG_OP_leaf)
            continue;
        uint32_t stage = s->level[i] - 1 + (is_row(t, i) ? uniform_stages : 0);
        add_result(s, i, stage);
        if (stage + 1 > stages)
            stages = stage + 1;
    }
    if (!sort_groups(schedule, stages))
        return 0;
    while (schedule->n_uniform < schedule->n &&
           schedule->list[schedule->n_uniform].stage < uniform_stages)
        schedule->n_uniform++;
    if (!mg_join_layers(schedule, t, s->fused))
        return 0;
    join(schedule);
    return 1;
}

int mg_make_schedule(mg_schedule *schedule, mg_trace *trace, const mg_fused *fused) {
    uint32_t n_results = 0;
    for (uint32_t i = 0; i < trace->n; i++)
        n_results += fused->code[i] != MG_OP_leaf;
    size_t buckets = 16;
    while (buckets < (size_t)n_results * 2)
        buckets *= 2;
    memset(schedule, 0, sizeof *schedule);
    schedule->list = mg_alloc(n_results, sizeof *schedule->list);
    schedule->next = mg_alloc(trace->n, sizeof *schedule->next);
    scheduler s = {trace, fused, schedule, NULL, NULL, NULL, buckets - 1};
    s.level = mg_alloc(trace->n, sizeof *s.level);
    s.flags = mg_alloc(trace->n, sizeof *s.flags);
    s.bucket = mg_alloc(buckets, sizeof *s.bucket);
    int fine = schedule->list && schedule->next && s.level && s.flags && s.bucket;
    if (fine) {
        memset(s.bucket, 0, buckets * sizeof *s.bucket);
        fine = make(&s);
    }
    mg_dealloc(s.level);
    mg_dealloc(s.flags);
    mg_dealloc(s.bucket);
    return fine;
}

void mg_schedule_free(mg_schedule *schedule) {
    mg_dealloc(schedule->list);
    mg_dealloc(schedule->next);
    mg_dealloc(schedule->weights);
}
