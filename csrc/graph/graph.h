/* graph.h - nodes and what the library's own files do with them. */
#ifndef MG_GRAPH_H
#define MG_GRAPH_H

#include "base/platform.h" /* first */

#include "micrograd.h"
#include "graph/ops.h"

/* A node's id as the library itself uses it: the integer that an mg_id is. */
typedef uint32_t mg_index;

/* --- nodes ----------------------------------------------------------------------- */

/* The operands of a node that may have any number of them: of a custom node, a take node,
 * a net node, or a node of mg_linear. */
typedef struct {
    double *local;   /* operand i gets the node's gradient times local[i]. NULL: none gets
                        any. Owned */
    uint32_t n;      /* how many operands */
    uint32_t cursor; /* in a walk, how many of them were visited */
    mg_index ids[];
} mg_operand_list;

typedef struct {
    double data, grad;
    union {
        mg_index operand[2]; /* of an operator; unused ones are 0 */
        mg_operand_list
            *list; /* of a custom or take node, owned; of a net node, owned by its call; of
                      MG_OP_linear and MG_OP_linear_weights, owned by what follows */
    };
    union {
        double k;             /* of an operator: its parameter, an exponent or a slope */
        double made_in;       /* of a leaf: its trace, see mg_made_in */
        struct mg_call *call; /* of a net node, owned: what the net computed */
        struct mg_linear_call *linear;     /* of MG_OP_linear, owned */
        struct mg_linear_weights *weights; /* of MG_OP_linear_weights, owned */
    };
    uint32_t refs; /* references from the caller and from nodes that have it as operand */
    uint32_t mark; /* the number of the last walk that visited the node, see mg_new_mark */
    mg_index link; /* the next node: in a walk's order, or of a freed node in a list */
    uint16_t flags; /* MG_PINNED and so on */
    uint8_t op;
    uint8_t cursor; /* in a walk, how many of operand[] were visited */
} mg_node_t;
_Static_assert(sizeof(mg_node_t) == 48, "each operator reads or writes whole nodes");

enum {
    MG_PINNED = 1, /* see mg_pin */
    MG_CUSTOM_BACKWARD = 2,
    MG_DEPENDENT = 4, /* used within mg_computed_from only */
    MG_NOTED = 8,     /* see mg_release_noted */
    MG_AN_OWNER =
        0x10, /* one of the caller's references; MG_OWNED counts them, up to 15 */
    MG_OWNED = 0xF0,
    MG_STYLE = 0x300, /* of k, see mg_unary_k */
    MG_STYLE_SHIFT = 8,
    MG_PENDING = 0x400 /* see mg_pin */
};

/* What follows is hidden outside the library. Else a file that uses a variable of another
 * file would look up its address in each use, since a program could replace it. */
#if defined(__GNUC__) && !defined(_WIN32)
#pragma GCC visibility push(hidden)
#endif

/* Nodes live in chunks that never move, so one thread may read a node while another makes
 * more. */
enum { MG_CHUNK_BITS = 14 };
#define MG_CHUNK_NODES ((mg_index)1 << MG_CHUNK_BITS)
extern mg_node_t *mg_chunks[];

/* Returns the memory for the node of an id, whether there is a node or not. */
static inline mg_node_t *mg_room(mg_index id) {
    return &mg_chunks[id >> MG_CHUNK_BITS][id & (MG_CHUNK_NODES - 1)];
}

/* Brings a node to the cache, which often takes two lines. There need not be a node. */
static inline void mg_prefetch(mg_index id) {
    MG_PREFETCH(mg_room(id));
    MG_PREFETCH(&mg_room(id)->link);
}

/* Returns the node of an id. A build with MG_CHECKS aborts if no node has the id, so that
 * the first use of a freed node ends the program. */
static inline mg_node_t *mg_at(mg_index id) {
    MG_ASSERT(id != 0 && mg_chunks[id >> MG_CHUNK_BITS] != NULL);
    MG_ASSERT(mg_room(id)->refs > 0);
    return mg_room(id);
}

/* Returns the address of a pointer for the caller's own use: one for each id, NULL at
 * first. The library never reads or writes the pointer, also not when the node is freed.
 * These pointers lie apart from the nodes, so that walks over nodes do not load them. */
static inline void **mg_note_of(mg_index id) {
    return (void **)(mg_chunks[id >> MG_CHUNK_BITS] + MG_CHUNK_NODES) +
           (id & (MG_CHUNK_NODES - 1));
}

/* Count one owner more, up to 15, or one less. There can be two owners: while a Value is
 * being deallocated, the next Value of its node may exist already. */
static inline void mg_own(mg_node_t *node) {
    if ((node->flags & MG_OWNED) != MG_OWNED)
        node->flags = (uint16_t)(node->flags + MG_AN_OWNER);
}
static inline void mg_disown(mg_node_t *node) {
    if (node->flags & MG_OWNED)
        node->flags = (uint16_t)(node->flags - MG_AN_OWNER);
}

/* The number of operands of each operator, by its code; 0 where nodes have a list. */
extern const uint8_t mg_arity[];

/* True if nodes of this operator own a list of operands. */
static inline int mg_owns_list(int op) { return op == MG_OP_custom || op == MG_OP_take; }

/* True if nodes of this operator have a list of operands. */
static inline int mg_has_list(int op) {
    return op == MG_OP_custom || op == MG_OP_take || op == MG_OP_net ||
           op == MG_OP_linear || op == MG_OP_linear_weights;
}

/* Returns a node's operands and sets *n to their number. */
const mg_index *mg_operands_of(const mg_node_t *node, uint32_t *n);

/* The same, without a call for the operators of ops.h. */
static inline const mg_index *mg_operands_at(const mg_node_t *node, uint32_t *n) {
    if (MG_UNLIKELY(node->op < MG_OP_table))
        return mg_operands_of(node, n);
    *n = mg_arity[node->op];
    return node->operand;
}

/* As mg_operands; if there are at most max, takes a reference to each of them for the
 * caller. Takes the lock itself. */
size_t mg_retain_operands(mg_id id, mg_id *out, size_t max);

/* Returns a list for n > 0 operands, of which the caller fills in the ids, and the local
 * gradients if with_local != 0. NULL: out of memory. Needs no lock. */
mg_operand_list *mg_list_new(size_t n, int with_local);
void mg_list_free(mg_operand_list *list);

/* mg_data_version grows with every change of a node's data, mg_flags_version with every
 * change of its flags, operator or operands by the caller. A copy of either is current as
 * long as the version has not changed. A new node changes neither: no copy of it exists.
 */
extern uint64_t mg_data_version, mg_flags_version;

/* Every write to the data of a node after mg_new_node, which sets the first data. */
static inline void mg_write_data(mg_node_t *node, double data) {
    node->data = data;
    mg_data_version++;
}

/* Returns the smallest id that no node has had yet. Needs no lock, but without it may miss
 * a node that another thread makes meanwhile. */
mg_index mg_id_end(void);

/* Returns an operator's value. Sets *raises to whether Python's math raises for it. */
double mg_value(int op, double x, double y, int *raises);

/* --- nets ------------------------------------------------------------------------- */

/* What the files in graph/ call for the two kinds of nodes that stand for a net, MG_OP_net
 * and MG_OP_net_output. The functions are defined in net/, of which graph/ includes
 * nothing. They want the lock to be held. */
typedef struct {
    /* Frees what a net node holds, after its operands were dropped. */
    void (*free_call)(struct mg_call *call);

    /* Notes that an output node is being freed or becomes a leaf. */
    void (*forget_output)(const mg_node_t *output);

    /* Turns the output node, and all other outputs of its call, into nodes of ordinary
     * operators: in any case if always != 0, else only if backward needs them. Returns 0
     * if it is out of memory; then nothing changed. */
    int (*expand)(mg_index output, int always);

    /* The derivative steps of a net node and of an output node. */
    void (*step_net)(struct mg_call *call);
    void (*step_output)(const mg_node_t *output);

    /* True if a parameter of the net has the flag. */
    int (*has_parameter_with)(const struct mg_call *call, int flag);
} mg_net_functions;

/* NULL until mg_net_new sets it, so it is set before the first node of a net is made. */
extern const mg_net_functions *mg_nets;

/* --- under the lock ---------------------------------------------------------------- */

/* Guards every node, and all that the functions below read and write. They want it to be
 * held. */
extern mg_lock_t mg_graph_lock;

#define MG_ASSERT_LOCKED() MG_ASSERT(mg_holds(&mg_graph_lock))

/* How many modes mg_new_mode has counted. Read without the lock. */
extern volatile size_t mg_mode_count;

extern size_t mg_threads_not_recording, mg_threads_tracing;
int mg_this_thread_records(void);
double mg_trace_of_this_thread(void);

/* True if this thread's operators record their operands, see mg_set_recording. */
static inline int mg_is_recording(void) {
    MG_ASSERT_LOCKED();
    return MG_LIKELY(mg_threads_not_recording == 0) || mg_this_thread_records();
}

/* Returns the number of the trace that this thread is in, see mg_set_tracing. */
static inline double mg_tracing(void) {
    MG_ASSERT_LOCKED();
    return MG_LIKELY(mg_threads_tracing == 0) ? 0.0 : mg_trace_of_this_thread();
}

/* Freed nodes, the next one being their link. operand[0] is one that comes later. */
extern mg_index mg_free_list;
extern size_t mg_n_live; /* nodes that are not freed */

/* Returns an id that no node has had yet. 0: out of memory, or there is no such id. */
mg_index mg_take_unused_id(void);

/* Returns a new node with no operands, one reference and one owner; 0: out of memory. */
static inline mg_index mg_new_node(int op, double data) {
    MG_ASSERT_LOCKED();
    mg_index id = mg_free_list;
    mg_node_t *node;
    if (MG_LIKELY(id != 0)) {
        node = mg_room(id);
        mg_free_list = node->link;
        MG_PREFETCH(mg_room(mg_free_list)); /* for the next call; id 0 has room too */
        mg_prefetch(node->operand[0]);      /* for a call that comes later */
    } else {
        id = mg_take_unused_id();
        if (MG_UNLIKELY(id == 0))
            return 0;
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
    mg_n_live++;
    return id;
}

/* The same for a leaf, which notes the trace that this thread is in. */
static inline mg_index mg_new_leaf(double data) {
    mg_index id = mg_new_node(MG_OP_leaf, data);
    if (MG_UNLIKELY(mg_threads_tracing != 0) && id != 0)
        mg_at(id)->made_in = mg_trace_of_this_thread();
    return id;
}

/* Returns a new node of an operator on the given operands, b being 0 if it has one, and
 * takes a reference to each; or a new leaf if this thread does not record. 0: out of
 * memory. */
mg_index mg_made_of(int op, double data, mg_index a, mg_index b);

/* Returns a new custom node on n operands; local is NULL if it has no local gradients. 0:
 * out of memory. */
mg_index mg_custom(const mg_id *operands, const double *local, size_t n, double data);

/* Frees a node that has lost its last reference, and all that only it kept alive. */
void mg_free_nodes(mg_index id);

/* Drops a reference. */
static inline void mg_drop(mg_index id) {
    MG_ASSERT_LOCKED();
    if (--mg_at(id)->refs == 0)
        mg_free_nodes(id);
}

/* Takes a reference. Returns id. */
static inline mg_index mg_use(mg_index id) {
    MG_ASSERT_LOCKED();
    mg_at(id)->refs++;
    return id;
}

/* Returns a new operator's node with this gradient and without an owner, b being 0 if it
 * has one operand. Takes over the caller's references to the operands, and drops them if
 * it is out of memory; then returns 0. For expanding nodes that stand for others. */
static inline mg_index mg_new_operator(int op, double data, double grad, mg_index a,
                                       mg_index b) {
    mg_index id = mg_new_node(op, data);
    if (id == 0) {
        mg_drop(a);
        if (b != 0)
            mg_drop(b);
        return 0;
    }
    mg_node_t *node = mg_at(id);
    node->grad = grad;
    node->flags = 0;
    node->operand[0] = a;
    node->operand[1] = b;
    return id;
}

/* --- outputs of mg_linear, see linear.c; under the lock ----------------------------- */

/* Expands an output node. Returns 0 if it is out of memory; then nothing changed. */
int mg_expand_linear(mg_index output);

/* Begins the visit of an output node in the walk with this mark. Expands it if expand_all
 * != 0 or if backward needs that; if it does not, the walk has visited all that is below
 * the output. Returns 0 if it is out of memory; then nothing changed. */
int mg_visit_linear(mg_index output, int expand_all, uint32_t mark);

/* The derivative step of an output node. */
void mg_step_linear(const mg_node_t *output);

/* True if an input or a weight of an output node has the flag. */
int mg_linear_depends(const mg_node_t *output, int flag);

/* Free what the node with the weights and the node of a call hold, after their operands
 * were dropped. */
void mg_free_linear_weights(mg_index id);
void mg_free_linear_call(mg_index id);

/* Expands the node if it is an output of a net or of mg_linear. Returns 0 if it is out of
 * memory; then nothing changed. */
static inline int mg_expand_node(mg_index id) {
    int op = mg_at(id)->op;
    return op == MG_OP_net_output      ? mg_nets->expand(id, 1)
           : op == MG_OP_linear_output ? mg_expand_linear(id)
                                       : 1;
}

/* Sorts root and what is below it, and returns the first node of the order: each node's
 * link is the next, 0 ends it. Leaves without a custom backward are left out. Sets *n to
 * the number of nodes and *has_custom_backward to whether one of them has a custom
 * backward. Expands nets: every one if expand_all != 0, else those that backward cannot do
 * without; for that alone it allocates. Returns 0 if it is out of memory. */
mg_index mg_sort(mg_index root, int expand_all, int *has_custom_backward, size_t *n);

/* Returns the order of mg_sort as a block of n ids, which the caller frees with
 * mg_dealloc. NULL: out of memory. */
mg_index *mg_sorted(mg_index root, int expand_all, size_t *n);

/* The derivative step of one node, or of a custom node with this list and gradient. */
void mg_step(const mg_node_t *node);
void mg_step_custom(const mg_operand_list *list, double g);

/* Sets *block to a block of mg_new_ids with a reference to each of n ids. Returns
 * MG_NO_MEMORY, with *block NULL, if it is out of memory or if ids is NULL. */
mg_status mg_copy_ids(const mg_index *ids, size_t n, mg_id **block);

/* Returns a number that is the mark of no node. A walk writes it to each node that it
 * visits, and so knows them again. */
uint32_t mg_new_mark(void);

#if defined(__GNUC__) && !defined(_WIN32)
#pragma GCC visibility pop
#endif

#endif
