/* instructions.c - the table of instructions as an array. */
#include "kernels/instructions.h" /* first */

#define OPERANDS_MG_BINARY MG_SLOTS, MG_SLOTS
#define OPERANDS_MG_UNARY MG_SLOTS
#define OPERANDS_MG_UNARY_K MG_SLOTS

#define LISTING_MG_BINARY "({a}, {b})"
#define LISTING_MG_UNARY "({a})"
#define LISTING_MG_UNARY_K "({a}, {k})"

const mg_instruction_type mg_instruction_types[MG_CODE_COUNT] = {
#define X(name, kind, ...) [MG_OP_##name] = {#name LISTING_##kind, {OPERANDS_##kind}},
    MG_OPS(X)
#undef X
#define X(code, name, a, b, c, listing) [MG_##code] = {listing, {MG_##a, MG_##b, MG_##c}},
        MG_INSTRUCTIONS(X)
#undef X
};

const uint8_t mg_is_elementary[MG_OP_COUNT] = {
#define X(name, kind, label, raises, fast, ...) [MG_OP_##name] = !MG_IS_ONE(fast),
    MG_OPS(X)
#undef X
};
