/* graph.h - what the library's files know of each other's nodes. */
#ifndef MG_GRAPH_H
#define MG_GRAPH_H

#include "base/platform.h" /* first */

#include "micrograd.h"
#include "graph/ops.h"

/* The library's own name for a node: an mg_id as the integer that it is. */
typedef uint32_t mg_index;

/* The operands of a custom node. Operand i gets the node's gradient times local[i]. Where
 * local is NULL, the node passes nothing on. The list owns local. */
typedef struct {
    double *local;
    uint32_t n;
    uint32_t cursor; /* in a walk, the operands already visited */
    mg_index ids[];
} mg_operand_list;

/* A list for n > 0 operands. The caller fills in the ids and the local gradients. NULL:
 * out of memory. */
mg_operand_list *mg_list_new(size_t n, int with_local);
void mg_list_free(mg_operand_list *list);

typedef struct {
    double data, grad;
    union {
        mg_index operand[2];   /* of an operator; unused ones are 0 */
        mg_operand_list *list; /* of a custom node, owned; of a net node, its inputs */
    };
    union {
        double k;             /* of an operator: its parameter, an exponent or a slope */
        double made_in;       /* of a leaf: its trace, see mg_made_in */
        struct mg_call *call; /* of a net node; owned */
    };
    uint32_t refs;  /* references from outside and from nodes made of this one */
    uint32_t mark;  /* the last walk that came by, see backward.c */
    mg_index link;  /* the walk's next node; of a dead node the next dead one */
    uint16_t flags; /* MG_PINNED and so on */
    uint8_t op;
    uint8_t cursor; /* in a walk, the operands already visited; not of a list's */
} mg_node_t;
_Static_assert(sizeof(mg_node_t) == 48, "each operator reads or writes whole nodes");

enum {
    MG_PINNED = 1,
    MG_CUSTOM_BACKWARD = 2,
    MG_DEPENDENT = 4,
    MG_NOTED = 8,       /* see mg_release_noted */
    MG_AN_OWNER = 0x10, /* these bits count the references from outside */
    MG_OWNED = 0xF0,
    MG_STYLE = 0x300, /* of k, see mg_unary_k */
    MG_STYLE_SHIFT = 8,
    MG_PENDING = 0x400 /* see mg_pin */
};

/* Nodes live in chunks that never move, so that one thread may read a node while
 * another makes more. */
enum { MG_CHUNK_BITS = 14 };
#define MG_CHUNK_NODES ((mg_index)1 << MG_CHUNK_BITS)
extern mg_node_t *mg_chunks[];

/* The memory for the node of an id, whether the node exists or not. */
static inline mg_node_t *mg_room(mg_index id) {
    return &mg_chunks[id >> MG_CHUNK_BITS][id & (MG_CHUNK_NODES - 1)];
}

/* The node of an id. A build with MG_CHECKS aborts where no node has the id, so that the
 * first use of a freed node ends the program. */
static inline mg_node_t *mg_at(mg_index id) {
    MG_ASSERT(id != 0 && mg_chunks[id >> MG_CHUNK_BITS] != NULL);
    MG_ASSERT(mg_room(id)->refs > 0);
    return mg_room(id);
}

/* A pointer for the caller's own use: one for each id, NULL at first. The library never
 * reads or writes it, also not when the node is freed. These pointers lie apart from the
 * nodes, so that walks over nodes do not load them. */
static inline void **mg_note_of(mg_index id) {
    return (void **)(mg_chunks[id >> MG_CHUNK_BITS] + MG_CHUNK_NODES) +
           (id & (MG_CHUNK_NODES - 1));
}

/* Count one owner more, up to 15, or one less. While a Value is deallocated, the next
 * Value of its node may own the node too. */
static inline void mg_own(mg_node_t *node) {
    if ((node->flags & MG_OWNED) != MG_OWNED)
        node->flags = (uint16_t)(node->flags + MG_AN_OWNER);
}
static inline void mg_disown(mg_node_t *node) {
    if (node->flags & MG_OWNED)
        node->flags = (uint16_t)(node->flags - MG_AN_OWNER);
}

/* The number of operands of each operator, by code; a custom node's is its own. */
extern const uint8_t mg_arity[];

/* What the graph does not know of nets: the functions for the two kinds of nodes that
 * stand for a net, MG_OP_net and MG_OP_net_output. They are net's own, see net/net.h,
 * which no file in graph/ includes. All want the lock to be held. */
typedef struct {
    /* Frees what a net node holds, after its operands were dropped. */
    void (*free_call)(struct mg_call *call);

    /* Notes that an output node is being freed or becomes a leaf. */
    void (*forget_output)(const mg_node_t *output);

    /* Turns the output node, and all other outputs of its call, into nodes of ordinary
     * operators: in any case with always != 0, else only if backward needs them. Returns 0
     * if it is out of memory, and then nothing changed. */
    int (*expand)(mg_index output, int always);

    /* The derivative steps of a net node and of an output node. */
    void (*step_net)(struct mg_call *call);
    void (*step_output)(const mg_node_t *output);

    /* True if a parameter of the net has the flag. */
    int (*has_parameter_with)(const struct mg_call *call, int flag);
} mg_net_functions;

/* NULL until mg_net_new sets it: before the first node of a net is made. */
extern const mg_net_functions *mg_nets;

/* Expands the node's net if the node is an output of one. Returns 0 if it is out of
 * memory, and then nothing changed. */
static inline int mg_expand_node(mg_index id) {
    return mg_at(id)->op != MG_OP_net_output || mg_nets->expand(id, 1);
}

/* A node's operands; *n is how many. */
const mg_index *mg_operands_of(const mg_node_t *node, uint32_t *n);

/* As mg_operands, which takes the lock itself; where there are at most max, with a
 * reference to each. */
size_t mg_retain_operands(mg_id id, mg_id *out, size_t max);

/* mg_data_version grows with every change of a node's data, mg_flags_version with every
 * change of its flags, operator or operands from outside. A copy of either kind is current
 * as long as the version is the one at which it was made. A new node changes neither: no
 * copy of it can exist. */
extern uint64_t mg_data_version, mg_flags_version;

/* Every write to the data of a node after mg_new_node, which sets the first data. */
static inline void mg_write_data(mg_node_t *node, double data) {
    node->data = data;
    mg_data_version++;
}

/* The first id that no node has had yet. Takes no lock, nor needs one: without it, a node
 * that another thread makes meanwhile may be missed. */
mg_index mg_id_end(void);

/* How many modes mg_new_mode has noted. */
extern volatile size_t mg_mode_count;

/* Guards every node and all that follows. */
extern mg_lock_t mg_graph_lock;

#define MG_ASSERT_LOCKED() MG_ASSERT(mg_holds(&mg_graph_lock))

/* The functions below want the lock to be held. */

/* The number of the trace that this thread is in, see mg_set_tracing. */
double mg_tracing(void);

/* A new node with no operands, one reference and one owner; 0: out of memory. */
mg_index mg_new_node(int op, double data);

/* The same for a leaf, marked with the trace that this thread is in. */
mg_index mg_new_leaf(double data);

/* Whether this thread's operators record their operands, see mg_set_recording. */
int mg_is_recording(void);

/* An operator's node on the given operands, b 0 for one; takes a reference to each,
 * but makes a leaf when not recording. 0: out of memory. */
mg_index mg_made_of(int op, double data, mg_index a, mg_index b);

/* A custom node on n operands; local is NULL where it has no local gradients. 0: out of
 * memory. */
mg_index mg_custom(const mg_id *operands, const double *local, size_t n, double data);

/* Frees what no longer has references, starting at a node that lost its last. */
void mg_free_nodes(mg_index id);

static inline void mg_drop(mg_index id) {
    MG_ASSERT_LOCKED();
    if (--mg_at(id)->refs == 0)
        mg_free_nodes(id);
}

/* A new reference to an operand of another node. */
static inline mg_index mg_use(mg_index id) {
    MG_ASSERT_LOCKED();
    mg_at(id)->refs++;
    return id;
}

/* An operator's value; *raises: whether Python's math raises for it. */
double mg_value(int op, double x, double y, int *raises);

/* Sorts what is below root and returns the first node of the order; each node's
 * link is the next, 0 ends it. Leaves without a backward step of their own are
 * left out. Sets *n to their number and *own to whether one has MG_CUSTOM_BACKWARD.
 * Allocates only to expand nets: those that backward cannot do without, or with plain != 0
 * every one. 0: no memory for that. */
mg_index mg_sort(mg_index root, int plain, int *own, size_t *n);

/* The derivative step of one node, or of a custom node with this list. */
void mg_step(const mg_node_t *node);
void mg_step_custom(const mg_operand_list *list, double g);

/* The order of mg_sort as a block of n ids; NULL: out of memory. */
mg_index *mg_sorted(mg_index root, int plain, size_t *n);

/* Sets *block to a block of mg_new_ids with a reference to each of n ids. MG_NO_MEMORY,
 * which it also returns where ids is NULL: *block is NULL. */
mg_status mg_copy_ids(const mg_index *ids, size_t n, mg_id **block);

/* A number no node is marked with. */
uint32_t mg_new_mark(void);

#endif
