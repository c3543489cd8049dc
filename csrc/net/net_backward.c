/* net_backward.c - the derivative steps of a net's nodes.
 *
 * Gradients are accumulated in the order in which the expanded graph would accumulate
 * them: from the last layer's neurons in the order in which the walk visited their
 * outputs, from an inner layer's neurons from the last to the first, and from a neuron's
 * inputs from the last to the first.
 */
#include "net/net.h"

/* Where the call does not store the sum, the derivative gets the computed output instead,
 * see MG_NONLINEARITIES. The expanded graph adds to a gradient of 0, so this does too. */
double mg_net_grad_of_sum(int op, const mg_call *call, size_t neuron, double out,
                          double g) {
    switch (op) {
#define CASE(name, k, needs_sum)                                                          \
    case MG_OP_##name:                                                                    \
        return 0.0 + mg_dx_##name(((needs_sum) ? call->sums : call->activations)[neuron], \
                                  k, out, g);
        MG_NONLINEARITIES(CASE)
#undef CASE
    default:
        return 0.0 + g;
    }
}

void mg_step_output(const mg_node_t *node) {
    MG_ASSERT(node->op == MG_OP_net_output);
    mg_call *call = mg_at(node->operand[0])->call;
    const mg_layer *last = &call->net->layers[call->net->n_layers - 1];
    uint32_t output = node->operand[1];
    size_t at = last->first_neuron + output;
    call->grads[at] = mg_net_grad_of_sum(last->op, call, at, node->data, node->grad);
    call->visited[call->n_visited++] = output;
}

static void step_weights(const mg_net *net, const mg_layer *layer, size_t neuron, double g,
                         const double *x) {
    size_t nin = layer->nin;
    const mg_index *parameters =
        net->parameters + layer->first_parameter + neuron * (nin + 1);
    for (size_t i = nin; i-- > 0;)
        mg_at(parameters[i])->grad += x[i] * g;
    mg_at(parameters[nin])->grad += g;
}

static void step_inputs(const mg_layer *layer, size_t neuron, double g,
                        const double *weights, double *restrict grads) {
    const double *restrict w =
        weights + layer->first_parameter + neuron * (layer->nin + 1);
    for (size_t i = 0; i < layer->nin; i++)
        grads[i] += w[i] * g;
}

/* grads: (nin), in which the inputs' gradients are accumulated. It starts with the
 * gradients that the nodes have, so that the sum is rounded as if each term were added to
 * the node. If a node is an input twice, that would lose terms: then it starts with 0, and
 * the result is 1. */
static int load_input_grads(const mg_call *call, double *grads) {
    uint32_t mark = mg_new_mark();
    int twice = 0;
    for (uint32_t i = 0; i < call->inputs->n; i++) {
        mg_node_t *input = mg_at(call->inputs->ids[i]);
        twice |= input->mark == mark;
        input->mark = mark;
        grads[i] = input->grad;
    }
    for (uint32_t i = 0; twice && i < call->inputs->n; i++)
        grads[i] = 0.0;
    return twice;
}

static void store_input_grads(const mg_call *call, const double *grads, int twice) {
    for (uint32_t i = 0; i < call->inputs->n; i++) {
        mg_node_t *input = mg_at(call->inputs->ids[i]);
        input->grad = twice ? input->grad + grads[i] : grads[i];
    }
}

void mg_step_net(mg_call *call) {
    mg_net *net = call->net;
    const double *weights = call->weights->by_neuron;
    size_t last = net->n_layers - 1, hidden = net->layers[last].first_neuron;
    for (size_t i = 0; i < hidden; i++)
        call->grads[i] = 0.0;
    for (size_t l = net->n_layers; l-- > 0;) {
        const mg_layer *layer = &net->layers[l];
        const double *x =
            l == 0 ? call->x : call->activations + net->layers[l - 1].first_neuron;
        size_t n = l == last ? call->n_visited : layer->nout;
        for (size_t i = 0; i < n; i++) {
            size_t neuron = l == last ? call->visited[i] : layer->nout - 1 - i;
            size_t at = layer->first_neuron + neuron;
            net->order[i] = (uint32_t)neuron;
            double out = call->activations[at], g = call->grads[at];
            net->sum_grads[i] =
                l == last ? g : mg_net_grad_of_sum(layer->op, call, at, out, g);
            step_weights(net, layer, neuron, net->sum_grads[i], x);
        }
        if (l == 0 && call->inputs->n == 0)
            break;
        double *grads =
            l == 0 ? net->input_grads : call->grads + net->layers[l - 1].first_neuron;
        int twice = l == 0 ? load_input_grads(call, grads) : 0;
        for (size_t i = 0; i < n; i++)
            step_inputs(layer, net->order[i], net->sum_grads[i], weights, grads);
        if (l == 0)
            store_input_grads(call, grads, twice);
    }
    call->has_backward_run = 1;
}
