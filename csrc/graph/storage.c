/* storage.c - where nodes are stored: chunks of memory, and the list of freed nodes. */
#include "graph/graph.h"

#include "base/alloc.h"

/* Ids and marks have this many bits. Tests lower MG_ID_BITS to exercise their exhaustion.
 */
#ifndef MG_ID_BITS
#define MG_ID_BITS 32
#endif
#define MAX_CHUNKS ((size_t)1 << (MG_ID_BITS - MG_CHUNK_BITS))
#define LAST_MARK (UINT32_MAX >> (32 - MG_ID_BITS))

/* Room for every chunk there can be. The system gives this table memory only where it is
 * used. */
mg_node_t *mg_chunks[MAX_CHUNKS];
mg_lock_t mg_graph_lock;
uint64_t mg_data_version, mg_flags_version;
const mg_net_functions *mg_nets;

static size_t n_chunks;
static mg_index unused_id = 1;  /* the smallest id that no node has had yet */
static mg_index chunks_end = 1; /* the smallest id without a chunk */
mg_index mg_free_list;
size_t mg_n_live;

static void lock_all(void) {
    mg_lock(&mg_graph_lock);
    mg_lock(&mg_alloc_lock);
}

static void unlock_all(void) {
    mg_unlock(&mg_alloc_lock);
    mg_unlock(&mg_graph_lock);
}

/* Makes room for more nodes. Returns 0 if there is none, or no id, or no memory. */
static int add_chunk(void) {
    if (n_chunks == MAX_CHUNKS)
        return 0;
    if (n_chunks == 0 && !mg_around_fork(lock_all, unlock_all))
        return 0;
    mg_node_t *chunk = mg_alloc(MG_CHUNK_NODES, sizeof *chunk + sizeof(void *));
    if (chunk == NULL)
        return 0;
    void **notes = (void **)(chunk + MG_CHUNK_NODES);
    for (mg_index i = 0; i < MG_CHUNK_NODES; i++)
        notes[i] = NULL;
    mg_chunks[n_chunks++] = chunk;
    unused_id = n_chunks == 1 ? 1 : (mg_index)((n_chunks - 1) << MG_CHUNK_BITS);
    /* The last id of all is never used, so that chunks_end fits an mg_index. */
    chunks_end = (mg_index)(n_chunks << MG_CHUNK_BITS) - (n_chunks == MAX_CHUNKS);
    return 1;
}

mg_index mg_take_unused_id(void) {
    if (unused_id == chunks_end && !add_chunk())
        return 0;
    return unused_id++;
}

const mg_index *mg_operands_of(const mg_node_t *node, uint32_t *n) {
    if (MG_UNLIKELY(mg_has_list(node->op)) && node->list != NULL) {
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

/* Frees what a custom or take node or a node of a net or of mg_linear owns, after its
 * operands were dropped. */
static void free_contents(mg_index id, mg_node_t *node) {
    if (mg_owns_list(node->op))
        mg_list_free(node->list);
    else if (node->op == MG_OP_net)
        mg_nets->free_call(node->call);
    else if (node->op == MG_OP_net_output)
        mg_nets->forget_output(node);
    else if (node->op == MG_OP_linear_weights)
        mg_free_linear_weights(id);
    else if (node->op == MG_OP_linear)
        mg_free_linear_call(id);
}

/* Puts a node on the list of free ones. operand[0] is the one that was put there AHEAD
 * nodes before, which so comes up about as many nodes later, and is prefetched until then:
 * each link is read from memory before the next is known. */
static void push_free(mg_index id, mg_node_t *node) {
    enum { AHEAD = 8 };
    static mg_index recent[AHEAD];
    static unsigned n;
    mg_index *place = &recent[n++ % AHEAD];
    node->operand[0] = *place;
    *place = id;
    node->link = mg_free_list;
    mg_free_list = id;
}

/* Nodes that wait to be freed form a list by their links, so freeing needs no memory and
 * no stack, however deep the graph is. */
void mg_free_nodes(mg_index id) {
    MG_ASSERT_LOCKED();
    MG_ASSERT(mg_room(id)->refs == 0);
    mg_room(id)->link = 0;
    while (id != 0) {
        mg_node_t *node = mg_room(id);
        mg_index waiting = node->link;
        uint32_t n;
        const mg_index *operands = mg_operands_at(node, &n);
        for (uint32_t i = 0; i < n; i++) {
            mg_node_t *operand = mg_at(operands[i]);
            if (--operand->refs == 0) {
                operand->link = waiting;
                waiting = operands[i];
            }
        }
        if (MG_UNLIKELY(node->op < MG_OP_table))
            free_contents(id, node);
        if (MG_UNLIKELY(node->flags & MG_NOTED) && on_free != NULL)
            on_free(id);
        push_free(id, node);
        mg_n_live--;
        id = waiting;
    }
}

mg_index mg_id_end(void) { return unused_id; }

uint32_t mg_new_mark(void) {
    static uint32_t last;
    MG_ASSERT_LOCKED();
    if (MG_UNLIKELY(last == LAST_MARK)) { /* else an old mark could equal a new one */
        for (mg_index id = 1; id < unused_id; id++)
            mg_room(id)->mark = 0;
        last = 0;
    }
    return ++last;
}

mg_id mg_leaf(double data) {
    mg_lock(&mg_graph_lock);
    mg_index id = mg_new_leaf(data);
    mg_unlock(&mg_graph_lock);
    return id;
}

size_t mg_live_nodes(void) {
    mg_lock(&mg_graph_lock);
    size_t n = mg_n_live;
    mg_unlock(&mg_graph_lock);
    return n;
}
