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

typedef struct {
    size_t nin, nout;
    int op;         /* the nonlinearity's operator, -1 for none */
    size_t weights; /* where its weights start among the net's, neuron by neuron:
                       nin weights and a bias */
    size_t units;   /* where its outputs start among the net's units */
} mg_layer;

#define MG_NET_SLOPE 0.01 /* leaky_relu's */

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
    struct mg_call *next;    /* among spare ones */
    mg_operand_list *inputs; /* the net node's list; empty when the inputs are numbers */
    mg_index *outputs;       /* the output nodes; 0: freed or unfolded. No references */
    uint32_t n_reached;      /* outputs that this backward came by */
    uint32_t *reached;       /* which, in the order it did */
    int swept;               /* backward has been here */
    double *x;               /* the inputs' data at the time of the call */
    double *units;           /* every neuron's output */
    double *grads;           /* after backward: a hidden neuron's gradient; at an output
                                neuron what arrives at its sum */
} mg_call;

/* What mg_nets points to, once there is a net. */
extern const mg_net_functions mg_functions_of_nets;

/* All of these want the graph's lock. */

/* Makes the graph below an output node plain. 0: out of memory, nothing changed. */
int mg_expand_output(mg_index output);

/* What arrives at a neuron's sum when g arrives at its output, which the call computed
 * and which is out now: the user may have changed it. */
double mg_net_through(int op, double computed, double out, double g);

/* The derivative steps of an output node and of a net node. */
void mg_step_output(const mg_node_t *node);
void mg_step_net(mg_call *call);

#endif
