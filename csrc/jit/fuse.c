/* fuse.c - which nodes of a trace are fused into one result of an instruction.
 *
 * The graph of a neuron is ((b + w0 * x0) + w1 * x1) + ...: an addition, one of whose
 * operands is a product and the other again such an addition. The inner nodes that nothing
 * else uses are fused into the outermost addition, the head. The instruction adds the
 * products up in the order of the graph, so that it rounds as the graph does. If nothing
 * but a relu uses the sum of a neuron, the sum is fused into that relu.
 */
#include "jit/fuse.h" /* first */

#include <string.h>

#include "base/alloc.h"

/* Shorter sums gain nothing over single additions, and shorter sums that have products
 * among their terms nothing over multiply-adds. */
enum { MIN_SUM = 3, MIN_MIXED = 8 };

typedef struct {
    const mg_trace *trace;
    mg_fused *fused;
    uint8_t *inside; /* by node: true if the node is inside a result */
    uint32_t *relu;  /* by node: the relu that is the node's only user, or 0 */
} fuser;

/* True if a node is the operator op and can be fused into head: nothing else uses it, and
 * it is computed as often as head is. */
static int can_fuse(const mg_trace *trace, uint32_t i, uint32_t head, int op) {
    return trace->op[i] == op && trace->uses[i] == 1 &&
           !((trace->is[i] ^ trace->is[head]) & MG_IS_ROW);
}

static int is_product(const mg_trace *trace, uint32_t i, uint32_t head) {
    return can_fuse(trace, i, head, MG_OP_mul);
}

static void push_term(fuser *f, uint32_t a, uint32_t b) {
    uint32_t *term = f->fused->terms[f->fused->n_terms++];
    term[0] = a;
    term[1] = b;
}

static int has_constant(const mg_trace *t, uint32_t product) {
    return ((t->is[t->a[product]] | t->is[t->b[product]]) & MG_IS_CONSTANT) != 0;
}

/* Walks down the additions below head as long as products are added; pushes the products,
 * last first, and returns the node that they are added to. Products with a constant and
 * products without one are not put together: if they were, the neuron in neuron - y, which
 * is neuron + y * -1, would not have the inputs of its layer. */
static uint32_t push_products(fuser *f, uint32_t head) {
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
        if (!can_fuse(t, rest, head, MG_OP_add))
            return rest;
        at = rest;
    }
}

static int adds_product(const mg_trace *t, uint32_t at, uint32_t head) {
    return is_product(t, t->a[at], head) || is_product(t, t->b[at], head);
}

/* True if a sum goes on in operand b of an addition, not in a. */
static int goes_on_in_b(const mg_trace *t, uint32_t at, uint32_t head) {
    if (adds_product(t, at, head))
        return !is_product(t, t->b[at], head);
    return !can_fuse(t, t->a[at], head, MG_OP_add) &&
           can_fuse(t, t->b[at], head, MG_OP_add);
}

/* True if an addition adds a product, and what it adds the product to ends with another.
 */
static int adds_products(const mg_trace *t, uint32_t at, uint32_t head) {
    if (!adds_product(t, at, head))
        return 0;
    uint32_t rest = goes_on_in_b(t, at, head) ? t->b[at] : t->a[at];
    return is_product(t, rest, head) ||
           (can_fuse(t, rest, head, MG_OP_add) && adds_product(t, rest, head));
}

/* Does as push_products, but for additions of anything but products. If mixed, single
 * products among the summands are summands too: results of their own. */
static uint32_t push_summands(fuser *f, uint32_t head, int mixed) {
    const mg_trace *t = f->trace;
    for (uint32_t at = head;;) {
        uint32_t x = t->a[at], y = t->b[at];
        if (mixed ? adds_products(t, at, head) : adds_product(t, at, head))
            return at;
        int swapped = goes_on_in_b(t, at, head);
        uint32_t rest = swapped ? y : x, summand = swapped ? x : y;
        push_term(f, summand, summand);
        if (!can_fuse(t, rest, head, MG_OP_add))
            return rest;
        at = rest;
    }
}

/* Sets inside for the nodes between head and the node that its terms are added to. */
static void set_inside(fuser *f, uint32_t head, uint32_t init, int products) {
    const mg_trace *t = f->trace;
    for (uint32_t at = head; at != init;) {
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
            at = goes_on_in_b(t, at, head) ? y : x;
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

/* True if a row's sum of products is that of a neuron: a uniform bias, and uniform weights
 * times row inputs. Then puts the input first in each term. */
static int make_neuron(const mg_trace *t, uint32_t init, uint32_t (*terms)[2],
                       uint32_t n) {
    if (t->is[init] & MG_IS_ROW)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        if (t->is[terms[i][0]] & t->is[terms[i][1]] & MG_IS_ROW)
            return 0;
    for (uint32_t i = 0; i < n; i++)
        if (!(t->is[terms[i][0]] & MG_IS_ROW))
            swap(terms[i]);
    return 1;
}

/* If one factor of a term gets a gradient, puts it first, so that backward may have
 * nothing to do for the second ones. */
static void put_gradients_first(const mg_trace *t, uint32_t (*terms)[2], uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (!(t->is[terms[i][0]] & MG_WANTS_GRAD))
            swap(terms[i]);
}

static void fuse_sum(fuser *f, uint32_t head) {
    const mg_trace *t = f->trace;
    mg_fused *fused = f->fused;
    uint32_t first = fused->n_terms;
    int row = t->is[head] & MG_IS_ROW;
    fused->code[head] = MG_OP_add;
    int products = 0;
    uint32_t init = push_summands(f, head, 1), n = fused->n_terms - first;
    if (n < MIN_MIXED) {
        fused->n_terms = first;
        init = push_products(f, head);
        n = fused->n_terms - first;
        products = n > 0;
    }
    if (n == 0) {
        init = push_summands(f, head, 0);
        n = fused->n_terms - first;
    }
    if (!products) {
        if (n < MIN_SUM) {
            fused->n_terms = first;
            return;
        }
        fused->code[head] = MG_SUM;
    } else if (n == 1) {
        fused->code[head] = MG_MULADD;
        if (row && !(t->is[fused->terms[first][0]] & MG_IS_ROW))
            swap(fused->terms[first]);
    } else {
        int neuron = row && make_neuron(t, init, fused->terms + first, n);
        fused->code[head] = neuron ? MG_LAYER : MG_DOT;
        if (!neuron)
            put_gradients_first(t, fused->terms + first, n);
    }
    reverse(fused->terms + first, n);
    set_inside(f, head, init, products);
    if (fused->code[head] == MG_LAYER && f->relu[head] != 0) {
        fused->code[head] = MG_OP_leaf;
        head = f->relu[head];
        fused->code[head] = MG_LAYER;
    }
    fused->init[head] = init;
    fused->first[head] = first;
    fused->count[head] = n;
}

/* Makes a result of a take: a term for each entry of its table. */
static void fuse_take(fuser *f, uint32_t i) {
    const mg_trace *t = f->trace;
    mg_fused *fused = f->fused;
    const uint32_t first = fused->n_terms;
    uint32_t at = t->b[i];
    for (; t->op[t->a[at]] == MG_OP_table; at = t->a[at])
        push_term(f, t->a[i], t->b[at]);
    push_term(f, t->a[i], t->b[at]);
    reverse(fused->terms + first, fused->n_terms - first);
    fused->code[i] = MG_TAKE;
    fused->init[i] = t->a[i];
    fused->first[i] = first;
    fused->count[i] = fused->n_terms - first;
}

/* Returns how many terms there can be at most: a node is a factor of one term, but takes
 * may share their tables. */
static size_t max_terms(const mg_trace *t) {
    size_t n = t->n;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->op[i] == MG_OP_take)
            n += (size_t)t->k[i];
    return n;
}

static void fuse(fuser *f) {
    const mg_trace *t = f->trace;
    memset(f->inside, 0, t->n);
    memset(f->relu, 0, t->n * sizeof *f->relu);
    for (uint32_t i = t->n; i-- > 0;) { /* users before what they use */
        f->fused->code[i] = f->inside[i] ? MG_OP_leaf : t->op[i];
        if (t->op[i] == MG_OP_relu && t->uses[t->a[i]] == 1)
            f->relu[t->a[i]] = i;
        if (f->fused->code[i] == MG_OP_add)
            fuse_sum(f, i);
        else if (t->op[i] == MG_OP_take)
            fuse_take(f, i);
        else if (t->op[i] == MG_OP_table)
            f->fused->code[i] = MG_OP_leaf;
    }
}

int mg_fuse(mg_fused *fused, const mg_trace *trace) {
    size_t n = trace->n, terms = max_terms(trace);
    memset(fused, 0, sizeof *fused);
    fuser f = {trace, fused, mg_alloc(n, 1), mg_alloc(n, sizeof *f.relu)};
    fused->code = mg_alloc(n, sizeof *fused->code);
    fused->init = mg_alloc(n, sizeof *fused->init);
    fused->first = mg_alloc(n, sizeof *fused->first);
    fused->count = mg_alloc(n, sizeof *fused->count);
    fused->terms = terms > UINT32_MAX ? NULL : mg_alloc(terms, sizeof *fused->terms);
    int fine = f.inside && f.relu && fused->code && fused->init && fused->first &&
               fused->count && fused->terms;
    if (fine)
        fuse(&f);
    mg_dealloc(f.inside);
    mg_dealloc(f.relu);
    return fine;
}

void mg_fused_free(mg_fused *fused) {
    mg_dealloc(fused->code);
    mg_dealloc(fused->init);
    mg_dealloc(fused->first);
    mg_dealloc(fused->count);
    mg_dealloc(fused->terms);
}
