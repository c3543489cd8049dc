/* simplify.c - merges equal nodes of a trace.
 *
 * The graph of a gradient is full of equal nodes: each derivative computes its factors
 * anew, and the gradients of several outputs share most of what they compute. A hash table
 * of operators and operands finds equal nodes, as compilers do in value numbering.
 */
#include "graph/graph.h" /* first */

#include "jit/simplify.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

typedef struct {
    mg_trace *trace;
    uint32_t *same;   /* by node: the first node with the same value, or the node itself */
    uint32_t *bucket; /* the hash table: a node + 1, or 0 */
    size_t mask;      /* the number of buckets - 1 */
} simplifier;

static int commutes(int op) { return op == MG_OP_add || op == MG_OP_mul; }

/* True if a node is this constant, to the bit. */
static int is_number(const mg_trace *t, uint32_t i, double number) {
    return t->is[i] & MG_IS_CONSTANT && memcmp(&t->k[i], &number, sizeof number) == 0;
}

/* Returns the operand of a sum or product whose other operand is this constant, or
 * UINT32_MAX. */
static uint32_t other_than(const mg_trace *t, uint32_t a, uint32_t b, double number) {
    return is_number(t, b, number) ? a : is_number(t, a, number) ? b : UINT32_MAX;
}

/* Returns x if a node with the operands a and b is x * 1, x + -0.0, x ** 1 or -(-x), or
 * the scale of x by 1, whose value has the bits of x; otherwise UINT32_MAX. */
static uint32_t simpler(const simplifier *s, uint32_t i, uint32_t a, uint32_t b) {
    const mg_trace *t = s->trace;
    switch (t->op[i]) {
    case MG_OP_add:
        return other_than(t, a, b, -0.0);
    case MG_OP_mul: {
        uint32_t x = other_than(t, a, b, 1.0);
        if (x != UINT32_MAX)
            return x;
        x = other_than(t, a, b, -1.0);
        if (x == UINT32_MAX || t->op[x] != MG_OP_mul)
            return UINT32_MAX;
        return other_than(t, s->same[t->a[x]], s->same[t->b[x]], -1.0);
    }
    case MG_OP_scale:
        return is_number(t, b, 1.0) ? a : UINT32_MAX;
    case MG_OP_pow_k:
        return t->k[i] == 1.0 ? a : UINT32_MAX;
    default:
        return UINT32_MAX;
    }
}

static int has_k(const mg_trace *t, uint32_t i) {
    return t->op[i] == MG_OP_leaf || mg_kind[t->op[i]] == MG_UNARY_K;
}

/* Returns the first node with the operator and k of node i and these operands: node i
 * itself if there was none. A leaf is a constant here, without operands. */
static uint32_t find(simplifier *s, uint32_t i, uint32_t a, uint32_t b) {
    const mg_trace *t = s->trace;
    uint64_t bits = 0;
    if (has_k(t, i))
        memcpy(&bits, &t->k[i], sizeof bits);
    if (commutes(t->op[i]) && a > b) {
        uint32_t swapped = a;
        a = b;
        b = swapped;
    }
    size_t at = (size_t)(mg_mix(mg_mix(mg_mix(t->op[i], a), b), bits) & s->mask);
    for (; s->bucket[at] != 0; at = (at + 1) & s->mask) {
        uint32_t j = s->bucket[at] - 1;
        if (t->op[j] != t->op[i] ||
            (has_k(t, i) && memcmp(&t->k[i], &t->k[j], sizeof bits) != 0))
            continue;
        if (t->op[i] == MG_OP_leaf)
            return j;
        uint32_t x = s->same[t->a[j]], y = s->same[t->b[j]];
        if ((x == a && y == b) || (commutes(t->op[i]) && x == b && y == a))
            return j;
    }
    s->bucket[at] = i + 1;
    return i;
}

/* Returns the node that stands for operand x of node i. A product that only one sum uses
 * is not merged with an equal one: an instruction that adds products up computes it on the
 * way, which costs less than storing it. A row's sum cannot do so with a uniform product.
 */
static uint32_t operand(const simplifier *s, uint32_t i, uint32_t x) {
    const mg_trace *t = s->trace;
    uint32_t same = s->same[x];
    int is_term = t->op[i] == MG_OP_add && t->op[x] == MG_OP_mul &&
                  t->op[same] == MG_OP_mul && t->uses[x] == 1 &&
                  !((t->is[x] ^ t->is[i]) & MG_IS_ROW);
    return is_term ? x : same;
}

/* Returns what scales a node if x does. scale(1, y) is y, but 0.0 where that is -0.0,
 * which makes no difference to a scale by it. */
static uint32_t past_scale_of_1(const simplifier *s, uint32_t x) {
    const mg_trace *t = s->trace;
    while (t->op[s->same[x]] == MG_OP_scale &&
           is_number(t, s->same[t->a[s->same[x]]], 1.0))
        x = t->b[s->same[x]];
    return x;
}

static void merge(simplifier *s) {
    mg_trace *t = s->trace;
    for (uint32_t i = 0; i < t->n; i++) {
        s->same[i] = i;
        if (t->op[i] == MG_OP_leaf) {
            if (t->is[i] & MG_IS_CONSTANT && i < t->n - 1)
                s->same[i] = find(s, i, 0, 0);
            continue;
        }
        if (t->op[i] == MG_OP_scale)
            t->b[i] = past_scale_of_1(s, t->b[i]);
        uint32_t a = s->same[t->a[i]], b = s->same[t->b[i]], x = simpler(s, i, a, b);
        t->a[i] = operand(s, i, t->a[i]);
        t->b[i] = operand(s, i, t->b[i]);
        s->same[i] = x != UINT32_MAX ? x : find(s, i, a, b);
    }
}

/* Counts the uses of each node, from the outputs down. */
static void count_uses(mg_trace *t) {
    memset(t->uses, 0, t->n * sizeof *t->uses);
    for (uint32_t i = 0; i < t->n_outputs; i++)
        t->uses[t->outputs[i]]++;
    for (uint32_t i = t->n; i-- > 0;) {
        if (t->op[i] == MG_OP_leaf)
            continue;
        if (t->uses[i] == 0) {
            t->op[i] = MG_OP_leaf;
            t->is[i] = MG_IS_CONSTANT;
            t->a[i] = t->b[i] = i;
            continue;
        }
        t->uses[t->a[i]]++;
        if (mg_trace_arity(t->op[i]) == 2)
            t->uses[t->b[i]]++;
    }
}

int mg_trace_simplify(mg_trace *trace) {
    size_t buckets = 16;
    while (buckets < (size_t)trace->n + trace->n / 2)
        buckets *= 2;
    simplifier s = {trace, mg_alloc(trace->n, sizeof *s.same),
                    mg_alloc(buckets, sizeof *s.bucket), buckets - 1};
    int fine = s.same != NULL && s.bucket != NULL;
    if (fine) {
        memset(s.bucket, 0, buckets * sizeof *s.bucket);
        merge(&s);
        for (uint32_t i = 0; i < trace->n_outputs; i++)
            trace->outputs[i] = s.same[trace->outputs[i]];
        count_uses(trace);
    }
    mg_dealloc(s.same);
    mg_dealloc(s.bucket);
    return fine;
}
