/* levels.c - how early or late each result is computed.
 *
 * A result may be computed at any level from the one above its operands, its earliest, to
 * the one below its first user, its latest. Results of one level and one kind become one
 * instruction. The differences that the steps of a recursion need make one instruction if
 * they are computed early, and one each if they are computed when they are needed. The
 * steps' logarithms, which only the loss adds up, make one instruction if they are
 * computed late. So each result is computed at its earliest or its latest level, where
 * there are more results of its kind; but if that makes more instructions than to compute
 * all of them early, they are all computed early.
 */
#include "jit/levels.h" /* first */

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

/* How many results there are of one kind at one level: an entry of an open hash table,
 * which is at most half full. Kinds with one hash are counted together, which makes a
 * choice worse, not wrong. */
typedef struct {
    uint32_t hash; /* 0: empty */
    uint32_t count;
} tally;

typedef struct {
    const mg_trace *trace;
    const mg_fused *fused;
    const uint16_t *flags;
    uint32_t *level;    /* by node */
    uint32_t *earliest; /* by node */
    uint32_t *latest;   /* by node */
    /* What there is if all are computed at their earliest, or at their latest level. */
    tally *early, *late;
    size_t mask; /* the entries of a table - 1 */
} chooser;

static int is_row(const mg_trace *t, uint32_t i) { return t->is[i] & MG_IS_ROW; }

static int is_result(const chooser *c, uint32_t i) {
    return c->fused->code[i] != MG_OP_leaf;
}

/* Returns the level of user, which is level without this operand. */
static uint32_t above(const chooser *c, uint32_t level, uint32_t operand, uint32_t user) {
    uint32_t next = c->level[operand] + 1;
    return is_row(c->trace, operand) == is_row(c->trace, user) && next > level ? next
                                                                               : level;
}

/* Returns the level above those of a result's operands. */
static uint32_t level_of(const chooser *c, uint32_t i) {
    const mg_trace *t = c->trace;
    const mg_fused *fused = c->fused;
    uint32_t level = 1;
    if (fused->code[i] < MG_OP_COUNT)
        return above(c, above(c, level, t->a[i], i), t->b[i], i);
    level = above(c, level, fused->init[i], i);
    for (uint32_t j = 0; j < fused->count[i]; j++) {
        const uint32_t *term = fused->terms[fused->first[i] + j];
        level = above(c, above(c, level, term[0], i), term[1], i);
    }
    return level;
}

static void set_below(const chooser *c, uint32_t operand, uint32_t user) {
    if (is_row(c->trace, operand) == is_row(c->trace, user) &&
        c->latest[user] - 1 < c->latest[operand])
        c->latest[operand] = c->latest[user] - 1;
}

/* Sets the latest levels, given the highest level of uniform results and that of rows. */
static void find_latest(const chooser *c, const uint32_t highest[2]) {
    const mg_trace *t = c->trace;
    const mg_fused *fused = c->fused;
    for (uint32_t i = 0; i < t->n; i++)
        c->latest[i] = highest[is_row(t, i) != 0];
    for (uint32_t i = t->n; i-- > 0;) {
        if (!is_result(c, i))
            continue;
        if (fused->code[i] < MG_OP_COUNT) {
            set_below(c, t->a[i], i);
            set_below(c, t->b[i], i);
            continue;
        }
        set_below(c, fused->init[i], i);
        for (uint32_t j = 0; j < fused->count[i]; j++) {
            set_below(c, fused->terms[fused->first[i] + j][0], i);
            set_below(c, fused->terms[fused->first[i] + j][1], i);
        }
    }
}

/* Returns the hash of a result's kind and this level, not 0. */
static uint32_t hash_of(const chooser *c, uint32_t i, uint32_t level) {
    const int code = c->fused->code[i];
    uint64_t kind = mg_mix((uint64_t)code << 1 | (is_row(c->trace, i) != 0), c->flags[i]);
    uint64_t bits = 0;
    if (code >= MG_OP_COUNT && code != MG_MULADD)
        bits = c->fused->count[i];
    else if (code < MG_OP_COUNT && mg_kind[code] == MG_UNARY_K)
        memcpy(&bits, &c->trace->k[i], sizeof bits);
    return (uint32_t)mg_mix(mg_mix(kind, bits), level) | 1;
}

/* Returns a pointer to the count of the results of i's kind at this level. */
static uint32_t *count_of(const chooser *c, tally *table, uint32_t i, uint32_t level) {
    const uint32_t hash = hash_of(c, i, level);
    size_t at = (hash >> 1) & c->mask;
    while (table[at].hash != 0 && table[at].hash != hash)
        at = (at + 1) & c->mask;
    table[at].hash = hash;
    return &table[at].count;
}

/* Counts the results of each kind at these levels. Returns how many counts there are. */
static uint32_t count(const chooser *c, tally *table, const uint32_t *level) {
    uint32_t counts = 0;
    memset(table, 0, (c->mask + 1) * sizeof *table);
    for (uint32_t i = 0; i < c->trace->n; i++)
        if (is_result(c, i))
            counts += (*count_of(c, table, i, level[i]))++ == 0;
    return counts;
}

/* True if a result is better computed late, where there are more results of its kind. */
static int is_put_off(const chooser *c, uint32_t i) {
    return c->latest[i] != c->earliest[i] && c->fused->code[i] != MG_LAYER &&
           *count_of(c, c->late, i, c->latest[i]) >
               *count_of(c, c->early, i, c->earliest[i]);
}

static void choose(const chooser *c) {
    const uint32_t n = c->trace->n, instructions = count(c, c->early, c->earliest);
    int put_off = 0; /* whether any result is */
    count(c, c->late, c->latest);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_result(c, i))
            continue;
        if (is_put_off(c, i)) {
            c->level[i] = c->latest[i];
            put_off = 1;
        } else {
            c->level[i] = level_of(c, i); /* its operands may have been put off */
        }
    }
    if (put_off && count(c, c->late, c->level) > instructions)
        memcpy(c->level, c->earliest, n * sizeof *c->level);
}

static void find(const chooser *c) {
    const mg_trace *t = c->trace;
    uint32_t highest[2] = {0, 0};
    c->level[t->n - 1] = 0; /* the last node is a leaf that nodes before it use */
    for (uint32_t i = 0; i < t->n; i++) {
        c->level[i] = is_result(c, i) ? level_of(c, i) : 0;
        if (c->level[i] > highest[is_row(t, i) != 0])
            highest[is_row(t, i) != 0] = c->level[i];
    }
    memcpy(c->earliest, c->level, t->n * sizeof *c->level);
    find_latest(c, highest);
    choose(c);
}

int mg_choose_levels(uint32_t *level, const mg_trace *trace, const mg_fused *fused,
                     const uint16_t *flags) {
    const size_t n = trace->n;
    size_t results = 0, places = 16;
    for (size_t i = 0; i < n; i++)
        results += fused->code[i] != MG_OP_leaf;
    while (places < 2 * results)
        places *= 2;
    chooser c = {.trace = trace,
                 .fused = fused,
                 .flags = flags,
                 .level = level,
                 .earliest = mg_alloc(n, sizeof *c.earliest),
                 .latest = mg_alloc(n, sizeof *c.latest),
                 .early = mg_alloc(places, sizeof *c.early),
                 .late = mg_alloc(places, sizeof *c.late),
                 .mask = places - 1};
    int fine = c.earliest && c.latest && c.early && c.late;
    if (fine)
        find(&c);
    mg_dealloc(c.earliest);
    mg_dealloc(c.latest);
    mg_dealloc(c.early);
    mg_dealloc(c.late);
    return fine;
}
