/* net.c - nets: making, calling and freeing them. */
#include "net/net.h"

#include <string.h>

#include "base/alloc.h"

/* Returns the number of parameters, 0 if a size is not allowed. */
static size_t count_parameters(const size_t *sizes, size_t n_layers) {
    size_t n = 0;
    for (size_t i = 0; i < n_layers; i++) {
        size_t nin = sizes[i], nout = sizes[i + 1];
        if (nin == 0 || nout == 0 || nin >= UINT32_MAX || nout > UINT32_MAX / (nin + 1))
            return 0;
        n += nout * (nin + 1);
    }
    return n;
}

/* Sets what a layer has of its nonlinearity's row. Returns 0 if there is no such row. */
static int set_nonlinearity(mg_layer *layer, int op) {
    layer->op = op;
    switch (op) {
#define CASE(name, parameter, needs)                                                      \
    case MG_OP_##name:                                                                    \
        layer->k = parameter;                                                             \
        layer->needs_sum = needs;                                                         \
        return 1;
        MG_NONLINEARITIES(CASE)
#undef CASE
    default:
        return op == -1;
    }
}

int mg_net_has(int op) {
    mg_layer layer;
    return set_nonlinearity(&layer, op);
}

mg_net *mg_net_new(const size_t *sizes, size_t n_layers, const int *ops,
                   const mg_id *parameters) {
    size_t n = count_parameters(sizes, n_layers);
    for (size_t i = 0; i < n_layers; i++)
        if (!mg_net_has(ops[i]))
            return NULL;
    mg_net *net = n == 0 ? NULL : mg_alloc(1, sizeof *net);
    if (net == NULL)
        return NULL;
    memset(net, 0, sizeof *net);
    net->owned = 1;
    net->n_layers = n_layers;
    size_t widest = 0;
    for (size_t i = 1; i <= n_layers; i++)
        widest = sizes[i] > widest ? sizes[i] : widest;
    net->layers = mg_alloc(n_layers, sizeof *net->layers);
    net->parameters = mg_alloc(n, sizeof *net->parameters);
    net->sum_grads = mg_alloc(widest, sizeof *net->sum_grads);
    net->order = mg_alloc(widest, sizeof *net->order);
    net->input_grads = mg_alloc(sizes[0], sizeof *net->input_grads);
    if (net->layers == NULL || net->parameters == NULL || net->sum_grads == NULL ||
        net->order == NULL || net->input_grads == NULL) {
        mg_net_free(net);
        return NULL;
    }
    mg_lock(&mg_graph_lock);
    mg_nets = &mg_functions_of_nets;
    net->flags_version = mg_flags_version - 1;
    for (size_t i = 0; i < n; i++)
        net->parameters[i] = mg_use((mg_index)parameters[i]);
    net->n_parameters = n;
    mg_unlock(&mg_graph_lock);
    size_t weights = 0;
    for (size_t i = 0; i < n_layers; i++) {
        mg_layer *layer = &net->layers[i];
        *layer = (mg_layer){.nin = sizes[i],
                            .nout = sizes[i + 1],
                            .first_parameter = weights,
                            .first_neuron = net->n_neurons};
        set_nonlinearity(layer, ops[i]);
        net->needs_sums |= layer->needs_sum;
        weights += layer->nout * (layer->nin + 1);
        net->n_neurons += layer->nout;
    }
    return net;
}

static void drop_weights(mg_weights *weights) {
    if (weights != NULL && --weights->users == 0)
        mg_dealloc(weights);
}

static void free_if_unused(mg_net *net) {
    if (net->owned || net->n_calls != 0)
        return;
    while (net->spare != NULL) {
        mg_call *call = net->spare;
        net->spare = call->next;
        mg_dealloc(call);
    }
    for (size_t i = 0; i < net->n_parameters; i++)
        mg_drop(net->parameters[i]);
    drop_weights(net->weights);
    mg_dealloc(net->layers);
    mg_dealloc(net->parameters);
    mg_dealloc(net->sum_grads);
    mg_dealloc(net->order);
    mg_dealloc(net->input_grads);
    mg_dealloc(net);
}

void mg_net_free(mg_net *net) {
    if (net == NULL)
        return;
    mg_lock(&mg_graph_lock);
    net->owned = 0;
    free_if_unused(net);
    mg_unlock(&mg_graph_lock);
}

/* --- weights -------------------------------------------------------------- */

static int same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static int is_current(const mg_net *net, mg_weights *weights) {
    if (weights->data_version == mg_data_version)
        return 1;
    for (size_t i = 0; i < net->n_parameters; i++)
        if (!same_bits(weights->by_neuron[i], mg_at(net->parameters[i])->data))
            return 0;
    weights->data_version = mg_data_version;
    return 1;
}

/* Makes net->weights a copy of the parameters' current data. Returns 0 if it is out of
 * memory.
 */
static int refresh_weights(mg_net *net) {
    if (net->weights != NULL && is_current(net, net->weights))
        return 1;
    mg_weights *weights = net->weights;
    if (weights == NULL || weights->users > 1) { /* a call still needs the old copy */
        size_t size = 2 * net->n_parameters * sizeof(double);
        weights = mg_alloc(1, sizeof *weights + size);
        if (weights == NULL)
            return 0;
        drop_weights(net->weights);
        net->weights = weights;
        weights->users = 1;
        weights->by_input = weights->by_neuron + net->n_parameters;
    }
    for (size_t i = 0; i < net->n_parameters; i++)
        weights->by_neuron[i] = mg_at(net->parameters[i])->data;
    for (size_t l = 0; l < net->n_layers; l++) {
        const mg_layer *layer = &net->layers[l];
        const double *from = weights->by_neuron + layer->first_parameter;
        double *to = weights->by_input + layer->first_parameter;
        for (size_t j = 0; j < layer->nout; j++, from += layer->nin + 1) {
            to[j] = from[layer->nin];
            for (size_t i = 0; i < layer->nin; i++)
                to[(i + 1) * layer->nout + j] = from[i];
        }
    }
    weights->data_version = mg_data_version;
    return 1;
}

/* --- calls ------------------------------------------------------------------ */

/* Returns a call, all of which is in one block: a spare one or a new one, with the doubles
 * first. NULL: out of memory. */
static mg_call *new_call(mg_net *net) {
    mg_call *call = net->spare;
    if (call != NULL) {
        net->spare = call->next;
    } else {
        size_t nin = net->layers[0].nin, nout = net->layers[net->n_layers - 1].nout;
        size_t doubles = nin + (net->needs_sums ? 3 : 2) * net->n_neurons;
        call = mg_alloc(1, sizeof *call + doubles * sizeof(double) + sizeof *call->inputs +
                               (nin + 2 * nout) * sizeof(mg_index));
        if (call == NULL)
            return NULL;
        call->x = (double *)(call + 1);
        call->activations = call->x + nin;
        call->grads = call->activations + net->n_neurons;
        call->sums = net->needs_sums ? call->grads + net->n_neurons : NULL;
        call->inputs = (mg_operand_list *)(call->x + doubles);
        call->inputs->local = NULL;
        call->outputs = call->inputs->ids + nin;
        call->visited = call->outputs + nout;
    }
    call->net = net;
    call->weights = net->weights;
    call->inputs->n = call->n_visited = 0;
    call->has_backward_run = 0;
    net->weights->users++;
    net->n_calls++;
    return call;
}

static void free_call(mg_call *call) {
    mg_net *net = call->net;
    drop_weights(call->weights);
    call->next = net->spare;
    net->spare = call;
    net->n_calls--;
    free_if_unused(net);
}

/* Returns the flags of all parameters, joined by or. A parameter that is no leaf any more,
 * see mg_become, counts as one with a custom backward. */
static unsigned parameter_flags(mg_net *net) {
    if (net->flags_version != mg_flags_version) {
        net->flags = 0;
        for (size_t i = 0; i < net->n_parameters; i++) {
            const mg_node_t *p = mg_at(net->parameters[i]);
            net->flags |= p->flags | (p->op == MG_OP_leaf ? 0 : MG_CUSTOM_BACKWARD);
        }
        net->flags_version = mg_flags_version;
    }
    return net->flags;
}

/* True if backward must expand the call: it has run already, a parameter or an input has
 * another value than at the call, or a parameter now has a custom backward. */
static int is_stale(mg_call *call) {
    if (call->has_backward_run || !is_current(call->net, call->weights) ||
        parameter_flags(call->net) & MG_CUSTOM_BACKWARD)
        return 1;
    for (uint32_t i = 0; i < call->inputs->n; i++)
        if (!same_bits(call->x[i], mg_at(call->inputs->ids[i])->data))
            return 1;
    return 0;
}

/* w: (1 + nin, nout), the biases first. x: (nin). sums: (nout).
 * sums[j] = biases[j] + w[0][j] * x[0] + w[1][j] * x[1] + ..., added in this order. The
 * inner loop is over the neurons, so that the compiler can compute several at once. */
static void sum_inputs(size_t nin, size_t nout, const double *restrict w,
                       const double *restrict x, double *restrict sums) {
    for (size_t j = 0; j < nout; j++)
        sums[j] = w[j];
    for (size_t i = 0; i < nin; i++) {
        w += nout;
        for (size_t j = 0; j < nout; j++)
            sums[j] += w[j] * x[i];
    }
}

static void forward(mg_call *call) {
    const mg_net *net = call->net;
    const double *x = call->x;
    for (size_t l = 0; l < net->n_layers; l++) {
        const mg_layer *layer = &net->layers[l];
        double *out = call->activations + layer->first_neuron;
        double *sums = layer->needs_sum ? call->sums + layer->first_neuron : out;
        size_t nout = layer->nout;
        sum_inputs(layer->nin, nout, call->weights->by_input + layer->first_parameter, x,
                   sums);
        if (layer->op == MG_OP_relu) {
            for (size_t j = 0; j < nout; j++)
                out[j] = out[j] < 0.0 ? 0.0 : out[j];
        } else if (layer->op >= 0) {
            int raises;
            for (size_t j = 0; j < nout; j++)
                out[j] = mg_value(layer->op, sums[j], layer->k, &raises);
        }
        x = out;
    }
}

/* Returns why a call must be refused, MG_NET_OK if it need not. */
static mg_net_result refusal(mg_net *net, const mg_id *inputs, int take_pinned) {
    unsigned flags = parameter_flags(net);
    if (flags & MG_CUSTOM_BACKWARD)
        return MG_NET_CUSTOM_BACKWARD;
    for (size_t i = 0; inputs != NULL && i < net->layers[0].nin; i++)
        flags |= mg_at((mg_index)inputs[i])->flags;
    return flags & MG_PINNED && !take_pinned ? MG_NET_PINNED : MG_NET_OK;
}

/* Frees a call that has no net node yet. */
static void drop_call(mg_call *call) {
    for (uint32_t i = 0; i < call->inputs->n; i++)
        mg_drop(call->inputs->ids[i]);
    free_call(call);
}

/* Makes outputs that only have their values, and frees the call. Returns 0 if it is out of
 * memory. */
static int make_leaves(mg_call *call, mg_id *outputs) {
    const mg_layer *last = &call->net->layers[call->net->n_layers - 1];
    size_t made = 0;
    for (; made < last->nout; made++) {
        outputs[made] =
            mg_new_node(MG_OP_leaf, call->activations[last->first_neuron + made]);
        if (outputs[made] == 0)
            break;
    }
    int all = made == last->nout;
    while (!all && made-- > 0)
        mg_drop((mg_index)outputs[made]);
    drop_call(call);
    return all;
}

/* Makes the net node, to which only the outputs hold references, and the outputs. Returns
 * 0 if it is out of memory; then the call is freed. */
static int make_nodes(mg_call *call, mg_id *outputs) {
    const mg_layer *last = &call->net->layers[call->net->n_layers - 1];
    mg_index id = mg_new_node(MG_OP_net, 0.0);
    if (id == 0) {
        drop_call(call);
        return 0;
    }
    mg_node_t *node = mg_at(id);
    node->list = call->inputs;
    node->call = call;
    node->flags = 0;
    size_t made = 0;
    for (; made < last->nout; made++) {
        mg_index output =
            mg_new_node(MG_OP_net_output, call->activations[last->first_neuron + made]);
        if (output == 0)
            break;
        node = mg_at(output);
        node->operand[0] = mg_use(id);
        node->operand[1] = (mg_index)made;
        outputs[made] = call->outputs[made] = output;
    }
    int all = made == last->nout;
    while (!all && made-- > 0)
        mg_drop((mg_index)outputs[made]);
    mg_drop(id);
    return all;
}

mg_net_result mg_net_call(mg_net *net, const mg_id *inputs, const double *numbers,
                          int take_pinned, mg_id *outputs) {
    mg_lock(&mg_graph_lock);
    mg_net_result result = refusal(net, inputs, take_pinned);
    if (result == MG_NET_OK) {
        mg_call *call = refresh_weights(net) ? new_call(net) : NULL;
        size_t nin = net->layers[0].nin;
        for (size_t i = 0; call != NULL && i < nin; i++)
            call->x[i] = inputs == NULL ? numbers[i] : mg_at((mg_index)inputs[i])->data;
        if (call != NULL && inputs != NULL) {
            call->inputs->n = (uint32_t)nin;
            for (size_t i = 0; i < nin; i++)
                call->inputs->ids[i] = mg_use((mg_index)inputs[i]);
        }
        if (call != NULL)
            forward(call);
        if (call == NULL ||
            !(mg_is_recording() ? make_nodes(call, outputs) : make_leaves(call, outputs)))
            result = MG_NET_NO_MEMORY;
    }
    mg_unlock(&mg_graph_lock);
    return result;
}

/* --- what the graph asks of nets ---------------------------------------------- */

static void forget_output(const mg_node_t *output) {
    mg_room(output->operand[0])->call->outputs[output->operand[1]] = 0;
}

static int expand(mg_index output, int always) {
    int must = always || is_stale(mg_at(mg_at(output)->operand[0])->call);
    return !must || mg_expand_output(output);
}

static int has_parameter_with(const mg_call *call, int flag) {
    const mg_net *net = call->net;
    for (size_t i = 0; i < net->n_parameters; i++)
        if (mg_at(net->parameters[i])->flags & flag)
            return 1;
    return 0;
}

const mg_net_functions mg_functions_of_nets = {
    .free_call = free_call,
    .forget_output = forget_output,
    .expand = expand,
    .step_net = mg_step_net,
    .step_output = mg_step_output,
    .has_parameter_with = has_parameter_with,
};
