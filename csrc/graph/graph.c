/* graph.c - nodes: where they are stored, made and freed. */
#include "graph/graph.h"

#include <string.h>

#include "base/alloc.h"

/* Every chunk there can be: 2^32 ids, but in a build that tests what is then, which has
 * fewer marks too. The table costs memory only where used. */
#ifndef MG_ID_BITS
#define MG_ID_BITS 32
#endif
#define MAX_CHUNKS ((size_t)1 << (MG_ID_BITS - MG_CHUNK_BITS))
#define LAST_MARK (UINT32_MAX >> (32 - MG_ID_BITS))

mg_node_t *mg_chunks[MAX_CHUNKS];
mg_lock_t mg_graph_lock;
const mg_net_functions *mg_nets;

static size_t chunks_used;
static mg_index fresh = 1;     /* the next id that was never used */
static mg_index fresh_end = 1; /* the first id without a chunk */
static mg_index dead;          /* freed nodes, linked */
static size_t live;

const uint8_t mg_arity[MG_OP_COUNT] = {[MG_OP_leaf] = 0,
                                       [MG_OP_custom] = 0,
                                       [MG_OP_net] = 0,
                                       [MG_OP_net_output] = 1,
#define X(name, kind, label, raises, value, dx, dy)                                       \
    [MG_OP_##name] = (kind) == MG_BINARY ? 2 : 1,
                                       MG_OPS(X)
#undef X
};

/* --- memory -------------------------------------------------------------- */

static void lock_all(void) {
    mg_lock(&mg_graph_lock);
    mg_lock(&mg_alloc_lock);
}

static void unlock_all(void) {
    mg_unlock(&mg_alloc_lock);
    mg_unlock(&mg_graph_lock);
}

static int add_chunk(void) {
    if (chunks_used == MAX_CHUNKS)
        return 0;
    if (chunks_used == 0 && !mg_around_fork(lock_all, unlock_all))
        return 0;
    mg_node_t *chunk = mg_alloc(MG_CHUNK_NODES, sizeof *chunk + sizeof(void *));
    if (chunk == NULL)
        return 0;
    void **notes = (void **)(chunk + MG_CHUNK_NODES);
    for (mg_index i = 0; i < MG_CHUNK_NODES; i++)
        notes[i] = NULL;
    mg_chunks[chunks_used++] = chunk;
    fresh = chunks_used == 1 ? 1 : (mg_index)((chunks_used - 1) << MG_CHUNK_BITS);
    /* The very last id is given up, so that the end fits an mg_index. */
    fresh_end = (mg_index)(chunks_used << MG_CHUNK_BITS) - (chunks_used == MAX_CHUNKS);
    return 1;
}

mg_index mg_new_node(int op, double data) {
    MG_ASSERT_LOCKED();
    mg_index id = dead;
    mg_node_t *node;
    if (MG_LIKELY(id != 0)) {
        node = mg_room(id);
        dead = node->link;
        MG_PREFETCH(mg_room(dead)); /* the next one, or the first room of all */
    } else {
        if (MG_UNLIKELY(fresh == fresh_end) && !add_chunk())
            return 0;
        id = fresh++;
        node = mg_room(id);
    }
    node->data = data;
    node->grad = 0.0;
    node->operand[0] = node->operand[1] = 0;
    node->k = 0.0;
    node->refs = 1;
    node->mark = 0;
    node->flags = MG_AN_OWNER;
    node->op = (uint8_t)op;
    live++;
    return id;
}

const mg_index *mg_operands_of(const mg_node_t *node, uint32_t *n) {
    int has_list = node->op == MG_OP_custom || node->op == MG_OP_net;
    if (MG_UNLIKELY(has_list) && node->list != NULL) {
        *n = node->list->n;
        return node->list->ids;
    }
    *n = mg_arity[node->op];
    return node->operand;
}

static void (*on_free)(mg_id);

void mg_on_free(void (*function)(mg_id)) {
    mg_lock(&mg_graph_lock);
    on_free = function;
    mg_unlock(&mg_graph_lock);
}

/* What a node that is no operator's owns besides its operands. */
static void free_contents(mg_node_t *node) {
    if (node->op == MG_OP_custom)
        mg_list_free(node->list);
    else if (node->op == MG_OP_net)
        mg_nets->free_call(node->call);
    else if (node->op == MG_OP_net_output)
        mg_nets->forget_output(node);
}

/* Nodes that wait to be freed are linked through themselves: freeing needs no
 * memory and no stack, however deep the graph. */
void mg_free_nodes(mg_index id) {
    MG_ASSERT_LOCKED();
    MG_ASSERT(mg_room(id)->refs == 0);
    mg_room(id)->link = 0;
    while (id != 0) {
        mg_node_t *node = mg_room(id);
        mg_index waiting = node->link;
        uint32_t n;
        const mg_index *operands = mg_operands_of(node, &n);
        for (uint32_t i = 0; i < n; i++) {
            mg_node_t *operand = mg_at(operands[i]);
            if (--operand->refs == 0) {
                operand->link = waiting;
                waiting = operands[i];
            }
        }
        if (MG_UNLIKELY(node->op <= MG_OP_net_output))
            free_contents(node);
        if (MG_UNLIKELY(node->flags & MG_NOTED) && on_free != NULL)
            on_free(id);
        node->link = dead;
        dead = id;
        live--;
        id = waiting;
    }
}

mg_index mg_id_end(void) { return fresh; }

uint32_t mg_new_mark(void) {
    static uint32_t last;
    MG_ASSERT_LOCKED();
    if (MG_UNLIKELY(last == LAST_MARK)) { /* old marks would look new */
        for (mg_index id = 1; id < fresh; id++)
            mg_room(id)->mark = 0;
        last = 0;
    }
    return ++last;
}

/* --- making nodes --------------------------------------------------------- */

/* How many threads do not record, so that nobody need ask for the thread's own
 * variable while none does. */
static size_t silent_threads;
static MG_THREAD_LOCAL int silent;

void mg_set_recording(int on) {
    mg_lock(&mg_graph_lock);
    if (silent == (on != 0)) {
        silent = !on;
        silent_threads += on ? (size_t)-1 : 1;
    }
    mg_unlock(&mg_graph_lock);
}

int mg_is_recording(void) {
    MG_ASSERT_LOCKED();
    return MG_LIKELY(silent_threads == 0) || !silent;
}

/* The same for the traces that threads are in. */
static size_t tracing_threads;
static MG_THREAD_LOCAL double trace_number;

void mg_set_tracing(double number) {
    mg_lock(&mg_graph_lock);
    tracing_threads += (size_t)(number != 0.0) - (size_t)(trace_number != 0.0);
    trace_number = number;
    mg_unlock(&mg_graph_lock);
}

double mg_tracing(void) {
    MG_ASSERT_LOCKED();
    return MG_LIKELY(tracing_threads == 0) ? 0.0 : trace_number;
}

volatile size_t mg_mode_count;
void *mg_new_mode(size_t unused) {
    (void)unused;
    mg_lock(&mg_graph_lock);
    mg_mode_count++;
    mg_unlock(&mg_graph_lock);
    return (void *)&mg_mode_count; /* any address but NULL */
}

void mg_free_mode(void *mode) {
    (void)mode;
    mg_lock(&mg_graph_lock);
    mg_mode_count--;
    mg_unlock(&mg_graph_lock);
}

/* Takes no lock: the caller needs to see only what its own thread did before. */
size_t mg_modes(void) { return mg_mode_count + silent_threads + tracing_threads; }

mg_index mg_new_leaf(double data) {
    mg_index id = mg_new_node(MG_OP_leaf, data);
    if (MG_UNLIKELY(tracing_threads != 0) && id != 0)
        mg_at(id)->made_in = trace_number;
    return id;
}

static mg_index unary(int op, double data, mg_index a) {
    mg_index id = mg_new_node(op, data);
    if (MG_LIKELY(id != 0)) {
        mg_at(id)->operand[0] = a;
        mg_at(a)->refs++;
    }
    return id;
}

static mg_index binary(int op, double data, mg_index a, mg_index b) {
    mg_index id = mg_new_node(op, data);
    if (MG_LIKELY(id != 0)) {
        mg_node_t *node = mg_at(id);
        node->operand[0] = a;
        node->operand[1] = b;
        mg_at(a)->refs++;
        mg_at(b)->refs++;
    }
    return id;
}

mg_index mg_made_of(int op, double data, mg_index a, mg_index b) {
    if (MG_UNLIKELY(!mg_is_recording()))
        return mg_new_leaf(data);
    return b == 0 ? unary(op, data, a) : binary(op, data, a, b);
}

/* The operator on a and a leaf for b that nobody outside owns. */
static mg_index with_number(int op, double data, mg_index a, double b) {
    if (MG_UNLIKELY(!mg_is_recording()))
        return mg_new_leaf(data);
    mg_index constant = mg_new_leaf(b);
    if (constant == 0)
        return 0;
    mg_index id = binary(op, data, a, constant);
    mg_at(constant)->flags = 0;
    mg_drop(constant);
    return id;
}

double mg_value(int op, double x, double y, int *raises) {
    switch (op) {
#define X(name, kind, label, may_raise, value, dx, dy)                                    \
    case MG_OP_##name: {                                                                  \
        double out = value;                                                               \
        *raises = may_raise && mg_raises(x, y, out);                                      \
        return out;                                                                       \
    }
        MG_OPS(X)
#undef X
    default:
        *raises = 1;
        return 0.0;
    }
}

static void set_k(mg_index id, double k, int style) {
    if (id == 0 || mg_at(id)->op == MG_OP_leaf)
        return;
    mg_at(id)->k = k;
    mg_at(id)->flags |= (uint16_t)((unsigned)style << MG_STYLE_SHIFT & MG_STYLE);
}

static int kept(mg_index id) { return mg_at(id)->flags & MG_PINNED; }

mg_id mg_leaf(double data) {
    mg_lock(&mg_graph_lock);
    mg_index id = mg_new_leaf(data);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_add(mg_id x, mg_id y) {
    mg_index a = (mg_index)x, b = (mg_index)y;
    mg_lock(&mg_graph_lock);
    mg_index id = kept(a) || kept(b)
                      ? 0
                      : mg_made_of(MG_OP_add, mg_at(a)->data + mg_at(b)->data, a, b);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_mul(mg_id x, mg_id y) {
    mg_index a = (mg_index)x, b = (mg_index)y;
    mg_lock(&mg_graph_lock);
    mg_index id = kept(a) || kept(b)
                      ? 0
                      : mg_made_of(MG_OP_mul, mg_at(a)->data * mg_at(b)->data, a, b);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_add_number(mg_id x, double b) {
    mg_index a = (mg_index)x;
    mg_lock(&mg_graph_lock);
    mg_index id = kept(a) ? 0 : with_number(MG_OP_add, mg_at(a)->data + b, a, b);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_mul_number(mg_id x, double b) {
    mg_index a = (mg_index)x;
    mg_lock(&mg_graph_lock);
    mg_index id = kept(a) ? 0 : with_number(MG_OP_mul, mg_at(a)->data * b, a, b);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_unary(int op, mg_id x) {
    mg_index a = (mg_index)x;
    mg_lock(&mg_graph_lock);
    double data = mg_at(a)->data;
    int raises;
    double out = mg_value(op, data, data, &raises);
    mg_index id = raises || kept(a) ? 0 : mg_made_of(op, out, a, 0);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_unary_k(int op, mg_id x, double k, int style) {
    mg_index a = (mg_index)x;
    mg_lock(&mg_graph_lock);
    int raises;
    double out = mg_value(op, mg_at(a)->data, k, &raises);
    mg_index id = raises || kept(a) ? 0 : mg_made_of(op, out, a, 0);
    set_k(id, k, style);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_binary(int op, mg_id x, mg_id y) {
    mg_index a = (mg_index)x, b = (mg_index)y;
    mg_lock(&mg_graph_lock);
    int raises;
    double out = mg_value(op, mg_at(a)->data, mg_at(b)->data, &raises);
    mg_index id = raises || kept(a) || kept(b) ? 0 : mg_made_of(op, out, a, b);
    mg_unlock(&mg_graph_lock);
    return id;
}

mg_id mg_node(int op, const mg_id *operands, size_t n, double k, int style, double data) {
    if (op < 0 || op >= MG_OP_COUNT || op == MG_OP_net || op == MG_OP_net_output ||
        (op != MG_OP_custom && n != mg_arity[op]))
        return 0;
    mg_lock(&mg_graph_lock);
    mg_index id = op == MG_OP_custom ? mg_custom(operands, NULL, n, data)
                  : n == 0           ? mg_new_leaf(data)
                  : n == 1
                      ? unary(op, data, (mg_index)operands[0])
                      : binary(op, data, (mg_index)operands[0], (mg_index)operands[1]);
    set_k(id, k, style);
    mg_unlock(&mg_graph_lock);
    return id;
}

size_t mg_live_nodes(void) {
    mg_lock(&mg_graph_lock);
    size_t n = live;
    mg_unlock(&mg_graph_lock);
    return n;
}
