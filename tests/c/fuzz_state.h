/* fuzz_state.h - the state of a program of fuzz.c: the bytes that are left, and the nodes
 * and nets that it holds. */
#ifndef FUZZ_STATE_H
#define FUZZ_STATE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "micrograd.h"

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);               \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

enum { MAX_HELD = 64, MAX_NETS = 3, MAX_WIDTH = 4, MAX_STEPS = 300, MAX_NODES = 12000 };
enum { MAX_PARAMETERS = 3 * MAX_WIDTH * (MAX_WIDTH + 1) };
enum { ROWS = 19 }; /* more than a block */

typedef struct {
    mg_net *net;
    size_t nin, nout, n_parameters;
    mg_id parameters[MAX_PARAMETERS];
} held_net;

static const uint8_t *input;
static size_t left;
static mg_id held[MAX_HELD]; /* a reference each */
static size_t n_held;
static held_net nets[MAX_NETS];
static size_t n_nets;

static unsigned next(void) {
    if (left == 0)
        return 0;
    left--;
    return *input++;
}

static size_t below(size_t n) { return next() % n; }

static double number(void) {
    static const double special[] = {0.0,    -0.0,     1.0,       -1.0,  0.5,
                                     5e-324, -2e-308,  1e-308,    1e308, -1e308,
                                     2.0,    HUGE_VAL, -HUGE_VAL, NAN};
    unsigned byte = next();
    if (byte < sizeof special / sizeof *special)
        return special[byte];
    return ((double)byte - 128.0) / 32.0;
}

static mg_id pick(void) { return held[below(n_held)]; }

static void drop(size_t i) {
    mg_release(held[i]);
    held[i] = held[--n_held];
}

static void hold(mg_id id) {
    if (id == 0)
        return;
    if (n_held == MAX_HELD)
        drop(1);
    held[n_held++] = id;
}

/* Holds a result. If it is 0, the graph must not have changed. */
static void hold_new(mg_id id, size_t nodes_before) {
    CHECK(id != 0 || mg_live_nodes() == nodes_before);
    hold(id);
}

static size_t pick_some(mg_id *ids, size_t max) {
    size_t n = below(max + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = pick();
    return n;
}

static int an_operator(void) {
    int op = mg_op_find("add") + (int)below(60); /* the first row of ops.h */
    return mg_op_name(op) == NULL ? mg_op_find("tanh") : op;
}

#endif
