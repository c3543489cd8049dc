/* net.h - a whole net applied to one row, in a compact form of two kinds of nodes.
 *
 * A call of a net makes one MG_OP_net node, which holds everything inside the net, and one
 * MG_OP_net_output node for each output, whose operand is the net node. They stand for the
 * graph of scalars that the net would make one operator at a time. When the caller looks
 * at that graph, or needs something that the compact form cannot tell, the call is
 * expanded: the output nodes become nodes of ordinary operators, with such nodes below
 * them.
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
    X(leaky_relu, 0.01, 0)                                                                \
    X(silu, 0.0, 1)                                                                       \
    X(gelu, 0.0, 1)

typedef struct {
    size_t nin, nout;
    int op;                 /* the nonlinearity's operator, -1 for none */
    double k;               /* of the nonlinearity's row in MG_NONLINEARITIES */
    int needs_sum;          /* likewise */
    size_t first_parameter; /* where its parameters start among the net's: neuron by
                               neuron, nin weights and a bias */
    size_t first_neuron;    /* where its neurons start among the net's */
} mg_layer;

/* A copy of the parameters' data at the time of a call. Calls share it if no parameter
 * changed between them. */
typedef struct mg_weights {
    size_t users;          /* the calls that use it, and the net whose newest it is */
    uint64_t data_version; /* the last mg_data_version at which the copy was current */
    double *by_input; /* for each layer (1 + nin, nout): its biases, then input by input */
    double by_neuron[]; /* for each layer (nout, nin + 1), as net->parameters are */
} mg_weights;

struct mg_net {
    int owned;      /* mg_net_free was not called yet */
    size_t n_calls; /* calls that are alive */
    size_t n_layers, n_neurons, n_parameters;
    int needs_sums; /* 1 if a layer's needs_sum is */
    mg_layer *layers;
    mg_index *parameters; /* a reference to each */
    /* Room for mg_step_net, within one layer: */
    double *sum_grads;      /* the gradients of the neurons' sums, */
    uint32_t *order;        /* the neurons in the order of sum_grads, */
    double *input_grads;    /* and the gradients of the net's inputs */
    mg_weights *weights;    /* the newest copy */
    struct mg_call *spare;  /* freed calls, to be used again */
    uint64_t flags_version; /* the mg_flags_version at which flags was computed */
    unsigned flags;         /* the flags of all parameters, joined by or */
};

typedef struct mg_call {
    mg_net *net;
    mg_weights *weights;
    struct mg_call *next;    /* the next spare call */
    mg_operand_list *inputs; /* the net node's list, empty if the inputs are numbers */
    mg_index *outputs; /* (nout): the output nodes, 0 for one that is freed or expanded. No
                          references */
    uint32_t n_visited; /* how many outputs the backward pass visited */
    uint32_t *visited;  /* which, in the order of their visits */
    int has_backward_run;
    double *x;           /* (nin): the inputs' data at the time of the call */
    double *activations; /* (n_neurons): every neuron's output */
    double *grads;       /* (n_neurons): after backward, the gradient of a hidden neuron's
                            output, but of the sum of a neuron in the last layer */
    double *sums;        /* (n_neurons): the neurons' sums, set in layers whose needs_sum
                            is 1; NULL if the net has none */
} mg_call;

/* What mg_nets points to, once there is a net. */
extern const mg_net_functions mg_functions_of_nets;

/* All functions below want the graph's lock to be held. */

/* Expands the call of an output node. Returns 0 if it is out of memory; then nothing
 * changed. */
int mg_expand_output(mg_index output);

/* Returns the gradient of a neuron's sum, from the gradient g of the neuron's output. op
 * is the nonlinearity, neuron the neuron's index among the net's. The output is out now:
 * the user may have changed it since the call. */
double mg_net_grad_of_sum(int op, const mg_call *call, size_t neuron, double out,
                          double g);

/* The derivative steps of an output node and of a net node. */
void mg_step_output(const mg_node_t *node);
void mg_step_net(mg_call *call);

#endif
