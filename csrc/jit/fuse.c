/* fuse.c - which nodes of a trace become one instruction's result.
 *
 * A neuron reaches us as ((b + w0 * x0) + w1 * x1) + ...: an addition whose one
 * operand is a product and whose other is such an addition again. All those inner
 * nodes that nobody else uses melt into one unit, which adds the products up in
 * the very order of the graph, so that it rounds alike. If only a relu uses the sum
 * of a neuron, it is that relu's unit.
 */
#include "jit/fuse.h" /* first */

#include <string.h>

#include "base/alloc.h"

/* Shorter sums gain nothing over single additions. */
enum { MIN_SUM = 3 };

typedef struct {
    const mg_trace *trace;
    mg_units *units;
    uint8_t *inside; /* of another unit */
    uint32_t *relu;  /* by node: the relu that alone uses it, or 0 */
} finder;

/* Whether a node can melt into the unit of head: it is used by nothing else and
 * runs as often. */
static int can_melt(const mg_trace *trace, uint32_t i, uint32_t head, int op) {
    return trace->op[i] == op && trace->uses[i] == 1 &&
           !((trace->is[i] ^ trace->is[head]) & MG_IS_ROW);
}

static int is_product(const mg_trace *trace, uint32_t i, uint32_t head) {
    return can_melt(trace, i, head, MG_OP_mul);
}

static void push_term(finder *f, uint32_t a, uint32_t b) {
    uint32_t *term = f->units->terms[f->units->n_terms++];
    term[0] = a;
    term[1] = b;
}

static int has_constant(const mg_trace *t, uint32_t product) {
    return ((t->is[t->a[product]] | t->is[t->b[product]]) & MG_IS_CONSTANT) != 0;
}

/* Walks down the additions below head as long as products are added; pushes the
 * products, last first, and returns where the sum starts. A product with a constant
 * is not put with others: in neuron - y, which is neuron + y * -1, the neuron would no
 * longer have its layer's inputs. */
static uint32_t push_products(finder *f, uint32_t head) {
    const mg_trace *t = f->trace;
    int constant = -1;
    for (uint32_t at = head;;) {
        uint32_t x = t->a[at], y = t->b[at];
        int left = is_product(t, x, head), right = is_product(t, y, head);
        if (!left && !right)
            return at;
        uint32_t product = right ? y : x, rest = right ? x : y;
        if (constant >= 0 && constant != has_constant(t, product))
            return at;
        constant = has_constant(t, product);
        push_term(f, t->a[product], t->b[product]);
        if (left && right) {
            push_term(f, t->a[x], t->b[x]);
            return t->n - 1;
        }
        if (!can_melt(t, rest, head, MG_OP_add))
            return rest;
        at = rest;
    }
}

/* The same for additions of anything but products. */
static uint32_t push_summands(finder *f, uint32_t head) {
    const mg_trace *t = f->trace;
    for (uint32_t at = head;;) {
        uint32_t x = t->a[at], y = t->b[at];
        if (is_product(t, x, head) || is_product(t, y, head))
            return at;
        int swapped = !can_melt(t, x, head, MG_OP_add) && can_melt(t, y, head, MG_OP_add);
        uint32_t rest = swapped ? y : x, summand = swapped ? x : y;
        push_term(f, summand, summand);
        if (!can_melt(t, rest, head, MG_OP_add))
            return rest;
        at = rest;
    }
}

/* Marks what lies between head and the start of its sum. */
static void melt(finder *f, uint32_t head, uint32_t start, int products) {
    const mg_trace *t = f->trace;
    for (uint32_t at = head; at != start;) {
        uint32_t x = t->a[at], y = t->b[at];
        if (at != head)
            f->inside[at] = 1;
        int left = products && is_product(t, x, head),
            right = products && is_product(t, y, head);
        if (left)
            f->inside[x] = 1;
        if (right)
            f->inside[y] = 1;
        if (left && right)
            return;
        if (products)
            at = right ? x : y;
        else
            at = !can_melt(t, x, head, MG_OP_add) && can_melt(t, y, head, MG_OP_add) ? y
                                                                                     : x;
    }
}

static void reverse(uint32_t (*terms)[2], uint32_t n) {
    for (uint32_t i = 0, j = n; i + 1 < j; i++) {
        j--;
        uint32_t a = terms[i][0], b = terms[i][1];
        memcpy(terms[i], terms[j], sizeof terms[i]);
        terms[j][0] = a;
        terms[j][1] = b;
    }
}

static void swap(uint32_t *term) {
    uint32_t a = term[0];
    term[0] = term[1];
    term[1] = a;
}

/* Whether a row's sum of products is a neuron's: uniform weights times rows. Puts
 * the weights first. */
static int make_neuron(const mg_trace *t, uint32_t init, uint32_t (*terms)[2],
                       uint32_t n) {
    if (t->is[init] & MG_IS_ROW)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        if (t->is[terms[i][0]] & t->is[terms[i][1]] & MG_IS_ROW)
            return 0;
    for (uint32_t i = 0; i < n; i++)
        if (t->is[terms[i][0]] & MG_IS_ROW)
            swap(terms[i]);
    return 1;
}

static void find_sum(finder *f, uint32_t head) {
    const mg_trace *t = f->trace;
    mg_units *units = f->units;
    uint32_t first = units->n_terms;
    int row = t->is[head] & MG_IS_ROW;
    units->code[head] = MG_OP_add;
    uint32_t init = push_products(f, head);
    uint32_t n = units->n_terms - first;
    int products = n > 0;
    if (!products) {
        init = push_summands(f, head);
        n = units->n_terms - first;
        if (n < MIN_SUM) {
            units->n_terms = first;
            return;
        }
        units->code[head] = MG_SUM;
    } else if (n == 1) {
        units->code[head] = MG_MULADD;
        if (row && !(t->is[units->terms[first][0]] & MG_IS_ROW))
            swap(units->terms[first]);
    } else {
        int neuron = row && make_neuron(t, init, units->terms + first, n);
        units->code[head] = neuron ? MG_LAYER : MG_DOT;
    }
    reverse(units->terms + first, n);
    melt(f, head, init, products);
    if (units->code[head] == MG_LAYER && f->relu[head] != 0) {
        units->code[head] = MG_OP_leaf;
        head = f->relu[head];
        units->code[head] = MG_LAYER;
    }
    units->init[head] = init;
    units->first[head] = first;
    units->count[head] = n;
}

static void find(finder *f) {
    const mg_trace *t = f->trace;
    memset(f->inside, 0, t->n);
    memset(f->relu, 0, t->n * sizeof *f->relu);
    for (uint32_t i = t->n; i-- > 0;) { /* users before what they use */
        f->units->code[i] = f->inside[i] ? MG_OP_leaf : t->op[i];
        if (t->op[i] == MG_OP_relu && t->uses[t->a[i]] == 1)
            f->relu[t->a[i]] = i;
        if (f->units->code[i] == MG_OP_add)
            find_sum(f, i);
    }
}

int mg_units_find(mg_units *units, const mg_trace *trace) {
    size_t n = trace->n;
    memset(units, 0, sizeof *units);
    finder f = {trace, units, mg_alloc(n, 1), mg_alloc(n, sizeof *f.relu)};
    units->code = mg_alloc(n, sizeof *units->code);
    units->init = mg_alloc(n, sizeof *units->init);
    units->first = mg_alloc(n, sizeof *units->first);
    units->count = mg_alloc(n, sizeof *units->count);
    units->terms = mg_alloc(n, sizeof *units->terms);
    int fine = f.inside && f.relu && units->code && units->init && units->first &&
               units->count && units->terms;
    if (fine)
        find(&f);
    mg_dealloc(f.inside);
    mg_dealloc(f.relu);
    return fine;
}

void mg_units_free(mg_units *units) {
    mg_dealloc(units->code);
    mg_dealloc(units->init);
    mg_dealloc(units->first);
    mg_dealloc(units->count);
    mg_dealloc(units->terms);
}
