/* tape_run.c - runs the tape of a program.
 *
 * Each operation has the formula of its operator in ops.h and the order of additions of
 * the kernels, kernels/elementwise.h and kernels/one_row_sums.h: a tape gives their bits.
 */
#include "jit/tape.h" /* first */

#include <string.h>

#include "elementary/functions.h"

#define MG_M(name) mg_jit_##name

/* True if an operator is an operation of tapes; then it calls no elementary function. */
#define IS_OPERATION(kind, fast) ((kind) != MG_UNARY_K && MG_IS_ONE(fast))

/* The compiler need not test for other codes: mg_new_tape writes none. */
#if defined(__GNUC__) || defined(__clang__)
#define NO_OTHER_CODE                                                                     \
    default:                                                                              \
        __builtin_unreachable();
#else
#define NO_OTHER_CODE                                                                     \
    default:                                                                              \
        return;
#endif

/* The value in the slot that word i of the operation names, and its gradient. */
#define DATA(i) data[at[i]]
#define GRAD(i) grad[at[i]]

/* --- forward ---------------------------------------------------------------------- */

/* Returns the sum of the terms of a dot, or of a sum; at: the operation. */
static double sum_of(const uint32_t *at, const double *data) {
    double sum = DATA(4);
    for (const uint32_t *term = at + 5, *end = term + at[2]; term < end; term++)
        sum += data[*term];
    return sum;
}

static double dot_of(const uint32_t *at, const double *data) {
    double sum = DATA(4);
    const uint32_t *term = at + 5, *end = term + 2 * (size_t)at[2];
    for (; term < end; term += 2)
        sum += data[term[0]] * data[term[1]];
    return sum;
}

static void run_forward(const mg_tape *tape, const mg_batch *batch) {
    const mg_program *p = batch->program;
    double *const data = tape->uniform.data;
    for (const uint32_t *at = tape->forward;;) {
        switch (*at) {
        case TAPE_END:
            return;
        case TAPE_UNIFORM:
            batch->kernels->forward[MG_WIDTH_1](p->uniform.list + at[1], at[2],
                                                &tape->uniform);
            at += 3;
            break;
        case TAPE_ROWS:
            batch->kernels->forward[MG_WIDTH_1](p->row.list + at[1], at[2], &tape->row);
            at += 3;
            break;
        case TAPE_DOT:
            DATA(3) = dot_of(at, data);
            at += 5 + 2 * (size_t)at[2];
            break;
        case TAPE_SUM:
            DATA(3) = sum_of(at, data);
            at += 5 + (size_t)at[2];
            break;
        case TAPE_MULADD:
            DATA(1) = DATA(4) + DATA(2) * DATA(3);
            at += 5;
            break;
#define X(function, exponent)                                                             \
    case TAPE_POWER + 2 * POWER_##function:                                               \
        DATA(1) = mg_jit_##function(DATA(2));                                             \
        at += 3;                                                                          \
        break;
            TAPE_POWERS(X)
#undef X
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
    case TAPE_OPERATOR + MG_OP_##name * 6:                                                \
        if (IS_OPERATION(kind, fast)) {                                                   \
            const double x = DATA(2), y = (kind) == MG_BINARY ? DATA(3) : x;              \
            (void)y;                                                                      \
            DATA(1) = value;                                                              \
            at += (kind) == MG_BINARY ? 4 : 3;                                            \
        }                                                                                 \
        break;
            MG_OPS(X)
#undef X
            NO_OTHER_CODE
        }
    }
}

/* --- backward --------------------------------------------------------------------- */

/* *to += g, or = g if is_first */
static inline void pass(double *to, double g, int is_first) {
    *to = is_first ? g : *to + g;
}

static void sum_gradients(const uint32_t *at, double *grad) {
    const double g = GRAD(3);
    for (uint32_t j = at[1] & MG_A_GRAD ? at[2] : 0; j-- > 0;)
        GRAD(5 + j) += g;
    if (at[1] & MG_C_GRAD)
        GRAD(4) += g;
}

static void dot_gradients(const uint32_t *at, const double *data, double *grad) {
    const double g = GRAD(3);
    for (uint32_t j = at[2]; j-- > 0;) {
        const uint32_t a = at[5 + 2 * j], b = at[6 + 2 * j];
        if (at[1] & MG_A_GRAD)
            grad[a] += data[b] * g;
        if (at[1] & MG_B_GRAD)
            grad[b] += data[a] * g;
    }
    if (at[1] & MG_C_GRAD)
        GRAD(4) += g;
}

/* Runs a list of operations. */
static void run_backward(const mg_tape *tape, const mg_batch *batch, const uint32_t *at) {
    const mg_program *p = batch->program;
    const double *const data = tape->uniform.data;
    double *const grad = tape->uniform.grad;
    for (;;) {
        switch (*at) {
        case TAPE_END:
            return;
        case TAPE_UNIFORM:
            batch->kernels->backward[MG_WIDTH_1](p->uniform.list + at[1], at[2],
                                                 &tape->uniform);
            at += 3;
            break;
        case TAPE_ROWS:
            batch->kernels->backward[MG_WIDTH_1](p->row.list + at[1], at[2], &tape->row);
            at += 3;
            break;
        case TAPE_DOT:
            dot_gradients(at, data, grad);
            at += 5 + 2 * (size_t)at[2];
            break;
        case TAPE_SUM:
            sum_gradients(at, grad);
            at += 5 + (size_t)at[2];
            break;
/* a, b, c: 1 if the operand gets a gradient */
#define MULADD(a, b, c, is_first)                                                         \
    case TAPE_MULADD + TAPE_MULADD_VARIANT(a + 2 * b + 4 * c, is_first): {                \
        const double g = GRAD(1);                                                         \
        if (a)                                                                            \
            pass(&GRAD(2), DATA(3) * g, is_first);                                        \
        if (b)                                                                            \
            pass(&GRAD(3), DATA(2) * g, is_first);                                        \
        if (c)                                                                            \
            pass(&GRAD(4), g, is_first);                                                  \
        at += 5;                                                                          \
        break;                                                                            \
    }
#define MULADDS(is_first)                                                                 \
    MULADD(1, 0, 0, is_first)                                                             \
    MULADD(0, 1, 0, is_first)                                                             \
    MULADD(1, 1, 0, is_first)                                                             \
    MULADD(0, 0, 1, is_first)                                                             \
    MULADD(1, 0, 1, is_first)                                                             \
    MULADD(0, 1, 1, is_first)                                                             \
    MULADD(1, 1, 1, is_first)
            MULADDS(0)
            MULADDS(1)
#define POWER(function, exponent, is_first)                                               \
    case TAPE_POWER + 2 * POWER_##function + is_first: {                                  \
        const double g = GRAD(1);                                                         \
        const double passed = mg_jit_dpow_k(DATA(2), exponent, DATA(1), g);               \
        pass(&GRAD(2), mg_passed(1, g, passed), is_first);                                \
        at += 3;                                                                          \
        break;                                                                            \
    }
#define X(function, exponent) POWER(function, exponent, 0) POWER(function, exponent, 1)
            TAPE_POWERS(X)
#undef X
#define OPERATOR(name, variant, kind, raises, fast, dx, dy)                               \
    case TAPE_OPERATOR + MG_OP_##name * 6 + (variant):                                    \
        if (IS_OPERATION(kind, fast)) {                                                   \
            const int which = (variant) % TAPE_FIRST, is_first = (variant) >= TAPE_FIRST; \
            const double x = DATA(2), y = (kind) == MG_BINARY ? DATA(3) : x;              \
            const double out = DATA(1), g = GRAD(1);                                      \
            (void)x, (void)y, (void)out;                                                  \
            if (which != TAPE_B)                                                          \
                pass(&GRAD(2), mg_passed(raises, g, dx), is_first);                       \
            if ((kind) == MG_BINARY && which != TAPE_A)                                   \
                pass(&GRAD(3), mg_passed(raises, g, dy), is_first);                       \
            at += (kind) == MG_BINARY ? 4 : 3;                                            \
        }                                                                                 \
        break;
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
    OPERATOR(name, TAPE_A, kind, raises, fast, dx, dy)                                    \
    OPERATOR(name, TAPE_B, kind, raises, fast, dx, dy)                                    \
    OPERATOR(name, TAPE_AB, kind, raises, fast, dx, dy)                                   \
    OPERATOR(name, TAPE_FIRST + TAPE_A, kind, raises, fast, dx, dy)                       \
    OPERATOR(name, TAPE_FIRST + TAPE_B, kind, raises, fast, dx, dy)                       \
    OPERATOR(name, TAPE_FIRST + TAPE_AB, kind, raises, fast, dx, dy)
            MG_OPS(X)
#undef X
            NO_OTHER_CODE
        }
    }
}

/* --- a run ------------------------------------------------------------------------ */

/* Copies the row to its slots. */
static void load_row(mg_tape *tape, const mg_batch *batch) {
    const mg_program *p = batch->program;
    if (p->row_major != UINT32_MAX)
        tape->row_major = batch->inputs[p->row_major];
    double *to = tape->row.data;
    for (uint32_t i = 0; i < p->n_inputs; to += p->widths[i++])
        if (i != p->row_major && p->widths[i] > 0)
            memcpy(to, batch->inputs[i], p->widths[i] * sizeof(double));
}

/* Returns the value of the first output. */
static double collect(const mg_tape *tape, const mg_batch *batch) {
    const mg_program *p = batch->program;
    for (uint32_t i = 0; batch->out != NULL && i < p->n_outputs; i++)
        batch->out[i] = p->outputs[i].uniform ? tape->uniform.data[p->outputs[i].slot]
                                              : tape->row.data[p->outputs[i].slot];
    return p->outputs[0].uniform ? tape->uniform.data[p->outputs[0].slot]
                                 : tape->row.data[p->outputs[0].slot];
}

double mg_run(mg_tape *tape, const mg_batch *batch) {
    if (tape == NULL)
        return mg_run_batch(batch);
    const mg_output *output = &batch->program->outputs[0];
    load_row(tape, batch);
    run_forward(tape, batch);
    if (batch->backward) {
        mg_clear_uniform_gradients(batch->program, tape->uniform.grad);
        mg_clear_row_gradients(batch->program, tape->row.grad, 1);
        if (!output->uniform)
            tape->row.grad[output->slot] = 1.0;
        run_backward(tape, batch, tape->backward_rows);
        if (output->uniform)
            tape->uniform.grad[output->slot] = 1.0;
        run_backward(tape, batch, tape->backward_uniform);
    }
    return 0.0 + collect(tape, batch); /* as mg_run_batch: sums of rows start at 0 */
}
