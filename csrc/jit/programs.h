/* programs.h - programs of one function for rows of several lengths, run and trained as
 * one.
 *
 * There is one array of all parameters, and one of their gradients. Before a program runs,
 * its parameters are copied to its uniform slots; afterwards its gradients are added to
 * the array. Programs of one function have most parameters in the same order, so that both
 * take whole *stretches*: parameters that are consecutive in the program and in the array.
 */
#ifndef MG_PROGRAMS_H
#define MG_PROGRAMS_H

#include "jit/program.h" /* first */

#include "jit/run.h"

typedef struct {
    uint32_t slot, place, n; /* the first one in the program, and in the array */
} mg_stretch;

typedef struct {
    mg_program *program;
    uint32_t *places;      /* (n_parameters of the program,): owned */
    mg_stretch *stretches; /* owned */
    uint32_t n_stretches;
} mg_member;

/* The memory that a run works in. */
typedef struct mg_workspace {
    struct mg_workspace *next; /* in the list of idle ones */
    mg_scratch **scratch;      /* by program; NULL if it was not needed so far */
    size_t *versions;          /* by program: the version of data that its slots hold */
    size_t version;            /* of data, from 1 on */
    double *values, *grad;     /* (n_parameters,) */
    double *total;             /* (n_parameters,): a batch's gradients; not owned */
    int64_t *rows;             /* (n_rows,): the rows of a batch */
    size_t n_rows;
} mg_workspace;

struct mg_programs {
    uint32_t n, n_parameters;
    mg_member *members;   /* (n,) */
    mg_index *parameters; /* (n_parameters,): nodes, which the programs keep */
    mg_workspace *idle; /* mg_graph_lock guards it; that lock is free in a forked child */
};

/* Returns memory to run these examples in, in batches of up to batch_size; NULL: out of
 * memory. Copies the shared inputs. The caller owns it until mg_return_workspace. */
mg_workspace *mg_borrow_workspace(mg_programs *all, const mg_examples *examples,
                                  size_t batch_size, int n_threads);
void mg_return_workspace(mg_programs *all, mg_workspace *workspace);

#endif
