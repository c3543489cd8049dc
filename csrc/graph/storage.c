/* storage.c - where nodes are stored: chunks of memory, and which ids in them are free. */
#include "graph/graph.h" /* first */

#include <string.h>

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
uint64_t mg_free_word;
mg_index mg_free_first;
size_t mg_n_live;
size_t mg_outside_gil = 1;

/* Bit c: some of the free ids of chunk c are not 0. */
static uint64_t chunks_with_free[(MAX_CHUNKS + 63) / 64];

static void lock_all(void) {
    mg_lock(&mg_graph_lock);
    mg_lock(&mg_alloc_lock);
}

static void unlock_all(void) {
    mg_unlock(&mg_alloc_lock);
    mg_unlock(&mg_graph_lock);
}

/* Returns the free ids of a chunk, which lie after its nodes and notes. */
static mg_id_bits *free_ids_of(size_t chunk) {
    void **notes = (void **)(mg_chunks[chunk] + MG_CHUNK_NODES);
    return (mg_id_bits *)(void *)(notes + MG_CHUNK_NODES);
}

/* Makes room for more nodes. Returns 0 if there is none, or no id, or no memory. */
static int add_chunk(void) {
    if (n_chunks == MAX_CHUNKS)
        return 0;
    if (n_chunks == 0 && !mg_around_fork(lock_all, unlock_all))
        return 0;
    mg_node_t *chunk = mg_alloc(1, MG_CHUNK_NODES * (sizeof *chunk + sizeof(void *)) +
                                       sizeof(mg_id_bits));
    if (chunk == NULL)
        return 0;
    void **notes = (void **)(chunk + MG_CHUNK_NODES);
    for (mg_index i = 0; i < MG_CHUNK_NODES; i++)
        notes[i] = NULL;
    mg_chunks[n_chunks] = chunk;
    mg_id_bits *ids = free_ids_of(n_chunks);
    memset(ids, 0xff, sizeof *ids);
    if (n_chunks == 0)
        ids->words[0] &= ~(uint64_t)1; /* 0 is no id */
    if (n_chunks + 1 == MAX_CHUNKS)    /* so that mg_id_end fits an mg_index */
        ids->words[MG_CHUNK_WORDS - 1] &= ~((uint64_t)1 << (MG_WORD_IDS - 1));
    chunks_with_free[n_chunks / 64] |= (uint64_t)1 << n_chunks % 64;
    n_chunks++;
    return 1;
}

int mg_next_free_word(void) {
    const size_t n = (n_chunks + 63) / 64; /* words of chunks_with_free */
    size_t i = 0, j = 0;
    while (i + 1 < n && chunks_with_free[i] == 0)
        i++;
    if (chunks_with_free[i] == 0) {
        if (!add_chunk())
            return 0;
        i = (n_chunks - 1) / 64;
    }
    size_t chunk = 64 * i + mg_lowest_bit(chunks_with_free[i]);
    mg_id_bits *ids = free_ids_of(chunk);
    while (ids->used[j] == 0)
        j++;
    size_t word = 64 * j + mg_lowest_bit(ids->used[j]);
    mg_free_word = ids->words[word];
    mg_free_first = (mg_index)(chunk << MG_CHUNK_BITS | word * MG_WORD_IDS);
    ids->words[word] = 0;
    ids->used[j] &= ids->used[j] - 1;
    while (j < MG_CHUNK_WORDS / 64 && ids->used[j] == 0)
        j++;
    if (j == MG_CHUNK_WORDS / 64)
        chunks_with_free[i] &= chunks_with_free[i] - 1;
    return 1;
}

/* Notes that an id is free. */
static inline void give_back(mg_index id) {
    const uint64_t bit = (uint64_t)1 << id % MG_WORD_IDS;
    if (id - id % MG_WORD_IDS == mg_free_first) {
        mg_free_word |= bit;
        return;
    }
    const size_t chunk = id >> MG_CHUNK_BITS;
    mg_id_bits *ids = free_ids_of(chunk);
    const size_t word = (id & (MG_CHUNK_NODES - 1)) / MG_WORD_IDS;
    if (ids->words[word] == 0) {
        ids->used[word / 64] |= (uint64_t)1 << word % 64;
        chunks_with_free[chunk / 64] |= (uint64_t)1 << chunk % 64;
    }
    ids->words[word] |= bit;
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

/* Nodes that wait to be freed form a list by their links, so freeing needs no memory and
 * no stack, however deep the graph is. */
void mg_free_nodes(mg_index id) {
    MG_ASSERT_LOCKED();
    MG_ASSERT(mg_room(id)->refs == 0);
    mg_room(id)->link = 0;
    while (id != 0) {
        mg_node_t *node = mg_room(id);
        mg_index waiting = node->link;
        mg_prefetch_below(node);
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
        give_back(id);
        mg_n_live--;
        id = waiting;
    }
}

mg_index mg_id_end(void) {
    const mg_index end = (mg_index)(n_chunks << MG_CHUNK_BITS);
    return end - (n_chunks == MAX_CHUNKS); /* the last id of all is never used */
}

uint32_t mg_new_mark(void) {
    static uint32_t last;
    MG_ASSERT_LOCKED();
    if (MG_UNLIKELY(last == LAST_MARK)) { /* else an old mark could equal a new one */
        for (mg_index id = 1; id < mg_id_end(); id++)
            mg_room(id)->mark = 0;
        last = 0;
    }
    return ++last;
}

mg_id mg_leaf(double data) {
    mg_enter();
    mg_index id = mg_new_leaf(data);
    mg_leave();
    return id;
}

size_t mg_live_nodes(void) {
    mg_lock(&mg_graph_lock);
    size_t n = mg_n_live;
    mg_unlock(&mg_graph_lock);
    return n;
}
