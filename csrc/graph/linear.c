/* linear.c - rows of weights times one row of inputs, each output as one node.
 *
 * A call makes one MG_OP_linear node, whose operands are a node with the weights and the
 * inputs, and an MG_OP_linear_output node for each row of weights. An output stands for
 * the nodes 0 + w[0] * x[0] + w[1] * x[1] + ... of its row. It is expanded, and becomes
 * the last of these nodes, when the caller looks at it, and where backward needs that.
 *
 * Why backward need not expand an output: the walk of the sort would leave the nodes of a
 * row in one piece, from the last to the first, if it visited no other node between them.
 * So it is if it has visited all inputs before. Then one step for the whole row adds to
 * each gradient what the nodes would add, in the same order. The first output to be
 * visited of each row of inputs is expanded, the others usually are not.
 *
 * Calls with the same weights share the MG_OP_linear_weights node, as long as one of them
 * lives.
 */
#include "graph/graph.h" /* first */

#include <string.h>

#include "base/alloc.h"

/* The weights of a call, all in one block. */
struct mg_linear_weights {
    size_t m, n;            /* rows, and inputs */
    size_t width;           /* n, or n + 1 with a bias, which stands before the weights */
    uint64_t data_version;  /* the last mg_data_version at which data was current */
    uint64_t flags_version; /* the mg_flags_version at which flags was computed */
    unsigned flags;         /* of all weights, joined by or */
    double *data;           /* (m, width): their data when the weights were made */
    mg_operand_list *list;  /* the weights' nodes, (m, width) */
};

/* What a call holds, all in one block. */
struct mg_linear_call {
    const struct mg_linear_weights *weights;
    double *x;             /* (n): the inputs' data at the time of the call */
    double *grads;         /* (m): the outputs' gradients at their steps */
    uint8_t *stepped;      /* (m): 1 if backward has visited the output */
    mg_operand_list *list; /* the weights' node and the inputs, (1 + n) */
};

/* The newest nodes with weights, by a hash, to be found by the next calls; no references.
 */
enum { NEWEST = 64 };
static mg_index newest[NEWEST];

static mg_index *newest_of(mg_index first, size_t m) {
    return &newest[(first * 31u + (mg_index)m) % NEWEST];
}

/* --- weights -------------------------------------------------------------------- */

/* Returns the flags of all weights, joined by or. A weight that is no leaf, or not any
 * more, see mg_become, counts as one with a custom backward. */
static unsigned flags_of(struct mg_linear_weights *w) {
    if (w->flags_version != mg_flags_version) {
        w->flags = 0;
        for (uint32_t i = 0; i < w->list->n; i++) {
            const mg_node_t *node = mg_at(w->list->ids[i]);
            w->flags |= node->flags | (node->op == MG_OP_leaf ? 0 : MG_CUSTOM_BACKWARD);
        }
        w->flags_version = mg_flags_version;
    }
    return w->flags;
}

static int is_current(struct mg_linear_weights *w) {
    if (w->data_version != mg_data_version) {
        for (uint32_t i = 0; i < w->list->n; i++)
            if (memcmp(&w->data[i], &mg_at(w->list->ids[i])->data, sizeof *w->data) != 0)
                return 0;
        w->data_version = mg_data_version;
    }
    return 1;
}

/* True if w has these weights: (m, n), and bias: (m), or NULL. */
static int has_ids(const struct mg_linear_weights *w, const mg_id *weights, size_t m,
                   size_t n, const mg_id *bias) {
    if (w->m != m || w->n != n || (w->width > n) != (bias != NULL))
        return 0;
    const mg_index *ids = w->list->ids;
    for (size_t j = 0; j < m; j++) {
        if (bias != NULL && *ids++ != (mg_index)bias[j])
            return 0;
        for (size_t i = 0; i < n; i++)
            if (*ids++ != (mg_index)*weights++)
                return 0;
    }
    return 1;
}

/* Returns a new node with the weights, which has no owner. 0: out of memory. */
static mg_index new_weights(const mg_id *weights, size_t m, size_t n, const mg_id *bias) {
    size_t width = n + (bias != NULL), count = m * width;
    struct mg_linear_weights *w = mg_alloc(
        1, sizeof *w + count * (sizeof *w->data + sizeof(mg_index)) + sizeof *w->list);
    mg_index id = w == NULL ? 0 : mg_new_node(MG_OP_linear_weights, 0.0);
    if (id == 0) {
        mg_dealloc(w);
        return 0;
    }
    *w = (struct mg_linear_weights){.m = m,
                                    .n = n,
                                    .width = width,
                                    .data_version = mg_data_version,
                                    .flags_version = mg_flags_version - 1,
                                    .data = (double *)(w + 1)};
    w->list = (mg_operand_list *)(w->data + count);
    w->list->local = NULL;
    w->list->n = (uint32_t)count;
    mg_index *ids = w->list->ids;
    double *data = w->data;
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i < width; i++) {
            int is_bias = i == 0 && bias != NULL;
            *ids = mg_use((mg_index)(is_bias ? bias[j] : *weights++));
            *data++ = mg_at(*ids++)->data;
        }
    mg_node_t *node = mg_at(id);
    node->flags = 0;
    node->list = w->list;
    node->weights = w;
    return id;
}

void mg_free_linear_weights(mg_index id) {
    struct mg_linear_weights *w = mg_room(id)->weights;
    mg_index *place = newest_of(w->list->ids[0], w->m);
    if (*place == id)
        *place = 0;
    mg_dealloc(w);
}

/* Returns the node with the weights, with a reference for the caller. 0: out of memory. */
static mg_index weights_of(const mg_id *weights, size_t m, size_t n, const mg_id *bias) {
    mg_index *place = newest_of((mg_index)(bias == NULL ? weights : bias)[0], m);
    if (*place != 0 && has_ids(mg_at(*place)->weights, weights, m, n, bias) &&
        is_current(mg_at(*place)->weights))
        return mg_use(*place);
    mg_index id = new_weights(weights, m, n, bias);
    if (id != 0)
        *place = id;
    return id;
}

/* --- calls ---------------------------------------------------------------------- */

/* The sum of a row. w: (width). x: (n). */
static double row_sum(const struct mg_linear_weights *weights, const double *w,
                      const double *x) {
    size_t n = weights->n;
    double sum;
    if (weights->width > n) {
        sum = w[0] + w[1] * x[0];
        w++;
    } else {
        sum = w[0] * x[0] + 0.0;
    }
    for (size_t i = 1; i < n; i++)
        sum += w[i] * x[i];
    return sum;
}

/* Returns a new node for a call, which has no owner and takes over the reference to the
 * node with the weights. 0: out of memory. */
static mg_index new_call(mg_index weights, const mg_id *x, size_t n) {
    const struct mg_linear_weights *w = mg_at(weights)->weights;
    struct mg_linear_call *call;
    size_t size = (n + w->m) * sizeof(double) + sizeof *call->list +
                  (1 + n) * sizeof(mg_index) + w->m;
    call = mg_alloc(1, sizeof *call + size);
    mg_index id = call == NULL ? 0 : mg_new_node(MG_OP_linear, 0.0);
    if (id == 0) {
        mg_dealloc(call);
        mg_drop(weights);
        return 0;
    }
    call->weights = w;
    call->x = (double *)(call + 1);
    call->grads = call->x + n;
    call->list = (mg_operand_list *)(call->grads + w->m);
    call->list->local = NULL;
    call->list->n = (uint32_t)(1 + n);
    call->stepped = (uint8_t *)(call->list->ids + 1 + n);
    memset(call->stepped, 0, w->m);
    call->list->ids[0] = weights;
    for (size_t i = 0; i < n; i++) {
        call->list->ids[1 + i] = mg_use((mg_index)x[i]);
        call->x[i] = mg_at((mg_index)x[i])->data;
    }
    mg_node_t *node = mg_at(id);
    node->flags = 0;
    node->list = call->list;
    node->linear = call;
    return id;
}

void mg_free_linear_call(mg_index id) { mg_dealloc(mg_room(id)->linear); }

/* Writes the outputs of a call to out: (m), a reference to each. Drops the caller's
 * reference to the call. Returns 0 if it is out of memory; then no output is left. */
static int make_outputs(mg_index call_id, mg_id *out) {
    const struct mg_linear_call *call = mg_at(call_id)->linear;
    const struct mg_linear_weights *w = call->weights;
    int records = mg_is_recording();
    size_t made = 0;
    for (; made < w->m; made++) {
        double data = row_sum(w, w->data + made * w->width, call->x);
        mg_index id = records ? mg_new_node(MG_OP_linear_output, data) : mg_new_leaf(data);
        if (id == 0)
            break;
        if (records) {
            mg_at(id)->operand[0] = mg_use(call_id);
            mg_at(id)->operand[1] = (mg_index)made;
        }
        out[made] = id;
    }
    int all = made == w->m;
    while (!all && made-- > 0)
        mg_drop((mg_index)out[made]);
    mg_drop(call_id);
    return all;
}

/* Of one call; the blocks' sizes fit a size_t of 32 bits. */
enum { MOST_WEIGHTS = 1 << 27 };

mg_status mg_linear(const mg_id *x, size_t n, const mg_id *weights, size_t m,
                    const mg_id *bias, mg_id *out) {
    if (n == 0 || m == 0 || n >= (size_t)MOST_WEIGHTS || m > MOST_WEIGHTS / (n + 1))
        return MG_NO_MEMORY;
    mg_lock(&mg_graph_lock);
    int ok = mg_tracing() == 0.0;
    for (size_t i = 0; i < n; i++)
        ok &= !(mg_at((mg_index)x[i])->flags & MG_PINNED);
    mg_index id = ok ? weights_of(weights, m, n, bias) : 0;
    if (id != 0 && flags_of(mg_at(id)->weights) & (MG_PINNED | MG_CUSTOM_BACKWARD)) {
        mg_drop(id);
        id = 0;
    }
    id = id == 0 ? 0 : new_call(id, x, n);
    ok = id != 0 && make_outputs(id, out);
    mg_unlock(&mg_graph_lock);
    return ok ? MG_OK : MG_NO_MEMORY;
}

/* --- expansion ------------------------------------------------------------------- */

/* Does what mg_new_operator does. An operand of 0 is one that there was no memory for. */
static mg_index made_of(int op, double data, double grad, mg_index a, mg_index b) {
    if (a != 0 && b != 0)
        return mg_new_operator(op, data, grad, a, b);
    if (a != 0)
        mg_drop(a);
    if (b != 0)
        mg_drop(b);
    return 0;
}

/* The leaf 0 that a row without a bias begins with. 0: out of memory. */
static mg_index new_zero(double grad) {
    mg_index id = mg_new_node(MG_OP_leaf, 0.0);
    if (id != 0) {
        mg_at(id)->flags = 0;
        mg_at(id)->grad = grad;
    }
    return id;
}

int mg_expand_linear(mg_index output_id) {
    mg_node_t *output = mg_at(output_id);
    mg_index call_id = output->operand[0], j = output->operand[1];
    struct mg_linear_call *call = mg_at(call_id)->linear;
    const struct mg_linear_weights *weights = call->weights;
    const mg_index *ids = weights->list->ids + j * weights->width;
    const double *w = weights->data + j * weights->width;
    /* Each node gets the gradient added to its first, 0. */
    double grad = call->stepped[j] ? 0.0 + call->grads[j] : 0.0, sum = 0.0;
    int has_bias = weights->width > weights->n;
    mg_index last = has_bias ? mg_use(*ids++) : 0; /* the sum so far */
    if (has_bias)
        sum = *w++;
    for (size_t i = 0;; i++) {
        mg_index product = made_of(MG_OP_mul, w[i] * call->x[i], grad, mg_use(ids[i]),
                                   mg_use(call->list->ids[1 + i]));
        mg_index a = last, b = product;
        if (i == 0 && !has_bias) { /* Python's 0 + p calls p.__radd__: p + 0 */
            a = product;
            b = product == 0 ? 0 : new_zero(grad);
        }
        sum += w[i] * call->x[i];
        if (i + 1 == weights->n) {
            if (a == 0 || b == 0) {
                made_of(MG_OP_add, sum, grad, a, b);
                return 0;
            }
            output->op = MG_OP_add;
            output->operand[0] = a;
            output->operand[1] = b;
            break;
        }
        last = made_of(MG_OP_add, sum, grad, a, b);
        if (last == 0)
            return 0;
    }
    mg_drop(call_id);
    return 1;
}

/* --- backward -------------------------------------------------------------------- */

/* True if the walk with this mark has visited all inputs that it visits. Once that is so,
 * the call's node gets the mark. */
static int visited_inputs(mg_node_t *call_node, uint32_t mark) {
    if (call_node->mark == mark)
        return 1;
    const mg_operand_list *list = call_node->list;
    for (uint32_t i = 1; i < list->n; i++) {
        const mg_node_t *x = mg_at(list->ids[i]);
        int is_visited =
            x->op == MG_OP_leaf && !(x->flags & MG_CUSTOM_BACKWARD); /* left out */
        if (!is_visited && x->mark != mark)
            return 0;
    }
    call_node->mark = mark;
    return 1;
}

int mg_visit_linear(mg_index output_id, int expand_all, uint32_t mark) {
    mg_node_t *call_node = mg_at(mg_at(output_id)->operand[0]);
    mg_index row = mg_at(output_id)->operand[1];
    if (!expand_all && !call_node->linear->stepped[row] &&
        !(flags_of(mg_at(call_node->list->ids[0])->weights) & MG_CUSTOM_BACKWARD) &&
        visited_inputs(call_node, mark))
        return 1;
    return mg_expand_linear(output_id);
}

/* Reads the operands' current data, as the steps of single operators do. */
void mg_step_linear(const mg_node_t *output) {
    struct mg_linear_call *call = mg_at(output->operand[0])->linear;
    const struct mg_linear_weights *weights = call->weights;
    const mg_index *w = weights->list->ids + output->operand[1] * weights->width;
    const mg_index *x = call->list->ids + 1;
    int has_bias = weights->width > weights->n;
    double g = 0.0 + output->grad; /* of each node that is not there */
    call->grads[output->operand[1]] = output->grad;
    call->stepped[output->operand[1]] = 1;
    for (size_t i = weights->n; i-- > 0;) {
        mg_node_t *a = mg_at(w[i + (size_t)has_bias]), *b = mg_at(x[i]);
        if (has_bias && i == 0) /* the first addition: with one input, it is the output */
            mg_at(w[0])->grad += weights->n == 1 ? output->grad : g;
        double to_a = b->data * g, to_b = a->data * g;
        a->grad += to_a;
        b->grad += to_b;
    }
}

int mg_linear_depends(const mg_node_t *output, int flag) {
    const struct mg_linear_call *call = mg_at(output->operand[0])->linear;
    const struct mg_linear_weights *weights = call->weights;
    const mg_index *w = weights->list->ids + output->operand[1] * weights->width;
    int flags = 0;
    for (size_t i = 0; i < weights->width; i++)
        flags |= mg_at(w[i])->flags;
    for (uint32_t i = 1; i < call->list->n; i++)
        flags |= mg_at(call->list->ids[i])->flags;
    return (flags & flag) != 0;
}
