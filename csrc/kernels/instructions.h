/* instructions.h - the instructions of a program: a table with a row for each.
 *
 * An instruction computes n results from up to three operands, a, b and c. It is one of the
 * operators of ops.h, applied to n values one after the other, or a row of MG_INSTRUCTIONS.
 * The compiler, the kernels and the listing read in that table what they need to know.
 *
 * Every value of a program has a slot. A row slot holds one double for each row of a block, a
 * uniform slot holds a single double: the value is the same for every row. Slots and
 * gradients of a block are explained in kernels.h.
 *
 * A new instruction needs a row here, functions name_forward and name_backward in
 * elementwise.h or a template beside it, and code in jit/fuse.c that makes it of nodes.
 * Operands of a new kind need a case in the switches over mg_operand_kind, which the compiler
 * then asks for.
 */
#ifndef MG_INSTRUCTIONS_H
#define MG_INSTRUCTIONS_H

#include "base/platform.h" /* first */

#include <stddef.h>
#include <stdint.h>

#include "graph/ops.h"
#include "micrograd.h"

/* True if an expression is written as 1, as "where fast" of operators that call no elementary
 * function. */
#define MG_IS_ONE(expression) (sizeof #expression == 2 && #expression[0] == '1')

/* How the field of an operand, say a, leads to the operand's slots. */
typedef enum {
    MG_NO_OPERAND,   /* the instruction has no such operand */
    MG_SLOTS,        /* index[a] to index[a + n - 1]; the flag MG_A_UNIFORM tells their type */
    MG_TAGGED_SLOTS, /* the same, but each has its own tag, see MG_UNIFORM_SLOT */
    MG_TERMS,        /* index[a] to index[a + n * m - 1], with tags: the m terms of each result */
    MG_INPUTS,       /* index[a] to index[a + sets * m - 1], row slots: the m inputs of each set */
    MG_WEIGHTS,      /* a to a + m * n - 1, uniform: a (m, n) matrix, row by row */
    MG_BIASES        /* a to a + n - 1, uniform */
} mg_operand_kind;

/* Rows: X(code, name, kinds of a, b and c, listing). The listing is the text of the
 * instruction, see mg_instruction_info. */
#define MG_INSTRUCTIONS(X)                                                                \
    /* n results: a * b + c, which rounds twice */                                        \
    X(MULADD, muladd, SLOTS, SLOTS, SLOTS, "muladd({a}, {b}, {c})")                       \
    /* n results of m terms each: ((c + a0 * b0) + a1 * b1) + ... */                      \
    X(DOT, dot, TERMS, TERMS, TAGGED_SLOTS, "dot({c}, {a}, {b})")                         \
    /* n results of m terms each: ((c + a0) + a1) + ... */                                \
    X(SUM, sum, TERMS, NO_OPERAND, TAGGED_SLOTS, "sum({c}, {a})")                         \
    /* n results from each set of m inputs: a @ b + c, each summed up as a DOT */         \
    X(LAYER, layer, INPUTS, WEIGHTS, BIASES,                                              \
      "layer(inputs {a}, weights {b}, biases {c})")                                       \
    /* n results: copies of a, so that scattered values become consecutive */             \
    X(GATHER, gather, SLOTS, NO_OPERAND, NO_OPERAND, "gather({a})")                       \
    /* n results: of m entries each, that of the index a. NaN for an index that is none */ \
    X(TAKE, take, TAGGED_SLOTS, TERMS, NO_OPERAND, "take({b}, index {a})")

/* MG_MULADD, MG_DOT, ...: codes after those of the operators. */
enum {
    MG_LAST_OPERATOR = MG_OP_COUNT - 1,
#define X(code, ...) MG_##code,
    MG_INSTRUCTIONS(X)
#undef X
        MG_CODE_COUNT
};

/* A row of the table, as data. */
typedef struct {
    const char *listing; /* see mg_instruction_info */
    uint8_t operand[3];  /* the mg_operand_kind of a, b and c */
} mg_instruction_type;

/* By code; also of the operators, whose operands are MG_SLOTS. */
extern const mg_instruction_type mg_instruction_types[MG_CODE_COUNT];

/* Flags of an instruction. MG_A_UNIFORM << j and so on are those of operand j. */
enum {
    /* The operand's slots are uniform, in an instruction over rows. */
    MG_A_UNIFORM = 1,
    MG_B_UNIFORM = 2,
    MG_C_UNIFORM = 4,
    /* Backward passes a gradient on to the operand. */
    MG_A_GRAD = 8,
    MG_B_GRAD = 16,
    MG_C_GRAD = 32,
    MG_ANY_GRAD = 8 | 16 | 32,
    /* No gradient reaches the operand's slots before this instruction's: backward stores it
     * and does not add it. For a layer's weights and biases, only in the first block of a
     * run. */
    MG_A_FIRST = 64,
    MG_B_FIRST = 128,
    MG_C_FIRST = 256,
    /* A DOT of one result in the uniform list: it adds up the squares of the m consecutive
     * slots from the field squares on, in any order. L2 penalties do that. */
    MG_SQUARES = 512,
    /* A LAYER: relu is applied to the results. The sums themselves are not stored. */
    MG_RELU = 1024,
    /* A LAYER: the m inputs of each set are consecutive slots. */
    MG_CONSECUTIVE = 2048,
    /* An operator that calls an elementary function: no result depends on any of the 15
     * before it. */
    MG_INDEPENDENT = 4096,
    /* A LAYER of one result: its inputs are all columns of the program's array row_major. They
     * are not copied to their slots; the kernel reads them in the caller's rows. */
    MG_ROW_MAJOR = 8192,
    /* A DOT: where the last of a result's terms a is m - 1 slots above the first, and so are
     * its terms b, the terms are m consecutive slots each. None is then in both, and none nor
     * its operand c is a result of the instruction. */
    MG_TERM_RUNS = 16384
};

/* The slots of an operand of an operator, as far as the compiler looked: any, consecutive
 * ones, or one slot for all results. Other than MG_LISTED: none is a result of the instruction. */
typedef enum { MG_LISTED, MG_RUN, MG_SAME } mg_pattern;

typedef struct {
    uint16_t code;  /* MG_OP_add and so on, or MG_MULADD and so on */
    uint16_t flags; /* MG_A_UNIFORM and so on */
    uint32_t n;     /* results; of a LAYER, of each set of inputs */
    uint32_t m;     /* inputs of a LAYER, terms of each result of a DOT or SUM, entries of a
                       TAKE; otherwise 0 */
    uint32_t out;   /* the first slot of the results, which are consecutive, set by set */
    union {         /* the operands, see mg_operand_kind */
        struct {
            uint32_t a, b, c;
        };
        uint32_t operand[3];
    };
    union {
        uint32_t squares; /* of a DOT, see MG_SQUARES */
        uint32_t sets;    /* of a LAYER: it applies its weights to so many sets of inputs,
                             which do not depend on its results */
        uint32_t patterns; /* of an operator: two bits for each operand, see mg_pattern_of */
    };
    double k; /* the parameter of an operator that has one; otherwise 0 */
} mg_instruction;

/* By operator: true if it calls an elementary function. */
extern const uint8_t mg_is_elementary[MG_OP_COUNT];

/* Returns the kind of operand j: 0 is a, 1 is b, 2 is c. */
static inline mg_operand_kind mg_operand_kind_of(int code, int j) {
    return (mg_operand_kind)mg_instruction_types[code].operand[j];
}

/* True if result i of the instruction depends on element i of each operand alone, so that n
 * may be any number of them. */
static inline int mg_is_elementwise(int code) {
    return mg_operand_kind_of(code, 0) == MG_SLOTS;
}

static inline mg_pattern mg_pattern_of(const mg_instruction *ins, int j) {
    return (mg_pattern)(ins->patterns >> 2 * j & 3);
}

/* Returns how many sets of inputs an instruction has, each with n results. */
static inline uint32_t mg_sets_of(const mg_instruction *ins) {
    return ins->code == MG_LAYER ? ins->sets : 1;
}

/* Returns how many entries of the index list an operand of this kind takes, of an instruction
 * with this n, m and number of sets. */
static inline size_t mg_index_length(mg_operand_kind kind, size_t n, size_t m, size_t sets) {
    switch (kind) {
    case MG_SLOTS:
    case MG_TAGGED_SLOTS:
        return n;
    case MG_TERMS:
        return n * m;
    case MG_INPUTS:
        return m * sets;
    case MG_NO_OPERAND:
    case MG_WEIGHTS:
    case MG_BIASES:
        break;
    }
    return 0;
}

#endif
