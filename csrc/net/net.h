/* net.h - a whole net applied to one row, as two kinds of nodes.
 *
 * A call is one MG_OP_net node that holds everything inside the net, and one
 * MG_OP_net_output node an output, whose operand it is. They stand for the same
 * scalar graph that the net would build one operator at a time. Whoever looks at
 * it, or asks what the short form cannot answer, makes it unfold: the output
 * nodes become the plain nodes that they stand for, with plain nodes below them.
 */
#ifndef MG_NET_H
#define MG_NET_H

#include "graph/graph.h"

/* The nonlinearities of neurons, one row each: X(operator, k, needs_sum).
 *
 *     k          the operator's parameter, as leaky_relu's slope: the default of the
 *                Value method, which neurons in Python call. 0.0 where there is none.
 *     needs_sum  1 if the derivative in ops.h reads x, which here is the neuron's sum: a
 *                call then stores the sums. 0 if it reads out alone. leaky_relu has 0
 *                because it reads the sign of x alone, and out has the same sign.
 *
 * The operator's value must raise at no sum, as a net does not check for that. Each row
 * has its twin in NONLINEARITIES of python_ref/nn.py. */
#define MG_NONLINEARITIES(X)                                                              \
    X(relu, 0.0, 0)                                                                       \
    X(tanh, 0.0, 0)                                                                       \
    X(sigmoid, 0.0, 0)                                                                    \
    X(leaky_relu, 0.01, 0)

typedef struct {
    size_t nin, nout;
    int op;         /* the nonlinearity's operator, -1 for none */
    double k;       /* of the nonlinearity's row in MG_NONLINEARITIES */
    int needs_sum;  /* likewise */
    size_t weights; /* where its weights start among the net's, neuron by neuron:
                       nin weights and a bias */
    size_t units;   /* where its outputs start among the net's units */
} mg_layer;

/* The parameters' data at the time of a call; shared by calls between which no
 * parameter changed. */
typedef struct mg_weights {
    size_t users;
    uint64_t checked; /* the mg_data_version at which it was last known to be current */
    double *by_input; /* the same weights, a layer's biases first, then input by input */
    double by_neuron[];
} mg_weights;

struct mg_net {
    int owned;    /* mg_net_free has not been called */
    size_t calls; /* alive */
    size_t n_layers, n_units, n_parameters;
    int needs_sums; /* 1 if a layer's needs_sum is */
    mg_layer *layers;
    mg_index *parameters;
    double *arriving;       /* for mg_step_net: what arrives at a layer's sums, */
    uint32_t *order;        /* at which neurons, */
    double *input_grads;    /* and the inputs' gradients */
    mg_weights *weights;    /* the newest */
    struct mg_call *spare;  /* calls to use again */
    uint64_t flags_checked; /* the mg_flags_version of the next line */
    unsigned flags;         /* all the parameters' flags, together */
};

typedef struct mg_call {
    mg_net *net;
    mg_weights *weights;
    struct mg_call *next; /* among spare ones */
    mg_index *inputs;     /* one reference each; unused when the inputs are numbers */
    mg_index *outputs;    /* the output nodes; 0: freed or unfolded. No references */
    uint32_t n_inputs;    /* 0 when the inputs are numbers */
    uint32_t cursor;      /* of a walk, see mg_sort */
    uint32_t n_reached;   /* outputs that this backward came by */
    uint32_t *reached;    /* which, in the order it did */
    int swept;            /* backward has been here */
    double *x;            /* the inputs' data at the time of the call */
    double *units;        /* every neuron's output */
    double *grads;        /* after backward: a hidden neuron's gradient; at an output
                             neuron what arrives at its sum */
    double *sums;         /* every neuron's sum, filled in for layers whose needs_sum is
                             1; NULL if the net has none */
} mg_call;

/* All of these want the graph's lock. */

/* Frees the call of a net node. Its inputs were dropped by the caller. */
void mg_call_free(mg_call *call);

/* Whether backward must unfold: it was here before, a parameter or an input has
 * another value than at the call, or a parameter now has a step of its own. */
int mg_call_is_stale(mg_call *call);

/* Makes the graph below an output node plain. 0: out of memory, nothing changed. */
int mg_expand_output(mg_index output);

/* Returns the gradient of a neuron's sum, where g is the gradient of its output. op is the
 * nonlinearity, unit the neuron's index among the net's, and out its output's data, which
 * the user may have changed since the call. */
double mg_net_through(int op, const mg_call *call, size_t unit, double out, double g);

/* The derivative steps of an output node and of a net node. */
void mg_step_output(const mg_node_t *node);
void mg_step_net(mg_call *call);

#endif
