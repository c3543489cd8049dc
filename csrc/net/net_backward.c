/* net_backward.c - the derivative steps of a net's nodes.
 *
 * Contributions are added in the order in which the plain graph would add them:
 * the last layer's neurons as the walk came by their outputs, an inner layer's
 * from the last to the first, a neuron's inputs from the last to the first.
 */
#include "net/net.h"

/* Where the sum is not stored, the derivative gets the output that the call computed
 * instead, see MG_NONLINEARITIES. It is added to 0 because backward in the plain graph
 * adds it to a gradient of 0. */
double mg_net_through(int op, const mg_call *call, size_t unit, double out, double g) {
    switch (op) {
#define CASE(name, k, needs_sum)                                                          \
    case MG_OP_##name:                                                                    \
        return 0.0 +                                                                      \
               mg_dx_##name(((needs_sum) ? call->sums : call->units)[unit], k, out, g);
        MG_NONLINEARITIES(CASE)
#undef CASE
    default:
        return 0.0 + g;
    }
}

void mg_step_output(const mg_node_t *node) {
    mg_call *call = mg_at(node->operand[0])->call;
    const mg_layer *last = &call->net->layers[call->net->n_layers - 1];
    uint32_t output = node->operand[1];
    size_t unit = last->units + output;
    call->grads[unit] = mg_net_through(last->op, call, unit, node->data, node->grad);
    call->reached[call->n_reached++] = output;
}

static void step_weights(const mg_net *net, const mg_layer *layer, size_t neuron, double g,
                         const double *x) {
    size_t nin = layer->nin;
    const mg_index *parameters = net->parameters + layer->weights + neuron * (nin + 1);
    for (size_t i = nin; i-- > 0;)
        mg_at(parameters[i])->grad += x[i] * g;
    mg_at(parameters[nin])->grad += g;
}

static void step_inputs(const mg_layer *layer, size_t neuron, double g,
                        const double *weights, double *restrict grads) {
    const double *restrict w = weights + layer->weights + neuron * (layer->nin + 1);
    for (size_t i = 0; i < layer->nin; i++)
        grads[i] += w[i] * g;
}

/* What the inputs' gradients are added up in: it starts as they are, so that the
 * sum is rounded as if each were added alone. Returns 1, and all 0, when a node is
 * an input twice, which that would lose. */
static int load_input_grads(const mg_call *call, double *grads) {
    uint32_t mark = mg_new_mark();
    int twice = 0;
    for (uint32_t i = 0; i < call->n_inputs; i++) {
        mg_node_t *input = mg_at(call->inputs[i]);
        twice |= input->mark == mark;
        input->mark = mark;
        grads[i] = input->grad;
    }
    for (uint32_t i = 0; twice && i < call->n_inputs; i++)
        grads[i] = 0.0;
    return twice;
}

static void store_input_grads(const mg_call *call, const double *grads, int twice) {
    for (uint32_t i = 0; i < call->n_inputs; i++) {
        mg_node_t *input = mg_at(call->inputs[i]);
        input->grad = twice ? input->grad + grads[i] : grads[i];
    }
}

void mg_step_net(mg_call *call) {
    mg_net *net = call->net;
    const double *weights = call->weights->by_neuron;
    size_t last = net->n_layers - 1, hidden = net->layers[last].units;
    for (size_t i = 0; i < hidden; i++)
        call->grads[i] = 0.0;
    for (size_t l = net->n_layers; l-- > 0;) {
        const mg_layer *layer = &net->layers[l];
        const double *x = l == 0 ? call->x : call->units + net->layers[l - 1].units;
        size_t n = l == last ? call->n_reached : layer->nout;
        for (size_t i = 0; i < n; i++) {
            size_t neuron = l == last ? call->reached[i] : layer->nout - 1 - i;
            size_t unit = layer->units + neuron;
            net->order[i] = (uint32_t)neuron;
            double out = call->units[unit], g = call->grads[unit];
            net->arriving[i] =
                l == last ? g : mg_net_through(layer->op, call, unit, out, g);
            step_weights(net, layer, neuron, net->arriving[i], x);
        }
        if (l == 0 && call->n_inputs == 0)
            break;
        double *grads = l == 0 ? net->input_grads : call->grads + net->layers[l - 1].units;
        int twice = l == 0 ? load_input_grads(call, grads) : 0;
        for (size_t i = 0; i < n; i++)
            step_inputs(layer, net->order[i], net->arriving[i], weights, grads);
        if (l == 0)
            store_input_grads(call, grads, twice);
    }
    call->swept = 1;
}
