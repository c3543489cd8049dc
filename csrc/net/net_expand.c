/* net_expand.c - turns the nodes of a call into the operators' nodes that they stand for.
 *
 * All new nodes are made first, so that running out of memory changes nothing. Then they
 * become the operands of the output nodes, which keep their ids.
 */
#include "net/net.h"

#include <string.h>

#include "base/alloc.h"

/* A neuron's sum before its last addition is made: the two operands, and the value
 * that the addition gives. */
typedef struct {
    mg_index sum, product;
    double value;
} last_addition;

/* A layer's inputs: nodes and their data, or only numbers if ids is NULL. */
typedef struct {
    const mg_index *ids;
    const double *x;
} layer_inputs;

/* Returns a new node weight * input. *grad is its gradient; NULL if backward has not run.
 * 0: out of memory. */
static mg_index product_of(mg_index weight, double w, layer_inputs inputs, size_t i,
                           const double *grad) {
    mg_index input =
        inputs.ids == NULL ? mg_new_node(MG_OP_leaf, inputs.x[i]) : mg_use(inputs.ids[i]);
    if (input == 0)
        return 0;
    if (inputs.ids == NULL) {
        mg_at(input)->flags = 0;
        mg_at(input)->grad = grad == NULL ? 0.0 : 0.0 + w * *grad;
    }
    return mg_new_operator(MG_OP_mul, w * inputs.x[i], grad == NULL ? 0.0 : *grad,
                           mg_use(weight), input);
}

/* Makes all of a neuron's sum but its last addition. Returns 0 if it is out of memory. */
static int expand_sum(const mg_call *call, const mg_layer *layer, size_t neuron,
                      layer_inputs inputs, const double *grad, last_addition *last) {
    size_t nin = layer->nin, first = layer->first_parameter + neuron * (nin + 1);
    const mg_index *parameters = call->net->parameters + first;
    const double *w = call->weights->by_neuron + first;
    last->value = w[nin];
    last->sum = mg_use(parameters[nin]);
    for (size_t i = 0;; i++) {
        last->product = product_of(parameters[i], w[i], inputs, i, grad);
        if (last->product == 0) {
            mg_drop(last->sum);
            return 0;
        }
        last->value += w[i] * inputs.x[i];
        if (i + 1 == nin)
            return 1;
        last->sum = mg_new_operator(MG_OP_add, last->value, grad == NULL ? 0.0 : *grad,
                                    last->sum, last->product);
        if (last->sum == 0)
            return 0;
    }
}

/* Returns a new node for the output of a hidden neuron; 0: out of memory. */
static mg_index expand_neuron(const mg_call *call, const mg_layer *layer, size_t neuron,
                              layer_inputs inputs) {
    size_t at = layer->first_neuron + neuron;
    double out = call->activations[at],
           grad = call->has_backward_run ? call->grads[at] : 0.0;
    double at_sum =
        call->has_backward_run ? mg_net_grad_of_sum(layer->op, call, at, out, grad) : 0.0;
    last_addition last;
    if (!expand_sum(call, layer, neuron, inputs, call->has_backward_run ? &at_sum : NULL,
                    &last))
        return 0;
    if (layer->op < 0)
        return mg_new_operator(MG_OP_add, out, grad, last.sum, last.product);
    mg_index sum = mg_new_operator(MG_OP_add, last.value, at_sum, last.sum, last.product);
    mg_index id = sum == 0 ? 0 : mg_new_operator(layer->op, out, grad, sum, 0);
    if (id != 0 && layer->k != 0.0)
        mg_at(id)->k = layer->k;
    return id;
}

static void drop_all(const mg_index *ids, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (ids[i] != 0)
            mg_drop(ids[i]);
}

/* Makes the nodes of the hidden layers. Writes the last one's outputs to ids, a reference
 * to each, and returns how many they are; -1: out of memory. made is as much room as ids.
 */
static long expand_hidden(const mg_call *call, mg_index *ids, mg_index *made) {
    const mg_net *net = call->net;
    layer_inputs inputs = {call->inputs->n == 0 ? NULL : call->inputs->ids, call->x};
    size_t n = 0;
    for (size_t l = 0; l + 1 < net->n_layers; l++) {
        const mg_layer *layer = &net->layers[l];
        for (size_t j = 0; j < layer->nout; j++) {
            made[j] = expand_neuron(call, layer, j, inputs);
            if (made[j] == 0) {
                drop_all(made, j);
                drop_all(ids, n);
                return -1;
            }
        }
        drop_all(ids, n); /* this layer references the one below now */
        n = layer->nout;
        memcpy(ids, made, n * sizeof *ids);
        inputs = (layer_inputs){ids, call->activations + layer->first_neuron};
    }
    return (long)n;
}

/* Returns the address of the gradient of an output neuron's sum; NULL if backward did not
 * visit the output. */
static const double *grad_of_output_sum(const mg_call *call, size_t output) {
    const mg_layer *last = &call->net->layers[call->net->n_layers - 1];
    for (uint32_t i = 0; call->has_backward_run && i < call->n_visited; i++)
        if (call->visited[i] == output)
            return &call->grads[last->first_neuron + output];
    return NULL;
}

/* Writes the operands of every output node that is alive to parts: (nout). Returns 0 if it
 * is out of memory. */
static int expand_outputs(const mg_call *call, layer_inputs inputs, last_addition *parts) {
    const mg_layer *last = &call->net->layers[call->net->n_layers - 1];
    for (size_t j = 0; j < last->nout; j++) {
        const double *grad = grad_of_output_sum(call, j);
        parts[j] = (last_addition){0, 0, 0.0};
        if (call->outputs[j] == 0)
            continue;
        int ok = expand_sum(call, last, j, inputs, grad, &parts[j]);
        if (ok && last->op >= 0) { /* the output is the nonlinearity, not the addition */
            parts[j].sum =
                mg_new_operator(MG_OP_add, parts[j].value, grad == NULL ? 0.0 : *grad,
                                parts[j].sum, parts[j].product);
            parts[j].product = 0;
            ok = parts[j].sum != 0;
        }
        if (!ok) {
            while (j-- > 0) {
                drop_all(&parts[j].sum, 1);
                drop_all(&parts[j].product, 1);
            }
            return 0;
        }
    }
    return 1;
}

/* Makes an output node the operator's node that it stands for. Takes over the references
 * to the operands. */
static void become_operator(mg_call *call, size_t output, const last_addition *part) {
    const mg_layer *last = &call->net->layers[call->net->n_layers - 1];
    mg_node_t *node = mg_at(call->outputs[output]);
    mg_index net = node->operand[0];
    call->outputs[output] = 0;
    node->op = (uint8_t)(last->op < 0 ? MG_OP_add : last->op);
    node->operand[0] = part->sum;
    node->operand[1] = part->product;
    node->k = last->k;
    mg_drop(net);
}

int mg_expand_output(mg_index output) {
    MG_ASSERT_LOCKED();
    MG_ASSERT(mg_at(output)->op == MG_OP_net_output);
    mg_index id =
        mg_use(mg_at(output)->operand[0]); /* so that the call outlives its outputs */
    mg_call *call = mg_at(id)->call;
    const mg_net *net = call->net;
    size_t nout = net->layers[net->n_layers - 1].nout;
    mg_index *ids = mg_alloc(net->n_neurons, 2 * sizeof *ids);
    last_addition *parts = mg_alloc(nout, sizeof *parts);
    long n =
        ids == NULL || parts == NULL ? -1 : expand_hidden(call, ids, ids + net->n_neurons);
    int ok = n >= 0;
    if (ok) {
        layer_inputs inputs = {ids, call->activations +
                                        net->layers[net->n_layers - 1].first_neuron - n};
        if (net->n_layers == 1)
            inputs =
                (layer_inputs){call->inputs->n == 0 ? NULL : call->inputs->ids, call->x};
        ok = expand_outputs(call, inputs, parts);
        drop_all(ids, (size_t)n);
    }
    for (size_t j = 0; ok && j < nout; j++)
        if (call->outputs[j] != 0)
            become_operator(call, j, &parts[j]);
    mg_dealloc(ids);
    mg_dealloc(parts);
    mg_drop(id);
    return ok;
}
