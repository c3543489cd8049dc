/* program.h - a traced graph as a list of instructions over a batch of rows.
 *
 * A program has two lists. The first runs once a run, on the values that are the
 * same for every row: the *uniform* ones, parameters and what depends on nothing
 * else. The second runs once a block of MG_BLOCK rows; the rows of a block lie side
 * by side, so that a value is MG_BLOCK doubles, one a row. What is left of a batch
 * after the whole blocks is one block more. One row has a block of one, up to 4 have a
 * block of 4, more have MG_BLOCK. Where the block has more lanes than there are rows,
 * the last row fills the others; its gradients there are 0.
 *
 * Each value has a slot. Slot s of a block of w rows lies at data[s * w], its
 * gradient at grad[s * w]; a uniform slot is one double.
 */
#ifndef MG_PROGRAM_H
#define MG_PROGRAM_H

#include "graph/graph.h" /* first */

enum { MG_BLOCK = 16 };

/* What an instruction does: an operator of ops.h to n values, or one of these. */
enum {
    MG_MULADD = MG_OP_COUNT, /* out = a * b + c, n times; rounds twice */
    MG_DOT,                  /* out = ((c + a0 * b0) + a1 * b1) + ..., n terms */
    MG_SUM,                  /* out = ((c + a0) + a1) + ..., n terms */
    MG_LAYER, /* n times MG_DOT with m uniform weights and the same m rows */
    MG_PACK,  /* out = a, n times: uniform values brought side by side */
    MG_CODE_COUNT
};

/* Which operands are uniform, in a list of rows, and which want a gradient. */
enum {
    MG_A_UNIFORM = 1,
    MG_B_UNIFORM = 2,
    MG_C_UNIFORM = 4,
    MG_A_GRAD = 8,
    MG_B_GRAD = 16,
    MG_C_GRAD = 32,
    MG_ANY_GRAD = 8 | 16 | 32,
    /* The gradients of these rows are the first to arrive: store, don't add. Of a
     * layer's weights and biases: so it is in a frame's first block. */
    MG_A_FIRST = 64,
    MG_B_FIRST = 128,
    MG_C_FIRST = 256,
    /* Of a DOT in the uniform list: it adds up squares, of n consecutive slots from m on,
     * in any order. L2 penalties are such. */
    MG_SQUARES = 512,
    /* Of a LAYER: relu follows, and its results are all that is kept. */
    MG_RELU = 1024
};

/* In the operands of MG_DOT and MG_SUM: this one is uniform. */
#define MG_UNIFORM_SLOT ((uint32_t)1 << 31)

typedef struct {
    uint16_t code;
    uint16_t flags;
    uint32_t n;       /* results; terms of a DOT or SUM */
    uint32_t m;       /* inputs of a layer; see MG_SQUARES */
    uint32_t out;     /* the first of n slots, which are consecutive */
    uint32_t a, b, c; /* where the operands' slots stand in the index list; of a DOT
                         or SUM, c is a slot; of a LAYER, b is the first weight's slot,
                         weights lying input by input, and c the first bias's */
    double k;         /* the parameter of an operator that has one */
} mg_instruction;

typedef struct {
    mg_instruction *list;
    size_t n;
    uint32_t slots;
    uint32_t *zero; /* pairs (slot, count): gradients to clear before backward */
    size_t n_zero;
} mg_code;

/* An output: a slot of a row or a uniform one; whether it has a gradient to give. */
typedef struct {
    uint32_t slot;
    unsigned char uniform, wants_grad;
} mg_output;

typedef struct mg_scratch mg_scratch;

struct mg_program {
    mg_code uniform, row;
    uint32_t *index;
    size_t n_index;
    double *constants; /* the uniform slots from n_parameters on */
    uint32_t n_constants;
    uint32_t n_parameters;       /* the uniform slots from 0 on */
    uint32_t n_layer_parameters; /* the first of them, used by one layer each */
    mg_index *parameters;        /* their nodes; a reference to each is held */
    uint32_t n_inputs;           /* arrays */
    uint32_t *widths;            /* their columns, */
    uint32_t n_args;             /* all of which are the row slots from 0 on */
    mg_output *outputs;
    uint32_t n_outputs;
    size_t n_nodes;   /* of the graph that was compiled */
    mg_scratch *idle; /* guarded by mg_graph_lock, which a fork finds free */
};

/* What a run works on; uniform data may be shared by several. In the uniform list
 * data and grad are the uniform ones. */
typedef struct {
    const mg_program *program;
    double *data, *grad;
    const double *uniform;
    double *uniform_grad;
    int first;     /* uniform gradients of layers are to be stored, not added to */
    uint32_t rows; /* of the block; the lanes after them hold copies of the last row */
    int leave_out; /* leave those lanes out of sums; otherwise they add 0 to them */
} mg_frame;

/* One instruction set's way to run a list on a block of rows: widths 16, 4 and 1. */
typedef struct {
    const char *name;
    void (*forward[3])(const mg_code *code, const mg_frame *frame);
    void (*backward[3])(const mg_code *code, const mg_frame *frame);
    void (*descend)(double *data, const double *grad, double scale, size_t n); /* SGD */
    /* Columns of w rows side by side, from rows one after the other. */
    void (*load_columns)(double *to, const double *const *rows, size_t w, size_t columns);
} mg_kernels;

enum { MG_WIDTH_16, MG_WIDTH_4, MG_WIDTH_1 };

/* The best set for this machine. */
const mg_kernels *mg_best_kernels(void);

/* The last step of compile: sets the flags MG_A_FIRST and so on, and the list of
 * gradients to clear. 0: out of memory. */
int mg_find_first_gradients(mg_program *program);

#endif
