/* levels.c - how early or late each result is computed.
 *
 * A result may be computed at any level from the one above its operands, its earliest, to
 * the one below its first user, its latest. Results of one level and one kind become one
 * instruction. The differences that the steps of a recursion need make one instruction if
 * they are computed early, and one each if they are computed when they are needed. The
 * steps' logarithms, which only the loss adds up, make one instruction if they are
 * computed late. The first position of a causal sequence has less to compute than the
 * others, so its layers are joined with theirs only if they wait for them. So there are
 * several choices: all early, all late, each result where there are more of its kind of
 * its two ends, and each at the level that most or the last of its kind have. That with
 * the fewest instructions is taken.
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
    uint32_t *level;  /* by node */
    uint32_t *latest; /* by node */
    uint32_t n_results;
    /* (n_results,): in the order of the trace. There are many more nodes than results. */
    uint32_t *result;   /* the nodes */
    uint32_t *kind;     /* see kind_of; not 0 */
    uint32_t *earliest; /* levels */
    uint32_t *common;   /* levels, see find_common */
    uint32_t *best;     /* the best levels yet */
    uint32_t n_levels;  /* of uniform results and of rows, added */
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
    if (fused->code[i] == MG_LAYER) { /* the weights and the bias are uniform */
        for (uint32_t j = 0; j < fused->count[i]; j++)
            level = above(c, level, fused->terms[fused->first[i] + j][0], i);
        return level;
    }
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
        const int is_layer = fused->code[i] == MG_LAYER;
        if (!is_layer)
            set_below(c, fused->init[i], i);
        for (uint32_t j = 0; j < fused->count[i]; j++) {
            set_below(c, fused->terms[fused->first[i] + j][0], i);
            if (!is_layer)
                set_below(c, fused->terms[fused->first[i] + j][1], i);
        }
    }
}

/* Returns a hash of what the results of an instruction have in common. Neurons have it in
 * common if they have the same weights: they may become one layer over several sets of
 * inputs. */
static uint32_t kind_of(const chooser *c, uint32_t i) {
    const mg_fused *fused = c->fused;
    const int code = fused->code[i];
    uint64_t kind = mg_mix((uint64_t)code << 1 | (is_row(c->trace, i) != 0), c->flags[i]);
    uint64_t bits = 0;
    if (code >= MG_OP_COUNT && code != MG_MULADD)
        bits = fused->count[i];
    else if (code < MG_OP_COUNT && mg_kind[code] == MG_UNARY_K)
        memcpy(&bits, &c->trace->k[i], sizeof bits);
    kind = mg_mix(kind, bits);
    if (code != MG_LAYER)
        return (uint32_t)kind | 1;
    for (uint32_t j = 0; j < fused->count[i]; j++)
        kind = mg_mix(kind, fused->terms[fused->first[i] + j][1]);
    return (uint32_t)mg_mix(kind, fused->init[i]) | 1;
}

/* Returns the hash of a kind and a level, not 0. */
static uint32_t hash_of(uint32_t kind, uint32_t level) {
    return (uint32_t)mg_mix(kind, level) | 1;
}

/* Returns the entry that has this hash, or the empty one where it belongs. */
static tally *entry_of(const chooser *c, tally *table, uint32_t hash) {
    size_t at = (hash >> 1) & c->mask;
    while (table[at].hash != 0 && table[at].hash != hash)
        at = (at + 1) & c->mask;
    return &table[at];
}

static void clear(const chooser *c, tally *table) {
    memset(table, 0, (c->mask + 1) * sizeof *table);
}

/* Returns a pointer to the count of the results of a kind at this level. */
static uint32_t *count_of(const chooser *c, tally *table, uint32_t kind, uint32_t level) {
    const uint32_t hash = hash_of(kind, level);
    tally *entry = entry_of(c, table, hash);
    entry->hash = hash;
    return &entry->count;
}

/* Counts the results of each kind at these levels. Returns how many counts there are. */
static uint32_t count(const chooser *c, tally *table, const uint32_t *level) {
    uint32_t counts = 0;
    clear(c, table);
    for (uint32_t j = 0; j < c->n_results; j++)
        counts += (*count_of(c, table, c->kind[j], level[c->result[j]]))++ == 0;
    return counts;
}

static int is_more_at_latest(const chooser *c, uint32_t j) {
    return *count_of(c, c->late, c->kind[j], c->latest[c->result[j]]) >
           *count_of(c, c->early, c->kind[j], c->earliest[j]);
}

/* Returns a hash of a neuron's inputs, by which the neurons of a layer are found, not 0.
 */
static uint32_t hash_of_inputs(const chooser *c, uint32_t i) {
    const mg_fused *fused = c->fused;
    uint64_t hash = mg_mix(c->flags[i], fused->count[i]);
    for (uint32_t j = 0; j < fused->count[i]; j++)
        hash = mg_mix(hash, fused->terms[fused->first[i] + j][0]);
    return (uint32_t)hash | 1;
}

/* Lets the neurons of a layer have one latest level, the lowest of them. Their inputs' is
 * below that already. hashes: room for one of each result. */
static void keep_layers_together(const chooser *c, uint32_t *hashes) {
    clear(c, c->late);
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t j = 0; j < c->n_results; j++) {
            const uint32_t i = c->result[j];
            if (c->fused->code[i] != MG_LAYER)
                continue;
            if (pass == 0)
                hashes[j] = hash_of_inputs(c, i);
            const uint32_t hash = hashes[j];
            tally *lowest = entry_of(c, c->late, hash); /* its count is a level */
            if (lowest->hash == 0 || c->latest[i] < lowest->count)
                lowest->count = c->latest[i];
            lowest->hash = hash;
            c->latest[i] = lowest->count;
        }
}

/* Sets levels: each result at its earliest or its latest level, where there are more of
 * its kind. */
static void choose_ends(const chooser *c) {
    for (uint32_t j = 0; j < c->n_results; j++) {
        const uint32_t i = c->result[j];
        if (is_more_at_latest(c, j))
            c->level[i] = c->latest[i];
        else
            c->level[i] = level_of(c, i); /* its operands may have been put off */
    }
}

/* Sets common: a level that results of the same kind have if all are computed early: that
 * which most of them have, or the last if is_last. */
static void find_common(const chooser *c, int is_last) {
    tally *table = c->late; /* by kind; its counts are levels */
    clear(c, table);
    for (uint32_t j = 0; j < c->n_results; j++) {
        const uint32_t kind = c->kind[j], level = c->earliest[j];
        tally *common = entry_of(c, table, kind);
        uint32_t n = 0, most = 0;
        if (!is_last && common->hash != 0) {
            n = *count_of(c, c->early, kind, level);
            most = *count_of(c, c->early, kind, common->count);
        }
        if (common->hash == 0 || n > most || (n == most && level > common->count))
            common->count = level;
        common->hash = kind;
    }
    for (uint32_t j = 0; j < c->n_results; j++)
        c->common[j] = entry_of(c, table, c->kind[j])->count;
}

/* Sets levels: each result at the common level, unless that is too early for it, or later
 * than its latest level by more than slack; then at its earliest. */
static void choose_common(const chooser *c, uint32_t slack) {
    for (uint32_t j = 0; j < c->n_results; j++) {
        const uint32_t i = c->result[j];
        const uint32_t level = c->common[j];
        c->level[i] = level_of(c, i);
        if (c->level[i] < level && level <= c->latest[i] + slack)
            c->level[i] = level;
    }
}

/* Keeps the levels if they make fewer instructions than the best yet. */
static void keep_if_fewer(const chooser *c, uint32_t *fewest) {
    const uint32_t n = count(c, c->late, c->level);
    if (n < *fewest) {
        *fewest = n;
        for (uint32_t j = 0; j < c->n_results; j++)
            c->best[j] = c->level[c->result[j]];
    }
}

/* The last level may become higher by so much. The sum of the positions' losses adds the
 * first one first, so its results have an earlier latest level than those of the last
 * position. */
enum { SLACK = 16 };

/* Chooses the levels that make the fewest instructions. At first they are the earliest. */
static void choose(const chooser *c) {
    uint32_t fewest = UINT32_MAX;
    const uint32_t early = count(c, c->early, c->level);
    count(c, c->late, c->latest);
    choose_ends(c);
    keep_if_fewer(c, &fewest);
    if (early < fewest) {
        fewest = early;
        memcpy(c->best, c->earliest, c->n_results * sizeof *c->best);
    }
    memcpy(c->level, c->latest, c->trace->n * sizeof *c->level);
    keep_if_fewer(c, &fewest);
    /* No choice makes fewer instructions than levels. In a recursion there are hardly
     * more, so that to try further would take longer than it can save. */
    const int may_be_fewer = fewest > c->n_levels + c->n_levels / 16;
    for (int is_last = 0; may_be_fewer && is_last < 2; is_last++) {
        find_common(c, is_last);
        for (uint32_t slack = 0; slack <= SLACK; slack += SLACK) {
            choose_common(c, slack);
            keep_if_fewer(c, &fewest);
        }
    }
    for (uint32_t j = 0; j < c->n_results; j++)
        c->level[c->result[j]] = c->best[j];
}

static void find(chooser *c) {
    const mg_trace *t = c->trace;
    uint32_t highest[2] = {0, 0};
    c->level[t->n - 1] = 0; /* the last node is a leaf that nodes before it use */
    for (uint32_t i = 0; i < t->n; i++) {
        c->level[i] = is_result(c, i) ? level_of(c, i) : 0;
        if (c->level[i] > highest[is_row(t, i) != 0])
            highest[is_row(t, i) != 0] = c->level[i];
    }
    for (uint32_t j = 0; j < c->n_results; j++) {
        c->earliest[j] = c->level[c->result[j]];
        c->kind[j] = kind_of(c, c->result[j]);
    }
    c->n_levels = highest[0] + highest[1];
    find_latest(c, highest);
    keep_layers_together(c, c->best);
    choose(c);
}

int mg_choose_levels(uint32_t *level, const mg_trace *trace, const mg_fused *fused,
                     const uint16_t *flags) {
    size_t places = 16, results = 0;
    for (uint32_t i = 0; i < trace->n; i++)
        results += fused->code[i] != MG_OP_leaf;
    while (places < 2 * results)
        places *= 2;
    chooser c = {.trace = trace,
                 .fused = fused,
                 .flags = flags,
                 .level = level,
                 .latest = mg_alloc(trace->n, sizeof *c.latest),
                 .result = mg_alloc(results, sizeof *c.result),
                 .kind = mg_alloc(results, sizeof *c.kind),
                 .earliest = mg_alloc(results, sizeof *c.earliest),
                 .common = mg_alloc(results, sizeof *c.common),
                 .best = mg_alloc(results, sizeof *c.best),
                 .early = mg_alloc(places, sizeof *c.early),
                 .late = mg_alloc(places, sizeof *c.late),
                 .mask = places - 1};
    int fine = c.earliest && c.latest && c.best && c.common && c.result && c.kind &&
               c.early && c.late;
    for (uint32_t i = 0; fine && i < trace->n; i++)
        if (is_result(&c, i))
            c.result[c.n_results++] = i;
    if (fine)
        find(&c);
    mg_dealloc(c.earliest);
    mg_dealloc(c.latest);
    mg_dealloc(c.best);
    mg_dealloc(c.common);
    mg_dealloc(c.result);
    mg_dealloc(c.kind);
    mg_dealloc(c.early);
    mg_dealloc(c.late);
    return fine;
}
